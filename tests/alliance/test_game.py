"""The game is solved right: the twin, the certificate, known numbers, ties and corners."""

import numpy as np
import pytest
from checks import agree_with_twin, certificate_objects, nobody_gains
from conftest import compiled_only, sized
from games import EDGE_GAMES, game, random_games

import foedus
from foedus import Crisis, Regime
from foedus.kernels import alliance as kernels

GAIN = 1e-9  # the most that a deviation may gain, in goods per unit of the stake


def solve(g):
    """Return the variables of the game by name, and what fixes the pledge."""
    solution, limit, status = kernels.solve_game(np.array(g))
    assert status == kernels.Status.SOLVED, g
    return solution, kernels.PledgeLimit(limit)


@compiled_only
@pytest.mark.parametrize("games", [random_games(300, seed=1), EDGE_GAMES[::11]], ids=["random", "edges"])
def test_twin_agrees(games):
    """Grid search from the definition finds the same payoffs, settlements, crises and regimes."""
    agree_with_twin(solve, games)


@pytest.mark.parametrize(
    "games",
    [random_games(3000, seed=2), random_games(1500, seed=3, spread=2.0), EDGE_GAMES],
    ids=["random", "wide", "edges"],
)
def test_nobody_gains_by_a_deviation(games):
    """At each of the four moves, on the path and at random nodes off it."""
    import certificate

    nobody_gains(certificate.CLOSED, solve, games, GAIN)


def test_certificate_can_fail():
    """It objects to a path that is not the equilibrium."""
    import certificate

    g = game()
    certificate_objects(certificate.CLOSED, solve(g)[0], g)


# With C's arms fixed (c_C very large), k_A = k_C = 0.1, q = 0.5, e_A = 0, e_C = 1: A's best reply
# moves from revising to holding and from holding to conceding at these c_A. Derived by hand, with
# B = 1 - q + k_C and K = k_A + k_C: the first is (B - sqrt((1 - pi) B K))^2 or min(pi, (1 - q)/K) B (B - K),
# the second min((B + sqrt(pi B K))^2, q B/(q - k_C)) or B (q - max(0, k_C - pi K))/(q - k_C).
@pytest.mark.parametrize(
    ("pi", "revise_below", "hold_up_to"),
    [(0.0, 0.064308, 0.36), (0.5, 0.126061, 0.713939), (1.0, 0.24, 0.75)],
)
def test_cutpoints_with_fixed_arms(pi, revise_below, hold_up_to):
    def crisis(ally_cost):
        g = game(
            ally_cost=ally_cost,
            challenger_cost=1e12,
            ally_war_cost=0.1,
            challenger_war_cost=0.1,
            challenger_forces=1.0,
            bargaining_power=pi,
        )
        return solve(g)[0].crisis_without

    def cutpoint(low, high, code):
        """Bisect for where the crisis stops being `code`."""
        assert crisis(low) == code != crisis(high)
        while high - low > 1e-9:
            middle = 0.5 * (low + high)
            low, high = (middle, high) if crisis(middle) == code else (low, middle)
        return low

    assert cutpoint(0.01, 0.3, Crisis.ALLY_CHALLENGES) == pytest.approx(revise_below, abs=1e-6)
    assert cutpoint(0.3, 2.0, Crisis.QUIET) == pytest.approx(hold_up_to, abs=1e-6)


