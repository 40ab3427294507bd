"""Entry with a sunk cost by its definition: an incumbent leads, a rival enters or not. Demand is 1 - q_1 - q_2.

After entry the rival makes (1 - q_1)/2 and gains (1 - q_1)^2/4 - F. So it stays out from 1 - 2 sqrt(F) on.
"""

import math

from foedus import Choice, Code, Model, Move, Outcome, Parameter


class Entry(Code):
    ACCOMMODATED, DETERRED, BLOCKADED = range(3)


def profits(p, m):
    price = 1.0 - m.output - m.rival_output
    return price * m.output, price * m.rival_output - p.sunk_cost * m.enter


def entered(p, m):
    if m.enter == 1.0:
        return (Entry.ACCOMMODATED,)
    return (Entry.DETERRED if m.output > 0.5 + 1e-9 else Entry.BLOCKADED,)


DETERRING = (2.0 - math.sqrt(2.0)) ** 2 / 64.0  # where (1 - 2 sqrt(F)) 2 sqrt(F) = 1/8
BLOCKADE = 1.0 / 16.0  # where 1 - 2 sqrt(F) = 1/2
DIXIT = Model(
    "dixit", "Entry with a sunk cost",
    parameters=[Parameter("sunk_cost", "F", 0.02, ">= 0", usual=(0, 0.1))],
    outcomes=[Outcome("entry", codes=Entry)],
    players=["incumbent", "rival"],
    moves=[
        Move("incumbent", "output", "q_1", high=1.0),
        Choice("rival", "enter", ("stay out", "enter")),
        Move("rival", "rival_output", "q_2", high=1.0, when=lambda p, m: m.enter == 1.0),
    ],
    payoffs=profits, outcome=entered,
)  # fmt: skip
