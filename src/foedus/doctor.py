"""What foedus runs on here, and whether it solves games right: what `foedus doctor` tells."""

import itertools
import math
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from .cutpoints import fixed_arms_cutpoints
from .equilibrium import solve
from .game import Game
from .io.schema import CONTESTS, Crisis, Regime
from .sweeps import check_threads, sweep

CERTIFIED = 1e-8  # the most that a player may gain by another move
CGROUPS = Path("/sys/fs/cgroup")
# a game of each regime, in each contest
GAMES: dict[str, dict[Regime, dict[str, float]]] = {
    "ratio": {
        Regime.REVISION: {"ally_cost": 0.1},
        Regime.RESTRAINT: {"ally_cost": 0.3},
        Regime.SELF_RELIANCE: {"ally_cost": 0.5},
        Regime.DETERRENCE: {"ally_cost": 1.0},
        Regime.PARTIAL: {"ally_cost": 3.0, "stake": 0.1},
        Regime.CONCESSION: {"superpower_cost": 1.0, "status_quo": 0.7},
    },
    "difference": {
        Regime.REVISION: {"ally_cost": 0.1, "decisiveness": 2.0},
        Regime.RESTRAINT: {"ally_cost": 0.5, "decisiveness": 4.0},
        Regime.SELF_RELIANCE: {"status_quo": 0.3, "decisiveness": 2.0},
        Regime.DETERRENCE: {"decisiveness": 2.0},
        Regime.PARTIAL: {"ally_cost": 0.6, "superpower_cost": 1.0, "status_quo": 0.7, "decisiveness": 4.0},
        Regime.CONCESSION: {"superpower_cost": 1.0, "decisiveness": 2.0},
    },
}


class Check(NamedTuple):
    """Something that must hold here, and what to do if it does not; `run` says what it found, or raises."""

    name: str
    run: Callable[[], str]
    remedy: str


class Finding(NamedTuple):
    """What came of a check, in words."""

    name: str
    passed: bool
    words: str
    remedy: str


def facts() -> list[tuple[str, str]]:
    """Return what foedus runs on here: pairs of a heading and a text, in the order in which to read them.

    Examples
    --------
    >>> dict(facts())["foedus"].split(",")[0]
    '0.1.0'
    """
    import llvmlite.binding  # which numba brings

    from . import __version__

    kind = llvmlite.binding.get_host_cpu_name()
    return [
        ("foedus", f"{__version__}, in {Path(__file__).parent}"),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()}), {sys.executable}"),
        ("system", platform.platform()),
        ("processor", f"{platform.machine()}, compiled for as {kind}"),
        ("threads", _threads()),
        ("kernels", _kernels()),
        *((name, _version(name) or "missing") for name in requirements()),
        *((f"[{extra}]", _extra(extra)) for extra in extras()),
    ]


def requirements(extra: str | None = None) -> list[str]:
    """Return the packages that foedus takes, or one of its extras; an extra that takes others names them as
    ``foedus[...]``.

    Examples
    --------
    >>> requirements("zarr")
    ['zarr']
    """
    found = []
    for line in metadata.requires("foedus") or []:
        package, _, marker = line.partition(";")
        named = re.search(r"extra == ['\"]([^'\"]+)['\"]", marker)
        if (named and named[1]) == extra:
            name = re.match(r"[\w.-]+", package)
            assert name
            found.append(package.strip() if name[0] == "foedus" else name[0])
    return found


def extras() -> list[str]:
    """Return the names of the extras.

    Examples
    --------
    >>> "dask" in extras()
    True
    """
    return metadata.metadata("foedus").get_all("Provides-Extra") or []


