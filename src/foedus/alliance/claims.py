"""What the article claims, as predicates over solved games.

The sentences are those of the article's abstract in our words; that restraint and deterrence have the status
quo without an alliance between them is from its author's project report. A predicate over `Games` returns
where its premise is met and where the claim holds; one over `Lines` where its premise is met, line by line,
and the games that break the claim. What is more than something else is more by more than `TOLERANCE` of it,
so that no claim hangs on the units of arms.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from .tables import CONTESTS, Crisis, Regime

TOLERANCE = 1e-9
STEP = 0.01  # by how much of itself c_A rises, to see what rises and falls with it
SHORT = 1e-8  # which part of the pledge is left out, to see whether less would do
LITTLE = 1e-6  # of the good: what A may lose by that, and still have been indifferent

Truths = np.ndarray  # of booleans
Predicate = Callable[[Any], tuple[Truths, Truths]]


class Games(NamedTuple):
    """Solved games; each field but the last has arrays by name, of the tables where it is theirs."""

    given: SimpleNamespace  # parameters
    found: SimpleNamespace  # variables
    dearer: SimpleNamespace  # regime, pledge and burden share where c_A is `STEP` dearer, under an alliance
    for_less: SimpleNamespace  # under deterrence, holds and ally_payoff, if the pledge is `SHORT` smaller
    contest: str


class Lines(NamedTuple):
    """Solved games along lines on which c_A alone rises."""

    regime: np.ndarray  # (lines, games)


class Claim(NamedTuple):
    """One claim: what it says, where it is said to hold, and how it is tested."""

    name: str
    sentence: str
    premise: str
    test: Predicate
    along: bool = False  # whether it is about whole lines along c_A
    only_may: bool = False  # whether it says no more than that something may be so


def _under(games: Games, regime: Regime) -> Truths:
    """Tell where a regime holds."""
    return games.found.regime == int(regime)


def _still_under(games: Games, regime: Regime) -> Truths:
    """Tell where a regime holds at c_A and where it is a little dearer."""
    return _under(games, regime) & (games.dearer.regime == int(regime))


def _exceeds(one: np.ndarray, other: np.ndarray) -> Truths:
    """Tell where one number is larger than another, neither of them negative."""
    return one - other > TOLERANCE * other


def _own(games: Games) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return A's own forces: those it has, with what it adds, and with what it adds without the alliance."""
    forces = games.given.ally_forces
    return forces, forces + games.found.ally_arms, forces + games.found.ally_arms_without


def _total(games: Games) -> tuple[np.ndarray, np.ndarray]:
    """Return the force that faces C, and that without the alliance."""
    _, own, without = _own(games)
    return own + games.given.effectiveness * games.found.pledge, without


def exclusive(games: Games) -> tuple[Truths, Truths]:
    """One of A and C would overturn the status quo alone, and so the alliance has one effect."""
    restrains = games.found.crisis_without == int(Crisis.ALLY_CHALLENGES)
    deters = games.found.crisis_without == int(Crisis.CHALLENGER_CHALLENGES)
    return _under(games, Regime.RESTRAINT) | _under(games, Regime.DETERRENCE), restrains ^ deters


def _occurs(regime: np.ndarray, code: Regime) -> tuple[Truths, Truths]:
    """Tell which games of lines have a regime, and which lines have such games, as a column."""
    there = regime == int(code)
    return there, there.any(axis=1, keepdims=True)


def _below(there: Truths) -> Truths:
    """Tell which games have one of these below them on their line, or are one."""
    return np.logical_or.accumulate(there, axis=1)


def _above(there: Truths) -> Truths:
    """Tell which games have one of these above them on their line, or are one."""
    return _below(there[:, ::-1])[:, ::-1]


def restraint_below_self_reliance(lines: Lines) -> tuple[Truths, Truths]:
    """No restraint lies above any self-reliance."""
    restraint, restrained = _occurs(lines.regime, Regime.RESTRAINT)
    alone, relied = _occurs(lines.regime, Regime.SELF_RELIANCE)
    return (restrained & relied)[:, 0], restraint & _below(alone)


def deterrence_above_self_reliance(lines: Lines) -> tuple[Truths, Truths]:
    """No deterrence lies below any self-reliance."""
    deterrence, deterred = _occurs(lines.regime, Regime.DETERRENCE)
    alone, relied = _occurs(lines.regime, Regime.SELF_RELIANCE)
    return (deterred & relied)[:, 0], deterrence & _above(alone)


