"""Loops over many games."""

import numpy as np

from .._jit import jit, jit_apart
from . import any_contest
from .equilibrium import Solution, equilibrium
from .lanes import (
    BLOCK,
    LANES,
    follow_paths,
    leave_paths,
    offer_at,
    put_solution,
    set_codes,
    set_costs,
    set_levels,
    set_variables,
    solve_lanes,
    strike_unsolved,
)
from .status import SOLVED
from .terms import CONTEST, COSTLY, DECISIVENESS, LEVELLED, Parameters, game_terms, parameters

VARIABLES = Solution._fields
GROUP = 16  # blocks that are held at a time: half a megabyte
# which variables need more than S's offer and who challenges
ON_PATHS = np.array(
    [not name.startswith(("pledge", "settlement", "superpower_payoff")) for name in VARIABLES]
)
MOVES_COSTS = np.array([k in COSTLY for k in range(len(Parameters._fields))])
MOVES_LEVELS = np.array([k in LEVELLED for k in range(len(Parameters._fields))])


@jit
def solve_game(p):
    """Return three values for a game with the ratio contest and decisiveness 1: its `Solution` and, as
    codes, what fixes the pledge and the status.

    Parameters
    ----------
    p : (15,)
        the parameters, in the order of `Parameters`
    """
    return equilibrium(game_terms(p))


@jit_apart
def solve_closed(p):
    """Do what `solve_game` does, compiled as a separate function, for a loop that seldom calls it."""
    return solve_game(p)


@jit
def closed(p):
    """Tell whether there are closed forms for the game."""
    return p[CONTEST] == any_contest.RATIO and p[DECISIVENESS] == 1.0


@jit_apart
def solve_any_game(p):
    """Return what `solve_game` returns, for a game with any contest."""
    if closed(p):
        return solve_closed(p)
    return any_contest.equilibrium(any_contest.game_terms(p))


@jit
def fill(lanes, values, stride, first, games):
    """Write a parameter's values in the lanes: game i has values[i // stride % values.size].

    There are `games` games, from number `first` on, at most as many as lanes. The remaining lanes get the
    value of the last game.
    """
    size = values.size
    index, left = first // stride % size, stride - first % stride
    n = 0
    while n < games:
        run = min(size - index if stride == 1 else left, games - n)
        here, there = lanes[n : n + run], values[index : index + run]
        if stride == 1:
            for m in range(run):
                here[m] = there[m]
            index = 0
        else:
            here[:] = values[index]
            index, left = (index + 1) % size, stride
        n += run
    lanes[games:] = lanes[games - 1]


@jit
def set_columns(blocks, first, last, width, varying, layout, values):
    """Set the parameters that vary within a row, in blocks that hold the columns `first` to `last` - 1."""
    for k in range(varying.size):
        offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
        if stride < width:
            for g, column in enumerate(range(first, last, LANES)):
                lanes = blocks[g].parameters[varying[k]]
                fill(lanes, values[offset : offset + size], stride, column, min(LANES, last - column))


