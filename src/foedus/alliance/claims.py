"""The claims of the article, as predicates over solved games.

The sentences are those of the article's abstract in our words. One is from its author's project report: the
region without an alliance lies between restraint and deterrence. A number counts as larger than another if it
exceeds it by more than `TOLERANCE` of it, so that no claim depends on the units of arms.
"""

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..model import Claim
from ..uncertainty.games import Found, Games
from .codes import Crisis, Regime
from .definition import win_probability

TOLERANCE = 1e-9
STEP = 0.01  # c_A rises by this part, to see what rises and falls with it
SHORT = 1e-8  # the pledge is cut by this part, to see whether less would be enough
LITTLE = 1e-6  # of the good: if A loses no more by the cut, it counts as indifferent

Truths = np.ndarray  # of booleans


def _is(g: Games, regime: Regime) -> Truths:
    """Tell where a regime holds."""
    return g.found.regime == int(regime)


def _dearer(g: Games) -> Found:
    """Return the outcomes of games under restraint or deterrence if c_A is larger by `STEP`."""
    allied = _is(g, Regime.RESTRAINT) | _is(g, Regime.DETERRENCE)
    outcomes = ["regime", "pledge", "burden_share"]
    return g.at(allied, outcomes, ally_cost=g.given.ally_cost * (1 + STEP)).found


def _exceeds(one: np.ndarray, other: np.ndarray) -> Truths:
    """Tell where one number is larger than another; neither may be negative."""
    return one - other > TOLERANCE * other


def _own(g: Games) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return A's own forces: the existing ones, with its new arms, and with its new arms without the
    alliance."""
    forces = g.given.ally_forces
    return forces, forces + g.found.ally_arms, forces + g.found.ally_arms_without


def _total(g: Games) -> tuple[np.ndarray, np.ndarray]:
    """Return the force that faces C, with the alliance and without."""
    _, own, without = _own(g)
    return own + g.given.effectiveness * g.found.pledge, without


def _below(there: Truths) -> Truths:
    """Tell which games on a line are `there` or above one that is."""
    return np.logical_or.accumulate(there, axis=1)


def _above(there: Truths) -> Truths:
    """Tell which games on a line are `there` or below one that is."""
    return _below(there[:, ::-1])[:, ::-1]


def _under(*regimes: Regime) -> Callable[[Games], Truths]:
    """Return the premise that one of these regimes holds."""

    def premise(g: Games) -> Truths:
        return functools.reduce(operator.or_, [_is(g, regime) for regime in regimes])

    premise.__doc__ = " or ".join(regime.words for regime in regimes)
    return premise


def _still_under(regime: Regime) -> Callable[[Games], Truths]:
    """Return the premise that a regime holds at c_A and at a slightly larger c_A."""

    def premise(g: Games) -> Truths:
        return _is(g, regime) & (g.once(_dearer).regime == int(regime))

    premise.__doc__ = f"{regime.words}, also with c_A {STEP:.0%} larger"
    return premise


def _with_both(one: Regime, other: Regime) -> Callable[[Games], Any]:
    """Return the premise that two regimes occur on a line."""

    def premise(lines: Games) -> Any:
        return _is(lines, one).any(axis=1) & _is(lines, other).any(axis=1)

    premise.__doc__ = f"{one.words} and {other.words} occur on a line along c_A"
    return premise


def allied(g: Games) -> Truths:
    """an alliance"""
    return np.isin(g.found.regime, [Regime.RESTRAINT, Regime.DETERRENCE, Regime.PARTIAL])


def exclusive(g: Games) -> Truths:
    """Without the alliance either A or C would overturn the status quo, so the alliance has one effect."""
    restrains = g.found.crisis_without == int(Crisis.ALLY_CHALLENGES)
    deters = g.found.crisis_without == int(Crisis.CHALLENGER_CHALLENGES)
    return restrains ^ deters


def restraint_below_self_reliance(lines: Games) -> Truths:
    """No restraint lies above any self-reliance."""
    return ~(_is(lines, Regime.RESTRAINT) & _below(_is(lines, Regime.SELF_RELIANCE)))


def deterrence_above_self_reliance(lines: Games) -> Truths:
    """No deterrence lies below any self-reliance."""
    return ~(_is(lines, Regime.DETERRENCE) & _above(_is(lines, Regime.SELF_RELIANCE)))


def restraint_below_deterrence(lines: Games) -> Truths:
    """No restraint lies above any deterrence."""
    return ~(_is(lines, Regime.RESTRAINT) & _below(_is(lines, Regime.DETERRENCE)))


def self_reliance_between(lines: Games) -> Truths:
    """Between restraint and deterrence there is no other regime than these and self-reliance."""
    between = _below(_is(lines, Regime.RESTRAINT)) & _above(_is(lines, Regime.DETERRENCE))
    return ~(between & np.isin(lines.found.regime, [Regime.REVISION, Regime.PARTIAL, Regime.CONCESSION]))


def restraint_pledge_falls(g: Games) -> Truths:
    """The pledge falls as c_A rises."""
    return _exceeds(g.found.pledge, g.once(_dearer).pledge)


def restraint_burden_falls(g: Games) -> Truths:
    """S's burden share falls as c_A rises."""
    return _exceeds(g.found.burden_share, g.once(_dearer).burden_share)


