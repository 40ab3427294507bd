"""Compile and keep the functions that tests call: the solver's kernels, or the search for deviations and the
twin."""

import sys

import numpy as np
import twin

import foedus
from foedus.alliance.game import game_vector
from foedus.kernels import alliance as kernels
from foedus.kernels.alliance import deviations

GAME = game_vector(foedus.Game())
AXES = {"ally_cost": [0.3, 1.0], "stake": [0.5, 1.0]}


def solver():
    for given in ({}, {"decisiveness": 2.0}):
        foedus.solve(**given)
        for dtype in ("float64", "float32"):
            foedus.sweep(AXES, dtype=dtype, **given)
    kernels.reply_to_pledge(GAME, 0.1)
    kernels.reply_to_arms(GAME, 0.1, 0.1)
    kernels.replies_to_pledges(GAME[None], np.zeros(1), np.empty((1, len(kernels.Reply._fields))))


def searches():
    unsolved, none = np.full((len(deviations.Stated._fields), 1), -1.0), np.empty(0, np.int64)
    deviations.deviation_gains(0, 1, GAME, none, none.reshape(0, 3), np.empty(0), unsolved, np.empty(1))
    deviations.deviation_gain(GAME, unsolved[:, 0].copy())
    twin.solve(tuple(GAME), 40)


if __name__ == "__main__":
    {"solver": solver, "searches": searches}[sys.argv[1]]()
