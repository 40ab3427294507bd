"""A third party's aid in a contest: S helps A, A arms, then C arms and fights, or stays away.

After Chang, Potter and Sanders (2007). We had only the abstract of the article. It gives the order of moves
and an "intervention technology", but no formulas. So the forms below are ours. The article also has an ally
that attacks; here A only defends. A and C have arms a > 0 and b. A keeps a prize with the chance
P = a/(a + g b). With aid m, a unit of A's arms costs (1 + m)^-theta. S gains S_1 if A keeps the prize, and
S_2 if C takes it:

    U_A = P V_A - a (1 + m)^-theta      U_C = (1 - P) V_C - b      U_S = P S_1 + (1 - P) S_2 - m

C's best reply is sqrt(V_C a/g) - a/g. It leaves A the chance sqrt(a/(g V_C)). From a = g V_C on, C's reply
is 0. So A arms until its chance is V_A (1 + m)^theta/(2 g V_C), or 1, which means peace. Since theta < 1, S's
payoff is concave in m up to the aid that deters, and falls beyond. Best replies are unique, without ties.
"""

from foedus import Claim, Code, Model, Move, Outcome, Parameter, jit


class Peace(Code):
    WAR = 0, "C fights, and S does not help A"
    WAR_WITH_AID = 1, "S helps A, and C fights all the same"
    PEACE_BY_AID = 2, "C stays away because S helps A"
    PEACE = 3, "C stays away, and A needs no help"


def solve(p):
    """Return the code, S's aid, the arms of A and C, A's chance, and the payoffs of S, A and C."""
    alone = p.ally_value / (2 * p.edge * p.challenger_value)  # A's chance without aid, if less than 1
    deters = alone ** (-1 / p.thrift)  # 1 + m, with which A's chance is 1
    gain = max(0.0, p.stake - p.stake_lost)
    wanted = (p.thrift * alone * gain) ** (1 / (1 - p.thrift))  # 1 + m, if no aid could deter
    if alone >= 1:
        peace, aid, chance = Peace.PEACE, 0.0, 1.0
    elif wanted >= deters:
        peace, aid, chance = Peace.PEACE_BY_AID, deters - 1, 1.0
    elif wanted > 1:
        peace, aid, chance = Peace.WAR_WITH_AID, wanted - 1, alone * wanted**p.thrift
    else:
        peace, aid, chance = Peace.WAR, 0.0, alone
    arms = p.edge * p.challenger_value * chance * chance
    rival_arms = p.challenger_value * chance * (1 - chance)
    third_payoff = p.stake * chance + p.stake_lost * (1 - chance) - aid
    ally_payoff = p.ally_value * chance - arms * (1 + aid) ** -p.thrift
    rival_payoff = p.challenger_value * (1 - chance) - rival_arms
    return peace, aid, arms, rival_arms, chance, third_payoff, ally_payoff, rival_payoff


@jit
def keeps(p, m):
    """Return the chance that A keeps the prize."""
    return m.arms / (m.arms + p.edge * m.rival_arms) if m.arms > 0 else 0.0


def payoffs(p, m):
    """Return the payoffs of S, A and C."""
    chance = keeps(p, m)
    ally_payoff = p.ally_value * chance - m.arms * (1 + m.aid) ** -p.thrift
    return (
        p.stake * chance + p.stake_lost * (1 - chance) - m.aid,
        ally_payoff,
        p.challenger_value * (1 - chance) - m.rival_arms,
    )


def outcome(p, m):
    """Return the code and A's chance."""
    if m.rival_arms == 0:
        return (Peace.PEACE_BY_AID if m.aid > 0 else Peace.PEACE), keeps(p, m)
    return (Peace.WAR_WITH_AID if m.aid > 0 else Peace.WAR), keeps(p, m)


def outmatched(g):
    """S helps A in a war, and A wins it with a chance of at most a half"""
    return (g.found.peace == Peace.WAR_WITH_AID) & (g.found.chance <= 0.5)


def provoked(g):
    unaided = g.at(stake=g.given.stake_lost)
    return g.found.rival_arms > unaided.found.rival_arms


def bought(g):
    """S's aid makes peace"""
    return g.found.peace == Peace.PEACE_BY_AID


def cheaper(g):
    return g.at(edge=0.99 * g.given.edge).found.aid < g.found.aid


model = Model(
    "aid",
    "Third-party intervention in a contest",
    parameters=[
        Parameter("ally_value", "V_A", 2.0, "> 0", "money", "worth of the prize to A", usual=(0.5, 5)),
        Parameter("challenger_value", "V_C", 2.0, "> 0", "money", "worth of the prize to C", usual=(0.5, 5)),
        Parameter("edge", "g", 1.0, "> 0", "1", "weight of C's arms, A's being 1", usual=(0.3, 3)),
        Parameter("thrift", "theta", 0.5, "> 0 and < 1", "1", "how much aid cheapens arms", usual=(0.1, 0.9)),
        Parameter("stake", "S_1", 6.0, ">= 0", "money", "S's gain if A keeps the prize", usual=(0, 12)),
        Parameter("stake_lost", "S_2", 0.0, ">= 0", "money", "S's gain if C takes it", usual=(0, 2)),
    ],
    outcomes=[
        Outcome("peace", "", "1", "war or peace", Peace),
        Outcome("aid", "m", "money", "S's aid"),
        Outcome("arms", "a", "arms", "A's arms"),
        Outcome("rival_arms", "b", "arms", "C's arms"),
        Outcome("chance", "P", "1", "chance that A keeps the prize"),
        Outcome("third_payoff", "U_S", "money", "S's payoff"),
        Outcome("ally_payoff", "U_A", "money", "A's payoff"),
        Outcome("rival_payoff", "U_C", "money", "C's payoff"),
    ],
    solve=solve,
    players=["third", "ally", "rival"],
    moves=[
        Move("third", "aid", "m", high=lambda p, m: p.stake),
        Move("ally", "arms", "a", high=lambda p, m: p.ally_value * (1 + m.aid) ** p.thrift),
        Move("rival", "rival_arms", "b", high=lambda p, m: p.challenger_value),
    ],
    payoffs=payoffs,
    outcome=outcome,
    claims=[
        Claim("aid_provokes", "Aid to an ally that is outmatched makes C arm more.", outmatched, provoked),
        Claim("edge_is_dear", "The less C's arms count, the less S pays for peace.", bought, cheaper),
    ],
    colours={Peace: dict(zip(Peace, ("#7a1730", "#e8914d", "#d3e8f5", "#3d7ab8"), strict=True))},
    drawn=("arms", "rival_arms", "aid"),
    references="Chang, Potter and Sanders (2007), War and peace: third-party intervention in conflict, "
    "European Journal of Political Economy 23, 954-974",
)
