"""What the explorer shows, without a browser: views and their addresses, maps, claims, downloads, the
server."""

import contextlib
import math
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import entry
import numpy as np
import odd
import pytest
from conftest import compiled_only
from games import NAMES, random_games
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

import foedus
from foedus import Game
from foedus.alliance.claims import CLAIMS
from foedus.alliance.model import NUMBERS
from foedus.cli.app import run
from foedus.explorer import view as explorer
from foedus.explorer.display import display_of
from foedus.explorer.view import (
    DEFAULT,
    StaleError,
    View,
    make_view,
    query_of,
    read_query,
    view_of_query,
    view_of_run,
)
from foedus.explorer.words import legend, number
from foedus.runs.runfile import read_run
from foedus.uncertainty.claims import Verdict

pytestmark = compiled_only
AXES = {"ally_cost": (0.05, 5.0, "log"), "status_quo": (0.1, 0.9, "linear")}


def some_games(count, seed):
    """Return random games."""
    return [Game(**dict(zip(NAMES, game[:-1], strict=True))) for game in random_games(count, seed)]


def test_every_slider_reaches_what_is_allowed():
    for name, parameter in NUMBERS.items():
        axis = explorer.reach(name)
        assert axis.start <= parameter.default <= axis.to
        assert parameter.allows(axis.start)
        assert parameter.allows(axis.to)


def test_address_gives_the_view_back():
    for game in some_games(50, seed=8):
        view = View(game, DEFAULT.axes)
        assert view_of_query(query_of(view)) == view
    view = make_view(
        Game(contest="difference"), {"stake": (0.1, 0.3, "linear"), "ally_forces": (0, 1, "linear")}
    )
    assert view_of_query(query_of(view)) == view
    for second in (Game(), Game(stake=3.0, contest="difference")):
        both = view._replace(colour="pledge", second=second)
        assert view_of_query(query_of(both)) == both
        assert view_of_query("colour=regime") == DEFAULT


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        # in as many digits as tell a thousandth of the width
        ({"ally_cost": (0.123456, 0.654321), "status_quo": (0.4, 0.6)}, [(0.1235, 0.6543), (0.4, 0.6)]),
        ({"ally_cost": (1.00001234, 1.00009876), "status_quo": (0.4, 0.6)}, [(1.0000123, 1.0000988), (0.4, 0.6)]),
        # a cost may be any that is positive, a share none beyond 0 and 1
        ({"ally_cost": (1e-4, 900.0), "status_quo": (-1.0, 2.0)}, [(1e-4, 900.0), (0.01, 0.99)]),
        ({"ally_cost": (-1.0, 5.0), "status_quo": (math.nan, 1.0)}, [(0.05, 5.0), (0.01, 0.99)]),
    ],
)  # fmt: skip
def test_zoomed(ends, found):
    """Ends are rounded, and where a parameter cannot be so low or high, the axis ends where it can."""
    view = explorer.zoomed(DEFAULT, ends)
    assert [(axis.start, axis.to) for axis in view.axes.values()] == found
    assert [axis.scale for axis in view.axes.values()] == ["log", "linear"]


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (1.0, 1.0 + 1e-15)])
def test_zooms_that_go_too_far(ends):
    with pytest.raises(ValueError, match=r"must be less than|too close"):
        explorer.zoomed(DEFAULT, {"ally_cost": ends, "status_quo": (0.4, 0.6)})


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("stake=-1", "stake = -1.0 is not allowed; it must be >= 0"),
        ("stake=much", "stake: 'much' is not a number"),
        ("stakes=1", "'stakes' is not a parameter"),
        ("stake=", "stake: '' is not a number"),
        ("contest=both", "contest = 'both' is not allowed; it must be ratio or difference"),
        ("x=stake:1:2", "x = 'stake:1:2' is not of the form parameter:from:to:scale"),
        ("x=stake:1:b:log", "x: 'b' is not a number"),
        ("x=stake:2:1:log", "from = 2.0 must be less than to = 1.0"),
        ("x=stake:0:1:log", "from = 0.0 is not allowed on a log axis; it must be > 0"),
        ("x=stake:0:1:cubic", "scale = 'cubic' is not allowed; it must be linear or log"),
        ("x=stake:0:nan:log", "stake = nan is not allowed; it must be a finite number >= 0"),
        ("y=status_quo:0.1:2:log", "status_quo = 2.0 is not allowed; it must be > 0 and < 1"),
        ("x=stake:1:2:log&y=stake:3:4:log", "stake is on both axes; a map needs two different parameters"),
        ("colour=nothing", "'nothing' is not a variable; there are regime, pledge,"),
        ("colour=deviation_gain", "'deviation_gain' is not a variable"),
        ("second.stake=-1", "stake = -1.0 is not allowed; it must be >= 0"),
        ("second.thing=1", "'thing' is not a parameter"),
        ("third.stake=1", "'third.stake' is not a parameter"),
        ("x=thing:1:2:log", "'thing' is not a parameter"),
        ("stake=1&stake=2", "'stake' is given more than once"),
        ("x=stake:1:2:log&x=stake:1:2:log", "'x' is given more than once"),
        ("x=ally_cost:1e-151:1e150:log", "from = 1e-151 and to = 1e+150 are too far apart for a log axis"),
        ("x=ally_cost:1:1.7e308:log", "to = 1.7e+308 is not allowed on a map; it must be <= 1e+300"),
        ("x=ally_cost:0.5:0.50000000000001:linear", "are too close for 1024 numbers between them"),
        ("x=ally_cost:5e-324:1e-321:log", "are too close for 1024 numbers between them"),
    ],
)
def test_wrong_addresses(query, said):
    """What is wrong is told, and what is good beside it is kept."""
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        view_of_query(query)
    assert "(from the address)" in str(caught.value)
    good = "bargaining_power=0.5&y=ally_forces:0.0:0.3:linear"
    if "y=" not in query:
        view, (fault,) = read_query(f"{query}&{good}")
        assert said in fault
        assert view.game.bargaining_power == 0.5
        assert list(view.axes)[1] == "ally_forces"


