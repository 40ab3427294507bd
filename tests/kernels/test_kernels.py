"""The kernels as programs: compiled and pure Python, chunks and threads, the cache, CUDA."""

import hashlib
import importlib
import itertools
import json
import os
import platform
import re
import subprocess
import sys

import games
import llvmlite.binding
import numpy as np
import pytest
import targets
from conftest import COMPILED, as_shipped, pure_only, sized
from games import CLOSED, DIFFERENCE, EDGE_GAMES, NAMES, RATIO, game, random_games

import foedus
from foedus.alliance import model as schema
from foedus.cli.app import run
from foedus.kernels import alliance as kernels

DIGEST = """
import hashlib, sys
import numpy as np
from games import EDGE_GAMES, GENERAL_EDGE_GAMES, random_games
from foedus.kernels import alliance as kernels
from foedus.kernels.alliance.deviations import Stated, deviation_gain
digest = hashlib.sha256()
games = random_games(400, seed=6, spread=1.5) + EDGE_GAMES[::7] + GENERAL_EDGE_GAMES[::7]
for contest in (0.0, 1.0):
    games += random_games(400, seed=7, contest=contest, decisiveness=(0.2, 8.0))
for i, g in enumerate(games):
    solution, limit, status = kernels.solve_any_game(np.array(g))
    digest.update(np.array([*solution, limit, status]).tobytes())
    if i % 60 == 0:  # takes long as plain Python
        stated = np.array([getattr(solution, name) for name in Stated._fields])
        digest.update(np.array(deviation_gain(np.array(g), stated)).tobytes())
print(digest.hexdigest())
"""


