"""Maps of any size: the file equals that of a sweep to the bit, even if its run was killed many times."""

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import foedus
from foedus.io import draft
from foedus.io import layout as layouts
from foedus.io.layout import boxes, layout

AXES = {"ally_cost": np.geomspace(0.05, 5, 61), "status_quo": np.linspace(0.1, 0.9, 47)}
ENDINGS = (".nc", ".zarr")


@pytest.fixture
def small(monkeypatch):
    """Chunks and slabs so small that a few thousand games fill many."""
    monkeypatch.setattr(layouts, "CHUNK", 128)
    monkeypatch.setattr(layouts, "SLAB", 512)


def same_bits(path, expected):
    """Assert that a file equals a Dataset in memory: the same names, types, labels and bits."""
    found = foedus.load(path)
    found.attrs.pop("created")
    xr.testing.assert_identical(found.drop_attrs(deep=False), expected.drop_attrs(deep=False))
    for name in expected.variables:
        assert found[name].dtype == expected[name].dtype, name
        assert found[name].values.tobytes() == expected[name].values.tobytes(), name


@given(st.lists(st.integers(1, 30), min_size=1, max_size=4).map(tuple), st.integers(1, 200), st.booleans())
def test_slabs_are_whole_chunks_that_part_the_map(shape, bytes_per_game, quick):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layouts, "CHUNK", 128)
        patch.setattr(layouts, "SLAB", 512)
        cut = layout(shape, bytes_per_game, quick)
    assert math.prod(cut.chunk) <= 128
    assert math.prod(cut.slab) <= 512
    assert all(slab % chunk == 0 for slab, chunk in zip(cut.slab, cut.chunk, strict=True))
    parts = [cut.box(slab) for slab in range(cut.slabs)]
    assert parts == list(boxes(shape, cut.slab))
    times = np.zeros(shape, np.int8)
    for part in parts:
        times[part] += 1
    assert (times == 1).all()


@pytest.mark.parametrize(
    ("axes", "options"),
    [
        (AXES, {}),
        (AXES, {"variables": ["regime"]}),
        (AXES, {"variables": ["pledge"], "dtype": "float32", "stake": 2.0}),
        ({"ally_cost": np.geomspace(0.05, 5, 3000)}, {"variables": ["regime", "pledge"]}),
        (AXES | {"stake": [0.5, 1.0, 2.0]}, {"variables": ["crisis", "settlement"]}),
        ({k: v[::3] for k, v in AXES.items()}, {"contest": "difference", "variables": ["regime", "pledge"]}),
    ],
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_streamed_map_is_a_sweep(tmp_path, small, ending, axes, options):
    path = tmp_path / f"map{ending}"
    seen = []
    regimes = foedus.sweep_to(path, axes, progress=lambda *done: seen.append(done), threads=2, **options)
    expected = foedus.sweep(axes, **options)
    same_bits(path, expected)
    games = math.prod(expected.sizes.values())
    assert seen[-1] == (games, games)
    assert seen == sorted(seen)
    if "regime" in expected:
        codes, counts = np.unique(expected.regime, return_counts=True)
        assert regimes == dict(zip(map(foedus.Regime, codes), counts.tolist(), strict=True))
    else:
        assert regimes == {}
    assert os.listdir(tmp_path) == [path.name]


def test_minus_zero_stays_minus_zero(tmp_path):
    """A chunk of zeros, which Zarr leaves out and reads as 0.0."""
    values = np.full((4, 5), -0.0)
    dataset = foedus.sweep({k: v[:n] for (k, v), n in zip(AXES.items(), (4, 5), strict=True)})
    for ending in ENDINGS:
        path = tmp_path / f"map{ending}"
        foedus.save(dataset.assign(pledge=(dataset.pledge.dims, values)), path)
        assert np.signbit(foedus.load(path).pledge).all()


def test_a_file_streamed_is_compressed_for_every_reader(tmp_path, small):
    foedus.sweep_to(tmp_path / "map.nc", AXES)
    expected = foedus.sweep(AXES)
    with netCDF4.Dataset(tmp_path / "map.nc") as file:
        for name in ("regime", "pledge"):
            filters = file[name].filters()
            assert (filters["zlib"], filters["shuffle"], filters["complevel"]) == (True, True, 1)
            assert math.prod(file[name].chunking()) <= 128
            assert np.array_equal(file[name][:], expected[name])


def test_memory_does_not_grow_with_the_map(tmp_path):
    """Ten times the games: memory does not grow by 180 MB of results, only by larger slabs."""
    if not Path("/proc/self/status").exists():
        pytest.skip("takes /proc, where Linux tells the peak of a process apart from that of its parent")
    script = (
        "import foedus, numpy as np, pathlib, re, sys; n = int(sys.argv[1])\n"
        "axes = {'ally_cost': np.geomspace(0.05, 5, n), 'status_quo': np.linspace(0.1, 0.9, 10000)}\n"
        "foedus.sweep_to(f'{n}.nc', axes, variables=['regime'], threads=2)\n"
        "print(re.search(r'VmHWM:\\s+(\\d+)', pathlib.Path('/proc/self/status').read_text())[1])"
    )
    peaks = []
    for rows in (2000, 20000):
        command = [sys.executable, "-c", script, str(rows)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) * 1024)
    assert peaks[1] < 6e8
    assert peaks[1] - peaks[0] < 6e7