@jit
def set_row(blocks, row, width, varying, layout, values):
    """Set the parameters that vary between rows; return whether `Costs` and `Levels` have changed."""
    new_costs = new_levels = False
    for k in range(varying.size):
        offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
        if stride >= width:
            value = values[offset + row * width // stride % size]
            if value != blocks[0].parameters[varying[k], 0]:
                for g in range(GROUP):
                    blocks[g].parameters[varying[k]] = value
                new_costs |= MOVES_COSTS[varying[k]]
                new_levels |= MOVES_LEVELS[varying[k]]
    return new_costs, new_levels


@jit
def write(block, start, games, floats, which_floats, codes, which_codes):
    """Write the wanted variables of the `games` of a block; `start` is the number of its first game."""
    stop = start + games
    for j in range(which_floats.size):
        wanted, found = floats[j, start:stop], block.variables[which_floats[j]]
        for n in range(games):
            wanted[n] = found[n]
    for j in range(which_codes.size):
        coded, found = codes[j, start:stop], block.variables[which_codes[j]]
        for n in range(games):
            coded[n] = np.int8(found[n])


@jit
def solve_games(tile, width, fixed, varying, layout, values, floats, which_floats, codes, which_codes):
    """Solve the games of a tile, with the ratio contest and decisiveness 1, and write the wanted variables.

    Results that depend only on parameters within a row are kept from row to row. Results that depend only on
    parameters between rows are computed once for each row. So the loop goes through the rows GROUP blocks at
    a time, which fit the cache, and writes results along the rows.

    Parameters
    ----------
    tile : 4 ints
        the first row and the one past the last, the first column and the one past the last. Game i
        stands in row i // width and column i % width
    width : int
        the number of games in a row. A parameter varies either between rows (its stride is a multiple of
        `width`) or within every row in the same way (`width` is a multiple of stride times size)
    fixed : (15,)
        the parameters, in the order of `Parameters`
    varying : (v,)
        which of them vary from game to game
    layout : (v, 3)
        for each its offset in `values`, its number of values (size), and how many consecutive games share
        a value (stride): game i has the value i // stride % size
    values : (n,)
        the values of all varying parameters, one after another
    floats, which_floats : (f, games) float64 or float32, (f,)
        where to write outcomes that are numbers, and which outcomes these are, by position
    codes, which_codes : (c, games) int8, (c,)
        the same for codes

    Returns
    -------
    unsolved, first : int
        how many games could not be solved, and the first of them, or -1
    """
    # i = parameter, k = varying parameter, j = variable, g = block, n = game within the block
    first_row, last_row, first_column, last_column = tile
    costs_alike = levels_alike = True
    for k in range(varying.size):
        if layout[k, 2] < width:
            costs_alike &= not MOVES_COSTS[varying[k]]
            levels_alike &= not MOVES_LEVELS[varying[k]]
    on_paths = False
    for j in range(which_floats.size):
        on_paths |= ON_PATHS[which_floats[j]]
    blocks, out_of_range = np.empty(GROUP, BLOCK), np.zeros(GROUP, np.int64)
    for g in range(GROUP):
        for i in range(fixed.size):
            blocks[g].parameters[i] = fixed[i]
    unsolved, first_unsolved = 0, -1
    for first in range(first_column, last_column, GROUP * LANES):
        last = min(first + GROUP * LANES, last_column)
        set_columns(blocks, first, last, width, varying, layout, values)
        for row in range(first_row, last_row):
            new_costs, new_levels = set_row(blocks, row, width, varying, layout, values)
            for g, column in enumerate(range(first, last, LANES)):
                block, start, games = blocks[g], row * width + column, min(LANES, last - column)
                if new_costs or row == first_row:
                    out_of_range[g] = set_costs(block, costs_alike)
                if new_levels or row == first_row:
                    set_levels(block, levels_alike)
                lost = out_of_range[g] + solve_lanes(block)
                if which_floats.size == 0:
                    set_codes(block)
                else:
                    if on_paths:
                        follow_paths(block)
                    else:
                        leave_paths(block)
                    set_variables(block)
                if lost > 0:
                    strike_unsolved(block)
                    for n in range(games):
                        if np.isnan(offer_at(block.offer, n).backing):
                            unsolved += 1
                            if first_unsolved < 0 or start + n < first_unsolved:
                                first_unsolved = start + n
                write(block, start, games, floats, which_floats, codes, which_codes)
    return unsolved, first_unsolved


@jit
def move_to(p, i, varying, layout, values):
    """Set `p` to the parameters of game i; return whether the known values of the contest are out of date."""
    outdated = False
    for k in range(varying.size):
        offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
        value = values[offset + i // stride % size]
        if value != p[varying[k]]:
            p[varying[k]] = value
            outdated |= MOVES_COSTS[varying[k]]
    return outdated


@jit
def solve_any_games(tile, width, fixed, varying, layout, values, floats, which_floats, codes, which_codes):
    """Do what `solve_games` does, for games with any contest, one by one."""
    # j = variable
    first_row, last_row, first_column, last_column = tile
    p = fixed.copy()
    move_to(p, first_row * width + first_column, varying, layout, values)
    known = any_contest.known(parameters(p))
    outdated = False
    variables = np.empty((len(VARIABLES), 1))
    unsolved, first_unsolved = 0, -1
    for row in range(first_row, last_row):
        for i in range(row * width + first_column, row * width + last_column):
            outdated |= move_to(p, i, varying, layout, values)
            if closed(p):
                solution, _, status = solve_closed(p)
            else:
                if outdated:
                    known = any_contest.known(parameters(p))
                    outdated = False
                solution, _, status = any_contest.equilibrium(any_contest.general_terms(parameters(p), known))
            if status != SOLVED:
                unsolved += 1
                if first_unsolved < 0:
                    first_unsolved = i
            put_solution(variables, 0, solution)
            for j in range(which_floats.size):
                floats[j, i] = variables[which_floats[j], 0]
            for j in range(which_codes.size):
                codes[j, i] = np.int8(variables[which_codes[j], 0])
    return unsolved, first_unsolved
