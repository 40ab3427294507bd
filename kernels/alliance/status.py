"""Why a game may be left unsolved."""

from enum import IntEnum

SOLVED, NOT_CONVERGED, CONTRADICTED, OUT_OF_RANGE = range(4)  # see Status


class Status(IntEnum):
    """How solving a game ended."""

    SOLVED = SOLVED
    NOT_CONVERGED = NOT_CONVERGED
    CONTRADICTED = CONTRADICTED
    OUT_OF_RANGE = OUT_OF_RANGE

    @property
    def cause(self) -> str:
        """Why the game is unsolved, in words."""
        return _CAUSES[self]


_CAUSES = {
    Status.SOLVED: "it is solved",
    Status.NOT_CONVERGED: "an iteration did not end",
    Status.CONTRADICTED: "a player would gain by leaving the path that was found",
    Status.OUT_OF_RANGE: "its parameters are so large or so small that numbers leave the range of floats",
}
