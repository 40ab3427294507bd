"""The certificate: how much a player could gain by another move than the one that the solver found.

Everything here is searched for in the definition of the game. The search uses no formula of the solver and
no result about the solution: only the contest, its inverse and its slope, the settlement, the payoffs, and
backward induction. C's best reply to given forces is found exactly, because its payoff is smooth except at
four forces and has at most one top between two of them. A's and S's best moves are searched for on nodes. The
search closes in on every change of the reply and on every top that could still be better.

If two replies are worth the same up to rounding, the one that is worse for the deviating player counts. So a
gain that is found is real, and the real gain may be larger.
"""

import math
from typing import NamedTuple

from .._jit import jit, jit_apart

UNSOLVED = -1.0
REVISION, RESTRAINT, SELF_RELIANCE, DETERRENCE, PARTIAL, CONCESSION = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0
ALLY, QUIET, CHALLENGER = 0.0, 1.0, 2.0  # who challenges
RATIO = 0.0

# the kinds of C's reply: between two of them A's share may jump, or have a kink
YIELDING, LOSING_ALL, FIGHTING_BACK, STAYING, CHALLENGING, JUST_CREDIBLE, ARMING, TAKING_ALL = range(8)

MISFIT = 1.0  # the error if a code does not fit: the whole good
EDGE = 1e-9  # a win probability may be this far on the wrong side of the edge of a threat
ROUNDING = 4e-15  # of payoffs, relatively
CLEAR = 1e-11  # one move of A is clearly better than another if it gains more than this
RESOLUTION = 1e-10  # the search ignores gains that exceed the largest found by less than this
FLAT = 1e-11  # a parabola finds a top best if it rises by this; rounding would move a lower one
BLUR = 1e-9  # the error of a settlement that moves with A's best arms
SHARP = 1e-13  # the resolution of A's gains when S deviates
NEWTON = 100  # steps; a few are enough, or 50 if the root is nearly double
GOLDEN = 0.5 * (3.0 - math.sqrt(5.0))
NARROWINGS = 40
NEARBY = 0.1  # of what a player may spend: if C is indifferent at two arms so far apart, it is no accident
CHANGES = 4  # of the reply between two nodes, at most
INTO = 1e-3  # the part of a stretch after which the search looks whether the payoff rises
CLOSER = 2  # how often it looks again, nearer by this factor each time
FEW, MANY, OFFERS = 12, 48, 16  # nodes over A's arms, for a first and for a close search, and over S's pledge
ODDS, SURE = 9, 8.0  # nodes over the log-odds of a contest, from -SURE to SURE, where it is nearly certain
APART = 1.0 + 1e-12  # least ratio of two nodes; nearer ones differ only by rounding
BESIDE = (-1e-3, -1e-6, -1e-9, 0.0, 1e-9, 1e-6, 1e-3)  # nodes beside the player's own move


class Stated(NamedTuple):
    """The solution that is to be checked: the paths with S and without, and the regime."""

    regime: float
    pledge: float
    ally_arms: float
    challenger_arms: float
    settlement: float
    crisis: float
    superpower_payoff: float
    ally_payoff: float
    challenger_payoff: float
    ally_arms_without: float
    challenger_arms_without: float
    settlement_without: float
    crisis_without: float
    superpower_payoff_without: float
    ally_payoff_without: float
    challenger_payoff_without: float


class Rules(NamedTuple):
    """The parameters of a game, and values of the contest that follow from them."""

    ally_cost: float
    challenger_cost: float
    superpower_cost: float
    status_quo: float
    ally_war_cost: float
    challenger_war_cost: float
    ally_forces: float
    challenger_forces: float
    effectiveness: float
    stake: float
    bargaining_power: float
    autonomy_cost: float
    alliance_cost: float
    decisiveness: float
    contest: float
    surplus: float  # pi K
    ally_edge: float  # q + k_A: A's threat is credible above this probability
    challenger_edge: float  # q - k_C: C's threat is credible below it
    everything: float  # A takes all above this probability
    nothing: float  # A keeps nothing below this probability
    # the `margin` of the rival forces against which a force wins with a given probability: their ratio to the
    # force in the ratio contest, their difference from it in the difference contest
    calming: float  # for ally_edge
    threatening: float  # for challenger_edge
    saving: float  # for everything
    taking: float  # for nothing
    turning: float  # for the inflection of the contest: beyond it the slope falls in the rival forces


