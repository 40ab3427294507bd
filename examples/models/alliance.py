"""The alliance game by its definition: a superpower S, its ally A and a challenger C.

S pledges forces, A signs or refuses, A arms, C arms. If the war payoff of A or C is then higher than its
payoff from the status quo, this state has a credible threat, and A and C settle. Nothing here says how to
solve the game.
"""

import math

from foedus import Choice, Model, Move, Outcome, Regime, jit
from foedus.model import chosen

ALLY_CHALLENGES, QUIET, CHALLENGER_CHALLENGES = range(3)


@jit
def wins(p, force, rival):
    """Return the chance that a force wins against a rival's."""
    if p.contest == 1.0:
        return 1.0 / (1.0 + math.exp(-p.decisiveness * (force - rival)))
    return 1.0 / (1.0 + (rival / force) ** p.decisiveness) if force > 0.0 else 0.0


@jit
def settle(p, m):
    """Return who challenges, A's share in the settlement, and whether there is an alliance."""
    signed = m.pledge > 0.0 and m.sign == 0.0
    alpha, beta = p.ally_forces + m.ally_arms, p.challenger_forces + m.challenger_arms
    surplus = p.bargaining_power * (p.ally_war_cost + p.challenger_war_cost)
    war = wins(p, alpha, beta) - p.ally_war_cost
    if war > p.status_quo:
        return ALLY_CHALLENGES, min(1.0, war + surplus), signed
    war = wins(p, alpha + p.effectiveness * m.pledge * signed, beta) + p.challenger_war_cost
    if war < p.status_quo and surplus > 0.0:
        return CHALLENGER_CHALLENGES, max(0.0, war - surplus), signed
    return QUIET, p.status_quo, signed


def payoffs(p, m):
    """Return the payoffs of S, A and C."""
    _, share, signed = settle(p, m)
    cost = p.superpower_cost * m.pledge + p.alliance_cost
    return (
        -p.stake * abs(share - p.status_quo) - signed * cost,
        share - p.ally_cost * m.ally_arms - signed * p.autonomy_cost,
        1.0 - share - p.challenger_cost * m.challenger_arms,
    )


def outcome(p, m, without):
    """Return the regime, which depends on who would challenge without S, and A's share."""
    (crisis, share, signed), alone = settle(p, m), settle(p, without)[0]
    if not signed:
        return (Regime.REVISION, Regime.SELF_RELIANCE, Regime.CONCESSION)[alone], share
    if crisis != QUIET:
        return Regime.PARTIAL, share
    return (Regime.RESTRAINT if alone == ALLY_CHALLENGES else Regime.DETERRENCE), share


model = Model(
    "alliance_defined", "The alliance game by its definition",
    parameters=chosen(None).parameters,
    outcomes=[Outcome("regime", long_name="regime", codes=Regime), Outcome("settlement", "x", "good")],
    players=["superpower", "ally", "challenger"],
    moves=[
        Move("superpower", "pledge", "s", high=lambda p, m: p.stake / p.superpower_cost),
        Choice("ally", "sign", ("sign", "refuse"), when=lambda p, m: m.pledge > 0.0),
        Move("ally", "ally_arms", "a", high=lambda p, m: 1.0 / p.ally_cost),
        Move("challenger", "challenger_arms", "b", high=lambda p, m: 1.0 / p.challenger_cost),
    ],
    payoffs=payoffs, outcome=outcome, without={"pledge": 0.0},
)  # fmt: skip
