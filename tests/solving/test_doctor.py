"""The doctor of one's own game: its report if all is well, and the faults that it finds."""

from pathlib import Path

import entry
import pytest
from conftest import compiled_only

import foedus
from foedus.cli.app import run
from foedus.solving import doctor

pytestmark = compiled_only
OWN = """
import math, foedus
class Code(foedus.Code):
    ONE, TWO, NEVER = range(3)
def solve(p):
    return {}
model = foedus.Model(
    "m", "", [foedus.Parameter("x", "x", 1.0, "any", usual=(-1, 1)), foedus.Parameter("n", "", "a", choices=("a", "b"))],
    [foedus.Outcome("c", codes=Code), foedus.Outcome("y")], solve,
)
"""


@pytest.fixture
def told(tmp_path, capsys):
    """Return the exit code and the lines of the command, for a kernel that returns this."""

    def tell(returned):
        (tmp_path / "own.py").write_text(OWN.format(returned))
        code = run(["doctor", "--model", str(tmp_path / "own.py")])
        out, errors = capsys.readouterr()
        assert errors == ""
        return code, out.splitlines()

    return tell


def test_all_is_well(told):
    code, lines = told("Code.ONE if p.x < -0.5 else Code.TWO, 1 + p.n if p.x < 0 else math.nan")
    assert code == 0
    assert lines[0] == "✓ compiled and plain Python give the same results: 1,000 random games, to the bit"
    shares = lines[1].removeprefix("✓ codes: ").split(", ")
    assert [share.split()[0] for share in shares] == ["one", "two", "never"]
    assert float(shares[0].split()[1][:-1]) == pytest.approx(25, abs=5)
    assert shares[2] == "never never"
    assert lines[2].startswith("✓ numbers: y from 1 to 2, in ")
    assert lines[2].endswith(" games NaN or infinite")
    assert 450 < int(lines[2].split()[-5]) < 550
    assert lines[3].startswith("✓ time: ")
    assert lines[-1] == "all is well"


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("0, math.sqrt(p.x)", "in plain Python, own.py, line 6: the kernel raised ValueError: math domain error, in Game(x=-"),
        ("0, int(p.x * 9e18) * 10", "y is "),
        ("1 if int(p.x * 9e18) * 10 > 9e18 else 0, 0.0", "c is "),
    ],
)  # fmt: skip
def test_what_python_finds_otherwise_is_told(told, returned, words):
    """As where whole numbers of 64 bits are too small, and Python has larger ones."""
    code, lines = told(returned)
    assert code == 1
    assert lines[0].startswith(f"✗ compiled and plain Python give the same results: {words}")
    assert lines[-1].startswith("1 check failed. What to do: ")


def test_games_that_are_few_are_counted(tmp_path, capsys):
    """Of the two forms, where no number is drawn."""
    (tmp_path / "own.py").write_text(OWN.format("Code.ONE, p.x").replace(", usual=(-1, 1)", ""))
    assert run(["doctor", "--model", str(tmp_path / "own.py")]) == 0
    words = "2 random games, to the bit; no parameter has usual=, the range from which its values are drawn"
    assert capsys.readouterr().out.splitlines()[0].endswith(f": {words}")


def test_a_model_that_is_no_template_is_well():
    names = doctor.examine_model(foedus.load_model(Path(entry.__file__)))
    assert [finding.name for finding in names if finding.passed] == [
        "compiled and plain Python give the same results", "codes", "numbers", "time",
    ]  # fmt: skip