class Reply(NamedTuple):
    """C's best payoff, and the settlement and the kind of that best reply which is worst for A."""

    payoff: float
    settlement: float
    kind: int


class Act(NamedTuple):
    """A move of A or S, and the result."""

    move: float
    payoff: float
    gross: float  # the payoff before the unit costs of the move
    change: float  # |x - q|
    kind: int  # the kind of the others' replies


class Nodes(NamedTuple):
    """Where a move is tried: over the whole line, over the odds of two contests, and beside the own move."""

    top: float
    parts: int  # of the line, dense near 0
    forces: float  # the forces that meet C's existing ones in one contest; a unit of the move adds `rate`
    other_forces: float  # the same in another contest
    rate: float
    own: float  # the player's move in the solution; less than 0 if there is none


class Trail(NamedTuple):
    """A search on its way up: the last two nodes, and the best so far."""

    before: Act
    last: Act
    best: Act


@jit
def win(g, force, rival):
    """Return P(force, rival), the probability that `force` wins against `rival`."""
    if g.contest == RATIO:
        if g.decisiveness == 1.0:
            return force / (force + rival)
        less, more = min(force, rival), max(force, rival)
        odds = (less / more) ** g.decisiveness
    else:
        odds = math.exp(-g.decisiveness * abs(force - rival))
    return 1.0 / (1.0 + odds) if force >= rival else odds / (1.0 + odds)


@jit
def margin(p, decisiveness, contest):
    """Return the margin of the rival forces against which a force wins with probability `p`, 0 < p < 1: their
    ratio to the force in the ratio contest, their difference from it in the difference contest."""
    log_odds = math.log((1.0 - p) / p) / decisiveness
    return math.exp(min(log_odds, 700.0)) if contest == RATIO else log_odds


@jit
def within(p, otherwise, decisiveness, contest):
    """Return the `margin` of a probability, or `otherwise` if no contest can have this probability."""
    return margin(p, decisiveness, contest) if 0.0 < p < 1.0 else otherwise


@jit
def rival(g, force, times_or_more):
    """Return the rival forces of a `margin`."""
    return force * times_or_more if g.contest == RATIO else force + times_or_more


@jit
def rules(p):
    """Return the `Rules` of the game with the 15 parameters of `p`."""
    surplus = p[10] * (p[4] + p[5])
    ally_edge, challenger_edge = p[3] + p[4], p[3] - p[5]
    everything, nothing = 1.0 + p[4] - surplus, surplus - p[5]
    gamma, contest = p[11], p[14]
    turning = 0.0  # the inflection is at p = (1 + 1/gamma)/2 in the ratio form, at 1/2 in the difference form
    if contest == RATIO:
        turning = margin(0.5 + 0.5 / gamma, gamma, contest) if gamma > 1.0 else 0.0
    return Rules(
        p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[12], p[13], gamma, contest,
        surplus,
        ally_edge,
        challenger_edge,
        everything,
        nothing,
        within(ally_edge, 0.0, gamma, contest),
        within(challenger_edge, 0.0, gamma, contest),
        within(everything, 0.0, gamma, contest),
        within(nothing, 0.0, gamma, contest),
        turning,
    )  # fmt: skip


