"""What the article claims, as predicates over solved games.

The sentences are those of the article's abstract in our words; that restraint and deterrence have the status
quo without an alliance between them is from its author's project report. A predicate over `Games` returns
where its premise is met and where the claim holds; one over the regimes of lines along c_A where its premise
is met, line by line, and the games that break the claim. What is more than something else is more by more
than `TOLERANCE` of it, so that no claim hangs on the units of arms.
"""

from types import SimpleNamespace

import numpy as np

from ..kernels import alliance as kernels
from ..model import Claim
from ..uncertainty.claims import Games
from .codes import Crisis, Regime
from .definition import win_probability

TOLERANCE = 1e-9
STEP = 0.01  # by how much of itself c_A rises, to see what rises and falls with it
SHORT = 1e-8  # which part of the pledge is left out, to see whether less would do
LITTLE = 1e-6  # of the good: what A may lose by that, and still have been indifferent

Truths = np.ndarray  # of booleans


def _dearer(games: Games) -> SimpleNamespace:
    """Return the games under restraint or deterrence where c_A is `STEP` dearer."""
    allied = _under(games, Regime.RESTRAINT) | _under(games, Regime.DETERRENCE)
    with np.errstate(over="ignore"):
        cost = games.given.ally_cost * (1 + STEP)
    return games.at(allied, ["regime", "pledge", "burden_share"], ally_cost=cost)


def _for_less(games: Games) -> SimpleNamespace:
    """Tell in which games under deterrence A would sign and hold behind a pledge `SHORT` smaller, and what it
    would get in each."""
    which = np.flatnonzero(_under(games, Regime.DETERRENCE))
    replies = np.empty((which.size, len(kernels.Reply._fields)))
    kernels.replies_to_pledges(games.numbers(which), games.found.pledge[which] * (1 - SHORT), replies)
    reply = kernels.Reply(*replies.T)
    signing = reply.payoff - np.broadcast_to(games.given.autonomy_cost, games.found.regime.shape)[which]
    refusing = games.found.ally_payoff_without[which]
    holds, payoff = np.zeros(games.found.regime.size, bool), np.full(games.found.regime.size, np.nan)
    holds[which] = (signing >= refusing) & (reply.crisis == int(Crisis.QUIET))
    payoff[which] = np.maximum(signing, refusing)
    return SimpleNamespace(holds=holds, ally_payoff=payoff)


def _under(games: Games, regime: Regime) -> Truths:
    """Tell where a regime holds."""
    return games.found.regime == int(regime)


def _still_under(games: Games, regime: Regime) -> Truths:
    """Tell where a regime holds at c_A and where it is a little dearer."""
    return _under(games, regime) & (games.once(_dearer).regime == int(regime))


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


def restraint_below_self_reliance(regime: np.ndarray) -> tuple[Truths, Truths]:
    """No restraint lies above any self-reliance."""
    restraint, restrained = _occurs(regime, Regime.RESTRAINT)
    alone, relied = _occurs(regime, Regime.SELF_RELIANCE)
    return (restrained & relied)[:, 0], restraint & _below(alone)


def deterrence_above_self_reliance(regime: np.ndarray) -> tuple[Truths, Truths]:
    """No deterrence lies below any self-reliance."""
    deterrence, deterred = _occurs(regime, Regime.DETERRENCE)
    alone, relied = _occurs(regime, Regime.SELF_RELIANCE)
    return (deterred & relied)[:, 0], deterrence & _above(alone)


def restraint_below_deterrence(regime: np.ndarray) -> tuple[Truths, Truths]:
    """No restraint lies above any deterrence."""
    restraint, restrained = _occurs(regime, Regime.RESTRAINT)
    deterrence, deterred = _occurs(regime, Regime.DETERRENCE)
    return (restrained & deterred)[:, 0], restraint & _below(deterrence)


def self_reliance_between(regime: np.ndarray) -> tuple[Truths, Truths]:
    """Above a restraint and below a deterrence lie these and self-reliance, and no other regime."""
    restraint, restrained = _occurs(regime, Regime.RESTRAINT)
    deterrence, deterred = _occurs(regime, Regime.DETERRENCE)
    other = np.isin(regime, [Regime.REVISION, Regime.PARTIAL, Regime.CONCESSION])
    return (restrained & deterred)[:, 0], other & _below(restraint) & _above(deterrence)


def restraint_pledge_falls(games: Games) -> tuple[Truths, Truths]:
    """The pledge falls as c_A rises."""
    return _still_under(games, Regime.RESTRAINT), _exceeds(games.found.pledge, games.once(_dearer).pledge)


def restraint_burden_falls(games: Games) -> tuple[Truths, Truths]:
    """S's burden share falls as c_A rises."""
    shares = games.found.burden_share, games.once(_dearer).burden_share
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
    return _still_under(games, Regime.DETERRENCE), _exceeds(games.once(_dearer).pledge, games.found.pledge)


def deterrence_indifferent(games: Games) -> tuple[Truths, Truths]:
    """With a little less, A would refuse, or not hold, and be as well off."""
    loses = games.found.ally_payoff - games.once(_for_less).ally_payoff > LITTLE
    return _under(games, Regime.DETERRENCE), ~(games.once(_for_less).holds | loses)


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
    wins = win_probability(given.contest, given.decisiveness, own, given.challenger_forces)
    return _under(games, Regime.DETERRENCE), wins <= given.status_quo + given.ally_war_cost + TOLERANCE


def alliance_preserves(games: Games) -> tuple[Truths, Truths]:
    """Nobody challenges; under a partial alliance somebody does."""
    allied = np.isin(games.found.regime, [Regime.RESTRAINT, Regime.DETERRENCE, Regime.PARTIAL])
    return allied, games.found.crisis == int(Crisis.QUIET)


_BOTH = "restraint and deterrence occur on a line along c_A"
_DEARER = f", also where c_A is {STEP:.0%} dearer"

CLAIMS = (
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
        along="ally_cost",
    ),
    Claim(
        "deterrence_above_self_reliance",
        "Deterrence lies where arms are dear for A, above the region where the status quo stands "
        "without an alliance.",
        "deterrence and self-reliance occur on a line along c_A",
        deterrence_above_self_reliance,
        along="ally_cost",
    ),
    Claim(
        "restraint_below_deterrence",
        "The two lie apart, ordered by c_A: restraint below deterrence.",
        _BOTH,
        restraint_below_deterrence,
        along="ally_cost",
    ),
    Claim(
        "self_reliance_between",
        "Between the two lies the region where the status quo stands without an alliance, and no other.",
        _BOTH,
        self_reliance_between,
        along="ally_cost",
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