def restraint_disproportionate(g: Games) -> Truths:
    """S bears more than half of what the alliance spends."""
    return g.found.burden_share > 0.5


def restraint_own_arms_fall(g: Games) -> Truths:
    """A's own arms are smaller than without the alliance."""
    _, own, without = _own(g)
    return _exceeds(without, own)


def restraint_total_falls(g: Games) -> Truths:
    """The force that faces C is smaller than without the alliance."""
    total, without = _total(g)
    return _exceeds(without, total)


def deterrence_pledge_rises(g: Games) -> Truths:
    """The pledge rises with c_A."""
    return _exceeds(g.once(_dearer).pledge, g.found.pledge)


def deterrence_indifferent(g: Games) -> Truths:
    """With a pledge that is smaller by `SHORT`, A would refuse, or sign and not hold, with the same
    payoff."""
    from ..kernels import alliance as kernels  # it imports numba, which is slow

    which = np.flatnonzero(_is(g, Regime.DETERRENCE))
    replies = np.empty((which.size, len(kernels.Reply._fields)))
    kernels.replies_to_pledges(g.numbers(which), g.found.pledge[which] * (1 - SHORT), replies)
    reply = kernels.Reply(*replies.T)
    signing = reply.payoff - np.broadcast_to(g.given.autonomy_cost, g.found.regime.shape)[which]
    refusing = g.found.ally_payoff_without[which]
    still_holds = (signing >= refusing) & (reply.crisis == int(Crisis.QUIET))
    loses = g.found.ally_payoff[which] - np.maximum(signing, refusing) > LITTLE
    indifferent = np.zeros(g.found.regime.shape, bool)
    indifferent[which] = ~(still_holds | loses)
    return indifferent


def deterrence_ally_arms(g: Games) -> Truths:
    """A adds arms."""
    forces, own, _ = _own(g)
    return _exceeds(own, forces)


def deterrence_own_arms_rise(g: Games) -> Truths:
    """A's own arms are larger than without the alliance."""
    _, own, without = _own(g)
    return _exceeds(own, without)


def deterrence_total_rises(g: Games) -> Truths:
    """The force that faces C is larger than without the alliance."""
    return _exceeds(*_total(g))


def deterrence_no_provocation(g: Games) -> Truths:
    """C adds no more arms than without the alliance."""
    forces, arms, without = (
        g.given.challenger_forces,
        g.found.challenger_arms,
        g.found.challenger_arms_without,
    )
    return ~_exceeds(forces + arms, forces + without)


def deterrence_too_weak_alone(g: Games) -> Truths:
    """P(alpha, e_C) <= q + k_A: against C's existing forces A has no credible threat."""
    given = g.given
    _, own, _ = _own(g)
    wins = win_probability(given.contest, given.decisiveness, own, given.challenger_forces)
    return wins <= given.status_quo + given.ally_war_cost + TOLERANCE


def alliance_preserves(g: Games) -> Truths:
    """Nobody challenges; under a partial alliance somebody does."""
    return g.found.crisis == int(Crisis.QUIET)


