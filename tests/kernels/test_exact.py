"""Results are right at round numbers and in any units: the definition settles ties, not rounding."""

import exact
import numpy as np
import pytest
from conftest import COMPILED, compiled_only, sized
from games import DEFAULT, DIFFERENCE, EDGE_GAMES, NAMES, RATIO, game, random_games, round_games

import foedus
from foedus import Crisis, Regime
from foedus.kernels import alliance as kernels
from foedus.kernels.alliance.deviations import deviation_gain


def solve(g):
    """Return the variables of the game by name."""
    solution, _, status = kernels.solve_any_game(np.array(g))
    assert status == kernels.Status.SOLVED, g
    return solution


def is_exact(g):
    """Assert that the solver finds what the exact twin finds."""
    found, right = solve(g), exact.solve(g)
    assert found.regime == right.regime, (g, right)
    assert found.crisis == right.act.crisis, (g, right)
    assert found.crisis_without == right.without.crisis, (g, right)
    near = 1e-9
    assert found.superpower_payoff == pytest.approx(right.payoff, abs=near), (g, right)
    assert found.pledge == pytest.approx(right.pledge, rel=1e-7, abs=near), (g, right)
    assert found.settlement == pytest.approx(float(right.act.settlement), abs=near), (g, right)
    assert found.ally_arms == pytest.approx(float(right.act.alpha) - g[6], rel=1e-7, abs=near), (g, right)
    assert found.challenger_arms == pytest.approx(float(right.act.arms), rel=1e-7, abs=near), (g, right)
    assert found.settlement_without == pytest.approx(float(right.without.settlement), abs=near), (g, right)
    arms = [found.ally_arms, found.challenger_arms, found.ally_arms_without, found.challenger_arms_without]
    for act, (ally_arms, challenger_arms) in ((right.act, arms[:2]), (right.without, arms[2:])):
        assert (ally_arms > 0) == (float(act.alpha - exact.game_of(g).e_a) > 1e-18), (g, right)
        assert (challenger_arms > 0) == (act.arms > 1e-18), (g, right)


@pytest.mark.parametrize("g", random_games(sized(40), seed=31))
def test_random_games(g):
    is_exact(g)


@pytest.mark.parametrize("g", round_games(sized(160), seed=32))
def test_round_games(g):
    is_exact(g)