@as_shipped
def test_pure_python_gives_the_same_bits():
    """The compiled kernels and the same code as plain Python agree to the last bit."""
    digests = set()
    for disable in ("0", "1"):
        environment = os.environ | {
            "NUMBA_DISABLE_JIT": disable,
            "PYTHONPATH": os.path.dirname(games.__file__),
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", DIGEST],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        digests.add(done.stdout)
    assert len(digests) == 1


@pytest.mark.parametrize("contest", [0.0, 1.0])
@pytest.mark.parametrize("decisiveness", [1.0, 2.5])
def test_replies_are_those_of_the_path_and_of_the_definition(contest, decisiveness):
    """Without S, the reply is that of the equilibrium. With any pledge, A's payoff is the one that a grid
    search finds. With other arms of A, C does no worse than a grid search."""
    import twin

    games = random_games(sized(40), seed=21, contest=contest, decisiveness=(decisiveness, decisiveness))
    pledges = np.random.default_rng(3).uniform(0, 1, len(games))
    replies = np.empty((len(games), 5))
    kernels.replies_to_pledges(np.array(games), pledges, replies)
    for g, s, found in zip(games, pledges, replies, strict=True):
        reply = kernels.Reply(*found)
        solution, _, _ = kernels.solve_any_game(np.array(g))
        alone = kernels.reply_to_pledge(np.array(g), 0.0)
        assert alone.settlement == solution.settlement_without
        assert alone.ally_arms == pytest.approx(solution.ally_arms_without, abs=1e-12)
        assert alone.challenger_arms == pytest.approx(solution.challenger_arms_without, abs=1e-12)
        (_, payoff, _, _), _ = twin.ally_choice(g, s)
        assert reply.payoff == pytest.approx(payoff, abs=1e-6)
        assert reply.payoff == pytest.approx(reply.settlement - g[0] * reply.ally_arms, abs=1e-12)
        arms, settlement, crisis = kernels.reply_to_arms(np.array(g), s, 0.7 * reply.ally_arms)
        _, _, who, _, best = twin.challenger(g, s, 0.7 * reply.ally_arms)
        assert 1 - settlement - g[1] * arms == pytest.approx(best.max(), abs=1e-9)
        if np.sort(best)[-1] - np.sort(best)[-2] > 1e-7:
            assert crisis == who


@pytest.mark.parametrize("contest", [RATIO, DIFFERENCE])
def test_the_challenger_gives_all_up_to_forces_that_it_cannot_match(contest):
    """With the most arms that it would pay for, 1/c_C, it wins with less than k_C, which A takes as well."""
    g = game(contest=contest, bargaining_power=1.0, challenger_war_cost=0.1)
    assert kernels.reply_to_arms(np.array(g), 0.0, 1000.0) == (0.0, 1.0, foedus.Crisis.ALLY_CHALLENGES)


def test_names_agree_with_the_table():
    assert tuple(schema.OUTCOMES) == kernels.VARIABLES
    assert set(NAMES) == set(schema.NUMBERS)
    assert schema.CONTESTS.index("ratio") == kernels.any_contest.RATIO
    assert schema.CONTESTS.index("difference") == kernels.any_contest.DIFFERENCE
    from foedus.kernels.alliance import challenger

    solver = importlib.import_module("foedus.kernels.alliance.equilibrium")
    for code in schema.Regime:
        assert getattr(solver, code.name) == code
    for code in schema.Crisis:
        assert getattr(challenger, code.name) == code


AXES = {
    "ally_cost": np.geomspace(0.05, 5, 37),
    "status_quo": np.linspace(0.1, 0.9, 29),
    "stake": [0.3, 1.0, 3.0],
}


def bits(dataset):
    """Return a digest of every array of a Dataset."""
    digest = hashlib.sha256()
    for name in dataset.data_vars:
        digest.update(dataset[name].values.tobytes())
    return digest.hexdigest()


CONTESTS = pytest.mark.parametrize(
    "contest",
    [{}, {"decisiveness": 0.6}, {"decisiveness": 2.0}, {"contest": "difference", "decisiveness": 3.0}],
    ids=["closed", "flat", "steep", "difference"],
)


@CONTESTS
def test_threads_and_tiles_do_not_matter(monkeypatch, contest):
    axes = AXES if COMPILED else {name: values[::4] for name, values in AXES.items()}
    expected = bits(foedus.sweep(axes, threads=1, **contest))
    tiles = [(1, 7), (1, 64), (3, 50), (64, 1024), (10**6, 10**6)] if COMPILED else [(2, 64)]
    for row, tile in itertools.product((1, 60, 10**6), tiles):
        monkeypatch.setattr("foedus.solving.columns.ROW", row)  # games in a row: 3, 87 or all
        for name in ("TILE", "ANY_TILE"):
            monkeypatch.setattr(f"foedus.alliance.model.{name}", tile)
        for threads in (1, 2, 5):
            assert bits(foedus.sweep(axes, threads=threads, **contest)) == expected, (row, tile, threads)


def one_by_one(games):
    """Return the variables of the games, each solved by itself."""
    return np.array([kernels.solve_game(game)[0] for game in games])


def test_side_by_side_is_one_by_one():
    """Games solved in blocks have the same bits as alone, for any games beside them."""
    games = np.array(
        random_games(sized(20_000), seed=9)
        + random_games(sized(5_000), seed=10, spread=3.0)
        + EDGE_GAMES[:: 1 if COMPILED else 40]
    )
    np.random.default_rng(9).shuffle(games)
    found = foedus.solve_points(dict(zip(NAMES, games.T[:14], strict=True)))
    for name, expected in zip(kernels.VARIABLES, one_by_one(games).T, strict=True):
        np.testing.assert_array_equal(found[name].values, expected, err_msg=name)
    offers = ["pledge", "settlement", "superpower_payoff", "settlement_without", "superpower_payoff_without"]
    for kept in (["regime", "crisis", "crisis_without"], [*offers, "regime"], ["ally_arms"], ["provocation"]):
        columns = dict(zip(NAMES, games.T[:14], strict=True))
        fewer = foedus.solve_points(columns, variables=kept)
        assert fewer.equals(found[list(fewer.data_vars)])


@pytest.mark.parametrize(("outer", "inner"), list(itertools.permutations(CLOSED, 2)))
def test_what_is_kept_between_rows_is_kept_rightly(inner, outer):
    """For any parameters that vary within rows and between them, and any end of a row."""
    low = {name: 0.0 for name in ("autonomy_cost", "alliance_cost")}
    values = {
        name: np.linspace(low.get(name, 0.3), 0.1 if name in low else 0.9, count)
        for name, count in ((outer, 3), (inner, 131 if COMPILED else 129))
    }
    grid = foedus.sweep(values)
    default = [schema.NUMBERS[name].default for name in NAMES] + [0.0]
    step = 1 if COMPILED else 40
    for i, j in itertools.product(range(3), range(0, len(values[inner]), step)):
        game = np.array(default)
        game[NAMES.index(outer)] = values[outer][i]
        game[NAMES.index(inner)] = values[inner][j]
        expected = kernels.solve_game(game)[0]
        found = [grid[name].values[i, j] for name in kernels.VARIABLES]
        np.testing.assert_array_equal(found, expected)


@CONTESTS
def test_a_grid_is_its_points(contest):
    """`sweep`, `solve_points` and `solve` solve the same games to the same bits."""
    axes = {"ally_cost": [0.1, 0.3, 1.0], "status_quo": [0.3, 0.8], "autonomy_cost": [0.0, 0.05]}
    grid = foedus.sweep(axes, challenger_cost=0.7, **contest)
    points = {
        name: column.ravel()
        for name, column in zip(axes, np.meshgrid(*axes.values(), indexing="ij"), strict=True)
    }
    scattered = foedus.solve_points(points, challenger_cost=0.7, **contest)
    assert bits(grid) == bits(scattered)
    for i in range(12):
        game = {name: float(column[i]) for name, column in points.items()}
        eq = foedus.solve(challenger_cost=0.7, **game, **contest)
        for name in schema.OUTCOMES:
            path, key = (
                (eq.without, name.removesuffix("_without")) if name.endswith("_without") else (eq, name)
            )
            np.testing.assert_array_equal(getattr(path, key), scattered[name].values[i])


@pytest.mark.parametrize("mixed", [False, True], ids=["closed", "any contest"])
def test_every_axis_counts_by_itself(mixed):
    """The odometer gives each game its own values, for any strides and any first game."""
    rng = np.random.default_rng(7)
    axes = {
        "ally_cost": rng.uniform(0.1, 2, 3),
        "stake": rng.uniform(0.5, 2, 5),
        "status_quo": rng.uniform(0.2, 0.8, 4),
    }
    if mixed:
        axes["decisiveness"] = np.array([0.7, 1.0, 2.0])
    grid = foedus.sweep(axes, variables=["ally_payoff"]).ally_payoff
    for _ in range(sized(200)):
        at = {name: int(rng.integers(len(values))) for name, values in axes.items()}
        eq = foedus.solve(**{name: float(axes[name][i]) for name, i in at.items()})
        assert grid.isel(at).item() == eq.ally_payoff


def unsolved_beside(game, other):
    """Solve a game that cannot be solved, one that can, and the first again; check the messages."""
    default = {name: parameter.default for name, parameter in schema.NUMBERS.items()}
    columns = {k: [(default | g)[k] for g in (game, other, game)] for k in game | other}
    words = (
        f"2 of 3 games could not be solved; their regime is -1 (unsolved). The first is {foedus.Game(**game)}"
    )
    with pytest.warns(RuntimeWarning, match=re.escape(words)) as warned:
        ds = foedus.solve_points(columns)
    assert len(warned) == 1
    assert (ds.regime == foedus.Regime.UNSOLVED).values.tolist() == [True, False, True]
    for name, variable in schema.OUTCOMES.items():
        if not variable.codes:
            assert np.isnan(ds[name].values[[0, 2]]).all(), name
    for kept in (["regime", "crisis"], ["regime", "pledge"]):
        with pytest.warns(RuntimeWarning, match=re.escape(words)):
            assert foedus.solve_points(columns, variables=kept).equals(ds[kept])


@pure_only
@pytest.mark.parametrize("decisiveness", [1.0, 0.5, 2.0])
def test_an_iteration_that_does_not_end_is_said(monkeypatch, decisiveness):
    """The regime is -1, every float NaN, and a warning names the first such game."""
    from foedus.kernels.alliance import lanes, superpower
    from foedus.kernels.alliance.any_contest import challenger, odds

    for module in (lanes, superpower, odds, challenger):
        monkeypatch.setattr(module, "STEPS", 0)
    game = {"ally_cost": 5.0, "status_quo": 0.8, "decisiveness": decisiveness}
    unsolved_beside(game, {"ally_cost": 0.4})  # which needs no iteration
    with pytest.warns(RuntimeWarning, match="could not be solved: an iteration did not end"):
        eq = foedus.solve(**game)
    assert eq.regime == foedus.Regime.UNSOLVED
    assert eq.explain().startswith("Unsolved")


@pytest.mark.parametrize(
    "game",
    [
        # the last digit of such a costly force is worth more than the certificate allows: C's and A's
        {"ally_cost": 5.2, "challenger_cost": 159124.6, "status_quo": 0.21, "challenger_war_cost": 0.108, "challenger_forces": 962879.1, "decisiveness": 0.117},
        {"ally_cost": 769637.0, "challenger_cost": 122672.0, "superpower_cost": 8e-6, "status_quo": 0.84, "challenger_forces": 262340.3, "stake": 14091.0, "decisiveness": 2.0},
    ],
)  # fmt: skip
def test_what_cannot_be_certified_is_said(game):
    unsolved_beside(game, {})
    with pytest.warns(RuntimeWarning, match="could not be solved: a player would gain by leaving the path"):
        assert foedus.solve(**game).regime == foedus.Regime.UNSOLVED


def test_every_status_has_a_cause():
    assert [status.cause for status in kernels.Status] == [
        "it is solved", "an iteration did not end", "a player would gain by leaving the path that was found",
        "its parameters are so large or so small that numbers leave the range of floats",
    ]  # fmt: skip


def test_no_game_is_unsolved():
    games = random_games(sized(50_000), seed=8, spread=1.5) + EDGE_GAMES[:: 1 if COMPILED else 50]
    columns = dict(zip(NAMES, np.array(games).T[:14], strict=True))
    assert (foedus.solve_points(columns, variables=["regime"]).regime != foedus.Regime.UNSOLVED).all()


@as_shipped
def test_cache_follows_the_sources(tmp_path):
    """The compiled code is in a folder named by all sources; old folders are removed after a while."""
    from foedus.kernels import _jit

    folder = tmp_path / "kernels"
    folder.mkdir()
    (folder / "a.py").write_text("x = 1")
    before = _jit._source_hash(folder)
    (folder / "a.py").write_text("x = 2")
    assert _jit._source_hash(folder) != before

    current, recent, old = (tmp_path / f"kernels-{name}" for name in ("current", "recent", "old"))
    for path in (current, recent, old):
        path.mkdir()
    long_ago = current.stat().st_mtime - 86400 * (_jit.KEEP_DAYS + 1)
    for path in (current, old):
        os.utime(path, (long_ago, long_ago))
    _jit._prune(tmp_path, current)
    assert current.exists()
    assert recent.exists()
    assert not old.exists()


def compiled_for(folder, *arguments, **target):
    """Return what `targets.py` prints for a target, compiled again."""
    done = subprocess.run(
        [sys.executable, os.path.join(os.path.dirname(games.__file__), "targets.py"), *arguments],
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder)} | target,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def all_vectors(loops):
    """Assert that loops over lanes compute only with vectors, except where one game is solved for all or
    after the others."""
    assert len(loops) == 13
    for name, (vectors, single) in loops.items():
        assert vectors > single, name
        if name not in ("set_costs", "set_levels", "concede"):
            assert single == 0, name


