"""Games with any contest are solved right: the twin, the certificate, known numbers."""

import functools
import warnings

import certificate
import numpy as np
import pytest
import twin
from checks import agree_with_twin, certificate_objects, nobody_gains
from conftest import COMPILED, compiled_only, sized
from games import DIFFERENCE, GENERAL_EDGE_GAMES, NAMES, RATIO, game, random_games

import foedus
from foedus import Crisis
from foedus.alliance.model import CONTESTS
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.kernels import alliance as kernels
from foedus.kernels.alliance import any_contest

GAIN = 1e-8  # the most that a deviation may gain, in goods per unit of the stake
WIDE = (0.3, 4.0)  # decisiveness


def solve(g):
    """Return the variables of the game by name, and what fixes the pledge."""
    solution, limit, status = kernels.solve_any_game(np.array(g))
    assert kernels.Status(status) == kernels.Status.SOLVED, g
    return solution, kernels.PledgeLimit(limit)


@compiled_only
@pytest.mark.parametrize(
    "games",
    [
        random_games(300, seed=11, decisiveness=WIDE),
        random_games(300, seed=12, contest=DIFFERENCE, decisiveness=WIDE),
        GENERAL_EDGE_GAMES[::5],
    ],
    ids=["ratio", "difference", "edges"],
)
def test_twin_agrees(games):
    """Grid search from the definition finds the same payoffs, settlements, crises and regimes."""
    agree_with_twin(solve, games)


REVISING_PLEDGES = {
    # just enough that A takes everything rather than loses it; this costs A as much as it is worth. With a
    # little less, A still concedes
    "beside conceding": game(
        ally_cost=0.07, challenger_cost=0.0687, superpower_cost=0.622, status_quo=0.61, ally_war_cost=0.036,
        challenger_war_cost=0.0, challenger_forces=0.038, stake=0.73, alliance_cost=0.001, decisiveness=38.0,
        contest=DIFFERENCE,
    ),
    # where A arms hardly at all, at the lower end of its forces
    "at the lower end": game(
        ally_cost=14.821029034890724, challenger_cost=0.13601068700499844, superpower_cost=0.027394411852386193,
        status_quo=0.999999, ally_war_cost=0.0, challenger_war_cost=0.0, ally_forces=0.0016068086737039582,
        challenger_forces=0.015024804990420635, effectiveness=0.37746426319400983, stake=12.793265011763213,
        decisiveness=14.183086037375,
    ),
    # hardly any pledge, at the upper end; with a little more A refuses
    "at the upper end": game(
        ally_cost=0.10488304881558284, challenger_cost=2.102272490485241, superpower_cost=0.010203255766512796,
        status_quo=0.8922778712158632, ally_war_cost=0.0, challenger_war_cost=0.0,
        challenger_forces=0.0852178638283684, stake=2.408213731220049, bargaining_power=0.9620524829066064,
        decisiveness=17.00048386425621, contest=DIFFERENCE,
    ),
}  # fmt: skip


@compiled_only
@pytest.mark.parametrize("name", REVISING_PLEDGES)
def test_pledges_behind_which_the_ally_revises_are_found(name):
    """Few pledges are good enough, and they are between nodes: S gets as much as the grid search finds."""
    g = REVISING_PLEDGES[name]
    _, (*_, crisis, superpower_payoff, _, _), _, _ = twin.solve(g, 2000)
    solution, _ = solve(g)
    assert (solution.regime, solution.crisis) == (foedus.Regime.PARTIAL, crisis)
    assert solution.superpower_payoff == pytest.approx(superpower_payoff, abs=1e-6)