# each with the right result, found by hand
ROUND = {
    # A holds with 0.1; with less, it is indifferent between holding and arming to concede
    "flat": (
        game(ally_cost=0.5, status_quo=0.85, ally_war_cost=0, challenger_war_cost=0.1, autonomy_cost=0.05),
        {"regime": Regime.DETERRENCE, "pledge": 0.1, "superpower_payoff": -0.03},
    ),
    # A's forces are just no threat: with nothing to take, that is the status quo
    "edge": (
        game(status_quo=0.8, ally_forces=1, challenger_forces=0.25, ally_war_cost=0, bargaining_power=0,
             challenger_cost=0.8),
        {"regime": Regime.SELF_RELIANCE, "crisis": Crisis.QUIET, "settlement": 0.8, "challenger_arms": 0.0},
    ),
    # A takes 0.6 with 0.8, from where C yields, or all with 1.8: 0.6 - 0.4 * 0.7 = 1 - 0.4 * 1.7
    "all or some": (
        game(ally_cost=0.4, challenger_cost=0.2, superpower_cost=0.2, status_quo=0.2, ally_war_cost=0,
             challenger_war_cost=0.2, ally_forces=0.1, stake=0.5, alliance_cost=0.05),
        {"regime": Regime.REVISION, "settlement": 0.6, "superpower_payoff": -0.2},
    ),
    # C threatens unless A has 19 times its forces. The pledge of 2.25 that would make A hold costs S 0.9, as
    # much as A's concession
    "dear": (
        game(ally_cost=0.1, challenger_cost=0.1, superpower_cost=0.4, status_quo=0.85, ally_war_cost=0.1,
             ally_forces=0.2, challenger_forces=0.25, stake=2, autonomy_cost=0.1),
        {"regime": Regime.CONCESSION, "pledge": 0.0, "superpower_payoff": -0.9},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("g", "right"), ROUND.values(), ids=ROUND)
def test_ties_by_hand(g, right):
    solved = solve(g)
    for name, value in right.items():
        assert getattr(solved, name) == pytest.approx(value, abs=1e-12), name
    is_exact(g)
    assert deviation_gain(np.array(g), np.array(solved[:16])) < 1e-9


# maps on which one of the players often adds nothing because a limit of its reply is reached just there
LIMITS = {
    "C begins to arm": {"challenger_cost": 0.7},
    "no surplus": {"bargaining_power": 0.0, "challenger_war_cost": 0.2, "ally_forces": 0.03},
    "A is neutralised": {"contest": "difference", "challenger_cost": 0.07, "decisiveness": 2.0},
    "no surplus, any contest": {"decisiveness": 1.2, "bargaining_power": 0.0, "challenger_war_cost": 0.2},
    "S pays for all": {"decisiveness": 0.5, "ally_forces": 0.1, "stake": 8.0, "challenger_cost": 0.1},
}


@pytest.mark.parametrize("fixed", LIMITS.values(), ids=LIMITS)
def test_who_adds_nothing_adds_exactly_0(fixed):
    axes = {
        "ally_cost": np.geomspace(0.05, 5, sized(100)),
        "status_quo": np.linspace(0.02, 0.98, sized(100)),
    }
    ds = foedus.sweep(axes, **fixed)
    for name in ("ally_arms", "challenger_arms", "ally_arms_without", "challenger_arms_without", "pledge"):
        assert (ds[name] > 0).mean() == (ds[name] > 1e-12).mean(), name
    assert (ds.provocation != 0).mean() == (abs(ds.provocation) > 1e-12).mean()
    assert (ds.aggrandizement != 0).mean() == (abs(ds.aggrandizement) > 1e-12).mean()
    alone = (ds.pledge > 0) & (ds.ally_arms == 0)
    assert (ds.burden_share.where(alone, 1.0) == 1.0).all()


ENTRIES = list(DEFAULT)
UNITS = [2.0**k for k in (-60, -33, -20, -10, -1, 4, 12, 60)]


def multiplied(g, **times):
    """Return the game with some parameters so many times as large."""
    return tuple(value * times.get(name, 1.0) for name, value in zip(ENTRIES, g, strict=True))


def in_units(g, unit):
    """Return the game with forces in another unit: `unit` times as many units, which cost so much less
    each."""
    times = dict.fromkeys(("ally_forces", "challenger_forces"), unit)
    times |= dict.fromkeys(("ally_cost", "challenger_cost", "superpower_cost"), 1 / unit)
    if g[-1] == DIFFERENCE:
        times["decisiveness"] = 1 / unit
    return multiplied(g, **times)


@pytest.mark.parametrize("unit", UNITS)
def test_the_unit_of_forces_does_not_matter(unit):
    """To the bit where there are closed forms."""
    for g in [
        *random_games(sized(300), seed=33),
        *round_games(sized(300), seed=34),
        *EDGE_GAMES[:: 1 if COMPILED else 40],
    ]:
        one, other = solve(g), solve(in_units(g, unit))
        forces = [name for name in one._fields if name == "pledge" or "arms" in name]
        forces += ["aggrandizement", "provocation"]
        for name in one._fields:
            times = unit if name in forces else 1.0
            assert np.array_equal(getattr(one, name) * times, getattr(other, name), equal_nan=True), (g, name)


@pytest.mark.parametrize("contest", [RATIO, DIFFERENCE], ids=["ratio", "difference"])
@pytest.mark.parametrize("unit", UNITS)
def test_the_unit_of_forces_does_not_matter_in_any_contest(unit, contest):
    """Codes are the same, and shares to 1e-9."""
    for g in random_games(sized(1000), seed=35, contest=contest, decisiveness=(0.3, 4.0)):
        one, other = solve(g), solve(in_units(g, unit))
        assert (one.regime, one.crisis, one.crisis_without) == (
            other.regime,
            other.crisis,
            other.crisis_without,
        ), g
        for name in (
            "settlement",
            "settlement_without",
            "superpower_payoff",
            "ally_payoff",
            "challenger_payoff",
        ):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, abs=1e-9), (g, name)


@pytest.mark.parametrize("unit", UNITS)
def test_units_of_the_superpower_do_not_matter(unit):
    """The rounding error in another unit, and a pledge with another effectiveness of each unit."""
    for g in random_games(sized(500), seed=36):
        one = solve(g)
        other = solve(multiplied(g, stake=unit, superpower_cost=unit, alliance_cost=unit))
        assert other._replace(
            superpower_payoff=0, superpower_payoff_without=0, burden_share=0
        ) == one._replace(superpower_payoff=0, superpower_payoff_without=0, burden_share=0), g
        assert other.superpower_payoff == one.superpower_payoff * unit
        if unit < 1:
            other = solve(multiplied(g, effectiveness=unit, superpower_cost=unit))
            assert other.pledge * unit == one.pledge, g
            assert other._replace(pledge=0, burden_share=0) == one._replace(pledge=0, burden_share=0), g


def extreme_games(count, seed, contest):
    """Return games with parameters anywhere from 1e-300 to 1e300, or as usual."""
    rng = np.random.default_rng(seed)
    huge = ["ally_cost", "challenger_cost", "superpower_cost", "challenger_forces", "stake"]
    games = []
    for g in random_games(
        count, seed, contest=contest, decisiveness=(1.0, 1.0) if contest == RATIO else (0.3, 4.0)
    ):
        values = dict(zip(ENTRIES, g, strict=True))
        for name in rng.choice([*huge, "ally_forces", "alliance_cost", "effectiveness", "decisiveness"], 2):
            power = rng.uniform(-300, 0 if name == "effectiveness" else 300)
            if name != "decisiveness" or rng.random() < 0.3:
                values[name] = 10.0**power
        games.append(tuple(values.values()))
    return games