def restraint_below_deterrence(lines: Lines) -> tuple[Truths, Truths]:
    """No restraint lies above any deterrence."""
    restraint, restrained = _occurs(lines.regime, Regime.RESTRAINT)
    deterrence, deterred = _occurs(lines.regime, Regime.DETERRENCE)
    return (restrained & deterred)[:, 0], restraint & _below(deterrence)


def self_reliance_between(lines: Lines) -> tuple[Truths, Truths]:
    """Above a restraint and below a deterrence lie these and self-reliance, and no other regime."""
    restraint, restrained = _occurs(lines.regime, Regime.RESTRAINT)
    deterrence, deterred = _occurs(lines.regime, Regime.DETERRENCE)
    other = np.isin(lines.regime, [Regime.REVISION, Regime.PARTIAL, Regime.CONCESSION])
    return (restrained & deterred)[:, 0], other & _below(restraint) & _above(deterrence)


def restraint_pledge_falls(games: Games) -> tuple[Truths, Truths]:
    """The pledge falls as c_A rises."""
    return _still_under(games, Regime.RESTRAINT), _exceeds(games.found.pledge, games.dearer.pledge)


def restraint_burden_falls(games: Games) -> tuple[Truths, Truths]:
    """S's burden share falls as c_A rises."""
    shares = games.found.burden_share, games.dearer.burden_share
    return _still_under(games, Regime.RESTRAINT), _exceeds(*shares)


def restraint_disproportionate(games: Games) -> tuple[Truths, Truths]:
    """S bears more than half of what the alliance spends."""
    return _under(games, Regime.RESTRAINT), games.found.burden_share > 0.5


def restraint_own_arms_fall(games: Games) -> tuple[Truths, Truths]:
    """A's own arms are fewer than without the alliance."""
    _, own, without = _own(games)
    return _under(games, Regime.RESTRAINT), _exceeds(without, own)


def restraint_total_falls(games: Games) -> tuple[Truths, Truths]:
    """The force that faces C is less than without the alliance."""
    total, without = _total(games)
    return _under(games, Regime.RESTRAINT), _exceeds(without, total)


def deterrence_pledge_rises(games: Games) -> tuple[Truths, Truths]:
    """The pledge rises with c_A."""
    return _still_under(games, Regime.DETERRENCE), _exceeds(games.dearer.pledge, games.found.pledge)


def deterrence_indifferent(games: Games) -> tuple[Truths, Truths]:
    """With a little less, A would refuse, or not hold, and be as well off."""
    loses = games.found.ally_payoff - games.for_less.ally_payoff > LITTLE
    return _under(games, Regime.DETERRENCE), ~(games.for_less.holds | loses)


def deterrence_ally_arms(games: Games) -> tuple[Truths, Truths]:
    """A adds arms."""
    forces, own, _ = _own(games)
    return _under(games, Regime.DETERRENCE), _exceeds(own, forces)


def deterrence_own_arms_rise(games: Games) -> tuple[Truths, Truths]:
    """A's own arms are more than without the alliance."""
    _, own, without = _own(games)
    return _under(games, Regime.DETERRENCE), _exceeds(own, without)


def deterrence_total_rises(games: Games) -> tuple[Truths, Truths]:
    """The force that faces C is more than without the alliance."""
    return _under(games, Regime.DETERRENCE), _exceeds(*_total(games))


def deterrence_no_provocation(games: Games) -> tuple[Truths, Truths]:
    """C adds no more arms than without the alliance."""
    forces = games.given.challenger_forces
    arms, without = games.found.challenger_arms, games.found.challenger_arms_without
    return _under(games, Regime.DETERRENCE), ~_exceeds(forces + arms, forces + without)


def deterrence_too_weak_alone(games: Games) -> tuple[Truths, Truths]:
    """P(alpha, b0) <= q + k_A: against C's existing forces A has no credible threat."""
    given = games.given
    _, own, _ = _own(games)
    wins = _win_probability(games.contest, given.decisiveness, own, given.challenger_forces)
    return _under(games, Regime.DETERRENCE), wins <= given.status_quo + given.ally_war_cost + TOLERANCE


def alliance_preserves(games: Games) -> tuple[Truths, Truths]:
    """Nobody challenges; under a partial alliance somebody does."""
    allied = np.isin(games.found.regime, [Regime.RESTRAINT, Regime.DETERRENCE, Regime.PARTIAL])
    return allied, games.found.crisis == int(Crisis.QUIET)