@pytest.mark.parametrize(
    "games",
    [
        random_games(600, seed=13, decisiveness=WIDE),
        random_games(600, seed=32, contest=DIFFERENCE, decisiveness=WIDE),
        random_games(300, seed=15, spread=2.0, decisiveness=(0.05, 20.0)),
        random_games(300, seed=16, spread=2.0, contest=DIFFERENCE, decisiveness=(0.05, 20.0)),
        GENERAL_EDGE_GAMES,
    ],
    ids=["ratio", "difference", "ratio-wide", "difference-wide", "edges"],
)
def test_nobody_gains_by_a_deviation(games):
    """At each of the four moves, on the path and at random nodes off it."""
    nobody_gains(certificate.GENERAL, solve, games, GAIN)


@pytest.mark.parametrize("contest", [RATIO, DIFFERENCE])
def test_certificate_can_fail(contest):
    """It objects to a path that is not the equilibrium."""
    g = game(contest=contest, decisiveness=2.0)
    certificate_objects(certificate.GENERAL, solve(g)[0], g)


ROUND_GAMES = {
    # with pi K = 0, the edge of C's threat is the status quo: the pledge that makes A hold there is the least
    "edge": ({"ally_cost": 0.17, "challenger_cost": 0.95, "superpower_cost": 0.19, "status_quo": 0.46, "ally_war_cost": 0.2,
              "challenger_war_cost": 0.43, "challenger_forces": 1.11, "effectiveness": 0.5, "stake": 2, "bargaining_power": 0,
              "decisiveness": 2}, "DETERRENCE", -0.0079),
    # with K = 0 the hold zone is a point, and A takes what it can: P = q at a = 1/4.8
    "point": ({"ally_cost": 0.6, "challenger_cost": 0.6, "superpower_cost": 0.4, "ally_war_cost": 0, "challenger_war_cost": 0,
               "challenger_forces": 0.1, "effectiveness": 0.5, "stake": 2.4, "decisiveness": 0.5}, "SELF_RELIANCE", 0.0),
    # A is indifferent between revising and holding
    "revising": ({"ally_cost": 1.1, "challenger_cost": 1.1, "superpower_cost": 0.1, "ally_war_cost": 0, "challenger_war_cost": 0,
                  "ally_forces": 0.1, "challenger_forces": 0.1, "stake": 2, "bargaining_power": 0.5, "decisiveness": 3},
                 "RESTRAINT", -0.01358),
    # and here about signing
    "signing": ({"ally_cost": 2.5, "superpower_cost": 0.1, "status_quo": 0.3, "ally_war_cost": 0, "challenger_war_cost": 0.2,
                 "challenger_forces": 0.5, "stake": 2, "bargaining_power": 0.5, "autonomy_cost": 0.2, "decisiveness": 10},
                "DETERRENCE", -0.05969),
    # P(e_A, e_C) = q, and nothing to take
    "standing": ({"ally_cost": 2, "challenger_cost": 0.6, "superpower_cost": 0.6, "status_quo": 0.2, "ally_war_cost": 0,
                  "challenger_war_cost": 0, "ally_forces": 0.1, "challenger_forces": 1.6, "stake": 0.5, "decisiveness": 0.5},
                 "SELF_RELIANCE", 0.0),
    "at q": ({"ally_cost": 0.62, "challenger_cost": 1.19, "superpower_cost": 0.99, "status_quo": 0.41, "ally_war_cost": 0,
              "challenger_war_cost": 0, "ally_forces": 0.11, "challenger_forces": 0.98, "decisiveness": 3}, "DETERRENCE", -0.11522),
    # C's unbounded arms would leave A exactly r
    "free": ({"contest": DIFFERENCE, "ally_cost": 0.44, "challenger_cost": 0.32, "status_quo": 0.2, "ally_war_cost": 0,
              "challenger_war_cost": 0.2, "challenger_forces": 0.46, "bargaining_power": 0, "decisiveness": 2},
             "SELF_RELIANCE", 0.0),
    "closed": ({"ally_cost": 1.8, "challenger_cost": 0.7, "status_quo": 0.1, "ally_war_cost": 0.1, "challenger_war_cost": 0.5,
                "ally_forces": 0.2, "challenger_forces": 0.8, "bargaining_power": 0}, "SELF_RELIANCE", 0.0),
    # a pledge would cost S exactly what it saves: 2 * 0.7
    "indifferent": ({"ally_cost": 0.8, "challenger_cost": 0.1, "superpower_cost": 0.8, "status_quo": 0.7, "ally_war_cost": 0.6,
                     "challenger_war_cost": 0.5, "ally_forces": 0.1, "challenger_forces": 0.4, "effectiveness": 0.5, "stake": 2,
                     "bargaining_power": 0.7}, "CONCESSION", -1.4),
}  # fmt: skip


