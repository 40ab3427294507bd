"""The solver's closed forms again, written for JAX: one game with `jnp.where`, `vmap` over a map, and `jit`.

A user could write this to solve whole maps without numba. It has the formulas derived in the documentation,
for the ratio contest with decisiveness 1, in float64 on the CPU. XLA changes the order of operations. So
regimes are those of foedus, but floats agree only to 1e-12, relative or absolute.

    python -m benchmarks.peers.jax_peer --worker

reads lines such as `1024 1` (SIZE and WHOLE) from its standard input, and answers each with the seconds that
the default map took. XLA uses as many threads as there are processors on which it may run when jax is
imported. So `start_worker` can start this process on a single processor, to measure the time on one thread.
"""

import os
import subprocess
import sys
import time
from functools import partial
from types import SimpleNamespace

import jax
import jaxlib
import numpy as np
from jax import lax
from jax import numpy as jnp

from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.alliance.model import PARAMETERS as ORDER

jax.config.update("jax_enable_x64", True)

UNSOLVED, REVISION, RESTRAINT, SELF_RELIANCE, DETERRENCE, PARTIAL, CONCESSION = range(-1, 6)
ALLY_CHALLENGES, QUIET, CHALLENGER_CHALLENGES = 0, 1, 2
ROUNDING, TINY, STEPS = 1e-15, 1e-300, 64
AT_ONCE = 1  # steps of `nearer` before it is checked again whether a game still changes
ROWS = 32  # rows of the map in one piece, so that it stays in the cache
TOGETHER = 8  # the same for the regime alone
WIDE = {"xla_cpu_prefer_vector_width": 512}

where, minimum, maximum = jnp.where, jnp.minimum, jnp.maximum


def root(x):
    """Return the square root of a number that may be slightly negative by rounding."""
    return jnp.sqrt(maximum(0.0, x))


def larger_root(square, linear, constant):
    """Return the larger root of square x^2 + linear x + constant, without cancellation."""
    r = root(linear * linear - 4.0 * square * constant)
    falls = linear > 0.0
    return where(falls, -2.0 * constant, r - linear) / where(falls, linear + r, 2.0 * square)


def contested(t, force):
    """Return h(force): its win probability against C's unconstrained reply."""
    return minimum(force / (force + t.e_c), jnp.sqrt(t.c_c * force))


def best_force(t, cost):
    """Return argmax h(z) - cost z."""
    r = jnp.sqrt(cost * t.e_c)
    room = 1.0 - 4.0 * t.g
    high = 0.5 * (1.0 + root(room))
    low = t.g / high
    p = maximum(low, minimum(0.5 * t.c_c / cost, high))
    armed = (room > 0.0) & (low < 1.0 - r) & (1.0 - r < high)
    return where(armed, p * p * t.reach, maximum(0.0, t.e_c * (1.0 - r) / r))


def force_to_win(t, p):
    """Return the force with h(force) = p."""
    return maximum(t.e_c * p / (1.0 - p), p * p * t.reach)


def terms(game):
    """Return the quantities that all moves need, named as in the documentation, from the parameters."""
    p = SimpleNamespace(**game)
    t = SimpleNamespace(
        c_a=p.ally_cost, c_c=p.challenger_cost, c_s=p.superpower_cost, q=p.status_quo, k_a=p.ally_war_cost,
        e_a=p.ally_forces, e_c=p.challenger_forces, phi=p.effectiveness, stake=p.stake,
        kappa=p.autonomy_cost, f=p.alliance_cost,
    )  # fmt: skip
    t.K = p.ally_war_cost + p.challenger_war_cost
    t.r, t.rho = t.q + t.k_a, t.q - p.challenger_war_cost
    taken = p.bargaining_power * t.K
    t.pK = where(t.rho - (taken - p.challenger_war_cost) >= t.q, 0.0, taken)
    t.cl = t.pK - p.challenger_war_cost
    t.cl_held = maximum(0.0, minimum(t.cl, t.rho))
    t.cap = 1.0 + (t.k_a - t.pK)
    t.g, t.reach, t.price = t.c_c * t.e_c, 1.0 / t.c_c, t.c_s / t.phi
    t.w = t.r * t.K * (1.0 - p.bargaining_power)
    t.m = maximum(0.0, 1.0 - t.r) / t.r
    t.ally_best = best_force(t, t.c_a)
    t.ally_best_p = contested(t, t.ally_best)
    t.superpower_best = where(t.stake > 0.0, best_force(t, t.price / t.stake), 0.0)
    return t


