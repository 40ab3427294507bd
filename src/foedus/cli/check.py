"""foedus check."""

import functools
from typing import Any

from ..model import Model
from ..uncertainty.check import Check
from ..uncertainty.check import check as check_model
from .claims import solving
from .models import named_model
from .options import (
    DrawnParameters,
    Quiet,
    Threads,
    WholeNumber,
    given_parameters,
    named_values,
    stretch_of,
)
from .progress import compile_kernels, progress_bar
from .screens import Grid, show


def check(
    *,
    games: WholeNumber = None,
    seed: WholeNumber = None,
    region: list[str] | None = None,
    definition: str | None = None,
    threads: Threads = None,
    quiet: Quiet = False,
    parameters: DrawnParameters,
    model: Model,
) -> int:
    """Check a model's own solution (solve=) against its definition, as in: foedus check aid.py.

    The command foedus check aid.py is short for foedus check --model aid.py.

    Random games are solved in both ways. If the two solutions differ in some games, up to three of these
    games are shown. For each of them foedus says what is wrong, for example how much a player would gain by
    another move, and prints the commands that solve this game. If no player gains, the game counts as one in
    which they agree. The exit code is 1 if they differ in a game, or if no game could be compared.

    Parameters
    ----------
    games
        the number of random games [default: 1000]
    seed
        the seed of the draws [default: 1]
    region
        a parameter and the range from which it is drawn, as in --region stake=1:5; repeat it for more
        parameters
    definition
        a file with the definition of the game, if the model itself has none
    """
    design: dict[str, Any] = given_parameters(model, parameters)
    read = functools.partial(stretch_of, model)
    design["region"] = named_values("--region", region, "parameter=from:to", read)
    design |= {name: value for name, value in (("games", games), ("seed", seed)) if value is not None}
    if definition is not None:
        design["definition"] = named_model(definition, f"--definition {definition}")
    compile_kernels(lambda: check_model(model, **{**design, "games": 1}), quiet)
    with progress_bar("checking", 1, quiet) as progress:
        found = check_model(model, **design, threads=threads, progress=progress)
    if not quiet:
        show(_table(found), *_lines(found))
    return 0 if found.passed else 1


def _table(found: Check) -> Grid:
    """Return how often each outcome differs, as a table for the screen."""
    return Grid(
        ["outcome", "games that differ"], [[name, str(count)] for name, count in found.differ.items()]
    )


def _lines(found: Check) -> list[str]:
    """Return the verdict, the share of games that agree, and the first games that differ."""
    lines = [f"\n{found.verdict}"]
    if found.compared:
        share, low, high = (100 * part for part in (found.share, found.low, found.high))
        lines.append(
            f"{share:.2f} % of {found.compared} games agree (95 % interval: {low:.2f} to {high:.2f} %)"
        )
    for count, who in ((found.unsolved, "kernel"), (found.unsure, "definition")):
        if count:
            lines.append(f"the {who} could not solve {count} games; they are not compared")
    for one in found.differences:
        line, defined = (solving(model, one.game) for model in (found.model, found.defined))
        lines.append(f"\n{one.words}")
        lines += [line, f"{defined} --defined"] if line.startswith("foedus") else [line]
    return lines
