"""A model's own kernel: compiled into the loop over games, and what goes wrong in it told."""

import bisect
import re
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types

from ..kernels.loop import NUMBERS, TILE, compiled, loop, parameters_type
from ..model import UNSOLVED, Code, Loop, Model
from ..model.described import described
from ..model.moves import definition, told
from ..model.referred import referred
from .backward import kernel
from .columns import ROW, Columns
from .parallel import Tile

SEARCH_TILE = 4, 64  # rows and columns of games that a thread takes at a time, where each is searched for its moves
KINDS: dict[Any, str] = {
    NUMBERS: "one value",
    (types.StringLiteral, types.UnicodeType): "a text",
    types.List: "a list",
    types.Array: "an array",
    types.Generator: "a generator",
    types.BaseTuple: "a tuple",
}  # what else a kernel may give than values, by numba's types


class KernelError(ValueError):
    """What is wrong with a model's kernel, in a line; `whole` is all that numba says of it."""

    def __init__(self, line: str, whole: str = "") -> None:
        super().__init__(line)
        self.whole = whole


def own_loop(model: Model, columns: Columns) -> Loop:
    """Return the loop over games around a model's kernel.

    Calling it raises `KernelError` if the kernel cannot be compiled, raises something itself, or gives a code
    that is none.
    """
    names = list(model.by_name)
    single = [name for name, stride in columns.strides.items() if stride == 1]
    # along a last axis that is long, it alone varies from game to game
    alone = len(single) == 1 and columns.values[single[0]].size >= ROW
    inner = names.index(single[0]) if alone else None
    mapped = list(model.found).index(model.mapped.name)
    solve = kernel(model)
    functions = definition(model) if model.by_search else [model.solve]
    meaning = "\n".join([described(model), told(model), *(referred(f, with_code=True) for f in functions)])
    codes_of = tuple(outcome.codes for outcome in model.outcomes)
    solve_tile = loop(solve, tuple(names), codes_of, mapped, inner, meaning, keeps=bool(model.file))
    known = np.array([_bits(outcome.codes) for outcome in model.outcomes], np.uint64)

    def solve_games(tile: Tile, width: int, *arguments: Any) -> tuple[int, int]:
        try:
            unsolved, first, odd = solve_tile(tile, width, *arguments, known)
        except numba.core.errors.NumbaError as error:
            raise _not_compiled(model, error) from error
        except Exception as error:
            if not getattr(solve_tile, "signatures", True):  # it was not even compiled
                raise _not_compiled(model, error) from error
            raise _raised(model, columns, solve_tile, tile, width, (*arguments, known), error) from error
        if odd >= 0:
            raise _odd(model, columns.numbers(odd))
        return unsolved, first

    return Loop(solve_games, SEARCH_TILE, quick=False) if model.by_search else Loop(solve_games, TILE)


def _bits(codes: Iterable[Code] | None) -> int:
    """Return which codes there are, and -1, as bits, of which the lowest stands for -1."""
    return sum(1 << code + 1 for code in {UNSOLVED, *(codes or ())})


def _not_compiled(model: Model, error: Exception) -> KernelError:
    """Say in one line why a kernel cannot be compiled."""
    solve = compiled(kernel(model))
    given = (numba.typeof(parameters_type(tuple(model.by_name))(*([0.0] * len(model.by_name)))),)
    try:
        solve.compile(given)
    except Exception as own:  # also of what the kernel refers to, as in math.gama
        return KernelError(f"{_place(model, str(own))}: {_reason(model, str(own))}", str(own))
    gives: Any = solve.overloads[given].signature.return_type
    if isinstance(gives, (types.Optional, types.NoneType)):
        return KernelError(f"{name_of(model)}: solve ends without return, or returns None; {_wanted(model)}")
    if not isinstance(gives, types.BaseTuple):
        return KernelError(f"{name_of(model)}: solve returns {_kind(gives)}; {_wanted(model)}")
    kinds = list(gives)  # type: ignore[call-overload]
    if len(kinds) == len(model.found):
        for outcome, kind in zip(model.outcomes, kinds, strict=True):
            if not isinstance(kind, NUMBERS):
                return KernelError(
                    f"{name_of(model)}: solve returns {_kind(kind)} as {outcome.name}; it must be a number"
                )
            codes: Any = getattr(kind, "instance_class", outcome.codes)
            if outcome.codes and codes is not outcome.codes:
                return KernelError(
                    f"{name_of(model)}: solve returns a code of {codes.__name__} as {outcome.name}; "
                    f"it must be one of {outcome.codes.__name__}"
                )
        return KernelError(f"{name_of(model)}: solve cannot be compiled: {error}", str(error))
    count = "one value" if len(kinds) == 1 else f"{len(kinds)} values"
    return KernelError(f"{name_of(model)}: solve returns {count}; {_wanted(model)}")