def stop_after(games):
    """Return a report of progress that interrupts a run once so many games are done."""

    def progress(done, _):
        if done >= games:
            raise KeyboardInterrupt

    return progress


class TestResuming:
    @pytest.mark.parametrize("ending", ENDINGS)
    def test_goes_on_from_what_is_solved(self, tmp_path, small, ending):
        path = tmp_path / f"map{ending}"
        for games in (300, 1000, 1001, 2000):
            with pytest.raises(KeyboardInterrupt):
                foedus.sweep_to(path, AXES, threads=1, resume=True, progress=stop_after(games))
            assert not path.exists()
            kept = draft.games_done(draft.draft_folder(path))
            assert games <= kept < games + 1024
        seen = []
        foedus.sweep_to(path, AXES, resume=True, progress=lambda done, _: seen.append(done))
        assert seen[0] > kept
        same_bits(path, foedus.sweep(AXES))
        assert os.listdir(tmp_path) == [path.name]

    def test_a_slab_that_is_gone_from_a_store_is_solved_again(self, tmp_path, small):
        path = tmp_path / "map.zarr"
        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(path, AXES, threads=1, progress=stop_after(1001))
        store = draft.draft_folder(path) / path.name
        next(part for part in (store / "pledge" / "c").rglob("*") if part.is_file()).unlink()
        foedus.sweep_to(path, AXES, resume=True)
        same_bits(path, foedus.sweep(AXES))

    @pytest.mark.parametrize("ending", ENDINGS)
    def test_a_draft_that_lost_its_records_begins_anew(self, tmp_path, small, ending):
        path = tmp_path / f"map{ending}"
        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(path, AXES, threads=1, progress=stop_after(1001))
        shutil.rmtree(draft.draft_folder(path) / draft.SLABS)
        foedus.sweep_to(path, AXES, resume=True)
        same_bits(path, foedus.sweep(AXES))

    @pytest.mark.parametrize("ending", ENDINGS)
    def test_begins_where_there_is_nothing_and_is_content_where_all_is_done(self, tmp_path, ending):
        path = tmp_path / f"map{ending}"
        regimes = foedus.sweep_to(path, AXES, resume=True)
        before = path.stat().st_mtime_ns
        assert foedus.sweep_to(path, AXES, resume=True) == regimes
        assert path.stat().st_mtime_ns == before

    @pytest.mark.parametrize("ending", ENDINGS)
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"stake": 2.0}, "its stake is 1.0, not 2.0"),
            ({"contest": "difference"}, "its contest is ratio, not difference"),
            ({"variables": ["regime", "pledge"]}, "its list of variables is regime, not regime, pledge"),
            ({"axes": dict(reversed(AXES.items()))}, "its list of axes is ally_cost, status_quo, not status_quo, ally_cost"),
            ({"axes": AXES | {"status_quo": AXES["status_quo"][1:]}}, "its number of values of status_quo is 47, not 46"),
            ({"axes": AXES | {"status_quo": [*AXES["status_quo"][:-1], 0.95]}}, r"its status_quo\[46\] is \[0.9\], not \[0.95\]"),
            ({"axes": {"ally_cost": AXES["ally_cost"]}}, "its list of axes is ally_cost, status_quo, not ally_cost"),
        ],
    )  # fmt: skip
    def test_refuses_what_another_run_began(self, tmp_path, small, ending, change, words):
        path = tmp_path / f"map{ending}"

        def stop(done, _):
            raise KeyboardInterrupt

        asked = {"axes": AXES, "variables": ["regime"]}
        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(path, **asked, progress=stop)
        with pytest.raises(ValueError, match=f"map{ending}.part cannot be resumed: {words}; use overwrite"):
            foedus.sweep_to(path, **asked | change, resume=True)
        foedus.sweep_to(path, **asked, resume=True)
        with pytest.raises(FileExistsError, match=f"exists already and cannot be resumed: {words}"):
            foedus.sweep_to(path, **asked | change, resume=True)
        same_bits(path, foedus.sweep(**asked))

    def test_refuses_what_another_version_or_type_began(self, tmp_path, small, monkeypatch):
        path = tmp_path / "map.nc"

        def stop(done, _):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(path, AXES, variables=["pledge"], progress=stop)
        with pytest.raises(ValueError, match="its type of pledge is float64, not float32"):
            foedus.sweep_to(path, AXES, variables=["pledge"], dtype="float32", resume=True)
        monkeypatch.setattr("foedus.io.dataset.__version__", "0.2.0")
        with pytest.raises(ValueError, match=r"its foedus_version is 0.1.0, not 0.2.0"):
            foedus.sweep_to(path, AXES, variables=["pledge"], resume=True)

    def test_an_unfinished_map_is_neither_replaced_nor_resumed_unasked(self, tmp_path, small):
        path = tmp_path / "map.nc"

        def stop(done, _):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(path, AXES, progress=stop)
        words = (
            "map.nc.part holds an unfinished map; use resume to continue with it, or overwrite to start again"
        )
        with pytest.raises(FileExistsError, match=words):
            foedus.sweep_to(path, AXES)
        with pytest.raises(ValueError, match="is the draft of a map that is not finished"):
            foedus.load(tmp_path / "map.nc.part")
        foedus.sweep_to(path, AXES, stake=2.0, overwrite=True)
        same_bits(path, foedus.sweep(AXES, stake=2.0))

    def test_through_a_link_the_draft_stands_beside_the_file(self, tmp_path, small):
        (tmp_path / "disk").mkdir()
        (tmp_path / "map.nc").symlink_to(tmp_path / "disk" / "map.nc")

        def stop(done, _):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(tmp_path / "map.nc", AXES, progress=stop)
        assert os.listdir(tmp_path / "disk") == ["map.nc.part"]
        with pytest.raises(FileExistsError, match="holds an unfinished map"):
            foedus.sweep_to(tmp_path / "map.nc", AXES)
        foedus.sweep_to(tmp_path / "map.nc", AXES, resume=True)
        assert (tmp_path / "map.nc").is_symlink()
        same_bits(tmp_path / "disk" / "map.nc", foedus.sweep(AXES))

    def test_records_that_are_not_whole_are_solved_again(self, tmp_path, small):
        """As after a loss of power."""
        path = tmp_path / "map.nc"
        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(path, AXES, threads=1, progress=stop_after(1501))
        slabs = sorted((tmp_path / "map.nc.part" / "slabs").iterdir())
        slabs[0].write_bytes(slabs[0].read_bytes()[:-1])
        slabs[1].write_bytes(b"")
        slabs[3].write_bytes(slabs[3].read_bytes()[:-4] + bytes(4))
        slabs[4].write_bytes(slabs[4].read_bytes().replace(b'"regimes"', b'"regimez"'))
        (slabs[2].parent / "9.tmp").write_bytes(b"half")
        foedus.sweep_to(path, AXES, resume=True)
        same_bits(path, foedus.sweep(AXES))

    def test_two_runs_do_not_write_the_same(self, tmp_path, small):
        path = tmp_path / "map.nc"

        def run_another(done, _):
            with pytest.raises(BlockingIOError, match=r"map.nc.part is being written by another run"):
                foedus.sweep_to(path, AXES, resume=True)

        foedus.sweep_to(path, AXES, progress=run_another)
        same_bits(path, foedus.sweep(AXES))

    def test_unsolved_games_are_told_as_of_the_whole_map(self, tmp_path, small, monkeypatch):
        """The first of them is found over all slabs, including slabs of an earlier run."""
        from foedus.large import slabs
        from foedus.solving.requests import Solved

        solve = slabs.solve_request
        lost = {float(AXES["ally_cost"][i]) for i in (20, 50)}

        def solve_some(request, threads=None):
            arrays, unsolved, first = solve(request, threads)
            bad = np.isin(request.columns.values["ally_cost"], list(lost))
            if bad.any():
                first, unsolved = int(bad.argmax()) * request.shape[1], int(bad.sum()) * request.shape[1]
            return Solved(arrays, unsolved, first)

        monkeypatch.setattr(slabs, "solve_request", solve_some)

        def stop(done, _):
            if done > 1500:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(tmp_path / "map.nc", AXES, threads=1, progress=stop)
        first = foedus.Game(ally_cost=AXES["ally_cost"][20], status_quo=AXES["status_quo"][0])
        with pytest.warns(RuntimeWarning, match="94 of 2867 games could not be solved") as warned:
            foedus.sweep_to(tmp_path / "map.nc", AXES, resume=True)
        assert repr(first) in str(warned[0].message)


