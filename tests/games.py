"""Games to test with: random ones over wide ranges, and the edges."""

import itertools

import numpy as np

from foedus.alliance.model import PARAMETERS
from foedus.kernels import alliance as kernels

RATIO, DIFFERENCE = 0.0, 1.0  # the form of the contest, the last entry of a game
NAMES = kernels.PARAMETERS[:-1]  # of the entries before it
CLOSED = [name for name in NAMES if name != "decisiveness"]
DEFAULT = {name: PARAMETERS[name].default for name in NAMES} | {"contest": RATIO}


def game(**changed):
    """Return the default game with some parameters changed, as a tuple in the kernels' order."""
    assert set(changed) <= set(DEFAULT)
    return tuple(float(value) for value in (DEFAULT | changed).values())


def random_games(count, seed, spread=1.0, contest=RATIO, decisiveness=(1.0, 1.0)):
    """Return `count` random games; half of them have parameters at the ends of their domains.

    Costs are within a factor of about 30^spread of the costs of the default game, forces within 10^spread.
    The difference form measures forces in units of 1/gamma, so gamma from 0.3 to 4 makes its contest anything
    from a lottery to a certainty. `decisiveness` is the range of gamma; the other parameters do not depend on
    it.
    """
    rng = np.random.default_rng(seed)
    low, high = decisiveness
    gammas = low * (high / low) ** np.random.default_rng([seed, 1]).uniform(size=count)

    def scale(middle, factor):
        return middle * factor ** (spread * rng.uniform(-1, 1))

    def or_zero(value, chance):
        return 0.0 if rng.random() < chance else value

    games = []
    for gamma in gammas:
        edgy = rng.random() < 0.5
        chance = 0.3 if edgy else 0.0
        q = rng.uniform(0.01, 0.99)
        if edgy and rng.random() < 0.1:
            q = rng.choice([1e-6, 1e-3, 0.5, 0.999, 1 - 1e-6])
        pi = rng.choice([0.0, 0.5, 1.0, rng.uniform()]) if edgy else rng.uniform()
        e_a = or_zero(scale(0.1, 10), 0.5)
        e_c = e_a if edgy and e_a and rng.random() < 0.1 else scale(0.1, 10)
        games.append(
            game(
                ally_cost=scale(0.5, 20),
                challenger_cost=scale(0.5, 20),
                superpower_cost=scale(0.2, 20),
                status_quo=q,
                ally_war_cost=or_zero(rng.uniform(0, rng.choice([0.1, 1.2])), chance),
                challenger_war_cost=or_zero(rng.uniform(0, rng.choice([0.1, 1.2])), chance),
                ally_forces=e_a,
                challenger_forces=e_c,
                effectiveness=rng.choice([1.0, rng.uniform(0.05, 1)]),
                stake=or_zero(scale(1.0, 5), 0.02),
                bargaining_power=pi,
                autonomy_cost=or_zero(rng.uniform(0, 0.1), 0.5),
                alliance_cost=or_zero(rng.uniform(0, 0.1), 0.6),
                decisiveness=gamma,
                contest=contest,
            )
        )
    return games


def round_games(count, seed):
    """Return `count` games with round numbers, as people type them, with the ratio contest and gamma = 1. The
    payoffs of two moves are often exactly equal."""
    rng = np.random.default_rng(seed)
    cost = [0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 0.8, 1.0, 1.25, 1.5, 2.0]
    share = [0.0, 0.0, 0.05, 0.1, 0.2, 0.25]
    values = {
        "ally_cost": cost,
        "challenger_cost": cost,
        "superpower_cost": cost,
        "status_quo": [k / 20 for k in range(1, 20)],
        "ally_war_cost": share,
        "challenger_war_cost": share,
        "ally_forces": [0.0, 0.0, 0.1, 0.2, 0.25, 0.5, 1.0],
        "challenger_forces": [0.1, 0.2, 0.25, 0.5, 1.0],
        "effectiveness": [1.0, 1.0, 0.5, 0.25],
        "stake": [0.5, 1.0, 2.0],
        "bargaining_power": [0.0, 0.5, 1.0, 1.0],
        "autonomy_cost": [0.0, 0.0, 0.01, 0.05, 0.1],
        "alliance_cost": [0.0, 0.0, 0.01, 0.05],
    }
    drawn = {name: rng.choice(choices, count) for name, choices in values.items()}
    drawn["ally_cost"] = np.where(rng.random(count) < 0.4, drawn["challenger_cost"], drawn["ally_cost"])
    return [game(**{name: column[i] for name, column in drawn.items()}) for i in range(count)]


# every combination of the settings at which one formula replaces another
EDGE_GAMES = [
    game(
        ally_cost=ally_cost,
        status_quo=q,
        ally_war_cost=k,
        challenger_war_cost=k_c,
        bargaining_power=pi,
        ally_forces=e_a,
        challenger_forces=e_c,
        autonomy_cost=kappa,
    )
    for ally_cost, q, k, k_c, pi, e_a, e_c, kappa in itertools.product(
        [1e-3, 0.3, 1.0, 50.0],
        [1e-3, 0.25, 0.75, 0.999],
        [0.0, 0.25],
        [0.0, 0.25, 1.5],
        [0.0, 0.5, 1.0],
        [0.0, 0.3],
        [1e-6, 0.2, 3.0],
        [0.0, 0.02],
    )
]

# the same for any contest. C's cost is the default one, or such that its best reply to forces equal to its
# own is to add nothing (ratio: gamma/4 = c_C e_C), or that it never wants to add any (difference: gamma/4 = c_C)
GENERAL_EDGE_GAMES = [
    game(
        contest=contest,
        decisiveness=gamma,
        bargaining_power=pi,
        ally_war_cost=k,
        challenger_war_cost=k,
        ally_forces=e_a,
        challenger_forces=e_c,
        status_quo=q,
        autonomy_cost=kappa,
        ally_cost=ally_cost,
        challenger_cost=0.5 if usual else gamma / 4 / (e_c if contest == RATIO else 1.0),
    )
    for contest, gamma, pi, k, e_a, e_c, q, kappa, ally_cost, usual in itertools.product(
        [RATIO, DIFFERENCE],
        [0.05, 0.3, 0.999999999, 1.5, 2.0, 4.0, 20.0],
        [0.0, 0.5, 1.0],
        [0.0, 0.05],
        [0.0, 0.3],
        [1e-6, 0.2, 3.0],
        [1e-3, 0.5, 0.999],
        [0.0, 0.02],
        [0.03, 0.3, 3.0],
        [True, False],
    )
][::11]  # 11 shares no factor with the numbers of settings: each setting meets each other one