def test_an_axis_that_is_not_given_is_another():
    assert list(view_of_query("y=ally_cost:1:2:log").axes) == ["status_quo", "ally_cost"]
    assert list(view_of_query("x=status_quo:0.1:0.2:linear").axes) == ["status_quo", "ally_cost"]


@pytest.mark.parametrize(
    "ends",
    [(1e-149, 1e150, "log"), (1e-320, 1e-21, "log"), (0.5, 0.500000000001, "log"), (0.5, 0.500000000001, "linear"),
     (1e-318, 1e-317, "linear"), (1.0, 1e300, "linear"), (0.05, 5.0, "log")],
)  # fmt: skip
def test_places_are_told_apart(ends):
    """What is under the pointer is on the axis, nearer than its next value, and shown to the last digit."""
    axis = make_view(Game(), {"ally_cost": ends, "status_quo": AXES["status_quo"]}).axes["ally_cost"]
    values = axis.values()
    for i in (0, 1, 300, 511, 900, 1022, 1023):
        place = explorer.place_on(axis, values[i])
        assert axis.start <= place <= axis.to
        assert abs(place - values[i]) < values[min(i + 1, 1023)] - values[max(i - 1, 0)]
        assert float(number(place)) == place
    assert explorer.place_on(axis, 0.0) == axis.start
    assert explorer.place_on(axis, 2e300) == axis.to


def test_number_loses_no_digit():
    assert [number(value) for value in (2.0, 0.1 + 0.2, 1e-300)] == ["2", "0.30000000000000004", "1e-300"]


