"""Sensitivity: known functions through the path of the games, the games themselves, words, files,
pictures."""

import itertools
import math
import subprocess
import sys
import tomllib
import warnings

import numpy as np
import pytest
import SALib.analyze.pawn
import SALib.analyze.sobol
import SALib.sample.sobol
import scipy.stats
import xarray as xr
from matplotlib.colors import to_rgb
from pictures import caption, legends, overlaps

import foedus
from foedus import Regime
from foedus.alliance.model import NUMBERS, model
from foedus.cli.app import run
from foedus.draw import parts
from foedus.solving import requests
from foedus.solving.parallel import check_threads
from foedus.uncertainty import indices
from foedus.uncertainty import sensitivity as sensitivities
from foedus.uncertainty.distributions import EDGE, check_distribution, wilson
from foedus.uncertainty.indices import Output
from foedus.uncertainty.labels import SENSITIVITY

LAWS = {
    "ally_cost": ("log_uniform", 0.05, 5),
    "status_quo": ("uniform", 0.1, 0.9),
    "challenger_cost": ("triangular", 0.2, 0.5, 1.0),
}


def analysed(function, quantiles, methods, samples, seed=1, threads=None):
    """Return the indices of a function of points, by the path that games take."""

    def evaluate(points, threads):
        return {"y": function(points)}

    study = indices.Study(quantiles, evaluate, methods, samples, seed, check_threads(threads), None)
    outputs, found = indices.indices(study, lambda arrays: [Output("y", "y")])
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
    for name, expected in zip(
        ("first_order", "total_order", "second_order"), ishigami_indices(), strict=True
    ):
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
    assert abs(found["delta"][1, -1]) < 0.025  # of a Sobol' sequence, less than chance


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


# distributions


@pytest.mark.parametrize(
    ("given", "reference"),
    [
        (("uniform", 0.05, 5), scipy.stats.uniform(0.05, 4.95)),
        ({"log_uniform": [0.05, 5]}, scipy.stats.loguniform(0.05, 5)),
        (("normal", 1, 0.1), scipy.stats.norm(1, 0.1)),
        ({"triangular": [0.3, 0.5, 0.7]}, scipy.stats.triang(0.5, 0.3, 0.4)),
        (("triangular", 0.3, 0.3, 0.7), scipy.stats.triang(0, 0.3, 0.4)),
        ({"lognorm": {"s": 0.5, "scale": 0.4}}, scipy.stats.lognorm(s=0.5, scale=0.4)),
        (("gamma", 2.0), scipy.stats.gamma(2.0)),
        (scipy.stats.beta(2, 3, scale=2.0), scipy.stats.beta(2, 3, 0, 2)),
        (("randint", 1, 5), scipy.stats.randint(1, 5)),
    ],
)
def test_distributions_have_the_quantiles_of_their_names(given, reference):
    law = check_distribution(NUMBERS["ally_cost"], given)
    u = np.array([EDGE, 0.001, 0.25, 0.5, 0.8, 1 - EDGE])
    np.testing.assert_allclose(law.quantile(u), reference.ppf(u), rtol=1e-9)

    again = check_distribution(NUMBERS["ally_cost"], tomllib.loads(f"law = {law.text}")["law"])
    assert again.text == law.text
    assert again.quantile(u).tobytes() == np.asarray(law.quantile(u)).tobytes()


