"""The loop over many games of any model, around its kernel.

The kernel is compiled into it. Games are solved in blocks: the parameters of a block stand in rows, and so
does what is found, so that a kernel without branches is solved several games at a time.
"""

import functools
from collections import namedtuple

import numba
import numpy as np
from numba import types
from numba.extending import lower_cast, overload

from ._jit import keep, plain

TILE = 64, 1024  # rows and columns of games that a thread takes at a time
BLOCK = 256  # games
# what a kernel may give for an outcome
NUMBERS = types.Integer, types.Float, types.Boolean, types.IntEnumMember


def jit(function):
    """Compile a function that a model's kernel calls, or leave it as it is under NUMBA_DISABLE_JIT=1.

    Examples
    --------
    >>> import foedus
    >>> @foedus.jit
    ... def square(x):
    ...     return x * x
    >>> square(1.5)
    2.25
    """
    return function if plain else numba.njit(error_model="numpy", nogil=True)(function)


def number(value):
    """Return a number or a code as a float."""
    return float(value)


@overload(number)
def _number(value):
    if isinstance(value, types.IntEnumMember):
        return lambda value: float(value.value)
    return (lambda value: float(value)) if isinstance(value, NUMBERS) else None


@lower_cast(types.IntEnumMember, types.Float)
def _code_as_float(context, builder, code, real, value):
    """Let a kernel give a code in one line and a float in its place in another, which numba only types."""
    return context.cast(builder, value, code.dtype, real)


def values(found):
    """Return what a kernel gives."""
    return found


@overload(values)
def _values(found):
    """Take nothing but a tuple: how long a list is would be known only when it is there."""
    return (lambda found: found) if isinstance(found, types.BaseTuple) else None


@jit
def _copy(found, target):
    """Copy as many values as the target has."""
    for i in range(target.size):
        target[i] = found[i]


@jit
def _fill(row, games, start, place, values):
    """Write what a parameter is in games from number `start` on: game i has value i // stride % size."""
    offset, size, stride = place
    at, left, i = start // stride % size, stride - start % stride, 0
    while i < games:
        if stride == 1:
            end = i + min(games - i, size - at)
            _copy(values[offset + at :], row[i:end])
            at = 0
        else:
            end = i + min(games - i, left)
            row[i:end] = values[offset + at]
            at, left = (at + 1) % size, stride
        i = end


@jit
def _copy_codes(found, target, known):
    """Copy codes, and return how many of them are not known: bit 0 of `known` stands for -1, and so on."""
    odd = 0
    for i in range(target.size):
        code = np.int32(found[i])
        target[i] = np.int8(code)
        bit = (known >> np.uint64((code + 1) & 63)) & np.uint64(1)
        odd += not ((code == found[i]) & (code >= -1) & (code <= 62) & (bit == 1))
    return odd


@jit
def _first_odd(found, known):
    """Return the first game whose code is not known, or -1."""
    for i in range(found.size):
        if _copy_codes(found[i : i + 1], np.empty(1, np.int8), known):
            return i
    return -1


@jit
def _unsolved(found):
    """Return how many games could not be solved, and the first of them, or -1."""
    count, first = 0, -1
    for i in range(found.size):
        count += found[i] == -1.0
    if count:
        while found[first + 1] != -1.0:
            first += 1
        first += 1
    return count, first


@functools.cache
def parameters_type(names):
    """Return the type of what a kernel takes: the parameters by name."""
    return namedtuple("Parameters", names)


@functools.cache
def loop(solve, parameters, outcomes, mapped=0, inner=None, model=None):
    """Return the loop over games that `solve` solves.

    Parameters
    ----------
    solve : callable
        the kernel, plain Python or compiled: of the parameters by name, a value for each outcome
    parameters : tuple of str
        their names, in order
    outcomes, mapped : int
        how many there are, and which of them is -1 where a game could not be solved
    inner : int, optional
        the only parameter that varies within a row of games, if there is one
    model : str, optional
        a hash of the model's source, under which compiled code is kept; unless given, it is not
    """
    given = parameters_type(parameters)
    count = range(len(parameters))
    inside = np.array([inner is None or k == inner for k in count])
    outer = "; ".join(f"p{k} = p[{k}, 0]" for k in count if not inside[k]) or "pass"
    each = ", ".join(f"p[{k}, i]" if inside[k] else f"p{k}" for k in count)
    places = range(outcomes)
    # numba makes no named tuple of an array, and takes no tuple of several types apart in a loop
    kernel = solve if plain or hasattr(solve, "py_func") else jit(solve)
    names = {"__name__": __name__, "solve": kernel, "given": given, "number": number, "values": values}
    exec(
        f"def solve_block(p, found, games):\n"
        f"    {outer}\n"
        f"    for i in range(games):\n"
        f"        {''.join(f'f{j}, ' for j in places)} = values(solve(given({each})))\n"
        f"        {'; '.join(f'found[{j}, i] = number(f{j})' for j in places)}",
        names,
    )
    solve_block = jit(names["solve_block"])
    alone = inner is not None

    def solve_games(
        tile, width, fixed, varying, layout, values, floats, which_floats, codes, which_codes, known
    ):
        """Solve the games of a tile, and write what is wanted of them; return how many could not be solved,
        the first of them, and the first of which a code is none that is `known`, or -1.

        known : the codes of each outcome in `which_codes`, as bits; the other parameters are those of
        `alliance.grid.solve_games`
        """
        # i = game, k = varying parameter, j = outcome
        first_row, last_row, first_column, last_column = tile
        p, found = np.empty((fixed.size, BLOCK)), np.empty((outcomes, BLOCK))
        for k in range(fixed.size):
            p[k, :] = fixed[k]
        unsolved, first, odd = 0, -1, -1
        for row in range(first_row, last_row):
            start, end = row * width + first_column, row * width + last_column
            while start < end:
                games = min(BLOCK, end - start)
                if alone:  # within a row of the last axis all else is the same
                    games = min(games, layout[-1, 1] - start % layout[-1, 1])
                for k in range(varying.size):
                    _fill(p[varying[k]], games if inside[varying[k]] else 1, start, layout[k], values)
                solve_block(p, found, games)
                count, place = _unsolved(found[mapped, :games])
                unsolved += count
                if count and first < 0:
                    first = start + place
                for j in range(which_floats.size):
                    _copy(found[which_floats[j]], floats[j, start : start + games])
                for j in range(which_codes.size):
                    column = found[which_codes[j], :games]
                    if _copy_codes(column, codes[j, start : start + games], known[j]) and odd < 0:
                        odd = start + _first_odd(column, known[j])
                start += games
        return unsolved, first, odd

    return keep(jit(solve_games), model, (outcomes, mapped, inner)) if model else jit(solve_games)
