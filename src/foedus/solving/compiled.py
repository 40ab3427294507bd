"""A model's own kernel, or the one made of its definition: it is compiled into the loop over games."""

import bisect
from collections.abc import Iterable, Mapping
from typing import Any

import numba
import numpy as np

from ..kernels.loop import TILE, compiled, loop, parameters_type
from ..model import UNSOLVED, Code, Loop, Model
from ..model.described import described
from ..model.moves import definition
from ..model.referred import referred
from .backward import kernel, texts
from .broken import KernelError, check_functions, line_of, name_of, not_compiled, nothing_returned
from .columns import ROW, Columns
from .parallel import Tile

SEARCH_TILE = 4, 64  # rows and columns that a thread takes at a time, if each game's moves are searched for


def own_loop(model: Model, columns: Columns) -> Loop:
    """Return the loop over games around a model's kernel.

    Calling it raises `KernelError` if the kernel cannot be compiled, raises an error, or returns a number
    that is not a code.
    """
    names = list(model.by_name)
    single = [name for name, stride in columns.strides.items() if stride == 1]
    # in a row along a long last axis, only this parameter varies
    alone = len(single) == 1 and columns.values[single[0]].size >= ROW
    inner = names.index(single[0]) if alone else None
    mapped = list(model.found).index(model.mapped.name)
    check_functions(model)
    try:
        solve = kernel(model)  # this also compiles the functions of a definition
    except numba.core.errors.NumbaError as error:
        raise not_compiled(model, error) from error
    functions = definition(model).values() if model.by_search else [model.solve]
    made = texts(model) if model.by_search else []
    meaning = "\n".join([described(model), *(referred(f, with_code=True) for f in functions), *made])
    codes_of = tuple(outcome.codes for outcome in model.outcomes)
    solve_tile = loop(solve, tuple(names), codes_of, mapped, inner, meaning, keeps=bool(model.file))
    known = np.array([_bits(outcome.codes) for outcome in model.outcomes], np.uint64)

    def solve_games(tile: Tile, width: int, *arguments: Any) -> tuple[int, int]:
        try:
            unsolved, first, odd = solve_tile(tile, width, *arguments, known)
        except numba.core.errors.NumbaError as error:
            raise not_compiled(model, error) from error
        except Exception as error:
            if not getattr(solve_tile, "signatures", True):  # it was not compiled
                raise not_compiled(model, error) from error
            raise _raised(model, columns, solve_tile, tile, width, (*arguments, known), error) from error
        if odd >= 0:
            raise _odd(model, columns.numbers(odd))
        return unsolved, first

    return Loop(solve_games, SEARCH_TILE, quick=False) if model.by_search else Loop(solve_games, TILE)


def _bits(codes: Iterable[Code] | None) -> int:
    """Return the codes and -1 as bits; the lowest bit is -1."""
    return sum(1 << code + 1 for code in {UNSOLVED, *(codes or ())})


def _raised(
    model: Model, columns: Columns, solve_tile: Any, tile: Tile, width: int, rest: tuple, error: Exception
) -> KernelError:
    """Return the error that a kernel raised, with the first game of the tile in which it is raised."""

    def fails(part: Tile) -> bool:
        try:
            solve_tile(part, width, *rest)
        except Exception:
            return True
        return False

    first_row, last_row, first_column, last_column = tile
    rows, games = range(first_row, last_row), range(first_column, last_column)
    row = bisect.bisect_left(
        rows, True, key=lambda row: fails((first_row, row + 1, first_column, last_column))
    )
    row = rows[min(row, len(rows) - 1)]
    game = bisect.bisect_left(games, True, key=lambda game: fails((row, row + 1, first_column, game + 1)))
    numbers = columns.numbers(row * width + games[min(game, len(games) - 1)])
    if str(error).endswith("got None"):  # numba's words
        return nothing_returned(model)
    solve: Any = kernel(model)
    # numba reports the line in a function that it calls; as plain Python, a definition would take minutes
    solve = compiled(solve) if model.by_search else getattr(solve, "py_func", solve)
    line = line_of(model, lambda: solve(parameters_type(tuple(numbers))(**numbers)))
    who = "the definition" if model.by_search else "the kernel"
    raised = f"{type(error).__name__}: {error}".removesuffix(": ")
    return KernelError(f"{line}: {who} raised {raised}, in {model.written(model.game(numbers))}")


def _odd(model: Model, numbers: Mapping[str, float]) -> KernelError:
    """Say which outcome of a game is not a code."""
    given = parameters_type(tuple(model.by_name))(*(numbers[name] for name in model.by_name))
    values = zip(model.outcomes, compiled(kernel(model))(given), strict=True)
    coded = [(outcome.name, outcome.codes, value) for outcome, value in values if outcome.codes]
    name, codes, value = next(one for one in coded if one[2] not in (UNSOLVED, *one[1]))
    there = ", ".join(f"{int(code)} {code.words}" for code in codes)
    game = model.written(model.game(numbers))
    who = "outcome" if model.by_search else "the kernel"
    return KernelError(
        f"{name_of(model)}: {who} returns {float(value):.15g} as {name} in {game}; the codes are {there}"
    )
