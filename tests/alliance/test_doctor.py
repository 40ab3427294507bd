"""The doctor finds nothing if all is well, and finds the fault if there is one."""

import dataclasses
import os
import re
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import numpy as np
import pytest
from commands import without_compiling
from conftest import compiled_only

import foedus
from foedus.alliance import doctor
from foedus.alliance.model import CONTESTS
from foedus.cli.app import run
from foedus.kernels import _jit
from foedus.kernels import alliance as kernels

pytestmark = compiled_only


def failures():
    return {finding.name: finding for finding in doctor.examine() if not finding.passed}


def test_all_is_well(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run(["doctor"]) == 0
    out, errors = capsys.readouterr()
    assert without_compiling(SimpleNamespace(stderr=errors)).stderr == ""
    said = out.splitlines()
    assert said[-1] == "all is well"
    assert len([line for line in said if line.startswith("✓ ")]) == len(doctor.checks())
    (line,) = (line for line in said if line.startswith("kernels   "))
    assert line.endswith(f" in {_jit.CACHE_FOLDER}")  # in one line, however long its path
    first = {line.split()[0] for line in said if line}
    for requirement in metadata.requires("foedus"):
        if "extra ==" not in requirement:
            assert re.match(r"[\w-]+", requirement)[0] in first, requirement
    assert {f"[{extra}]" for extra in metadata.metadata("foedus").get_all("Provides-Extra")} <= first


@pytest.mark.parametrize(
    ("kernel", "wrong", "check"),
    [
        ("solve_game", {"ally_arms_without": 0.5}, "leader-follower contest agrees with its formula"),
        (
            "solve_game",
            {"crisis_without": foedus.Crisis.QUIET},
            "cutpoints agree with their formula, C's arms fixed",
        ),
        ("solve_game", {"ally_arms": 0.5}, "nobody gains by another move, ratio contest, decisiveness 1"),
        (
            "solve_game",
            {"regime": foedus.Regime.PARTIAL},
            "nobody gains by another move, ratio contest, decisiveness 1",
        ),
        (
            "solve_any_game",
            {"challenger_arms": 0.5},
            "nobody gains by another move, ratio contest, decisiveness 2",
        ),
        (
            "solve_any_game",
            {"challenger_arms": 0.5},
            "nobody gains by another move, difference contest, decisiveness 4",
        ),
        (
            "solve_game",
            {"settlement": 0.123},
            "a grid equals its games solved alone, on any number of threads",
        ),
    ],
)
def test_a_wrong_kernel_is_found(monkeypatch, capsys, kernel, wrong, check):
    right = getattr(kernels, kernel)

    def solve(vector):
        solution, limit, status = right(vector)
        return solution._replace(**wrong), limit, status

    monkeypatch.setattr(kernels, kernel, solve)
    assert check in failures()
    assert run(["doctor"]) == 1
    said = capsys.readouterr().out
    assert f"✗ {check}: " in said
    assert " failed. What to do: " in said.splitlines()[-1]
    assert "remove the folder of the compiled kernels" in said.splitlines()[-1]


@pytest.mark.parametrize("variable", ["ally_arms", "challenger_payoff_without", "burden_share", "crisis"])
def test_a_grid_that_is_wrong_in_any_variable_is_found(monkeypatch, variable):
    def sweep(axes, threads=None):
        ds = foedus.sweep(axes)
        ds[variable][:] += 1
        return ds

    monkeypatch.setattr(doctor, "sweep", sweep)
    finding = failures()["a grid equals its games solved alone, on any number of threads"]
    assert finding.words.startswith(f"{variable} of Game(")


def test_games_are_of_all_regimes_and_contests():
    assert {contest for contest, _ in doctor.GAMES} == {*CONTESTS}
    for games in doctor.GAMES.values():
        assert {regime for regime, _ in games} == {*foedus.Regime} - {foedus.Regime.UNSOLVED}


def test_a_search_that_sees_nothing_is_found(monkeypatch):
    monkeypatch.setattr("foedus.kernels.alliance.deviations.deviation_gain", lambda p, v: 0.0)
    blind = [finding for finding in failures().values() if "the search does not find" in finding.words]
    assert len(blind) == len(doctor.GAMES)


def test_a_contest_that_is_off_by_little_is_found(monkeypatch):
    solve = doctor.solve

    def nearly(game=None, **parameters):
        eq = solve(game, **parameters)
        return dataclasses.replace(
            eq, without=dataclasses.replace(eq.without, ally_arms=eq.without.ally_arms * (1 + 1e-9))
        )

    monkeypatch.setattr(doctor, "solve", nearly)
    assert "leader-follower contest agrees with its formula" in failures()


def test_threads_that_change_bits_are_found(monkeypatch):
    def sweep(axes, threads=None):
        ds = foedus.sweep(axes)
        if threads == 1:
            ds.pledge[3, 5] = np.nextafter(ds.pledge[3, 5], 1)
        return ds

    monkeypatch.setattr(doctor, "sweep", sweep)
    assert list(failures()) == ["a grid equals its games solved alone, on any number of threads"]


def test_a_file_that_loses_bits_is_found(monkeypatch):
    from foedus.io import files

    load = files.load
    monkeypatch.setattr(files, "load", lambda path: load(path).astype("float32"))
    (finding,) = failures().values()
    assert finding.name == "a file holds what was saved"
    assert finding.words == "the file does not give back what was saved"
    assert finding.remedy.startswith("install ")


def test_whatever_goes_wrong_is_a_finding(monkeypatch, capsys):
    def broken(*_):
        raise RuntimeError("no\ncompiler")

    monkeypatch.setattr(kernels, "solve_any_game", broken)
    assert run(["doctor"]) == 1
    assert (
        "✗ nobody gains by another move, difference contest, decisiveness 4: RuntimeError: no compiler\n"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"NUMBA_CACHE_DIR": "/dev/null/cache"}, "/dev/null/cache cannot be written"),
        ({"HOME": "/dev/null"}, "/dev/null/.cache/foedus cannot be written"),
    ],
)
def test_nowhere_to_keep_kernels(environment, words):
    script = (
        "from foedus.alliance.doctor import checks, facts\n"
        "try: checks()[0].run()\n"
        "except ValueError as error: print(error)\n"
        "print(dict(facts())['kernels'])\n"
        "print(checks()[0].remedy)"
    )
    ours = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", script], env=ours | environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        words,
        f"compiled again in every run, which takes 10 seconds to 4 minutes: {words}",
        "set NUMBA_CACHE_DIR to a folder that can be written",
    ]