def test_view_of_a_run_file(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text("game.stake = 2.0\naxes.ally_cost = { from = 0.1, to = 10, points = 9, scale = 'log' }\n")
    view = view_of_run(path)
    assert view == make_view(
        Game(stake=2.0), {"ally_cost": (0.1, 10.0, "log"), "status_quo": AXES["status_quo"]}
    )
    path.write_text("axes.stake = [2, 3, 4]\naxes.ally_cost = [3, 2]\naxes.status_quo = [0.6]\n")
    view = view_of_run(path)
    assert view.game == Game(stake=3.0, ally_cost=3.0, status_quo=0.6)
    assert list(view.axes) == ["stake", "ally_cost"]
    assert (view.axes["ally_cost"].start, view.axes["ally_cost"].to) == (2.0, 3.0)
    ds = foedus.sweep(
        {"stake": [0.5, 1.0, 1.5], "ally_forces": [0.0, 0.1]}, variables=["regime"], challenger_cost=0.9
    )
    foedus.save(ds, tmp_path / "map.nc")
    assert view_of_run(tmp_path / "map.nc").game == Game(challenger_cost=0.9)


CONTESTS = [{}, {"decisiveness": 2.0}, {"contest": "difference", "decisiveness": 3.0}]


@pytest.mark.parametrize("form", CONTESTS)
def test_last_frame_is_the_map(form):
    """The last map that is drawn is that of `sweep`, and its boundaries lie where its regimes change."""
    view = make_view(Game(stake=0.7, **form), AXES)
    shown = list(explorer.frames(view, lambda: False))
    assert [frame.state for frame in shown] == (
        ["coarse", "refining", "complete"] if form else ["complete", "complete"]
    )
    assert [frame.games for frame in shown][:: len(shown) - 1] == [shown[0].array.size, 1024**2]
    values = {name: axis.values() for name, axis in view.axes.items()}
    wanted = foedus.sweep(values, variables=["regime"], **view.fixed).regime.values.T
    assert (shown[-1].array == wanted).all()
    assert all((one == other).all() for one, other in zip(shown[-1].values, values.values(), strict=True))
    assert shown[0].boundaries is None
    assert shown[0].array.shape == ((1024, 1024) if not form else (128, 128))
    changes = (np.diff(wanted, axis=0) != 0)[:, :-1] | (np.diff(wanted, axis=1) != 0)[:-1]
    places = [
        np.searchsorted(axis, np.concatenate(along)) - 1
        for axis, along in zip(values.values(), shown[-1].boundaries, strict=True)
    ]
    column, row = (np.clip(place, 1, 1021) for place in places)
    near = np.any([changes[row + i, column + j] for i in (-1, 0, 1) for j in (-1, 0, 1)], axis=0)
    assert near.all()
    assert row.size > 1000


@pytest.mark.parametrize("form", CONTESTS[:2])
def test_any_outcome_is_shown(form, monkeypatch):
    """Numbers and other codes are those of `sweep`, and the boundaries are still those of the regimes."""
    monkeypatch.setattr(explorer, "SIDE", 96)
    monkeypatch.setattr(explorer, "COARSE", 32)
    regimes = make_view(Game(**form), {"ally_cost": (0.5, 0.9, "log"), "status_quo": (0.4, 0.6, "linear")})
    *_, last = explorer.frames(regimes, lambda: False)
    values = {name: axis.values() for name, axis in regimes.axes.items()}
    wanted = foedus.sweep(values, variables=["burden_share", "crisis"], **regimes.fixed)
    for name in ("burden_share", "crisis"):
        shown = list(explorer.frames(regimes._replace(colour=name), lambda: False))
        assert [frame.games for frame in shown] == ([32**2, 32**2, 96**2] if form else [96**2, 96**2])
        frame = shown[-1]
        np.testing.assert_array_equal(frame.array, wanted[name].values.T)
        assert frame.state == "complete"
        for along, other in zip(frame.boundaries, last.boundaries, strict=True):
            np.testing.assert_array_equal(np.concatenate(along), np.concatenate(other))


@pytest.mark.parametrize("form", CONTESTS)
def test_stale_frames_are_dropped(form):
    view = make_view(Game(**form), AXES)
    waiting = explorer.frames(view, lambda: True)
    with pytest.raises(StaleError):
        list(waiting)


def test_slices_run_through_the_game():
    view = make_view(Game(ally_cost=0.3, stake=2.0), AXES)
    for name, (line, cuts) in explorer.slices(view).items():
        for i in (3, 500, 1000):
            eq = foedus.solve(view.game, **{name: float(line[name][i])})
            assert [float(line[v][i]) for v in ("regime", *display_of(view.model).curves)] == [
                eq.regime, eq.pledge, eq.ally_arms, eq.challenger_arms, eq.settlement,
            ]  # fmt: skip
        for value, below, above in zip(cuts.value, cuts.regime_below, cuts.regime_above, strict=True):
            at = float(value)
            assert foedus.solve(view.game, **{name: at}).regime == above
            assert foedus.solve(view.game, **{name: float(np.nextafter(at, 0))}).regime == below


def test_claims_at_a_game():
    """Lit claims are those of a test of this one game, and those on lines those of its line along c_A."""
    for game in [Game(), Game(ally_cost=0.3), Game(ally_cost=0.6), *some_games(20, seed=3)]:
        held = explorer.claims_at(game)
        assert list(held) == [claim.name for claim in CLAIMS]
        eq = foedus.solve(game)
        restrained, deterred = eq.regime == foedus.Regime.RESTRAINT, eq.regime == foedus.Regime.DETERRENCE
        assert (held["restraint_disproportionate"] is not None) == restrained
        assert (held["deterrence_ally_arms"] is not None) == deterred
        if restrained:
            assert held["restraint_disproportionate"] == (eq.burden_share > 0.5)
        if deterred:
            assert held["deterrence_ally_arms"] == (eq.ally_arms > 0)
        others = {k: getattr(game, k) for k in NUMBERS if k != "ally_cost"}
        costs = np.append(np.geomspace(0.05, 5, 128), game.ally_cost)
        line = foedus.claims({"ally_cost": costs}, contest=game.contest, **others).verdict
        for name, claim in ((claim.name, claim) for claim in CLAIMS):
            if claim.along:
                verdicts = {True: Verdict.HOLDS, False: Verdict.FAILS, None: Verdict.PREMISE_NEVER_MET}
                assert verdicts[held[name]] == int(line.sel(claim=name))


@pytest.mark.parametrize(
    "view",
    [
        DEFAULT,
        make_view(Game(stake=2.0, contest="difference", autonomy_cost=0.01), AXES),
        DEFAULT._replace(colour="settlement"),
    ],
)
def test_run_file_is_that_of_the_view(tmp_path, view):
    path = tmp_path / "explored.toml"
    path.write_bytes(explorer.download(view, ".toml"))
    found = read_run(path)
    assert view_of_run(path) == view._replace(game=Game(**found.fixed), colour=None)
    assert found.variables == ["regime", *([view.colour] if view.colour else [])]
    assert {name: values.tolist() for name, values in found.axes.items()} == {
        name: axis.values().tolist() for name, axis in view.axes.items()
    }


def test_downloads_are_of_the_colour(tmp_path, monkeypatch):
    """The data has the regimes and what colours show, the figure shows the latter."""
    monkeypatch.setattr(explorer, "SIDE", 32)
    view = make_view(Game(stake=2.0), AXES)._replace(colour="pledge")
    (tmp_path / "explored.nc").write_bytes(explorer.download(view, ".nc"))
    kept = foedus.load(tmp_path / "explored.nc")
    assert {*kept.data_vars} == {"regime", "pledge"}
    axes = {name: axis.values() for name, axis in view.axes.items()}
    assert kept.pledge.equals(foedus.sweep(axes, variables=["pledge"], stake=2.0).pledge)
    assert "forces pledged" in explorer.download(view, ".svg").decode().replace("\n", " ")
    assert explorer.download(view, ".pdf").startswith(b"%PDF")


def test_what_cannot_be_downloaded():
    with pytest.raises(
        ValueError, match=re.escape("there is no '.exe' to download; there are .pdf, .svg, .png, .toml, .nc")
    ):
        explorer.download(DEFAULT, ".exe")


def test_examples_are_of_their_regimes():
    display = display_of(DEFAULT.model)
    assert [*display.examples] == [regime.words for regime in foedus.Regime if regime != -1]
    for words, given in display.examples.items():
        assert foedus.solve(display.game(given)).regime.words == words


def test_random_games_are_allowed_and_lie_on_the_map(odd_model):
    """Numbers that are on an axis are drawn from the map, all others from their sliders, choices from their
    names; each half of a range is drawn from, on a logarithmic scale as well."""
    rng = np.random.default_rng(3)
    for model, query in ((None, "x=stake:1:100:log&y=ally_cost:0.5:0.7:linear"), (odd_model, "y=2")):
        view = view_of_query(query, model)
        drawn = [explorer.random_view(view, rng) for _ in range(60)]
        assert all(one._replace(game=view.game) == view for one in drawn)
        for name, parameter in view.model.by_name.items():
            values = [getattr(one.game, name) for one in drawn]
            if parameter.choices:
                assert {*values} == {*parameter.choices}
                continue
            axis = view.axes.get(name) or explorer.reach(name, model)
            assert axis.start <= min(values) <= max(values) <= axis.to
            middle = math.sqrt(axis.start * axis.to) if axis.scale == "log" else (axis.start + axis.to) / 2
            assert 10 < sum(value < middle for value in values) < 50  # of 60 draws: beyond 5 deviations


def test_downloads_are_given_up():
    with pytest.raises(StaleError):
        explorer.download(DEFAULT, ".nc", lambda: True)


# -- models of one's own ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def odd_model():
    """The model of `odd`, from its file."""
    return foedus.load_model(odd.__file__)


def model_in(folder, text):
    """Return the model that a file of this text makes, kept in a folder."""
    file = folder / "made.py"
    file.write_text(textwrap.dedent(text))
    return foedus.load_model(file)


def test_any_slider_reaches_what_is_allowed(odd_model):
    for model in (odd_model, entry.model):
        for name, parameter in model.by_name.items():
            if not parameter.choices:
                axis = explorer.reach(name, model)
                assert axis.start <= parameter.default <= axis.to
                assert parameter.allows(axis.start)
                assert parameter.allows(axis.to)
    assert explorer.reach("y", odd_model).to < 5


def test_address_of_any_model_gives_the_view_back(odd_model):
    """Parameters may be called x and y, as the axes are in other addresses."""
    for asked in (
        "x=-3.5&form=plain",
        "y=-2&w3=0.25&x-axis=w1:-1:1:linear&y-axis=x:-7:-1:linear",
        "second.y=-2&w3=0.25&x-axis=w1:-1:1:linear",
        urllib.parse.urlencode({"form": odd.HOSTILE}),
    ):
        view = view_of_query(asked, odd_model)
        assert view_of_query(query_of(view), odd_model) == view
        assert view.game != explorer.first_view(odd_model).game
    assert view_of_query("x=-3.5", odd_model).game.x == -3.5
    with pytest.raises(ValueError, match=r"from = -7.0 is not allowed on a log axis; it must be > 0"):
        view_of_query("x-axis=x:-7:-1:log", odd_model)


def test_negative_places_are_told_apart(odd_model):
    axis = view_of_query("x-axis=x:-1e6:-999999.5:linear", odd_model).axes["x"]
    values = axis.values()
    for i in (0, 300, 1022):
        assert abs(explorer.place_on(axis, values[i]) - values[i]) < values[i + 1] - values[i]


@pytest.mark.filterwarnings("ignore:.*could not be solved:RuntimeWarning")
@pytest.mark.parametrize("soon", [explorer.SOON, 0.0])
def test_map_of_any_model_is_that_of_sweep(odd_model, soon, monkeypatch):
    """Whether its games are quick, so that the first frame is whole, or not."""
    monkeypatch.setattr(explorer, "SOON", soon)
    for model, query in ((odd_model, "w1=0.5"), (entry.model, "conduct=equals")):
        view = view_of_query(query, model)
        shown = list(explorer.frames(view, lambda: False))
        values = {name: axis.values() for name, axis in view.axes.items()}
        mapped = model.mapped.name
        wanted = foedus.sweep(values, model=model, variables=[mapped], **view.fixed)[mapped].values.T
        assert (shown[-1].array == wanted).all()
        assert soon or shown[0].array.shape == (128, 128)


@pytest.mark.parametrize(
    ("cost", "games", "states"),
    [
        (1e-6, [16384, 1024**2], ["coarse", "refining", "complete"]),
        (1e-3, [1024, 1024**2], ["coarse", "refining", "complete"]),  # 4 s for 64 x 64 would be more than 4 s
        (0.05, [64, 256, 1024, 4096, 16384], ["coarse"] * 4 + ["finest"]),  # 15 hours for the complete map
        (1.0, [64, 256, 1024], ["coarse", "coarse", "finest"]),  # 64 x 64 would take 68 minutes
        (100.0, [64], ["finest"]),
    ],
)
def test_maps_of_games_that_take_long(cost, games, states, monkeypatch):
    """The first map takes few seconds and the complete one an hour at most; each is that of `sweep`."""
    monkeypatch.setattr(explorer, "_cost", lambda *_: cost)
    monkeypatch.setattr(explorer, "SOON", 0.0)
    view, told = view_of_query("conduct=equals", entry.model), []
    shown = list(explorer.frames(view, lambda: False, lambda *so_far: told.append(so_far)))
    assert [frame.state for frame in shown] == states
    assert [frame.games for frame in shown if frame.state != "refining"] == games
    for frame in (shown[0], shown[-1]):
        values = dict(zip(view.axes, frame.values, strict=True))
        wanted = foedus.sweep(values, model=entry.model, variables=["entry"], **view.fixed).entry.values.T
        assert (frame.array == wanted).all()
    assert {(count, count) for count in games} <= {*told}
    for line, cuts in explorer.slices(view).values():
        assert line.sizes["demand" if "demand" in line.dims else "cost"] == min(
            1024, max(16, 2 ** math.floor(math.log2(1 / cost)))
        )
        assert cuts.attrs["points"] == line.entry.size


def test_cost_of_a_game_is_measured(tmp_path):
    """A game of a thousand sines takes longer than a few microseconds and less than a millisecond or so."""
    model = model_in(
        tmp_path,
        """
        import math
        from foedus import Code, Model, Outcome, Parameter

        class Sign(Code):
            MINUS, PLUS = range(2)

        def solve(p):
            total = 0.0
            for k in range(1000):
                total += math.sin(p.bias * k)
            return (Sign.PLUS if total > 0 else Sign.MINUS,)

        model = Model("sines", "Sines", [Parameter("bias", "b", 0.5)], [Outcome("sign", codes=Sign)], solve)
        """,
    )
    view = explorer.first_view(model)
    assert 2e-6 < explorer._cost(view, explorer._requested(view, 8)) < 1e-3
    assert explorer._cost(DEFAULT, explorer._requested(DEFAULT, 8)) == 0


def test_examples_of_any_model(odd_model, tmp_path):
    """Those that the model names, after the game with all defaults unless that is one of them."""
    assert display_of(odd_model).examples == {"all defaults": {}}
    more = "examples={{'strong bias': {{'b': 2}}{}}}"
    for i, (other, first) in enumerate([("", ["all defaults"]), (", 'none': {'bias': 0}", [])]):
        (folder := tmp_path / str(i)).mkdir()
        model = model_in(folder, EXPLAINED.format(parameter=BIAS, more=more.format(other)))
        assert [*display_of(model).examples][: len(first) + 1] == [*first, "strong bias"]
        assert display_of(model).game(model.examples["strong bias"]).bias == 2


def test_meanings_are_in_the_legend_and_beside_the_code(tmp_path):
    text = EXPLAINED.replace("PEACE, WAR = range(2)", "PEACE = 0, 'no <war>'\n        WAR = 1")
    model = model_in(tmp_path, text.format(parameter=BIAS, more=""))
    shown = legend(explorer.first_view(model), np.array([[0, 0, 0, 1]], np.int8))
    assert "peace <b>75.0 %</b>: no &lt;war&gt;</li>" in shown
    assert "war <b>25.0 %</b></li>" in shown
    display = display_of(model)
    assert "<b>peace</b>: no &lt;war&gt;</p>" in display.pinned(display.solve(display.game({})))


def test_run_file_of_any_model(odd_model, tmp_path):
    view = view_of_query(urllib.parse.urlencode({"form": odd.HOSTILE, "w2": -0.5}), odd_model)
    path = tmp_path / "explored.toml"
    path.write_bytes(explorer.download(view, ".toml"))
    found = read_run(path)  # it names the file of its model
    assert found.fixed == {"form": odd.HOSTILE, "w2": -0.5}
    assert view_of_run(path, odd_model) == view


@pytest.mark.filterwarnings("ignore:.*could not be solved:RuntimeWarning")
def test_claims_of_any_model(odd_model):
    assert explorer.claims_at(view_of_query("x=-1", odd_model).game, odd_model) == {"near": True}
    assert explorer.claims_at(view_of_query("x=-4", odd_model).game, odd_model) == {"near": False}
    assert explorer.claims_at(view_of_query("x=4", odd_model).game, odd_model) == {"near": None}


EXPLAINED = """
    from foedus import Code, Model, Outcome, Parameter

    class War(Code):
        PEACE, WAR = range(2)

    def solve(p):
        return (War.WAR if p.bias > 1 else War.PEACE,)

    def explain(solution):
        if solution.war == War.WAR:
            raise KeyError("bias")
        return "Peace holds <here>."

    model = Model(
        "explained", "War", [{parameter}], [Outcome("war", codes=War)], solve, explain=explain, {more}
    )
"""
BIAS = 'Parameter("bias", "b", 0.0)'


def test_what_a_model_explains(tmp_path):
    """Its words are only words, and what its function raises is told beside what was found."""
    model = model_in(tmp_path, EXPLAINED.format(parameter=BIAS, more=""))
    display = display_of(model)
    said = display.pinned(display.solve(display.game({})))
    assert "<p>Peace holds &lt;here&gt;.</p>" in said
    said = display.pinned(display.solve(display.game({"bias": 2.0})))
    assert "made.py: explain raises KeyError: &#x27;bias&#x27;" in said
    assert "<td>war</td>" in said


@pytest.mark.parametrize(
    ("parameter", "more", "said"),
    [
        (
            'Parameter("bias", "b", "a", choices=("a", "b"))', "",
            "the model explained has no parameter that is a number, and a map needs one",
        ),
        (
            BIAS, "colours={War: {War.WAR: 'bloody'}}",
            "the colour 'bloody' of war is not allowed; it must be a colour such as 'red' or '#0072b2'",
        ),
    ],
)  # fmt: skip
def test_models_that_have_no_page(tmp_path, capsys, parameter, more, said):
    text = EXPLAINED.format(parameter=parameter, more=more)
    file = tmp_path / "made.py"
    file.write_text(textwrap.dedent(text))
    assert run(["explore", "--no-browser", "--port", "0", "--model", str(file)]) == 2
    assert capsys.readouterr().err == f"foedus: {said}\n"


def test_colours_that_a_model_does_not_give(tmp_path):
    more = "colours={War: {War.WAR: 'red'}}"
    model = model_in(tmp_path, EXPLAINED.format(parameter=BIAS, more=more))
    assert display_of(model).colours == {0: "#0072b2", 1: "#ff0000"}


# -- the server -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def served(errors, *options, **environment):
    """Serve an explorer that ends on an interrupt, and give its port; what it says of errors is in a file."""
    command = [sys.executable, "-m", "foedus", "explore", "--port", "0", *options]
    with (
        errors.open("w") as stream,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stream, text=True, env=os.environ | environment
        ) as server,
    ):
        line = server.stdout.readline()
        yield int(re.search(r"http://127\.0\.0\.1:(\d+)/", line).group(1))
        server.send_signal(signal.SIGINT)
        server.communicate()
    assert server.returncode == 0
    assert "Traceback" not in errors.read_text()


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    """The file of what the explorer says of errors."""
    return tmp_path_factory.mktemp("served") / "errors"