@pytest.mark.parametrize("name", ROUND_GAMES)
def test_round_games_tie_as_the_definition_says(name):
    """Games with round numbers, in which somebody is indifferent although the floats differ.

    The payoffs come from a brute-force search over S's pledges, or are exact.
    """
    changed, regime, superpower_payoff = ROUND_GAMES[name]
    v, _ = solve(game(**changed))
    assert foedus.Regime(int(v.regime)).name == regime
    assert v.superpower_payoff == pytest.approx(superpower_payoff, abs=1e-5)


def test_closed_forms_are_used_where_they_are_known():
    """At gamma = 1 the solver for any contest gives the results of the closed forms, to the bit."""
    assert kernels.solve_any_game(np.array(game())) == kernels.solve_game(np.array(game()))


def test_closed_forms_are_a_special_case():
    """With the ratio form and gamma = 1 the general solver finds the results of the closed forms."""
    for g in random_games(sized(2000), seed=17):
        closed, _, _ = kernels.solve_game(np.array(g))
        found, _, status = any_contest.equilibrium(any_contest.game_terms(np.array(g)))
        assert status == kernels.Status.SOLVED, g
        for name in ("superpower_payoff", "superpower_payoff_without", "ally_payoff_without"):
            assert getattr(found, name) == pytest.approx(getattr(closed, name), abs=1e-9), (name, g)


def test_decisiveness_one_is_met_from_both_sides():
    """At gamma = 1 +- 1e-9 replies are the same as with closed forms, and numbers are within 1e-7.

    In about one game in a hundred a number has such a slope in gamma that it moves by more. So the mean of
    both sides must be within 1e-7, and each side alone in all but a fiftieth of the games. A force that is 0
    at gamma = 1 may be anything that changes payoffs by less than 1e-9.
    """
    games = np.array(random_games(sized(20_000), seed=19))
    columns = dict(zip(NAMES, games.T, strict=False))
    del columns["decisiveness"]
    one = foedus.solve_points(columns)
    below, above = (foedus.solve_points(columns, decisiveness=1 + h) for h in (-1e-9, 1e-9))
    same = np.ones(len(games), bool)
    for name in ("regime", "crisis", "crisis_without"):
        same &= ((one[name] == below[name]) & (one[name] == above[name])).values
    # where the replies differ, the player who chooses is within 1e-6 of a tie: A without S, or else S
    for ds in (below, above):
        others = (one.crisis_without != ds.crisis_without).values
        tie = np.where(
            others,
            one.ally_payoff_without - ds.ally_payoff_without,
            one.superpower_payoff - ds.superpower_payoff,
        )
        assert (np.abs(tie[~same]) < 1e-6 * np.maximum(1, games[~same, 9])).all()
    assert same.mean() > 0.999
    moved = np.zeros(len(games), bool)
    for name, variable in VARIABLES.items():
        if variable.codes:
            continue
        at, left, right = (ds[name].values[same] for ds in (one, below, above))
        known = ~np.isnan(at)
        at, left, right = at[known], left[known], right[known]
        np.testing.assert_allclose((left + right) / 2, at, rtol=1e-7, atol=1e-8, err_msg=name)
        apart = np.maximum(abs(left - at), abs(right - at)) > 1e-7 * np.abs(at) + 1e-9
        moved[np.flatnonzero(same)[known][apart]] = True
    assert moved.mean() < 0.02