@jit
def steepness(g, force, beta):
    """Return the logarithm of gain over cost of a further unit of C's arms, and its derivative in the
    logarithm of `beta`, or in `beta` in the difference contest.

    The gain is the slope of the contest: gamma p (1 - p)/beta, or gamma p (1 - p).
    """
    gamma, log_beta = g.decisiveness, 0.0
    if g.contest == RATIO:
        log_beta = math.log(beta)
        log_odds = gamma * (log_beta - math.log(force))
    else:
        log_odds = gamma * (beta - force)
    odds = math.exp(-abs(log_odds))
    value = math.log(gamma / g.challenger_cost) - abs(log_odds) - 2.0 * math.log(1.0 + odds) - log_beta
    turn = gamma * (1.0 - odds) / (1.0 + odds)
    falling = turn if log_odds > 0.0 else -turn
    return value, -falling - (1.0 if g.contest == RATIO else 0.0)


@jit_apart
def best_between(g, force, low, high):
    """Return C's best forces against `force` between `low` and `high`, or `low` if no forces between them are
    better than the ends.

    Beyond the inflection of the contest the slope falls and its logarithm is concave. So Newton's steps from
    above come down to the only root and never pass it.
    """
    if force <= 0.0 and g.contest == RATIO:
        return low
    from_here = max(low, rival(g, force, g.turning))
    if from_here >= high:
        return low
    if not (steepness(g, force, from_here)[0] > 0.0 > steepness(g, force, high)[0]):
        return low
    beta = high
    for _ in range(NEWTON):
        value, slope = steepness(g, force, beta)
        step = value / slope
        following = beta * math.exp(-step) if g.contest == RATIO else beta - step
        if not from_here < following < beta:
            break
        beta = following
    return beta


@jit
def weigh(reply, slack, payoff, settlement, kind):
    """Return the better of C's `reply` and another one. If they are equally good, return the one that is
    worse for A, or better for A if `slack` is negative."""
    if payoff > reply.payoff + abs(slack):
        return Reply(payoff, settlement, kind)
    if payoff < reply.payoff - abs(slack):
        return reply
    better = max(payoff, reply.payoff)
    if settlement < reply.settlement if slack > 0.0 else settlement > reply.settlement:
        return Reply(better, settlement, kind)
    return Reply(better, reply.settlement, reply.kind)


@jit_apart
def challenger_reply(g, s, a):
    """Return C's `Reply` to the pledge `s` and A's arms `a`; of equally good replies the worst for A."""
    return reply_with(g, s, a, ROUNDING)


@jit_apart
def reply_with(g, s, a, rounding):
    """Return C's `Reply` to the pledge `s` and A's arms `a`. Of replies whose payoffs differ by no more than
    `rounding`, return the worst for A, or the best if `rounding` is negative.

    As C's forces rise from e_C, A challenges until they neutralise its threat; then nobody challenges; then C
    does, from where its threat is credible. C's best forces are the lower end of one of these ranges, a top
    of its gain less its cost, or the point where A has nothing left. Arms that cost more than the whole good
    (more than 1/c_C) never pay.
    """
    alpha, e_c, cost = g.ally_forces + a, g.challenger_forces, g.challenger_cost
    defence = alpha + g.effectiveness * s
    end = e_c + 1.0 / cost
    size = 1.0 + cost * e_c + g.decisiveness * (1.0 if g.contest == RATIO else defence + e_c)
    slack = rounding * size
    calm = e_c
    if g.ally_edge < 1.0:
        calm = max(e_c, rival(g, alpha, g.calming))
    reply = Reply(-math.inf, 1.0, LOSING_ALL)
    if calm > e_c:
        x = min(1.0, win(g, alpha, e_c) - g.ally_war_cost + g.surplus)
        reply = weigh(reply, slack, 1.0 - x, x, YIELDING if x < 1.0 else LOSING_ALL)
        low = e_c
        if g.everything < 1.0:
            low = max(e_c, rival(g, alpha, g.saving))
        beta = best_between(g, alpha, low, min(calm, end))
        if beta > low:
            x = min(1.0, win(g, alpha, beta) - g.ally_war_cost + g.surplus)
            reply = weigh(reply, slack, 1.0 - x - cost * (beta - e_c), x, FIGHTING_BACK)
    if g.challenger_edge <= 0.0:
        return weigh(reply, slack, 1.0 - g.status_quo - cost * (calm - e_c), g.status_quo, STAYING)
    threat = rival(g, defence, g.threatening)
    if calm <= threat:
        reply = weigh(reply, slack, 1.0 - g.status_quo - cost * (calm - e_c), g.status_quo, STAYING)
    low = max(e_c, threat)
    x = min(g.status_quo, max(0.0, win(g, defence, low) + g.challenger_war_cost - g.surplus))
    kind = CHALLENGING if low == e_c else JUST_CREDIBLE
    reply = weigh(reply, slack, 1.0 - x - cost * (low - e_c), x, kind if x > 0.0 else TAKING_ALL)
    if x <= 0.0:
        return reply
    if g.nothing > 0.0:
        taken = rival(g, defence, g.taking)
        if taken <= end:
            reply = weigh(reply, slack, 1.0 - cost * (taken - e_c), 0.0, TAKING_ALL)
            end = taken
    beta = best_between(g, defence, low, end)
    if beta > low:
        x = max(0.0, win(g, defence, beta) + g.challenger_war_cost - g.surplus)
        reply = weigh(reply, slack, 1.0 - x - cost * (beta - e_c), x, ARMING)
    return reply


