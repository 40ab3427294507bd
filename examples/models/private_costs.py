"""Crisis bargaining with a private cost of war: how much to demand, if B may refuse.

After Fearon (1995), where this is one of the explanations of war, and Powell (1999), who calls it the
risk-return trade-off. We wrote it from memory, so the form and the notation are ours. A demands a share x of
a good. B takes the rest, or fights. A wins a war with the chance p, and a war costs A k. A war costs B c, and
only B knows c. A believes that c is uniform from c_0 to c_0 + w. B agrees if 1 - x >= 1 - p - c. So every
type of B agrees to x = p + c_0. With x = p + y

    U_A = p + y if all types agree        U_A = p - k + (c_0 + w - y)(y + k)/w if some refuse

The second payoff is highest at y = (c_0 + w - k)/2. This demand is risky if y > c_0, which means w > c_0 + k:
the range of B's cost is wider than the sum of A's cost and B's least cost. Since y < c_0 + w, war is never
certain. If p + y > 1, A demands the whole good. The best demand is unique, so there are no ties. The type of
B that is indifferent has probability 0.
"""

from foedus import Claim, Code, Model, Outcome, Parameter


class Demand(Code):
    """How much A demands, and whether some types of B refuse."""

    SAFE_PART = 0, "A demands a part of the good, and every type of B agrees"
    RISKY_PART = 1, "A demands a part of the good, and some types of B fight"
    RISKY_WHOLE = 2, "A demands the whole good, and some types of B fight"
    SAFE_WHOLE = 3, "A demands the whole good, and every type of B agrees"


def solve(p):
    """Return the code, A's demand, the chance of war, and both payoffs before B's cost is known."""
    rest = 1 - p.power
    over = max(p.least_cost, (p.least_cost + p.doubt - p.war_cost) / 2)  # what A demands above p
    if p.least_cost >= rest:
        kind, over = Demand.SAFE_WHOLE, rest
    elif over >= rest:
        kind, over = Demand.RISKY_WHOLE, rest
    elif over > p.least_cost:
        kind = Demand.RISKY_PART
    else:
        kind = Demand.SAFE_PART
    war = max(0.0, over - p.least_cost) / p.doubt
    payoff = p.power + over - war * (over + p.war_cost)
    fighting = rest - (p.least_cost + over) / 2  # B's payoff in a war, on average over the types that fight
    rival_payoff = (1 - war) * (rest - over) + war * fighting
    return kind, p.power + over, war, payoff, rival_payoff


def risky(g):
    """A demands a part, and some types of B refuse"""
    return g.found.kind == Demand.RISKY_PART


def safer(g):
    return g.at(war_cost=1.01 * g.given.war_cost).found.war < g.found.war


def only_more(g):
    weaker = g.at(power=0.99 * g.given.power).found
    return (weaker.war == g.found.war) & (weaker.demand < g.found.demand)


def always(g):
    """everywhere"""
    return True


def peaceful(g):
    return g.at(doubt=0.99 * (g.given.least_cost + g.given.war_cost)).found.war == 0


model = Model(
    "private_costs",
    "Crisis bargaining with a private cost of war",
    parameters=[
        Parameter("power", "p", 0.5, ">= 0 and <= 1", "1", "chance that A wins a war", usual=(0, 1)),
        Parameter("war_cost", "k", 0.1, ">= 0", "1", "A's cost of war", usual=(0.01, 0.5)),
        Parameter("least_cost", "c_0", 0.1, ">= 0", "1", "B's least cost of war", usual=(0.01, 0.5)),
        Parameter("doubt", "w", 0.5, "> 0", "1", "range of B's cost of war", usual=(0.05, 2)),
    ],
    outcomes=[
        Outcome("kind", "", "1", "what A demands", Demand),
        Outcome("demand", "x", "1", "share that A demands"),
        Outcome("war", "", "1", "chance of war"),
        Outcome("payoff", "U_A", "1", "A's payoff"),
        Outcome("rival_payoff", "U_B", "1", "B's payoff, on average over its types"),
    ],
    solve=solve,
    claims=[
        Claim("costs_deter", "The more war costs A, the less likely it is.", risky, safer),
        Claim("power_is_neutral", "Power raises the demand, but not the risk.", risky, only_more),
        Claim("doubt_makes_war", "If B's cost is known well enough, there is no war.", always, peaceful),
    ],
    colours={Demand: dict(zip(Demand, ("#d3e8f5", "#e8914d", "#7a1730", "#3d7ab8"), strict=True))},
    drawn=("demand", "war"),
    references="Fearon (1995), Rationalist explanations for war, International Organization 49; "
    "Powell (1999), In the Shadow of Power",
)