def challenge(t, defence):
    """Return the defence's win probability if C challenges in the best way, and C's new arms."""
    standing = defence / (defence + t.e_c)
    wanted = minimum(t.rho, maximum(jnp.sqrt(t.c_c * defence), t.cl_held))
    idle = standing <= wanted
    arms = maximum(0.0, defence * (1.0 - wanted) / wanted - t.e_c)
    return where(idle, standing, wanted), where(idle, 0.0, arms)


def conceded(t, p):
    """Return the settlement if C challenges."""
    return maximum(0.0, p - t.cl)


def demanded(t, p):
    """Return the settlement if A challenges."""
    return minimum(1.0, p - t.k_a + t.pK)


def neutralising_arms(t, alpha):
    """Return C's new arms with which A's threat is not credible."""
    return maximum(0.0, t.m * alpha - t.e_c)


def deterring_defence(t, arms):
    """Return the least defence at which C prefers to stay, if staying costs `arms`."""
    spent = t.c_c * arms + t.g
    y = (t.rho + t.pK + spent) / (1.0 + root((1.0 - t.q) - t.cl - spent))
    edge = (t.e_c + arms + minimum(t.pK, t.q) * t.reach) * t.rho / (1.0 - t.rho)
    return where(y < t.rho, y * y * t.reach, edge)


def holding_defence(t, backing):
    """Return D_h(backing), the least defence at which C stays, and how fast it falls."""
    spare = 1.0 - t.r
    below = root(t.w + t.c_c * spare * backing)
    y = t.r - below
    nothing = y <= t.cl_held
    free = (below >= t.K) & ~nothing
    p = where(free, y, where(nothing, t.cl_held, t.rho))
    gap = where(free, maximum(below, TINY), where(nothing, t.r - t.cl_held, t.K))
    taken = where(nothing, t.q, minimum(t.pK, t.q))
    odds = p / gap
    slope = spare * odds
    defence = where(free, y * y * t.reach, taken * t.reach * (t.r * odds) - slope * backing)
    binds = (t.m > 0.0) & (defence > t.quiet)
    return where(binds, defence, t.quiet), where(binds, slope, 0.0)


def backing_to_hold(t, defence):
    """Return the backing at which D_h is this `defence`."""
    p, arms = challenge(t, defence)
    spared = conceded(t, p) + t.c_c * arms - t.q
    backing = maximum(0.0, defence - (t.e_c + spared * t.reach) / t.m)
    return where((spared < 0.0) | (t.m == 0.0), jnp.inf, backing)


def yielding_force(t):
    """Return the least own force of A to which C yields."""
    y = t.r + jnp.sqrt(t.r * t.pK)
    short = t.r - t.pK - t.g
    unarmed = larger_root(t.c_c * t.m, short + t.g * t.m - 1.0, t.e_c * short)
    force = where(y * (1.0 - y) >= t.g, y * y * t.reach, unarmed)
    exhausted = t.e_c + (1.0 - t.q) * t.reach
    force = where(force * t.m <= exhausted, force, exhausted / t.m)
    return where(t.m == 0.0, jnp.inf, force)


def capitulation_force(t):
    """Return the least own force of A to which C yields everything."""
    left = t.pK - t.k_a - t.g
    y = 1.0 - root(left)
    arms = (left >= 0.0) & (y > 0.0) & (y * (1.0 - y) > t.g)
    force = where(arms, y * y * t.reach, t.e_c * t.cap / (t.pK - t.k_a))
    return where(t.cap >= 1.0, jnp.inf, where(t.cap <= 0.0, 0.0, force))