@jit
def ally_act(g, s, a):
    """Return what A's arms `a` lead to with the pledge `s`, before the cost of signing."""
    reply = challenger_reply(g, s, a)
    x = reply.settlement
    return Act(a, x - g.ally_cost * a, x, abs(x - g.status_quo), reply.kind)


@jit
def better(one, other):
    """Return the act with the larger payoff. If that is not clear and the replies are of different kinds,
    return the act that is worse for S."""
    if one.kind == other.kind or abs(one.payoff - other.payoff) > CLEAR:
        return one if one.payoff > other.payoff else other
    return one if one.change >= other.change else other


@jit
def top_above(low, middle, high):
    """Return by how much the top of a concave payoff can exceed the middle one of three acts, if the top lies
    between the outer two."""
    rise = (middle.payoff - low.payoff) / (middle.move - low.move)
    fall = (middle.payoff - high.payoff) / (high.move - middle.move)
    return max(rise * (high.move - middle.move), fall * (middle.move - low.move))


@jit
def top_of_parabola(low, middle, high):
    """Return where the parabola through three acts has its top. This gives many more digits of a smooth top
    than comparing payoffs, which are flat there."""
    rise = (middle.payoff - low.payoff) / (middle.move - low.move)
    fall = (middle.payoff - high.payoff) / (high.move - middle.move)
    if not rise + fall > 0.0:
        return middle.move
    top = 0.5 * (fall * (low.move + middle.move) + rise * (middle.move + high.move)) / (rise + fall)
    return min(high.move, max(low.move, top))


@jit
def line_node(nodes, k):
    """Return node k over the whole line."""
    part = k / nodes.parts
    return nodes.top * part * part * part if k <= nodes.parts else math.inf


@jit
def odds_node(g, nodes, forces, k):
    """Return the move that makes `forces` win against e_C with the k-th of the odds."""
    if k >= ODDS:
        return math.inf
    log_odds = SURE * (2.0 * k / (ODDS - 1) - 1.0) / g.decisiveness
    e_c = g.challenger_forces
    force = e_c * math.exp(min(log_odds, 700.0)) if g.contest == RATIO else e_c + log_odds
    return (force - forces) / nodes.rate


@jit
def own_node(nodes, k):
    """Return the k-th node beside the own move."""
    if nodes.own < 0.0 or k >= len(BESIDE):
        return math.inf
    return nodes.own + BESIDE[k] * (nodes.own if nodes.own > 0.0 else nodes.top)


