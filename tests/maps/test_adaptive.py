"""Adaptive maps equal a dense sweep; they are right about boundaries and about what they could miss."""

import itertools
import math

import numpy as np
import pytest
import xarray as xr
from games import NAMES, random_games
from matplotlib.collections import LineCollection
from pictures import caption, overlaps

import foedus
from foedus import Regime
from foedus.cli.app import run
from foedus.maps import adaptive
from foedus.maps.adaptive import values_at
from foedus.maps.topology import entropies, geometry
from foedus.maps.tracing import Quads, lattice, runs, trace

BAND = {"ally_cost": (0.05, 5), "challenger_cost": (0.05, 5), "status_quo": (0.05, 0.95), "stake": (0.01, 3)}


def axis(name, points):
    low, high = BAND[name]
    return np.linspace(low, high, points) if name == "status_quo" else np.geomspace(low, high, points)


def images(count):
    """Give random pictures of a few codes: discs, some of them with specks, some with lines of one point."""
    rng = np.random.default_rng(7)
    for n in range(count):
        height, width = rng.integers(2, 60, 2)
        y, x = np.mgrid[:height, :width]
        image = np.zeros((height, width), np.int8)
        for _ in range(rng.integers(1, 8)):
            radius = rng.integers(1, max(height, width) // 2 + 1)
            centre = rng.integers(-5, height + 5), rng.integers(-5, width + 5)
            image[(y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2] = rng.integers(-1, 4)
        if n % 3 == 1:
            image[rng.random((height, width)) < 0.02] = 3
        if n % 3 == 2:
            for _ in range(3):
                image[rng.integers(height)] = rng.integers(4)
                image[:, rng.integers(width)] = rng.integers(4)
        yield image, int(rng.integers(1, 9))


def traced(image, spacing):
    """Return the quads that are found in an image, and the lattice they were found from."""
    rows, columns = (lattice(size, spacing) for size in image.shape)
    return trace(lambda i, j: image[i, j], rows, columns, image[np.ix_(rows, columns)]), rows, columns


class TestTracing:
    def test_what_is_wrong_holds_no_point_of_the_lattice_and_is_enclosed_by_one_code(self):
        exact = 0
        for image, spacing in images(600):
            quads, rows, columns = traced(image, spacing)
            found = runs(quads, image.shape, image[0, 0]).rows(0, image.shape[0])
            wrong = found != image
            assert not wrong[np.ix_(rows, columns)].any()
            # a point that is wrong and each of its neighbours have one code in the map that was found
            for a, b, c in ((wrong[1:], found[1:], found[:-1]), (wrong[:-1], found[:-1], found[1:])):
                assert (b == c)[a].all()
            for a, b, c in (
                (wrong[:, 1:], found[:, 1:], found[:, :-1]),
                (wrong[:, :-1], found[:, :-1], found[:, 1:]),
            ):
                assert (b == c)[a].all()
            exact += not wrong.any()
            if spacing == 1:
                assert not wrong.any()
        assert 200 < exact < 500  # the pictures are such that much is missed, or the test would show nothing

    def test_every_quad_is_true_and_found_once(self):
        for image, spacing in images(60):
            quads, _, _ = traced(image, spacing)
            assert len({*zip(quads.i.tolist(), quads.j.tolist(), strict=True)}) == quads.i.size
            for i, j, codes in zip(*quads, strict=True):
                np.testing.assert_array_equal(image[i : i + 2, j : j + 2], codes)
                assert len(set(codes.ravel().tolist())) > 1

    def test_runs_tell_points_rows_and_counts_alike(self):
        rng = np.random.default_rng(1)
        for image, _ in images(60):
            quads, _, _ = traced(image, 1)
            found = runs(quads, image.shape, image[0, 0])
            i, j = (rng.integers(0, size, 40) for size in image.shape)
            np.testing.assert_array_equal(found.at(i, j), image[i, j])
            first, last = sorted(rng.integers(0, image.shape[0] + 1, 2))
            np.testing.assert_array_equal(found.rows(first, last), image[first:last])
            codes, counts = np.unique(image, return_counts=True)
            assert found.counts() == dict(zip(codes.tolist(), counts.tolist(), strict=True))

    def test_islands_down_to_the_bound_are_seen_and_no_point_is_asked_for_without_need(self):
        """Three discs in a square of 3 by 3; the lattice has a point in every square of 3/44."""
        islands = {0.05: (0.71, 2.33), 0.1: (2.21, 1.17), 0.2: (1.37, 0.64)}
        size, asked = 1057, 0

        def codes_at(i, j):
            nonlocal asked
            asked += i.size
            x, y = 3 * i / (size - 1), 3 * j / (size - 1)
            inside = [np.hypot(x - a, y - b) <= radius for radius, (a, b) in islands.items()]
            return np.any(inside, axis=0).astype(np.int8)

        def whole(rows, columns):
            return codes_at(*(part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))).reshape(
                len(rows), -1
            )

        places = lattice(size, 24)
        assert math.sqrt(2) * min(islands) > 3 * 24 / (size - 1)  # the square in the least disc
        codes = whole(places, places)
        assert codes.size == 45**2
        found = runs(trace(codes_at, places, places, codes), (size, size), codes[0, 0])
        assert asked < size**2 / 100
        every = np.arange(size)
        np.testing.assert_array_equal(found.rows(0, size), whole(every, every))

    def test_an_edge_that_the_lattice_sees_twice_is_found_behind_another_of_the_same_codes(self):
        image = np.zeros((9, 33), np.int8)
        image[:, 3:5] = 1  # seen by no point of the lattice
        image[:, 9:] = 1
        image[:, 20:24] = 2
        quads, *_ = traced(image, 16)
        found = runs(quads, image.shape, 0).rows(0, 9)
        assert (found[:, ::16] == image[:, ::16]).all()


def shape_of(code_of, size=65, spacing=4):
    """Return the geometry of a function of positions in the unit square."""

    def codes_at(u, v):
        return code_of(np.asarray(u) / (size - 1), np.asarray(v) / (size - 1)).astype(np.int8)

    places = lattice(size, spacing)
    codes = codes_at(*(part.ravel() for part in np.meshgrid(places, places, indexing="ij")))
    quads = trace(codes_at, places, places, codes.reshape(places.size, -1))
    return geometry(codes_at, quads, (size, size))


class TestGeometry:
    def test_a_circle(self):
        curves, meetings = shape_of(lambda x, y: np.hypot(x - 0.47, y - 0.52) < 0.3)
        assert curves.sizes.size == 1
        assert not meetings
        np.testing.assert_array_equal(curves.vertices[0], curves.vertices[-1])
        radius = np.hypot(*(curves.vertices / 64 - (0.47, 0.52)).T)
        assert np.abs(radius - 0.3).max() < 1.5 / 1024 / 64  # half of the rest of a step, off the lines
        assert curves.lengths((65, 65)) == pytest.approx([2 * np.pi * 0.3], rel=1e-3)
        assert curves.codes.tolist() == [[0, 1]]

    def test_three_sectors_meet_in_a_point(self):
        def sector(x, y):
            return np.floor((np.arctan2(y - 0.437, x - 0.613) + np.pi) / (2 * np.pi) * 3) % 3

        curves, meetings = shape_of(sector)
        (meeting,) = meetings
        assert meeting.codes == {0, 1, 2}
        assert np.array(meeting.at) / 64 == pytest.approx((0.613, 0.437), abs=1e-7)
        assert meeting.error < 1e-5
        assert sorted(map(tuple, curves.codes.tolist())) == [(0, 1), (0, 2), (1, 2)]
        ends = np.cumsum(curves.sizes)
        outer = [*curves.vertices[ends - curves.sizes], *curves.vertices[ends - 1]]
        assert sum(np.allclose(end, meeting.at) for end in outer) == 3
        others = [end for end in outer if not np.allclose(end, meeting.at)]
        assert all(end.min() == 0 or end.max() == 64 for end in others)  # on the border

    def test_a_wedge_ends_within_the_window_it_was_last_seen_in(self):
        """It is thinner than a step long before it ends, at (0.2, 0.5)."""

        def wedge(x, y):
            return np.where(np.abs(y - 0.5) < 0.02 * (x - 0.2), 2, y > 0.5)

        for size in (65, 257):
            _, meetings = shape_of(wedge, size)
            (meeting,) = meetings
            assert np.abs(np.array(meeting.at) - np.array([0.2, 0.5]) * (size - 1)).max() <= meeting.error

    def test_what_only_seems_to_meet_does_not(self):
        """A strip that is thinner than a step, right across: its sides do not touch."""
        _, meetings = shape_of(lambda x, y: np.where(np.abs(y - 0.5037) < 0.003, 2, y > 0.5))
        assert not meetings

    @pytest.mark.parametrize("joined", [0, 1])
    def test_a_saddle_is_cut_as_its_middle_says(self, joined):
        """Two discs of one code that touch across a quad, or do not."""
        codes = np.zeros((1, 2, 2), np.int8)
        codes[0, 0, 0] = codes[0, 1, 1] = 1
        quads = Quads(np.array([5]), np.array([7]), codes)

        def codes_at(u, v):
            across = (u - 5 - 0.5) + (v - 7 - 0.5)
            return np.where(np.abs(across) > 0.4, 1, joined * np.ones_like(u)).astype(np.int8)

        curves, _ = geometry(codes_at, quads, (20, 20))
        (one, other) = np.split(curves.vertices - (5, 7), np.cumsum(curves.sizes)[:-1])
        corners = {tuple(np.round(part.mean(0)).astype(int).tolist()) for part in (one, other)}
        assert corners == ({(0, 1), (1, 0)} if joined else {(0, 0), (1, 1)})

    def test_every_crossing_is_on_one_curve(self):
        for image, _ in images(90):
            quads, *_ = traced(image, 1)
            last = np.array(image.shape) - 1

            def codes_at(u, v, image=image, last=last):
                near = [
                    np.clip(np.round(at).astype(int), 0, end) for at, end in zip((u, v), last, strict=True)
                ]
                return image[tuple(near)]

            curves, _ = geometry(codes_at, quads, image.shape)
            sides = (image[1:] != image[:-1]).sum() + (image[:, 1:] != image[:, :-1]).sum()
            starts = np.cumsum(curves.sizes) - curves.sizes
            closed = [
                np.array_equal(curves.vertices[a], curves.vertices[a + size - 1])
                for a, size in zip(starts, curves.sizes, strict=True)
            ]
            # in the middle of a side, up to the rest of it; junctions are in the middle of quads
            on_side = (np.abs(curves.vertices % 1 - 0.5) < 2**-9).sum(1) == 1
            assert (
                on_side.sum() - sum(shut and side for shut, side in zip(closed, on_side[starts], strict=True))
                == sides
            )


class TestEntropies:
    def test_from_the_definition(self):
        for image, _ in images(60):
            if min(image.shape) < 5:
                continue
            quads, *_ = traced(image, 1)
            boxes = []
            for i, j in itertools.product(*(range(size // 5) for size in image.shape)):
                box = image[5 * i : 5 * i + 5, 5 * j : 5 * j + 5]
                shares = np.unique(box, return_counts=True)[1] / 25
                boxes.append(-(shares * np.log(shares)).sum())
            basin, boundary = entropies(runs(quads, image.shape, image[0, 0]), quads, 5)
            assert basin == pytest.approx(np.mean(boxes))
            mixed = [entropy for entropy in boxes if entropy > 0]
            assert boundary == pytest.approx(np.mean(mixed) if mixed else 0)

    def test_of_half_a_plane(self):
        """In boxes of n by n a straight boundary along an axis parts 2 of 5 columns from 3."""
        image = np.zeros((50, 50), np.int8)
        image[:, 22:] = 1
        quads, *_ = traced(image, 5)
        basin, boundary = entropies(runs(quads, image.shape, 0), quads, 5)
        expected = -(0.4 * math.log(0.4) + 0.6 * math.log(0.6))
        assert (basin, boundary) == (pytest.approx(expected / 10), pytest.approx(expected))
        assert boundary < math.log(2)


def test_positions_are_values_as_the_axis_is_drawn():
    for values in (np.geomspace(0.05, 5, 100), np.linspace(0.1, 0.9, 100), np.array([0.1, 0.2, 0.9])):
        np.testing.assert_array_equal(values_at(values, np.arange(values.size)), values)
    assert values_at(np.geomspace(1, 16, 3), np.array([0.5, 1.5])) == pytest.approx([2, 8])
    assert values_at(np.array([0.1, 0.2, 0.9]), np.array([1.5])) == pytest.approx([0.55])


class TestMaps:
    @pytest.mark.parametrize("names", list(itertools.permutations(BAND, 2)))
    def test_point_by_point_those_of_a_sweep(self, names):
        """Over games drawn at random; where a map is wrong, the bound must allow for it."""
        wrong = 0
        for g in random_games(6, 21):
            fixed = {k: v for k, v in zip(NAMES, g, strict=False) if k not in names}
            axes = {name: axis(name, size) for name, size in zip(names, (260, 301), strict=True)}
            found = foedus.adaptive_map(axes, **fixed)
            dense = foedus.sweep(axes, variables=["regime"], **fixed)
            differs = (found.regime != dense.regime).values
            assert not differs[np.ix_(*(lattice(size, 8) for size in differs.shape))].any()
            wrong += differs.any()
        assert wrong <= 1  # of 6 maps, each with a region that is smaller than the lattice

    def test_the_default_map_whole(self):
        axes = {"ally_cost": np.geomspace(0.05, 5, 2048), "status_quo": np.linspace(0.1, 0.9, 2048)}
        found = foedus.adaptive_map(axes)
        xr.testing.assert_equal(found.regime, foedus.sweep(axes, variables=["regime"]).regime)
        assert found.attrs["solved"] < 2048**2 / 10

    def test_any_contest(self):
        axes = {"ally_cost": axis("ally_cost", 97), "status_quo": axis("status_quo", 65)}
        for contest, gamma in (("difference", 1.5), ("ratio", 2.0)):
            found = foedus.adaptive_map(axes, contest=contest, decisiveness=gamma)
            dense = foedus.sweep(axes, variables=["regime"], contest=contest, decisiveness=gamma)
            xr.testing.assert_equal(found.regime, dense.regime)

    def test_threads_change_nothing(self):
        axes = {"ally_cost": axis("ally_cost", 300), "status_quo": axis("status_quo", 200)}
        xr.testing.assert_identical(
            foedus.adaptive_map(axes, threads=1), foedus.adaptive_map(axes, threads=3)
        )

    def test_a_map_too_large_to_keep_is_thinned_and_its_boundaries_are_not(self, monkeypatch):
        axes = {"ally_cost": axis("ally_cost", 300), "status_quo": axis("status_quo", 200)}
        whole = foedus.adaptive_map(axes)
        monkeypatch.setattr(adaptive, "DENSE", 1000)
        monkeypatch.setattr(adaptive, "THIN", 60)
        thinned = foedus.adaptive_map(axes)
        xr.testing.assert_equal(thinned.regime, whole.regime[::5, ::5])
        xr.testing.assert_equal(
            thinned.drop_dims(("ally_cost", "status_quo")), whole.drop_dims(("ally_cost", "status_quo"))
        )

    def test_a_map_of_one_regime(self):
        found = foedus.adaptive_map({"ally_cost": [0.05, 0.06, 0.07], "status_quo": [0.4, 0.5]})
        assert (found.regime == Regime.REVISION).all()
        assert found.sizes["vertex"] == found.sizes["curve"] == found.sizes["meeting"] == 0
        assert found.share.sel(regime_name="revision") == 1
        assert "boundary_ally_cost" in found
        foedus.plot(found)


@pytest.fixture(scope="module")
def zooms() -> list[xr.Dataset]:
    """The default map, ever finer, and a part of it."""
    maps = [
        foedus.adaptive_map({"ally_cost": np.geomspace(0.05, 5, n), "status_quo": np.linspace(0.1, 0.9, n)})
        for n in (256, 512, 1024, 4096)
    ]
    return [
        *maps,
        foedus.adaptive_map(
            {"ally_cost": np.geomspace(0.3, 1, 512), "status_quo": np.linspace(0.7, 0.9, 512)}
        ),
    ]


class TestTopology:
    def test_meetings_stay_where_they_are(self, zooms):
        finest = zooms[3]
        for zoom in zooms:
            assert zoom.sizes["meeting"] == 2
            span = math.log(zoom.ally_cost[-1] / zoom.ally_cost[0])
            for k in range(2):
                apart = abs(math.log(zoom.meeting_ally_cost[k] / finest.meeting_ally_cost[k])) / span
                other = finest.meeting_error[k] * math.log(100) / span
                assert apart <= zoom.meeting_error[k] + other + 1e-12
            names = zoom.regime_name.values
            met = [set(names[row == 1].tolist()) for row in zoom.meeting_regimes.values]
            assert met == [
                {"self_reliance", "deterrence", "concession"},
                {"deterrence", "partial", "concession"},
            ]

    def test_the_point_where_partial_begins_is_one_of_three_regimes(self, zooms):
        """Solved just beside it, in all directions."""
        cost, share = zooms[3].meeting_ally_cost.values[1], zooms[3].meeting_status_quo.values[1]
        angle = np.linspace(0, 2 * np.pi, 720)
        around = foedus.solve_points(
            {"ally_cost": cost * (1 + 1e-6 * np.cos(angle)), "status_quo": share + 1e-6 * np.sin(angle)}
        )
        assert {*np.unique(around.regime).tolist()} == {Regime.DETERRENCE, Regime.PARTIAL, Regime.CONCESSION}

    def test_shares_agree_within_their_errors(self, zooms):
        for one, other in itertools.combinations(zooms[:4], 2):
            assert (abs(one.share - other.share) <= one.share_error + other.share_error).all()
        assert zooms[3].share.sum() == pytest.approx(1)
        assert (zooms[3].share_error < 0.002).all()

    def test_lengths_converge(self, zooms):
        finest = zooms[3].border_length
        for zoom, apart in zip(zooms[:3], (0.03, 0.02, 0.01), strict=True):
            np.testing.assert_allclose(zoom.border_length, finest, atol=apart)
            assert ((zoom.border_length > 0) == (finest > 0)).all()
        np.testing.assert_array_equal(finest, finest.values.T)

    def test_entropy_falls_with_the_box_of_a_smooth_boundary(self, zooms):
        basin = [zoom.basin_entropy.item() for zoom in zooms[:4]]
        assert np.log2(basin[0] / basin[1]) == pytest.approx(1, abs=0.05)
        assert np.log2(basin[2] / basin[3]) == pytest.approx(2, abs=0.05)
        assert all(zoom.boundary_entropy < math.log(2) for zoom in zooms)

    def test_vertices_lie_between_the_regimes_on_their_sides(self, zooms):
        zoom = zooms[1]
        curve = np.repeat(np.arange(zoom.sizes["curve"]), zoom.curve_size)
        rng = np.random.default_rng(3)
        inner = np.ones(curve.size, bool)
        ends = np.cumsum(zoom.curve_size.values)
        inner[ends - 1] = inner[ends - zoom.curve_size.values] = False
        some = rng.choice(np.flatnonzero(inner), 300, replace=False)
        step = math.log(100) / 511, 0.8 / 511
        others = 0
        for k in some:
            at = zoom.boundary_ally_cost.values[k], zoom.boundary_status_quo.values[k]
            beside = foedus.solve_points({
                "ally_cost": at[0] * np.exp(step[0] * np.array([-2, 2, 0, 0]) / 1024),
                "status_quo": at[1] + step[1] * np.array([0, 0, -2, 2]) / 1024,
            })  # fmt: skip
            regimes = {*beside.regime.values.tolist()}
            assert len(regimes) > 1
            others += not {*zoom.curve_regimes.values[curve[k]].tolist()} <= regimes
        assert others <= 3  # beside a wedge that is thinner than a step


@pytest.mark.parametrize(
    ("axes", "options", "words"),
    [
        ({"ally_cost": [1, 2]}, {}, "an adaptive map needs two axes"),
        ({"ally_cost": [1, 2], "stake": [1]}, {}, "stake: an adaptive map needs two values or more"),
        (
            {"ally_cost": [2, 1], "stake": [1, 2]},
            {},
            "ally_cost: an adaptive map needs two values or more, in",
        ),
        ({"ally_cost": [1, 2], "stake": [1, 2]}, {"spacing": 0}, "spacing = 0 is not allowed"),
        ({"ally_cost": [1, 2], "stake": [1, 2]}, {"stake": 1}, "stake is both an axis and fixed"),
        ({"ally_cost": [1, 2], "status_quo": [1, 2]}, {}, r"status_quo\[0\] = 1.0 is not allowed"),
    ],
)
def test_bad_input(axes, options, words):
    with pytest.raises(ValueError, match=words):
        foedus.adaptive_map(axes, **options)


@pytest.fixture
def run_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = """[axes]
    ally_cost = { from = 0.05, to = 5.0, points = 300, scale = "log" }
    status_quo = { from = 0.1, to = 0.9, points = 200 }
    [output]
    file = "map.nc"
    variables = ["regime", "pledge"]
    """
    (tmp_path / "run.toml").write_text(text)
    return tmp_path / "run.toml"


class TestCommand:
    def test_map_adaptive(self, run_file, capsys):
        assert run(["map", "run.toml", "--adaptive"]) == 0
        out, err = capsys.readouterr()
        assert err == "an adaptive map has only the regime; left out: pledge\n"
        assert "of 60,000 games solved" in out
        assert "could be missed: a region between the games that are solved first" in out
        found = foedus.load("map.nc")
        axes = {name: found[name].values for name in ("ally_cost", "status_quo")}
        xr.testing.assert_equal(found.regime, foedus.sweep(axes, variables=["regime"]).regime)
        figure = foedus.plot(found)
        (lines,) = (c for c in figure.axes[0].collections if isinstance(c, LineCollection))
        assert len(lines.get_segments()) == found.sizes["curve"]
        assert "all else at default" in caption(figure)
        assert not overlaps(figure)
        assert run(["map", "run.toml", "--adaptive"]) == 2
        assert "map.nc exists already; --overwrite replaces it" in capsys.readouterr().err

    def test_many_variables_that_are_left_out_are_counted(self, run_file, capsys):
        run_file.write_text(run_file.read_text().replace('variables = ["regime", "pledge"]', ""))
        assert run(["map", "run.toml", "--adaptive"]) == 0
        others = len(foedus.sweep({"ally_cost": [1.0]}).data_vars) - 1
        assert capsys.readouterr().err.endswith(f"left out: {others} other variables\n")

    def test_its_file_is_one_like_others(self, run_file, capsys):
        assert run(["map", "run.toml", "--adaptive", "--spacing", "4", "--quiet"]) == 0
        assert capsys.readouterr() == ("", "")
        assert foedus.load("map.nc").attrs["spacing"] == 4
        assert run(["map", "map.nc", "-o", "again.nc", "--quiet"]) == 0
        xr.testing.assert_equal(foedus.load("again.nc").regime, foedus.load("map.nc").regime)
        assert run(["plot", "map.nc", "--region", "ally_cost=0.1:1", "-o", "part.svg"]) == 0
        assert run(["info", "map.nc"]) == 0
        printed = " ".join(capsys.readouterr().out.split())
        assert "games 60,000" in printed
        assert "boundaries known on a grid of 300 x 200" in printed
        found = foedus.load("map.nc")
        foedus.save(found, "copy.zarr")
        xr.testing.assert_equal(foedus.load("copy.zarr"), found)

    def test_a_thinned_map_is_not_run_again(self, run_file, monkeypatch, capsys):
        monkeypatch.setattr(adaptive, "DENSE", 1000)
        monkeypatch.setattr(adaptive, "THIN", 60)
        assert run(["map", "run.toml", "--adaptive", "--quiet"]) == 0
        assert run(["map", "map.nc", "-o", "again.nc"]) == 2
        assert (
            "map.nc keeps only some of the 300 x 200 points of its map, so it cannot be solved again"
            in capsys.readouterr().err
        )

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ("--adaptive --resume", "cannot be combined with --resume or --dask"),
            ("--spacing 4", "--spacing is for adaptive maps; give --adaptive, too"),
            ("--adaptive --spacing 0", "spacing = 0 is not allowed; it must be a whole number, 1 or more"),
            ("--adaptive -o map.csv", "map.csv: a table cannot be made with --adaptive, --resume or --dask"),
        ],
    )
    def test_bad_input(self, run_file, options, words, capsys):
        assert run(["map", "run.toml", "--quiet", *options.split()]) == 2
        assert words in capsys.readouterr().err


def test_what_may_be_missed_is_told():
    """A map of two columns: a band from border to border between two values of the lattice is missed."""
    axes = {"ally_cost": np.geomspace(0.05, 5, 300), "status_quo": [0.5, 0.5001]}
    ds = foedus.adaptive_map(axes, spacing=1000)
    assert ds.attrs["unseen"].startswith("a region between the games that are solved first")
    assert "1000 steps apart on the grid" in ds.attrs["unseen"]


def test_unsolved_games_are_warned_of_as_by_sweep():
    axes = {"challenger_cost": np.geomspace(1e140, 1e160, 60), "status_quo": [0.3, 0.6]}
    told = []
    for solve in (foedus.sweep, foedus.adaptive_map):
        with pytest.warns(RuntimeWarning, match="could not be solved") as caught:
            solve(axes, **({"spacing": 1} if solve is foedus.adaptive_map else {}))
        told.append([str(warning.message) for warning in caught])
    assert told[0] == told[1]
