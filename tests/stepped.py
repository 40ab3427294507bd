"""A model of one step, where it is chosen, on a parameter that may be negative."""

from foedus.model import Code, Model, Outcome, Parameter


class Zone(Code):
    """On which side of the step a game is."""

    LOW, HIGH = 1, 2


def stepped(step):
    """A model whose code changes where t is no longer less than `step`."""

    def solve(p):
        return (1 if p.t < step else 2), p.t

    return Model(
        "stepped",
        "One step",
        [Parameter("t", "t", 0.0, "any"), Parameter("u", "u", 0.5)],
        [Outcome("zone", codes=Zone), Outcome("height")],
        solve,
    )