def searching(act):
    """Return the search for a player's best move. `act` gives the result of each move."""

    @jit
    def narrowed(g, situation, low, middle, high, best, resolution):
        """Return the best act found while closing in on a top between three acts."""
        kind = middle.kind
        for _ in range(NARROWINGS):
            if top_above(low, middle, high) <= max(resolution, FLAT):
                break
            if middle.move - low.move > high.move - middle.move:
                trial = act(g, situation, middle.move - GOLDEN * (middle.move - low.move))
            else:
                trial = act(g, situation, middle.move + GOLDEN * (high.move - middle.move))
            if trial.move == middle.move or not low.move < trial.move < high.move:
                break  # no float is left between them
            best = better(best, trial)
            if trial.kind == kind and trial.payoff > middle.payoff:
                if trial.move < middle.move:
                    high, middle = middle, trial
                else:
                    low, middle = middle, trial
            elif trial.move < middle.move:
                low = trial
            else:
                high = trial
        top = act(g, situation, top_of_parabola(low, middle, high))
        if top.kind == best.kind and top.payoff > best.payoff - SHARP:
            return top
        return better(best, top)

    @jit_apart
    def passed(g, situation, trail, new, floor, resolution):
        """Return the `Trail` one act further. If it has passed a top, close in on that."""
        low, middle = trail.before, trail.last
        if new.move == middle.move:
            return trail
        best = better(trail.best, new)
        alike = low.kind == middle.kind == new.kind and low.move < middle.move < new.move
        if alike and middle.payoff >= max(low.payoff, new.payoff):
            bar = max(best.payoff, floor) + resolution
            if middle.payoff + top_above(low, middle, new) > bar:
                best = narrowed(g, situation, low, middle, new, best, resolution)
        return Trail(middle, new, best)

    @jit_apart
    def into(g, situation, end, other):
        """Return two acts a little way into a stretch from its `end`. The second is so near the end that the
        payoff rises up to it, if it rises at all."""
        width = INTO * (other.move - end.move)
        outer = inner = act(g, situation, end.move + width)
        for _ in range(CLOSER):
            if inner.kind == end.kind and inner.payoff >= end.payoff:
                break
            width *= INTO
            outer, inner = inner, act(g, situation, end.move + width)
        return outer, inner

    @jit_apart
    def advanced(g, situation, trail, node, cost, floor, resolution):
        """Return the `Trail` at the next node. Close in on changes of the reply before it."""
        there = act(g, situation, node)
        for _ in range(CHANGES):
            before, low, high, best = trail.before, trail.last, there, trail.best
            if low.kind == high.kind:
                break
            rise = 0.0
            if before.kind == low.kind and before.move < low.move:
                rise = max(0.0, 2.0 * (low.gross - before.gross) / (low.move - before.move))
            best = better(best, high)
            while True:
                hope = max(low.gross + rise * (high.move - low.move), high.gross) - cost * low.move
                middle = 0.5 * (low.move + high.move)
                if hope <= max(best.payoff, floor) + resolution or not low.move < middle < high.move:
                    break
                trial = act(g, situation, middle)
                best = better(best, trial)
                if trial.kind == low.kind:
                    low = trial
                else:
                    high = trial
            first = trail.last
            trail = Trail(before, first, best)
            if low.move > first.move:
                outer, inner = into(g, situation, low, first)
                trail = passed(g, situation, trail, outer, floor, resolution)
                trail = passed(g, situation, trail, inner, floor, resolution)
                trail = passed(g, situation, trail, low, floor, resolution)
            if high.move == there.move:
                break
            trail = passed(g, situation, trail, high, floor, resolution)
            outer, inner = into(g, situation, high, there)
            if inner.kind == high.kind:  # else the stretch is tiny, and the next change comes first
                trail = passed(g, situation, trail, inner, floor, resolution)
            if outer.kind == high.kind:
                trail = passed(g, situation, trail, outer, floor, resolution)
        return passed(g, situation, trail, there, floor, resolution)

    @jit_apart
    def search(g, situation, nodes, cost, most, floor, resolution):
        """Return the best act.

        cost : the cost of a unit of the move; most : no act has a larger payoff before this cost; floor and
        resolution : only acts whose payoff exceeds `floor` by `resolution` are of interest.
        """
        here = act(g, situation, 0.0)
        trail = Trail(here, here, here)
        i, j, k, m = 1, 0, 0, 0
        on_line, on_odds = line_node(nodes, i), odds_node(g, nodes, nodes.forces, j)
        on_others, on_own = odds_node(g, nodes, nodes.other_forces, k), own_node(nodes, m)
        trail = advanced(g, situation, trail, INTO * on_line, cost, floor, resolution)
        while True:
            node = min(on_line, on_odds, on_others, on_own)
            end = (most - max(trail.best.payoff, floor) - resolution) / cost  # beyond it nothing is better
            if min(node, end) > trail.last.move * APART:
                trail = advanced(g, situation, trail, min(node, end), cost, floor, resolution)
            if node >= end:
                break
            if on_line <= node:
                i += 1
                on_line = line_node(nodes, i)
            if on_odds <= node:
                j += 1
                on_odds = odds_node(g, nodes, nodes.forces, j)
            if on_others <= node:
                k += 1
                on_others = odds_node(g, nodes, nodes.other_forces, k)
            if on_own <= node:
                m += 1
                on_own = own_node(nodes, m)
        last = trail.last.move  # there may be a top before it
        beyond = act(g, situation, last + INTO * (last - trail.before.move))
        return passed(g, situation, trail, beyond, floor, resolution).best

    return search