# With K = 0 and e_A = 0, and e_C -> 0, the settlement is the win probability, whoever challenges: A leads and
# C follows in a contest for a prize of 1 (Dixit 1987, American Economic Review 77(5); the follower who gives
# up where gamma > 1: Perez-Castrillo and Verdier 1992, Public Choice 73).


@functools.cache  # it does not depend on the status quo
def leader_follower_ratio(gamma, k_leader, k_follower):
    """Return the leader's best payoff, its win probability and both forces, by search over the probability.

    A follower who fights has beta = gamma p (1 - p)/k_F, its first-order condition, against
    z = beta (p/(1 - p))^(1/gamma). It is left with (1 - p)(1 - gamma p), so gives up where p > 1/gamma; there
    the leader takes all, with z = (gamma - 1)^(1 - 1/gamma)/(gamma k_F).
    """
    p = np.linspace(0.0, min(1.0, 1 / gamma), 1_000_001)[1:-1]
    follower = gamma * p * (1 - p) / k_follower
    leader = follower * (p / (1 - p)) ** (1 / gamma)
    best = np.argmax(p - k_leader * leader)
    found = p[best] - k_leader * leader[best], p[best], leader[best], follower[best]
    if gamma >= 1.0:
        enough = (gamma - 1) ** (1 - 1 / gamma) / (gamma * k_follower)
        found = max(found, (1 - k_leader * enough, 1.0, enough, 0.0))
    return found


@functools.cache
def leader_follower_difference(gamma, k_leader, k_follower):
    """Return the same for the difference form, by search over the leader's force z.

    A follower who fights always leaves the p < 1/2 with gamma p (1 - p) = k_F, and needs
    beta = z + log((1 - p)/p)/gamma for that. It fights if it loses less by that:
    p + k_F beta < P(z, 0).
    """
    leader = np.linspace(0.0, 1 / k_leader, 4_000_001)
    p = 1 / (1 + np.exp(-gamma * leader))
    follower = np.zeros_like(leader)
    if gamma > 4 * k_follower:
        fought = 0.5 * (1 - np.sqrt(1 - 4 * k_follower / gamma))
        beta = leader + np.log(1 / fought - 1) / gamma
        fights = fought + k_follower * beta < p
        p[fights] = fought
        follower[fights] = beta[fights]
    best = np.argmax(p - k_leader * leader)
    return p[best] - k_leader * leader[best], p[best], leader[best], follower[best]


@pytest.mark.parametrize("k_leader", [0.3, 0.8, 2.0])
@pytest.mark.parametrize("k_follower", [0.5, 1.0, 3.0])
def test_search_finds_the_closed_form(k_leader, k_follower):
    """For gamma = 1: p = k_F/2 k_L, the leader arms p^2/k_F, or to 1/k_F where the follower gives up."""
    payoff, p, leader, _ = leader_follower_ratio(1.0, k_leader, k_follower)
    expected = min(1.0, k_follower / (2 * k_leader))
    assert p == pytest.approx(expected, abs=1e-5)
    assert leader == pytest.approx(expected**2 / k_follower, abs=1e-5)
    assert payoff == pytest.approx(expected - k_leader * expected**2 / k_follower, abs=1e-9)


