"""Sensitivity: known functions through the path of the games, the games themselves, words, files, pictures."""

import itertools
import math

import numpy as np
import pytest
import SALib.analyze.pawn
import SALib.analyze.sobol
import SALib.sample.sobol
import scipy.stats
import xarray as xr

import foedus
from foedus import Regime, indices
from foedus.distributions import EDGE, check_distribution
from foedus.indices import Output
from foedus.io.schema import PARAMETERS, SENSITIVITY
from foedus.sensitivities import wilson

LAWS = {
    "ally_cost": ("log_uniform", 0.05, 5),
    "status_quo": ("uniform", 0.1, 0.9),
    "challenger_cost": ("triangular", 0.2, 0.5, 1.0),
}


def analysed(function, quantiles, methods, samples, seed=1, threads=None):
    """Return the indices of a function of points, by the path that games take."""
    outputs, found = indices.indices(
        quantiles,
        lambda points, threads: {"y": function(points)},
        lambda arrays: [Output("y", "y")],
        methods,
        samples,
        seed,
        threads,
    )
    assert [output.name for output in outputs] == ["y"]
    return {name: array[0] for name, array in found.arrays.items()}


# known functions


def ishigami(x, a=7.0, b=0.1):
    return np.sin(x["x1"]) + a * np.sin(x["x2"]) ** 2 + b * x["x3"] ** 4 * np.sin(x["x1"])


def ishigami_indices(a=7.0, b=0.1):
    """Return first, total and second order, from the parts of the variance (Ishigami and Homma 1990)."""
    first = np.array([(1 + b * math.pi**4 / 5) ** 2 / 2, a**2 / 8, 0])
    pair = b**2 * math.pi**8 * (1 / 18 - 1 / 50)  # of x1 and x3; no others interact
    variance = first.sum() + pair
    second = np.zeros((3, 3))
    second[0, 2] = second[2, 0] = pair
    return first / variance, (first + second.sum(axis=0)) / variance, second / variance


CIRCLE = dict.fromkeys(("x1", "x2", "x3"), lambda u: math.pi * (2 * u - 1))


@pytest.mark.parametrize("samples", [2**13, 2**18])  # by SALib at once, and in blocks
def test_ishigami(samples):
    found = analysed(ishigami, CIRCLE, ["second_order"], samples)
    for name, expected in zip(("first_order", "total_order", "second_order"), ishigami_indices(), strict=True):
        index, margin = found[name][..., -1], found[f"{name}_margin"][..., -1]
        defined = ~np.eye(3, dtype=bool) if name == "second_order" else ...
        error = np.abs(index - expected)[defined]
        assert error.max() < (0.03 if samples == 2**13 else 0.006), name
        assert (error <= 1.6 * margin[defined] + 1e-12).all(), name  # three standard errors
        assert margin[defined].max() < (0.08 if samples == 2**13 else 0.02)
    assert np.isnan(found["second_order"][..., -1]).sum() == 3
    assert ishigami_indices()[0] == pytest.approx([0.3139, 0.4424, 0], abs=5e-5)  # as published


def test_indices_converge_and_their_intervals_shrink():
    for samples in (2**12, 2**18):
        found = analysed(ishigami, CIRCLE, ["sobol"], samples)
        margins = found["total_order_margin"].max(axis=0)
        assert margins.shape == (4,)
        assert margins[-1] < 0.6 * margins[0]
        error = np.abs(found["total_order"] - ishigami_indices()[1][:, np.newaxis]).max(axis=0)
        assert (error <= 1.6 * margins).all()


G = np.array([0, 1, 4.5, 9, 99, 99])


def sobol_g(x):
    return np.prod([(np.abs(4 * x[f"x{j}"] - 2) + a) / (1 + a) for j, a in enumerate(G)], axis=0)


@pytest.mark.parametrize("samples", [2**12, 2**17])
def test_sobol_g(samples):
    """V_i = 1 / (3 (1 + a_i)²), and V of a set of parameters the product of theirs."""
    found = analysed(sobol_g, {f"x{j}": lambda u: u for j in range(6)}, ["second_order"], samples)
    own = 1 / (3 * (1 + G) ** 2)
    variance = np.prod(1 + own) - 1
    total = own * np.prod(1 + own) / (1 + own) / variance
    pair = np.outer(own, own) / variance
    near = 0.04 if samples == 2**12 else 0.01
    np.testing.assert_allclose(found["first_order"][:, -1], own / variance, atol=near)
    np.testing.assert_allclose(found["total_order"][:, -1], total, atol=near)
    for j, k in itertools.combinations(range(6), 2):
        assert found["second_order"][j, k, -1] == pytest.approx(pair[j, k], abs=near)