RUN = """
[game]
contest = "difference"
[axes]
ally_cost = { from = 0.05, to = 5.0, points = 1200, scale = "log" }
status_quo = { from = 0.1, to = 0.9, points = 500 }
[output]
variables = ["regime", "pledge", "ally_payoff"]
"""

KILLED_AT_RANDOM = """
import os, random, signal, sys, time
from pathlib import Path
import numpy as np
import foedus.io.zarr_store
from foedus.cli import app as cli
from foedus.large import streaming
from foedus.io import draft, layout
layout.CHUNK = layout.SMALL_CHUNK = 2**12
layout.SLAB = 2**13
path = Path(sys.argv[1])
folder = draft.draft_folder(path)
random = random.Random(5)
foedus.solve(contest="difference")  # and the kernels are loaded, once for all children

def run():
    child = os.fork()
    if child == 0:
        options = ["-o", str(path), "--no-picture", "--quiet", "--threads", "2", "--resume"]
        os._exit(cli.run(["map", "run.toml", *options]))
    return child

def ended(child):
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

def slabs():
    return len(os.listdir(folder / "slabs")) if (folder / "slabs").exists() else 0

done = [0]
for _ in range(10):
    already, wanted, child = slabs(), random.random() < 0.8, run()
    while wanted and slabs() <= already and not ended(child):  # until it has begun to write
        time.sleep(0.002)
    time.sleep(random.random() * 0.05)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if path.exists():
        break
    assert os.WTERMSIG(status) == signal.SIGKILL
    if (folder / path.name).exists():
        done.append(draft.games_done(folder))
assert done == sorted(done), done
assert len(set(done)) > 3, done
assert os.waitpid(run(), 0)[1] == 0
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_killed_at_random_again_and_again(tmp_path, ending):
    """Real runs, ended by SIGKILL at random moments, many while slabs are being written: none is in vain, and
    the last gives the map to the bit."""
    (tmp_path / "run.toml").write_text(RUN)
    path = tmp_path / f"map{ending}"
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_RANDOM, path.name],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    axes = {"ally_cost": np.geomspace(0.05, 5, 1200), "status_quo": np.linspace(0.1, 0.9, 500)}
    same_bits(path, foedus.sweep(axes, variables=["regime", "pledge", "ally_payoff"], contest="difference"))
    assert sorted(os.listdir(tmp_path)) == sorted([path.name, "run.toml"])


KILLED_AT_EACH_STEP = """
import os, shutil, signal, sys
from pathlib import Path
import numpy as np
import foedus, foedus.large.streaming
from foedus.io import layout
if sys.argv[1] == ".zarr":
    import foedus.io.zarr_store