def _version(package: str) -> str | None:
    """Return the version of a package that is installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _extra(extra: str) -> str:
    """Say what an extra takes, and whether that is here."""
    packages = _packages(extra)
    missing = [name for name in packages if _version(name) is None]
    if missing:
        return f"not installed; pip install 'foedus[{extra}]' brings {', '.join(missing)}"
    return "installed: " + ", ".join(f"{name} {_version(name)}" for name in packages)


def _packages(extra: str) -> list[str]:
    """Return the packages that an extra takes, with those of the extras that it takes."""
    found = []
    for package in requirements(extra):
        others = re.search(r"\[(.*)\]", package)
        found += (
            [name for other in others[1].split(",") for name in _packages(other)] if others else [package]
        )
    return list(dict.fromkeys(found))


def _threads() -> str:
    """Say how many threads solve unless told otherwise, and why so many."""
    usable, present = check_threads(None), os.cpu_count() or 1
    words = f"{usable}, one for each processor"
    if usable < present:
        words = f"{usable}, because this process may use so many of {present} processors (its affinity)"
    limit = cpu_limit()
    if limit is not None and limit < usable:
        words += f"; its control group grants the time of {limit:g}: --threads {math.ceil(limit)} is as fast"
    return words


def cpu_limit(root: Path = CGROUPS) -> float | None:
    """Return how many processors' time the control groups of Linux grant this process, None if all.

    The quota of either version of them, over its period, is read at `root`, as a container sees it.
    """
    for quota, period in (("cpu.max", None), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            words = (root / quota).read_text().split()
            if period:
                words += (root / period).read_text().split()
            return int(words[0]) / int(words[1]) if int(words[0]) > 0 else None
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return None


def _kernels() -> str:
    """Say whether kernels are compiled, and where their code is kept."""
    from .kernels import _jit

    if _jit.plain:
        return "plain Python, a thousand times slower: NUMBA_DISABLE_JIT is set"
    if _jit.CACHE_FOLDER is None:
        return "compiled anew in every run, which takes up to a minute: " + _no_cache()
    files = [file for file in _jit.CACHE_FOLDER.rglob("*.nbc") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    if not files:
        return f"none compiled yet, which takes up to a minute; kept in {_jit.CACHE_FOLDER}"
    return f"{len(files)} functions compiled, {size:.3g} MB, in {_jit.CACHE_FOLDER}"


def _no_cache() -> str:
    """Say why there is no folder for compiled kernels."""
    from .kernels import _jit

    try:
        return f"{_jit.cache_root()} cannot be written"
    except RuntimeError:
        return "there is no home folder to keep them in"


def checks() -> list[Check]:
    """Return what must hold here: each is known for a reason other than this solver."""
    again = (
        "remove the folder of the compiled kernels and run foedus doctor again; "
        "if this fails again, trust no result of this installation"
    )
    reinstall = "install numpy, xarray, netCDF4 and h5py anew, and run foedus doctor again"
    return [
        Check("compiled kernels are kept", _cache, "set NUMBA_CACHE_DIR to a folder that can be written"),
        Check("cutpoints known by hand, C's arms fixed", _known_cutpoints, again),
        Check("leader-follower contest known by hand", _known_contest, again),
        *(
            Check(f"nobody gains by another move, {contest}", _certified(contest), again)
            for contest in CONTESTS
        ),
        Check("a grid is what its games are, on any number of threads", _same_bits, again),
        Check("a file holds what was saved", _round_trip, reinstall),
    ]


def examine() -> Iterator[Finding]:
    """Give what comes of each check, as soon as it is known; none of them raises.

    Examples
    --------
    >>> all(finding.passed for finding in examine())
    True
    """
    for check in checks():
        try:
            yield Finding(check.name, True, check.run(), check.remedy)
        except Exception as error:  # whatever it is, it is what was found
            kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
            words = " ".join(f"{kind}{error}".split())
            yield Finding(check.name, False, words, check.remedy)


def _cache() -> str:
    """Check that what is compiled can be kept."""
    from .kernels import _jit

    if _jit.plain:
        return "nothing is compiled"
    if _jit.CACHE_FOLDER is None:
        raise ValueError(_no_cache())
    with tempfile.TemporaryFile(dir=_jit.CACHE_FOLDER):
        return f"{_jit.CACHE_FOLDER} can be written"


def _known_cutpoints() -> str:
    """Check that without S the ally's decision flips where the formulas for fixed arms say."""
    for power in (0.0, 0.5, 1.0):
        war = {"status_quo": 0.5, "ally_war_cost": 0.1, "challenger_war_cost": 0.1, "bargaining_power": power}
        low, high = fixed_arms_cutpoints(**war, challenger_forces=1.0)
        for cost, below, above in (
            (low, Crisis.ALLY_CHALLENGES, Crisis.QUIET),
            (high, Crisis.QUIET, Crisis.CHALLENGER_CHALLENGES),
        ):
            for factor, known in ((1 - 1e-6, below), (1 + 1e-6, above)):
                game = {**war, "ally_cost": cost * factor, "challenger_cost": 1e12, "challenger_forces": 1.0}
                found = solve(Game(**game)).without.crisis
                if found != known:
                    raise ValueError(
                        f"{found.words}, not {known.words}, with c_A = {cost * factor!r}, pi = {power}"
                    )
    return "6 cutpoints, each to a millionth"


