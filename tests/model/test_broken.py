"""Broken model files, with the real commands: each gets one line that says what is wrong, and where."""

import os
import subprocess
import sys

import pytest
import xarray as xr
from commands import run_here
from conftest import compiled_only

from foedus.cli.app import run

SOUND = """\
import math
import numpy as np
from foedus import Code, Model, Outcome, Parameter


class Zone(Code):
    LOW, HIGH = range(2)


def solve(p):
    if p.t > 1:
        return Zone.HIGH, p.t
    return Zone.LOW, math.sqrt(p.t + p.u)


model = Model(
    "zones", "Zones",
    [Parameter("t", "t", 0.5, ">= 0", usual=(0, 2)), Parameter("u", "u", 1.0, ">= 0", usual=(0, 3))],
    [Outcome("zone", codes=Zone), Outcome("height")],
    solve=solve,
)
"""
BODY = SOUND[SOUND.index("    if p.t") : SOUND.index("\n\nmodel")]
OTHER = "\n\nclass Other(Code):\n    SMALL, LARGE = range(2)\n"
RUN = 'axes.t = { from = 0, to = 2, points = 5 }\naxes.u = [0.0, 1.0, 2.0]\noutput.file = "map.nc"\n'


def foedus(*arguments, cwd, **environment):
    """Run a command in this process, which has loaded numba, or in a new process if the environment differs."""
    if environment:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "foedus", *map(str, arguments)],
            cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    return run_here(arguments, cwd)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run.toml").write_text(RUN)
    return tmp_path


def refused(folder, *command, **environment):
    """Return the line in which a command is refused, which writes nothing."""
    before = sorted(folder.rglob("*"))
    done = foedus(*command, cwd=folder, **environment)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
    assert done.stderr.startswith("foedus: ")
    assert [path for path in sorted(folder.rglob("*")) if "__pycache__" not in path.parts] == before
    return done.stderr.removeprefix("foedus: ").rstrip("\n")


def changed(old, new):
    """The sound file with something else in it."""
    assert old in SOUND
    return SOUND.replace(old, new)


def solving(body):
    """The sound file with another kernel, from line 11 on, and other codes below it."""
    return SOUND.replace(BODY, "".join(f"    {line}\n" for line in body.splitlines()) + OTHER)


