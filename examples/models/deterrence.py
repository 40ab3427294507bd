"""The rudimentary asymmetric deterrence game: is the defender's threat credible, and is it capable?

After Zagare and Kilgour (2000). A keeps the status quo, or makes a demand. Then B concedes, or fights. With
the probability p_B it is hard, and fights; otherwise it is soft, and concedes. So A makes a demand if

    p_B < (a_DC - a_SQ)/(a_DC - a_DD)

where A's payoff is a_DC after a concession, a_DD after a conflict, and a_SQ under the status quo. We set
a_SQ = 0. The book has a_DD < a_SQ < a_DC. We also allow a_DD >= a_SQ: then B's threat is not capable. If A is
indifferent, it keeps the status quo; this rule is ours.
"""

from foedus import Claim, Code, Model, Outcome, Parameter


class Threat(Code):
    """Whether B's threat deters A and, if not, what it lacks."""

    DETERS = 0, "A keeps the status quo"
    NOT_CREDIBLE = 1, "A demands a concession, as B is likely to give in"
    NOT_CAPABLE = 2, "A demands a concession, as even a conflict is no worse for it than the status quo"


def solve(p):
    """Return the code, A's payoff and the chance of conflict."""
    demanding = (1 - p.credibility) * p.gain + p.credibility * p.conflict
    if demanding <= 0:
        return Threat.DETERS, 0.0, 0.0
    lacks = Threat.NOT_CREDIBLE if p.conflict < 0 else Threat.NOT_CAPABLE
    return lacks, demanding, p.credibility


def deterred(g):
    """A is deterred"""
    return g.found.threat == Threat.DETERS


def still_deterred(g):
    surer = g.at(credibility=(1 + g.given.credibility) / 2)
    return surer.found.threat == Threat.DETERS


def not_credible(g):
    """B's threat is not credible enough"""
    return g.found.threat == Threat.NOT_CREDIBLE


def less_conflict(g):
    return g.at(credibility=0.99 * g.given.credibility).found.war < g.found.war


def not_capable(g):
    """A likes a conflict better than the status quo"""
    return g.given.conflict > 0


def demands_anyhow(g):
    return g.at(credibility=1.0).found.threat == Threat.NOT_CAPABLE


model = Model(
    "deterrence",
    "The rudimentary asymmetric deterrence game",
    parameters=[
        Parameter("credibility", "p_B", 0.5, ">= 0 and <= 1", "1", "chance that B is hard", usual=(0, 1)),
        Parameter("gain", "a_DC", 1.0, "> 0", "1", "what a concession is worth to A", usual=(0.1, 3)),
        Parameter("conflict", "a_DD", -1.0, "any", "1", "what a conflict is worth to A", usual=(-3, 1)),
    ],
    outcomes=[
        Outcome("threat", "", "1", "B's threat", Threat),
        Outcome("payoff", "U_A", "1", "A's payoff"),
        Outcome("war", "", "1", "chance of conflict"),
    ],
    solve=solve,
    claims=[
        Claim("credibility_deters", "A more credible threat still deters.", deterred, still_deterred),
        Claim(
            "short_of_credible",
            "If B's threat does not deter A, a lower chance that B is hard makes conflict less likely.",
            not_credible,
            less_conflict,
        ),
        Claim("capability_first", "A threat that is not capable never deters.", not_capable, demands_anyhow),
    ],
    colours={Threat: dict(zip(Threat, ("#3d7ab8", "#e8914d", "#7a1730"), strict=True))},
    references="Zagare and Kilgour (2000), Perfect Deterrence, Cambridge University Press, section 3.4",
)