@pytest.mark.parametrize(
    ("name", "given", "error", "words"),
    [
        ("size", ("uniform", 0, 1), TypeError, "'size' is not a parameter; there are ally_cost, "),
        ("stake", ("lognormal", 0, 1), ValueError, "stake: 'lognormal' is not a distribution; there are uniform, log_uniform, "),
        ("stake", ("ks_2samp", 0, 1), ValueError, "stake: 'ks_2samp' is not a distribution"),
        ("stake", "uniform", TypeError, "stake: 'uniform' is not a distribution; write one such as"),
        ("stake", 1.0, TypeError, "stake: 1.0 is not a distribution"),
        ("stake", {}, TypeError, r"stake: \{\} is not a distribution"),
        ("stake", [], TypeError, r"stake: \[\] is not a distribution"),
        ("stake", [0.1, 0.9], ValueError, "stake: 0.1 is not a distribution"),
        ("stake", {"uniform": 1.0}, TypeError, "stake: uniform = 1.0 is not a list of numbers"),
        ("stake", {"uniform": [0, "a"]}, TypeError, "stake: uniform: 'a' is not a finite number"),
        ("stake", ("uniform", 0, math.inf), TypeError, "stake: uniform: inf is not a finite number"),
        ("stake", ("uniform", 0, True), TypeError, "stake: uniform: True is not a finite number"),
        ("stake", ("uniform", 1), ValueError, "stake: uniform takes low, high, not 1 numbers"),
        ("stake", ("uniform", 2, 1), ValueError, "stake: uniform: low = 2.0 must be less than high = 1.0"),
        ("stake", ("log_uniform", 0, 1), ValueError, "stake: log_uniform: low = 0.0 is not allowed; it must be > 0"),
        ("stake", ("normal", 5, -1), ValueError, "stake: normal: deviation = -1.0 is not allowed; it must be > 0"),
        ("stake", ("triangular", 1, 3, 2), ValueError, "stake: triangular: mode = 3.0 is not allowed; it must be from low to high"),
        ("stake", ("uniform", 1, 1), ValueError, r"stake: \{ uniform = \[1.0, 1.0\] \} has zero variance; fix stake at 1.0 instead"),
        ("stake", ("normal", 5, 0), ValueError, "has zero variance; fix stake at 5.0 instead"),
        ("stake", ("lognorm", 1, 2, 3, 4), ValueError, "stake: lognorm of scipy.stats takes s, loc, scale, not "),
        ("stake", {"lognorm": {"t": 1}}, ValueError, "stake: lognorm of scipy.stats takes s, loc, scale, not "),
        ("stake", ("gamma", -1), ValueError, "has no quantiles; scipy.stats does not allow its arguments"),
        ("stake", scipy.stats.norm([1, 2], 0.1), TypeError, "stake: norm has arrays as arguments"),
        ("ally_cost", ("normal", 1, 0.5), ValueError, r"ally_cost: \{ normal = \[1.0, 0.5\] \} leaves the domain, > 0, with a probability of 2.3 %; truncate it"),
        ("status_quo", ("uniform", 0.5, 1.5), ValueError, "leaves the domain, > 0 and < 1, with a probability of 50.0 %"),
        ("ally_cost", ("normal", 1, 0.18), ValueError, "leaves the domain, > 0, with a probability of less than 0.1 %"),
    ],
)  # fmt: skip
def test_distributions_that_are_refused(name, given, error, words):
    with pytest.raises(error, match=words) as caught:
        foedus.sensitivity({name: given})
    assert "\n" not in str(caught.value)


def test_ends_of_open_domains_are_not_drawn():
    ds = foedus.sensitivity({"status_quo": ("uniform", 0, 1), "ally_cost": ("uniform", 0, 5)}, samples=256)
    assert ds.probability.sum() == pytest.approx(1)


# games


@pytest.fixture(scope="module")
def found() -> xr.Dataset:
    outputs = ["restraint", "deterrence", "pledge"]
    methods = ["second_order", "morris", "pawn", "delta"]
    return foedus.sensitivity(LAWS, outputs=outputs, methods=methods, samples=256, seed=3, stake=1.2)


@pytest.fixture(scope="module")
def given() -> xr.Dataset:
    outputs = ["pledge|deterrence", "burden_share | restraint"]
    return foedus.sensitivity(LAWS, outputs=outputs, methods=["delta", "pawn"], samples=4096)


def test_probabilities_are_those_of_a_grid_of_quantiles():
    """The mean over the midpoints of a million equally likely cells."""
    u = (np.arange(100) + 0.5) / 100
    axes = {name: check_distribution(NUMBERS[name], law).quantile(u) for name, law in LAWS.items()}
    grid = foedus.sweep(axes, variables=["regime", "settlement"])
    ds = foedus.sensitivity(LAWS, outputs=["deterrence", "settlement"], samples=2**14)
    assert ds.regime_name.values.tolist() == [code.name.lower() for code in Regime][1:]
    for name in ds.regime_name.values:
        expected = float((grid.regime == Regime[name.upper()]).mean())
        one = ds.sel(regime_name=name)
        assert one.probability_low - 0.002 < expected < one.probability_high + 0.002
        assert one.probability == pytest.approx(expected, abs=0.005)
    for output, values in (("deterrence", grid.regime == Regime.DETERRENCE), ("settlement", grid.settlement)):
        one = ds.sel(output=output)
        assert one["mean"] == pytest.approx(float(values.mean()), abs=0.004)
        for name in LAWS:
            low, high = (values.isel({name: part}).mean() for part in (slice(10), slice(-10, None)))
            assert one.mean_low.sel(parameter=name) == pytest.approx(float(low), abs=0.01)
            assert one.mean_high.sel(parameter=name) == pytest.approx(float(high), abs=0.01)


