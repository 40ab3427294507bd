"""Crisis bargaining with a private cost of war: how much to demand, when some may refuse.

After Fearon (1995), whose explanation of war this is, and Powell (1999), who calls it the risk-return trade-
off; written from memory, so take the notation as ours. A demands the part x of a good of size 1. B takes the
rest, or fights. A wins a war with the chance p, and pays k. B pays c, which B alone knows: to A, every cost
from c_0 to c_0 + w is as likely. B agrees where 1 - x >= 1 - p - c. So all agree to p + c_0; with a demand of
y above p

    U_A = p + y where all agree        U_A = p - k + (c_0 + w - y)(y + k)/w where some refuse

The second is highest at y = (c_0 + w - k)/2. That is a risk where it is more than c_0: where w > c_0 + k, so
where B's cost is less well known than the least costs of both add up to. It is less than c_0 + w: war is
never certain. Where p + y > 1, A demands the whole good. The best demand is the only one, so that no tie is
left to be broken.

A map to begin with: `power` from 0 to 1, `doubt` from 0.02 to 1.
"""

from foedus import Claim, Code, Model, Outcome, Parameter


class Demand(Code):
    """How much A demands, and whether some types of B refuse."""

    SAFE_PART, RISKY_PART, RISKY_WHOLE, SAFE_WHOLE = range(4)


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
    """A demands a part that some refuse"""
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
        Parameter("war_cost", "k", 0.1, ">= 0", "good", "A's cost of war", usual=(0.01, 0.5)),
        Parameter("least_cost", "c_0", 0.1, ">= 0", "good", "B's least cost of war", usual=(0.01, 0.5)),
        Parameter("doubt", "w", 0.5, "> 0", "good", "range of B's cost of war", usual=(0.05, 2)),
    ],
    outcomes=[
        Outcome("kind", "", "1", "what A demands", Demand),
        Outcome("demand", "x", "good", "A's demand"),
        Outcome("war", "", "1", "chance of war"),
        Outcome("payoff", "U_A", "good", "A's payoff"),
        Outcome("rival_payoff", "U_B", "good", "B's payoff, on average over its types"),
    ],
    solve=solve,
    claims=[
        Claim("costs_deter", "The dearer war is to A, the less likely it is.", risky, safer),
        Claim("power_is_neutral", "Power adds to the demand, not to the risk.", risky, only_more),
        Claim("doubt_makes_war", "With little doubt of B's cost there is no war.", always, peaceful),
    ],
    colours={Demand: dict(zip(Demand, ("#d3e8f5", "#e8914d", "#7a1730", "#3d7ab8"), strict=True))},
    drawn=("demand", "war"),
    references="Fearon (1995), Rationalist explanations for war, International Organization 49; "
    "Powell (1999), In the Shadow of Power",
)
