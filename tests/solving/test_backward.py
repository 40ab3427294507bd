"""Games by their definitions against what theory knows of them: each expected number is a closed form."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from conftest import compiled_only

import foedus
from foedus import Chance, Choice, Code, Model, Move, Outcome, Parameter

MODELS = Path(__file__).parents[2] / "examples" / "models"
TIMES = int(os.environ.get("FOEDUS_TIMES", "1"))  # how many times as many random games


class Result(Code):
    """The code of games that need no other outcome."""

    PLAYED = 0


def outcome(p, m):
    return (Result.PLAYED,)


def defined(
    moves,
    payoffs,
    players=("first", "second"),
    parameters=(("unused", 0.0),),
    outcome=outcome,
    codes=Result,
    **more,
):
    """Return a model with a definition; its name does not matter."""
    return Model(
        "known", "A game that is known",
        parameters=[Parameter(name, name, default) for name, default in parameters],
        outcomes=[Outcome("result", codes=codes)],
        players=list(players), moves=moves, payoffs=payoffs, outcome=outcome, **more,
    )  # fmt: skip


def at(model, **given):
    """Solve one game; the search must be sure of it."""
    found = foedus.solve(model=model, **given)
    assert found.result >= 0
    assert found.search_error <= 1e-7
    return found


# firms that set their outputs one after another: the price is a - Q, a unit costs c


def four_firms(p, m):
    margin = p.a - p.c - m.q1 - m.q2 - m.q3 - m.q4
    return m.q1 * margin, m.q2 * margin, m.q3 * margin, m.q4 * margin


def whole_market(p, m):
    return p.a - p.c


@pytest.fixture(scope="module")
def firms():
    """Up to four firms."""
    names = [f"firm{i}" for i in (1, 2, 3, 4)]
    there = [None, None, lambda p, m: p.firms >= 3, lambda p, m: p.firms >= 4]
    moves = [
        Move(name, f"q{i}", high=whole_market, when=when)
        for i, (name, when) in enumerate(zip(names, there, strict=True), 1)
    ]
    return defined(moves, four_firms, names, [("a", 10.0), ("c", 2.0), ("firms", 4.0)], search="quick")


@compiled_only
@pytest.mark.parametrize("count", [2, 3, 4])
def test_stackelberg(firms, count):
    """Firm i of n makes (a - c)/2^i, and gains (a - c)^2/2^(i + n)."""
    found = at(firms, a=9.0, firms=count)
    for i in range(1, count + 1):
        assert getattr(found, f"q{i}") == pytest.approx(7.0 / 2**i, abs=1e-7)
        assert getattr(found, f"firm{i}_payoff") == pytest.approx(49.0 / 2 ** (i + count), abs=1e-10)
    assert all(math.isnan(getattr(found, f"q{i}")) for i in range(count + 1, 5))


# alternating offers about a pie of 1, cut off after some rounds


def bargained(p, m):
    if m.reply1 == 0:
        return 1.0 - m.offer1, m.offer1
    if p.rounds >= 2 and m.reply2 == 0:
        return p.patience * m.offer2, p.patience * (1.0 - m.offer2)
    if p.rounds >= 3 and m.reply3 == 0:
        return p.patience**2 * (1.0 - m.offer3), p.patience**2 * m.offer3
    return 0.0, 0.0


def refused_one(p, m):
    return p.rounds >= 2 and m.reply1 == 1


def refused_two(p, m):
    return p.rounds >= 3 and m.reply1 == 1 and m.reply2 == 1


@pytest.fixture(scope="module")
def bargaining():
    """Up to three rounds."""
    moves = []
    for k, when in enumerate((None, refused_one, refused_two)):
        proposer, other = ("first", "second") if k % 2 == 0 else ("second", "first")
        moves.append(Move(proposer, f"offer{k + 1}", high=1.0, when=when))
        moves.append(Choice(other, f"reply{k + 1}", ("take", "refuse"), when=when))
    return defined(moves, bargained, parameters=[("patience", 0.9), ("rounds", 3.0)])


@compiled_only
@pytest.mark.parametrize(("rounds", "kept"), [(1, 1.0), (2, 0.2), (3, 1.0 - 0.8 * 0.2)])
def test_rubinstein(bargaining, rounds, kept):
    """The first offer is such that the other is indifferent, and it is taken: with d the patience, after one, two and
    three rounds the proposer keeps 1, 1 - d and 1 - d (1 - d)."""
    found = at(bargaining, patience=0.8, rounds=rounds)
    assert found.first_payoff == pytest.approx(kept, abs=1e-10)
    assert found.second_payoff == pytest.approx(1.0 - kept, abs=1e-10)
    assert found.offer1 == pytest.approx(1.0 - kept, abs=1e-10)
    assert found.reply1 == 0
    for later in ("offer2", "reply2", "offer3", "reply3"):  # nobody makes these
        assert math.isnan(getattr(found, later))


def centipede(p, m):
    """Whoever takes at node k gets k + 2, and the other k; if nobody does, each gets 5."""
    if m.node0 == 0:
        return 2.0, 0.0
    if m.node1 == 0:
        return 1.0, 3.0
    if m.node2 == 0:
        return 4.0, 2.0
    if m.node3 == 0:
        return 3.0, 5.0
    return 5.0, 4.0


@compiled_only
def test_centipede():
    options = ("take", "pass")
    passed = [
        None,
        lambda p, m: m.node0 == 1,
        lambda p, m: m.node0 == 1 and m.node1 == 1,
        lambda p, m: m.node0 == 1 and m.node1 == 1 and m.node2 == 1,
    ]
    moves = [Choice(("first", "second")[k % 2], f"node{k}", options, when=passed[k]) for k in range(4)]
    found = at(defined(moves, centipede))
    assert (found.node0, found.first_payoff, found.second_payoff, found.search_error) == (0, 2.0, 0.0, 0.0)
    assert all(math.isnan(getattr(found, f"node{k}")) for k in (1, 2, 3))


class Entry(Code):
    ACCOMMODATED, DETERRED, BLOCKADED = range(3)


def entered(p, m):
    return m.enter == 1


def dixit(p, m):
    margin = p.demand - p.cost - m.output - m.rival_output
    return m.output * margin, m.enter * (m.rival_output * margin - p.sunk_cost)


def entry(p, m):
    if m.enter == 1:
        return (Entry.ACCOMMODATED,)
    return ((Entry.DETERRED if m.output > (p.demand - p.cost) / 2 + 1e-9 else Entry.BLOCKADED),)


@compiled_only
def test_dixit():
    """Against the closed forms of the model of the examples, where no payoffs are nearly the same."""
    model = defined(
        [
            Move("first", "output", high=lambda p, m: p.demand),
            Choice("second", "enter", ("stay out", "enter")),
            Move("second", "rival_output", high=lambda p, m: p.demand, when=entered),
        ],
        dixit, parameters=[("demand", 10.0), ("cost", 2.0), ("sunk_cost", 1.0)], outcome=entry, codes=Entry,
    )  # fmt: skip
    rng = np.random.default_rng(3)
    count = 300 * TIMES
    demand, cost, sunk_cost = (
        rng.uniform(5, 20, count),
        rng.uniform(0, 4, count),
        rng.uniform(0.01, 20, count),
    )
    found = foedus.solve_points({"demand": demand, "cost": cost, "sunk_cost": sunk_cost}, model=model)
    margin = demand - cost
    limit = margin - 2 * np.sqrt(sunk_cost)
    alone, deterring, leading = margin**2 / 4, limit * (margin - limit), margin**2 / 8
    blockaded = limit <= margin / 2
    deterred = ~blockaded & (deterring >= leading)
    code = np.select([blockaded, deterred], [Entry.BLOCKADED, Entry.DETERRED], Entry.ACCOMMODATED)
    clear = (abs(limit - margin / 2) > 1e-7) & (abs(deterring - leading) > 1e-7)
    assert {*code[clear]} == {*Entry}
    assert (found.result.values == code)[clear].all()
    payoff = np.select([blockaded, deterred], [alone, deterring], leading)
    rival = np.where(code == Entry.ACCOMMODATED, margin**2 / 16 - sunk_cost, 0.0)
    np.testing.assert_allclose(found.first_payoff, payoff, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.second_payoff[clear], rival[clear], rtol=0, atol=1e-9)
    assert (np.isnan(found.rival_output) == (found.enter == 0)).all()


def contest(p, m):
    chance = m.x / (m.x + m.y) if m.x > 0.0 else 0.0
    return p.prize * chance - p.cost * m.x, p.prize * (1.0 - chance) - m.y


@pytest.fixture(scope="module")
def tullock():
    return defined(
        [Move("first", "x"), Move("second", "y")], contest, parameters=[("prize", 1.0), ("cost", 1.0)]
    )


@compiled_only
@pytest.mark.parametrize(("prize", "cost"), [(1.0, 1.0), (4.0, 0.7), (3.0, 0.5), (2.0, 0.3), (0.01, 2.0)])
def test_tullock(tullock, prize, cost):
    """The follower answers x with sqrt(V x) - x, or 0 from x = V on. So the leader makes V/(4 c^2), but no more than V."""
    found = at(tullock, prize=prize, cost=cost)
    x = min(prize / (4 * cost**2), prize)
    y = math.sqrt(prize * x) - x
    near = (
        1e-6 * prize if cost <= 0.5 else 1e-9 * prize
    )  # where the follower is about to stay out, it hardly matters to it
    assert found.first_payoff == pytest.approx(math.sqrt(prize * x) - cost * x, abs=near)
    assert found.second_payoff == pytest.approx((math.sqrt(prize) - math.sqrt(x)) ** 2, abs=near)
    assert found.x == pytest.approx(x, rel=1e-4 if cost == 0.5 else 1e-6)
    assert found.y == pytest.approx(y, abs=1e-4 * prize if cost == 0.5 else 1e-6 * prize)


class Weather(Code):
    FAIR, FOUL = range(2)


def shop(p, m):
    """A shop sets its price, and then an umbrella sells only if it rains; the supplier is paid in full by chance."""
    sold = m.price * (2.0 - m.price) if m.weather == 1 else m.price * (1.0 - m.price)
    return sold, (3.0 if m.weather == 1 else 1.0) * m.price + m.bonus


@compiled_only
def test_chance():
    """Payoffs are means, the code is the likeliest, and moves that chance decides on are means of where they are made."""
    model = defined(
        [
            Move("first", "price", high=2.0),
            Chance("weather", ("fair", "foul"), lambda p, m: (1.0 - p.rain, p.rain)),
            Move("second", "bonus", high=1.0, when=lambda p, m: m.weather == 1),
        ],
        shop, parameters=[("rain", 0.25)], outcome=lambda p, m: (Weather.FOUL if m.weather == 1 else Weather.FAIR,), codes=Weather,
    )  # fmt: skip
    for rain in (0.0, 0.25, 0.6, 1.0):
        found = at(model, rain=rain)
        price = (1.0 + rain) / 2  # maximizes price (1 + rain - price)
        assert found.price == pytest.approx(price, abs=1e-9)
        assert found.first_payoff == pytest.approx(price**2, abs=1e-12)
        assert found.second_payoff == pytest.approx((1 + 2 * rain) * price + rain, abs=1e-8)
        assert found.weather == pytest.approx(rain, abs=1e-12)
        assert found.result == (Weather.FOUL if rain > 0.5 else Weather.FAIR)
        assert found.result_probability == pytest.approx(max(rain, 1 - rain), abs=1e-12)
        assert found.bonus == pytest.approx(1.0, abs=1e-12) if rain > 0 else math.isnan(found.bonus)


def indifferent(p, m):
    """The second player does not care; the first wants 1, and the third 2."""
    return (1.0 if m.y == 1 else 0.0), p.care * m.y, (1.0 if m.y == 2 else 0.0)


@compiled_only
def test_ties():
    """They go to the option that whoever moved before prefers, then to the earlier one."""
    three, four = ("first", "second", "third"), ("none", "one", "two", "three")
    model = defined(
        [Choice("third", "x", ("a", "b")), Choice("first", "z", ("a", "b")), Choice("second", "y", four)],
        indifferent, three, [("care", 0.0)],
    )  # fmt: skip
    found = at(model)
    assert (found.x, found.z, found.y) == (0, 0, 1)
    assert at(model, care=1e-9).y == 3
    assert at(model, care=-1e-9).y == 0
    found = at(
        defined(
            [Choice("third", "x", ("a", "b")), Choice("second", "y", four)],
            indifferent,
            three,
            [("care", 0.0)],
        )
    )
    assert (found.x, found.y) == (0, 2)
    found = at(defined([Choice("second", "y", four)], indifferent, three, [("care", 0.0)]))
    assert found.y == 0
    assert (found.first_payoff, found.second_payoff, found.third_payoff) == (0.0, 0.0, 0.0)


def needle(p, m):
    return (2.0 if abs(m.x - 0.63) < 0.025 else 1.0 - m.x) - m.y, 0.0 if abs(m.x - 0.63) < 0.025 else m.y


@compiled_only
def test_a_more_careful_search_finds_what_is_narrower():
    """The second player answers a move near 0.63 with 0, and others with 1: between nodes, a quick search sees none."""
    moves = [Move("first", "x", high=1.0), Choice("second", "y", ("a", "b"))]
    found = {search: at(defined(moves, needle, search=search)).x for search in ("quick", "careful")}
    assert found["quick"] == 0.0
    assert 0.605 <= found["careful"] <= 0.655


# a third party's aid, of which examples/models/aid.py has the closed forms


@compiled_only
def test_aid():
    """Payoffs are those of the closed forms, and codes wherever a player would lose by the other one."""
    model = foedus.load_model(MODELS / "aid.py")
    rng = np.random.default_rng(1)
    games = {p.name: rng.uniform(max(p.usual[0], 1e-6), p.usual[1], 1000 * TIMES) for p in model.parameters}
    found, right = foedus.solve_points(games, model=model.defined), foedus.solve_points(games, model=model)
    assert (found.peace != -1).all()
    for payoff in ("third_payoff", "ally_payoff", "rival_payoff"):
        apart = np.abs(found[payoff] - right[payoff]).values
        assert np.mean(apart <= 1e-8) >= 0.998
        assert apart.max() <= 1e-7
    # S is indifferent between aid that deters just so, and a little less
    codes = model.codes
    deterred = (found.peace == codes.WAR_WITH_AID) & (right.peace == codes.PEACE_BY_AID)
    assert (np.abs(found.aid - right.aid).values[deterred] <= 1e-7).all()
    assert ((found.peace == right.peace) | deterred).all()
    assert deterred.mean() <= 0.01


# the alliance game, of which the kernels know the solution


@pytest.fixture(scope="module")
def alliance():
    return foedus.load_model(MODELS / "alliance.py")


def drawn(model, count, seed):
    """Return random games over the usual ranges, evenly in logarithms where these are wide."""
    rng = np.random.default_rng(seed)
    games = {}
    for p in model.parameters:
        if not p.choices and p.name != "decisiveness":
            low, high = p.usual
            wide = low > 0 and high / low >= 10
            games[p.name] = (
                np.exp(rng.uniform(*np.log((low, high)), count)) if wide else rng.uniform(low, high, count)
            )
    for name, value in (
        ("ally_forces", 0.0),
        ("autonomy_cost", 0.0),
        ("alliance_cost", 0.0),
        ("effectiveness", 1.0),
    ):
        games[name] = np.where(rng.random(count) < 0.5, value, games[name])
    games["bargaining_power"] = np.where(rng.random(count) < 0.3, 1.0, games["bargaining_power"])
    return games, rng


@pytest.mark.filterwarnings("ignore:.*could not be solved")
@compiled_only
@pytest.mark.parametrize(
    ("contest", "gammas", "count"),
    [("ratio", (1.0, 1.0), 100), ("ratio", (0.3, 3.0), 50), ("difference", (1.0, 10.0), 50)],
)
def test_the_alliance_game(alliance, contest, gammas, count):
    """Payoffs and regimes are those of the kernels wherever the search is sure, and it nearly always is."""
    games, rng = drawn(alliance, count * TIMES, 11)
    games["decisiveness"] = np.exp(rng.uniform(*np.log(gammas), count * TIMES))
    found = foedus.solve_points(games, model=alliance, contest=contest)
    right = foedus.solve_points(games, contest=contest)
    sure = (found.regime != -1).values
    assert (~sure).sum() <= max(0.01 * len(sure), 1)
    for payoff in ("superpower_payoff", "ally_payoff"):
        np.testing.assert_allclose(found[payoff].values[sure], right[payoff].values[sure], rtol=0, atol=1e-6)
    assert (found.regime == right.regime).values[sure].all()
    again = foedus.solve_points(games, model=alliance, contest=contest, threads=1)
    for name in ("superpower_payoff", "pledge", "regime"):
        assert found[name].values.tobytes() == again[name].values.tobytes()
