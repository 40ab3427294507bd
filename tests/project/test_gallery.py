"""The games in `examples/models`: each against a search straight from its payoffs, numbers known from
elsewhere, claims that hold and others that do not, a map that tells something, the commands, and what the
gallery says."""

import dataclasses
import re
import shlex
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from commands import run_here
from conftest import compiled_only, sized
from numba import njit, vectorize
from pictures import legends, overlaps

import foedus
from foedus import Claim
from foedus.runs.runfile import read_run

ROOT = Path(__file__).parents[2]
MODEL_FILES = sorted((ROOT / "examples" / "models").glob("*.py"))
FILES = [file for file in MODEL_FILES if file.stem != "alliance"]  # that is held against the kernels
MODELS = {file.stem: foedus.load_model(file) for file in FILES}
PAGE = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
NUMERIC = [name for name, model in MODELS.items() if any(not p.choices for p in model.parameters)]
pytestmark = compiled_only

each_model = pytest.mark.parametrize("name", MODELS)
each_map = pytest.mark.parametrize("name", NUMERIC)


def choices(model):
    """Return the axes of all choices of a model."""
    return {name: list(p.choices) for name, p in model.by_name.items() if p.choices}


def random_games(model, count, seed):
    """Return games with parameters from their usual ranges, as columns, and as rows with choices as
    numbers."""
    rng = np.random.default_rng(seed)
    columns = {
        p.name: rng.choice(p.choices, count) if p.choices else rng.uniform(*p.usual, count)
        for p in model.parameters
    }
    rows = zip(*columns.values(), strict=True)
    return columns, [
        SimpleNamespace(**{p.name: p.number(value) for p, value in zip(model.parameters, row, strict=True)})
        for row in rows
    ]


def solved(name, **game):
    """Return a solved game of a model."""
    return foedus.solve(model=MODELS[name], **game)


def changes(name, parameter, within, **fixed):
    """Return where the regime changes along a parameter, and the regimes from the lowest values on."""
    cuts = foedus.cutpoints(parameter, within, model=MODELS[name], **fixed)
    return cuts.value.values, [*cuts.regime_below.values[:1].tolist(), *cuts.regime_above.values.tolist()]


def last(holds):
    """Return a compiled function of arrays that finds up to which number between `low` and `high` a condition holds, given x, y and z. The condition must hold up to some number and not above it."""
    condition = njit(holds)

    @vectorize
    def found(low, high, x, y, z):
        for _ in range(60):
            middle = (low + high) / 2
            if condition(middle, x, y, z):
                low = middle
            else:
                high = middle
        return low

    return found


def search(payoff, low, high, first=65, points=9, rounds=10):
    """Return where a function of an array is largest, by ever finer grids, one for each entry of `low`.

    `payoff` takes an array with one more axis, the last, than `low` and `high`.
    """
    low, high = np.broadcast_arrays(np.asarray(low, float), np.asarray(high, float))
    start, end = low, high
    for number in range(rounds):
        grid = np.linspace(start, end, points if number else first, axis=-1)
        best = np.argmax(payoff(grid), axis=-1)[..., None]
        step = grid[..., 1] - grid[..., 0]
        found = np.take_along_axis(grid, best, -1)[..., 0]
        start, end = np.maximum(found - step, low), np.minimum(found + step, high)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_files_are_short_and_say_where_games_are_from(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) < 130
    model = MODELS[file.stem]
    assert model.name == file.stem
    assert re.search(r"\(\d{4}\)", model.references)
    assert f"## {model.title}\n" in PAGE
    assert all(outcome.codes in model.colours for outcome in model.outcomes if outcome.codes)