@pytest.mark.parametrize("k_leader", [0.3, 0.8, 2.0])
@pytest.mark.parametrize("k_follower", [0.15, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("gamma", [0.5, 0.8, 1.25, 2.0, 3.5, 8.0])
@pytest.mark.parametrize(
    ("contest", "search"),
    [(RATIO, leader_follower_ratio), (DIFFERENCE, leader_follower_difference)],
    ids=["ratio", "difference"],
)
@pytest.mark.parametrize("q", [0.05, 0.95])
def test_leader_follower_contest(contest, search, gamma, k_leader, k_follower, q):
    """The game without S is the contest that A leads; a grid of forces is 1e-6 of its range wide."""
    payoff, p, leader, follower = search(gamma, k_leader, k_follower)
    g = game(
        ally_cost=k_leader,
        challenger_cost=k_follower,
        status_quo=q,
        ally_war_cost=0.0,
        challenger_war_cost=0.0,
        challenger_forces=1e-14,
        decisiveness=gamma,
        contest=contest,
    )
    v, _ = solve(g)
    assert v.ally_payoff_without == pytest.approx(payoff, abs=2e-6)
    assert v.settlement_without == pytest.approx(p, abs=1e-4)
    assert v.ally_arms_without == pytest.approx(leader, abs=1e-4)
    assert v.challenger_arms_without == pytest.approx(follower, abs=1e-4)
    assert v.crisis_without == (Crisis.ALLY_CHALLENGES if p > q else Crisis.CHALLENGER_CHALLENGES)


def extreme_points(count, contest, rng):
    """Return columns of games with forces from 1e-9 to 1e6, costs from 1e-6 to 1e6, gamma from 0.05 to 20."""

    def between(low, high):
        return np.exp(rng.uniform(np.log(low), np.log(high), count))

    def or_zero(values):
        return np.where(rng.random(count) < 0.3, 0.0, values)

    ends = [1e-9, 1e-6, 1e-3, 0.5, 0.999, 1 - 1e-6, 1 - 1e-9]
    return {
        "ally_cost": between(1e-6, 1e6),
        "challenger_cost": between(1e-6, 1e6),
        "superpower_cost": between(1e-6, 1e6),
        "status_quo": np.where(rng.random(count) < 0.7, rng.uniform(0, 1, count), rng.choice(ends, count)),
        "ally_war_cost": or_zero(between(1e-3, 1.2)),
        "challenger_war_cost": or_zero(between(1e-3, 1.2)),
        "ally_forces": or_zero(between(1e-9, 1e6)),
        "challenger_forces": between(1e-9, 1e6),
        "effectiveness": between(1e-3, 1),
        "stake": or_zero(between(1e-6, 1e6)),
        "bargaining_power": rng.choice([0, 0.3, 0.5, 1], count),
        "autonomy_cost": or_zero(rng.uniform(0, 0.2, count)),
        "alliance_cost": or_zero(rng.uniform(0, 0.2, count)),
        "decisiveness": between(0.05, 20),
    }


@pytest.mark.parametrize("contest", ["ratio", "difference"])
def test_nothing_overflows(contest):
    """Every number is finite, or the game counts as unsolved. This is so in less than one of a hundred of
    these games, where the last digit of a force costs more than the certificate allows."""
    rng = np.random.default_rng(20)
    points = extreme_points(sized(100_000), contest, rng)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ds = foedus.solve_points(points, contest=contest)
    unsolved = (ds.regime == foedus.Regime.UNSOLVED).values
    assert unsolved.mean() < 0.01
    assert [w.category for w in caught] == [RuntimeWarning] * bool(unsolved.any())
    for name, variable in VARIABLES.items():
        if not variable.codes:
            assert np.isnan(ds[name].values[unsolved]).all(), name
            if name != "burden_share":
                assert np.isfinite(ds[name].values[~unsolved]).all(), name


@pytest.mark.parametrize("contest", [RATIO, DIFFERENCE], ids=["ratio", "difference"])
def test_no_game_of_a_million_is_unsolved(contest):
    """Half a million in each form: 50,000 draws of the other parameters with ten of gamma."""
    draws = np.repeat(np.array(random_games(sized(50_000), seed=18)), 10 if COMPILED else 1, axis=0)
    columns = dict(zip(NAMES, draws.T, strict=False))
    columns["decisiveness"] = np.exp(np.random.default_rng(18).uniform(np.log(0.3), np.log(4), len(draws)))
    form = CONTESTS[int(contest)]
    ds = foedus.solve_points(columns, variables=["regime"], contest=form)
    assert (ds.regime != foedus.Regime.UNSOLVED).all()