@pytest.mark.parametrize("k_leader", [0.3, 0.8, 2.0])
@pytest.mark.parametrize("k_follower", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("q", [0.05, 0.95])
def test_leader_follower_contest(k_leader, k_follower, q):
    """With K = 0, e_A = 0 and e_C -> 0 the settlement is the win probability: A leads a Tullock contest.

    Leader-follower results for a prize of 1 (Dixit 1987, American Economic Review 77(5), and the
    literature after it).
    """
    g = game(
        ally_cost=k_leader,
        challenger_cost=k_follower,
        status_quo=q,
        ally_war_cost=0.0,
        challenger_war_cost=0.0,
        challenger_forces=1e-14,
    )
    v, _ = solve(g)
    if k_follower < 2 * k_leader:
        p = k_follower / (2 * k_leader)
        leader, follower = k_follower / (4 * k_leader**2), (1 - p) / (2 * k_leader)
    else:
        p, leader, follower = 1.0, 1 / k_follower, 0.0
    if (p > q) == (v.crisis_without == Crisis.ALLY_CHALLENGES) and v.crisis_without != Crisis.QUIET:
        # the contest e_C -> 0 is reached as sqrt(e_C)
        assert v.ally_arms_without == pytest.approx(leader, abs=1e-6)
        assert v.challenger_arms_without == pytest.approx(follower, abs=1e-6)
        assert v.settlement_without == pytest.approx(p, abs=1e-6)
    else:
        pytest.fail(f"A's contest is worth p = {p}, q = {q}, but the crisis is {v.crisis_without}")


def test_results_are_consistent():
    """What the definition says about every result of any game."""
    for g in random_games(sized(20_000), seed=5) + EDGE_GAMES:
        v, limit = solve(g)
        c_a, c_c, c_s, q, e_a, phi, stake, kappa, f = (g[i] for i in (0, 1, 2, 3, 6, 8, 9, 12, 13))
        signed = limit != kernels.PledgeLimit.NONE
        assert (v.pledge > 0) == signed, g
        assert (v.regime in (Regime.RESTRAINT, Regime.DETERRENCE, Regime.PARTIAL)) == signed, g
        for crisis, x in ((v.crisis, v.settlement), (v.crisis_without, v.settlement_without)):
            assert 0 <= x <= 1, g
            if crisis == Crisis.QUIET:
                assert x == q, g  # exactly: decided by the reply that was chosen
        if not signed:
            for name in kernels.VARIABLES:
                if f"{name}_without" in kernels.VARIABLES:
                    assert getattr(v, name) == getattr(v, f"{name}_without"), (name, g)
        else:
            assert v.crisis_without != Crisis.QUIET, g
            # by more than rounding: a pledge of 1e-17 that buys nothing is no alliance
            assert abs(v.settlement - q) < abs(v.settlement_without - q) - 1e-13, g
            assert v.superpower_payoff > v.superpower_payoff_without, g
        assert min(v.ally_arms, v.challenger_arms, v.ally_arms_without, v.challenger_arms_without) >= 0, g
        # payoffs and differences, by their definitions in other words
        cost = c_s * v.pledge + f if signed else 0.0
        assert v.superpower_payoff == pytest.approx(-stake * abs(v.settlement - q) - cost, abs=1e-12), g
        assert v.ally_payoff == pytest.approx(v.settlement - c_a * v.ally_arms - kappa * signed, abs=1e-12), g
        assert v.challenger_payoff == pytest.approx(1 - v.settlement - c_c * v.challenger_arms, abs=1e-12), g
        spent = c_s * v.pledge + c_a * v.ally_arms
        assert np.isnan(v.burden_share) == (spent == 0), g
        if spent > 0:
            assert v.burden_share == pytest.approx(c_s * v.pledge / spent), g
        grown = v.ally_arms + phi * v.pledge - v.ally_arms_without
        assert v.aggrandizement == pytest.approx(
            grown, abs=1e-12 * (1 + e_a + abs(grown) + phi * v.pledge)
        ), g
        assert v.provocation == v.challenger_arms - v.challenger_arms_without, g


@pytest.mark.parametrize(
    ("changed", "regime", "limit"),
    [
        ({"ally_cost": 0.1}, "REVISION", "NONE"),
        ({"ally_cost": 0.3}, "RESTRAINT", "REFUSAL"),
        ({"ally_cost": 0.6}, "SELF_RELIANCE", "NONE"),
        ({"ally_cost": 1.0}, "DETERRENCE", "CONCESSION"),
        ({"ally_cost": 1.0, "autonomy_cost": 0.1}, "DETERRENCE", "REFUSAL"),
        ({"ally_cost": 5.0, "superpower_cost": 2.0, "status_quo": 0.9}, "PARTIAL", "PRICE"),
        ({"ally_cost": 5.0, "stake": 0.1}, "CONCESSION", "NONE"),
    ],
)
def test_every_regime_and_limit_occurs(changed, regime, limit):
    """One game for each; the certificate above checks that they are right."""
    v, found = solve(game(**changed))
    assert (Regime(int(v.regime)).name, found.name) == (regime, limit)


def test_indifferent_ally_takes_the_settlement_closer_to_the_status_quo():
    """Between revising and conceding: with q = 0.5, x = 0.883 or 0.937 against 0.2 or 0."""
    from foedus.kernels.alliance.ally import revision_is_closer

    t = kernels.game_terms(game())
    levels = kernels.levels(t)
    taken = kernels.settlement_at(t, levels, 0.0, 1.389, float(Crisis.ALLY_CHALLENGES))
    assert taken == pytest.approx(0.883, abs=1e-3)
    kept = kernels.settlement_at(t, levels, 0.0, 0.125, float(Crisis.CHALLENGER_CHALLENGES))
    assert kept == pytest.approx(0.2, abs=1e-3)
    nothing = kernels.settlement_at(t, levels, 0.0, 0.0, float(Crisis.CHALLENGER_CHALLENGES))
    assert nothing == 0.0
    assert not revision_is_closer(t, taken, kept)
    assert revision_is_closer(t, taken, nothing)


def test_superpower_may_move_the_ally_from_revising_to_conceding():
    """A settlement below q, but nearer to it than the one above it without S."""
    g = {"ally_cost": 0.91, "challenger_cost": 1, "superpower_cost": 1, "ally_war_cost": 0.01}
    eq = foedus.solve(**g, challenger_war_cost=0, challenger_forces=0.3)
    assert eq.regime == Regime.PARTIAL
    assert (eq.without.crisis, eq.crisis) == (Crisis.ALLY_CHALLENGES, Crisis.CHALLENGER_CHALLENGES)
    assert eq.without.settlement > 0.5 > eq.settlement > 1 - eq.without.settlement
    assert eq.ally_payoff == pytest.approx(eq.without.ally_payoff, abs=1e-14)
    # a grid search over S's pledges, straight from the definition, found this payoff
    assert eq.superpower_payoff == pytest.approx(-0.0327029, abs=1e-7)


def test_indifferent_ally_arms_and_concedes_rather_than_concede_all():
    """At c_C = 0.2 both are worth 0 to A: x = P - 0.05 with P = 0.2/(2 * 1), for arms P^2/0.2."""
    eq = foedus.solve(challenger_cost=0.2, superpower_cost=1.6)
    assert eq.regime == Regime.CONCESSION
    assert eq.without.ally_arms == pytest.approx(0.05)
    assert eq.settlement == eq.without.settlement == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("changed", "arms"),
    [
        ({"challenger_cost": 1, "status_quo": 0.9, "challenger_forces": 1e4, "superpower_cost": 0.01}, 9e-7),
        (
            {"challenger_cost": 1e-6, "status_quo": 0.9, "challenger_forces": 1e-3, "superpower_cost": 1e-3},
            9e-7,
        ),
    ],
)
def test_huge_pledges_leave_the_ally_just_willing(changed, arms):
    """A arms for its whole gain, q/c_A, for any size of the pledge."""
    eq = foedus.solve(ally_cost=1e6, ally_war_cost=2, challenger_war_cost=0, stake=1e6, **changed)
    assert (eq.regime, eq.pledge_limit) == (Regime.DETERRENCE, "refusal")
    assert eq.ally_arms == pytest.approx(arms, rel=1e-14)
    assert eq.ally_payoff == pytest.approx(eq.without.ally_payoff, abs=1e-15)


