"""The command line, as a user meets it: whole processes, their words and exit codes."""

import dataclasses
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from commands import without_compiling

import foedus
from foedus.alliance.model import NUMBERS
from foedus.cli.app import run

RUN = """
[game]
challenger_cost = 0.6
[axes]
ally_cost = { from = 0.05, to = 5.0, points = 24, scale = "log" }
status_quo = { from = 0.1, to = 0.9, points = 16 }
[output]
file = "map.nc"
variables = ["regime", "pledge"]
"""


# the command line, so slow that an interrupt meets it at work, on any machine
SLOWLY = """
import time
from foedus.cli import app as cli
from foedus.large import streaming
solve_slab = streaming.solve_slab
streaming.solve_slab = lambda *given: (time.sleep(1), solve_slab(*given))[1]
cli.main()
"""


def cli(*arguments, cwd=None):
    """Run the command line in a process of its own."""
    return without_compiling(subprocess.run(
        [sys.executable, "-W", "error", "-m", "foedus", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, check=False,
    ))  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "run.toml").write_text(RUN)
    (tmp_path / "games.csv").write_text("ally_cost, status_quo\n0.3,0.5\n1.0,0.6\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refuse(capsys, *arguments):
    """Run a command line that must be refused; return its one line."""
    assert run([str(argument) for argument in arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("foedus: ")
    return said.err.removeprefix("foedus: ").rstrip("\n")


class TestSolve:
    def test_shows_table_and_words(self):
        done = cli("solve", "--ally-cost", "0.3")
        assert done.returncode == 0
        assert done.stderr == ""
        eq = foedus.solve(ally_cost=0.3)
        assert eq.explain() in done.stdout
        for value in (eq.pledge, eq.ally_arms, eq.without.ally_arms, eq.superpower_payoff):
            assert f"{value:.6g}" in done.stdout

    def test_has_an_option_for_every_parameter(self):
        text = " ".join(cli("solve", "--help").stdout.split())
        for name, p in NUMBERS.items():
            assert f"--{name.replace('_', '-')} FLOAT" in text
            assert f"default: {p.default}]".replace(" ", "") in text.replace("│", "").replace(" ", "")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--ally-cost", "-1"], "ally_cost = -1.0 is not allowed; it must be > 0 (from --ally-cost)"),
            (
                ["--status-quo", "nan"],
                "status_quo = nan is not allowed; it must be a finite number > 0 and < 1 (from --status-quo)",
            ),
            (
                ["--stake", "inf"],
                "stake = inf is not allowed; it must be a finite number >= 0 (from --stake)",
            ),
            (["--stake", "much"], "Invalid value for --stake: 'much' is not a number"),
            (
                ["--stake", "0,4"],
                "Invalid value for --stake: '0,4' is not a number; use a point for decimals",
            ),
            (["--stakes", "1"], "Unknown option: --stakes."),
            (
                ["--contest", "war"],
                "contest = 'war' is not allowed; it must be ratio or difference (from --contest)",
            ),
            (
                ["--contest", "difference", "--decisiveness", "0"],
                "decisiveness = 0.0 is not allowed; it must be > 0 (from --decisiveness)",
            ),
        ],
    )
    def test_refusals(self, capsys, arguments, words):
        assert words in refuse(capsys, "solve", *arguments)


class TestMap:
    def test_writes_file_and_picture_and_says_what_it_found(self, folder):
        done = cli("map", "run.toml")
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""  # no progress bar in a pipe
        ds = foedus.load("map.nc")
        assert ds.regime.shape == (24, 16)
        assert float(ds.challenger_cost) == 0.6
        assert ds.attrs["command"] == "foedus map run.toml"
        assert Path("map.png").read_bytes().startswith(b"\x89PNG")
        expected = foedus.sweep(
            {"ally_cost": np.geomspace(0.05, 5.0, 24), "status_quo": np.linspace(0.1, 0.9, 16)},
            variables=["regime", "pledge"], challenger_cost=0.6,
        )  # fmt: skip
        assert ds.equals(expected)
        restraint = float((ds.regime == foedus.Regime.RESTRAINT).mean())
        assert f"restraint {restraint:8.3%}" in done.stdout
        assert "384 games in" in done.stdout
        assert re.search(r"games in \S+ s: [\d.,]+( million)? games per second\n", done.stdout)
        assert done.stdout.endswith("\nkept in map.nc, drawn in map.png\n")

    def test_runs_again_from_its_own_file(self, folder):
        assert run(["map", "run.toml", "--quiet", "--no-picture"]) == 0
        assert run(["map", "map.nc", "-o", "again.nc", "--quiet", "--no-picture"]) == 0
        assert foedus.load("again.nc").equals(foedus.load("map.nc"))
        assert sorted(os.listdir()) == ["again.nc", "games.csv", "map.nc", "run.toml"]

    def test_quiet_prints_nothing(self, folder, capsys):
        assert run(["map", "run.toml", "--quiet"]) == 0
        assert capsys.readouterr() == ("", "")

    def test_interrupt_says_how_to_resume_and_keeps_the_old_file(self, folder):
        """SIGINT as soon as a slab is there."""
        Path("map.nc").write_bytes(b"old")
        big = RUN.replace("points = 24", "points = 1500").replace("points = 16", "points = 1000")
        Path("big.toml").write_text(big)
        options = ["map", "big.toml", "--overwrite", "--no-picture"]
        process = subprocess.Popen(
            [sys.executable, "-c", SLOWLY, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not list(Path().glob("map.nc.part/slabs/*")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        assert process.returncode == 130
        assert err == (
            "foedus: interrupted; the games solved so far are in map.nc.part. To continue: "
            "foedus map big.toml --overwrite --no-picture --resume\n"
        )
        assert Path("map.nc").read_bytes() == b"old"
        assert "an unfinished map, of which " in cli("info", "map.nc.part").stdout
        done = cli(*options, "--resume")
        assert (done.returncode, done.stderr) == (0, "")
        assert "of 1,500,000 games were already solved" in done.stdout
        axes = {"ally_cost": np.geomspace(0.05, 5.0, 1500), "status_quo": np.linspace(0.1, 0.9, 1000)}
        assert foedus.load("map.nc").equals(
            foedus.sweep(axes, variables=["regime", "pledge"], challenger_cost=0.6)
        )
        assert sorted(os.listdir()) == ["big.toml", "games.csv", "map.nc", "run.toml"]

    def test_a_finished_run_resumed_draws_and_reports_again(self, folder, capsys):
        assert run(["map", "run.toml", "--resume"]) == 0
        first = capsys.readouterr().out
        before = Path("map.nc").read_bytes()
        assert run(["map", "run.toml", "--resume"]) == 0
        assert capsys.readouterr().out.startswith(first[: first.index("384 games in")])
        assert Path("map.nc").read_bytes() == before
        Path("run.toml").write_text(RUN.replace("0.6", "0.7"))
        words = "map.nc exists already and cannot be resumed: its challenger_cost is 0.6, not 0.7; --overwrite replaces it"
        assert refuse(capsys, "map", "run.toml", "--resume") == words

    def test_zarr_by_the_ending(self, folder):
        assert run(["map", "run.toml", "-o", "map.zarr", "--quiet"]) == 0
        assert run(["map", "map.zarr", "-o", "again.nc", "--quiet", "--no-picture"]) == 0
        assert run(["plot", "map.zarr", "-o", "again.png"]) == 0
        assert run(["points", "games.csv", "-o", "games.zarr", "--quiet"]) == 0
        assert foedus.load("again.nc").equals(foedus.load("map.zarr"))
        assert Path("map.png").read_bytes() == Path("again.png").read_bytes()

    def test_lists_and_one_axis(self, folder):
        Path("line.toml").write_text('axes.stake = [0.5, 1, 2.0]\noutput.file = "line.nc"')
        assert run(["map", "line.toml", "--quiet"]) == 0
        assert foedus.load("line.nc").stake.values.tolist() == [0.5, 1.0, 2.0]
        assert Path("line.png").exists()

    def test_four_axes_are_solved_but_not_drawn(self, folder, capsys):
        axes = "\n".join(
            f"{name} = [0.3, 0.6]" for name in ("ally_cost", "status_quo", "stake", "alliance_cost")
        )
        Path("four.toml").write_text(f"[axes]\n{axes}")
        assert run(["map", "four.toml", "-o", "four.nc"]) == 0
        assert foedus.load("four.nc").regime.shape == (2, 2, 2, 2)
        assert not Path("four.png").exists()
        assert capsys.readouterr().err.startswith("no picture: ")

    def test_shows_progress_on_a_terminal(self, folder):
        big = RUN.replace("points = 24", "points = 1500").replace("points = 16", "points = 1500")
        Path("big.toml").write_text(big)
        main, other = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "foedus", "map", "big.toml", "--no-picture"],
            stdout=subprocess.DEVNULL, stderr=other, env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
        ) as process:  # fmt: skip
            os.close(other)
            seen = b""
            try:
                while data := os.read(main, 4096):
                    seen += data
            except OSError:  # the terminal's end, as Linux puts it
                pass
            assert process.wait() == 0
        assert "100 %" in seen.decode()
        assert "million games/s" in seen.decode()

    @pytest.mark.parametrize("command", ["map run.toml --no-picture", "points games.csv -o games.nc"])
    def test_shows_no_progress_in_a_pipe(self, folder, monkeypatch, command):
        """Not even if colours are asked for, as services that run tests do."""
        monkeypatch.setenv("FORCE_COLOR", "1")
        done = cli(*command.split())
        assert (done.returncode, done.stderr) == (0, "")

    def test_a_large_run_says_its_size(self, folder):
        big = RUN.replace("points = 24", "points = 20000").replace("points = 16", "points = 20000")
        Path("big.toml").write_text(big)
        process = subprocess.Popen(
            [sys.executable, "-m", "foedus", "map", "big.toml", "--threads", "1"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        first = process.stderr.readline()
        process.kill()
        process.communicate()
        assert first == "400,000,000 games: the results take 3.6 GB of disk, before they are compressed\n"

    def test_numbers_may_be_kept_in_half_the_space(self, folder):
        """And so again from the file alone."""
        Path("run.toml").write_text(RUN.replace("[output]", '[output]\ndtype = "float32"'))
        assert run(["map", "run.toml", "--quiet", "--no-picture"]) == 0
        assert run(["map", "map.nc", "-o", "again.nc", "--quiet", "--no-picture"]) == 0
        first, again = foedus.load("map.nc"), foedus.load("again.nc")
        assert first.pledge.dtype == again.pledge.dtype == "float32"
        assert again.equals(first)

    def test_loads_what_it_needs_and_no_more(self, folder):
        """A game takes neither labels nor files, a map without its picture nothing that draws."""
        loaded = (
            "import sys; from foedus.cli.app import run; run(sys.argv[1:]);"
            "print([m for m in ('xarray', 'netCDF4', 'pydantic', 'matplotlib') if m in sys.modules])"
        )
        for arguments, modules in (
            (["solve"], []),
            (["map", "run.toml", "--no-picture", "--quiet"], ["xarray", "netCDF4", "pydantic"]),
        ):
            done = subprocess.run(
                [sys.executable, "-c", loaded, *arguments], capture_output=True, text=True, check=True
            )
            assert done.stdout.splitlines()[-1] == str(modules)

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("[game]", "[games]", "games is not a key of a run file; allowed here: model, game, axes, output (from run.toml)"),
            ("challenger_cost = 0.6", "size = 1", "'size' is not a parameter; there are ally_cost, "),
            ("challenger_cost = 0.6", 'stake = "a"', "stake = 'a' is not a number; it must be >= 0 (from run.toml)"),
            ("challenger_cost = 0.6", "stake = nan", "stake = nan is not allowed; it must be a finite number >= 0 (from run.toml)"),
            ("challenger_cost = 0.6", "ally_cost = 1", "ally_cost is both an axis and fixed in [game]; it can be only one (from run.toml)"),
            ("challenger_cost = 0.6", "decisiveness = 0", "decisiveness = 0.0 is not allowed; it must be > 0 (from run.toml)"),
            ("challenger_cost = 0.6", 'contest = "war"', "contest = 'war' is not allowed; it must be ratio or difference (from run.toml)"),
            ("status_quo =", "contest =", "axes.contest: a choice has no range; it must be a list of names, such as ['ratio', 'difference'] (from run.toml)"),
            ("status_quo =", "size =", "'size' is not a parameter; there are ally_cost, "),
            ("from = 0.1, to = 0.9", "from = 0.9, to = 0.1", "axes.status_quo: from = 0.9 must be less than to = 0.1 (from run.toml)"),
            ("from = 0.1, to = 0.9", "from = 0.1, to = 0.1", "axes.status_quo: from = 0.1 must be less than to = 0.1 (from run.toml)"),
            ("from = 0.1, to = 0.9", "from = 0.1, to = 1.5", "status_quo[10] = 1.0333333333333332 is not allowed; it must be > 0 and < 1 (from run.toml)"),
            ("from = 0.1, to = 0.9", "from = 0.1, to = inf", "axes.status_quo: from = 0.1 and to = inf must be finite numbers (from run.toml)"),
            ("points = 16", "points = 0", "axes.status_quo: points = 0 is not allowed; it must be a whole number, from 1 to 100000000 (from run.toml)"),
            ("points = 16", "points = 1.5", "axes.status_quo.points = 1.5: input should be a valid integer (from run.toml)"),
            ("points = 16", "steps = 16", "axes.status_quo.steps is not a key of a run file; allowed here: from, to, points, scale (from run.toml)"),
            (", points = 16", "", "axes.status_quo.points is missing (from run.toml)"),
            ("points = 16", "points = 16, steps = 1", "axes.status_quo.steps is not a key of a run file; allowed here: from, to, points, scale (from run.toml)"),
            ("from = 0.05", "from = 0.0", "axes.ally_cost: from = 0.0 is not allowed on a log axis; it must be > 0 (from run.toml)"),
            ('scale = "log"', 'scale = "cubic"', "axes.ally_cost.scale = 'cubic': input should be 'linear' or 'log' (from run.toml)"),
            ("{ from = 0.1, to = 0.9, points = 16 }", "0.5", "axes.status_quo = 0.5 is not an axis; it must be a list or { from, to, points } (from run.toml)"),
            ("{ from = 0.1, to = 0.9, points = 16 }", "[]", "status_quo: the list of values is empty; give at least one (from run.toml)"),
            ("{ from = 0.1, to = 0.9, points = 16 }", '["a"]', "status_quo: its values are not all numbers (from run.toml)"),
            ('"pledge"]', '"pledges"]', "'pledges' is not a variable; did you mean pledge? (from run.toml)"),
            ('["regime", "pledge"]', "[]", "variables is empty; at least one is needed (from run.toml)"),
            ("variables", "variable", "output.variable is not a key of a run file; allowed here: file, variables, dtype (from run.toml)"),
            ('file = "map.nc"', 'file = "map.nc"\ndtype = "int8"', "dtype = 'int8' is not allowed; it must be float64 or float32 (from run.toml)"),
            ('file = "map.nc"', "", "run.toml names no output file; name one with --output"),
            ('"map.nc"', '"nowhere/map.nc"', "nowhere/map.nc: the folder nowhere does not exist"),
            ('"map.nc"', '""', ".: the name must end in .nc"),
            ('"map.nc"', '"map.txt"', "map.txt: the name must end in .nc"),
            ("[axes]", "axes", "this is not TOML: "),
        ],
    )  # fmt: skip
    def test_refuses_bad_run_files(self, folder, capsys, old, new, words):
        assert old in RUN
        Path("run.toml").write_text(RUN.replace(old, new))
        assert words in refuse(capsys, "map", "run.toml")
        assert sorted(os.listdir()) == ["games.csv", "run.toml"]

    def test_refuses_a_run_file_without_axes(self, folder, capsys):
        Path("run.toml").write_text("[game]\nstake = 1.0")
        assert refuse(capsys, "map", "run.toml") == "axes is missing (from run.toml)"
        Path("run.toml").write_text("[axes]")
        assert refuse(capsys, "map", "run.toml") == "axes is empty; at least one is needed (from run.toml)"

    def test_refuses_files_that_are_not_there_or_no_run_files(self, folder, capsys):
        assert refuse(capsys, "map", "none.toml") == "none.toml: there is no such run file"
        assert refuse(capsys, "map", ".") == ". is a folder, not a run file"
        assert refuse(capsys, "map", "none.nc") == "none.nc: there is no such file"
        assert run(["points", "games.csv", "--quiet"]) == 0
        assert refuse(capsys, "map", "games.nc") == "games.nc holds scattered games, not a map"

    def test_refuses_a_file_that_lacks_what_made_it(self, folder, capsys):
        assert run(["map", "run.toml", "--quiet", "--no-picture"]) == 0
        ds = foedus.load("map.nc")
        foedus.save(ds.drop_vars("stake"), "lacking.nc")
        assert refuse(capsys, "map", "lacking.nc", "-o", "a.nc") == (
            "lacking.nc does not say which value stake had, so it cannot be solved again"
        )
        foedus.save(ds.isel(status_quo=3), "part.nc")  # a part of a map is a map
        assert run(["map", "part.nc", "-o", "a.nc", "--quiet", "--no-picture"]) == 0
        assert foedus.load("a.nc").regime.dims == ("ally_cost",)

    @pytest.mark.parametrize(
        ("axis", "forms", "words"),
        [
            (
                "stake",
                [{"challenger_cost": 0.5}, {"challenger_cost": 0.7}],
                "challenger_cost varies along stake",
            ),
            (
                "decisiveness",
                [{"contest": "ratio"}, {"contest": "difference"}],
                "contest varies along decisiveness",
            ),
        ],
    )
    def test_refuses_maps_that_make_no_grid(self, folder, capsys, axis, forms, words):
        """Maps that were joined although they differ in more than the axis along which they were joined."""
        maps = [
            foedus.sweep({"ally_cost": [0.3, 1.0]}, **{axis: k}, **form) for k, form in enumerate(forms, 1)
        ]
        foedus.save(xr.concat(maps, axis, coords="different", compat="equals"), "joined.nc")
        expected = f"joined.nc is not a grid and cannot be solved again: {words}"
        assert refuse(capsys, "map", "joined.nc", "-o", "a.nc") == expected
        assert run(["info", "joined.nc"]) == 0
        name, values = next(iter(forms[0])), ", ".join(str(form[next(iter(form))]) for form in forms)
        assert f"{name} {values}, along {axis}" in " ".join(capsys.readouterr().out.split())

    def test_refuses_maps_side_by_side_along_no_parameter(self, folder, capsys):
        maps = [foedus.sweep({"ally_cost": [0.3, 1.0]}, contest=form) for form in ("ratio", "difference")]
        foedus.save(xr.concat(maps, "run"), "joined.nc")
        expected = "joined.nc is not a grid and cannot be solved again: it has an axis run"
        assert refuse(capsys, "map", "joined.nc", "-o", "a.nc") == expected
        assert run(["info", "joined.nc"]) == 0
        assert "games 4 " in " ".join(capsys.readouterr().out.split())

    def test_maps_side_by_side_along_the_contest_are_one_grid(self, folder):
        forms = ["ratio", "difference"]
        joined = xr.concat(
            [foedus.sweep({"ally_cost": [0.3, 1.0]}, contest=form) for form in forms], "contest"
        )
        foedus.save(joined, "joined.nc")
        assert run(["map", "joined.nc", "-o", "a.nc", "--quiet", "--no-picture"]) == 0
        grid = foedus.sweep({"contest": forms, "ally_cost": [0.3, 1.0]})
        xr.testing.assert_equal(foedus.load("a.nc"), grid)

    @pytest.mark.parametrize("options", [[], ["--adaptive"]])
    def test_a_name_that_is_no_text_is_told_as_such(self, folder, monkeypatch, options):
        """Such as the names of files made under Latin-1, which are not UTF-8."""
        odd = os.fsdecode(b"run\xe9.toml")
        Path("run.toml").rename(odd)
        monkeypatch.setattr(sys, "argv", ["foedus", "map", odd])
        assert run(["map", odd, "-o", "a.nc", "--quiet", "--no-picture", *options]) == 0
        assert foedus.load("a.nc").attrs["command"] == r"foedus map 'run\udce9.toml'"

    @pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="pipes have no names here")
    def test_reads_run_files_and_tables_from_pipes(self, folder):
        """Such as ``<(...)`` in shells, which can be read only once; this table must be read twice."""
        for command, file, text in (
            ("map", "a.nc", Path("run.toml").read_text()),
            ("points", "b.nc", "stake,\n0.5,\n1.0,\n"),
        ):
            reading, writing = os.pipe()
            os.write(writing, text.encode())
            os.close(writing)
            options = [] if command == "points" else ["--no-picture"]
            assert run([command, f"/dev/fd/{reading}", "-o", file, "--quiet", *options]) == 0
            os.close(reading)
        assert foedus.load("b.nc").stake.values.tolist() == [0.5, 1.0]

    def test_never_overwrites_unasked(self, folder, capsys):
        assert run(["map", "run.toml", "--quiet"]) == 0
        assert refuse(capsys, "map", "run.toml") == "map.nc exists already; --overwrite replaces it"
        Path("map.nc").unlink()
        assert refuse(capsys, "map", "run.toml") == "map.png exists already; --overwrite replaces it"
        assert run(["map", "run.toml", "--quiet", "--overwrite"]) == 0

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere; run as another user")
    def test_refuses_a_folder_without_permission(self, folder, capsys):
        (folder / "locked").mkdir(mode=0o500)
        assert (
            refuse(capsys, "map", "run.toml", "-o", "locked/map.nc")
            == "locked/map.nc cannot be written: no permission"
        )

    def test_refuses_a_folder_that_cannot_be_written(self, folder, capsys, monkeypatch):
        monkeypatch.setattr(os, "access", lambda *_: False)
        assert refuse(capsys, "map", "run.toml") == "map.nc cannot be written: no permission"

    def test_a_run_too_large_for_memory_is_one_line(self, folder, capsys, monkeypatch):
        def no_room(*_, **__):
            raise MemoryError

        monkeypatch.setattr("foedus.cli.map.solve_request", no_room)
        assert refuse(capsys, "map", "run.toml") == "there is not enough memory for a run of this size"

    def test_a_run_beyond_any_memory_is_said_and_refused(self, folder, capsys):
        axis = "{ from = 1.0, to = 2.0, points = 1000000 }"
        names = ("stake", "alliance_cost", "autonomy_cost", "ally_cost")
        Path("run.toml").write_text("[axes]\n" + "\n".join(f"{name} = {axis}" for name in names))
        assert run(["map", "run.toml", "-o", "map.nc"]) == 2
        size, refusal = capsys.readouterr().err.splitlines()
        assert size.startswith("1,000,000,000,000,000,000,000,000 games: the results take ")
        assert refusal == "foedus: 1,000,000,000,000,000,000,000,000 games do not fit in any file"

    def test_refuses_bad_threads(self, folder, capsys):
        assert (
            refuse(capsys, "map", "run.toml", "--threads", "0")
            == "threads = 0 is not allowed; it must be a whole number, 1 or more"
        )
        assert sorted(os.listdir()) == ["games.csv", "run.toml"]


class TestPicturesThatFail:
    @pytest.mark.parametrize(
        ("command", "file"),
        [
            (["map", "run.toml"], "map.nc"),
            (["map", "run.toml", "--adaptive"], "map.nc"),
            (["compare", "run.toml", "--over", "contest=ratio,difference"], "map-forms.nc"),
            (["sensitivity", "laws.toml"], "laws.nc"),
        ],
    )
    def test_leave_the_rest_done_and_told(self, folder, monkeypatch, capsys, command, file):
        def fail(*_, **__):
            raise RuntimeError("latex could not be found\nand a page of advice")

        monkeypatch.setattr("foedus.draw.layouts.Picture.savefig", fail)
        laws = (
            "[distributions]\nally_cost = { log_uniform = [0.05, 5.0] }\nstake = { uniform = [0.1, 1.0] }\n"
        )
        Path("laws.toml").write_text(f"{laws}[sensitivity]\nsamples = 256\n[output]\nfile = 'laws.nc'\n")
        assert run(command) == 1
        said = capsys.readouterr()
        image = file.replace(".nc", ".png")
        assert f"foedus: no picture: {image} could not be written: latex could not be found\n" in said.err
        assert said.out.endswith(f"kept in {file}\n")
        assert "deterrence" in said.out
        foedus.load(file)
        assert sorted(os.listdir()) == sorted(["run.toml", "games.csv", "laws.toml", file])

    def test_on_their_own_are_refused_in_a_line(self, folder, monkeypatch, capsys):
        foedus.save(foedus.sweep({"ally_cost": [0.3, 1.0]}), "map.nc")
        monkeypatch.setenv("MPLBACKEND", "nonsense")
        done = cli("plot", "map.nc")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert done.stderr.startswith("foedus: Key backend: 'nonsense' is not a valid value")
        assert not Path("map.png").exists()


class TestCompare:
    OVER = ("--over", "contest=ratio,difference", "--over", "decisiveness=0.5,1, 2")

    def test_writes_file_and_picture_and_tells_what_holds_under_which_forms(self, folder):
        done = cli("compare", "run.toml", *self.OVER)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        ds = foedus.load("map-forms.nc")
        expected = foedus.compare(
            {"ally_cost": np.geomspace(0.05, 5.0, 24), "status_quo": np.linspace(0.1, 0.9, 16)},
            {"contest": ["ratio", "difference"], "decisiveness": [0.5, 1, 2]},
            variables=["regime", "pledge"], challenger_cost=0.6,
        )  # fmt: skip
        assert ds.equals(expected)
        assert ds.attrs["command"] == f"foedus compare run.toml {shlex.join(self.OVER)}"
        assert Path("map-forms.png").read_bytes().startswith(b"\x89PNG")
        lines = done.stdout.splitlines()
        assert lines[0].split() == ["under", "all", "under", "some", "under", "none"]
        for line, name in zip(lines[1:7], ds.regime_name.values, strict=True):
            shares = [f"{share:.3%}" for share in ds.regime_share.sel(regime_name=name).values]
            assert line.split() == [name.replace("_", "-"), *shares]
        assert lines[7].startswith("2,304 games in ")

    def test_runs_again_from_its_own_file_which_is_no_map(self, folder, capsys):
        assert run(["compare", "run.toml", *self.OVER, "--quiet", "--no-picture"]) == 0
        assert run(["compare", "map-forms.nc", "-o", "again.nc", "--quiet", "--no-picture"]) == 0
        ds = foedus.load("map-forms.nc")
        assert foedus.load("again.nc").equals(ds)
        words = "map-forms.nc compares forms over contest, decisiveness; to run it again, use foedus compare"
        assert refuse(capsys, "map", "map-forms.nc", "-o", "a.nc") == words
        other = ["--over", "decisiveness=2", "--over", "stake=1,2"]
        assert run(["compare", "map-forms.nc", *other, "-o", "other.nc", "--quiet", "--no-picture"]) == 0
        other = foedus.load("other.nc")
        assert other.regime.dims == ("contest", "decisiveness", "stake", "ally_cost", "status_quo")
        assert other.regime.sel(decisiveness=2, stake=1).equals(ds.regime.sel(decisiveness=2))
        foedus.save(ds.sel(contest="difference", decisiveness=2), "part.nc")  # a part of it is a map
        assert run(["map", "part.nc", "-o", "a.nc", "--quiet", "--no-picture"]) == 0
        assert foedus.load("a.nc").regime.values.tolist() == ds.regime.values[1, 2].tolist()
        assert foedus.load("a.nc").contest.item() == "difference"

    def test_compares_what_an_earlier_map_fixed(self, folder):
        assert run(["map", "run.toml", "--quiet", "--no-picture"]) == 0
        assert run(["compare", "map.nc", *self.OVER, "-o", "forms.nc", "--quiet", "--no-picture"]) == 0
        ds, alone = foedus.load("forms.nc"), foedus.load("map.nc")
        assert ds.regime.sel(contest="ratio", decisiveness=1).values.tolist() == alone.regime.values.tolist()

    def test_pictures_of_it_and_of_a_slice(self, folder):
        assert run(["compare", "run.toml", *self.OVER, "--quiet", "--no-picture"]) == 0
        assert run(["plot", "map-forms.nc"]) == 0
        assert (
            run(["plot", "map-forms.nc", "--at", "contest=ratio", "--at", "decisiveness=1", "-o", "a.svg"])
            == 0
        )
        assert "; ratio contest; " in Path("a.svg").read_text()
        assert sorted(os.listdir()) == ["a.svg", "games.csv", "map-forms.nc", "map-forms.png", "run.toml"]

    def test_more_panels_than_a_picture_holds_are_solved_but_not_drawn(self, folder, capsys):
        values = ",".join(f"{value:g}" for value in np.linspace(0.5, 2, 25))
        assert run(["compare", "run.toml", "--over", f"stake={values}"]) == 0
        assert foedus.load("map-forms.nc").sizes["stake"] == 25
        assert capsys.readouterr().err == (
            "no picture: stake has 25 values, but a picture has at most 24 panels: fix an axis with at (on the "
            "command line, --at stake=VALUE)\n"
        )

    @pytest.mark.parametrize(
        ("over", "words"),
        [
            ([], "there is nothing to compare; give --over at least once"),
            (["stake"], "'stake' is not of the form name=value,value (from --over stake)"),
            (["size=1"], "'size' is not a parameter; there are ally_cost, "),
            (["contest=war"], "contest = 'war' is not allowed; it must be ratio or difference (from --over contest=war)"),
            (["contest="], "contest = '' is not allowed; it must be ratio or difference (from --over contest=)"),
            (["stake="], "'' is not a number (from --over stake=)"),
            (["stake=1,much"], "'much' is not a number (from --over stake=1,much)"),
            (["stake=1,-1"], "stake[1] = -1.0 is not allowed; it must be >= 0 (from --over stake=1,-1)"),
            (["stake=nan"], "stake[0] = nan is not allowed; it must be a finite number >= 0 (from --over stake=nan)"),
            (["stake=1,1.0"], "stake: 1.0 is given more than once (from --over stake=1,1.0)"),
            (["contest=ratio,ratio"], "contest: 'ratio' is given more than once (from --over contest=ratio,ratio)"),
            (["stake=1", "stake=2"], "--over names stake more than once (from --over stake=2)"),
            (["status_quo=0.5"], "status_quo is both compared and an axis; it can be only one (from run.toml)"),
            (["challenger_cost=1"], "challenger_cost is both compared and fixed at 0.6; it can be only one (from run.toml)"),
        ],
    )  # fmt: skip
    def test_refusals(self, folder, capsys, over, words):
        options = [word for text in over for word in ("--over", text)]
        assert words in refuse(capsys, "compare", "run.toml", *options)
        assert sorted(os.listdir()) == ["games.csv", "run.toml"]

    def test_refuses_other_things(self, folder, capsys):
        assert run(["compare", "run.toml", *self.OVER, "--quiet"]) == 0
        assert refuse(capsys, "compare", "run.toml", *self.OVER) == (
            "map-forms.nc exists already; --overwrite replaces it"
        )
        words = "status_quo is both compared and an axis; it can be only one (from map-forms.nc)"
        assert refuse(capsys, "compare", "map-forms.nc", "--over", "status_quo=0.5", "-o", "a.nc") == words
        words = "map-forms.nc names no output file; name one with --output"
        assert refuse(capsys, "compare", "map-forms.nc") == words
        assert refuse(capsys, "compare", "none.toml", *self.OVER) == "none.toml: there is no such run file"
        words = "threads = 0 is not allowed; it must be a whole number, 1 or more"
        assert refuse(capsys, "compare", "run.toml", *self.OVER, "-o", "a.nc", "--threads", "0") == words
        for at, words in [
            (
                "contest=war",
                "contest = 'war' is not allowed; it must be ratio or difference (from --at contest=war)",
            ),
            ("decisiveness=9", "at: decisiveness = 9.0 is outside its axis; it must be from 0.5 to 2"),
        ]:
            assert refuse(capsys, "plot", "map-forms.nc", "-o", "a.png", "--at", at) == words
        assert not Path("a.png").exists()


class TestPoints:
    def test_solves_each_row(self, folder):
        done = cli("points", "games.csv", "--stake", "2")
        assert done.returncode == 0, done.stderr
        ds = foedus.load("games.nc")
        assert ds.sizes == {"game": 2}
        assert ds.ally_cost.values.tolist() == [0.3, 1.0]
        assert float(ds.stake) == 2.0
        assert ds.regime.values.tolist() == [
            foedus.solve(ally_cost=a, status_quo=q, stake=2.0).regime for a, q in ((0.3, 0.5), (1.0, 0.6))
        ]
        assert ds.attrs["command"] == "foedus points games.csv --stake 2"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "the file is empty; its first line must name the parameters (from games.csv)"),
            ("stake\n", "the file has no rows below its first line (from games.csv)"),
            ("size\n1\n", "'size' is not a parameter; there are ally_cost, "),
            ("stake,stake\n1,1\n", "stake has more than one column (from games.csv)"),
            (
                "stake;q\n1;1\n",
                "columns are separated by ';'; use ',' between columns and a point in decimals (from games.csv)",
            ),
            ("stake\n1,2\n", "line 2 has 2 values, but the first line has 1 names (from games.csv)"),
            (
                "stake,ally_cost\n1,2\n\n1\n",
                "line 4 has 1 values, but the first line has 2 names (from games.csv)",
            ),
            ("stake,,\n1,,2\n", "line 2 has 3 values, but the first line has 1 names (from games.csv)"),
            ("stake,,\n1,,\n-1,,\n", "stake[1] = -1.0 is not allowed; it must be >= 0 (from games.csv)"),
            (",,\n\n", "the file is empty; its first line must name the parameters (from games.csv)"),
            (
                ",stake\n0,1.0\n",
                "the first column has no name; leave out row numbers (pandas: index=False, R: "
                "row.names=FALSE) (from games.csv)",
            ),
            ("stake\n1\nmuch\n", "line 3: stake = 'much' is not a number (from games.csv)"),
            ("stake,ally_cost\n1,\n", "line 2: ally_cost = '' is not a number (from games.csv)"),
            (
                "stake,contest\n1,ratio\n2,1\n",
                "line 3: contest = '1' is not allowed; it must be ratio or difference (from games.csv)",
            ),
            (
                'stake,contest\n1,ratio # weak\n2,"ratio # weak"\n',
                "line 3: contest = 'ratio # weak' is not allowed; it must be ratio or difference (from games.csv)",
            ),
            ("stake\n1\n-1\n", "stake[1] = -1.0 is not allowed; it must be >= 0 (from games.csv)"),
            ('stake\n"1"\n\n-2\n', "stake[1] = -2.0 is not allowed; it must be >= 0 (from games.csv)"),
            (
                "stake\nnan\n",
                "stake[0] = nan is not allowed; it must be a finite number >= 0 (from games.csv)",
            ),
        ],
    )
    def test_refusals(self, folder, capsys, text, words):
        Path("games.csv").write_text(text)
        assert words in refuse(capsys, "points", "games.csv")
        assert not Path("games.nc").exists()

    @pytest.mark.parametrize(
        "content",
        [
            b"ally_cost,status_quo,,\r\n0.3,0.5,,\r\n1.0,0.6,,\r\n,,,\r\n",  # Excel
            b",,\nally_cost,status_quo,\n0.3,0.5\n\n1.0, 0.6,\n",
            b"\xef\xbb\xbf\r\n\r\nally_cost,status_quo\r\n0.3,0.5\r\n1.0,0.6\r\n",  # PowerShell, as UTF-8
            b"ally_cost,status_quo\r0.3,0.5\r1.0,0.6\r",  # an old Excel on a Mac
        ],
    )
    def test_reads_what_spreadsheets_write(self, folder, content):
        Path("games.csv").write_bytes(content)
        assert run(["points", "games.csv", "--quiet"]) == 0
        ds = foedus.load("games.nc")
        assert ds.ally_cost.values.tolist() == [0.3, 1.0]
        assert ds.status_quo.values.tolist() == [0.5, 0.6]

    def test_leaves_out_comments(self, folder):
        """Of numbers, which NumPy reads, and of names; also where a comment has commas and quotes in it."""
        comments = '# mine\nstake{}  # columns\n0.5{} # weak, or "so"\n\n# strong:\n2{}# ,\n'
        for name, heading, first, second in (("a", "", "", ""), ("b", ",contest", ',"difference"', ",ratio")):
            Path("games.csv").write_text(comments.format(heading, first, second))
            assert run(["points", "games.csv", "-o", f"{name}.nc", "--quiet"]) == 0
            assert foedus.load(f"{name}.nc").stake.values.tolist() == [0.5, 2.0]
        assert foedus.load("b.nc").contest.values.tolist() == ["difference", "ratio"]

    def test_refuses_other_things(self, folder, capsys):
        Path("bytes.csv").write_text("a" * 200_000)
        assert refuse(capsys, "points", "bytes.csv") == "bytes.csv is not a CSV file"
        assert refuse(capsys, "points", ".") == ". is a folder, not a file"
        assert refuse(capsys, "points", "none.csv") == "none.csv: there is no such file"
        words = "ally_cost is both a column and fixed at 1.0; it can be only one (from games.csv)"
        assert refuse(capsys, "points", "games.csv", "--ally-cost", "1") == words
        assert "(from --stake)" in refuse(capsys, "points", "games.csv", "--stake", "-1")
        assert run(["points", "games.csv", "--quiet"]) == 0
        assert refuse(capsys, "points", "games.csv") == "games.nc exists already; --overwrite replaces it"
        assert (
            refuse(capsys, "points", "games.csv", "-o", "games.txt")
            == "games.txt: the name must end in .nc or .zarr"
        )