def lightness(colour):
    """Return the lightness of a colour in CIELAB, from 0 to 100."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts > 0.04045, ((parts + 0.055) / 1.055) ** 2.4, parts / 12.92)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16


@each_map
def test_the_map_to_begin_with_shows_every_regime(name):
    """Each on 3 % of the map or more, and neighbours in colours that differ in grey, too."""
    model = MODELS[name]
    run = read_run(ROOT / "examples" / "models" / f"{name}.toml")
    assert len(run.axes) == 2
    ds = foedus.sweep({axis: values[::6] for axis, values in run.axes.items()}, model=model)
    codes = ds[model.mapped.name].values
    shares = np.bincount(codes.ravel(), minlength=len(model.regimes)) / codes.size
    assert shares.min() > 0.03
    meeting = {*zip(codes[1:].flat, codes[:-1].flat, strict=True)}
    meeting |= {*zip(codes[:, 1:].flat, codes[:, :-1].flat, strict=True)}
    colours = {int(code): lightness(colour) for code, colour in model.colours[model.codes].items()}
    assert all(abs(colours[one] - colours[other]) > 15 for one, other in meeting if one != other)
    assert legends(foedus.plot(ds))[0] == [code.words for code in model.regimes.values()]


# found true in all games


@each_model
def test_claims_hold(name):
    model = MODELS[name]
    found = foedus.claims(choices(model) if name not in NUMERIC else None, model=model, **many(name))
    assert found.premise_met.min() >= (500 if name in NUMERIC else 10)
    assert found.share.values.tolist() == [1.0] * len(model.claims)


def many(name):
    """Return how many random games claims are tested on, where they are random."""
    return {"games": 20_000, "seed": 3} if name in NUMERIC else {}


def everywhere(g):
    return True


# claims with a sign that is wrong in some of the games, or in all
WRONG = {
    "aid": (lambda g: g.found.aid > 0, lambda g: g.found.rival_arms < g.at(stake=0.0).found.rival_arms),
    "deterrence": (
        lambda g: g.found.threat == 1,
        lambda g: g.found.war <= g.at(credibility=0.99 * g.given.credibility).found.war,
    ),
    "double_deterrence": (everywhere, lambda g: g.found.reply == g.at(secondary="passive").found.reply),
    "entry": (everywhere, lambda g: g.at(sunk_cost=0.99 * g.given.sunk_cost).found.incumbent_payoff >= g.found.incumbent_payoff),
    "private_costs": (lambda g: g.found.war > 0, lambda g: g.at(power=0.9 * g.given.power).found.war < g.found.war),
}  # fmt: skip


@each_model
def test_claims_that_are_wrong_are_found_out(name):
    model = dataclasses.replace(MODELS[name], claims=[Claim("wrong", "It is so.", *WRONG[name])])
    found = foedus.claims(choices(model) if name not in NUMERIC else None, model=model, **many(name))
    assert found.premise_met.item() >= 36
    assert found.share.item() < 0.9


# the aid game


@last
def rival_arms_against(b, a, edge, value):
    """C's payoff is concave in its arms: they grow as long as it rises, by its derivative."""
    return value * edge * a / (a + edge * b) ** 2 > 1


def aid_search(p):
    """Return S's aid, by nested search; and its payoff by its aid, A's arms by S's aid, and C's by A's."""

    def chance(a, b):
        return a / (a + p.edge * b)

    def rival_arms(a):
        return rival_arms_against(0.0, p.challenger_value, a, p.edge, p.challenger_value)

    def ally_arms(m):
        cost = (1 + m) ** -p.thrift
        most = p.ally_value / cost
        return search(
            lambda a: p.ally_value * chance(a, rival_arms(a)) - cost[..., None] * a, 1e-9 * most, most
        )

    def payoff(m):
        a = ally_arms(m)
        won = chance(a, rival_arms(a))
        return won * p.stake + (1 - won) * p.stake_lost - m

    return search(payoff, 0.0, max(p.stake - p.stake_lost, 0.01)), payoff, ally_arms, rival_arms


