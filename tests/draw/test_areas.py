"""Areas between cutpoints, where the curves between them are known: they are straight."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import foedus
from foedus import Code, Model, Outcome, Parameter
from foedus.draw.cutpoints import _joined, _shared

HEIGHTS = [0.0, 0.2, 0.4, 0.6]


class Land(Code):
    WEST, MIDDLE, EAST, FAR_EAST, NORTH = range(5)


def ends(p):
    """Between the lines at 0.2 and 0.4 one area ends at the left end of the axis, and another begins at the
    right end."""
    if p.x < 0.3 - p.y:
        return (Land.WEST,)
    if p.x > 1.3 - p.y:
        return (Land.FAR_EAST,)
    return (Land.MIDDLE if p.x < 0.6 - 0.2 * p.y else Land.EAST,)


def gives_way(p):
    """Midway between the lines at 0.2 and 0.4 an area gives way to another."""
    if p.x < 0.2 + 0.1 * p.y:
        return (Land.WEST,)
    if p.x > 0.8 - 0.2 * p.y:
        return (Land.EAST,)
    return (Land.MIDDLE if p.y < 0.3 else Land.NORTH,)


def wedge(p):
    """From midway between the lines at 0.2 and 0.4 an area opens between two others, which end and begin
    further out."""
    if p.x < 0.1:
        return (Land.FAR_EAST,)
    if abs(p.x - 0.5) < p.y - 0.3:
        return (Land.NORTH,)
    return (Land.WEST if p.x < 0.5 else Land.EAST,)


def island(p):
    """Another area surrounds two: one closes midway between two lines, and one opens between the next two."""
    if abs(p.x - 0.2) < 0.4 * (0.3 - p.y):
        return (Land.NORTH,)
    if abs(p.x - 0.7) < 0.6 * (p.y - 0.5):
        return (Land.EAST,)
    return (Land.WEST,)


def land(solve):
    share = Parameter("x", "x", 0.5, ">= 0 and <= 1")
    height = Parameter("y", "y", 0.5, ">= 0 and <= 1")
    return Model(solve.__name__, "Land", [share, height], [Outcome("land", codes=Land)], solve)


@pytest.fixture(scope="module", params=[ends, gives_way, wedge, island])
def drawn(request):
    model = land(request.param)
    figure = foedus.plot(foedus.cutpoints("x", (0, 1), {"y": HEIGHTS}, model=model, points=64))
    figure.draw_without_rendering()
    return model, figure.axes[0]


def test_each_place_has_the_colour_of_its_area_alone(drawn):
    model, axes = drawn
    areas = foedus.plot(foedus.sweep({"x": np.linspace(0, 1, 60), "y": HEIGHTS}, model=model)).axes[0]
    colours = areas.collections[0].cmap.colors
    rng = np.random.default_rng(1)
    for x, y in rng.random((300, 2)) * (1, HEIGHTS[-1]):
        near = {
            model.solve(SimpleNamespace(x=x + dx, y=y + dy))[0]
            for dx in (-1e-4, 1e-4)
            for dy in (-1e-4, 1e-4)
        }
        if len(near) == 1:
            (code,) = near
            (colour,) = shown(axes, x, y)
            assert tuple(colour) == to_rgb(colours[code]), (x, y)


def test_curves_run_along_the_areas_and_to_the_ends_of_the_axis(drawn):
    model, axes = drawn
    for line in axes.lines:
        for (x, y), (u, v) in zip(line.get_xydata()[:-1], line.get_xydata()[1:], strict=True):
            for share in (0.1, 0.5, 0.9):
                at, height = x + share * (u - x), y + share * (v - y)
                sides = [model.solve(SimpleNamespace(x=at + side, y=height))[0] for side in (-1e-6, 1e-6)]
                assert sides[0] != sides[1]
    found = {tuple(end.round(9)) for line in axes.lines for end in line.get_xydata()[[0, -1]]}
    if model.solve is ends:
        assert found == {(0.3, 0), (0, 0.3), (0.6, 0), (0.48, 0.6), (1, 0.3), (0.7, 0.6)}


def shown(axes, x, y):
    point = axes.transData.transform((x, y))
    return [
        part.get_facecolor()[0][:3]
        for part in axes.collections
        if any(axes.transData.transform_path(path).contains_point(point) for path in part.get_paths())
    ]


def lines(rng):
    """Two lines of regimes, none next to itself, and the edges of each."""
    for _ in range(2):
        codes = [int(rng.integers(4))]
        for _ in range(rng.integers(6)):
            codes.append(int(rng.choice([code for code in range(4) if code != codes[-1]])))
        yield codes, np.array([0.0, *np.sort(rng.random(len(codes) - 1)), 1.0])


def score(pairs, here, there):
    """How good a way to pair regimes is, by its definition."""
    partners = len({k for k, _ in pairs}) + len({n for _, n in pairs})
    near = 0.0
    for j, (k, n) in enumerate(pairs):
        split = j > 0 and (pairs[j - 1][0] == k or pairs[j - 1][1] == n)
        open_ = j + 1 < len(pairs) and (pairs[j + 1][0] == k or pairs[j + 1][1] == n)
        near += (not split) * abs(here[k] - there[n]) + (not open_) * abs(here[k + 1] - there[n + 1])
    return partners, -len(pairs), -near


def ways(one, other, after=(-1, -1)):
    """Every way to pair regimes of two lines in the same order; a regime may have several partners."""
    yield []
    for k in range(max(after[0], 0), len(one)):
        for n in range(max(after[1], 0), len(other)):
            if (k, n) != after and one[k] == other[n]:
                for rest in ways(one, other, (k, n)):
                    yield [(k, n), *rest]


def test_as_many_regimes_as_possible_have_a_partner():
    """Of several ways the one with the fewest pairs, and then the nearest; found by trying all ways."""
    rng = np.random.default_rng(1)
    for _ in range(300):
        (one, here), (other, there) = lines(rng)
        found = _shared(one, other, here, there)
        assert all(one[k] == other[n] for k, n in found)
        assert found == sorted(set(found))
        assert [n for _, n in found] == sorted(n for _, n in found)
        best = max(score(way, here, there) for way in ways(one, other))
        assert score(found, here, there) == pytest.approx(best), (one, other, here, there)


def test_areas_do_not_overlap():
    """The edges of each line keep their order up to midway to the next."""
    rng = np.random.default_rng(2)
    for _ in range(1000):
        (one, here), (other, there) = lines(rng)
        lower, upper, _ = _joined([here, there], [one, other], scaled=False)
        assert (np.diff(upper[0]) >= -1e-12).all()
        assert (np.diff(lower[1]) >= -1e-12).all()


def test_many_cutpoints_are_joined_at_once():
    """As many as a line could have; a search over all pairs of pairs would take minutes."""
    codes = [k % 2 for k in range(400)]
    edges = np.linspace(0, 1, 401)
    assert _shared(codes, codes, edges, edges) == [(k, k) for k in range(400)]