@compiled_only  # plain Python raises where a compiled logarithm is infinite
@pytest.mark.parametrize("contest", [RATIO, DIFFERENCE], ids=["ratio", "difference"])
def test_extremes_are_solved_or_unsolved_but_never_nonsense(contest):
    unsolved = 0
    games = extreme_games(sized(20_000), 37, contest)
    for g in games:
        with np.errstate(all="ignore"):
            v, _, status = kernels.solve_any_game(np.array(g))
        if status != kernels.Status.SOLVED:
            assert v.regime == Regime.UNSOLVED, g
            assert np.isnan(v.settlement), g
            unsolved += 1
            continue
        q = g[3]
        for x, crisis in ((v.settlement, v.crisis), (v.settlement_without, v.crisis_without)):
            assert 0 <= x <= 1, g
            assert Crisis(int(crisis)) == (1 if x == q else 0 if x > q else 2), g
        assert np.isfinite([v[i] for i in range(len(v)) if v._fields[i] != "burden_share"]).all(), g
        assert (v.pledge > 0) == (v.regime in (Regime.RESTRAINT, Regime.DETERRENCE, Regime.PARTIAL)), g
    assert unsolved < 0.6 * len(games)


@pytest.mark.parametrize("status_quo", [0.905947603839187, 0.9059476038391873, 0.9059476038391875])
def test_forces_that_just_threaten_hold_where_there_is_nothing_to_take(status_quo):
    """Between revision and self-reliance there is no q, to the last digit, at which the game is unsolved."""
    g = game(
        ally_cost=4.031649367022741, challenger_cost=5.091172797337648, superpower_cost=0.14837405174384127,
        status_quo=status_quo, ally_war_cost=0.08995704084610041, challenger_war_cost=0.08017355379121643,
        ally_forces=0.9105803291155594, challenger_forces=0.02603557248879077, stake=0.45212518298754234,
        bargaining_power=0.0, decisiveness=1.5455380859688612,
    )  # fmt: skip
    assert solve(g).settlement == status_quo
    assert solve(g).regime == Regime.SELF_RELIANCE


@pytest.mark.parametrize("decisiveness", [1.0, 2.0])
def test_a_pledge_that_no_float_holds_is_not_found(decisiveness):
    g = game(superpower_cost=1.5e-323, effectiveness=4.9e-323, decisiveness=decisiveness)
    with np.errstate(all="ignore"):
        solution, limit, status = kernels.solve_any_game(np.array(g))
    assert status == kernels.Status.OUT_OF_RANGE
    assert solution.regime == Regime.UNSOLVED
    assert limit == kernels.PledgeLimit.NONE


def test_beside_a_boundary_games_are_solved():
    """Where an alliance begins, its pledge is tiny; and with nothing to take, A's forces may just
    threaten."""
    found = foedus.cutpoints(
        "status_quo", (0.05, 0.95), points=sized(1000), contest="difference", decisiveness=5
    )
    assert found.regime_below.values.tolist() == [Regime.SELF_RELIANCE]
    assert found.regime_above.values.tolist() == [Regime.DETERRENCE]
    beside = unsolved = 0
    for contest in (RATIO, DIFFERENCE):
        for g in random_games(sized(200), seed=38, contest=contest, decisiveness=(0.3, 8.0)):
            values = dict(zip(ENTRIES, g, strict=True)) | {"contest": ["ratio", "difference"][int(contest)]}
            del values["status_quo"]
            found = foedus.cutpoints("status_quo", (0.02, 0.98), points=60, **values)
            beside += found.sizes.get("cutpoint", 0)
            unsolved += int(((found.regime_below == -1) | (found.regime_above == -1)).sum())
    assert beside > sized(300)
    assert unsolved <= 0.005 * beside


@pytest.mark.parametrize("side", [-1, 1], ids=["below", "above"])
def test_decisiveness_near_1_is_solved_as_1_is(side):
    """From the last digits to 1e-5: the regime is the one of gamma = 1, except beside boundaries."""
    games = np.array(random_games(sized(20_000), seed=39)).T
    away = 10.0 ** np.random.default_rng(40).uniform(-15, -5, games.shape[1])
    columns = dict(zip(NAMES, games[:14], strict=True))
    at_1 = foedus.solve_points(columns, variables=["regime"]).regime
    near = foedus.solve_points(columns | {"decisiveness": 1 + side * away}, variables=["regime"]).regime
    assert (near != Regime.UNSOLVED).all()
    assert (near != at_1).mean() < 1e-3
