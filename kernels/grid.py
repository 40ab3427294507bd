"""Loops over many games."""

import numpy as np

from ._jit import jit
from .equilibrium import Solution, equilibrium, unsolved
from .superpower import NOT_CONVERGED
from .terms import COSTLY, Parameters, costs, game_terms, parameters, terms

BLOCK = 64  # games solved before their results are copied out, to keep what is written in the cache
VARIABLES = Solution._fields
MOVES_COSTS = np.array([k in COSTLY for k in range(len(Parameters._fields))])


@jit
def solve_terms(t):
    """Return the `Solution` of the game with the `Terms` t, and what fixes the pledge, as a code."""
    solution, limit = equilibrium(t)
    if limit == NOT_CONVERGED:
        solution = unsolved()
    return solution, limit


@jit
def solve_game(p):
    """Return the same of the game with the parameters p, (13,) in the order of `Parameters`."""
    return solve_terms(game_terms(p))


@jit
def store(solution, scratch, n):
    """Write the variables of game n to its column, one by one: a loop over a tuple is slower."""
    (
        scratch[0, n],
        scratch[1, n],
        scratch[2, n],
        scratch[3, n],
        scratch[4, n],
        scratch[5, n],
        scratch[6, n],
        scratch[7, n],
        scratch[8, n],
        scratch[9, n],
        scratch[10, n],
        scratch[11, n],
        scratch[12, n],
        scratch[13, n],
        scratch[14, n],
        scratch[15, n],
        scratch[16, n],
        scratch[17, n],
        scratch[18, n],
    ) = solution


@jit
def solve_games(first, last, fixed, varying, layout, values, floats, which_floats, codes, which_codes):
    """Solve the games `first` to `last` - 1 and write what is wanted of them.

    fixed : (13,) the parameters, in the order of `Parameters`
    varying : (v,) which of them vary from game to game
    layout : (v, 3) for each its offset in `values`, its number of values, and for how many games
        in a row each value stands: game i has the value (i // stride) % size
    values : (n,) the values of all varying parameters, one after another
    floats : (f, games) float64 and which_floats : (f,) the numbers of these variables
    codes : (c, games) int8 and which_codes : (c,) likewise

    Returns the number of games that could not be solved.
    """
    # k = varying parameter, i = game, j = variable, n = game within the block
    scratch = np.empty((len(VARIABLES), BLOCK))
    p = fixed.copy()
    index = np.empty(varying.size, np.int64)
    left = np.empty(varying.size, np.int64)
    for k in range(varying.size):
        offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
        index[k] = offset + first // stride % size
        left[k] = stride - first % stride
        p[varying[k]] = values[index[k]]

    known = costs(parameters(p))
    failures = 0
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        for n in range(stop - start):
            solution, limit = solve_terms(terms(parameters(p), known))
            if limit == NOT_CONVERGED:
                failures += 1
            store(solution, scratch, n)
            outdated = False
            for k in range(varying.size):
                left[k] -= 1
                if left[k] == 0:
                    offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
                    left[k] = stride
                    index[k] += 1
                    if index[k] == offset + size:
                        index[k] = offset
                    p[varying[k]] = values[index[k]]
                    outdated |= MOVES_COSTS[varying[k]]
            if outdated:
                known = costs(parameters(p))
        for j in range(which_floats.size):
            floats[j, start:stop] = scratch[which_floats[j], : stop - start]
        for j in range(which_codes.size):
            for n in range(stop - start):
                codes[j, start + n] = np.int8(scratch[which_codes[j], n])
    return failures
