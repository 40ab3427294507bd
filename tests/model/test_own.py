"""A game of one's own in a file, as `foedus new` writes it: every command takes it, however it is solved the
bits are the same, and it is compiled once."""

import math
import os
import platform
import signal
import subprocess
import sys
import time
from types import ModuleType

import nbformat
import numpy as np
import pytest
import xarray as xr
from conftest import as_shipped, compiled_only
from nbclient import NotebookClient

import foedus
from foedus.cli.app import run
from foedus.io import layout
from foedus.large import dask as clusters
from foedus.model.referred import referred
from foedus.solving import compiled

AXES = {"prize": np.linspace(0.1, 3.0, 70), "forces": np.linspace(0.05, 2.0, 130)}
CODES = {"safe", "deterred", "defended", "given up"}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The file that `foedus new` writes."""
    file = tmp_path_factory.mktemp("own") / "own.py"
    assert run(["new", str(file)]) == 0
    return file


@pytest.fixture(scope="module")
def model(own):
    return foedus.load_model(own)


@pytest.fixture(scope="module")
def ds(model):
    return foedus.sweep(AXES, model=model, threads=1)


@pytest.fixture
def small(monkeypatch):
    """Slabs of a few rows."""
    monkeypatch.setattr(layout, "CHUNK", 1000)
    monkeypatch.setattr(layout, "SLAB", 2000)


def same_bits(found, expected):
    assert set(expected.data_vars) == set(found.data_vars)
    for name in expected.variables:
        assert found[name].dtype == expected[name].dtype, name
        assert found[name].values.tobytes() == expected[name].values.tobytes(), name


RUN = """
model = "own.py"
axes.prize = { from = 0.1, to = 3, points = 30 }
axes.forces = { from = 0.05, to = 2, points = 20 }
output.file = "map.nc"
"""
SENSITIVITY = """
distributions.prize = ["uniform", 0.5, 2]
distributions.arms_cost = ["uniform", 0.1, 1]
sensitivity.samples = 256
output.file = "sensitivity.nc"
"""
WITH = "--model", "own.py"
COMMANDS = {
    ("solve", "--prize", "3", *WITH): "defended",
    ("map", "run.toml"): "deterred",
    ("map", "adaptive.toml", "--adaptive"): "deterred",
    ("map", "map.nc", "-o", "again.zarr", *WITH): "safe",
    ("compare", "run.toml", "--over", "arms_cost=0.2,1", "-o", "compared.nc"): "compared.nc",
    ("points", "games.csv", "-o", "points.nc", *WITH): "points.nc",
    ("plot", "map.nc", "-o", "map.svg"): "",
    ("plot", "map.nc", "--variable", "payoff", "--at", "prize=1", "-o", "line.png"): "",
    ("cutpoints", "prize", "--within", "0.1:3", *WITH): "deterred",
    ("statics", *WITH): "arms_cost",
    ("sensitivity", "sensitivity.toml", *WITH): "sensitivity.nc",
    ("claims", "--games", "1000", *WITH): "same_arms",
    ("info", "map.nc"): "Deterrence by arms (own, version ",
    ("doctor", *WITH): "all is well",
}  # a part of what each prints


@compiled_only
def test_every_command_takes_it(own, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_bytes(own.read_bytes())
    (tmp_path / "run.toml").write_text(RUN)
    adaptive = RUN.replace('.file = "map.nc"', ' = { file = "adaptive.nc", variables = ["peace"] }')
    (tmp_path / "adaptive.toml").write_text(adaptive)
    (tmp_path / "sensitivity.toml").write_text(SENSITIVITY)
    (tmp_path / "games.csv").write_text("prize,forces\n1,0.5\n3,0.5\n")
    for command, words in COMMANDS.items():
        assert run([*command]) == 0, (command, capsys.readouterr())
        out, errors = capsys.readouterr()
        assert errors == "", command
        assert words in out, (command, out)
    assert {"map.svg", "line.png"} <= {*os.listdir()}
    same_bits(foedus.load("again.zarr"), foedus.load("map.nc"))
    assert foedus.load("points.nc").peace.values.tolist() == [1, 2]


BARE = """
from foedus import Code, Model, Outcome, Parameter
class Crisis(Code):
    PEACE, WAR = range(2)
def solve(p):
    return (Crisis.WAR if p.war_cost < 0.5 else Crisis.PEACE), p.war_cost