def _win_probability(contest: str, gamma: np.ndarray, force: np.ndarray, rival: np.ndarray) -> np.ndarray:
    """Return P(x, y) in the form of this name."""
    with np.errstate(over="ignore", divide="ignore"):
        odds = (rival / force) ** gamma if contest == CONTESTS[0] else np.exp(gamma * (rival - force))
        return 1.0 / (1.0 + odds)


_BOTH = "restraint and deterrence occur on a line along c_A"
_DEARER = f", also where c_A is {STEP:.0%} dearer"

CLAIMS = {
    claim.name: claim
    for claim in (
        Claim(
            "exclusive",
            "Restraint and deterrence are two effects, and at most one is at work in a given game "
            "(true by construction of the regimes).",
            "restraint or deterrence",
            exclusive,
        ),
        Claim(
            "restraint_below_self_reliance",
            "Restraint lies where arms are cheap for A, below the region where the status quo stands "
            "without an alliance.",
            "restraint and self-reliance occur on a line along c_A",
            restraint_below_self_reliance,
            along=True,
        ),
        Claim(
            "deterrence_above_self_reliance",
            "Deterrence lies where arms are dear for A, above the region where the status quo stands "
            "without an alliance.",
            "deterrence and self-reliance occur on a line along c_A",
            deterrence_above_self_reliance,
            along=True,
        ),
        Claim(
            "restraint_below_deterrence",
            "The two lie apart, ordered by c_A: restraint below deterrence.",
            _BOTH,
            restraint_below_deterrence,
            along=True,
        ),
        Claim(
            "self_reliance_between",
            "Between the two lies the region where the status quo stands without an alliance, and no other.",
            _BOTH,
            self_reliance_between,
            along=True,
        ),
        Claim(
            "restraint_pledge_falls",
            "S restrains an ally for whom arms are cheap: the dearer they are, the less it pledges.",
            "restraint" + _DEARER,
            restraint_pledge_falls,
        ),
        Claim(
            "restraint_burden_falls",
            "The dearer arms are for the ally that is restrained, the less is S's share of the burden.",
            "restraint" + _DEARER,
            restraint_burden_falls,
        ),
        Claim(
            "restraint_disproportionate",
            "To restrain, S may sign even at a disproportionate burden: more than half of the spending.",
            "restraint",
            restraint_disproportionate,
            only_may=True,
        ),
        Claim(
            "restraint_own_arms_fall",
            "A lighter defence bill keeps the restrained ally from revision: its own arms fall.",
            "restraint",
            restraint_own_arms_fall,
        ),
        Claim(
            "restraint_total_falls",
            "Under restraint the force that faces C, S's with A's, falls, too.",
            "restraint",
            restraint_total_falls,
        ),
        Claim(
            "deterrence_pledge_rises",
            "S protects an ally for whom arms are dear: the dearer they are, the more it pledges.",
            "deterrence" + _DEARER,
            deterrence_pledge_rises,
        ),
        Claim(
            "deterrence_indifferent",
            "No exploitation: S pledges only what gives A a reason to arm; A is indifferent at the pledge.",
            "deterrence",
            deterrence_indifferent,
        ),
        Claim(
            "deterrence_ally_arms",
            "No exploitation: A arms, too, and adds to its own forces.",
            "deterrence",
            deterrence_ally_arms,
        ),
        Claim(
            "deterrence_own_arms_rise",
            "Aggrandizement: an alliance that deters adds to A's own arms.",
            "deterrence",
            deterrence_own_arms_rise,
        ),
        Claim(
            "deterrence_total_rises",
            "Aggrandizement: an alliance that deters adds to the force that faces C.",
            "deterrence",
            deterrence_total_rises,
        ),
        Claim(
            "deterrence_no_provocation",
            "No provocation: an alliance that deters does not make C add arms.",
            "deterrence",
            deterrence_no_provocation,
        ),
        Claim(
            "deterrence_too_weak_alone",
            "That is because A stays too weak to act alone: P(a0 + a, b0) <= q + k_A.",
            "deterrence",
            deterrence_too_weak_alone,
        ),
        Claim(
            "alliance_preserves",
            "The alliance preserves the status quo (a partial one is an exception).",
            "an alliance",
            alliance_preserves,
        ),
    )
}