def test_no_home(monkeypatch, capsys):
    """As where neither HOME is set nor the user is known."""

    def no_home():
        raise RuntimeError("could not determine home directory")

    monkeypatch.setattr("foedus.kernels._jit.CACHE_FOLDER", None)
    monkeypatch.setattr("foedus.kernels._jit.cache_root", no_home)
    assert run(["doctor"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert "✗ compiled kernels are kept: there is no home folder for compiled code" in said
    assert said[-1] == "1 check failed. What to do: set NUMBA_CACHE_DIR to a folder that can be written"


def test_a_full_disk_is_found(monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    monkeypatch.setattr("foedus.io.netcdf.fill", full)
    found = failures()
    for check in ("compiled kernels are kept", "a file holds what was saved"):
        assert "No space left" in found[check].words
        assert found[check].remedy == doctor.DISK


def test_an_empty_cache_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("foedus.kernels._jit.CACHE_FOLDER", tmp_path)
    assert dict(doctor.facts())["kernels"].startswith("none compiled yet")


def test_an_extra_that_is_missing_is_told(monkeypatch):
    version = metadata.version

    def missing(name):
        if name == "zarr":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", missing)
    told = dict(doctor.facts())
    assert told["[zarr]"] == "not installed; pip install 'foedus[zarr]' brings zarr"
    assert "zarr" in told["[test]"]  # which takes it, too
    assert told["[dask]"].startswith("installed: dask ")


@pytest.mark.parametrize(
    ("own", "files", "limit"),
    [
        (None, {"cpu.max": "150000 100000\n"}, None),  # no Linux
        ("0::/\n", {}, None),
        ("0::/\n", {"cpu.max": "max 100000\n"}, None),
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/of/the/host\n", {"cpu.max": "150000 100000\n"}, 1.5),  # which a container does not see
        ("0::/job/step\n", {"job/cpu.max": "200000 100000\n", "job/step/cpu.max": "max 100000\n"}, 2.0),
        ("0::/job/step\n", {"job/cpu.max": "200000 100000\n", "job/step/cpu.max": "50000 100000\n"}, 0.5),
        ("0::/job\n", {"other/cpu.max": "50000 100000\n"}, None),
        ("1:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ("1:cpu:/\n", {"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0.5),
        (
            "5:cpuset:/\n4:cpu,cpuacct:/job\n0::/\n",
            {"cpu/job/cpu.cfs_quota_us": "150000\n", "cpu/job/cpu.cfs_period_us": "100000\n"},
            1.5,
        ),
    ],
)
def test_limits_of_control_groups(tmp_path, own, files, limit):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    if own:
        (tmp_path / "own").write_text(own)
    assert doctor.cpu_limit(tmp_path, tmp_path / "own") == limit


@pytest.mark.parametrize(
    ("present", "limit", "words"),
    [
        (3, None, "3, one for each processor"),
        (8, None, "3, because this process may use only 3 of 8 processors (its affinity)"),
        (
            3,
            1.5,
            "3, one for each processor; the control group of this process allows the time of only 1.5 of these processors: --threads 2 is as fast",
        ),
    ],
)
def test_why_so_many_threads(monkeypatch, present, limit, words):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: present)
    monkeypatch.setattr(doctor, "cpu_limit", lambda: limit)
    assert dict(doctor.facts())["threads"] == words
