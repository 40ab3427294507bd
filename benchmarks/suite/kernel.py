"""The bare kernel, without the other work of `foedus.sweep`."""

import time

import numpy as np

from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.alliance.model import PARAMETERS
from foedus.kernels import alliance as kernels

ROWS = 64  # in one call of the kernel, as in `foedus.sweep`
DEFAULT = np.array([parameter.number(parameter.default) for parameter in PARAMETERS.values()])


def outputs(games, variables):
    """Return new arrays for these variables of so many games, with the numbers of the variables."""
    floats = [name for name in variables if not VARIABLES[name].codes]
    codes = [name for name in variables if VARIABLES[name].codes]
    return (
        np.empty((len(floats), games)),
        np.array([kernels.VARIABLES.index(name) for name in floats], np.int64),
        np.empty((len(codes), games), np.int8),
        np.array([kernels.VARIABLES.index(name) for name in codes], np.int64),
    )


def kernel_map(ally_cost, status_quo, variables, wanted=None):
    """Return the seconds that the kernel takes for a map on one thread. It writes into new arrays, or into
    `wanted`."""
    rows, columns = ally_cost.size, status_quo.size
    arguments = (
        columns,
        DEFAULT,
        np.array([kernels.PARAMETERS.index(name) for name in ("ally_cost", "status_quo")]),
        np.array([(0, rows, columns), (rows, columns, 1)]),
        np.concatenate([ally_cost, status_quo]),
    )
    start = time.perf_counter()
    wanted = wanted or outputs(rows * columns, variables)
    for row in range(0, rows, ROWS):
        kernels.solve_games((row, min(row + ROWS, rows), 0, columns), *arguments, *wanted)
    return time.perf_counter() - start
