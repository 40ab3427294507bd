"""What the README promises, run."""

import contextlib
import importlib
import importlib.resources
import inspect
import io
import itertools
import pkgutil
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import urllib.request
from importlib import metadata
from pathlib import Path

import distributed
import pytest
import xarray as xr
from conftest import compiled_only
from write_tables import PAGES as WITH_TABLES
from write_tables import written

import foedus
from foedus.cli.app import run
from foedus.kernels.search import node
from foedus.model import Code, Label, Parameter
from foedus.model.moves import CARE
from foedus.runs.runfile import read_run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run_lines(lines, folder):
    """Run command lines in a folder, in order, and ignore what they print."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        for line in lines:
            assert run(shlex.split(line)) == 0, line


def small_examples(folder, points):
    """Copy the run files of the examples, with axes of so many values."""
    (folder / "examples").mkdir()
    for name, size in (("regimes.toml", "2048"), ("coarse.toml", "256")):
        run_file = (ROOT / "examples" / name).read_text().replace(f"points = {size}", f"points = {points}")
        (folder / "examples" / name).write_text(run_file)


def test_python_example(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, own = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("RESTRAINT ")
    assert (tmp_path / "dearer.nc").exists()
    assert (tmp_path / "pledge.png").exists()
    exec(compile(own, "README.md", "exec"), {"__name__": "attack"})
    assert capsys.readouterr().out == "1.5\n"
    assert "print(round(at, 9))  # 1.5: there" in own
    assert (tmp_path / "attack.png").exists()


def test_command_lines(tmp_path):
    """Every `foedus` line of the README, in order, on small maps and a small table."""
    small_examples(tmp_path, 48)
    shutil.copy(ROOT / "examples" / "sensitivity.toml", tmp_path / "examples")
    (tmp_path / "games.csv").write_text("ally_cost,stake\n0.3,1\n")
    lines = re.findall(r"^    foedus (.*?)(?:   .*)?$", README, re.MULTILINE)
    assert len(lines) == 16
    run_lines(lines, tmp_path)
    for name in (
        "map.nc",
        "map.png",
        "again.nc",
        "line.pdf",
        "games.nc",
        "uncertain.png",
    ):
        assert (tmp_path / name).exists(), name


LARGE = (ROOT / "docs" / "large-maps.md").read_text(encoding="utf-8")


def test_large_maps(tmp_path):
    """Every command line of the page on large maps, in order, and what it runs in Python, on small maps."""
    run_file = (ROOT / "examples" / "regimes.toml").read_text().replace("points = 2048", "points = 48")
    (tmp_path / "run.toml").write_text(run_file)
    with distributed.LocalCluster(n_workers=1, dashboard_address=":0") as cluster:
        text = LARGE.replace("tcp://10.0.0.1:8786", cluster.scheduler_address)
        run_lines(re.findall(r"^    foedus (.*)$", text, re.MULTILINE), tmp_path)
    for name in ("map.nc", "again.zarr", "region.png", "cluster.nc"):
        assert (tmp_path / name).exists(), name
    first, second, *others = re.findall(r"```python\n(.*?)```", LARGE, re.DOTALL)
    assert all("Cluster(" in other for other in others)  # of kinds that are not there
    for code in (first, second):
        (tmp_path / "example.py").write_text(code)
        subprocess.run([sys.executable, "example.py"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "part.png").exists()


def test_sensitivity(tmp_path, monkeypatch, capsys):
    """What the page on sensitivity runs, and the numbers it says come out."""
    page = (ROOT / "docs" / "sensitivity.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "sensitivity.md", "exec"), {})
    printed = capsys.readouterr().out
    for said in re.findall(r"^# (pledge .*)$", code, re.MULTILINE):
        assert said.split() in [line.split() for line in printed.splitlines()]
    assert (tmp_path / "pledge.png").exists()
    (line,) = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    monkeypatch.chdir(ROOT)
    assert run([*shlex.split(line), "-o", str(tmp_path / "found.nc"), "--quiet"]) == 0
    assert (tmp_path / "found.png").exists()


def test_boundaries(tmp_path, monkeypatch, capsys):
    """Every command line of the page on cutpoints, boundaries and margins, on small maps, and its example."""
    page = (ROOT / "docs" / "boundaries.md").read_text(encoding="utf-8")
    small_examples(tmp_path, 12)
    lines = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    assert len(lines) == 6
    run_lines(lines, tmp_path)
    for name in (
        "cutpoints.tex",
        "cutpoints.nc",
        "cutpoints.png",
        "fixed-arms.png",
        "adaptive.nc",
        "statics.nc",
    ):
        assert (tmp_path / name).exists(), name
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "boundaries.md", "exec"), {})
    (said,) = re.findall(r"# ([\d.]+ [\d.]+) and ([\d.]+ [\d.]+)", code)
    assert capsys.readouterr().out.splitlines()[:2] == list(said)
    assert (tmp_path / "boundaries.svg").exists()


def test_audit(tmp_path, monkeypatch, capsys):
    """Every command line of the page on auditing a game, what it shows of them, and its example."""
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    lines = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        assert run([*shlex.split(line), "--overwrite"]) == 0
    shown = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    table, printed = re.findall(
        r"```\n(.*?)```", re.sub(r"```python.*?```", "", page, flags=re.DOTALL), re.DOTALL
    )
    assert {" ".join(line.split()) for line in table.splitlines()} <= shown
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "audit.md", "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_sentence_on_margins_is_what_is_printed(capsys):
    page = (ROOT / "docs" / "boundaries.md").read_text(encoding="utf-8")
    (sentence,) = re.findall(r"\*(The regime stays [^*]*)\*", page)
    assert run(["statics", "--ally-cost", "1"]) == 0
    assert " ".join(sentence.split()) in capsys.readouterr().out


@compiled_only
def test_claims(tmp_path, monkeypatch, capsys):
    """Every command line of the page on claims, its examples, its table, and what it says of other
    contests."""
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    small_examples(tmp_path, 48)
    shutil.copy(ROOT / "examples" / "sensitivity.toml", tmp_path / "examples")
    lines = re.findall(r"^ *    foedus (.*?)(?:   .*)?$", page, re.MULTILINE)
    assert len(lines) == 6
    run_lines(lines, tmp_path)
    monkeypatch.chdir(tmp_path)
    code, own = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "claims.md", "exec"), {})
    assert capsys.readouterr().out.endswith("True\n")
    exec(compile(own, "claims.md", "exec"), {})
    assert f"```\n\n```\n{capsys.readouterr().out}```" in page
    found = [foedus.load("claims.nc"), foedus.claims(read_run(ROOT / "examples" / "regimes.toml").axes)]
    rows = re.findall(r"^\| `(.*)` \| (.*) \| (.*) \| (.*) \| (.*) \|$", page, re.MULTILINE)
    assert [row[0] for row in rows] == found[0].claim.values.tolist()
    for name, *said in rows:
        here = [one.sel(claim=name) for one in found]
        assert said == [text for one in here for text in (f"{one.premise_met:,}", f"{100 * one.share:.4g}")]
    form = foedus.claims(games=300_000, seed=1, decisiveness=2.0).share
    assert 0.996 < form.sel(claim="restraint_pledge_falls") < 0.998
    assert 0.89 < form.sel(claim="deterrence_no_provocation") < 0.92
    form = foedus.claims(games=300_000, seed=1, contest="difference", decisiveness=3.0).share
    for name in ("indifferent", "pledge_rises"):
        assert 0.7 < form.sel(claim=f"deterrence_{name}") < 0.75
    assert 0.86 < form.sel(claim="deterrence_ally_arms") < 0.89


def test_certificate(tmp_path, monkeypatch, capsys):
    """What the page on the certificate runs, and what it says is printed."""
    page = (ROOT / "docs" / "certificate.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "certificate.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"^# (.*)$", code, re.MULTILINE)
    assert (tmp_path / "certificate.png").exists()
    (line,) = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    assert run(shlex.split(line)) == 0
    assert "deviation_gain" in capsys.readouterr().out


def page_and_run_file(name, folder):
    """Return a page, its run file written to a folder under the name that its command lines give it."""
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    (run_file,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (file,) = set(re.findall(r"^    foedus map (\S+)", page, re.MULTILINE))
    (folder / file).write_text(run_file)
    return page


def examples(page, language):
    """Return the examples of a page as one script, and the lines that they say are printed."""
    code = "\n".join(re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL))
    return code, re.findall(r"^# (.*)$", code, re.MULTILINE)


def test_first_map(tmp_path, monkeypatch, capsys):
    """Every command line of the tutorial, on its run file, what they print, and its example."""
    page = page_and_run_file("first-map.md", tmp_path)
    assert (tmp_path / "stake.toml").read_text() == (ROOT / "examples/replication/stake.toml").read_text()
    monkeypatch.chdir(tmp_path)
    for line in [f"map {ROOT}/examples/regimes.toml", *re.findall(r"^    foedus (.*)$", page, re.MULTILINE)]:
        assert run(shlex.split(line)) == 0, line
    shown = unspaced(capsys.readouterr().out)
    for text in re.findall(r"```text\n(.*?)```", page, re.DOTALL):
        assert unspaced(text) <= shown
    for name in ("stake.nc", "stake.png", "pledge.png", "line.png", "figure1.eps"):
        assert (tmp_path / name).exists(), name
    code, said = examples(page, "python")
    try:
        exec(compile(code, "first-map.md", "exec"), {})
    finally:  # or pyplot would keep the figures of all tests that follow
        sys.modules.pop("matplotlib.pyplot").close("all")
    assert capsys.readouterr().out.splitlines() == said
    assert Path("figure1.pdf").exists()
    assert Path("figure2.pdf").exists()


def test_calibration(capsys):
    code, said = examples((ROOT / "docs" / "calibration.md").read_text(encoding="utf-8"), "python")
    exec(compile(code, "calibration.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == said


OWN = (ROOT / "docs" / "own-game.md").read_text(encoding="utf-8")
FIRST, THEN = OWN.split("\n## One game\n")


def unspaced(text):
    """Return the lines of a text without how they are spaced."""
    return {" ".join(line.split()) for line in text.splitlines()}


@compiled_only
def test_own_game(tmp_path, monkeypatch, capsys):
    """Every command line, run file, table and example of the page on a game of one's own, and what they
    print."""
    monkeypatch.chdir(tmp_path)
    files = re.findall(r"```(?:toml|text)\n# (\S+)\n(.*?)```", OWN, re.DOTALL)
    assert [name for name, _ in files] == ["entry.toml", "uncertain.toml", "games.csv"]
    for name, text in files:
        Path(name).write_text(text)
    lines = re.findall(r"^    foedus (.*)$", OWN, re.MULTILINE)
    assert len(lines) == 18
    for line in lines:
        if not line.startswith("explore"):  # which serves a page until it is told to end
            assert run(shlex.split(line)) == 0, line
    shown = unspaced(capsys.readouterr().out)
    said = re.findall(r"```text\n([^#].*?)```", OWN, re.DOTALL)
    assert len(said) == 6
    assert unspaced("".join(said)) <= shown
    names = (
        "entry.png",
        "payoff.png",
        "arms.png",
        "uncertain.png",
        "games.nc",
        "cases.csv",
        "entry-forms.png",
        "again.nc",
        "cluster.nc",
    )
    assert [name for name in names if not Path(name).exists()] == []
    for code in re.findall(r"```python\n(.*?)```", THEN, re.DOTALL):
        exec(compile(code, "own-game.md", "exec"), {"__name__": "own"})
        assert capsys.readouterr().out.splitlines() == re.findall(r"^# (.*)$", code, re.MULTILINE)


def test_own_game_explains_the_whole_file():
    """The parts that the page on a game of one's own explains are what `foedus new` writes."""
    template = importlib.resources.files("foedus.cli").joinpath("template.py.txt").read_text("utf-8")
    parts = re.findall(r"```python\n(.*?)```", FIRST, re.DOTALL)
    assert "".join(parts).split() == template.split()


