"""Double deterrence: one defender and two challengers, who act independently; all types are known.

This is our reading of the abstract of Zagare (2024); we have not seen the article. The abstract says that the
primary challenger P moves first, the defender D second, and the secondary challenger T last; that the threat
of T is latent and contingent; and that four types of D and three of each challenger make 36 games. All else
is ours:

- P keeps the status quo, which ends the game, or makes a demand. D concedes or resists. If D resists, there
  is a war. Then T joins or stays out. If T joins, D concedes to both or fights both.
- D prefers one challenger to two. A resolute D always resists, even if T joins only because D resists. A firm
  D resists, except if T joins only because D resists. A wavering D resists only if this alone keeps T out. A
  yielding D never resists.
- P likes a concession best, to it alone or to both. A determined P prefers any war to the status quo, a
  dependent P prefers only a war that T joins, and a hesitant P prefers no war.
- A passive T never joins. An opportunist joins a war. A jackal joins if D concedes.

No type is indifferent between two ends that it can choose from, so there are no ties.
"""

from foedus import Claim, Code, Model, Outcome, Parameter


class End(Code):
    """How the game ends."""

    STATUS_QUO, CONCESSION, CONCESSION_TO_BOTH, WAR, WAR_WITH_BOTH = range(5)


class Reply(Code):
    """What D would do about a demand."""

    CONCEDES, RESISTS = range(2)


def solve(p):
    """Return how the game ends, and D's reply to a demand, also if P makes none."""
    resolute, firm, wavering = p.defender == 0, p.defender == 1, p.defender == 2
    determined, dependent = p.primary == 0, p.primary == 1
    opportunist, jackal = p.secondary == 1, p.secondary == 2
    if not (resolute or (firm and not opportunist) or (wavering and jackal)):
        return (End.CONCESSION_TO_BOTH if jackal else End.CONCESSION), Reply.CONCEDES
    if determined or (dependent and opportunist):
        return (End.WAR_WITH_BOTH if opportunist else End.WAR), Reply.RESISTS
    return End.STATUS_QUO, Reply.RESISTS


def kept(g):
    """the status quo remains"""
    return g.found.end == End.STATUS_QUO


def kept_by_resolute(g):
    return g.at(defender="resolute").found.end == End.STATUS_QUO


def extreme(g):
    """D is resolute or yielding"""
    return (g.given.defender == "resolute") | (g.given.defender == "yielding")


def as_without(g):
    return g.found.reply == g.at(secondary="passive").found.reply


DEFENDERS = "resolute", "firm", "wavering", "yielding"
PRIMARY = "determined", "dependent", "hesitant"
SECONDARY = "passive", "opportunist", "jackal"

model = Model(
    "double_deterrence",
    "Double deterrence: one defender, two challengers",
    parameters=[
        Parameter("defender", "D", "firm", long_name="type of the defender", choices=DEFENDERS),
        Parameter("primary", "P", "dependent", long_name="type of the primary challenger", choices=PRIMARY),
        Parameter(
            "secondary", "T", "passive", long_name="type of the secondary challenger", choices=SECONDARY
        ),
    ],
    outcomes=[
        Outcome("end", "", "1", "how the game ends", End),
        Outcome("reply", "", "1", "D's reply to a demand", Reply),
    ],
    solve=solve,
    claims=[
        Claim(
            "resolve_keeps",
            "If the status quo remains with some type of D, it remains with a resolute D, too.",
            kept,
            kept_by_resolute,
        ),
        Claim("extremes", "T does not change the reply of a resolute or a yielding D.", extreme, as_without),
    ],
    colours={
        End: dict(zip(End, ("#3d7ab8", "#f3dfa2", "#cda545", "#e0703a", "#6b1226"), strict=True)),
        Reply: dict(zip(Reply, ("#cda545", "#3d7ab8"), strict=True)),
    },
    references="Zagare (2024), Two against one: deterrence in the triad, Peace Economics, Peace Science and "
    "Public Policy 30, 1-25",
)
