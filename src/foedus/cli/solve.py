"""foedus solve."""

import math
import warnings
from collections.abc import Iterable, Mapping
from json import dumps
from pathlib import Path
from typing import Annotated

from ..alliance.equilibrium import Equilibrium
from ..alliance.equilibrium import solve as solve_game
from ..alliance.model import KEPT, OUTCOMES
from ..alliance.solution import outcomes
from ..draw.solution import Solution, solve_one
from ..model import NUMBER, UNSOLVED, Code, Model, Outcome
from ..model.checks import naming
from .options import (
    BUILT_IN,
    OWN,
    DeviationGain,
    Overwrite,
    Parameters,
    WholeNumber,
    given_parameters,
    named_values,
    whole,
)
from .screens import Grid, show
from .targets import check_output

VALUES = "--values"
OF_FILE = "is for the file that --efg writes; give --efg, too"


def solve(
    *,
    deviation_gain: DeviationGain = False,
    off_path: bool = False,
    efg: Path | None = None,
    pledges: Annotated[WholeNumber, BUILT_IN] = None,
    arms: Annotated[WholeNumber, BUILT_IN] = None,
    values: Annotated[list[str] | None, OWN] = None,
    defined: bool = False,
    overwrite: Overwrite = False,
    json: bool = False,
    parameters: Parameters,
    model: Model,
) -> None:
    """Solve one game and show the solution, as a table and in words.

    Parameters
    ----------
    off_path
        also show what would have followed after other moves; in the alliance game, after other pledges and
        other arms of A
    efg
        write the game to this .efg file for Gambit, with the moves of the equilibrium and only a few others
        around them
    pledges
        how many pledges S can choose from in the .efg file; it can also choose no alliance [default: 2]
    arms
        how many levels of arms A and C can choose from at each of their nodes in the .efg file [default: 3]
    values
        for the .efg file, how many values a move has if it is a number, as in --values 5 for all such moves,
        or --values price=5 for the move price; repeat --values for more moves [default: 3]
    json
        print only the parameters and the outcomes, as JSON; a value that is not a finite number is null
    defined
        solve the game by its definition (moves= and payoffs=) and not by the model's own solve=
    """
    given = given_parameters(model, parameters)
    if defined:
        with naming("--defined"):
            model = model.defined
    sizes = {name: size for name, size in (("pledges", pledges), ("arms", arms)) if size is not None}
    if json:
        asked = {"--efg": efg, "--off-path": off_path, "--deviation-gain": deviation_gain, VALUES: values}
        others = [option for option in asked if asked[option]] + [f"--{name}" for name in sizes]
        if others:
            raise ValueError(
                f"--json prints only the parameters and the outcomes; leave out {', '.join(others)}"
            )
        print(_as_json(solve_one(model, given)))
        return
    if not model.built_in:
        for name in sizes:
            raise ValueError(f"--{name} is only for the alliance game; other games take --values")
        if deviation_gain and not model.searched:
            with naming("--deviation-gain"):
                assert model.defined
                raise ValueError(
                    "this game has moves of chance; gains by another move cannot be found in such games"
                )
        for option in ("--efg",) * bool(efg) + ("--off-path",) * off_path:
            with naming(option):
                assert model.tree or model.defined
        own_sizes = _values(model, values, efg)
        if efg:
            check_output(efg, overwrite, ".efg")
        solution = solve_one(model, given, model.kept if deviation_gain else model.found)
        tables = solution.off_path() if off_path else []
        if efg:
            solution.to_efg(efg, values=own_sizes)
        _show(solution)
        _show_tables(tables)
        return
    if values:
        raise ValueError("--values is for other games; the alliance game takes --pledges and --arms")
    if efg:
        from ..alliance.gambit import check_tree

        check_tree(efg, **sizes)
        check_output(efg, overwrite, ".efg")
    elif sizes:
        raise ValueError(f"--{next(iter(sizes))} {OF_FILE}")
    with warnings.catch_warnings():
        if efg or off_path:  # these raise an error for an unsolved game, so a warning is not needed
            warnings.simplefilter("ignore", RuntimeWarning)
        eq = solve_game(**given)
    tables = []
    if off_path:
        from ..alliance.replies import reply_tables

        tables = reply_tables(eq)
    if efg:
        eq.to_efg(efg, **sizes)
    show(_table(eq, KEPT if deviation_gain else OUTCOMES), eq.explain())
    _show_tables(tables)


def _values(model: Model, texts: list[str] | None, efg: Path | None) -> int | dict[str, int] | None:
    """Return how many values the moves have in a file, as they are asked for, checked."""
    if not texts:
        return None
    if not efg:
        raise ValueError(f"{VALUES} {OF_FILE}")
    from ..solving.gambit import sizes_of  # few users need it

    values: int | dict[str, int]
    if len(texts) == 1 and "=" not in texts[0]:
        with naming(VALUES):
            values = whole(texts[0])
    else:
        values = named_values(VALUES, texts, "move=number", lambda _, text: whole(text))
    with naming(VALUES):
        sizes_of(model, values)
    return values


def _show_tables(tables: Iterable[tuple[str, list[str], list[list[str | float]]]]) -> None:
    """Show what would follow after other moves."""
    for title, headings, rows in tables:
        show("", Grid(headings, rows, title))


def _as_json(solution: Solution) -> str:
    """Return the parameters and the outcomes of a game as JSON, codes by their names."""
    found = {
        name: value.name.lower() if isinstance(value, Code) else value if math.isfinite(value) else None
        for name, value in solution.found.items()
    }
    return dumps({"model": solution.model.name, "game": dict(solution.game), "outcomes": found}, indent=2)


def _show(solution: Solution) -> None:
    """Show the solution of a game, and what the model says about it, or else what its code means."""
    show(Grid(*solution.table(), solution.model.written(solution.game)))
    code = solution.found[solution.model.mapped.name]
    if solution.model.explain:
        show(solution.explain())
    elif code.meaning and code != UNSOLVED:  # of which a warning tells
        show(f"{code.words.capitalize()}: {code.meaning}.")


def _table(eq: Equilibrium, variables: Mapping[str, Outcome]) -> Grid:
    """Return the `variables` of an equilibrium as a table, with and without S side by side."""
    rows = [
        [variable.name, variable.symbol, *values, "" if variable.units == NUMBER else variable.units]
        for variable, *values in outcomes(eq, variables)
    ]
    return Grid(["variable", "symbol", "with S", "without S", "unit"], rows, repr(eq.game))