def test_aid_is_what_nested_search_finds():
    """S gains no more by any other aid, nor A, once S has moved, by any other arms, nor then C."""
    model = MODELS["aid"]
    columns, games = random_games(model, sized(300), 1)
    found = foedus.solve_points(columns, model=model)
    compared = 0
    for i, p in enumerate(games):
        v = SimpleNamespace(**{name: found[name].values[i] for name in model.found})
        m, payoff, ally_arms, rival_arms = aid_search(p)
        assert v.third_payoff == pytest.approx(payoff(m), abs=1e-6), p
        assert v.third_payoff == pytest.approx(payoff(v.aid), abs=1e-6), p
        a = ally_arms(v.aid)
        won = a / (a + p.edge * rival_arms(a))
        cost = (1 + v.aid) ** -p.thrift
        assert v.ally_payoff == pytest.approx(won * p.ally_value - cost * a, abs=1e-6), p
        b = rival_arms(v.arms)
        assert v.rival_arms == pytest.approx(b, abs=1e-6), p
        assert v.chance == pytest.approx(v.arms / (v.arms + p.edge * b), abs=1e-6), p
        assert v.rival_payoff == pytest.approx((1 - v.chance) * p.challenger_value - b, abs=1e-6), p
        if not 0 < v.aid < 1e-4 and not 1 - 1e-4 < v.chance < 1:  # that is, not next to another regime
            compared += 1
            peaceful = rival_arms(ally_arms(m)) < 1e-4
            assert v.peace == ((2 if m > 1e-5 else 3) if peaceful else (1 if m > 1e-5 else 0)), p
    assert compared > 0.97 * len(games)
    assert {*found.peace.values} == {0, 1, 2, 3}


def test_aid_by_hand():
    """The default game: A's chance alone is 1/2, aid m makes it sqrt(1 + m)/2, and S gains 6 by it: S's
    payoff 3 sqrt(1 + m) - m is highest where sqrt(1 + m) = 3/2. To deter would take m = 3."""
    v = solved("aid")
    assert (v.peace, v.aid, v.chance, v.arms) == (1, 1.25, 0.75, 1.125)
    assert (v.rival_arms, v.third_payoff, v.ally_payoff, v.rival_payoff) == (0.375, 3.25, 0.75, 0.125)
    assert solved("aid", stake=8.0).aid == 3.0  # 4 sqrt(1 + m) - m is highest where A wins for certain
    assert solved("aid", stake=8.0).peace == 2


def test_a_contest_of_equals_without_aid():
    """To move first does not matter among equals: each arms by V/4 and keeps V/4 (Dixit 1987, American
    Economic Review 77)."""
    v = solved("aid", ally_value=3.0, challenger_value=3.0, stake=1.0, stake_lost=1.0)
    assert (v.peace, v.aid) == (0, 0.0)
    assert (v.arms, v.rival_arms, v.ally_payoff, v.rival_payoff) == pytest.approx([0.75] * 4)


def test_aid_at_the_corners():
    assert solved("aid", ally_value=4.0).peace == 3  # V_A = 2 g V_C: C just stays away, and needs no aid
    assert solved("aid", ally_value=4.0).rival_arms == 0.0
    for lost in (6.0, 7.0):  # S does not care who wins, or would have C win
        assert (solved("aid", stake_lost=lost).peace, solved("aid", stake_lost=lost).aid) == (0, 0.0)
    assert solved("aid", stake=4.0).peace == 0  # the first unit of aid gains just what it costs
    points, regimes = changes("aid", "stake", (0.5, 12.0))
    assert points == pytest.approx([4.0, 8.0], rel=1e-12)
    assert regimes == [0, 1, 2]
    points, regimes = changes("aid", "challenger_value", (0.5, 6.0), stake=0.0)
    assert points == pytest.approx([1.0], rel=1e-12)  # V_A/(2 g)
    assert regimes == [3, 0]


# a private cost of war


@last
def refusing(c, x, power, _):
    """Those types refuse a demand whose war costs little."""
    return 1 - power - c > 1 - x


def private_search(p):
    """Return A's demand, the chance of war and both payoffs, by search over demands and types."""
    costs = p.least_cost + p.doubt * (np.arange(40_000) + 0.5) / 40_000

    def war(x):
        low = p.least_cost
        return (refusing(low, low + p.doubt, x, p.power, 0.0) - low) / p.doubt

    def payoff(x):
        return (1 - war(x)) * x + war(x) * (p.power - p.war_cost)

    x = search(payoff, 0.0, 1.0)
    return float(x), float(war(x)), float(payoff(x)), np.maximum(1 - x, 1 - p.power - costs).mean()


