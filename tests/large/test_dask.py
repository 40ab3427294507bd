"""Dask: lazy sweeps, and maps on a real cluster of processes, with workers that die and workers of another
version."""

import os
import signal
import subprocess
import sys

import distributed
import numpy as np
import pytest
import xarray as xr

import foedus
from foedus.cli.app import run
from foedus.io import layout as layouts
from foedus.large import dask as clusters
from foedus.solving.lazy import Sent

AXES = {"ally_cost": np.geomspace(0.05, 5, 400), "status_quo": np.linspace(0.1, 0.9, 300)}
ENDINGS = (".nc", ".zarr")


@pytest.fixture(scope="module")
def client():
    with clusters.connected(None, 2) as client:
        yield client


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(layouts, "CHUNK", 2000)
    monkeypatch.setattr(layouts, "SLAB", 4000)


def same_bits(found, expected):
    for name in expected.variables:
        assert found[name].dtype == expected[name].dtype, name
        assert found[name].values.tobytes() == expected[name].values.tobytes(), name


class TestLazy:
    @pytest.mark.parametrize(
        "chunks",
        [{}, {"ally_cost": 64}, {"status_quo": (100, 150, 50)}, {"ally_cost": "auto", "status_quo": 7}],
    )
    def test_is_the_sweep_when_computed(self, chunks):
        lazy = foedus.sweep(AXES, chunks=chunks, stake=2.0)
        assert lazy.regime.chunks is not None
        expected = foedus.sweep(AXES, stake=2.0)
        xr.testing.assert_identical(lazy.compute(scheduler="threads"), expected)

    def test_is_the_sweep_on_a_cluster(self, client):
        lazy = foedus.sweep(AXES, chunks={"ally_cost": 64}, dtype="float32", contest="difference")
        same_bits(lazy.compute(), foedus.sweep(AXES, dtype="float32", contest="difference"))

    def test_solves_only_what_is_asked_for(self):
        huge = {"ally_cost": np.geomspace(0.05, 5, 100_000), "status_quo": np.linspace(0.1, 0.9, 100_000)}
        lazy = foedus.sweep(huge, chunks={"ally_cost": 1000, "status_quo": 1000}, variables=["regime"])
        part = {"ally_cost": slice(50_000, 50_100), "status_quo": slice(70_000, 70_100)}
        expected = foedus.sweep({k: v[part[k]] for k, v in huge.items()}, variables=["regime"])
        same_bits(lazy.isel(part).compute(scheduler="threads"), expected)

    @pytest.mark.parametrize(
        ("chunks", "error", "words"),
        [
            (64, TypeError, "chunks must be a mapping of axes to sizes, not a int"),
            ({"stake": 2}, ValueError, "'stake' is not an axis; there are ally_cost, status_quo"),
            ({"ally_cost": (1, 2)}, ValueError, "do not fit the axes"),
            ({"ally_cost": "many"}, ValueError, "do not fit the axes"),
        ],
    )
    def test_refusals(self, chunks, error, words):
        with pytest.raises(error, match=words):
            foedus.sweep(AXES, chunks=chunks)

    def test_threads_and_progress_are_dasks(self):
        with pytest.raises(ValueError, match="leave out threads= and progress="):
            foedus.sweep(AXES, chunks={}, threads=2)


@pytest.mark.parametrize("ending", ENDINGS)
class TestMaps:
    def test_a_map_from_a_cluster_is_a_sweep(self, tmp_path, client, small, ending):
        path = tmp_path / f"map{ending}"
        seen = []
        regimes = foedus.sweep_to(path, AXES, client=client, progress=lambda *done: seen.append(done))
        expected = foedus.sweep(AXES)
        same_bits(foedus.load(path), expected)
        assert regimes[foedus.Regime.RESTRAINT] == int((expected.regime == foedus.Regime.RESTRAINT).sum())
        assert seen[-1] == (120_000, 120_000)
        assert os.listdir(tmp_path) == [path.name]

    def test_a_worker_is_killed_in_the_middle(self, tmp_path, small, ending):
        path = tmp_path / f"map{ending}"
        killed = []
        with clusters.connected(None, 2) as client:

            def kill_one(done, games):
                if not killed and done > games / 4:
                    killed.append(next(iter(client.run(os.getpid).values())))
                    os.kill(killed[0], signal.SIGKILL)

            foedus.sweep_to(path, AXES, client=client, contest="difference", progress=kill_one)
            assert killed[0] not in client.run(os.getpid).values()
        same_bits(foedus.load(path), foedus.sweep(AXES, contest="difference"))

    def test_a_run_on_a_cluster_is_resumed_without_one(self, tmp_path, client, small, ending):
        path = tmp_path / f"map{ending}"

        def stop(done, games):
            if done > games / 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(path, AXES, client=client, progress=stop)
        seen = []
        foedus.sweep_to(path, AXES, resume=True, progress=lambda done, _: seen.append(done))
        assert seen[0] > 40_000
        same_bits(foedus.load(path), foedus.sweep(AXES))


