"""Unusual disks and systems: full disks, NFS, Windows. Nothing is lost, and messages say what to do."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import psutil
import pytest

import foedus
from foedus.cli.app import run
from foedus.io import draft
from foedus.io.files import beside

AXES = {"ally_cost": np.geomspace(0.05, 5, 12), "status_quo": np.linspace(0.1, 0.9, 9)}
RUN = """
[axes]
ally_cost = { from = 0.05, to = 5.0, points = 12, scale = "log" }
status_quo = { from = 0.1, to = 0.9, points = 9 }
[output]
file = "map.nc"
variables = ["regime", "pledge"]
"""
CUTPOINTS = "cutpoints ally_cost --within 0.05:5 --points 64 --quiet"
LIMIT = 300  # seconds of a process, on a machine that is busy
NO_LOCKS = (
    "No locks available; if files cannot be locked here, set HDF5_USE_FILE_LOCKING=FALSE in the environment"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.toml").write_text(RUN)
    return tmp_path


def is_open(path):
    """Tell whether this process has a file open, or one in a folder."""
    path = Path(path).resolve()
    return any(path in (Path(one.path), *Path(one.path).parents) for one in psutil.Process().open_files())


def there(folder):
    return sorted(os.listdir(folder))


def run_in_a_process(*commands, **environment):
    """Run command lines in a process of its own, one after the other, until one fails."""
    script = "import sys; from foedus.cli.app import run; sys.exit(max(run(c.split()) for c in sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", script, *commands],
        capture_output=True, text=True, check=False, timeout=LIMIT, env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("map run.toml --no-picture", "map.nc"),
        ("map run.toml --no-picture --adaptive", "map.nc"),
        ("map run.toml --no-picture -o map.zarr", "map.zarr"),
        (f"{CUTPOINTS} -o c.nc", "c.nc"),
        (f"{CUTPOINTS} --table c.csv", "c.csv"),
        (f"{CUTPOINTS} --figure c.png", "c.png"),
        ("solve --efg game.efg", "game.efg"),
    ],
)
def test_a_disk_that_takes_nothing_is_called_so(folder, capsys, command, file):
    """No file may hold a byte, which fails where a full disk does: it is not "Permission denied"."""
    resource = pytest.importorskip("resource", reason="takes limits of resources, as on Linux and macOS")
    assert run(command.split()) == 0  # and so no kernel is left to be kept
    shutil.rmtree(file) if file.endswith(".zarr") else os.remove(file)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        assert run(command.split()) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert capsys.readouterr().err.endswith(f"{file} could not be written: File too large\n")
    assert there(folder) == ["run.toml"]


@pytest.fixture(scope="module")
def without_locks(tmp_path_factory):
    """A library under which no file can be locked, as on NFS without its lock daemon."""
    if not shutil.which("cc"):
        pytest.skip("takes a C compiler, as cc")
    folder = tmp_path_factory.mktemp("locks")
    (folder / "locks.c").write_text(
        "#include <errno.h>\nint flock(int file, int how) { errno = ENOLCK; return -1; }\n"
    )
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", "locks.so", "locks.c"], cwd=folder, check=True, timeout=LIMIT
    )
    return {"LD_PRELOAD": str(folder / "locks.so")}


def test_a_disk_without_locks_is_called_so_and_what_helps(folder, without_locks):
    foedus.save(foedus.sweep(AXES), "there.nc")
    commands = ["map run.toml --no-picture", f"{CUTPOINTS} -o c.nc", "info there.nc"]
    done = run_in_a_process(*commands, **without_locks)
    assert done.returncode == 2
    for line, words in zip(
        done.stderr.splitlines(),
        (
            "map.nc could not be written",
            "c.nc could not be written",
            "there.nc cannot be read as a NetCDF file",
        ),
        strict=True,
    ):
        assert line.endswith(f"{words}: {NO_LOCKS}")
    assert there(folder) == ["run.toml", "there.nc"]
    done = run_in_a_process(*commands, **without_locks, HDF5_USE_FILE_LOCKING="FALSE")
    assert (done.returncode, done.stderr) == (0, "")
    assert there(folder) == ["c.nc", "map.nc", "run.toml", "there.nc"]


def test_a_file_that_is_being_written_is_said_to_be(folder):
    foedus.save(foedus.sweep(AXES), "map.nc")
    writing = "import h5py, sys; f = h5py.File('map.nc', 'r+'); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", writing], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(ValueError, match="another program is writing it, or has it open for writing"):
            foedus.load("map.nc")
        other.communicate(timeout=LIMIT)
    foedus.load("map.nc")


class TestNFS:
    @pytest.fixture(autouse=True)
    def nfs(self, monkeypatch):
        """A file that is removed while it is open stays under another name, until it is closed."""
        unlink, rmdir = os.unlink, os.rmdir

        def keep(path, **options):
            path = Path(path)
            path.rename(path.with_name(".nfs0001")) if is_open(path) else unlink(path, **options)

        def remove(path, **options):
            for kept in Path(path).glob(".nfs*"):
                if not is_open(kept):
                    unlink(kept)
            rmdir(path, **options)

        monkeypatch.setattr(os, "unlink", keep)
        monkeypatch.setattr(os, "rmdir", remove)
        monkeypatch.setattr(shutil, "_use_fd_functions", False)

    @pytest.mark.parametrize("ending", [".nc", ".zarr"])
    def test_a_map_leaves_nothing(self, folder, ending):
        assert run(["map", "run.toml", "-o", f"map{ending}", "--quiet"]) == 0
        assert there(folder) == sorted([f"map{ending}", "map.png", "run.toml"])

    def test_what_others_have_open_stays_and_is_in_nobodys_way(self, folder):
        with contextlib.ExitStack() as opened:
            foedus.sweep_to(
                "map.nc", AXES, progress=lambda *_: opened.enter_context(open("map.nc.part/lock"))
            )
            assert there("map.nc.part") == [".nfs0001"]
            assert run(["map", "run.toml", "--quiet", "--overwrite"]) == 0
            assert there(folder) == ["map.nc", "map.nc.part", "map.png", "run.toml"]
        assert run(["map", "run.toml", "--quiet", "--overwrite"]) == 0
        assert there(folder) == ["map.nc", "map.png", "run.toml"]


class TestWindows:
    @pytest.fixture(autouse=True)
    def windows(self, monkeypatch):
        """What is open is neither renamed nor removed, and some functions are not there."""
        monkeypatch.setattr(draft, "fcntl", None)
        monkeypatch.delattr(os, "sched_getaffinity", raising=False)
        monkeypatch.setattr(shutil, "_use_fd_functions", False)
        for name in ("rename", "replace", "unlink", "rmdir"):
            monkeypatch.setattr(os, name, self.refusing(getattr(os, name)))

    @staticmethod
    def refusing(change):
        def change_what_is_closed(*paths, **options):
            if any(is_open(path) for path in paths):
                raise PermissionError(13, "Access is denied")
            return change(*paths, **options)

        return change_what_is_closed

    @pytest.mark.parametrize("ending", [".nc", ".zarr"])
    def test_whatever_is_written_takes_its_name_and_leaves_nothing(self, folder, ending):
        (folder / "games.csv").write_text("ally_cost,status_quo\n0.3,0.5\n", newline="\r\n")
        (folder / "run.toml").write_text(RUN, newline="\r\n")
        for _ in range(2):
            for command in (
                f"map run.toml -o map{ending} --quiet",
                f"plot map{ending} -o map.svg",
                f"compare run.toml --over stake=1,2 -o forms{ending} --quiet --no-picture",
                f"points games.csv -o games{ending} --quiet",
                f"{CUTPOINTS} -o c{ending} --table c.csv",
                "solve --efg game.efg",
            ):
                assert run([*command.split(), "--overwrite"]) == 0, command
        files = [f"{name}{ending}" for name in ("map", "forms", "games", "c")]
        assert there(folder) == sorted(
            [*files, "c.csv", "game.efg", "games.csv", "map.png", "map.svg", "run.toml"]
        )

    @pytest.mark.parametrize("ending", [".nc", ".zarr"])
    def test_a_map_is_resumed(self, folder, ending):
        def stop(*_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(f"map{ending}", AXES, progress=stop)
        foedus.sweep_to(f"map{ending}", AXES, resume=True)
        assert foedus.load(f"map{ending}").equals(foedus.sweep(AXES))
        assert there(folder) == [f"map{ending}", "run.toml"]

    def test_what_is_open_is_refused_before_anything_is_solved(self, folder, capsys):
        foedus.save(foedus.sweep(AXES), "map.nc")
        words = "map.nc cannot be replaced while it is open, here or in another program; close it first"
        with h5py.File("map.nc"):
            assert run(["map", "run.toml", "--overwrite"]) == 2
            assert capsys.readouterr().err == f"foedus: {words}\n"
            with pytest.raises(PermissionError, match=words):
                foedus.save(foedus.sweep(AXES), "map.nc")
        assert there(folder) == ["map.nc", "run.toml"]

    def test_what_is_opened_meanwhile_costs_no_work(self, folder):
        foedus.sweep_to("map.nc", AXES, stake=2.0)
        words = "could not be written: Access is denied; the solved part is kept in .*map.nc.part and can be resumed"
        with contextlib.ExitStack() as opened, pytest.raises(OSError, match=words):
            foedus.sweep_to(
                "map.nc", AXES, overwrite=True, progress=lambda *_: opened.enter_context(open("map.nc"))
            )
        assert foedus.load("map.nc").stake == 2.0
        foedus.sweep_to("map.nc", AXES, overwrite=True, resume=True)
        assert foedus.load("map.nc").equals(foedus.sweep(AXES))

    def test_a_file_that_is_complete_stays_if_it_cannot_take_its_name(self, folder):
        path = folder / "map.csv"
        path.write_text("old")
        words = "could not be written: Access is denied; the complete file is .*map.csv"

        def write_while_the_old_one_is_opened():
            with contextlib.ExitStack() as opened, beside(path) as unfinished:
                unfinished.write_text("new")
                opened.enter_context(path.open())

        with pytest.raises(OSError, match=words) as caught:
            write_while_the_old_one_is_opened()
        assert path.read_text() == "old"
        assert Path(str(caught.value).rpartition(" file is ")[2]).read_text() == "new"


ELSEWHERE = """
import importlib, os, pkgutil, sys, warnings
warnings.filterwarnings("error", category=EncodingWarning, module="foedus")
sys.modules["fcntl"] = None
del os.sched_getaffinity
import foedus
from foedus.cli.app import run
for module in pkgutil.walk_packages(foedus.__path__, "foedus."):
    if not module.name.endswith(("__main__", ".dask", ".lazy")):  # which take what takes fcntl here
        importlib.import_module(module.name)
for command in ["map run.toml", "cutpoints ally_cost --within 0.05:5 --points 64 --table c.csv", "info map.nc"]:
    assert run(command.split()) == 0, command
"""


def test_where_functions_are_missing_and_text_is_no_utf_8(folder):
    """In a process of its own: every module is imported, and no text is read or written as the system has
    it."""
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", ELSEWHERE],
        capture_output=True, text=True, check=False, timeout=LIMIT, encoding="cp1252",
        env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "kept in map.nc" in done.stdout