def test_demands_are_what_search_finds():
    model = MODELS["private_costs"]
    columns, games = random_games(model, sized(400), 2)
    found = foedus.solve_points(columns, model=model)
    compared = 0
    for i, p in enumerate(games):
        x, war, payoff, rival_payoff = private_search(p)
        v = found.isel(game=i)
        assert v.payoff.item() == pytest.approx(payoff, abs=1e-6), p
        assert v.rival_payoff.item() == pytest.approx(rival_payoff, abs=1e-6), p
        if not 0 < v.war < 1e-4 and not 1 - 1e-4 < v.demand < 1:
            compared += 1
            assert v.kind.item() == ((3 if war < 1e-6 else 2) if x > 1 - 1e-6 else int(war > 1e-6)), p
            assert v.demand.item() == pytest.approx(x, abs=1e-6), p
    assert compared > 0.97 * len(games)
    assert {*found.kind.values} == {0, 1, 2, 3}


def test_a_demand_is_a_monopolist_s_price():
    """With costs from 0 to 1, and a free war, A sells peace to buyers whose worth of it is uniform: the price
    is 1/2, half of them buy, and A gains 1/4."""
    v = solved("private_costs", power=0.25, war_cost=0.0, least_cost=0.0, doubt=1.0)
    assert (v.kind, v.demand, v.war, v.payoff) == (1, 0.75, 0.5, 0.5)


def test_demands_at_the_corners():
    known = solved("private_costs", doubt=1e-9)  # all but known: p + c, as where all is known (Fearon 1995)
    assert (known.kind, known.demand, known.war) == (0, 0.6, 0.0)
    assert solved("private_costs", power=1.0).kind == 3
    assert (solved("private_costs", power=1.0).demand, solved("private_costs", power=1.0).war) == (1.0, 0.0)
    for power in (0.1, 0.5, 0.8):
        points, regimes = changes("private_costs", "doubt", (0.01, 0.3), power=power)
        assert points == pytest.approx([0.2], rel=1e-12)  # c_0 + k
        assert regimes == [0, 1]


def test_power_is_neutral_until_all_is_demanded():
    ds = foedus.sweep({"power": np.linspace(0, 1, 101)}, model=MODELS["private_costs"])
    part, whole = ds.kind == 1, ds.kind == 2
    assert part.sum() > 50
    assert whole.sum() > 5
    assert {*ds.war.values[part]} == {ds.war.values[0]}
    np.testing.assert_allclose(np.diff(ds.demand.values[part]), 0.01, rtol=1e-9)
    assert (np.diff(ds.war.values[~part.values]) <= 0).all()
    assert ds.war.values[-1] == 0


# entry


@last
def reply_to(own, output, margin, _):
    """A parabola of its own output rises as long as it is lower on the left than on the right."""
    left, right = own - 0.01, own + 0.01
    return left * (margin - left - output) < right * (margin - right - output)


def entry_search(p):
    """Return the incumbent's and the rival's outputs and profits, by search."""
    margin = p.demand - p.cost

    def profit(own, other):
        return own * (margin - own - other)

    def reply(output):
        return reply_to(0.0, margin, output, margin, 0.0)

    def enters(output):
        return profit(reply(output), output) > p.sunk_cost

    if p.conduct == 1:
        both = np.array(margin / 2)
        for _ in range(60):  # replies to replies come to the equilibrium
            both = reply(both)
        if profit(both, both) > p.sunk_cost:
            return both, both, profit(both, both), profit(both, both) - p.sunk_cost
        alone = search(lambda own: profit(own, 0.0), 0.0, margin)
        return alone, 0.0, profit(alone, 0.0), 0.0

    def leading(output):
        return profit(output, np.where(enters(output), reply(output), 0.0))

    output = search(leading, 0.0, margin, first=2001)
    other = np.where(enters(output), reply(output), 0.0)
    return output, other, profit(output, other), float(other > 0) * (profit(other, output) - p.sunk_cost)


