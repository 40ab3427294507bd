"""Loops over many games."""

import numpy as np

from . import general
from ._jit import jit, jit_apart
from .equilibrium import Solution, equilibrium
from .lanes import BLOCK, LANES, put_solution, set_costs, set_levels, set_regimes, set_variables, solve_lanes
from .status import SOLVED
from .terms import CONTEST, COSTLY, DECISIVENESS, LEVELLED, Parameters, game_terms, parameters

GROUP = 16
VARIABLES = Solution._fields
MOVES_COSTS = np.array([k in COSTLY for k in range(len(Parameters._fields))])
MOVES_LEVELS = np.array([k in LEVELLED for k in range(len(Parameters._fields))])


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
def fill(lanes, values, size, stride, first, games):
    """Write the parameter's value in each of the `games` from `first` on, at most as many as there are
    lanes, and in the lanes beyond that of the last: game i has values[i // stride % size]."""
    index, left = first // stride % size, stride - first % stride
    n = 0
    while n < games:
        if stride == 1:
            run = min(size - index, games - n)
            lanes[n : n + run] = values[index : index + run]
            index = 0
        else:
            run = min(left, games - n)
            lanes[n : n + run] = values[index]
            index, left = (index + 1) % size, stride
        n += run
    lanes[games:] = lanes[games - 1]


@jit
def solve_games(tile, width, fixed, varying, layout, values, floats, which_floats, codes, which_codes):
    """Solve the games of a tile, with the ratio contest and decisiveness 1, and write what is wanted of them.

    tile : the first row, the last but one, the first column and the last but one. Game i stands in row
        i // width and column i % width
    width : how many games there are in a row. The stride of each varying parameter is a multiple of it, or
        it is a multiple of stride times size: the parameter varies between rows, or within each one alike
    fixed : (15,) the parameters, in the order of `Parameters`
    varying : (v,) which of them vary from game to game
    layout : (v, 3) for each its offset in `values`, its number of values (size), and for how many games
        in a row each value stands (stride): game i has the value i // stride % size
    values : (n,) the values of all varying parameters, one after another
    floats : (f, games) float64 or float32 and which_floats : (f,) the numbers of these variables
    codes : (c, games) int8 and which_codes : (c,) likewise

    Returns how many games could not be solved, and the first of them, or -1.
    """
    # k = varying parameter, j = variable, g = block, n = game within the block
    first_row, last_row, first_column, last_column = tile
    blocks = np.empty(GROUP, BLOCK)
    whole = which_floats.size > 0
    costs_alike = levels_alike = True
    for k in range(varying.size):
        if layout[k, 2] < width:
            costs_alike &= not MOVES_COSTS[varying[k]]
            levels_alike &= not MOVES_LEVELS[varying[k]]
    for g in range(GROUP):
        for n in range(LANES):
            blocks[g].parameters[:, n] = fixed
    unsolved, first_unsolved = 0, -1
    for group in range(first_column, last_column, GROUP * LANES):
        group_end = min(group + GROUP * LANES, last_column)
        for k in range(varying.size):
            offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
            if stride < width:
                for g, column in enumerate(range(group, group_end, LANES)):
                    lanes = blocks[g].parameters[varying[k]]
                    games = min(LANES, group_end - column)
                    fill(lanes, values[offset : offset + size], size, stride, column, games)
        for row in range(first_row, last_row):
            new_costs = new_levels = row == first_row
            for k in range(varying.size):
                offset, size, stride = layout[k, 0], layout[k, 1], layout[k, 2]
                if stride >= width:
                    value = values[offset + row * width // stride % size]
                    if value != blocks[0].parameters[varying[k], 0] or row == first_row:
                        for g in range(GROUP):
                            blocks[g].parameters[varying[k]] = value
                        new_costs |= MOVES_COSTS[varying[k]]
                        new_levels |= MOVES_LEVELS[varying[k]]
            for g, column in enumerate(range(group, group_end, LANES)):
                block = blocks[g]
                start = row * width + column
                games = min(LANES, group_end - column)
                if new_costs:
                    set_costs(block, costs_alike)
                if new_levels:
                    set_levels(block, levels_alike)
                if solve_lanes(block):
                    for n in range(games):
                        if np.isnan(block.offer[1, n]):
                            unsolved += 1
                            if first_unsolved < 0 or start + n < first_unsolved:
                                first_unsolved = start + n
                if whole:
                    set_variables(block)
                else:
                    set_regimes(block)
                for j in range(which_floats.size):
                    out, found = floats[j, start : start + games], block.variables[which_floats[j]]
                    for n in range(games):
                        out[n] = found[n]
                for j in range(which_codes.size):
                    signs, found = codes[j, start : start + games], block.variables[which_codes[j]]
                    for n in range(games):
                        signs[n] = np.int8(found[n])
    return unsolved, first_unsolved


@jit
def move_to(p, i, varying, layout, values):
    """Make `p` the parameters of game i, and tell whether what is known of the contest is outdated."""
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
    """Do the same as `solve_games` for games with any contest, one by one."""
    # j = variable
    first_row, last_row, first_column, last_column = tile
    p = fixed.copy()
    move_to(p, first_row * width + first_column, varying, layout, values)
    known = general.known(parameters(p))
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
                    known = general.known(parameters(p))
                    outdated = False
                solution, _, status = general.equilibrium(general.general_terms(parameters(p), known))
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