def test_near_the_whole_good():
    """q = 1 - 1e-9, K = 0: holding would cost S 0.0307 (computed with 50 digits), revision 4.3e-7."""
    eq = foedus.solve(
        ally_cost=3.840511777840911e-05, challenger_cost=0.00021693397844871695,
        superpower_cost=1286.5333019487043, status_quo=0.999999999, ally_war_cost=0, challenger_war_cost=0,
        ally_forces=1.3537332944660972e-06, challenger_forces=1.678580335613621e-06,
        effectiveness=0.1307289312166448, stake=676.0285281315753, bargaining_power=0,
    )  # fmt: skip
    assert (eq.regime, eq.pledge) == (Regime.REVISION, 0)
    assert eq.superpower_payoff == pytest.approx(-4.2986e-7, rel=1e-3)


def test_a_surplus_lost_in_rounding_is_none():
    """If q - pi K is q, nobody can take anything, and only a settlement other than q is called a change."""
    rng = np.random.default_rng(10)
    games = sized(100_000)
    ds = foedus.solve_points(
        {
            "bargaining_power": 10 ** rng.uniform(-18, -12, games),
            "status_quo": rng.uniform(0.05, 0.95, games),
            "ally_cost": 10 ** rng.uniform(-1.5, 1, games),
            "superpower_cost": 10 ** rng.uniform(-2, 0.5, games),
        }
    )
    quiet = ds.crisis == Crisis.QUIET
    assert ((ds.settlement == ds.status_quo) == quiet).all()