def test_entry_is_what_search_finds():
    model = MODELS["entry"]
    columns, games = random_games(model, sized(300), 4)
    found = foedus.solve_points(columns, model=model)
    compared = 0
    for i, p in enumerate(games):
        output, other, profit, rival_profit = map(float, entry_search(p))
        v, margin = found.isel(game=i), p.demand - p.cost
        assert v.incumbent_payoff.item() == pytest.approx(profit, abs=1e-6), p
        root = np.sqrt(p.sunk_cost)
        ties = margin**2 / 9 - p.sunk_cost, margin / 4 - root, 2 * root * (margin - 2 * root) - margin**2 / 8
        if np.min(np.abs(ties)) > 1e-4:
            compared += 1
            assert v.output.item() == pytest.approx(output, abs=1e-5), p
            assert v.rival_output.item() == pytest.approx(other, abs=1e-5), p
            assert v.rival_payoff.item() == pytest.approx(rival_profit, abs=1e-4), p
            assert v.entry.item() == (
                0 if other > 0 else 2 if output == pytest.approx(margin / 2, abs=1e-5) else 1
            )
    assert compared > 0.97 * len(games)
    assert {*found.entry.values} == {0, 1, 2}


def test_entry_by_hand():
    """A = 8: a leader makes A^2/8 = 8 and leaves A^2/16 = 4 to the rival (von Stackelberg), a limit output is
    A - 2 sqrt(F), a monopoly's A/2."""
    leader = solved("entry", sunk_cost=0.01)
    assert (leader.entry, leader.output, leader.rival_output) == (0, 4.0, 2.0)
    assert (leader.incumbent_payoff, leader.rival_payoff) == (8.0, pytest.approx(4.0 - 0.01))
    deters = solved("entry", sunk_cost=1.0)
    assert (deters.entry, deters.output, deters.rival_output, deters.incumbent_payoff) == (1, 6.0, 0.0, 12.0)
    alone = solved("entry", sunk_cost=5.0)
    assert (alone.entry, alone.output, alone.incumbent_payoff) == (2, 4.0, 16.0)
    equal = solved("entry", sunk_cost=1.0, conduct="equals")
    assert (equal.entry, equal.output, equal.rival_output) == (0, 8 / 3, 8 / 3)
    assert (equal.incumbent_payoff, equal.rival_payoff) == pytest.approx((64 / 9, 64 / 9 - 1))
    assert solved("entry", sunk_cost=8.0, conduct="equals").entry == 2  # A^2/9 < F: the rival would lose
    with pytest.warns(RuntimeWarning, match="demand=2.0.* could not be solved"):  # there is no market
        solved("entry", demand=2.0)


def test_entry_at_the_corners():
    """To deter pays from 2 sqrt(F) (A - 2 sqrt(F)) = A^2/8 on; from sqrt(F) = A/4 on, nobody needs to."""
    points, regimes = changes("entry", "sunk_cost", (0.01, 9.0))
    assert points == pytest.approx([(8 * (1 - np.sqrt(0.5)) / 4) ** 2, 4.0], rel=1e-12)
    assert regimes == [0, 1, 2]
    tie = solved("entry", demand=6.0, sunk_cost=1.0)  # the rival is indifferent to a monopoly of 2
    assert (tie.entry, tie.output, tie.rival_output) == (2, 2.0, 0.0)


# deterrence


def test_a_challenger_is_deterred_as_a_tree_says():
    """Backward induction over A's move and both types of B, which like to concede less than a conflict if
    hard, and more if soft."""
    model = MODELS["deterrence"]
    columns, games = random_games(model, 500, 5)
    found = foedus.solve_points(columns, model=model)
    for i, p in enumerate(games):
        for_a = {"concede": p.gain, "fight": p.conflict}
        hard = max(for_a, key={"concede": 1, "fight": 2}.get)
        soft = max(for_a, key={"concede": 1, "fight": 0}.get)
        chances = {hard: p.credibility, soft: 1 - p.credibility}
        demand = sum(chance * for_a[reply] for reply, chance in chances.items())
        v = found.isel(game=i)
        assert v.payoff.item() == pytest.approx(max(demand, 0.0), abs=1e-12)
        assert v.threat.item() == (0 if demand <= 0 else 1 if p.conflict < 0 else 2)
        assert v.war.item() == (chances["fight"] if demand > 0 else 0.0)


@pytest.mark.parametrize(("gain", "conflict"), [(1.0, -1.0), (1.0, -3.0), (2.0, -0.5)])
def test_the_credibility_that_deters_is_the_book_s(gain, conflict):
    """(a_DC - a_SQ)/(a_DC - a_DD), of Zagare and Kilgour (2000)."""
    points, regimes = changes("deterrence", "credibility", (0.0, 1.0), gain=gain, conflict=conflict)
    assert points == pytest.approx([gain / (gain - conflict)], rel=1e-12)
    assert regimes == [1, 0]


