"""The loop over many games of any model, around its kernel.

The kernel is compiled into the loop. Games are solved in blocks. The parameters of a block are stored in
rows, and so are the outcomes that are kept. So a kernel without branches solves several games at a time.
"""

import functools
from collections import namedtuple
from enum import IntEnum

import numba
import numpy as np
from numba import types
from numba.extending import lower_cast, overload

from ._jit import keep, plain

TILE = 64, 1024  # rows and columns of games that a thread takes at a time
BLOCK = 256  # games
NONE = -128  # written in place of a number that is no code of the outcome
# what a kernel may return for an outcome
NUMBERS = types.Integer, types.Float, types.Boolean, types.IntEnumMember


def jit(function):
    """Compile a function that a model's kernel calls. With NUMBA_DISABLE_JIT=1, leave it as it is.

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


def compiled(solve):
    """Return a kernel, compiled if it is not yet."""
    return solve if hasattr(solve, "py_func") else jit(solve)


def number(value):
    """Return a number or a code as a float."""
    return float(value)


@overload(number)
def _number(value):
    if isinstance(value, types.IntEnumMember):
        return lambda value: float(value.value)
    if isinstance(value, types.Boolean):
        return lambda value: 1.0 if value else 0.0
    return (lambda value: float(value)) if isinstance(value, NUMBERS) else None


def coded(value, known, codes):
    """Return a code as it is kept, or `NONE` if it is not among the `known` codes (as bits, from -1 on).

    Raises TypeError if it is a code of another class than `codes`, because its number means something else.
    """
    if isinstance(value, IntEnum) and not isinstance(value, codes):
        raise TypeError(f"{type(value).__name__}.{value.name} is not a code of {codes.__name__}")
    return _coded_float(float(value), known)


@overload(coded)
def _coded(value, known, codes):
    """Do what `coded` does. A code of another class is refused when the kernel is compiled."""
    if isinstance(value, types.IntEnumMember):
        if value.instance_class is not codes.instance_class:
            return None
        return lambda value, known, codes: _coded_whole(np.int64(value.value), known)
    if isinstance(value, types.Float):
        return lambda value, known, codes: _coded_float(value, known)
    if isinstance(value, NUMBERS):
        return lambda value, known, codes: _coded_whole(np.int64(value), known)
    return None


@jit
def _coded_whole(value, known):
    bit = (known >> np.uint64((value + 1) & 63)) & np.uint64(1)
    return np.int8(value) if (value >= -1) & (value <= 62) & (bit == 1) else np.int8(NONE)


@jit
def _coded_float(value, known):
    # compare first, because NaN as a whole number may be anything
    whole = np.int32(value) if -1.0 <= value <= 62.0 else np.int32(NONE)
    return _coded_whole(whole if whole == value else np.int32(NONE), known)


@lower_cast(types.IntEnumMember, types.Float)
def _code_as_float(context, builder, code, real, value):
    """Let a kernel return a code in one line and a float in another. Numba alone can type this, not convert
    it."""
    return context.cast(builder, value, code.dtype, real)


def values(found):
    """Return what a kernel has returned."""
    return found


@overload(values)
def _values(found):
    """Accept only a tuple: the length of a list is not known when the loop is compiled."""
    return (lambda found: found) if isinstance(found, types.BaseTuple) else None


@jit
def _copy(found, target):
    """Copy as many values as the target has."""
    for i in range(target.size):
        target[i] = found[i]


@jit
def _fill(row, games, start, place, values):
    """Write the values of a parameter in the games from number `start` on: game i has value
    i // stride % size."""
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
def _row(kept, place, spare, start, games):
    """Return where to write an outcome of the games from number `start` on: in `spare` if it is not kept."""
    return kept[place, start : start + games] if place >= 0 else spare[:games]


@jit
def _tally(row):
    """Return how many codes of a row are -1, the place of the first of them, and the place of the first
    `NONE` (-1 if there is none)."""
    count, first, odd, signs = 0, -1, -1, np.int8(0)
    for i in range(row.size):
        signs = np.int8(signs | row[i])
    if signs < 0:
        for i in range(row.size - 1, -1, -1):
            if row[i] == -1:
                count, first = count + 1, i
            elif row[i] == NONE:
                odd = i
    return count, first, odd


@functools.cache
def parameters_type(names):
    """Return the type of a kernel's argument: the parameters by name."""
    return namedtuple("Parameters", names)