def test_no_pledge_out_of_rounding():
    """If A arms and concedes by itself, S's backing buys nothing as long as A arms, even if rounding says
    otherwise."""
    rng = np.random.default_rng(9)
    games = sized(200_000)
    columns = {
        "ally_cost": np.round(rng.uniform(0.05, 1, games), 2),
        "challenger_cost": np.round(rng.uniform(0.05, 2, games), 2),
        "superpower_cost": np.round(rng.uniform(0.1, 3, games), 1),
        "status_quo": np.round(rng.uniform(0.5, 0.99, games), 2),
        "ally_war_cost": np.round(rng.uniform(0, 0.3, games), 2),
        "challenger_forces": np.round(rng.uniform(0.01, 0.5, games), 2),
    }
    ds = foedus.solve_points(columns)
    arming = (ds.crisis_without == Crisis.CHALLENGER_CHALLENGES) & (ds.ally_arms_without > 0)
    assert arming.sum() > games / 20
    assert (ds.pledge.where(ds.pledge > 0).min() > 1e-9).item()
    assert (ds.superpower_payoff >= ds.superpower_payoff_without).all()


def test_no_stake_no_alliance():
    assert foedus.solve(ally_cost=1.0, stake=0.0).regime == Regime.CONCESSION


def test_alliance_cost_enters_only_the_superpowers_choice():
    free, dear = foedus.solve(ally_cost=1.0), foedus.solve(ally_cost=1.0, alliance_cost=0.05)
    assert dear.regime == free.regime == Regime.DETERRENCE
    assert dear.pledge == free.pledge
    assert dear.superpower_payoff == pytest.approx(free.superpower_payoff - 0.05)
    gain = free.superpower_payoff - free.without.superpower_payoff
    assert foedus.solve(ally_cost=1.0, alliance_cost=gain * 1.001).regime == Regime.CONCESSION
    assert foedus.solve(ally_cost=1.0, alliance_cost=gain * 0.999).regime == Regime.DETERRENCE


def test_challenger_without_a_threat_concedes_only():
    """q <= k_C: C is never credible, nothing is pledged, and A revises or holds at no cost."""
    for ally_cost in (0.1, 1.0, 10.0):
        eq = foedus.solve(ally_cost=ally_cost, status_quo=0.3, challenger_war_cost=0.3)
        assert eq.pledge == 0
        assert eq.regime in (Regime.REVISION, Regime.SELF_RELIANCE)
    assert eq.regime == Regime.SELF_RELIANCE
    assert eq.ally_arms == eq.challenger_arms == 0


def test_ally_without_a_threat_never_revises():
    """q + k_A >= 1: no win probability makes A's threat credible."""
    for ally_cost in (1e-3, 0.1, 1.0):
        eq = foedus.solve(ally_cost=ally_cost, status_quo=0.7, ally_war_cost=0.3)
        assert eq.without.settlement <= 0.7


def test_no_surplus_to_take_means_the_status_quo():
    """With pi K = 0 the settlement at the edge of a threat is q either way: the status quo holds."""
    for pi, k in ((0.0, 0.1), (1.0, 0.0)):
        ds = foedus.sweep(
            {"ally_cost": np.geomspace(0.02, 20, sized(400)), "status_quo": np.linspace(0.15, 0.85, 41)},
            bargaining_power=pi,
            ally_war_cost=k,
            challenger_war_cost=k,
        )
        quiet = ds.crisis_without == Crisis.QUIET
        assert quiet.any() == (k > 0)  # with K = 0 the settlement is the contest's, q by chance only
        # nobody takes or concedes nothing
        assert (ds.settlement_without.where(~quiet) != ds.status_quo).where(~quiet, True).all()