def test_deterrence_at_the_corners():
    assert solved("deterrence", credibility=0.5).threat == 0  # indifferent, A leaves the status quo
    assert solved("deterrence", credibility=1.0, conflict=0.0).threat == 0
    assert solved("deterrence", credibility=0.9, conflict=0.0).threat == 2
    assert changes("deterrence", "credibility", (0.0, 1.0), conflict=0.1)[0].size == 0


# two challengers: what each likes best, and then down to what it likes least

D = {
    "resolute": ["war", "war with both", "concession", "concession to both"],
    "firm": ["war", "concession", "war with both", "concession to both"],
    "wavering": ["concession", "war", "concession to both", "war with both"],
    "yielding": ["concession", "concession to both", "war", "war with both"],
}
P = {
    "determined": ["concession", "concession to both", "war with both", "war", "status quo"],
    "dependent": ["concession", "concession to both", "war with both", "status quo", "war"],
    "hesitant": ["concession", "concession to both", "status quo", "war with both", "war"],
}
T = {
    "passive": ["concession", "concession to both", "war", "war with both"],
    "opportunist": ["concession", "concession to both", "war with both", "war"],
    "jackal": ["concession to both", "concession", "war", "war with both"],
}
TREE = ("P", "status quo", ("D", ("T", "concession", "concession to both"), ("T", "war", "war with both")))


def played(node, likes):
    """Return the end that backward induction comes to."""
    if isinstance(node, str):
        return node
    player, *after = node
    return min((played(branch, likes) for branch in after), key=likes[player].index)


def test_all_games_of_two_challengers_end_as_the_tree_says():
    model = MODELS["double_deterrence"]
    ds = foedus.sweep(choices(model), model=model)
    assert ds.end.size == 36
    for d in D:
        for p in P:
            for t in T:
                game = ds.sel(defender=d, primary=p, secondary=t)
                likes = {"D": D[d], "P": P[p], "T": T[t]}
                assert model.codes(game.end.item()).words == played(TREE, likes), (d, p, t)
                resists = played(TREE[2], likes).startswith("war")
                assert game.reply.item() == resists, (d, p, t)
    assert {*ds.end.values.flat} == {0, 1, 2, 3, 4}
    # what the abstract says of its own games: deterrence succeeds with a highly credible defender, and fails with
    # one that is not; and the secondary challenger makes a difference between these
    stands = (ds.end == 0).sum(["primary", "secondary"])
    assert stands.values.tolist() == sorted(stands.values, reverse=True)
    assert stands.values[0] > stands.values[-1] == 0
    moved = (ds.reply != ds.reply.sel(secondary="passive")).any("primary")
    assert [(d, t) for d in D for t in T if moved.sel(defender=d, secondary=t)] == [
        ("firm", "opportunist"),
        ("wavering", "jackal"),
    ]
    assert not ds.reply.sel(defender="firm", secondary="opportunist").any()
    assert ds.reply.sel(defender="wavering", secondary="jackal").all()


# the commands