FILES = {
    "no model": (
        "import foedus\n",
        "x.py makes no Model; it needs a line: model = Model(...) (from --model x.py)",
    ),
    "not Python": ("model = Model(", "x.py, line 1: '(' was never closed (from --model x.py)"),
    "several": (
        SOUND + 'other = Model("other", "", model.parameters, model.outcomes, solve)\n',
        "x.py has the models model, other; name one, such as x.py:model (from --model x.py)",
    ),
    "import missing": (
        "import nothing_like_it\n" + SOUND,
        "x.py, line 1: No module named 'nothing_like_it' (from --model x.py)",
    ),
    "raises": (SOUND + "1 / 0\n", "x.py, line 22: ZeroDivisionError: division by zero (from --model x.py)"),
    "raises without words": (SOUND + "raise ValueError\n", "x.py, line 22: ValueError (from --model x.py)"),
    "exits": (
        "import sys\nsys.exit(3)\n",
        "x.py, line 2: it ends the program; a model's file must not do that (from --model x.py)",
    ),
    "default": (
        changed('"u", 1.0', '"u", -1.0'),
        "x.py, line 16: the default of a parameter: u = -1.0 is not allowed; it must be >= 0 (from --model x.py)",
    ),
    "twice": (
        changed('Parameter("u"', 'Parameter("t"'),
        "x.py, line 16: the name 't' is given twice; give the parameter another name (from --model x.py)",
    ),
    "option": (
        changed('Parameter("u"', 'Parameter("threads"'),
        "x.py, line 16: the parameter 'threads' has the name of an option; give it another name (from --model x.py)",
    ),
    "dimension": (
        changed('Outcome("height")', 'Outcome("game")'),
        "x.py, line 16: the outcome 'game' has the name of a variable of foedus; give it another name (from --model x.py)",
    ),
    "no codes": (
        changed(", codes=Zone", ""),
        "x.py, line 16: the model zones has no outcome that is a code, which maps need; give one of its outcomes codes= (from --model x.py)",
    ),
    "code -1": (
        changed("range(2)", "-1, 0"),
        "x.py, line 16: zone: Zone.LOW is -1, the code for unsolved games; choose another number (from --model x.py)",
    ),
    "code 63": (
        changed("range(2)", "0, 63"),
        "x.py, line 16: zone: Zone.HIGH is 63; codes are from 0 to 62 (from --model x.py)",
    ),
    "no kernel": (
        changed("    solve=solve,\n", ""),
        "x.py: the model zones cannot be solved: it has neither solve= nor moves=; if it was read from a file of results, give the model itself with model= (from --model x.py)",
    ),
    "half a code": (
        changed("range(2)", "0, 1.5"),
        "x.py, line 6: Zone: 1.5 is not a code; a code is a whole number (from --model x.py)",
    ),
    "no meaning": (
        changed("range(2)", "(0, 1), (1, 'high')"),
        "x.py, line 6: Zone: the meaning 1 of code 0 is not a text (from --model x.py)",
    ),
    "example": (
        changed("solve=solve,", "solve=solve, examples={'far': {'u': -1}},"),
        "x.py, line 16: u = -1.0 is not allowed; it must be >= 0 (from the example 'far') (from --model x.py)",
    ),
    "example of another": (
        changed("solve=solve,", "solve=solve, examples={'far': {'cost': 1}},"),
        "x.py, line 16: 'cost' is not a parameter; there are t, u (from the example 'far') (from --model x.py)",
    ),
    "example without a name": (
        changed("solve=solve,", "solve=solve, examples={1: {'u': 1}},"),
        "x.py, line 16: the name of the example 1 is not allowed; it must be a text, not empty (from --model x.py)",
    ),
    "no examples": (
        changed("solve=solve,", "solve=solve, examples=[{'u': 1}],"),
        "x.py, line 16: examples = [{'u': 1}] is not allowed; it must be as in {'costly war': {'cost': 2.0}} (from --model x.py)",
    ),
    "other keyword": (
        changed("solve=solve", "kernel=solve"),
        "x.py, line 16: Model.__init__() got an unexpected keyword argument 'kernel' (from --model x.py)",
    ),
    "no function": (
        changed("solve=solve", "solve=3"),
        "x.py, line 16: solve = 3 is not a function; write one, such as def solve(p) (from --model x.py)",
    ),
    "arguments": (
        changed("solve(p)", "solve(t, u)"),
        "x.py, line 16: solve takes 2 arguments; a kernel takes one, p, with the parameters by name (from --model x.py)",
    ),
    "our name": (
        changed('"zones"', '"alliance"'),
        "x.py: foedus has a model with the name alliance; give yours another name (from --model x.py)",
    ),
}
KERNELS = {
    "one value": (
        "return Zone.LOW",
        "x.py: solve returns one value; it must return a value for each outcome: zone, height",
    ),
    "one in a tuple": (
        "return (Zone.LOW,)",
        "x.py: solve returns one value; it must return a value for each outcome: zone, height",
    ),
    "three values": (
        "return Zone.LOW, 1.0, 2.0",
        "x.py: solve returns 3 values; it must return a value for each outcome: zone, height",
    ),
    "fewer in a line": (
        "if p.t > 1:\n    return Zone.HIGH\nreturn Zone.LOW, 1.0",
        "x.py, lines 12 and 13: solve returns values of different kinds in different lines; it must return a value for each outcome: zone, height (--verbose tells more)",
    ),
    "more in a line": (
        "if p.t > 1:\n    return Zone.HIGH, 1.0, 1.0\nreturn Zone.LOW, 1.0",
        "x.py, lines 12 and 13: solve returns values of different kinds in different lines; it must return a value for each outcome: zone, height (--verbose tells more)",
    ),
    "text in a line": (
        'if p.t > 1:\n    return Zone.HIGH, "high"\nreturn Zone.LOW, 1.0',
        "x.py, lines 12 and 13: solve returns values of different kinds in different lines; it must return a value for each outcome: zone, height (--verbose tells more)",
    ),
    "nothing": (
        "pass",
        "x.py: solve ends without return, or returns None; it must return a value for each outcome: zone, height",
    ),
    "nothing in a branch": (
        "if p.t > 1:\n    return Zone.HIGH, 1.0",
        "x.py: solve ends without return, or returns None; it must return a value for each outcome: zone, height",
    ),
    "text": ('return Zone.LOW, "low"', "x.py: solve returns a text as height; it must be a number"),
    "text alone": (
        'return "low"',
        "x.py: solve returns a text; it must return a value for each outcome: zone, height",
    ),
    "list": (
        "return [0.0, 1.0]",
        "x.py: solve returns a list; it must return a value for each outcome: zone, height",
    ),
    "tuple in tuple": (
        "return Zone.LOW, (1.0, 2.0)",
        "x.py: solve returns a tuple as height; it must be a number",
    ),
    "array": ("return Zone.LOW, np.zeros(3)", "x.py: solve returns an array as height; it must be a number"),
    "complex": (
        "return Zone.LOW, 1j * p.t",
        "x.py: solve returns a complex number as height; it must be a number",
    ),
    "generator": (
        "yield Zone.LOW, 1.0",
        "x.py: solve returns a generator; it must return a value for each outcome: zone, height",
    ),
    "other code": (
        "return 2 if p.t > 1 and p.u > 0 else 0, 1.0",
        "x.py: the kernel returns 2 as zone in Game(t=1.5); the codes are 0 low, 1 high",
    ),
    "code of 8 bits": (
        "return 256, 1.0",
        "x.py: the kernel returns 256 as zone in Game(t=0.0, u=0.0); the codes are 0 low, 1 high",
    ),
    "code of 64 bits": (
        "return 2**40, 1.0",
        "x.py: the kernel returns 1099511627776 as zone in Game(t=0.0, u=0.0); the codes are 0 low, 1 high",
    ),
    "half a code": (
        "return 0.5, 1.0",
        "x.py: the kernel returns 0.5 as zone in Game(t=0.0, u=0.0); the codes are 0 low, 1 high",
    ),
    "NaN code": (
        "if p.t > 1:\n    return math.nan, 1.0\nreturn Zone.LOW, 1.0",
        "x.py: the kernel returns nan as zone in Game(t=1.5, u=0.0); the codes are 0 low, 1 high",
    ),
    "code where Python raises": (
        "return 7, 1 / p.t",
        "x.py: the kernel returns 7 as zone in Game(t=0.0, u=0.0); the codes are 0 low, 1 high",
    ),
    "no parameter": (
        "return Zone.LOW, p.costs",
        "x.py, line 11: there is no parameter 'costs'; there are t, u (--verbose tells more)",
    ),
    "no name": (
        "return Zone.LOW, cost",
        "x.py, line 11: solve cannot be compiled: NameError: name 'cost' is not defined (--verbose tells more)",
    ),
    "no function of math": (
        "return Zone.LOW, math.squareroot(p.t)",
        "x.py, line 11: solve cannot be compiled: module 'math' has no attribute 'squareroot' (--verbose tells more)",
    ),
    "code of another outcome": (
        "return Other.SMALL, 1.0",
        "x.py: solve returns a code of Other as zone; it must be one of Zone",
    ),
    "index that is not whole": (
        "return Zone.LOW, np.ones(3)[p.t]",
        "x.py, line 11: solve cannot be compiled: numba does not know getitem(array(float64, 1d, C), float64); an index must be a whole number, such as int(p.u) (--verbose tells more)",
    ),
    "no code": ("return Zone.MIDDLE, 1.0", "x.py, line 11: there is no Zone.MIDDLE (--verbose tells more)"),
    "item": (
        'return Zone.LOW, p["t"]',
        "x.py, line 11: write p.t, not p['t'] (--verbose tells more)",
    ),
    "file": (
        'with open("x") as f:\n    return Zone.LOW, 1.0',
        "x.py, line 11: solve cannot be compiled: The 'with (context manager) as (variable):' construct is not supported (--verbose tells more)",
    ),
    "import": (
        "import os\nreturn Zone.LOW, 1.0",
        "x.py, line 11: solve cannot be compiled: Use of unsupported opcode (IMPORT_NAME) found (--verbose tells more)",
    ),
    "raises in a game": (
        'if p.t > 1:\n    raise ValueError("too large")\nreturn Zone.LOW, 1.0',
        "x.py, line 12: the kernel raised ValueError: too large, in Game(t=1.5, u=0.0)",
    ),
    "raises without words in a game": (
        "if p.t > 1:\n    raise ValueError\nreturn Zone.LOW, 1.0",
        "x.py, line 12: the kernel raised ValueError, in Game(t=1.5, u=0.0)",
    ),
    "asserts": (
        'assert p.u < 2, "u is large"\nreturn Zone.LOW, 1.0',
        "x.py, line 11: the kernel raised AssertionError: u is large, in Game(t=0.0, u=2.0)",
    ),
    "index": (
        "return Zone.LOW, [1.0, 2.0][int(p.u) + 1]",
        "x.py, line 11: the kernel raised IndexError: getitem out of range, in Game(t=0.0)",
    ),
}