def add_levels(t):
    """Add the facts about C's reply. If C has no threat, the first four are 0."""
    t.threat = t.rho > 0.0
    t.quiet = where(t.threat, deterring_defence(t, 0.0), 0.0)
    t.holding = where(t.threat, holding_defence(t, 0.0)[0], 0.0)
    t.edge = where(t.threat, force_to_win(t, t.rho), 0.0)
    t.bare = where(t.threat, challenge(t, t.e_a)[0], 0.0)
    t.yielding, t.capitulation = yielding_force(t), capitulation_force(t)
    t.revising_p = contested(t, where(t.yielding == jnp.inf, t.e_a, maximum(t.yielding, t.e_a)))
    t.yields = where(t.pK > 0.0, t.e_a >= t.yielding, t.e_a > t.yielding * (1.0 + ROUNDING))
    # A's defence if it arms and still concedes
    inside = t.ally_best < t.edge
    t.built = where(inside, t.ally_best, where(t.pK == 0.0, 0.0, t.edge))
    t.built_p = where(inside, t.ally_best_p, where(t.pK == 0.0, 0.0, t.rho))


def revision(t):
    """Return A's best way to revise: forces, settlement and payoff."""
    least = maximum(t.yielding, t.e_a)
    overwhelming = maximum(least, t.capitulation)
    payoff = 1.0 - t.c_a * (overwhelming - t.e_a)
    force = maximum(least, t.ally_best)
    taken = demanded(t, where(force > least, t.ally_best_p, t.revising_p))
    fighting = taken - t.c_a * (force - t.e_a)
    fights = (force < t.capitulation) & ~((t.pK == 0.0) & (force == t.yielding)) & (fighting >= payoff)
    return where(fights, force, overwhelming), where(fights, taken, 1.0), where(fights, fighting, payoff)


def concession(t, backing, bare):
    """Return A's best way to concede: forces, settlement and payoff."""
    settlement = conceded(t, bare)
    arms = t.built - backing - t.e_a
    arming = conceded(t, t.built_p) - t.c_a * arms
    arm = (arms > 0.0) & (arming >= settlement - ROUNDING)
    return (
        where(arm, t.built - backing, t.e_a),
        where(arm, conceded(t, t.built_p), settlement),
        where(arm, arming, settlement),
    )


def act_alone(t):
    """Return A's play without S: forces, crisis, settlement and payoff."""
    conceding, kept, value = concession(t, 0.0, t.bare)
    alpha = maximum(t.e_a, t.holding)
    payoff = where(t.yields, -jnp.inf, t.q - t.c_a * (alpha - t.e_a))
    alpha = where(t.yields, t.e_a, alpha)
    better = ~t.yields & (alpha > t.e_a) & (value > payoff + ROUNDING)
    alpha, settlement = where(better, conceding, alpha), where(better, kept, t.q)
    crisis, payoff = where(better, CHALLENGER_CHALLENGES, QUIET), where(better, value, payoff)
    revising, taken, value = revision(t)
    ties = (value >= payoff - ROUNDING) & (crisis == CHALLENGER_CHALLENGES)
    better = (value > payoff + ROUNDING) | (ties & (taken - t.q < t.q - settlement))
    return SimpleNamespace(
        alpha=where(better, revising, alpha),
        crisis=where(better, ALLY_CHALLENGES, crisis),
        settlement=where(better, taken, settlement),
        payoff=where(better, value, payoff),
    )


def backing_where_arming(t, start):
    """Return the least backing from `start` on with which A prefers holding to arming and conceding, and
    whether more may be needed."""
    bearable = t.built + (t.q - conceded(t, t.built_p)) / t.c_a
    short = holding_defence(t, start)[0] > bearable
    backing = where(short, backing_to_hold(t, bearable), start)
    beyond = t.e_a + backing > t.built
    arming = t.e_a + start < t.built
    return where(arming, where(beyond, t.built - t.e_a, backing), start), ~arming | beyond


