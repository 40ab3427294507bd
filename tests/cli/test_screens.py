"""What is printed reaches whoever reads it, or at least does not stop the work."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from commands import without_compiling

import foedus
from foedus.cli import screens
from foedus.cli.app import run

RUN = """
[axes]
ally_cost = { from = 0.05, to = 5.0, points = 24, scale = "log" }
status_quo = { from = 0.1, to = 0.9, points = 16 }
[output]
file = "map.nc"
variables = ["regime"]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("run.toml").write_text(RUN)
    return tmp_path


def shell(command, **environment):
    """Run a command line of the shell, in which $foedus stands for foedus."""
    foedus = f"{sys.executable} -W error -m foedus"
    return without_compiling(subprocess.run(
        ["bash", "-c", command], env=os.environ | {"foedus": foedus} | environment,
        capture_output=True, text=True, check=False, timeout=300,
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("streams", "unbuffered", "code", "said"),
    [
        (">/dev/full", "", 1, "foedus: the output could not be written: No space left on device\n"),
        (">/dev/full", "1", 1, "foedus: the output could not be written: No space left on device\n"),
        ("<&- >&- 2>&-", "", 0, ""),
        ("2>/dev/full --adaptive", "1", 0, ""),
    ],
)
def test_streams_that_take_nothing_stop_nothing(folder, streams, unbuffered, code, said):
    done = shell(f"$foedus map run.toml {streams}", PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (code, said)
    assert foedus.load("map.nc").regime.shape == (24, 16)
    assert Path("map.png").exists()


def test_what_is_refused_is_refused_where_nobody_can_be_told():
    assert shell("$foedus solve --stake x 2>/dev/full").returncode == 2
    assert shell("$foedus solve --stake x 2>&-").returncode == 2


@pytest.mark.parametrize(
    ("encoding", "command", "words"),
    [
        ("ascii", "map run.toml --adaptive", "%\n    deterrence"),
        ("ascii", "map run.toml --adaptive", "% +- "),
        ("latin-1", "doctor", "\nok a file holds what was saved: "),
    ],
)
def test_what_cannot_be_encoded_is_said_in_ascii(folder, encoding, command, words):
    done = shell(f"$foedus {command}", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert words in done.stdout


def test_what_has_no_other_words_is_escaped(folder, monkeypatch, capsys):
    assert screens._in_ascii(UnicodeEncodeError("ascii", "a ✗ π\udcff", 2, 6, "")) == (
        "not ok \\u03c0\\udcff",
        6,
    )
    done = shell("$foedus info $'m\\xff.nc'")  # whose name is no text
    assert done.stderr == "foedus: m\\udcff.nc: there is no such file\n"


COMMANDS = [
    ["solve", "--off-path", "--deviation-gain"],
    ["statics"],
    ["cutpoints", "ally_cost", "--within", "0.05:5", "--points", "64"],
    ["claims", "--games", "64"],
    ["sensitivity", "laws.toml", "--overwrite", "--no-picture"],
    ["compare", "run.toml", "--over", "contest=ratio,difference", "--overwrite", "--no-picture"],
    ["points", "games.csv", "--overwrite"],
    ["info", "map.nc"],
]


@pytest.mark.parametrize("columns", [1, 30, 80])
@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_cut_on_a_narrow_screen(folder, monkeypatch, capsys, command, columns):
    pytest.importorskip("scipy")
    foedus.save(foedus.sweep({"ally_cost": [0.3, 1.0]}), "map.nc")
    Path("games.csv").write_text("ally_cost\n0.3\n1\n")
    Path("laws.toml").write_text(
        "distributions.ally_cost = { log_uniform = [0.05, 5] }\n"
        "distributions.challenger_war_cost = { uniform = [0, 0.3] }\n"
        "[sensitivity]\nsamples = 256\noutputs = ['settlement']\n[output]\nfile = 'laws.nc'\n"
    )
    printed = []
    for width in (1000, columns):
        monkeypatch.setenv("COLUMNS", str(width))
        assert run(command) == 0
        printed.append(capsys.readouterr().out)
    # all but rules, the speed, what sets stacked cells apart, and the headings of what names a row
    wide, narrow = (Counter(re.sub(r"─+|\n.*per second\n|[;,](?=\s)", " ", text).split()) for text in printed)
    assert {*(wide - narrow)} <= {"variable", "symbol", "parameter", "claim", "output", "regime", "A"}
    if columns == 80 and command[0] != "info":  # whose lines are only wrapped on a terminal
        table = printed[1].split("counterexample to ")[0].splitlines()  # commands follow
        tables = [line for line in table if re.match(r"  \S+ |─", line) or "  " in line.strip()]
        assert max(map(len, tables)) <= 80


def test_rows_that_do_not_fit_are_stacked(monkeypatch, capsys):
    grid = screens.Grid(
        ["parameter", "value", "below", "", "above"],
        [["ally_cost", 1.0, "-20.8%", "ally: holding", ""], ["stake", 0.123456789, "", "", "+7%"]],
        "deterrence",
    )
    monkeypatch.setenv("COLUMNS", "60")
    screens.show(grid)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "deterrence",
        "parameter     value   below                 above",
        "─" * 50,
        "ally_cost         1  -20.8%  ally: holding",
        "stake      0.123457                           +7%",
        "",
    ]
    monkeypatch.setenv("COLUMNS", "30")
    screens.show(grid, screens.Grid(["c_A", "below"], [[0.25, "self-reliance with many words"]]))
    assert capsys.readouterr().out.splitlines() == [
        "deterrence",
        "ally_cost",
        "  value 1;",
        "  below -20.8%, ally: holding",
        "stake",
        "  value 0.123457; above +7%",
        "",
        "c_A 0.25;",
        "  below self-reliance with",
        "    many words",
        "",
    ]


def test_long_facts_are_wrapped_but_commands_stay_in_one_piece(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "30")
    command = "foedus map run.toml --output of-the-games.nc"
    facts = [("games", "one two three four five six"), ("command", command), ("none", "")]
    screens.show_facts(facts)
    assert capsys.readouterr().out.count("\n") == 3  # in a pipe, to be searched by line
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    screens.show_facts(facts)
    assert capsys.readouterr().out.splitlines() == [
        "games    one two three four",
        "         five six",
        f"command  {command}",
        "none",
    ]


@pytest.mark.parametrize("name", ["m[bold]", "[red]m", ":smile:", "a:b", "ñ ü"])
def test_names_are_printed_as_they_are(folder, monkeypatch, capsys, name):
    """And not as markup."""
    file = f"{name}.nc"
    monkeypatch.setattr(sys, "argv", ["foedus", "map", "run.toml", "-o", file])
    assert run(sys.argv[1:]) == 0
    assert f"kept in {file}, drawn in {name}.png\n" in capsys.readouterr().out
    assert run(["info", file]) == 0
    assert capsys.readouterr().out.startswith(f"{file}  ")
    assert run(["info", f"no{file}"]) == 2
    assert capsys.readouterr().err == f"foedus: no{file}: there is no such file\n"


def test_what_is_no_markup_at_all_is_printed(capsys):
    screens.show_facts([("[/]", "a[/red] :smile:")])
    screens.show(screens.Grid(["[b]"], [["a[/red]"]], "[/red]"))
    facts, *table = capsys.readouterr().out.splitlines()
    assert facts == "[/]  a[/red] :smile:"
    assert [line.strip() for line in table if line.strip(" ─")] == ["[/red]", "[b]", "a[/red]"]
