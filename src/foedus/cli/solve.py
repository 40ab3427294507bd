"""foedus solve."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from rich import box
from rich.table import Table

from ..alliance.equilibrium import Equilibrium
from ..alliance.equilibrium import solve as solve_game
from ..alliance.model import KEPT, OUTCOMES
from ..alliance.solution import outcomes
from ..draw.solution import Solution, solve_one
from ..draw.tables import rich_table
from ..model import NUMBER, Model, Outcome
from ..model.checks import naming
from .options import BUILT_IN, DeviationGain, Overwrite, Parameters, WholeNumber, given_parameters
from .screens import show
from .targets import check_output


def solve(
    *,
    deviation_gain: DeviationGain = False,
    off_path: Annotated[bool, BUILT_IN] = False,
    efg: Path | None = None,
    pledges: Annotated[WholeNumber, BUILT_IN] = None,
    arms: Annotated[WholeNumber, BUILT_IN] = None,
    defined: bool = False,
    overwrite: Overwrite = False,
    parameters: Parameters,
    model: Model,
) -> None:
    """Solve one game and show what is found, in a table and in words.

    Parameters
    ----------
    off_path
        show also what each player would have done after other pledges, and after other arms of A
    efg
        a file to write the game to, on a grid of moves around its equilibrium, to be opened in Gambit; .efg
    pledges
        of that grid: how many pledges S has, beside none [default: 2]
    arms
        of that grid: how many arms A and C have at each of their nodes [default: 3]
    defined
        solve the game by its definition (its moves= and payoffs=), and not by the model's own solve=
    """
    given = given_parameters(model, parameters)
    if defined:
        with naming("--defined"):
            model = model.defined
    if not model.built_in:
        asked = {
            "--off-path": off_path,
            "--pledges": pledges is not None,
            "--arms": arms is not None,
        }
        for option in filter(asked.get, asked):
            raise ValueError(
                f"{option} is for the alliance game; a model says how it is solved, not who moves"
            )
        if deviation_gain and not model.searched:
            with naming("--deviation-gain"):
                assert model.defined
                raise ValueError(
                    "chance moves in this game, and gains by another move are not searched for then"
                )
        if efg:
            with naming("--efg"):
                assert model.defined
            check_output(efg, overwrite, ".efg")
        solution = solve_one(model, given, model.kept if deviation_gain else model.found)
        if efg:
            solution.to_efg(efg)
        _show(solution)
        return
    sizes = {k: size for k, size in (("pledges", pledges), ("arms", arms)) if size is not None}
    if efg:
        from ..alliance.gambit import check_tree

        check_tree(efg, **sizes)
        check_output(efg, overwrite, ".efg")
    elif sizes:
        raise ValueError(f"--{next(iter(sizes))} is a size of the grid in a file; it takes --efg")
    with warnings.catch_warnings():
        if efg or off_path:  # which an unsolved game has not, and then one line is enough
            warnings.simplefilter("ignore", RuntimeWarning)
        eq = solve_game(**given)
    tables = []
    if off_path:
        from ..alliance.replies import reply_tables

        tables = reply_tables(eq)
    if efg:
        eq.to_efg(efg, **sizes)
    show(_table(eq, KEPT if deviation_gain else OUTCOMES), eq.explain())
    for title, headings, rows in tables:
        show("", rich_table(headings, rows, title))


def _show(solution: Solution) -> None:
    """Show a game of a model, and what the model says of it."""
    show(rich_table(*solution.table(), solution.model.written(solution.game)))
    if solution.model.explain:
        show(solution.explain())


def _table(eq: Equilibrium, variables: Mapping[str, Outcome]) -> Table:
    """Return the `variables` of an equilibrium as a table, with and without S side by side."""
    table = Table(title=repr(eq.game), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("variable", "symbol", "with S", "without S", "unit"):
        table.add_column(heading, justify="right" if heading.endswith("S") else "left")
    for variable, *values in outcomes(eq, variables):
        unit = "" if variable.units == NUMBER else variable.units
        table.add_row(variable.name, variable.symbol, *values, unit)
    return table