def nearer(t, backing):
    """Return more backing if, with this backing, A prefers to add nothing and concede rather than hold."""
    defence = t.e_a + backing
    holding, slope = holding_defence(t, backing)
    worth = t.q - t.c_a * (holding - defence)
    holds = worth >= conceded(t, minimum(contested(t, defence), t.rho))
    rise = t.c_a * (1.0 + slope)
    run = 1.0 / rise
    base = worth + t.cl - rise * defence
    unarmed = larger_root(rise, base + rise * t.e_c - 1.0, base * t.e_c)
    y = (1.0 + root(1.0 - 4.0 * rise * base * t.reach)) * (0.5 * t.c_c * run)
    more = minimum(unarmed, minimum(y * y * t.reach, (t.rho - base) * run)) - t.e_a
    moves = ~holds & (more > backing)
    return where(moves, more, backing), moves


def backing_to_make_hold(t, start, more):
    """Return the least backing with which A holds; NaN if the steps do not end."""

    def step(state):
        backing, more, steps = state
        for _ in range(AT_ONCE):
            nearest, moved = nearer(t, backing)
            backing, more = where(more, nearest, backing), more & moved
        return backing, more, steps + AT_ONCE

    backing, more, _ = lax.while_loop(lambda s: s[1] & (s[2] < STEPS), step, (start, more, 0))
    return where(more, jnp.nan, backing)


def cheaper(t, best, backing, settlement, may):
    """Return `best`, or the offer of this `backing` to an A that concedes, if it is possible (`may`) and
    cheaper."""
    loss = t.f + t.price * backing + t.stake * (t.q - settlement)
    may = may & ((loss < best.loss) | ((loss == best.loss) & (backing < best.backing)))
    return SimpleNamespace(
        loss=where(may, loss, best.loss),
        backing=where(may, backing, best.backing),
        crisis=where(may, CHALLENGER_CHALLENGES, best.crisis),
        settlement=where(may, settlement, best.settlement),
        signed=best.signed | may,
        conceding=best.conceding & ~may,  # true if A holds, and the pledge just keeps it from conceding
    )


def best_offer(t, alone):
    """Return S's best offer; the backing is NaN if it was not found."""
    loss = t.stake * abs(alone.settlement - t.q)
    signs_at = alone.payoff + t.kappa
    pays = t.threat & ~t.yields & (signs_at <= t.q + ROUNDING) & (loss > t.f)
    # to hold
    alpha = t.e_a + maximum(0.0, t.q - signs_at) / t.c_a
    refusal = maximum(0.0, deterring_defence(t, neutralising_arms(t, alpha)) - alpha)
    backing, more = backing_where_arming(t, refusal)
    backing = backing_to_make_hold(t, backing, more & pays)
    lost = pays & jnp.isnan(backing)
    backing = maximum(backing, TINY)
    cost = t.f + t.price * backing
    holds = pays & (cost < loss - ROUNDING * t.stake)
    best = SimpleNamespace(
        loss=where(holds, cost, loss),
        backing=where(holds, backing, 0.0),
        crisis=where(holds, QUIET, alone.crisis),
        settlement=where(holds, t.q, alone.settlement),
        signed=holds,
        conceding=holds & (backing > refusal),
    )
    # to arm and concede
    settlement, arms = conceded(t, t.built_p), t.built - t.e_a
    concedes = alone.crisis == CHALLENGER_CHALLENGES
    backing = arms - (settlement - signs_at) / t.c_a
    may = pays & ~(concedes & (alone.alpha > t.e_a)) & (backing > 0.0) & (backing <= arms)
    best = cheaper(t, best, backing, settlement, may)
    # to add nothing and concede less
    floor = where(concedes & (t.kappa == 0.0), 0.0, signs_at + t.cl)
    defence = maximum(t.superpower_best, t.built)
    defence = maximum(defence, where(floor > 0.0, force_to_win(t, floor), 0.0))
    backing = minimum(defence, t.edge) - t.e_a
    may = pays & (floor <= t.rho) & (backing > 0.0) & ~((defence >= t.edge) & (t.pK == 0.0))
    p, _ = challenge(t, t.e_a + backing)
    best = cheaper(t, best, backing, conceded(t, p), may)
    best.backing = where(lost, jnp.nan, best.backing)
    return best