_RESTRAINT, _DETERRENCE = _under(Regime.RESTRAINT), _under(Regime.DETERRENCE)

CLAIMS = (
    Claim(
        "exclusive",
        "Restraint and deterrence are two effects, and at most one is at work in a given game "
        "(true by construction of the regimes).",
        _under(Regime.RESTRAINT, Regime.DETERRENCE),
        exclusive,
    ),
    Claim(
        "restraint_below_self_reliance",
        "Restraint lies where arms are cheap for A, at lower c_A than the region where the status quo "
        "remains without an alliance.",
        _with_both(Regime.RESTRAINT, Regime.SELF_RELIANCE),
        restraint_below_self_reliance,
        along="ally_cost",
    ),
    Claim(
        "deterrence_above_self_reliance",
        "Deterrence lies where arms are costly for A, at higher c_A than the region where the status quo "
        "remains without an alliance.",
        _with_both(Regime.DETERRENCE, Regime.SELF_RELIANCE),
        deterrence_above_self_reliance,
        along="ally_cost",
    ),
    Claim(
        "restraint_below_deterrence",
        "Restraint and deterrence occur at different c_A: restraint at lower values.",
        _with_both(Regime.RESTRAINT, Regime.DETERRENCE),
        restraint_below_deterrence,
        along="ally_cost",
    ),
    Claim(
        "self_reliance_between",
        "Between restraint and deterrence there is only the region where the status quo remains "
        "without an alliance.",
        _with_both(Regime.RESTRAINT, Regime.DETERRENCE),
        self_reliance_between,
        along="ally_cost",
    ),
    Claim(
        "restraint_pledge_falls",
        "Under restraint S pledges less if arms are more costly for A.",
        _still_under(Regime.RESTRAINT),
        restraint_pledge_falls,
    ),
    Claim(
        "restraint_burden_falls",
        "S's share of the burden falls if arms are more costly for the restrained ally.",
        _still_under(Regime.RESTRAINT),
        restraint_burden_falls,
    ),
    Claim(
        "restraint_disproportionate",
        "To restrain A, S may even bear a disproportionate burden: more than half of the spending.",
        _RESTRAINT,
        restraint_disproportionate,
        only_may=True,
    ),
    Claim(
        "restraint_own_arms_fall",
        "Restraint saves the ally arms: it has fewer arms of its own than without the alliance.",
        _RESTRAINT,
        restraint_own_arms_fall,
    ),
    Claim(
        "restraint_total_falls",
        "Under restraint the force that faces C, S's and A's together, is smaller than without the alliance.",
        _RESTRAINT,
        restraint_total_falls,
    ),
    Claim(
        "deterrence_pledge_rises",
        "Under deterrence S pledges more if arms are more costly for A.",
        _still_under(Regime.DETERRENCE),
        deterrence_pledge_rises,
    ),
    Claim(
        "deterrence_indifferent",
        "No exploitation: S pledges only as much as A needs to sign and hold; A's next best choice is worth "
        "as much to A.",
        _DETERRENCE,
        deterrence_indifferent,
    ),
    Claim(
        "deterrence_ally_arms",
        "No exploitation: A arms, too; it adds to its own forces.",
        _DETERRENCE,
        deterrence_ally_arms,
    ),
    Claim(
        "deterrence_own_arms_rise",
        "Aggrandizement: with an alliance that deters, A has more arms of its own than without.",
        _DETERRENCE,
        deterrence_own_arms_rise,
    ),
    Claim(
        "deterrence_total_rises",
        "Aggrandizement: with an alliance that deters, the force that faces C is larger than without.",
        _DETERRENCE,
        deterrence_total_rises,
    ),
    Claim(
        "deterrence_no_provocation",
        "No provocation: with an alliance that deters, C adds no more arms than without.",
        _DETERRENCE,
        deterrence_no_provocation,
    ),
    Claim(
        "deterrence_too_weak_alone",
        "An alliance that deters leaves A too weak to act alone: P(e_A + a, e_C) <= q + k_A.",
        _DETERRENCE,
        deterrence_too_weak_alone,
    ),
    Claim(
        "alliance_preserves",
        "The alliance preserves the status quo (a partial one is an exception).",
        allied,
        alliance_preserves,
    ),
)