model = Model("bare", "Bare", [Parameter("war_cost", "", 1.0)], [Outcome("crisis", codes=Crisis), Outcome("net_gain")], solve)
"""


@pytest.mark.parametrize("command", ["solve", "points", "cutpoints", "statics", "claims"])
def test_help_has_its_names(own, capsys, command):
    assert run([command, "--help", "--model", str(own)]) == 0
    said = capsys.readouterr().out
    assert "--arms-cost" in said
    assert "what the challenger would win, v; > 0" in said
    assert "--ally-cost" not in said


def test_options_of_the_alliance_game_are_refused_and_not_offered(own, capsys):
    for words in (
        ["--pledges", "3"],
        ["--arms", "3"],
    ):
        assert run(["solve", "--help"]) == 0
        assert words[0] in capsys.readouterr().out
        assert run(["solve", "--help", "--model", str(own)]) == 0
        assert words[0] + " " not in capsys.readouterr().out
        assert run(["solve", *words, "--model", str(own)]) == 2
        assert f"{words[0]} is only for the alliance game" in capsys.readouterr().err


def test_what_has_no_long_name_is_told_by_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bare.py").write_text(BARE)
    assert run(["solve", "--help", "--model", "bare.py"]) == 0
    assert "war cost; any" in capsys.readouterr().out
    foedus.save(foedus.sweep({"war_cost": [0.0, 1.0]}, model=foedus.load_model("bare.py")), "bare.nc")
    assert run(["info", "bare.nc"]) == 0
    assert "float64, net gain" in capsys.readouterr().out


def test_its_names_are_completed(own, tmp_path):
    script = tmp_path / "completion"
    words = ["--install-completion", "--shell", "bash", "--output", str(script), "--model", str(own)]
    done = subprocess.run(
        [sys.executable, "-m", "foedus", *words], env=os.environ | {"HOME": str(tmp_path)}, check=False
    )
    assert done.returncode == 0
    assert "--arms-cost" in script.read_text()
    assert "--ally-cost" not in script.read_text()


# solved in other ways, which must all give the same bits
def tiles(monkeypatch, model, _):
    monkeypatch.setattr(compiled, "TILE", (3, 50))
    return foedus.sweep(AXES, model=model, threads=2)


def chunks(_, model, __):
    return foedus.sweep(AXES, model=model, chunks={"prize": 13, "forces": 50}).compute(scheduler="threads")


def cluster(_, model, folder):
    with clusters.connected(None, 2) as client:
        lazy = foedus.sweep(AXES, model=model, chunks={"prize": 35}).compute()
        foedus.sweep_to(folder / "map.nc", AXES, model=model, client=client)
    same_bits(lazy, foedus.load(folder / "map.nc"))
    return lazy


def saved(_, model, folder):
    foedus.save(foedus.sweep(AXES, model=model), folder / "map.nc")
    foedus.save(foedus.load(folder / "map.nc"), folder / "map.zarr")
    return foedus.load(folder / "map.zarr")


def streamed(_, model, folder):
    foedus.sweep_to(folder / "map.zarr", AXES, model=model, threads=2)
    foedus.sweep_to(folder / "map.nc", AXES, model=model, threads=3)
    same_bits(foedus.load(folder / "map.nc"), foedus.load(folder / "map.zarr"))
    return foedus.load(folder / "map.nc")


def game_by_game(_, model, __):
    games = {
        name: values.ravel()
        for name, values in zip(AXES, np.meshgrid(*AXES.values(), indexing="ij"), strict=True)
    }
    found = foedus.solve_points(games, model=model)
    shape = [values.size for values in AXES.values()]
    arrays = {name: (tuple(AXES), found[name].values.reshape(shape)) for name in found.data_vars}
    return foedus.sweep(AXES, model=model).assign(arrays)


def piece_by_piece(_, model, __):
    """By the loop in which all parameters may vary: the last axis is short."""
    cuts = np.array_split(AXES["forces"], 5)
    return xr.concat(
        [foedus.sweep(AXES | {"forces": cut}, model=model) for cut in cuts], "forces", data_vars="minimal"
    )


@compiled_only
@pytest.mark.parametrize("way", [tiles, chunks, cluster, saved, streamed, game_by_game, piece_by_piece])
def test_the_bits_are_the_same(model, ds, tmp_path, monkeypatch, small, way):
    same_bits(way(monkeypatch, model, tmp_path), ds)


@compiled_only
def test_the_bits_are_the_same_on_any_number_of_threads_and_rounded(model, ds):
    for threads in range(2, 5):
        same_bits(foedus.sweep(AXES, model=model, threads=threads), ds)
    single = foedus.sweep(AXES, model=model, dtype="float32")
    for name in ("arms", "payoff"):
        np.testing.assert_array_equal(single[name], ds[name].astype("float32"))
    np.testing.assert_array_equal(single.peace, ds.peace)
    for name in ds.data_vars:
        alone = foedus.sweep(AXES, model=model, variables=[name])
        assert alone[name].values.tobytes() == ds[name].values.tobytes()


@compiled_only
def test_plain_python_finds_the_same_bits(own, ds, tmp_path):
    script = (
        "import sys, numpy as np, foedus\n"
        "axes = {'prize': np.linspace(0.1, 3.0, 70)[::5], 'forces': np.linspace(0.05, 2.0, 130)}\n"
        "foedus.save(foedus.sweep(axes, model=foedus.load_model(sys.argv[1])), sys.argv[2])"
    )
    command = [sys.executable, "-W", "error", "-c", script, own, tmp_path / "map.nc"]
    subprocess.run(command, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, check=True)
    same_bits(foedus.load(tmp_path / "map.nc"), ds.isel(prize=slice(None, None, 5)))


SLOWLY = """
import sys, time, numpy as np, foedus
from foedus.io import layout
layout.CHUNK, layout.SLAB = 1000, 2000
axes = {'prize': np.linspace(0.1, 3.0, 70), 'forces': np.linspace(0.05, 2.0, 130)}
def slowly(done, games):
    print(done, flush=True)
    time.sleep(0.5)