def arms_against(t, backing, alpha, crisis):
    """Return C's new arms if it chooses this `crisis`."""
    armed = jnp.sqrt(t.c_c * alpha)
    fights = (alpha < t.capitulation) & (alpha / (alpha + t.e_c) > armed)
    yielding = where(fights, maximum(0.0, armed * (1.0 - armed) * t.reach - t.e_c), 0.0)
    threatening = challenge(t, alpha + backing)[1]
    loud = where(crisis == ALLY_CHALLENGES, yielding, threatening)
    return where(crisis == QUIET, neutralising_arms(t, alpha), loud)


def regime_of(signed, crisis, crisis_without):
    """Return the code of the regime."""
    revised, quiet = crisis_without == ALLY_CHALLENGES, crisis_without == QUIET
    unsigned = where(revised, REVISION, where(quiet, SELF_RELIANCE, CONCESSION))
    held = where(revised, RESTRAINT, DETERRENCE)
    return where(signed, where(crisis == QUIET, held, PARTIAL), unsigned)


def follow(t, alone, offer):
    """Return the forces of A and the new arms of C, without S and behind its offer."""
    arms = arms_against(t, 0.0, alone.alpha, alone.crisis)
    bare, _ = challenge(t, t.e_a + offer.backing)
    worth = where(offer.conceding, concession(t, offer.backing, bare)[2], alone.payoff + t.kappa)
    holding = t.e_a + maximum(0.0, t.q - worth) / t.c_a
    conceding = maximum(t.e_a, t.built - offer.backing)
    alpha = where(offer.signed, where(offer.crisis == QUIET, holding, conceding), alone.alpha)
    return arms, alpha, where(offer.signed, arms_against(t, offer.backing, alpha, offer.crisis), arms)


def game_of(ally_cost, status_quo, fixed):
    """Return the game with these two parameters; the other parameters are `fixed`."""
    game = dict(zip(ORDER, fixed[: len(ORDER)], strict=True))
    t = terms(game | {"ally_cost": ally_cost, "status_quo": status_quo})
    add_levels(t)
    return t


def codes(alone, offer):
    """Return the codes of the solution, by name."""
    lost = jnp.isnan(offer.backing)
    found = {
        "regime": where(lost, UNSOLVED, regime_of(offer.signed, offer.crisis, alone.crisis)),
        "crisis": where(lost, QUIET, offer.crisis),
        "crisis_without": where(lost, QUIET, alone.crisis),
    }
    return {name: code.astype(jnp.int8) for name, code in found.items()}


def regime(ally_cost, status_quo, fixed):
    """Return the regime of a game."""
    t = game_of(ally_cost, status_quo, fixed)
    alone = act_alone(t)
    return codes(alone, best_offer(t, alone))["regime"]


def decide(ally_cost, status_quo, fixed):
    """Return A's play without S, and S's offer, as dictionaries: the first of three stages."""
    t = game_of(ally_cost, status_quo, fixed)
    alone = act_alone(t)
    return vars(alone), vars(best_offer(t, alone))


def arm(ally_cost, status_quo, fixed, alone, offer):
    """Return the result of `follow`: the second stage."""
    t = game_of(ally_cost, status_quo, fixed)
    return follow(t, SimpleNamespace(**alone), SimpleNamespace(**offer))