@pytest.fixture(scope="module")
def port(errors):
    """The port of an explorer that is served."""
    with served(errors, "--no-browser") as port:
        yield port


def get(port, path, **headers):
    """Return the status and the content of a page."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers=given)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_downloads_are_of_the_address(port):
    assert get(port, "download/explored.toml?stake=2.0") == (
        200,
        explorer.download(DEFAULT._replace(game=Game(stake=2.0)), ".toml"),
    )
    status, said = get(port, "download/explored.nc?stake=-2")
    assert (status, said.decode()) == (
        400,
        "stake = -2.0 is not allowed; it must be >= 0 (from the address)\n",
    )
    assert get(port, "download/explored.exe")[0] == 404
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        assert get(port, "download/explored.toml", Sec_Fetch_Site=site)[0] == status


@pytest.mark.parametrize("path", ["", "download/explored.toml", "static/js/bokeh.min.js", "no-such-page"])
def test_other_names_are_refused(port, errors, path):
    """A name that another site made to lead here gets nothing but a line, which the terminal has, too."""
    for name in (
        f"evil.example:{port}",
        "evil.example",
        f"localhost:{port + 1}",
        "localhost",
    ):
        status, said = get(port, path, Host=name)
        assert status == 403
        assert said.decode().endswith(f" start it again with: foedus explore --origin {name}\n")
        assert errors.read_text().count(f"foedus: {said.decode()}") == 1
    for name in (f"LocalHost:{port}", f"127.0.0.1:{port}"):
        assert get(port, path, Host=name)[0] == (404 if path == "no-such-page" else 200)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("$(id):80", "'$(id):80'"),
        ("\x9b2J.example", "'?2J.example'"),
        ("<script>", "'<script>'"),
        ("[", "'['"),
    ],
)
def test_hostile_names_are_only_words(port, name, shown):
    """What is said of a name can be copied into a shell, shown on a terminal and in a browser."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Origin": f"http://{name}"})
    with pytest.raises(urllib.error.HTTPError, match="403") as caught:
        urllib.request.urlopen(request)
    with caught.value as answer:
        assert answer.read().decode().endswith(f"--origin {shown}\n")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("host", "origin", "accepted"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("localhost", "localhost", True),
        ("127.0.0.1", "evil.example", False),
        ("evil.example", "evil.example", False),
        ("evil.example", "127.0.0.1", False),
    ],
)
def test_foreign_origins_are_refused(port, host, origin, accepted):
    """A page of another site cannot connect, whatever name it calls this server by."""
    _, text = get(port, "")
    token = re.search(rb'"token":"([^"]+)"', text).group(1).decode()
    request = HTTPRequest(
        f"ws://127.0.0.1:{port}/ws",
        headers={
            "Host": f"{host}:{port}",
            "Origin": f"http://{origin}:{port}",
            "Sec-WebSocket-Protocol": f"bokeh, {token}",
        },
    )

    async def connect():
        connection = await websocket_connect(request, subprotocols=["bokeh", token])
        connection.close()

    if accepted:
        IOLoop().run_sync(connect)
    else:
        with pytest.raises(HTTPClientError, match="403"):
            IOLoop().run_sync(connect)


