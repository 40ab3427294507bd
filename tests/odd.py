"""A model that is odd all over: hostile words, many parameters, some of them called as the page calls its
axes, negative ones and a choice, codes with gaps and colours by name, nothing to explain."""

from foedus import Claim, Code, Model, Outcome, Parameter

HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'> & <b>\"bold\"</b>"


class Side(Code):
    LEFT, RIGHT, ABOVE = 2, 5, 40


def solve(p):
    """Return the side on which x + y lies of the sum of weights, and how far; no game is solved where y is
    least."""
    weights = p.w1 + p.w2 + p.w3 + p.w4 + p.w5 + p.w6 + p.w7 + p.w8 + p.w9 + p.w10
    far = p.x + p.y - weights
    if p.y < -4.5:
        return far, -1, far
    if p.form == 1.0:
        return far, Side.ABOVE, far
    return far, (Side.LEFT if far < 0 else Side.RIGHT), -far


def left(g):
    return g.found.lies == Side.LEFT


def is_near(g):
    return g.found.far > -3


left.__doc__ = HOSTILE
model = Model(
    "odd", f"{HOSTILE}.",
    parameters=[
        Parameter("x", "x", -1.0, long_name=HOSTILE, units=HOSTILE),
        Parameter("y", HOSTILE, 0.0, ">= -5 and < 5", HOSTILE),
        *(Parameter(f"w{k}", "", 0.0, ">= -1 and <= 1") for k in range(1, 11)),
        Parameter("form", "", "plain", long_name=HOSTILE, choices=("plain", HOSTILE)),
    ],
    outcomes=[
        Outcome("far", HOSTILE, HOSTILE, HOSTILE),
        Outcome("lies", "", "1", HOSTILE, Side),
        Outcome("near", HOSTILE, HOSTILE, HOSTILE),
    ],
    solve=solve,
    colours={Side: {Side.LEFT: "tab:blue", Side.RIGHT: "rebeccapurple", Side.ABOVE: "0.5"}},
    claims=[Claim("near", HOSTILE, left, is_near)],
)  # fmt: skip