search_arms = searching(ally_act)


@jit
def best_arms(g, s, count, own, floor, resolution):
    """Return A's best act with the pledge `s`."""
    e_a, cost = g.ally_forces, g.ally_cost
    nodes = Nodes((1.0 - max(floor, 0.0)) / cost, count, e_a, e_a + g.effectiveness * s, 1.0, own)
    return search_arms(g, s, nodes, cost, 1.0, floor, resolution)


class Offers(NamedTuple):
    """What S's pledges are compared with."""

    refusing: float  # A's payoff without S, plus what signing costs it
    none: float  # S's payoff without an alliance
    stated: float  # S's payoff in the solution


@jit
def superpower_payoff(g, s, x):
    """Return S's payoff from the pledge `s` > 0, or from none, and the settlement."""
    spent = g.superpower_cost * s + g.alliance_cost if s > 0.0 else 0.0
    return -g.stake * abs(x - g.status_quo) - spent


@jit
def gross_of(g, act):
    """Return S's payoff from what A does, before the cost of the pledge, less the error in it."""
    return -g.stake * (act.change + BLUR if act.change > 0.0 else 0.0) - g.alliance_cost


@jit_apart
def superpower_act(g, offers, s):
    """Return what the pledge `s` leads to. A refused pledge leads to no alliance.

    If it looks like a gain for S, A's reply is searched for again with more nodes: A may have a better one.
    """
    act = best_arms(g, s, FEW, -1.0, -math.inf, SHARP)
    cost = g.superpower_cost * s
    gross = gross_of(g, act)
    if gross - cost > offers.stated + RESOLUTION and act.payoff >= offers.refusing - CLEAR:
        act = best_arms(g, s, MANY, -1.0, -math.inf, SHARP)
        gross = gross_of(g, act)
    signing = 2
    if s == 0.0:
        gross = offers.none
    elif act.payoff < offers.refusing + CLEAR:
        signing = 1 if act.payoff >= offers.refusing - CLEAR else 0
        gross = min(gross, offers.none + cost) if signing else offers.none + cost
    kind = 6 * act.kind + 3 * (act.move > 0.0) + signing
    return Act(s, gross - cost, gross, act.change, kind)