def test_many_requests_at_once(port):
    """A hundred, of all kinds: each gets its own answer, and the server lives."""
    endings = [".svg", ".png", ".toml", ".nc", ".nc", ".nc", ".toml"]
    files = [f"download/explored{ending}?stake={2 + i / 8}" for i, ending in enumerate(endings)]
    asked = [(path, 200) for path in ["", *files]]
    asked += [("download/explored.nc?stake=-2", 400), ("download/explored.exe", 404)] * 4
    asked += [("static/js/bokeh.min.js", 200), ("download/explored.toml", 200), ("known", 405)] * 28
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda wanted: get(port, wanted[0]), asked))
    assert len(asked) == 100
    assert [status for status, _ in answers] == [status for _, status in asked]
    for (path, _), (_, content) in zip(asked, answers, strict=True):
        if path.startswith("download/explored.toml?"):
            assert content == explorer.download(view_of_query(path.partition("?")[2]), ".toml")


def test_a_browser_that_never_returns(tmp_path):
    """As one in a terminal would: the page is served all the same, and the terminal is not the browser's."""
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\necho $$ $1 > asked.part; mv asked.part asked; read words; exec sleep 60\n")
    browser.chmod(0o755)
    with served(tmp_path / "errors", BROWSER=f"sh -c 'cd {tmp_path}; exec ./browser %s'") as port:
        while not (tmp_path / "asked").exists():
            time.sleep(0.05)
        process, address = (tmp_path / "asked").read_text().split()
        try:
            assert get(port, "download/explored.toml")[0] == 200
            assert address == f"http://127.0.0.1:{port}/"
            assert os.getsid(int(process)) != os.getsid(0)
        finally:
            os.kill(int(process), signal.SIGKILL)


