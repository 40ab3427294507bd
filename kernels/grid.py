"""Loops over many games."""

import numpy as np

from . import general
from ._jit import jit, jit_apart
from .equilibrium import Solution, equilibrium
from .status import SOLVED
from .terms import CONTEST, COSTLY, DECISIVENESS, Parameters, costs, game_terms, parameters, terms

BLOCK = 64  # games solved before their results are copied out, to keep what is written in the cache
VARIABLES = Solution._fields
MOVES_COSTS = np.array([k in COSTLY for k in range(len(Parameters._fields))])


@jit
def solve_game(p):
    """Return the `Solution` of a game with the ratio contest and decisiveness 1, what fixes the pledge, and
    the status, as codes.

    p : (15,) the parameters, in the order of `Parameters`
    """
    return equilibrium(game_terms(p))


@jit_apart
def solve_closed(p):
    """Do what `solve_game` does, in code of its own: in a loop that seldom needs it."""
    return solve_game(p)


@jit
def closed(p):
    """Tell whether the game has closed forms."""
    return p[CONTEST] == general.RATIO and p[DECISIVENESS] == 1.0


@jit_apart
def solve_any_game(p):
    """Return the same of a game with any contest."""
    if closed(p):
        return solve_closed(p)
    return general.equilibrium(general.game_terms(p))


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
def begin(first, fixed, varying, layout, values):
    """Return the parameters of game `first`, where each varying one stands in `values`, and for how many
    games more; the arguments are those of `solve_games`."""
    # k = varying parameter
    p = fixed.copy()
    index = np.empty(varying.size, np.int64)
    left = np.empty(varying.size, np.int64)
    for k in range(varying.size):
        offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
        index[k] = offset + first // stride % size
        left[k] = stride - first % stride
        p[varying[k]] = values[index[k]]
    return p, index, left


@jit
def advance(p, index, left, varying, layout, values):
    """Move on to the next game, and tell whether its `Costs` are others."""
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
    return outdated


@jit
def copy_out(scratch, start, stop, floats, which_floats, codes, which_codes):
    """Write what is wanted of the games `start` to `stop` - 1 from the block's own memory."""
    # j = variable, n = game within the block
    for j in range(which_floats.size):
        floats[j, start:stop] = scratch[which_floats[j], : stop - start]
    for j in range(which_codes.size):
        for n in range(stop - start):
            codes[j, start + n] = np.int8(scratch[which_codes[j], n])


@jit
def solve_games(first, last, fixed, varying, layout, values, floats, which_floats, codes, which_codes):
    """Solve the games `first` to `last` - 1, with the ratio contest and decisiveness 1, and write what is
    wanted of them.

    fixed : (15,) the parameters, in the order of `Parameters`
    varying : (v,) which of them vary from game to game
    layout : (v, 3) for each its offset in `values`, its number of values, and for how many games
        in a row each value stands: game i has the value (i // stride) % size
    values : (n,) the values of all varying parameters, one after another
    floats : (f, games) float64 and which_floats : (f,) the numbers of these variables
    codes : (c, games) int8 and which_codes : (c,) likewise

    Returns how many games could not be solved, and the first of them, or -1.
    """
    # i = game, n = game within the block
    scratch = np.empty((len(VARIABLES), BLOCK))
    p, index, left = begin(first, fixed, varying, layout, values)
    known = costs(parameters(p))
    unsolved, first_unsolved = 0, -1
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        for n in range(stop - start):
            solution, _, status = equilibrium(terms(parameters(p), known))
            if status != SOLVED:
                unsolved += 1
                if first_unsolved < 0:
                    first_unsolved = start + n
            store(solution, scratch, n)
            if advance(p, index, left, varying, layout, values):
                known = costs(parameters(p))
        copy_out(scratch, start, stop, floats, which_floats, codes, which_codes)
    return unsolved, first_unsolved


@jit
def solve_any_games(first, last, fixed, varying, layout, values, floats, which_floats, codes, which_codes):
    """Do the same as `solve_games` for games with any contest."""
    scratch = np.empty((len(VARIABLES), BLOCK))
    p, index, left = begin(first, fixed, varying, layout, values)
    known = general.known(parameters(p))
    unsolved, first_unsolved = 0, -1
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        for n in range(stop - start):
            if closed(p):
                solution, _, status = solve_closed(p)
            else:
                solution, _, status = general.equilibrium(general.general_terms(parameters(p), known))
            if status != SOLVED:
                unsolved += 1
                if first_unsolved < 0:
                    first_unsolved = start + n
            store(solution, scratch, n)
            if advance(p, index, left, varying, layout, values):
                known = general.known(parameters(p))
        copy_out(scratch, start, stop, floats, which_floats, codes, which_codes)
    return unsolved, first_unsolved