def test_first_order_is_the_variance_of_the_conditional_probability():
    """Over a grid of quantiles: the total order is what the other parameters together leave."""
    u = (np.arange(100) + 0.5) / 100
    axes = {name: check_distribution(NUMBERS[name], law).quantile(u) for name, law in LAWS.items()}
    holds = foedus.sweep(axes, variables=["regime"]).regime == Regime.DETERRENCE
    ds = foedus.sensitivity(LAWS, outputs=["deterrence"], samples=2**17).isel(output=0, samples=-1)
    for name in LAWS:
        others = [other for other in LAWS if other != name]
        first = float(holds.mean(others).var() / holds.var())
        total = 1 - float(holds.mean(name).var() / holds.var())
        assert ds.first_order.sel(parameter=name) == pytest.approx(first, abs=0.02)
        assert ds.total_order.sel(parameter=name) == pytest.approx(total, abs=0.02)


def test_wilson():
    """Against the roots of the equation it solves: |share - p| = z sqrt(p (1 - p) / n)."""
    for count, games in ((0, 10), (3, 10), (10, 10), (517, 8192)):
        for end in wilson(count, games):
            assert (count / games - end) ** 2 == pytest.approx(
                indices.MARGIN**2 * end * (1 - end) / games, abs=1e-12
            )
    assert pytest.approx(scipy.stats.norm.ppf(0.975)) == indices.MARGIN


def test_outcomes_in_a_regime_are_those_of_its_games_alone(given):
    assert given.output.values.tolist() == ["pledge | deterrence", "burden_share | restraint"]
    assert given.output_units.values.tolist() == ["arms", "1"]
    base = indices.draw(
        {name: check_distribution(NUMBERS[name], law).quantile for name, law in LAWS.items()}, 4096, 0
    )
    games = foedus.solve_points({name: np.concatenate([base.a[name], base.b[name]]) for name in LAWS})
    for output, code in (("pledge", Regime.DETERRENCE), ("burden_share", Regime.RESTRAINT)):
        where = games.regime == code
        one = given.sel(output=f"{output} | {code.name.lower()}")
        assert one["mean"] == pytest.approx(float(games[output][where].mean()))
        cost = games.ally_cost[where].values
        lowest = games[output][where].values[np.argsort(cost)[: cost.size // 10]].mean()
        assert one.mean_low.sel(parameter="ally_cost") == pytest.approx(lowest)
    assert (given.pawn.isel(samples=-1) > 0).all()


def test_any_contest_and_decisiveness():
    laws = {"ally_cost": ("log_uniform", 0.05, 5), "decisiveness": ("uniform", 0.5, 2)}
    ds = foedus.sensitivity(laws, contest="difference", samples=256, outputs=["settlement"])
    assert ds.contest.item() == "difference"
    assert float(ds.status_quo) == 0.5
    assert "decisiveness" not in ds.coords
    assert ds.total_order.sel(parameter="ally_cost").isel(samples=-1) > 0.1


def test_unsolved_games_are_told_and_belong_to_no_regime(monkeypatch):
    def broken(game, points, *others):
        arrays = requests.solve_columns(game, points, *others)
        lost = points["status_quo"] > 0.8
        return {k: np.where(lost, -1 if k == "regime" else np.nan, values) for k, values in arrays.items()}

    monkeypatch.setattr(sensitivities, "solve_columns", broken)
    with pytest.warns(
        RuntimeWarning, match=r"of 1280 games could not be solved; .* The first is Game\("
    ) as told:
        ds = foedus.sensitivity(LAWS, outputs=["revision"], samples=256)
    assert len(told) == 1
    assert ds.regime_name.values[0] == "unsolved"
    assert ds.probability[0] == pytest.approx(0.125, abs=0.02)
    assert ds.probability.sum() == pytest.approx(1)
    with pytest.raises(
        ValueError, match=r"'pledge' is undefined in .* of 1,280 games, .* of them unsolved, but"
    ):
        foedus.sensitivity(LAWS, outputs=["pledge"], samples=256)


def test_same_seed_same_result_for_any_threads(found):
    options = {"outputs": ["restraint", "deterrence", "pledge"], "samples": 256, "stake": 1.2}
    methods = ["delta", "pawn", "morris", "second_order"]
    for threads in (1, 2):
        again = foedus.sensitivity(LAWS, methods=methods, seed=3, threads=threads, **options)
        xr.testing.assert_identical(again, found)
    other = foedus.sensitivity(LAWS, methods=methods, seed=4, **options)
    for name in ("total_order", "second_order", "morris_mean", "pawn", "delta", "probability"):
        assert not np.array_equal(other[name], found[name], equal_nan=True), name
    one, two = (foedus.sensitivity(LAWS, samples=2**14, threads=threads) for threads in (1, 2))
    xr.testing.assert_identical(one, two)


def test_the_state_of_others_random_numbers_and_warnings_is_left_alone():

    before, shown = np.random.get_state()[1].tolist(), warnings.formatwarning  # noqa: NPY002
    foedus.sensitivity(LAWS, methods=["sobol", "morris", "pawn", "delta"], outputs=["pledge"], samples=256)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
    assert warnings.formatwarning is shown


def test_everything_is_labelled(found, given):
    for ds in (found, given):
        for name in (*ds.data_vars, *ds.dims, "distribution", "output_units"):
            assert ds[name].attrs == SENSITIVITY[name].attributes, name
        assert {name for name in NUMBERS if name in ds.coords} == set(NUMBERS) - set(LAWS)
    assert float(found.stake) == 1.2
    assert found.samples.values.tolist() == [32, 64, 128, 256]
    assert found.attrs["seed"] == 3
    assert found.attrs["methods"] == "second_order morris pawn delta"
    assert found.attrs["games"] == 256 * (2 * 3 + 2) + 256 * (3 + 1)
    assert found.attrs["foedus_version"] == foedus.__version__
    assert found.distribution.values[0] == "{ log_uniform = [0.05, 5.0] }"
    undefined = {name: int(found[name].isnull().sum()) for name in found.data_vars}
    diagonal = 3 * 3 * 4  # outputs, parameters with themselves, sizes
    assert {k: n for k, n in undefined.items() if n} == dict.fromkeys(
        ("second_order", "second_order_margin"), diagonal
    )


def test_by_default_the_outputs_are_the_regimes_that_occur():
    ds = foedus.sensitivity({"ally_cost": ("log_uniform", 0.05, 5)}, samples=1024)
    line = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 1001)}, variables=["regime"])
    assert ds.output.values.tolist() == [Regime(code).name.lower() for code in np.unique(line.regime)]
    assert (ds.total_order.isel(samples=-1) > 0.9).all()  # there is no other parameter