RUN = """
axes.ally_cost = { from = 0.05, to = 5.0, points = 300, scale = "log" }
axes.status_quo = { from = 0.1, to = 0.9, points = 200 }
output.file = "map.nc"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "run.toml").write_text(RUN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestCommandLine:
    def test_a_cluster_of_this_machine(self, folder):
        command = [sys.executable, "-m", "foedus", "map", "run.toml", "--no-picture"]
        for options in (["--dask", "--threads", "2"], ["-o", "again.zarr", "--dask", "--threads", "1"]):
            done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
        plain = foedus.sweep(
            {"ally_cost": np.geomspace(0.05, 5.0, 300), "status_quo": np.linspace(0.1, 0.9, 200)}
        )
        same_bits(foedus.load("map.nc"), plain)
        same_bits(foedus.load("again.zarr"), plain)

    def test_a_running_cluster(self, folder, client):
        address = client.scheduler.address
        assert run(["map", "run.toml", "--dask", address, "--quiet", "--no-picture"]) == 0
        plain = foedus.sweep(
            {"ally_cost": np.geomspace(0.05, 5.0, 300), "status_quo": np.linspace(0.1, 0.9, 200)}
        )
        same_bits(foedus.load("map.nc"), plain)

    def test_no_scheduler_answers(self, folder, capsys, monkeypatch):
        monkeypatch.setattr(clusters, "PATIENCE", "1s")
        assert run(["map", "run.toml", "--dask", "tcp://127.0.0.1:9", "--no-picture"]) == 2
        assert capsys.readouterr().err == "foedus: no scheduler answers at tcp://127.0.0.1:9\n"
        assert os.listdir() == ["run.toml"]

    def test_refuses_what_is_no_address(self, folder, capsys):
        assert run(["map", "run.toml", "--no-picture", "--dask", "here"]) == 2
        words = "--dask here: this is not the address of a scheduler, such as tcp://10.0.0.1:8786"
        assert capsys.readouterr().err == f"foedus: {words}\n"

    def test_a_worker_with_another_version_is_named(self, folder, capsys):
        """A real worker in a process whose Python finds the metadata of another version first."""
        other = folder / "other" / "foedus-9.9.9.dist-info"
        other.mkdir(parents=True)
        (other / "METADATA").write_text("Metadata-Version: 2.1\nName: foedus\nVersion: 9.9.9\n")
        with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
            worker = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--no-dashboard"],
                env=os.environ | {"PYTHONPATH": str(other.parent)}, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                assert run(["map", "run.toml", "--no-picture", "--dask", cluster.scheduler_address]) == 2
            finally:
                worker.terminate()
                worker.wait()
        said = capsys.readouterr().err
        assert "has another version of foedus (9.9.9, not 0.1.0); install the same version everywhere" in said
        assert said.count("\n") == 1
        assert sorted(os.listdir()) == ["other", "run.toml"]

    def test_a_worker_that_came_late_is_checked_too(self):
        with pytest.raises(ConnectionError, match=r"has another version of foedus \(0.1.0, not 9.9.9\)"):
            clusters.solve_on_worker("9.9.9", Sent(()))

    def test_without_dask_the_extra_is_named(self, folder, capsys, monkeypatch):
        monkeypatch.setitem(sys.modules, "distributed", None)
        monkeypatch.delitem(sys.modules, "foedus.large.dask")
        assert run(["map", "run.toml", "--dask", "--no-picture"]) == 2
        assert capsys.readouterr().err == ("foedus: clusters need Dask: pip install 'foedus[dask]'\n")