def command(line, folder):
    """Run a command line in a folder, and return what it prints."""
    done = run_here(shlex.split(line), folder)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), f"{line}: {done.stderr}"
    return done.stdout


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the examples in it, their maps of 40 times 40 games, and a wide screen."""
    monkeypatch.setenv("COLUMNS", "100")
    shutil.copytree(ROOT / "examples" / "models", tmp_path / "examples" / "models")
    for file in (tmp_path / "examples" / "models").glob("*.toml"):
        file.write_text(file.read_text().replace("points = 500", "points = 40"))
    return tmp_path


# a parameter and where it changes the regime, as above; and two games
COMMANDS = {
    "aid": ("stake --within 0.5:12", ["4", "8"], "stake\n6\n8\n"),
    "deterrence": ("credibility --within 0:1", ["0.5"], "credibility,conflict\n0.5,-1\n0.5,0\n"),
    "double_deterrence": (None, [], "defender,secondary\nfirm,passive\nfirm,opportunist\n"),
    "entry": ("sunk_cost --within 0.1:9", ["0.343146", "4"], "sunk_cost,conduct\n1,leader\n1,equals\n"),
    "private_costs": ("doubt --within 0.01:0.9", ["0.2"], "doubt\n0.1\n0.5\n"),
}


@each_model
def test_every_command_takes_every_model(name, folder):
    model, file = MODELS[name], f"--model examples/models/{name}.py"
    cut, values, table = COMMANDS[name]
    (folder / "games.csv").write_text(table)
    table_of_one = command(f"solve {file}", folder)
    assert model.codes(getattr(solved(name), model.mapped.name)).words in table_of_one
    assert all(outcome in table_of_one for outcome in model.found)
    shares = command(f"map examples/models/{name}.toml {file}", folder)
    assert all(code.words in shares for code in model.regimes.values())
    assert (folder / f"{name}.png").exists() == (name in NUMERIC)  # a picture needs an axis of numbers
    run = read_run(folder / "examples" / "models" / f"{name}.toml")
    kept = foedus.load(folder / f"{name}.nc")
    again = foedus.sweep(run.axes, model=model)
    for outcome in model.found:
        np.testing.assert_array_equal(kept[outcome], again[outcome])
    command(f"points games.csv {file}", folder)
    points = foedus.load(folder / "games.nc")
    assert points.sizes == {"game": 2}
    if cut:
        printed = command(f"cutpoints {cut} {file}", folder)
        assert re.findall(r"^ *(\d[\d.]*)  ", printed, re.MULTILINE) == values
    design = "--games 5000" if name in NUMERIC else f"examples/models/{name}.toml"
    told = command(f"claims {design} {file}", folder)
    assert re.findall(r"^(\w+) +\d+ +\d+ +100.00 .* holds +$", told, re.MULTILINE) == [
        c.name for c in model.claims
    ]


def test_claims_on_choices_alone_need_to_be_told_which_games():
    with pytest.raises(ValueError, match="no parameter of the model double_deterrence has a usual range"):
        foedus.claims(model=MODELS["double_deterrence"])


# the page


def test_command_lines_of_the_gallery(folder):
    lines = re.findall(r"^    foedus (.*)$", PAGE, re.MULTILINE)
    assert [line.split()[0] for line in lines] == ["solve", "map", "cutpoints", "claims", "solve"]
    printed = [command(line, folder) for line in lines]
    assert "peace by aid" in printed[0]
    assert foedus.solve().regime.words in printed[-1]
    assert (folder / "aid.png").exists()


def test_the_gallery_shows_every_model():
    shown = re.findall(r"^(?:draw|model, ds = solved)\(\"(\w+)\"\)$", PAGE, re.MULTILINE)
    assert sorted(shown) == sorted(MODELS)
    for model in MODELS.values():
        assert f"\n## {model.title}\n" in PAGE
    for file in MODEL_FILES:
        assert f"[{file.name}](../examples/models/{file.name})" in PAGE


def test_the_cells_of_the_gallery_draw_what_they_should(monkeypatch):
    """Run as `make docs` runs them."""
    monkeypatch.chdir(ROOT / "docs")
    names, shown = {}, []
    for code in re.findall(r"```\{code-cell\} python\n:tags: \[remove-input\]\n(.*?)```", PAGE, re.DOTALL):
        *lines, end = code.replace("%matplotlib inline\n", "").strip().splitlines(keepends=True)
        if end.startswith(("draw(", "HTML(")):
            exec("".join(lines), names)
            shown.append(eval(end, names))
        else:
            exec("".join([*lines, end]), names)
    *first, table, entry = shown
    for figure, name in zip([*first, entry], ["aid", "private_costs", "deterrence", "entry"], strict=True):
        assert legends(figure)[0] == [code.words for code in MODELS[name].regimes.values()]
        assert not overlaps(figure)
    rows = re.findall(r"<tr>(.*?)</tr>", table.data)
    wanted = [[d, p, *(played(TREE, {"D": D[d], "P": P[p], "T": T[t]}) for t in T)] for d in D for p in P]
    assert [re.findall(r"<td.*?>(.*?)</td>", row) for row in rows[1:]] == wanted