@compiled_only
def test_games_from_gambit(tmp_path, monkeypatch, capsys):
    """The files of the page, its command lines and what they print, and its Python."""
    page = (ROOT / "docs" / "efg.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, text in re.findall(r"```(?:toml|text)\n# (\S+)\n(.*?)```", page, re.DOTALL):
        Path(name).write_text(text.replace("points = 300", "points = 30"))
    lines = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    assert len(lines) == 4
    monkeypatch.setenv("COLUMNS", "120")  # a table may be wide
    for line in lines:
        assert run(shlex.split(line)) == 0
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    for said in re.findall(r"```text\n([^#].*?)```", page, re.DOTALL):
        assert all(line.split() in printed for line in said.splitlines() if set(line) - {*" ─"})
    assert Path("crisis.png").exists()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "efg.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"^# (.*)$", code, re.MULTILINE)


@compiled_only
def test_check(tmp_path, monkeypatch, capsys):
    """The file of the page, its commands and what they print, its Python; and the file without the error."""
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    file, *codes = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    Path("duopoly.py").write_text(file)
    check, *solve, apart = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    assert run(shlex.split(check)) == 1
    shown = capsys.readouterr().out
    (said,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert unspaced(said) <= unspaced(shown)
    assert "follower would gain" in shown
    for line, reply, profit in zip(solve, ("4", "3"), ("8", "9"), strict=True):
        assert run(shlex.split(line)) == 0
        rows = [row.split() for row in capsys.readouterr().out.splitlines()]
        assert ["reply", "q_2", reply] in rows
        assert ["follower_payoff", "U_2", profit] in rows
    names = {}
    for code in codes:
        exec(compile(code, "check.md", "exec"), names)
        assert capsys.readouterr().out.splitlines() == re.findall(r"^# (.*)$", code, re.MULTILINE)
    options = [str(ROOT / part) if part.endswith(".py") else part for part in shlex.split(apart)]
    assert options[-2] == "--games"
    assert run([*options[:-1], "5"]) == 0
    assert "the kernel agrees with the definition in every game compared" in capsys.readouterr().out
    Path("right.py").write_text(file.replace("p.demand / 3", "p.demand / 4"))
    assert run(["check", "right.py", "--games", "200"]) == 0
    assert "100.00 % of 200 games agree" in capsys.readouterr().out


def test_off_path(tmp_path, monkeypatch, capsys):
    """The model of the page on other moves, its command lines and its Python, and all that it shows of them."""
    page = (ROOT / "docs" / "off-path.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    model, code = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    Path("dixit.py").write_text(model)
    exec(compile(code, "off-path.md", "exec"), {})
    lines = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        assert run(shlex.split(line)) == 0
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    for said in re.findall(r"```text\n(.*?)```", page, re.DOTALL):
        assert all(line.split() in printed for line in said.splitlines() if set(line) - {*" ─"})


DEFINITION = (ROOT / "docs" / "definition.md").read_text(encoding="utf-8")


@compiled_only
def test_definition(tmp_path, monkeypatch, capsys):
    """Every example of the page on definitions, its command lines, and what they print."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    file, draw, *others = re.findall(r"```(?:\{code-cell\} )?python\n(.*?)```", DEFINITION, re.DOTALL)
    Path("stackelberg.py").write_text(file, encoding="utf-8")
    model = foedus.load_model("stackelberg.py")  # which keeps what is compiled
    names = {"__name__": "definition"}
    exec(compile(file, "definition.md", "exec"), names)
    names["model"] = model
    exec(compile(draw, "definition.md", "exec"), names)
    ds = names["ds"]
    alone = ds.entry_cost >= (ds.demand / 4) ** 2  # by hand, and so is the other boundary
    shared = ds.entry_cost <= ((1 - 0.5**0.5) * ds.demand / 4) ** 2
    assert (ds.market == xr.where(shared, 2, xr.where(alone, 0, 1))).all()
    for code in others:
        exec(compile(code, "definition.md", "exec"), names)
        printed = [line.split() for line in capsys.readouterr().out.splitlines()]
        said = [line.split() for line in re.findall(r"^# (.*)$", code, re.MULTILINE)]
        assert [*map(len, printed)] == [*map(len, said)]
        for words, told in zip(itertools.chain(*printed), itertools.chain(*said), strict=True):
            # how often a search fails depends on where its values lie
            assert words == told or float(words) == pytest.approx(float(told), abs=0.05)
    lines = re.findall(r"^    foedus (.*)$", DEFINITION, re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        assert run(shlex.split(line)) == 0
    shown = unspaced(re.sub(r"search_error .*", "", capsys.readouterr().out))
    for said in re.findall(r"```text\n(.*?)```", DEFINITION, re.DOTALL):
        assert unspaced(re.sub(r"search_error .*", "", said)) <= shown


def test_definition_tells_how_many_values_a_search_begins_with():
    rows = re.findall(r'^\| `"(\w+)"`.* \| (\d+) \| (\d+) % \|$', DEFINITION, re.MULTILINE)
    assert [name for name, *_ in rows] == [*CARE]
    for name, values, gap in rows:
        nodes = [node(0.0, 1.0, i / CARE[name]) for i in range(CARE[name] + 1)]
        assert len(nodes) == int(values)
        assert round(100 * max(b - a for a, b in itertools.pairwise(nodes))) == int(gap)


def test_definition_tells_mistakes():
    """The messages of the page are those that the tests of definitions provoke."""
    files = [ROOT / "tests" / "model" / f"test_{name}.py" for name in ("broken_definition", "definition")]
    told = "\n".join(file.read_text(encoding="utf-8") for file in files)
    told += "\n".join(words for *_, words in runpy.run_path(files[0])["BROKEN"].values())
    _, messages = DEFINITION.split("## When something is wrong")
    rows = re.findall(r"^\| `(.*)` \| .* \|$", messages, re.MULTILINE)
    assert len(rows) == 19
    assert [row for row in rows if row not in told] == []


MISTAKES = {
    "parameter 'force'": ("enough = p.forces", "enough = p.force"),
    "half is called": ("def solve", "def half(x):\n    return x / 2\n\n\ndef solve", "= p.forces *", "= half(p.forces) *"),
    "sqroot": ("math.sqrt", "math.sqroot"),
    "returns 2 values": ("SAFE, 0.0, 1.0", "SAFE, 0.0", "enough, at_peace", "enough", "best, at_war", "best"),
    "of different kinds": ("SAFE, 0.0, 1.0", "SAFE, 0.0"),
    "returns 7": ("Peace.SAFE, 0.0", "7, 0.0"),
    "the default": ('"v", 1.0', '"v", -1.0'),
    "threads": ('"forces", "b"', '"threads", "b"'),
    "the text": ("if enough <= 0", "if p.form == 'square'", "parameters=[", "parameters=[Parameter('form', '', 'line', choices=('line', 'square')),"),
    "a code of War": ("def solve", "class War(Code):\n    A, B, C, D = range(4)\n\n\ndef solve", "return Peace.SAFE", "return War.A", "return Peace.DETERRED", "return War.B", "Peace.DEFENDED", "War.C", "Peace.GIVEN_UP", "War.D"),
    "no Model": ("model = Model", "model = lambda: Model"),
    "first": ("model = Model", "first, second = (Model(*'ab', [Parameter('c', '', 1)], [Outcome('d', codes=Peace)]) for _ in 'ab'); lambda: Model"),
    "no arms": ("        return Peace.SAFE", "        raise ValueError('no arms')\n        return Peace.SAFE"),
    "only its source": ("# in a war", "# at war"),
}  # fmt: skip


@compiled_only
@pytest.mark.parametrize("mistake", MISTAKES)
def test_own_game_tells_mistakes(mistake, tmp_path, monkeypatch, capsys):
    """The lines that the page says are printed are those that are."""
    monkeypatch.chdir(tmp_path)
    rows = re.findall(r"^\| `(.*)` \| .* \|$", OWN, re.MULTILINE)
    assert len(rows) == len(MISTAKES)
    (row,) = [row for row in rows if mistake in row]
    run(["new", "entry.py"])
    text = Path("entry.py").read_text()
    if mistake == "only its source":
        foedus.save(foedus.sweep({"prize": [0.1, 1.0]}, model=foedus.load_model("entry.py")), "entry.nc")
    changes = MISTAKES[mistake]
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    Path("entry.py").write_text(text)
    line = ["map", "entry.nc", "-o", "a.nc"] if mistake == "only its source" else ["solve", "--prize", "0.1"]
    assert run([*line, "--model", "entry.py"]) == 2
    assert row in capsys.readouterr().err


@compiled_only
def test_own_game_tells_what_is_drawn_and_what_is_kept():
    """What the page says of `usual`, of choices as numbers, and of games that are not solved."""

    def solve(p):
        return (-1 if p.even < 0 else Sign.PLUS), (3.0, 7.0)[int(p.form)]

    class Sign(Code):
        PLUS = 0

    parameters = [
        Parameter("even", "", 1.0, usual=(1, 10)),
        Parameter("wide", "", 1.0, usual=(1, 10.1)),
        Parameter("below", "", 1.0, usual=(0, 100)),
        Parameter("alone", "", 1.0),
        Parameter("form", "", "linear", choices=("linear", "squared")),
    ]
    claim = foedus.Claim("even", "It is.", lambda g: True, lambda g: g.given.even < 0)
    own = foedus.Model(
        "own",
        "Own",
        parameters,
        [foedus.Outcome("sign", codes=Sign), foedus.Outcome("size")],
        solve,
        claims=[claim],
    )
    ds = foedus.claims(model=own, games=100)
    laws = [text.partition(" = ")[0].strip("{ ") for text in ds.distribution.values.tolist()]
    assert dict(zip(ds.parameter.values.tolist(), laws, strict=True)) == {
        "even": "uniform",
        "wide": "log_uniform",
        "below": "uniform",
        "alone": "",
    }
    assert (ds.alone.item(), ds.form.item()) == (1.0, "linear")
    with pytest.warns(RuntimeWarning, match="1 of 2 games"):
        kept = foedus.sweep({"even": [-1.0, 1.0]}, model=own, form="squared")
    assert kept.sign.values.tolist() == [-1, 0]
    assert kept["size"].values.tolist() == [7.0, 7.0]


@pytest.mark.parametrize(
    ("language", "command", "library"),
    [
        ("python", [sys.executable], ["-c", "import xarray"]),
        ("r", ["Rscript"], ["-e", "library(ncdf4)"]),
        ("julia", ["julia"], ["-e", "using NCDatasets"]),
    ],
)
def test_reading(language, command, library, tmp_path):
    """The examples of the page on reading files in other languages, which print the same numbers."""
    if not shutil.which(command[0]) or subprocess.run([*command, *library], check=False).returncode:
        pytest.skip(f"{command[0]} is not installed, or cannot do this: {library[1]}")
    page = page_and_run_file("reading.md", tmp_path)
    run_lines(re.findall(r"^    foedus (.*)$", page, re.MULTILINE), tmp_path)
    code, said = examples(page, language)
    assert said[1:] == examples(page, "python")[1][1:]  # but for the order of the dimensions
    (tmp_path / "example").write_text(code)
    done = subprocess.run([*command, "example"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert [line.strip() for line in done.stdout.splitlines()] == said


PAGES = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "reference").glob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_are_run(page):
    """A page that shows a command or an example has a test; cells are run where the pages are built."""
    if re.search(r"^```(python|r|julia)$|^ *    foedus ", page.read_text(encoding="utf-8"), re.MULTILINE):
        tests = [file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py")]
        assert any(f'"{page.name}"' in text for text in tests)


def test_every_name_has_a_reference():
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\.\. auto\w+:: ([\w.]+)", page, re.MULTILINE))
    assert {*foedus.__all__, "foedus.draw.accessor.Accessor"} <= named


def is_table(module, name, it):
    """Tell whether something that a module defines is a table of the docs."""
    if isinstance(it, type):
        return issubclass(it, Code) and it.__module__ == module.__name__
    if inspect.isfunction(it):
        return name == "labels" and it.__module__ == module.__name__
    return isinstance(it, dict) and it and all(isinstance(entry, (Label, Parameter)) for entry in it.values())


def test_every_table_is_shown():
    """All parameters, outcomes, labels and codes stand in the docs."""
    shown = {
        name for page in PAGES for name in re.findall(r"<!-- table ([\w.]+) -->", page.read_text("utf-8"))
    }
    rooms = [importlib.import_module(f"foedus.{room}") for room in ("alliance", "maps", "uncertainty")]
    names = [
        found.name for room in rooms for found in pkgutil.iter_modules(room.__path__, f"{room.__name__}.")
    ]
    modules = [importlib.import_module(name) for name in names]
    tables: dict[int, set[str]] = {}  # the names of each, by what they name
    for module in modules:
        for name, it in vars(module).items():
            if is_table(module, name, it):
                tables.setdefault(id(it), set()).add(f"{module.__name__}.{name}")
    assert shown <= set().union(*tables.values())
    rest = [names for names in tables.values() if not names & shown]
    assert {name for names in rest for name in names if not name.endswith((".OUTCOMES", ".NUMBERS"))} == set()


@pytest.mark.parametrize("page", WITH_TABLES, ids=lambda page: page.name)
def test_tables_are_those_of_the_models(page):
    """What `python docs/_ext/write_tables.py` would write is what the pages have, the README's legend included."""
    assert written(page) == page.read_text(encoding="utf-8")


def test_the_readme_explains_each_regime():
    legend = re.findall(r"^- \*\*(.*)\*\*: \w", README, re.MULTILINE)
    assert legend == [regime.words for regime in foedus.Regime if regime >= 0]


@compiled_only
def test_installing(tmp_path, monkeypatch, capsys):
    """Every command line and example of the page on installing, and its table of extras."""
    page = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELL", "/bin/bash")
    small_examples(tmp_path, 12)
    lines = re.findall(r"^    foedus (.*?)(?:   .*)?$", page, re.MULTILINE)
    assert len(lines) == 5
    for line in lines:
        assert run(shlex.split(line)) == 0, line
    assert "all is well" in capsys.readouterr().out
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "installing.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"# prints (.*)$", code, re.MULTILINE)
    assert (tmp_path / "pledge.png").exists()
    rows = re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)
    assert rows == metadata.metadata("foedus").get_all("Provides-Extra")


def test_links_lead_somewhere():
    for page in (ROOT / "README.md", *PAGES):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), (page, target)


@pytest.mark.parametrize("target", re.findall(r"make ([a-z]+)", README))
def test_targets_exist(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_explorer(tmp_path):
    """Every command line of the page on the explorer serves it, and what its address gives can be fetched."""
    page = (ROOT / "docs" / "explorer.md").read_text(encoding="utf-8")
    small_examples(tmp_path, 12)
    run_lines(["map examples/coarse.toml -o map.nc"], tmp_path)
    lines = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    assert len(lines) == 7
    lines.remove("new own.py")
    run_lines(["new own.py"], tmp_path)
    (address,) = re.findall(r'curl -O "(.*)"', page)
    for line in lines:
        name = "forces" if "--model" in line else "stake"
        words = [*shlex.split(re.sub(r"--port \d+|--no-browser", "", line)), "--no-browser", "--port", "0"]
        command = [sys.executable, "-m", "foedus", *words]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
            try:
                served = re.search(r"http://\S+:\d+/", server.stdout.readline()).group()
                there = address.replace("http://127.0.0.1:5006/", served).replace("stake", name)
                request = urllib.request.Request(there)
                for host in re.findall(r"--origin (\S+)", line):
                    assert re.search(rf"https?://{host}[/.]", page)  # where the page says that it is then
                    request.add_header("Host", host)
                with urllib.request.urlopen(request) as answer:
                    assert f"{name} = 2.0" in answer.read().decode()
            finally:
                server.terminate()


def test_forms(tmp_path, monkeypatch, capsys):
    """The page on other forms, on small maps: its command lines, and its example."""
    page = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")
    small_examples(tmp_path, 12)
    lines = re.findall(r"^    foedus (.*)$", page, re.MULTILINE)
    assert len(lines) == 2
    run_lines(lines, tmp_path)
    assert (tmp_path / "slice.png").exists()
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "forms.md", "exec"), {})
    shares = [float(number) for number in re.findall(r"[\d.]+", capsys.readouterr().out)]
    assert sum(shares) == pytest.approx(1, abs=1e-6)
    assert shares[0] == 0  # as the page says: revision alone keeps any ground
    assert (tmp_path / "forms.png").stat().st_size > 10_000