foedus.sweep_to(sys.argv[2], axes, model=foedus.load_model(sys.argv[1]), threads=1, progress=slowly)
"""


@compiled_only
@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_what_was_killed_is_resumed(own, model, ds, tmp_path, small, ending):
    path = tmp_path / f"map{ending}"
    with subprocess.Popen([sys.executable, "-c", SLOWLY, own, path], stdout=subprocess.PIPE) as process:
        for _ in range(2):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert not path.exists()
    seen = []
    foedus.sweep_to(path, AXES, model=model, resume=True, progress=lambda done, _: seen.append(done))
    assert seen[0] > 2000
    same_bits(foedus.load(path), ds)


@compiled_only
def test_a_cluster_that_has_another_file_or_none_says_so(own, tmp_path, monkeypatch):
    """Its workers do, which are other processes, and live on."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "own.py"
    file.write_bytes(own.read_bytes())
    model = foedus.load_model(file)
    with clusters.connected(None, 1) as client:
        file.write_text(file.read_text().replace("0.0, 1.0", "0.0, 0.9"))
        with pytest.raises(ValueError, match=" differs on ") as other:
            foedus.sweep_to("map.nc", AXES, model=model, client=client)
        file.unlink()
        with pytest.raises(ValueError, match="there is no ") as none:
            foedus.sweep_to("map.nc", AXES, model=model, client=client)
        with pytest.raises(ValueError, match="there is no "):
            foedus.sweep(AXES, model=model, chunks={}).compute()
        assert client.submit(abs, -1).result() == 1
    here = f"on {platform.node()}, where games are to be solved"
    assert f"{other.value}, {none.value}" == f"{file} differs {here}, there is no {file} {here}"
    assert os.listdir() == []


# prints how many functions are compiled, and the results
SOLVED = """
import sys, foedus
from numba.core import event
model = foedus.load_model("own.py")
with event.install_recorder("numba:compile") as compiled:
    found = foedus.sweep({"x": [1.0, 2.0]}, model=model)
print(len(compiled.buffer), *found.y.values)
"""
OWN = """
import foedus, part
class Code(foedus.Code):
    ONE = 0
def solve(p):
    return Code.ONE, part.double(p.x)
model = foedus.Model("m", "", [foedus.Parameter("x", "x", 1.0)], [foedus.Outcome("c", codes=Code), foedus.Outcome("y")], solve)
"""
PART = "import foedus\nfrom factor import FACTOR\n@foedus.jit\ndef double(x):\n    return FACTOR * x\n"