class TestPlot:
    def test_several_variables_share_an_axis(self, folder, capsys):
        (folder / "run.toml").write_text(RUN.replace('"pledge"', '"pledge", "settlement"'))
        assert run(["map", "run.toml", "--no-picture", "--quiet"]) == 0
        several = ["plot", "map.nc", "--variable", "pledge", "--variable", "settlement"]
        assert run([*several, "--at", "status_quo=0.5", "-o", "line.png"]) == 0
        assert (folder / "line.png").read_bytes().startswith(b"\x89PNG")
        capsys.readouterr()
        words = refuse(capsys, *several)
        assert words.startswith("a picture of several variables shows one axis, not ")
        assert words.endswith("fix 1 of them with at (on the command line, --at)")

    def test_draws_the_file_again(self, folder):
        assert run(["map", "run.toml", "--quiet", "--no-picture"]) == 0
        assert run(["plot", "map.nc"]) == 0
        assert run(["plot", "map.nc", "--variable", "pledge", "-o", "pledge.svg"]) == 0
        assert run(["plot", "map.nc", "--at", "status_quo=0.5", "-o", "line.pdf"]) == 0
        assert Path("map.png").read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in Path("pledge.svg").read_bytes()
        assert Path("line.pdf").read_bytes().startswith(b"%PDF")

    def test_a_region_is_drawn_alone(self, folder):
        assert run(["map", "run.toml", "--quiet", "--no-picture"]) == 0
        region = ["--region", "ally_cost=0.1:1", "--region", "status_quo=0.3:0.6"]
        assert run(["plot", "map.nc", *region, "-o", "region.svg"]) == 0
        ds = foedus.load("map.nc").sel(ally_cost=slice(0.1, 1), status_quo=slice(0.3, 0.6))
        (axes,) = foedus.plot(
            foedus.load("map.nc"), region={"ally_cost": (0.1, 1), "status_quo": (0.3, 0.6)}
        ).axes
        assert axes.collections[0].get_array().size == ds.regime.size

    def test_refusals(self, folder, capsys):
        assert run(["map", "run.toml", "--quiet"]) == 0
        assert refuse(capsys, "plot", "map.nc") == "map.png exists already; --overwrite replaces it"
        assert refuse(capsys, "plot", "none.nc") == "none.nc: there is no such file"
        assert "map.jpeg" in refuse(capsys, "plot", "map.nc", "-o", "map.jpeg")
        assert "deviation_gain" in refuse(capsys, "plot", "map.nc", "-o", "a.png", "-v", "deviation_gain")
        for at, words in [
            ("stake", "'stake' is not of the form parameter=value (from --at stake)"),
            ("size=1", "'size' is not a parameter"),
            ("stake=x", "'x' is not a number (from --at stake=x)"),
            ("stake=1", "stake"),
            ("stake=1 --at stake=2", "--at names stake more than once"),
            (
                "status_quo=2",
                "status_quo = 2.0 is not allowed; it must be > 0 and < 1 (from --at status_quo=2)",
            ),
        ]:
            assert words in refuse(capsys, "plot", "map.nc", "-o", "a.png", "--at", *at.split())
        for region, words in [
            ("stake", "'stake' is not of the form parameter=from:to (from --region stake)"),
            ("ally_cost=1", "'1' is not of the form from:to (from --region ally_cost=1)"),
            ("ally_cost=1:x", "'x' is not a number (from --region ally_cost=1:x)"),
            ("stake=1:2", "'stake' is not an axis of this dataset; it has ally_cost, status_quo"),
            ("ally_cost=6:7", "region: ally_cost has no value from 6.0 to 7.0; it has 24 from 0.05 to 5"),
            (
                "ally_cost=1:-1",
                "ally_cost = -1.0 is not allowed; it must be > 0 (from --region ally_cost=1:-1)",
            ),
        ]:
            assert words in refuse(capsys, "plot", "map.nc", "-o", "a.png", "--region", region)
        assert not Path("a.png").exists()


