"""The loop over many games of any model, around its kernel.

`solve` is compiled into the loop. It takes the parameters by name and gives a value for each outcome; the
first that is a code is -1 where the game could not be solved.
"""

import functools
from collections import namedtuple

import numba
import numpy as np

from ._jit import plain

TILE = 64, 1024  # rows and columns of games that a thread takes at a time


def _compiled(function):
    """Compile a function for the CPU, or leave it as it is under NUMBA_DISABLE_JIT=1."""
    return function if plain else numba.njit(error_model="numpy", nogil=True)(function)


@functools.cache
def loop(solve, parameters, outcomes, mapped=0):
    """Return the loop over games that `solve` solves.

    Parameters
    ----------
    solve : callable
        the kernel, plain Python or compiled
    parameters : tuple of str
        their names, in order
    outcomes, mapped : int
        how many there are, and which of them is -1 where a game could not be solved
    """
    solve = solve if plain or hasattr(solve, "py_func") else _compiled(solve)
    given = namedtuple("Parameters", parameters)
    arguments = ", ".join(f"p[{i}]" for i in range(len(parameters)))
    places = "; ".join(f"found[{j}] = outcomes[{j}]" for j in range(outcomes))
    # numba makes no named tuple of an array, and does not go through a tuple of several types
    functions = {"given": given}
    exec(f"def named(p): return given({arguments})\ndef put(found, outcomes): {places}", functions)
    named, put = _compiled(functions["named"]), _compiled(functions["put"])

    def solve_games(tile, width, fixed, varying, layout, values, floats, which_floats, codes, which_codes):
        """Solve the games of a tile, and write what is wanted of them; return how many could not be solved,
        and the first of them, or -1. The parameters are those of `alliance.grid.solve_games`."""
        # i = game, k = varying parameter, j = outcome
        first_row, last_row, first_column, last_column = tile
        p, found = fixed.copy(), np.empty(outcomes)
        unsolved, first = 0, -1
        for row in range(first_row, last_row):
            for i in range(row * width + first_column, row * width + last_column):
                for k in range(varying.size):
                    offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
                    p[varying[k]] = values[offset + i // stride % size]
                put(found, solve(named(p)))
                if found[mapped] == -1.0:
                    unsolved += 1
                    if first < 0:
                        first = i
                for j in range(which_floats.size):
                    floats[j, i] = found[which_floats[j]]
                for j in range(which_codes.size):
                    codes[j, i] = np.int8(found[which_codes[j]])
        return unsolved, first

    return _compiled(solve_games)