def variables(ally_cost, status_quo, fixed, alone, offer, armed):
    """Return every variable by name, from the results of the first two stages: the third stage."""
    t = game_of(ally_cost, status_quo, fixed)
    alone, offer = SimpleNamespace(**alone), SimpleNamespace(**offer)
    b0, alpha, b = armed
    signed, x0, x = offer.signed, alone.settlement, offer.settlement
    a0, a, s = alone.alpha - t.e_a, alpha - t.e_a, offer.backing / t.phi
    spent = t.c_s * s + t.c_a * a
    found = {
        "pledge": s,
        "ally_arms": a,
        "challenger_arms": b,
        "settlement": x,
        "superpower_payoff": 0.0 - (t.stake * abs(x - t.q) + where(signed, t.c_s * s + t.f, 0.0)),
        "ally_payoff": x - t.c_a * a - where(signed, t.kappa, 0.0),
        "challenger_payoff": 1.0 - x - t.c_c * b,
        "ally_arms_without": a0,
        "challenger_arms_without": b0,
        "settlement_without": x0,
        "superpower_payoff_without": 0.0 - t.stake * abs(x0 - t.q),
        "ally_payoff_without": x0 - t.c_a * a0,
        "challenger_payoff_without": 1.0 - x0 - t.c_c * b0,
        "burden_share": where(spent > 0.0, t.c_s * s / spent, jnp.nan),
        "aggrandizement": alpha + offer.backing - alone.alpha,
        "provocation": b - b0,
    }
    lost = jnp.isnan(offer.backing)
    return {name: where(lost, jnp.nan, value) for name, value in found.items()} | codes(alone, offer)


def compiled(stage, given=0):
    """Return the jitted `stage` for a map's games; it takes the results of `given` earlier stages."""
    row = jax.vmap(stage, (None, 0, None, *[0] * given))
    return jax.jit(jax.vmap(row, (0, None, None, *[0] * given)), compiler_options=WIDE)


@partial(jax.jit, compiler_options=WIDE)
def regimes(ally_cost, status_quo, fixed):
    """Return the regimes of a map, in a loop over its rows; XLA computes what does not change only once."""
    row = jax.vmap(regime, (None, 0, None))
    return lax.map(lambda cost: row(cost, status_quo, fixed), ally_cost, batch_size=TOGETHER)


DECIDE, ARM, VARIABLE = compiled(decide), compiled(arm, 2), compiled(variables, 3)


def all_variables(*games):
    """Return every variable by name, in three stages. In one stage, XLA would compute much of it several
    times."""
    alone, offer = DECIDE(*games)
    return VARIABLE(*games, alone, offer, ARM(*games, alone, offer))


def solve(ally_cost, status_quo, fixed, whole=True):
    """Return every variable of a map, or the regime alone if not `whole`, by name.

    ally_cost : (rows,) and status_quo : (columns,) the axes
    fixed : (15,) the parameters, in the order of `foedus.kernels.alliance.terms.Parameters`

    The arrays have the shape (rows, columns).
    """
    if not whole:
        return {"regime": np.asarray(regimes(ally_cost, status_quo, fixed))}
    shape = len(ally_cost), len(status_quo)
    found = {name: np.empty(shape, variable.dtype) for name, variable in VARIABLES.items()}
    for start in range(0, len(ally_cost), ROWS):
        rows = slice(start, start + ROWS)
        for name, values in all_variables(ally_cost[rows], status_quo, fixed).items():
            found[name][rows] = values  # waits until they are computed
    return found


def versions():
    """Return the versions of the packages that this peer uses."""
    return {"jax": jax.__version__, "jaxlib": jaxlib.__version__}


def start_worker(cpu=None):
    """Start a worker process that may run on the processor `cpu` only, or on all; see the module."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, allowed if cpu is None else {cpu})  # the new process inherits it
    try:
        command = [sys.executable, "-m", "benchmarks.peers.jax_peer", "--worker"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    finally:
        os.sched_setaffinity(0, allowed)


def ask(worker, size, whole):
    """Return the seconds that the worker takes for the default map, `size` by `size`. It compiles first."""
    worker.stdin.write(f"{size} {int(whole)}\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


def main():
    """Run as a worker."""
    fixed = np.array([parameter.number(parameter.default) for parameter in ORDER.values()])
    for line in sys.stdin:
        size, whole = map(int, line.split())
        axes = np.geomspace(0.05, 5, size), np.linspace(0.1, 0.9, size)
        start = time.perf_counter()
        solve(*axes, fixed, bool(whole))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__" and "--worker" in sys.argv:
    main()
