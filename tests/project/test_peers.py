"""The benchmark's peers give the solver's answers, and its twin counts what it says."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import compiled_only
from games import NAMES

ROOT = Path(__file__).parents[2]
FEW = "needs the peers: make peers-check"

COUNT = """
import json
from benchmarks.peers import twin
twin.instrument()
three = twin.number(3.0, ())
third, root = 1.0 / three, twin.math.sqrt(three)
unused = three / 7.0
larger = twin.contest.larger_root(three, -three, -three)
print(json.dumps([len(twin.needed([value])) for value in (third + third, root / three, third * root, larger)]))
"""


def run(*arguments, **environment):
    """Run Python at the root of the checkout and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@compiled_only
def test_the_twin_counts_each_operation_that_is_needed_once():
    """A quotient used twice; a root and a quotient; two of them; the one root and one quotient of a
    formula."""
    assert json.loads(run("-c", COUNT, NUMBA_DISABLE_JIT="1")) == [1, 2, 2, 2]


@compiled_only
def test_the_twin_finds_the_solvers_work(tmp_path):
    """No more than the formulas hold, no less than one of each, and more for all variables."""
    from foedus.alliance.model import NUMBERS

    game = [NUMBERS[name].default for name in NAMES] + [0.0]
    np.save(tmp_path / "games.npy", np.array([game] * 3))
    found = json.loads(run("-m", "benchmarks.peers.twin", str(tmp_path / "games.npy"), NUMBA_DISABLE_JIT="1"))
    for kind in ("divisions", "roots"):
        assert 1 < found["regime"][kind] <= found["all"][kind] < 40


@compiled_only
@pytest.mark.skipif(
    not any(map(shutil.which, ("gcc", "cc"))), reason="no C compiler; install gcc, then make peers-check"
)
def test_peers_give_the_solvers_answers():
    """C to the bit, JAX to the last digits, the others as far as they search; Gambit as backward
    induction."""
    for module in ("jax", "pygambit", "scipy"):
        pytest.importorskip(module, reason=FEW)
    script = "from benchmarks.peers.__main__ import accuracies; import json; print(json.dumps(accuracies()))"
    said = json.loads(run("-c", script))
    assert said["C"] == said["C one by one"] == "equal to the bit"
    assert said["SciPy"].endswith("20 of 20 regimes")
    assert said["NumPy brute force"].endswith("20 of 20 regimes")


def test_the_pages_figures_are_those_of_the_record(tmp_path):
    """The table is what the report makes of the numbers that stand beside it."""
    script = (
        "import json, sys; from pathlib import Path; from benchmarks.peers.report import write_table;"
        "write_table(json.loads(Path('docs/speed.json').read_text()), Path(sys.argv[1]))"
    )
    run("-c", script, str(tmp_path / "table.md"))
    assert (tmp_path / "table.md").read_text() == (ROOT / "docs" / "speed-table.md").read_text()


SAMPLERS = """
import numpy as np
from benchmarks.peers.samplers import learner, ours, phase_map, planted, seen
print(seen(ours(np.vectorize(planted), 1057, 24)))
points = phase_map(planted, 9), learner(planted)
print([len(part) > 1900 and bool(((0 <= part) & (part <= 3)).all()) for part in points])
"""


@compiled_only
def test_tracing_sees_the_islands_that_samplers_are_compared_on():
    """All three; the samplers ask for as many points as is said of them, on the same domain."""
    for package in ("adaptive", "phasemap"):
        pytest.importorskip(package, reason=FEW)
    assert run("-W", "ignore", "-c", SAMPLERS).splitlines() == ["[0.05, 0.1, 0.2]", "[True, True]"]