@as_shipped
def test_it_is_compiled_once_and_again_where_what_it_does_has_changed(tmp_path):
    """Also where a file beside the one that it imports has changed; not where a comment has."""

    def solved():
        done = subprocess.run(
            [sys.executable, "-c", SOLVED], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        compiled, *found = map(float, done.stdout.split())
        return bool(compiled), found

    for name, text in (
        ("own", OWN),
        ("part", PART),
        ("factor", f"FACTOR = 2  # {time.time()}\nA = {time.time()}"),
    ):
        (tmp_path / f"{name}.py").write_text(text)
    assert solved() == (True, [2.0, 4.0])
    assert solved() == (False, [2.0, 4.0])
    (tmp_path / "factor.py").write_text(
        (tmp_path / "factor.py").read_text().replace("# ", "# another comment ")
    )
    (tmp_path / "own.py").write_text(OWN + "# a comment\n")
    assert solved() == (False, [2.0, 4.0])
    (tmp_path / "factor.py").write_text((tmp_path / "factor.py").read_text().replace("= 2", "= 3"))
    assert solved() == (True, [3.0, 6.0])
    (tmp_path / "own.py").write_text(OWN.replace("p.x)", "p.x) + 1"))
    assert solved() == (True, [4.0, 7.0])


GAME = """
from foedus import Code, Model, Outcome, Parameter
from {} import COST
class War(Code):
    PEACE, WAR = range(2)
def solve(p):
    return (War.WAR if p.gain > COST else War.PEACE), p.gain - COST
model = Model("m", "", [Parameter("gain", "g", 1.0)], [Outcome("war", codes=War), Outcome("net")], solve)
"""


def test_each_file_takes_what_lies_beside_it(tmp_path, monkeypatch):
    """Not a module that another model has imported under the same name: each keeps its own. A model's own
    name may be that of a module of Python."""
    monkeypatch.setitem(sys.modules, "helper", helper := ModuleType("helper"))
    models = {}
    for folder, cost in (("a", 0.25), ("b", 0.75)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "helper.py").write_text(f"COST = {cost}\ndef cost():\n    return COST\n")
        (tmp_path / folder / "signal.py").write_text(
            f"from signal import SIGINT\nfrom helper import cost\n{GAME.format('helper')}"
        )
        models[folder] = foedus.load_model(tmp_path / folder / "signal.py")
        assert sys.modules["helper"] is helper
    assert [foedus.solve(model=model).net for model in models.values()] == [0.75, 0.25]
    assert [model.solve.__globals__["cost"]() for model in models.values()] == [0.25, 0.75]
    assert len({model.hash for model in models.values()}) == 2


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("pkg.consts", {}),
        ("pkg", {"__init__.py": "from .consts import COST"}),
        ("pkg", {"__init__.py": "from . import consts\nCOST = consts.COST"}),
        ("pkg.chain", {"chain.py": "from pkg.consts import COST"}),
        ("pkg.chain", {"chain.py": "from pkg import consts\nCOST = consts.COST"}),
        ("pkg.deep.chain", {"deep/chain.py": "import pkg.consts\nfrom ..consts import COST"}),
    ],
)
def test_what_changes_deep_beside_it_is_noticed(tmp_path, line, files):
    """Within a second, too, where the file is as long as before."""
    (tmp_path / "game.py").write_text(GAME.format(line))
    (tmp_path / "pkg/deep").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / "pkg" / name).write_text(text)
    hashes, costs = set(), []
    for cost in (0.25, 0.75):
        (tmp_path / "pkg/consts.py").write_text(f"COST = {cost}\n")
        model = foedus.load_model(tmp_path / "game.py")
        costs.append(model.solve.__globals__["COST"])
        hashes.add(model.hash)
    assert costs == [0.25, 0.75]
    assert len(hashes) == 2


TWO = "import foedus\nfor n in (1, 2):\n    print(foedus.sweep({'x': [1.0]}, model=foedus.load_model(f'own{n}.py')).y.item())"