@functools.cache
def loop(solve, parameters, codes_of, mapped=0, inner=None, meaning="", keeps=False):
    """Return the loop over games around the kernel `solve`.

    Parameters
    ----------
    solve : callable
        the kernel, plain Python or compiled: it takes the parameters by name and returns a value for each
        outcome
    parameters : tuple of str
        their names, in order
    codes_of : tuple of type or None
        for each outcome the class of its codes, or None if it is a number
    mapped : int
        the position of the outcome that is -1 if a game could not be solved
    inner : int, optional
        the position of the only parameter that varies within a row of games, if there is only one
    meaning : str, optional
        what distinguishes this kernel from others with the same name and text
    keeps : bool, optional
        whether compiled code is kept, under that meaning
    """
    given = parameters_type(parameters)
    count, outcomes = range(len(parameters)), len(codes_of)
    inside = np.array([inner is None or k == inner for k in count])
    outer = "; ".join(f"p{k} = p[{k}, 0]" for k in count if not inside[k]) or "pass"
    each = ", ".join(f"p[{k}, i]" if inside[k] else f"p{k}" for k in count)
    # numba cannot make a named tuple from an array, nor loop over a tuple of several types
    rows, puts, tallies = [], [], []
    for j, codes in enumerate(codes_of):
        kind = "codes" if codes else "floats"
        rows.append(f"r{j} = row({kind}, places[{j}], spare_{kind}[{j}], start, games)")
        puts.append(f"r{j}[i] = coded(f{j}, known[{j}], codes{j})" if codes else f"r{j}[i] = number(f{j})")
        tallies.append(f"tally(r{j})" if codes else "(0, -1, -1)")
    names = {
        "__name__": __name__,
        "solve": compiled(solve),
        "given": given,
        "number": number,
        "values": values,
    }
    names |= {"coded": coded, "row": _row, "tally": _tally}
    names |= {f"codes{j}": codes for j, codes in enumerate(codes_of)}
    exec(
        f"def solve_block(p, floats, codes, places, known, spare_floats, spare_codes, start, games):\n"
        f"    {outer}\n"
        f"    {'; '.join(rows)}\n"
        f"    for i in range(games):\n"
        f"        {''.join(f'f{j}, ' for j in range(outcomes))} = values(solve(given({each})))\n"
        f"        {'; '.join(puts)}\n"
        f"    return {', '.join(tallies)},",
        names,
    )
    solve_block = jit(names["solve_block"])
    alone = inner is not None

    def solve_games(
        tile, width, fixed, varying, layout, values, floats, which_floats, codes, which_codes, known
    ):
        """Solve the games of a tile and write the wanted outcomes. Return how many could not be solved, the
        first of them, and the first game with a code that is not `known` (-1 if there is none).

        known : the codes of each outcome, as bits; the other parameters are as in `alliance.grid.solve_games`
        """
        # i = game, k = varying parameter, j = outcome
        first_row, last_row, first_column, last_column = tile
        p = np.empty((fixed.size, BLOCK))
        spare_floats, spare_codes = (
            np.empty((outcomes, BLOCK), floats.dtype),
            np.empty((outcomes, BLOCK), np.int8),
        )
        places = np.full(outcomes, -1)
        for j in range(which_floats.size):
            places[which_floats[j]] = j
        for j in range(which_codes.size):
            places[which_codes[j]] = j
        for k in range(fixed.size):
            p[k, :] = fixed[k]
        unsolved, first, odd = 0, -1, -1
        for row in range(first_row, last_row):
            start, end = row * width + first_column, row * width + last_column
            while start < end:
                games = min(BLOCK, end - start)
                if alone:  # within a row of the last axis all other parameters stay the same
                    games = min(games, layout[-1, 1] - start % layout[-1, 1])
                for k in range(varying.size):
                    _fill(p[varying[k]], games if inside[varying[k]] else 1, start, layout[k], values)
                tallies = solve_block(
                    p, floats, codes, places, known, spare_floats, spare_codes, start, games
                )
                count, place, _ = tallies[mapped]
                unsolved += count
                if count and first < 0:
                    first = start + place
                for _, _, other in tallies:
                    if other >= 0 and (odd < 0 or start + other < odd):
                        odd = start + other
                start += games
        return unsolved, first, odd

    loop_over, coded_ones = jit(solve_games), tuple(codes is not None for codes in codes_of)
    return keep(loop_over, meaning, (coded_ones, mapped, inner)) if keeps else loop_over