@pytest.mark.parametrize(("text", "words"), FILES.values(), ids=FILES)
def test_a_file_that_makes_no_sound_model_is_refused(folder, text, words):
    (folder / "x.py").write_text(text)
    assert refused(folder, "map", "run.toml", "--model", "x.py") == words


@compiled_only
@pytest.mark.parametrize(("body", "words"), KERNELS.values(), ids=KERNELS)
def test_a_kernel_that_cannot_be_compiled_or_solve_a_game_is_refused(folder, monkeypatch, capfd, body, words):
    """In this process, which loads numba but once."""
    (folder / "x.py").write_text(solving(body))
    monkeypatch.chdir(folder)
    assert run(["map", "run.toml", "--model", "x.py"]) == 2
    assert capfd.readouterr() == ("", f"foedus: {words}\n")
    assert {path.name for path in folder.iterdir()} == {"run.toml", "x.py"}


@pytest.mark.parametrize(
    "place", ["x.py:other", "missing.py", "folder.py", "folder", "x.txt", "latin.py", ""]
)
def test_what_names_no_model_is_refused(folder, place):
    (folder / "x.py").write_text(SOUND)
    (folder / "folder.py").mkdir()
    (folder / "folder").mkdir()
    (folder / "latin.py").write_bytes(SOUND.replace("Zones", "Übergänge").encode("latin-1"))
    words = {
        "x.py:other": "x.py has no model 'other'; it has model (from --model x.py:other)",
        "missing.py": f"{folder}/missing.py: No such file or directory",
        "folder.py": f"{folder}/folder.py: Is a directory",
        "latin.py": "latin.py is not a text file in UTF-8 (from --model latin.py)",
    }
    named = f"{place!r} is not a model; give a file that ends in .py, such as entry.py or entry.py:name, a file of Gambit's that ends in .efg, or a built-in model: alliance (from --model {place})"
    assert refused(folder, "solve", "--model", place) == words.get(place, named)