def test_progress_counts_up_and_raising_in_it_cancels():
    for samples in (256, 2**14):
        seen = []
        foedus.sensitivity(LAWS, samples=samples, progress=lambda *counts: seen.append(counts))  # noqa: B023
        done = [one for one, _ in seen]
        assert done == sorted(done)
        assert len(seen) > 4
        assert seen[-1][0] == seen[-1][1]

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        foedus.sensitivity(LAWS, samples=2**14, progress=stop)


# refusals


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"distributions": [1]}, TypeError, "distributions must be a mapping of names to distributions, not a list"),
        ({"distributions": {}}, ValueError, "distributions is empty; at least one parameter must have one"),
        ({"ally_cost": 1.0}, ValueError, "ally_cost has a distribution and is fixed, too; it can be only one"),
        ({"size": 1.0}, TypeError, "'size' is not a parameter; there are ally_cost, "),
        ({"stake": -1.0}, ValueError, "stake = -1.0 is not allowed; it must be >= 0"),
        ({"contest": "war"}, ValueError, "contest = 'war' is not allowed; it must be ratio or difference"),
        ({"methods": "sobol"}, TypeError, "methods = 'sobol' is not a list of names"),
        ({"methods": ["fast"]}, ValueError, "'fast' is not a method; there are sobol, second_order, morris, pawn, delta"),
        ({"methods": []}, ValueError, "methods is empty; at least one is needed"),
        ({"samples": 1000}, ValueError, "samples = 1000 is not allowed; it must be a power of 2 from 256 to 1073741824, such as 4096"),
        ({"samples": 128}, ValueError, "samples = 128 is not allowed; it must be a power of 2 from 256"),
        ({"samples": 512.0}, ValueError, "samples = 512.0 is not allowed"),
        ({"samples": 2**14, "methods": ["sobol", "pawn"]}, ValueError, "samples = 16384 is not allowed with pawn; it must be 8192 or less"),
        ({"seed": 2**63}, ValueError, "from 0 to 9223372036854775807"),
        ({"seed": -1}, ValueError, "seed = -1 is not allowed; it must be a whole number, from 0"),
        ({"seed": 1.5}, ValueError, "seed = 1.5 is not allowed"),
        ({"threads": 0}, ValueError, "threads = 0 is not allowed"),
        ({"outputs": "pledge"}, TypeError, "outputs = 'pledge' is not a list of names"),
        ({"outputs": []}, ValueError, "outputs is empty; at least one is needed"),
        ({"outputs": [1]}, TypeError, "outputs: 1 is not a name"),
        ({"outputs": ["peace"]}, ValueError, "'peace' is not a regime or a variable; there are revision, restraint, "),
        ({"outputs": ["regime"]}, ValueError, "'regime' is not a number; name one of its codes, such as 'revision'"),
        ({"outputs": ["crisis_without"]}, ValueError, "'crisis_without' is not a number"),
        ({"outputs": ["pledge | peace"]}, ValueError, r"'pledge | peace': 'peace' is not a regime; there are revision"),
        ({"outputs": ["pledge", "pledge"]}, ValueError, "outputs: 'pledge' is given more than once"),
        ({"outputs": ["pledge | deterrence"]}, ValueError, r"'pledge \| deterrence' is not possible with sobol, because it is not defined in every game; use only pawn or delta for it"),
        ({"outputs": ["pledge | deterrence"], "methods": ["pawn", "morris"]}, ValueError, "is not possible with morris"),
        ({"outputs": ["burden_share"], "ally_forces": 0.3, "samples": 256}, ValueError, r"'burden_share' is undefined in \d+ of 1,280 games, but indices need it in all; ask for it in a regime, such as 'burden_share \| REGIME'"),
        ({"outputs": ["burden_share"], "ally_forces": 0.3, "samples": 2**14}, ValueError, r"'burden_share' is undefined in \d+ of 1,280 games, but"),
        ({"outputs": ["burden_share"], "ally_forces": 0.3, "methods": ["pawn"], "samples": 256}, ValueError, r"'burden_share' is undefined in \d+ of 512 games, but"),
        ({"outputs": ["pledge | partial"], "methods": ["pawn"], "samples": 256}, ValueError, r"'pledge \| partial' is defined in \d+ of the first 32 games, but 20 are needed; use more samples"),
        ({"distributions": {"ally_cost": ("uniform", 4, 5)}, "outputs": ["restraint"], "samples": 256}, ValueError, "'restraint' is 0 in each of the first 64 games, so it has no sensitivity"),
        ({"distributions": {"ally_cost": ("uniform", 4, 5)}, "samples": 256}, ValueError, "the regime is deterrence in each of the first 64 games; use wider distributions, or name outputs"),
    ],
)  # fmt: skip
def test_refusals(options, error, words):
    with pytest.raises(error, match=words) as caught:
        foedus.sensitivity(**{"distributions": LAWS} | options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("module", ["SALib.analyze.delta", "scipy.stats"])
def test_without_salib_or_scipy_one_line_says_what_to_install(module):

    code = f"import sys; sys.modules['{module}'] = None; import foedus; foedus.sensitivity"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("pip install 'foedus[sensitivity]'")


# files


@pytest.mark.parametrize("ending", ["nc", "zarr"])
def test_what_is_saved_is_what_is_loaded(found, given, ending, tmp_path):
    for i, ds in enumerate((found, given)):
        path = tmp_path / f"{i}.{ending}"
        foedus.save(ds, path)
        again = foedus.load(path)
        del again.attrs["created"]
        xr.testing.assert_identical(again, ds)
        for name in ds.data_vars:
            assert again[name].values.tobytes() == ds[name].values.tobytes(), name


# pictures


def test_bars_are_the_indices_and_the_parameters_that_matter_most_stand_first(found, given):
    for ds, columns in ((found, [["first_order", "total_order"], ["morris_absolute_mean"], ["pawn"], ["delta"]]), (given, [["pawn"], ["delta"]])):  # fmt: skip
        figure = foedus.plot(ds)
        assert overlaps(figure) == []
        assert len(figure.axes) == ds.sizes["output"] * (len(columns) + 1)
        panels = iter(figure.axes)
        for output in ds.output.values:
            one = ds.sel(output=output).isel(samples=-1)
            order = one.parameter.values[np.argsort(-one[columns[0][-1]].values)].tolist()
            for names in columns:
                axes = next(panels)
                for bars, name in zip(axes.containers, names, strict=False):
                    values = one[name].sel(parameter=order).values
                    np.testing.assert_allclose([bar.get_width() for bar in bars], values)
                margins = one[f"{names[-1]}_margin"].sel(parameter=order).values
                lines = axes.collections[-1].get_segments()
                np.testing.assert_allclose([line[1, 0] - line[0, 0] for line in lines], 2 * margins)
                if names == columns[0]:
                    assert axes.yaxis_inverted()
                    said = [label.get_text() for label in axes.get_yticklabels()]
                    assert said == [
                        parts.label_of(NUMBERS[name], parts.Look(), units=False) for name in order
                    ]
            tornado = next(panels)
            for bars, name in zip(tornado.containers, ("mean_low", "mean_high"), strict=True):
                values = one[name].sel(parameter=order).values
                assert [bar.get_x() for bar in bars] == pytest.approx([one["mean"].item()] * 3)
                np.testing.assert_allclose([bar.get_x() + bar.get_width() for bar in bars], values)


@pytest.mark.parametrize("outputs", [["restraint"], None, ["pledge | deterrence"]])
@pytest.mark.parametrize("names", [["ally_cost"], list(NUMBERS)])
def test_nothing_overlaps_and_nothing_is_cut(outputs, names):
    ends = {name: (0.8 * NUMBERS[name].default, NUMBERS[name].default or 0.05) for name in names}
    laws = {name: ("uniform", *pair) for name, pair in ends.items()} | {"ally_cost": LAWS["ally_cost"]}
    methods = ["sobol"] if outputs != ["pledge | deterrence"] else ["pawn"]
    ds = foedus.sensitivity(laws, outputs=outputs, methods=methods, samples=1024, threads=2)
    assert overlaps(foedus.plot(ds)) == []


def test_titles_and_caption_say_what_is_shown(found, given):
    figure = foedus.plot(found)
    said = [axes.texts[0].get_text() for axes in figure.axes if axes.texts]
    shares = [
        parts.percent(found.probability.sel(regime_name=name).item()) for name in ("restraint", "deterrence")
    ]
    assert said == [
        f"restraint, in {shares[0]} % of the games",
        f"deterrence, in {shares[1]} % of the games",
        "forces pledged by the superpower, $s$",
    ]
    squares = [patch for axes in figure.axes for patch in axes.patches if patch.get_width() == 0.15]
    assert [to_rgb(patch.get_facecolor()) for patch in squares] == [
        to_rgb(model.colours[Regime][code]) for code in (Regime.RESTRAINT, Regime.DETERRENCE)
    ]
    assert caption(figure) == (
        r"256 samples, 3,072 games; 95 % intervals by bootstrap of the samples, 100 times (25 for delta of densities); ratio contest; "
        r"$\lambda = 1.2$; all else at default; distributions: $c_{A}$ log_uniform = [0.05, 5.0], "
        r"$q$ uniform = [0.1, 0.9], $c_{C}$ triangular = [0.2, 0.5, 1.0]"
    )
    assert legends(figure)[0][2:] == [
        "mean over the lowest tenth of the parameter",
        "mean over the highest tenth of the parameter",
    ]
    labels = [axes.texts[0].get_text() for axes in foedus.plot(given).axes if axes.texts]
    assert labels[0] == "forces pledged by the superpower, $s$ | deterrence"
    units = [axes.get_xlabel() for axes in foedus.plot(given).axes[2::3]]
    assert units == ["mean (arms)", "mean"]


# the command line

RUN = """
[distributions]
ally_cost = { log_uniform = [0.05, 5.0] }
status_quo = { beta = { a = 2.0, b = 2.0, loc = 0.1, scale = 0.8 } }
[game]
challenger_cost = 0.6
[sensitivity]
methods = ["sobol", "pawn"]
outputs = ["restraint", "pledge"]
samples = 512
seed = 7
[output]
file = "found.nc"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "run.toml").write_text(RUN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_writes_file_and_picture_and_says_what_it_found(folder, capsys):
    assert run(["sensitivity", "run.toml"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    ds = foedus.load("found.nc")
    laws = {"ally_cost": ("log_uniform", 0.05, 5.0), "status_quo": scipy.stats.beta(2.0, 2.0, 0.1, 0.8)}
    expected = foedus.sensitivity(
        laws, methods=["sobol", "pawn"], outputs=["restraint", "pledge"], samples=512, seed=7, challenger_cost=0.6
    )  # fmt: skip
    assert ds.equals(expected)
    share = float(expected.probability.sel(regime_name="restraint"))
    assert f"{share:.3%}" in said.out
    last = expected.isel(samples=-1).sel(output="pledge", parameter="status_quo")
    for name in ("first_order", "total_order", "pawn"):
        assert f"{last[name]:.3f} ± {last[f'{name}_margin']:.3f}" in said.out
    assert "2,048 games in" in said.out
    assert (folder / "found.png").read_bytes().startswith(b"\x89PNG")
    assert (
        run(["sensitivity", "found.nc", "-o", "again.nc", "--quiet", "--no-picture", "--threads", "1"]) == 0
    )
    assert foedus.load("again.nc").equals(ds)
    assert capsys.readouterr() == ("", "")
    assert run(["info", "found.nc"]) == 0
    text = capsys.readouterr().out
    for words in ("restraint, pledge", "sobol pawn", "{ log_uniform = [0.05, 5.0] }", "2,048"):
        assert words in text
    assert run(["plot", "found.nc", "-o", "again.png"]) == 0
    assert (folder / "again.png").read_bytes() == (folder / "found.png").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[game]", "[gam]", "gam is not a key of a run file; allowed here: model, distributions, game, sensitivity, output (from run.toml)"),
        ("seed = 7", "sed = 7", "sensitivity.sed is not a key of a run file; allowed here: methods, outputs, samples, seed (from run.toml)"),
        ("file =", "fil =", "output.fil is not a key of a run file; allowed here: file (from run.toml)"),
        ("seed = 7", 'seed = "a"', "sensitivity.seed = 'a': input should be a valid integer (from run.toml)"),
        ("samples = 512", "samples = 500", "samples = 500 is not allowed; it must be a power of 2 from 256 to 1073741824, such as 4096 (from run.toml)"),
        ("challenger_cost", "ally_cost", "ally_cost has a distribution and is fixed, too; it can be only one (from run.toml)"),
        ("challenger_cost", "size", "'size' is not a parameter; there are "),
        ("status_quo =", "ally_cost =", "this is not TOML: "),
        ("log_uniform", "loguniformly", "ally_cost: 'loguniformly' is not a distribution; there are uniform, "),
        ('"pledge"]', '"regime"]', "'regime' is not a number; name one of its codes, such as 'revision' (from run.toml)"),
        ('"pawn"]', '"fast"]', "'fast' is not a method; there are sobol, second_order, morris, pawn, delta (from run.toml)"),
        ('file = "found.nc"', "", "run.toml names no output file; name one with --output"),
        ('"found.nc"', '"found.csv"', "found.csv: the name must end in .nc or .zarr"),
    ],
)  # fmt: skip
def test_run_files_that_are_refused(folder, capsys, old, new, words):
    (folder / "run.toml").write_text(RUN.replace(old, new))
    assert run(["sensitivity", "run.toml"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert words in said.err
    assert [path.name for path in folder.iterdir()] == ["run.toml"]


def test_files_that_hold_something_else_are_refused(folder, capsys):
    foedus.save(foedus.sweep({"ally_cost": [0.3, 1.0]}), "map.nc")
    (folder / "found.nc").touch()
    for arguments, words in (
        (["sensitivity", "none.toml"], "none.toml: there is no such run file"),
        (["sensitivity", "map.nc", "-o", "a.nc"], "map.nc is not the file of an analysis of sensitivity"),
        (["sensitivity", "run.toml"], "found.nc exists already; --overwrite replaces it"),
    ):
        assert run(arguments) == 2
        assert capsys.readouterr().err == f"foedus: {words}\n"
    assert run(["sensitivity", "run.toml", "--overwrite", "--quiet"]) == 0
    assert run(["map", "found.nc", "-o", "a.nc"]) == 2
    words = "found.nc holds an analysis of sensitivity; to run it again, use foedus sensitivity"
    assert capsys.readouterr().err == f"foedus: {words}\n"


def test_other_commands_do_not_load_salib():

    code = "import sys; from foedus.cli.app import run; run(['solve']); sys.exit('SALib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
