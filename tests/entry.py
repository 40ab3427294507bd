"""A second model, with closed forms: entry deterrence with a sunk cost (Dixit 1980, Economic Journal 90, in
short).

An incumbent sets its output; a rival then enters or not, at a sunk cost F. Demand is a - q_1 - q_2, and a
unit costs both c. With A = a - c, a rival that follows adds (A - q_1)/2 and gains (A - q_1)^2/4 - F, so that
it stays out from q_1 = A - 2 sqrt(F) on. The monopoly's output A/2 may do; else the incumbent deters, or
accommodates and gains A^2/8 as a leader, or A^2/9 where both move at once.
"""

import math

from foedus.model import Claim, Code, Model, Outcome, Parameter


class Entry(Code):
    """Whether the rival enters."""

    ACCOMMODATED, DETERRED, BLOCKADED = range(3)


def solve(p):
    """Return the code, both outputs and the incumbent's profit."""
    margin = p.demand - p.cost
    if margin <= 0.0:
        return -1, math.nan, math.nan, math.nan
    alone, limit = margin / 2, margin - 2 * math.sqrt(p.sunk_cost)
    if limit <= alone:
        return Entry.BLOCKADED, alone, 0.0, alone * alone
    leads = p.conduct == 0.0
    output, rival_output = (alone, margin / 4) if leads else (margin / 3, margin / 3)
    profit, deterring = output * rival_output if leads else output * output, limit * (margin - limit)
    if deterring >= profit:
        return Entry.DETERRED, limit, 0.0, deterring
    return Entry.ACCOMMODATED, output, rival_output, profit


def deterred(g):
    """the rival stays out for fear"""
    return g.found.entry == Entry.DETERRED


def more_than_monopoly(g):
    return g.found.output > (g.given.demand - g.given.cost) / 2


def always(g):
    """everywhere"""
    return True


def profit_falls(g):
    return g.at(cost=1.01 * g.given.cost).found.profit <= g.found.profit


def leads(g):
    """the incumbent would move first after entry"""
    return g.given.conduct == "leader"


def leading_pays(g):
    return g.found.profit >= g.at(conduct="equals").found.profit


model = Model(
    "entry",
    "Entry deterrence with a sunk cost",
    parameters=[
        Parameter(
            "demand", "a", 10.0, "> 0", "money per unit", "what the first unit is worth", usual=(5, 20)
        ),
        Parameter("cost", "c", 2.0, ">= 0", "money per unit", "cost of a unit", usual=(0, 4)),
        Parameter("sunk_cost", "F", 1.0, ">= 0", "money", "cost of entry", usual=(0.01, 9)),
        Parameter("conduct", "", "leader", long_name="conduct after entry", choices=("leader", "equals")),
    ],
    outcomes=[
        Outcome("entry", "", "1", "whether the rival enters", Entry),
        Outcome("output", "q_1", "units", "incumbent's output"),
        Outcome("rival_output", "q_2", "units", "rival's output"),
        Outcome("profit", "U_1", "money", "incumbent's profit"),
    ],
    solve=solve,
    claims=[
        Claim("limit_output", "Who deters produces more than a monopoly.", deterred, more_than_monopoly),
        Claim("profit_falls", "The dearer a unit, the less the profit.", always, profit_falls),
        Claim("leading_pays", "To move first after entry is no loss.", leads, leading_pays),
    ],
    drawn=("output", "rival_output"),
)