@as_shipped
def test_models_that_were_compiled_apart_are_solved_together(tmp_path):
    """Each by its own kernel, though they differ in one number, and their functions have the same names."""
    for n in 1, 2:
        text = OWN.replace("import foedus, part", "import foedus").replace(
            "part.double(p.x)", f"{n} * math.exp(p.x)"
        )
        (tmp_path / f"own{n}.py").write_text(f"import math\n{text}A = {time.time()}\n")
        script = TWO.replace("(1, 2)", f"({n},)")
        subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    done = subprocess.run(
        [sys.executable, "-c", TWO], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert [float(line) for line in done.stdout.split()] == [math.exp(1), 2 * math.exp(1)]


CELLS = [
    "import foedus, numpy as np\nfrom foedus import Code, Model, Outcome, Parameter",
    "class Side(Code):\n    LEFT, RIGHT = range(2)",
    "@foedus.jit\ndef half(x):\n    return x / 2",
    "def solve(p):\n    return Side.RIGHT if p.x > 1 else Side.LEFT, half(p.x)",
    'model = Model("sides", "Sides", [Parameter("x", "x", 1.0, "any")], [Outcome("where", codes=Side), Outcome("y")], solve)',
    'ds = foedus.sweep({"x": [-1.0, 3.0]}, model=model)\nprint(ds["where"].values, ds.y.values)',
    "foedus.plot(foedus.sweep({'x': np.linspace(0, 2, 30)}, model=model))",
    "foedus.solve(model=model, x=3.0)",
    "def solve(p):\n    return Side.LEFT, 3 * half(p.x)",
    'model = Model("sides", "Sides", [Parameter("x", "x", 1.0, "any")], [Outcome("where", codes=Side), Outcome("y")], solve)',
    'ds = foedus.sweep({"x": [-1.0, 3.0]}, model=model)\nprint(ds["where"].values, ds.y.values)',
]


@compiled_only
def test_a_notebook_makes_one_in_its_cells(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    client = NotebookClient(
        notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert [output.text for output in outputs if "text" in output] == [
        "[0 1] [-0.5  1.5]\n",
        "[0 0] [-1.5  4.5]\n",
    ]
    shown = [output.data for output in outputs if "data" in output]
    assert "image/png" in shown[0]
    assert "<table" in shown[1]["text/html"]


@compiled_only
def test_a_file_of_results_that_would_run_is_not_run_again_with_another_model(
    own, ds, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    foedus.save(ds.assign_attrs(model_source="open('written', 'w').close()\n"), "armed.nc")
    foedus.load("armed.nc")
    with_own = ["--model", str(own)]
    for command in (
        ["info"],
        ["plot", "-o", "map.png"],
        ["map", "-o", "again.nc", *with_own],
        ["points", "-o", "p.nc", *with_own],
    ):
        run([command[0], "armed.nc", *command[1:]])
    assert not (tmp_path / "written").exists()


VOTES = """
import sys
from pathlib import Path
from foedus import Code, Model, Outcome, Parameter

class Vote(Code):
    FAILS, PASSES = range(2)

def vote(name, needed):
    def solve(p):
        yes = 1 + (p.bill < 0.5) + (p.bill < 0.2)
        return Vote.PASSES if yes >= needed else Vote.FAILS, yes + 10 * needed
    outcomes = [Outcome("vote", codes=Vote), Outcome("yes")]
    return Model(name, "A vote of three", [Parameter("bill", "b", 0.3)], outcomes, solve)

COST = float((Path(__file__).parent / "cost.txt").read_text())

def costly(p):
    return Vote.PASSES if p.bill > COST else Vote.FAILS, COST

unanimity, majority = vote("unanimity", 3), vote("majority", 2)
read = Model("read", "Read", [Parameter("bill", "b", 0.3)], unanimity.outcomes, costly)
"""


def test_models_of_one_text_are_told_apart_by_what_they_refer_to(tmp_path):
    """Also for compiled code that is kept: by the values that a kernel encloses, and by the files that its
    file reads."""
    (tmp_path / "votes.py").write_text(VOTES)
    cost = tmp_path / "cost.txt"
    cost.write_text("0.1")
    script = """if True:
        import foedus
        models = [foedus.load_model(f"votes.py:{name}") for name in ("unanimity", "majority", "read")]
        print([foedus.sweep({"bill": [0.1, 0.3]}, model=model).yes.values.tolist() for model in models])
        print(len({model.hash for model in models}), models[2].hash)
    """
    hashes = []
    for value in ("0.1", "0.1", "0.9"):
        cost.write_text(value)
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith(f"[[33.0, 32.0], [23.0, 22.0], [{value}, {value}]]\n3 ")
        hashes.append(done.stdout.split()[-1])
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_session_solves_what_its_functions_refer_to_now():
    """As in a notebook, where a number that a kernel takes from elsewhere is changed, and the cell not run
    again."""
    session = {"foedus": foedus}
    exec("class Side(foedus.Code):\n    LOW, HIGH = range(2)\n", session)
    exec(
        "COST = 0.1\ndef solve(p):\n    return Side.HIGH if p.gain > COST else Side.LOW, p.gain - COST",
        session,
    )
    outcomes = [foedus.Outcome("worth", codes=session["Side"]), foedus.Outcome("net")]

    def made():
        return foedus.Model(
            "session", "A session", [foedus.Parameter("gain", "g", 0.5)], outcomes, session["solve"]
        )

    before = made()
    assert foedus.sweep({"gain": [0.5]}, model=before).net.item() == 0.4
    session["COST"] = 0.75
    assert foedus.sweep({"gain": [0.5]}, model=made()).net.item() == -0.25
    assert before.hash != made().hash


def test_what_a_kernel_refers_to_is_told_by_name():
    """Also if code differs only in the names in it, such as two functions of a module."""
    sine, cosine = (eval(f"lambda p: math.{name}(p.x)", {"math": math}) for name in ("sin", "cos"))
    assert sine.__code__.co_code == cosine.__code__.co_code
    for with_code in (False, True):
        assert referred(sine, with_code) != referred(cosine, with_code)