def test_in_plain_python_a_code_of_another_outcome_is_refused(folder):
    (folder / "x.py").write_text(solving("return Other.LARGE, 1.0"))
    words = "x.py, line 11: the kernel raised TypeError: Other.LARGE is not a code of Zone, in Game()"
    words = words.replace(", line 11", "")  # nothing is wrong with the line itself
    assert refused(folder, "solve", "--model", "x.py", NUMBA_DISABLE_JIT="1") == words


@pytest.mark.parametrize("command", [("solve",), ("cutpoints", "t", "--within", "0:2"), ("statics",)])
def test_every_command_says_it(folder, command):
    (folder / "x.py").write_text(solving("return Zone.LOW, p.costs"))
    words = "x.py, line 11: there is no parameter 'costs'; there are t, u (--verbose tells more)"
    assert refused(folder, *command, "--model", "x.py") == words


def test_a_run_file_that_names_a_broken_model_is_named(folder):
    (folder / "x.py").write_text("1 / 0")
    (folder / "run.toml").write_text(f'model = "x.py"\n{RUN}')
    assert (
        refused(folder, "map", "run.toml")
        == "x.py, line 1: ZeroDivisionError: division by zero (from run.toml)"
    )


@compiled_only
def test_all_that_numba_says_is_there_to_be_asked_for(folder):
    (folder / "x.py").write_text(solving("return Zone.LOW, p.costs"))
    done = foedus("solve", "--model", "x.py", "--verbose", cwd=folder)
    *whole, line = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line == "foedus: x.py, line 11: there is no parameter 'costs'; there are t, u"
    assert "During: Pass nopython_type_inference" in whole
    assert "Traceback" not in done.stderr