search_pledges = searching(superpower_act)


@jit_apart
def superpower_gain(g, s, a, payoff, none, refusing):
    """Return what S could gain over `payoff` by another pledge than `s`, or by none. A's arms with `s` are
    `a`."""
    gain = none - payoff
    top = (-payoff - g.alliance_cost) / g.superpower_cost  # beyond it a pledge costs more than S has to lose
    if top > 0.0:
        forces = g.ally_forces
        nodes = Nodes(top, OFFERS, forces, forces + a, g.effectiveness, s if s > 0.0 else -1.0)
        offers = Offers(refusing, none, payoff)
        act = search_pledges(g, offers, nodes, g.superpower_cost, -g.alliance_cost, payoff, RESOLUTION)
        gain = max(gain, act.payoff - payoff)
    return gain


@jit
def misstated(g, s, a, b, x, crisis):
    """Return how far `x` is from the settlement that these moves lead to in this `crisis`. If a threat fits
    this crisis worse than that, return by how much of a win probability it does not fit."""
    alpha, beta = g.ally_forces + a, g.challenger_forces + b
    ally_threat = win(g, alpha, beta) - g.ally_edge  # credible above 0
    p = win(g, alpha + g.effectiveness * s, beta)
    challenger_threat = g.challenger_edge - p if g.challenger_edge > 0.0 else -MISFIT
    if crisis == ALLY:
        off, settlement = -ally_threat, min(1.0, ally_threat + g.status_quo + g.surplus)
    elif crisis == CHALLENGER:
        off, settlement = -challenger_threat, max(0.0, p + g.challenger_war_cost - g.surplus)
    else:
        off, settlement = max(ally_threat, challenger_threat), g.status_quo
    if crisis != QUIET and abs(x - g.status_quo) <= ROUNDING:
        return MISFIT  # a threat that changes nothing is not carried out
    return max(off, abs(settlement - x)) if off <= EDGE else MISFIT


@jit
def tied(g, s, a):
    """Tell whether C has two equally good replies, one of them worse for A than the other."""
    return reply_with(g, s, a, ROUNDING).kind != reply_with(g, s, a, -ROUNDING).kind


@jit
def excused_payoff(g, s):
    """Return A's largest payoff if C is indifferent at all arms of A and then stays; -infinity if C is not
    indifferent.

    In the difference contest, every further unit of A's forces makes C neutralise one more, and meet one more
    if it challenges. So C stays for all forces of A or for none, except for those it need not neutralise.
    """
    best = -math.inf
    if g.ally_edge < 1.0:
        free = g.challenger_forces
        free = free / g.calming if g.contest == RATIO else free - g.calming
        least = max(0.0, free - g.ally_forces)
        more = least + NEARBY * min(1.0 / g.ally_cost, 1.0 / g.challenger_cost)
        if tied(g, s, least) and tied(g, s, more):
            best = reply_with(g, s, least, -ROUNDING).settlement - g.ally_cost * least
    return best


@jit_apart
def path_gain(g, s, a, b, x, crisis):
    """Return what C or A could gain by other arms than `b` and `a` with the pledge `s`, or how far `x` is
    from the settlement, if that is more."""
    gain = challenger_reply(g, s, a).payoff - (1.0 - x - g.challenger_cost * b)
    payoff = x - g.ally_cost * a
    gain = max(gain, best_arms(g, s, MANY, a, payoff, RESOLUTION).payoff - payoff)
    gain = max(gain, excused_payoff(g, s) - payoff)
    return max(gain, misstated(g, s, a, b, x, crisis))


@jit
def regime_of(signed, crisis, crisis_without):
    """Return the code of the regime."""
    if signed:
        if crisis != QUIET:
            return PARTIAL
        return RESTRAINT if crisis_without == ALLY else DETERRENCE
    if crisis_without == QUIET:
        return SELF_RELIANCE
    return REVISION if crisis_without == ALLY else CONCESSION