class TestInfo:
    def test_tells_what_a_file_holds(self, folder, capsys, monkeypatch):
        monkeypatch.setattr(sys, "argv", ["pytest"])  # or the command in the file may take more than a line
        assert run(["map", "run.toml", "--quiet", "--no-picture"]) == 0
        assert run(["info", "map.nc"]) == 0
        said = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
        said = {what: text.strip() for what, text in said.items()}
        assert said["map.nc"].startswith("NetCDF file, ")
        assert said["games"] == "384"
        assert said["ally_cost"] == "24 values from 0.05 to 5"
        assert said["challenger_cost"] == "0.6"
        assert said["pledge"] == "float64, forces pledged by the superpower"
        restraint = float((foedus.load("map.nc").regime == foedus.Regime.RESTRAINT).mean())
        assert said["restraint"] == f"{restraint:.3%}"
        assert "shares" not in said

    def test_looks_at_some_values_of_a_large_map(self, folder, capsys):
        foedus.sweep_to(
            "big.nc", {"stake": np.linspace(0.5, 2, 2000), "ally_cost": [0.3, 1.0]}, variables=["regime"]
        )
        assert run(["info", "big.nc"]) == 0
        assert "of every 2nd value of stake" in capsys.readouterr().out

    def test_tells_what_is_lost_and_what_is_left_out(self, folder, capsys):
        ds = foedus.sweep({"ally_cost": [0.1, 0.3, 0.9, 1.5], "status_quo": [0.4, 0.6]}, challenger_cost=0.6)
        foedus.save(ds.where(ds.ally_cost > 0.1).drop_vars(["stake", "alliance_cost"]), "part.nc")
        assert run(["info", "part.nc"]) == 0
        out = capsys.readouterr().out
        assert "at default" not in out
        said = {what: " ".join(text) for what, *text in map(str.split, out.splitlines())}
        assert said["unknown"] == "stake, alliance_cost"
        assert said["masked"] == "25.000%, left out of the shares"
        share = (ds.regime.sel(ally_cost=[0.3, 0.9, 1.5]) == foedus.Regime.DETERRENCE).mean().item()
        assert share > 0
        assert said["deterrence"] == f"{share:.3%}"

    def test_tells_of_points_and_comparisons(self, folder, capsys):
        assert run(["points", "games.csv", "--quiet"]) == 0
        assert run(["compare", "run.toml", *TestCompare.OVER, "--quiet", "--no-picture"]) == 0
        assert run(["info", "games.nc"]) == 0
        assert run(["info", "map-forms.nc"]) == 0
        out = capsys.readouterr().out
        assert "0.3, 1" in out
        assert "ratio, difference" in out

    def test_refusals(self, folder, capsys):
        assert refuse(capsys, "info", "none.nc") == "none.nc: there is no such file"
        assert refuse(capsys, "info", "none.nc.part") == "none.nc.part: there is no such file"
        assert refuse(capsys, "info", "run.toml") == "run.toml cannot be read as a NetCDF file"
        assert refuse(capsys, "info", ".") == ". is a folder, not a file"