HELPER = """
@foedus.jit
def root(x):
    return math.sqrt(x)


def solve"""


@compiled_only
def test_a_helper_must_be_marked(folder):
    marked = SOUND.replace("\ndef solve", HELPER).replace("math.sqrt(p.t + p.u)", "root(p.t + p.u)")
    marked = marked.replace("import math\n", "import math, foedus\n")
    (folder / "x.py").write_text(marked.replace("@foedus.jit", "#"))
    words = "x.py, line 18: root is called by a kernel; mark root with @foedus.jit (--verbose tells more)"
    assert refused(folder, "map", "run.toml", "--model", "x.py") == words
    (folder / "x.py").write_text(marked.replace("math.sqrt(x)", "x.root"))
    words = "x.py, line 12: solve cannot be compiled: Unknown attribute 'root' of type float64 (--verbose tells more)"
    assert refused(folder, "map", "run.toml", "--model", "x.py") == words
    (folder / "x.py").write_text(marked)
    assert foedus("map", "run.toml", "--model", "x.py", "--no-picture", cwd=folder).stderr == ""


@compiled_only
def test_codes_and_numbers_may_stand_in_each_others_place(folder):
    """As 1.0 for a code, and a code or a whole number for a number."""
    body = "if p.t > 1:\n    return 1.0, 2\nif p.u > 1:\n    return 0, Zone.HIGH\nreturn Zone.LOW, p.t"
    (folder / "x.py").write_text(solving(body))
    done = foedus("map", "run.toml", "--model", "x.py", "--no-picture", "--threads", "1", cwd=folder)
    assert done.returncode == 0, done
    ds = xr.load_dataset(folder / "map.nc")
    assert ds.zone.values.tolist() == [[0, 0, 0]] * 3 + [[1, 1, 1]] * 2
    assert ds.height.values.tolist() == [[0, 0, 1], [0.5, 0.5, 1], [1, 1, 1], [2, 2, 2], [2, 2, 2]]


def test_what_a_file_prints_is_printed(folder):
    (folder / "x.py").write_text("print('hello')\n" + SOUND)
    assert foedus("solve", "--model", "x.py", cwd=folder).stdout.startswith("hello\n")


def test_a_mark_in_front_of_the_text_is_no_part_of_it(folder):
    """As editors on Windows write one."""
    (folder / "x.py").write_text(SOUND, "utf-8-sig")
    assert foedus("solve", "--model", "x.py", cwd=folder).returncode == 0


LARGE = """
axes.t = { from = 0, to = 2, points = 2100 }
axes.u = { from = 0, to = 3, points = 2100 }
output = { file = "map.nc", variables = ["zone"] }
"""
LATE = "if p.t == 2 and p.u == 3:\n    raise ValueError\nreturn Zone.LOW, 1.0"


@compiled_only
def test_what_was_solved_before_a_game_that_cannot_be_stays(folder):
    (folder / "x.py").write_text(solving(LATE))
    (folder / "run.toml").write_text(LARGE)
    command = "map", "run.toml", "--model", "x.py", "--threads", "1", "--no-picture"
    failed = foedus(*command, cwd=folder)
    assert failed.returncode == 2
    assert failed.stderr == (
        "foedus: x.py, line 12: the kernel raised ValueError, in Game(t=2.0, u=3.0); "
        f"the solved part is kept in {folder}/map.nc.part and can be resumed with the same model only\n"
    )
    (folder / "x.py").write_text(solving(LATE.replace("== 3", "== 4")))
    words = "cannot be resumed: it was made by another version of the model zones: only its source text differs; use overwrite to start again"
    assert refused(folder, *command, "--resume") == f"{folder}/map.nc.part {words}"
    assert foedus(*command, "--overwrite", cwd=folder).returncode == 0
    assert sorted(path.name for path in folder.iterdir() if path.suffix) == ["map.nc", "run.toml", "x.py"]