@jit
def fits(v):
    """Tell whether a stated solution is possible: finite numbers, no negative arms or pledge, and codes that
    fit each other."""
    numbers = v.pledge + v.ally_arms + v.challenger_arms + v.settlement
    numbers += v.ally_arms_without + v.challenger_arms_without + v.settlement_without
    numbers += v.superpower_payoff + v.ally_payoff + v.challenger_payoff
    numbers += v.superpower_payoff_without + v.ally_payoff_without + v.challenger_payoff_without
    least = min(v.pledge, v.ally_arms, v.challenger_arms, v.ally_arms_without, v.challenger_arms_without)
    signed = v.pledge > 0.0
    regime = regime_of(signed, v.crisis, v.crisis_without)
    return math.isfinite(numbers) and least >= 0.0 and v.regime == regime


@jit_apart
def deviation_gain(p, v):
    """Return the largest gain that the search finds for any player by another move, in units of the good. If
    the stated path has an error that is larger than this gain, return the error. NaN for an unsolved game.

    One player deviates at a time, from the path with S or from the path without S. C deviates at (s, a) and
    at (0, a0). A deviates in its arms with the pledge, in its arms without S, and in signing. S deviates in
    its pledge. The settlement must be the one of the definition, and payoffs must be those of the path.
    Within 1e-9 of the edge of a threat, rounding decides who challenges; there the settlement must be that of
    the stated crisis. Codes that do not fit and impossible numbers count as 1.

    Parameters
    ----------
    p : (15,)
        the parameters, in the order of `terms.Parameters`
    v : (16,)
        the stated solution of the game, in the order of `Stated`
    """
    g, v = rules(p), Stated(
        v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12], v[13], v[14], v[15]
    )  # fmt: skip
    if v.regime == UNSOLVED:
        return math.nan
    if not fits(v):
        return MISFIT
    s, a, b, x = v.pledge, v.ally_arms, v.challenger_arms, v.settlement
    # a0, b0, x0: without S
    a0, b0, x0 = v.ally_arms_without, v.challenger_arms_without, v.settlement_without
    signing = g.autonomy_cost if s > 0.0 else 0.0
    superpower, superpower0 = superpower_payoff(g, s, x), superpower_payoff(g, 0.0, x0)
    ally, ally0 = x - g.ally_cost * a - signing, x0 - g.ally_cost * a0
    gain = max(
        0.0,
        abs(v.superpower_payoff - superpower),
        abs(v.superpower_payoff_without - superpower0),
        abs(v.ally_payoff - ally),
        abs(v.ally_payoff_without - ally0),
        abs(v.challenger_payoff - (1.0 - x - g.challenger_cost * b)),
        abs(v.challenger_payoff_without - (1.0 - x0 - g.challenger_cost * b0)),
        path_gain(g, 0.0, a0, b0, x0, v.crisis_without),
    )
    if s > 0.0 or a != a0 or b != b0 or x != x0:
        gain = max(gain, path_gain(g, s, a, b, x, v.crisis))
    if s > 0.0:
        gain = max(gain, ally0 - ally)
    return max(gain, superpower_gain(g, s, a, superpower, superpower0, ally0 + g.autonomy_cost))


@jit_apart
def deviation_gains(first, last, fixed, varying, layout, values, stated, gains):
    """Write the `deviation_gain` of the games `first` to `last` - 1.

    fixed, varying, layout, values : as for `grid.solve_games`
    stated : (16, games) float64, the stated solution of each, in the order of `Stated`; gains : (games,)
    """
    # i = game, k = varying parameter
    p = fixed.copy()
    for i in range(first, last):
        for k in range(varying.size):
            offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
            p[varying[k]] = values[offset + i // stride % size]
        gains[i] = deviation_gain(p, stated[:, i])