def _known_contest() -> str:
    """Check that where war costs nothing A leads and C follows in the contest of Dixit (1987), whose closed
    form is known."""
    worst = 0.0
    for leader, follower, status_quo in itertools.product((0.3, 0.8, 2.0), (0.5, 1.0, 3.0), (0.05, 0.95)):
        odds = min(1.0, follower / (2 * leader))  # of the leader, for a prize of 1
        without = solve(
            ally_cost=leader,
            challenger_cost=follower,
            status_quo=status_quo,
            ally_war_cost=0.0,
            challenger_war_cost=0.0,
            challenger_forces=1e-14,  # next to none, which the contest has
        ).without
        gaps = (
            without.settlement - odds,
            without.ally_arms - odds**2 / follower,
            without.challenger_arms - odds * (1 - odds) / follower,
        )
        worst = max(worst, *map(abs, gaps))
    if not worst < 1e-6:  # the contest without existing forces is reached as their root
        raise ValueError(f"arms or settlement are off by {worst:.2g}")
    return f"18 contests, off by {worst:.1g} at most"


def _certified(contest: str) -> Callable[[], str]:
    """Return the check of a game of each regime by a search that shares no formula with the solver."""

    def check() -> str:
        worst = 0.0
        for regime, parameters in GAMES[contest].items():
            eq = solve(Game(**parameters, contest=contest))
            if eq.regime != regime:
                raise ValueError(f"{eq.game!r} is {eq.regime.words}, not {regime.words}")
            if not eq.deviation_gain < CERTIFIED:
                raise ValueError(f"in {eq.game!r} a player gains {eq.deviation_gain:.2g}")
            worst = max(worst, eq.deviation_gain)
        return f"a game of each of {len(GAMES[contest])} regimes, {worst:.1g} at most"

    return check


def _same_bits() -> str:
    """Check that a grid has the same bits on one thread and on several, which are those of its games."""
    import numpy as np

    axes = {"ally_cost": np.geomspace(0.05, 5, 512), "status_quo": np.linspace(0.1, 0.9, 256)}
    threads = max(2, check_threads(None))
    one, several = (sweep(axes, threads=count) for count in (1, threads))
    if not one.identical(several.assign_attrs(one.attrs)):
        raise ValueError(f"{threads} threads find something else than one")
    for i, j in ((0, 0), (200, 100), (511, 255)):
        place = {"ally_cost": i, "status_quo": j}
        eq = solve(Game(**{name: float(values[place[name]]) for name, values in axes.items()}))
        if (eq.regime, eq.settlement) != (one.regime[place].item(), one.settlement[place].item()):
            raise ValueError(f"{eq.game!r} is another game in a grid")
    return f"{one.regime.size:,} games on 1 and on {threads} threads"


def _round_trip() -> str:
    """Check that a file holds every bit that was saved."""
    from .io.files import load, save

    saved = sweep({"ally_cost": [0.1, 0.3, 0.6, 1.0], "stake": [0.1, 1.0]})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.nc"
        save(saved, file)
        if not load(file).equals(saved):
            raise ValueError("what was read is not what was written")
        return f"{len(saved.data_vars)} variables, {file.stat().st_size / 1e3:.3g} kB"