@as_shipped
def test_lanes_are_vectors(tmp_path):
    """On each kind of processor, whichever this one is."""
    processors = ["haswell", "znver3", "x86-64-v3", "skylake-avx512", "aarch64"]
    found = compiled_for(tmp_path, *processors)
    assert [*found] == processors
    for loops in found.values():
        all_vectors(loops)


@as_shipped
@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="runs code of x86-64; run on such a machine"
)
@pytest.mark.parametrize("processor", ["haswell", "x86-64-v2"])
def test_lanes_find_the_same_with_other_vectors(tmp_path, processor):
    """Vectors of four and of two numbers give the bits of one game at a time, there and here."""
    features = llvmlite.binding.get_host_cpu_features()
    if processor == "haswell" and not features.get("avx2"):
        pytest.skip("this processor has no AVX2; run on one that has")
    found = compiled_for(tmp_path, "bits", NUMBA_CPU_NAME=processor, NUMBA_CPU_FEATURES="")
    assert set(found["digests"]) == set(targets.digests())
    if processor == "haswell":
        all_vectors(found["loops"])


@as_shipped
def test_second_process_compiles_nothing(tmp_path):
    """What one process compiled, the next one loads."""
    script = (
        "import numpy as np; from foedus.kernels import alliance as kernels;"
        "kernels.solve_game(np.ones(15) * 0.5);"
        "print(sum(kernels.solve_game.stats.cache_misses.values()))"
    )
    misses = [
        subprocess.run(
            [sys.executable, "-c", script], env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for _ in range(2)
    ]  # fmt: skip
    assert misses == ["1", "0"]


def compiled_once(monkeypatch, folder):
    """Return a kernel whose code is kept in `folder`, called once, and how often it had to be compiled."""
    from foedus.kernels import _jit

    def halved(value):
        return value / 2

    monkeypatch.setattr(_jit, "CACHE_FOLDER", folder)
    kernel = _jit.jit(halved)
    assert kernel(3.0) == 1.5
    return kernel, kernel.stats.cache_misses.total()


def damages(content):
    """Give what can be left of a file after a crash, or on a full or bad disk."""
    yield from (b"", content[: len(content) // 2], content[:-1], b"\0" * len(content))
    for place in np.linspace(0, len(content) - 1, 8, dtype=int):
        yield content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]


@as_shipped
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_damaged_code_is_compiled_again(tmp_path, monkeypatch, ending):
    """Numba alone would raise EOFError, UnpicklingError ..., in every run, or run damaged code."""
    assert compiled_once(monkeypatch, tmp_path)[1] == 1
    (file,) = tmp_path.rglob(f"*.{ending}")
    whole = file.read_bytes()
    for damaged in damages(whole):
        file.write_bytes(damaged)
        if compiled_once(monkeypatch, tmp_path)[1]:  # and not where the bit means nothing
            assert compiled_once(monkeypatch, tmp_path)[1] == 0


@as_shipped
@pytest.mark.parametrize("full", [True, False])
def test_without_a_cache_games_are_solved_with_one_warning(tmp_path, full):
    folder = tmp_path / "cache"
    if not full:  # but nowhere
        folder.write_text("")
    (tmp_path / "script.py").write_text(
        "import resource, sys\n"
        "from foedus.kernels import _jit\n"
        "if sys.argv[1:] == ['full']: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "first, second = _jit.jit(lambda value: value + 1), _jit.jit(lambda value: value + 2)\n"
        "print(first(1.0), second(1.0), _jit.CACHE_FOLDER)\n"
    )
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py", *["full"] * full],
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (kept,) = folder.iterdir() if full else [None]
    assert done.stdout == f"2.0 3.0 {kept}\n"
    assert done.stderr.count("Warning: ") == 1
    reason = f"{kept} cannot be written: File too large" if full else f"{folder} cannot be written"
    words = f"kernels are compiled again in every run: {reason}; set NUMBA_CACHE_DIR to a folder that can be written"
    assert f"UserWarning: {words}\n" in done.stderr


@as_shipped
def test_an_interrupt_waits_for_the_compiler(tmp_path):
    """LLVM calls back into Python when it has compiled; an interrupt was lost there, and the code with it."""
    script = (
        "import signal, sys\n"
        "from numba.core.codegen import JITCodeLibrary as Library\n"
        "compiled = Library._object_compiled_hook\n"
        "def interrupted(*given):\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    compiled(*given)\n"
        "Library._object_compiled_hook = interrupted\n"
        "sys.argv = ['foedus', 'solve']\n"
        "from foedus.cli.app import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "")
    *announced, last = done.stderr.splitlines()
    assert last == "foedus: interrupted; no half-written file is left"
    assert all("compiling" in line for line in announced)
    assert not [*tmp_path.rglob("*.tmp.*")]


@pytest.fixture
def ptx_of(monkeypatch):
    """Compile a kernel to PTX; needs no GPU, only NVIDIA's compiler."""
    pytest.importorskip("numba_cuda", reason="numba-cuda is not installed: pip install 'foedus[cuda]'")
    from numba import cuda

    class Device:
        compute_capability = (8, 0)

    # numba-cuda asks the present device even where the capability is given
    monkeypatch.setattr("numba.cuda.dispatcher.get_current_device", Device)
    return lambda kernel, signature: cuda.compile_ptx(kernel, signature, cc=(8, 0))[0]


@as_shipped
@pytest.mark.parametrize("solver", ["solve_game", "solve_any_game"])
def test_kernels_compile_for_cuda(ptx_of, solver):
    from numba import cuda, float64

    solve = getattr(kernels, solver)

    def kernel(games, out):
        i = cuda.grid(1)
        if i < games.shape[0]:
            solution, _, _ = solve(games[i])
            out[i] = solution.pledge

    ptx = ptx_of(kernel, (float64[:, ::1], float64[::1]))
    assert ".entry" in ptx
    assert "sqrt.rn.f64" in ptx


@as_shipped
def test_a_model_of_ones_own_compiles_for_cuda(ptx_of, tmp_path):
    """The one that `foedus new` writes, and one with a helper."""
    from numba import cuda, float64

    from foedus.kernels.loop import jit, parameters_type

    assert run(["new", str(tmp_path / "own.py")]) == 0
    text = (tmp_path / "own.py").read_text()
    helped = (
        text.replace("math.sqrt(", "root(")
        + "import foedus\n@foedus.jit\ndef root(x):\n    return math.sqrt(x)\n"
    )
    (tmp_path / "helped.py").write_text(helped)
    for name in ("own", "helped"):
        model = foedus.load_model(tmp_path / f"{name}.py")
        solve, given = jit(model.solve), parameters_type(tuple(model.by_name))

        def kernel(games, out):
            i = cuda.grid(1)
            if i < games.shape[0]:
                p = games[i]
                _, out[i], _ = solve(given(p[0], p[1], p[2], p[3]))  # noqa: B023

        kernel = ptx_of(kernel, (float64[:, ::1], float64[::1]))
        assert ".entry" in kernel
        assert "sqrt.rn.f64" in kernel


@as_shipped
def test_the_search_compiles_for_cuda(ptx_of):
    from numba import cuda, float64

    from foedus.kernels.alliance.deviations import deviation_gain

    def kernel(games, stated, out):
        i = cuda.grid(1)
        if i < games.shape[0]:
            out[i] = deviation_gain(games[i], stated[i])

    assert ".entry" in ptx_of(kernel, (float64[:, ::1], float64[:, ::1], float64[::1]))
