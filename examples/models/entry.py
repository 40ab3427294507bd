"""Entry deterrence with a sunk cost: an incumbent sets its output, and then a rival enters, or not.

After Dixit (1980), simplified by us. In Dixit's game the incumbent sinks a capacity. Here it sets an output
that it cannot take back, as a Stackelberg leader does. The price is a - q_1 - q_2, and a unit costs each firm
c. Let A = a - c. If the rival enters, at the cost F, it produces (A - q_1)/2 and gains (A - q_1)^2/4 - F. So
it stays out from q_1 = A - 2 sqrt(F) on; if it is indifferent, it stays out, too. If the monopoly's output
A/2 is enough for this, entry is blockaded. Otherwise the incumbent deters the rival, or it accommodates the
rival and gains A^2/8. If it is indifferent, it deters. If the firms are equals, no firm leads: after entry
each produces A/3, the rival enters if A^2/9 > F, and the incumbent cannot deter it.
"""

import math

from foedus import Claim, Code, Model, Move, Outcome, Parameter


class Entry(Code):
    """Whether the rival enters."""

    ACCOMMODATED = 0, "the rival enters, and the incumbent leaves room for it"
    DETERRED = 1, "the incumbent produces more than a monopoly would, so that the rival stays out"
    BLOCKADED = 2, "the rival stays out though the incumbent produces only what a monopoly would"


def solve(p):
    """Return the code, both outputs and both profits."""
    margin = p.demand - p.cost
    if margin <= 0.0:  # there is no market
        return -1, math.nan, math.nan, math.nan, math.nan
    alone, third = margin / 2, margin / 3
    if p.conduct == 1.0 and third * third > p.sunk_cost:
        return Entry.ACCOMMODATED, third, third, third * third, third * third - p.sunk_cost
    limit = margin - 2 * math.sqrt(p.sunk_cost)
    if p.conduct == 1.0 or limit <= alone:
        return Entry.BLOCKADED, alone, 0.0, alone * alone, 0.0
    leading, deterring = alone * margin / 4, limit * (margin - limit)
    if deterring >= leading:
        return Entry.DETERRED, limit, 0.0, deterring, 0.0
    return Entry.ACCOMMODATED, alone, margin / 4, leading, margin * margin / 16 - p.sunk_cost


def payoffs(p, m):
    """Return both profits, if the incumbent leads; equals move at the same time, which is another game."""
    if p.conduct == 1.0:
        return math.nan, math.nan
    margin = p.demand - p.cost - m.output - m.rival_output
    entering = p.sunk_cost if m.rival_output > 0 else 0.0
    return m.output * margin, m.rival_output * margin - entering


def outcome(p, m):
    """Return the code."""
    if m.rival_output > 0:
        return (Entry.ACCOMMODATED,)
    alone = (p.demand - p.cost) / 2
    return (Entry.DETERRED if m.output > alone else Entry.BLOCKADED,)


def deterred(g):
    """the incumbent deters the rival"""
    return g.found.entry == Entry.DETERRED


def more_than_monopoly(g):
    return g.found.output > (g.given.demand - g.given.cost) / 2


def always(g):
    """everywhere"""
    return True


def no_less(g):
    return g.at(sunk_cost=1.01 * g.given.sunk_cost).found.incumbent_payoff >= g.found.incumbent_payoff


def led(g):
    """the incumbent leads"""
    return g.given.conduct == "leader"


def no_loss(g):
    return g.found.incumbent_payoff >= g.at(conduct="equals").found.incumbent_payoff


model = Model(
    "entry",
    "Entry deterrence with a sunk cost",
    parameters=[
        Parameter(
            "demand", "a", 10.0, "> 0", "money per unit", "what the first unit is worth", usual=(5, 20)
        ),
        Parameter("cost", "c", 2.0, ">= 0", "money per unit", "cost of a unit", usual=(0, 4)),
        Parameter("sunk_cost", "F", 1.0, ">= 0", "money", "cost of entry", usual=(0.01, 9)),
        Parameter("conduct", "", "leader", long_name="conduct of the firms", choices=("leader", "equals")),
    ],
    outcomes=[
        Outcome("entry", "", "1", "the rival's entry", Entry),
        Outcome("output", "q_1", "units", "incumbent's output"),
        Outcome("rival_output", "q_2", "units", "rival's output"),
        Outcome("incumbent_payoff", "U_1", "money", "incumbent's profit"),
        Outcome("rival_payoff", "U_2", "money", "rival's profit"),
    ],
    solve=solve,
    players=["incumbent", "rival"],
    moves=[
        Move("incumbent", "output", "q_1", high=lambda p, m: p.demand),
        Move("rival", "rival_output", "q_2", high=lambda p, m: p.demand),
    ],
    payoffs=payoffs,
    outcome=outcome,
    claims=[
        Claim(
            "limit_output",
            "A firm that deters produces more than a monopoly.",
            deterred,
            more_than_monopoly,
        ),
        Claim("barriers_pay", "The more entry costs, the better for the incumbent.", always, no_less),
        Claim("leading_pays", "Leading is no loss.", led, no_loss),
    ],
    colours={Entry: dict(zip(Entry, ("#e8914d", "#d3e8f5", "#3d7ab8"), strict=True))},
    drawn=("output", "rival_output"),
    references="Dixit (1980), The role of investment in entry-deterrence, Economic Journal 90, 95-106",
)