def _kind(found: Any) -> str:
    """Say of what kind something is that a kernel gives."""
    return next((words for kind, words in KINDS.items() if isinstance(found, kind)), str(found))


def name_of(model: Model) -> str:
    """Return how errors speak of a model: by its file, if it is from one."""
    return Path(model.file).name.partition(":")[0] or f"the model {model.name}"


def _place(model: Model, told: str) -> str:
    """Return the line of a model's file that numba's words speak of, or as much as is known of it."""
    lines = re.findall(r'([^"/\\]+)(?:", line | \()(\d+)', told)
    own = list(dict.fromkeys(int(line) for file, line in lines if file == name_of(model)))
    if "Return of" in told:
        return f"{name_of(model)}, lines {' and '.join(map(str, sorted(own)))}"
    return f"{name_of(model)}, line {own[0]}" if own else _line_raised(model, _defaults(model))


def _reason(model: Model, told: str) -> str:
    """Return the first of numba's words that tell something, in ours where they are known."""
    line = next((line for line in told.splitlines() if line and not line.startswith("Failed in")), "")
    line = re.sub(r"\.* Raised from .*", "", line)
    if found := re.match(r"Unknown attribute '(\w+)' of type Parameters", line):
        return f"there is no parameter {found[1]!r}; there are {', '.join(model.by_name)}"
    if found := re.match(
        r"Untyped global name '(\w+)': Cannot determine Numba type of <class 'function'>", line
    ):
        return f"{found[1]} is called by a kernel; mark it with @foedus.jit"
    if found := re.match(r"Unknown attribute '(\w+)' of type IntEnum class<\w+>\((\w+)\)", line):
        return f"there is no {found[2]}.{found[1]}"
    if line.startswith("No implementation of function") and (call := re.search(">>> (.*)", told)):
        hint = f"; an index must be whole, as in int(p.{[*model.by_name][-1]})"
        return f"solve cannot be compiled: numba knows no {call[1]}{hint if ', float64)' in call[1] else ''}"
    if line.startswith(("Can't unify return type", "Cannot cast Tuple", "Cannot cast UniTuple")):
        return f"solve returns values of other kinds in one line than in another; {_wanted(model)}"
    return f"solve cannot be compiled: {line.rstrip(' .:')}"


def _wanted(model: Model) -> str:
    """Say what a kernel must return."""
    return f"it must return a value for each outcome: {', '.join(model.found)}"


def _raised(
    model: Model, columns: Columns, solve_tile: Any, tile: Tile, width: int, rest: tuple, error: Exception
) -> KernelError:
    """Say what a kernel raised, and in which game, the first of the tile."""

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
    line = _line_raised(model, numbers)
    if str(error).endswith("got None"):  # as numba says it
        return KernelError(f"{name_of(model)}: solve ends without return, or returns None; {_wanted(model)}")
    raised = f"{type(error).__name__}: {error}".removesuffix(": ")
    return KernelError(f"{line}: the kernel raised {raised}, in {model.written(model.game(numbers))}")


def _defaults(model: Model) -> dict[str, float]:
    """Return the numbers of the game of all defaults."""
    return {parameter.name: parameter.number(parameter.default) for parameter in model.parameters}


def _line_raised(model: Model, numbers: Mapping[str, float]) -> str:
    """Return the line of a model's file in which its kernel raises something, run by Python."""
    solve: Any = getattr(kernel(model), "py_func", kernel(model))
    try:
        solve(parameters_type(tuple(numbers))(**numbers))
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename).name == name_of(model)]
        if lines:
            return f"{name_of(model)}, line {lines[-1]}"
    return name_of(model)


def _odd(model: Model, numbers: Mapping[str, float]) -> KernelError:
    """Say which code of a game is none."""
    given = parameters_type(tuple(model.by_name))(*(numbers[name] for name in model.by_name))
    values = zip(model.outcomes, compiled(kernel(model))(given), strict=True)
    coded = [(outcome.name, outcome.codes, value) for outcome, value in values if outcome.codes]
    name, codes, value = next(one for one in coded if one[2] not in (UNSOLVED, *one[1]))
    there = ", ".join(f"{int(code)} {code.words}" for code in codes)
    game = model.written(model.game(numbers))
    return KernelError(
        f"{name_of(model)}: the kernel gives {float(value):.15g} as {name} in {game}; the codes are {there}"
    )