layout.CHUNK, layout.SLAB, layout.SLABS = 64, 128, 2
axes = {"ally_cost": np.geomspace(0.05, 5, 20), "status_quo": np.linspace(0.1, 0.9, 12)}
kept = {"variables": ["regime", "pledge"], "threads": 1}
path = Path(f"map{sys.argv[1]}")
old = sys.argv[2:] == ["old"]
expected = foedus.sweep(axes, **kept)  # and the kernels are loaded, once for all children

def in_a_child(function):  # Zarr keeps a thread, which would be lost on the way from parent to child
    child = os.fork()
    if child == 0:
        function()
        os._exit(0)
    return os.waitpid(child, 0)[1]

def begin():
    foedus.sweep_to(path, {"stake": [1.0]}, variables=["regime"], overwrite=True)

def die():
    left = step
    def dying(function):
        def step(*arguments, **options):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)
        return step
    for module, name in (
        (os, "replace"), (os, "rename"), (os, "mkdir"), (os, "unlink"), (os, "rmdir"),
        (shutil, "rmtree"), (shutil, "copyfile"), (Path, "open"),
    ):
        setattr(module, name, dying(getattr(module, name)))
    foedus.sweep_to(path, axes, overwrite=old, **kept)

def resume():
    foedus.sweep_to(path, axes, overwrite=old, resume=True, **kept)
    assert foedus.load(path).equals(expected), step
    assert os.listdir() == [path.name], (step, os.listdir())

step = 0
while True:
    if old:
        assert in_a_child(begin) == 0
    status = in_a_child(die)
    assert in_a_child(resume) == 0
    if status == 0:
        break
    if not old:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    step += 1 if path.suffix == ".nc" else 13  # of some 300
print(step)
"""


@pytest.mark.parametrize("old", [[], ["old"]])
@pytest.mark.parametrize("ending", ENDINGS)
def test_killed_at_each_step(tmp_path, ending, old):
    """SIGKILL before every single change of a folder that a run makes, with an earlier map and without."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_EACH_STEP, ending, *old],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