def test_blocks_sum_what_salib_computes_of_each():
    """To rounding: the design is SALib's, and so are the ratios of the sums of one block."""
    names = [f"x{j}" for j in range(3)]
    problem = {"num_vars": 3, "names": names, "bounds": [[0, 1]] * 3}
    for second, methods in ((False, ["sobol"]), (True, ["second_order"])):
        base = indices.draw(dict.fromkeys(names, lambda u: u), 64, 5, 7)
        drawn = [np.stack([points[x] for x in names]) for points in indices.groups(base.a, base.b, methods)]
        design = SALib.sample.sobol.sample(
            problem, 64, calc_second_order=second, seed=np.random.default_rng([5, 7])
        )
        np.testing.assert_allclose(np.stack(drawn, axis=2).reshape(3, -1).T, design, atol=2 * EDGE)
        y = np.exp(design[:, 0] + design[:, 1] * design[:, 2])
        expected = SALib.analyze.sobol.analyze(problem, y, calc_second_order=second, seed=1)
        found = indices._ratios(indices._sums(y.reshape(64, -1).T, 3), 3)
        np.testing.assert_allclose(found["first_order"], expected["S1"], atol=1e-12)
        np.testing.assert_allclose(found["total_order"], expected["ST"], atol=1e-12)
        if second:
            above = np.triu_indices(3, 1)
            np.testing.assert_allclose(found["second_order"][above], expected["S2"][above], atol=1e-12)


def test_morris_of_a_sum_are_its_coefficients():
    """The levels span the quantiles from 0.5 to 99.5 %, and so 0.99 of a uniform distribution."""
    coefficients = np.array([3.0, -2.0, 0.5, 0.0])
    found = analysed(
        lambda x: sum(c * x[f"x{j}"] for j, c in enumerate(coefficients)),
        {f"x{j}": lambda u: u for j in range(4)}, ["morris"], 256,
    )  # fmt: skip
    for s in range(4):
        np.testing.assert_allclose(found["morris_mean"][:, s], 0.99 * coefficients, atol=1e-12)
        np.testing.assert_allclose(found["morris_absolute_mean"][:, s], 0.99 * abs(coefficients), atol=1e-12)
        np.testing.assert_allclose(found["morris_deviation"][:, s], 0, atol=1e-12)
    product = analysed(lambda x: x["x0"] * x["x1"], {f"x{j}": lambda u: u for j in range(3)}, ["morris"], 256)
    assert (product["morris_deviation"][:2, -1] > 0.1).all()  # it interacts
    assert product["morris_absolute_mean"][2, -1] == 0


def test_delta_of_a_sum_of_normals():
    """Two normal distributions, N(0, 1) against N(x, 1 - r²) given x = r z, by quadrature."""
    weights = np.sqrt([0.7, 0.3, 0.0])
    found = analysed(
        lambda x: sum(w * x[f"x{j}"] for j, w in enumerate(weights)),
        {f"x{j}": scipy.stats.norm.ppf for j in range(3)}, ["pawn", "delta"], 2**12,
    )  # fmt: skip
    y = np.linspace(-8, 8, 4001)
    z = scipy.stats.norm.ppf((np.arange(400) + 0.5) / 400)[:, np.newaxis]
    for j, r in enumerate(weights[:2]):
        given = scipy.stats.norm.pdf(y, r * z, np.sqrt(1 - r**2))
        expected = np.trapezoid(np.abs(given - scipy.stats.norm.pdf(y)), y).mean() / 2
        assert found["delta"][j, -1] == pytest.approx(expected, abs=0.04)
    for name in ("pawn", "delta"):
        assert found[name][0, -1] > found[name][1, -1] + found[f"{name}_margin"][:2, -1].sum()
        assert abs(found[name][2, -1]) < 0.07  # of a parameter that does nothing


@pytest.mark.parametrize("share", [0.3, 0.01])
def test_delta_of_an_indicator_is_the_mean_change_of_its_probability(share):
    """SALib's densities, of classes in which it is constant, would give 0.01 where 0.42 is right."""
    laws = {"x0": lambda u: u, "x1": lambda u: u}
    found = analysed(lambda x: (x["x0"] < share).astype(float), laws, ["delta"], 2**13)
    # one of the 21 classes lies across the threshold, and blurs it
    assert found["delta"][0, -1] == pytest.approx(2 * share * (1 - share), abs=0.03)
    assert abs(found["delta"][1, -1]) < 0.01


def test_atoms_are_counted_apart_from_what_has_a_density():
    rng = np.random.default_rng(3)
    assert indices.atoms(rng.random(1000), 10) is None
    mixed = np.where(rng.random(4000) < 0.6, 0.0, 1 + rng.random(4000))
    columns = indices.atoms(mixed, 10)
    assert len({*columns[mixed == 0]}) == 1
    assert not {*columns[mixed == 0]} & {*columns[mixed > 0]}
    assert len({*columns[mixed > 0]}) in (4, 5)


def test_the_interval_of_pawn_is_of_what_salib_computes():
    """The same distances, from counts; but SALib leaves the largest value of a parameter out."""
    rng = np.random.default_rng(4)
    u = rng.random((2, 1000))
    for y in (u[0] + 0.3 * rng.random(1000), (u[0] < 0.3).astype(float)):
        expected = SALib.analyze.pawn.analyze(indices._problem(2), u.T, y)["median"]
        columns = np.unique(y, return_inverse=True)[1]
        for j in range(2):
            row = np.searchsorted(np.quantile(u[j], np.arange(1, 10) / 10), u[j], side="right")
            assert indices.kolmogorov(indices.table(row, columns)) == pytest.approx(expected[j], abs=0.006)