def test_only_this_machine_is_served(port):
    """Nothing listens on this machine's other addresses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing, but tells by which address it would
        address = probe.getsockname()[0]
    if address.startswith("127."):
        pytest.skip("this machine has no address but its own; one with a network would run it")
    with (
        pytest.raises(OSError, match=r"refused|timed out"),
        socket.create_connection((address, port), timeout=5),
    ):
        pass


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--port", "70000"],
            "port = 70000 is not allowed; it must be a whole number, from 0 to 65535 (from --port 70000)",
        ),
        (["--port", "1.5"], "'1.5' is not a whole number"),
        (["nothing.toml"], "nothing.toml: there is no such run file"),
        (
            ["--no-browser", "--port", "0", "--origin", "http://x.org"],
            "--origin 'http://x.org' is not of the form HOST or HOST:PORT",
        ),
        (
            ["--no-browser", "--port", "0", "--origin", "x.org/user"],
            "--origin 'x.org/user' is not of the form",
        ),
        (["--address", "192.0.2.1", "--no-browser"], "of 192.0.2.1 cannot be used"),
    ],
)
def test_bad_input(arguments, said, capsys):
    assert run(["explore", *arguments]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1


def test_taken_port(port, capsys):
    assert run(["explore", "--no-browser", "--port", str(port)]) == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in capsys.readouterr().err


def test_panel_is_an_extra(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "panel", None)
    monkeypatch.delitem(sys.modules, "foedus.explorer.server", raising=False)
    assert run(["explore", "--no-browser"]) == 2
    assert capsys.readouterr().err == "foedus: the explorer needs Panel: pip install 'foedus[explore]'\n"