def test_the_default_map_is_what_the_documentation_says():
    content = tomllib.loads((Path(__file__).parents[2] / "examples" / "regimes.toml").read_text())
    assert content["axes"] == {
        "ally_cost": {"from": 0.05, "to": 5.0, "points": 2048, "scale": "log"},
        "status_quo": {"from": 0.1, "to": 0.9, "points": 2048},
    }
    assert "game" not in content
    assert content["output"]["file"] == "regimes.nc"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("axes.stake = [1.0]".encode("utf-16"), "is UTF-16; save it as text in UTF-8"),  # PowerShell's >
        ("stake\n1\n# Gro\u00dfbritannien".encode("cp1252"), "is not UTF-8, but perhaps Windows-1252 (byte 0xdf); save it as text in UTF-8"),
        (b"PK\x03\x04\0\0\0", "is not a text; save it as text in UTF-8"),  # Excel's own
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "command", ["map {}", "compare {}", "claims {}", "sensitivity {}", "points {} -o games.nc"]
)
def test_files_in_other_encodings_are_refused_by_name(folder, capsys, content, words, command):
    Path("theirs").write_bytes(content)
    assert refuse(capsys, *command.format("theirs").split()) == f"theirs {words}"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[axes]\nstake = { from = 0.5,\n  to = 1.0, points = 3 }", "write everything from { to } on one line, without a comma before }"),
        ("[axes]\nstake = { from = 0.5, to = 1.0, points = 3, }", "write everything from { to } on one line, without a comma before }"),
        ('output.file = "C:\\Users\\me\\map.nc"', "in a path, write / or put the path in single quotes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["map", "claims", "sensitivity"])
def test_common_slips_in_toml_are_told_with_what_mends_them(folder, capsys, text, hint, command):
    Path("slip.toml").write_text(text)
    assert refuse(capsys, command, "slip.toml").endswith(f"; {hint} (from slip.toml)")


def test_a_tilde_is_the_users_home(folder, monkeypatch, capsys):
    """Where no shell expands the path: in a run file, after --output=, in Python."""
    home = folder / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    (home / "run.toml").write_text(RUN.replace('"map.nc"', '"~/map.nc"'))
    (home / "games.csv").write_text("stake\n1.0\n")
    for command in (
        "map ~/run.toml --quiet",
        "map ~/map.nc --output=~/again.zarr --quiet --no-picture",
        "compare ~/run.toml --over stake=1,2 --quiet --no-picture",
        "points ~/games.csv --quiet",
        "plot ~/map.nc --output=~/map.svg",
        "info ~/map.nc",
        "claims ~/map.nc --table ~/claims.csv --quiet",
        "solve --efg ~/game.efg",
    ):
        assert run(command.split()) == 0, capsys.readouterr().err
    foedus.save(foedus.load("~/map.nc"), "~/saved.nc")
    foedus.sweep_to("~/swept.nc", {"stake": [1.0]})
    names = "again.zarr claims.csv game.efg games.csv games.nc map-forms.nc map.nc map.png map.svg run.toml saved.nc swept.nc"
    assert sorted(os.listdir(home)) == names.split()
    assert not Path("~").exists()


@pytest.mark.parametrize("ends", [["--within", "-0.5:5"], ["--within=-0.5:5"]])
def test_a_value_may_begin_with_a_minus(capsys, ends):
    words = "ally_cost = -0.5 is not allowed; it must be > 0 (from --within -0.5:5)"
    assert refuse(capsys, "cutpoints", "ally_cost", *ends) == words


def test_other_words_are_refused(capsys):
    assert "Unknown command" in refuse(capsys, "solves")
    words = "the command does not take '1 2'; --help shows its arguments"
    assert refuse(capsys, "solve", "1", "2") == words
    assert "requires an argument" in refuse(capsys, "map")


def test_a_reader_that_leaves_is_no_error():
    command = f"{sys.executable} -m foedus solve | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


def test_version():
    assert cli("--version").stdout.strip() == foedus.__version__


def test_games_of_a_table_may_have_a_contest_each(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("games.csv").write_text("contest,ally_cost\nratio,0.3\ndifference,0.3\n")
    assert run(["points", "games.csv", "--decisiveness", "2"]) == 0
    found = foedus.load("games.nc")
    assert found.contest.values.tolist() == ["ratio", "difference"]
    for i, form in enumerate(("ratio", "difference")):
        assert found.pledge.values[i] == foedus.solve(ally_cost=0.3, contest=form, decisiveness=2).pledge


def test_points_and_maps_are_written_as_tables(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("games.csv").write_text("ally_cost,stake\n0.3,0.5\n1.0,2.0\n")
    assert run(["points", "games.csv", "-o", "out.csv", "--quiet"]) == 0
    heading, *rows = Path("out.csv").read_text().splitlines()
    assert heading.startswith("game,ally_cost,stake,")
    place = heading.split(",").index("regime")
    assert [row.split(",")[place] for row in rows] == ["restraint", "deterrence"]
    Path("map.toml").write_text(
        "[axes]\nally_cost = { from = 0.3, to = 1.0, points = 2 }\n[output]\nvariables = ['regime']\n"
    )
    assert run(["map", "map.toml", "-o", "map.csv", "--quiet"]) == 0
    heading, *rows = Path("map.csv").read_text().splitlines()
    assert (heading.split(",")[0], heading.split(",")[-1]) == ("ally_cost", "regime")
    assert [row.split(",")[-1] for row in rows] == ["restraint", "deterrence"]
    capsys.readouterr()
    for arguments, words in (
        (["points", "games.csv", "-o", "games.csv", "--overwrite"], "is the file of the games"),
        (["points", "games.csv", "-o", "out.csv"], "exists already"),
        (["map", "map.toml", "-o", "other.csv", "--adaptive"], "cannot be made with --adaptive"),
    ):
        assert run(arguments) == 2
        assert words in capsys.readouterr().err
    assert not Path("other.csv").exists()


def test_a_game_is_told_as_json(capsys):
    assert run(["solve", "--ally-cost", "0.4", "--challenger-cost", "0.7", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    eq = foedus.solve(ally_cost=0.4, challenger_cost=0.7)
    assert told["game"] == dataclasses.asdict(eq.game)
    found = told["outcomes"]
    assert found["regime"] == "restraint"
    assert found["pledge"] == eq.pledge
    assert found["challenger_arms_without"] == 0 == found["provocation"]
    # neither side has a threat, so that nobody spends, and there is no share
    assert run(["solve", "--ally-war-cost", "0.9", "--challenger-war-cost", "0.9", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcomes"]["burden_share"] is None
    for others in (["--off-path"], ["--pledges", "0"], ["--values", "5"]):
        assert run(["solve", "--json", *others]) == 2
        assert (
            f"--json prints only the parameters and the outcomes; leave out {others[0]}"
            in capsys.readouterr().err
        )
