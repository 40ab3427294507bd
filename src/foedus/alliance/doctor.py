"""What `foedus doctor` reports: the software and machine that foedus runs on, and whether it solves games
correctly."""

import importlib
import itertools
import math
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..solving.doctor import Finding
from ..solving.parallel import check_threads
from ..solving.sweeps import sweep
from ..system.libraries import Broken, cause_and_fix
from .codes import Crisis, Regime
from .equilibrium import solve
from .game import Game, game_vector
from .limits import fixed_arms_cutpoints

CERTIFIED = 1e-8  # the most that a player may gain by another move
# what to do if the system cannot read or write; installing something again would not help
DISK = "check the disk that is named, or set TMPDIR and NUMBA_CACHE_DIR to folders on another disk"
CGROUPS, OWN_CGROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# games of each regime in each contest: the ratio form with closed forms, the ratio form without, and the
# difference form; those with closed forms include settlements and pledges that are found in different ways
GAMES: dict[tuple[str, float], list[tuple[Regime, dict[str, float]]]] = {
    ("ratio", 1.0): [
        (Regime.REVISION, {"ally_cost": 0.1}),
        (Regime.REVISION, {"ally_cost": 0.01}),
        (Regime.REVISION, {"ally_cost": 0.2, "ally_war_cost": 0.0, "challenger_war_cost": 0.2}),
        (Regime.RESTRAINT, {"ally_cost": 0.3}),
        (Regime.SELF_RELIANCE, {"ally_cost": 0.5}),
        (Regime.DETERRENCE, {"ally_cost": 1.0}),
        (Regime.PARTIAL, {"ally_cost": 3.0, "stake": 0.1}),
        (Regime.PARTIAL, {"ally_cost": 3.0, "superpower_cost": 1.0, "status_quo": 0.8}),
        (Regime.CONCESSION, {"superpower_cost": 1.0, "status_quo": 0.7}),
    ],
    ("ratio", 2.0): [
        (Regime.REVISION, {"ally_cost": 0.1}),
        (Regime.RESTRAINT, {"ally_cost": 0.5}),
        (Regime.SELF_RELIANCE, {"ally_cost": 0.5, "status_quo": 0.9}),
        (Regime.DETERRENCE, {"ally_cost": 1.0}),
        (Regime.PARTIAL, {"challenger_forces": 1.0, "status_quo": 0.9}),
        (Regime.CONCESSION, {"ally_cost": 3.0, "stake": 0.1}),
    ],
    ("difference", 4.0): [
        (Regime.REVISION, {"ally_cost": 0.1}),
        (Regime.RESTRAINT, {"ally_cost": 0.5}),
        (Regime.SELF_RELIANCE, {"ally_cost": 1.0, "status_quo": 0.12}),
        (Regime.DETERRENCE, {"ally_cost": 1.0}),
        (Regime.PARTIAL, {"ally_cost": 0.6, "superpower_cost": 1.0, "status_quo": 0.7}),
        (Regime.CONCESSION, {"superpower_cost": 3.0}),
    ],
}


class Check(NamedTuple):
    """Something that must hold on this machine, and what to do if it does not. `run` says what it found, or
    raises an error."""

    name: str
    run: Callable[[], str]
    remedy: str


def facts() -> list[tuple[str, str]]:
    """Return what foedus runs on here: pairs of a heading and a text, in reading order.

    Examples
    --------
    >>> dict(facts())["foedus"].split(",")[0]
    '0.1.0'
    """
    import llvmlite.binding  # numba brings it

    from ..version import __version__

    kind = llvmlite.binding.get_host_cpu_name()
    extras = metadata.metadata("foedus").get_all("Provides-Extra") or []
    return [
        ("foedus", f"{__version__}, in {Path(__file__).parents[1]}"),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()}), {sys.executable}"),
        ("system", platform.platform()),
        ("processor", f"{platform.machine()}, kernels are compiled for {kind}"),
        ("threads", _threads()),
        ("kernels", _kernels()),
        *((name, _version(name) or "missing") for name in requirements()),
        *((f"[{extra}]", _extra(extra)) for extra in extras),
    ]


def requirements(extra: str | None = None) -> list[str]:
    """Return the packages that foedus, or one of its extras, needs. An extra may include other extras.

    Examples
    --------
    >>> requirements("zarr")
    ['zarr']
    """
    found = []
    for line in metadata.requires("foedus") or []:
        package, _, marker = line.partition(";")
        if re.findall(r"extra == ['\"]([^'\"]+)['\"]", marker) == ([extra] if extra else []):
            name, others = re.findall(r"^([\w.-]+)(?:\[(.*?)\])?", package)[0]
            parts = others.split(",") if name == "foedus" else []
            found += [part for other in parts for part in requirements(other)] or [name]
    return list(dict.fromkeys(found))


def _version(package: str) -> str | None:
    """Return the version of a package, or None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _extra(extra: str) -> str:
    """Say which packages an extra needs, and whether they are installed."""
    packages = requirements(extra)
    missing = [name for name in packages if _version(name) is None]
    if missing:
        return f"not installed; pip install 'foedus[{extra}]' brings {', '.join(missing)}"
    return "installed: " + ", ".join(f"{name} {_version(name)}" for name in packages)


def _threads() -> str:
    """Say how many threads solve by default, and why."""
    usable, present = check_threads(None), os.cpu_count() or 1
    words = f"{usable}, one for each processor"
    if usable < present:
        words = f"{usable}, because this process may use only {usable} of {present} processors (its affinity)"
    limit = cpu_limit()
    if limit is not None and limit < usable:
        words += (
            f"; the control group of this process allows the time of only {limit:g} of these processors: "
            f"--threads {math.ceil(limit)} is as fast"
        )
    return words


def cpu_limit(root: Path = CGROUPS, own: Path = OWN_CGROUPS) -> float | None:
    """Return how many processors' time the control groups of Linux allow this process, None if all.

    This is the smallest quota divided by its period, of the group that `own` names and of the groups around
    it. Both versions of control groups keep these under `root`. A container may see its own group at `root`
    itself.
    """
    try:
        lines = [line.split(":", 2) for line in own.read_text().splitlines()]
    except OSError:  # no Linux
        return None
    granted = []
    for _, controllers, path in lines:
        if controllers and "cpu" not in controllers.split(","):
            continue
        group = PurePosixPath("/", path)
        for folder in (group, *group.parents):
            place = root / ("cpu" if controllers else "") / folder.relative_to("/")
            files = ("cpu.cfs_quota_us", "cpu.cfs_period_us") if controllers else ("cpu.max",)
            try:
                quota, period = map(int, " ".join((place / file).read_text() for file in files).split())
            except (OSError, ValueError):  # no such file, or "max"
                continue
            if quota > 0:
                granted.append(quota / period)
    return min(granted, default=None)


def _kernels() -> str:
    """Say whether kernels are compiled, and where the code is kept."""
    try:
        from ..kernels import _jit
        from ..kernels._announcing import TIME
    except ImportError:
        return "none, because a library cannot be loaded"
    if _jit.plain:
        return "plain Python, a thousand times slower: NUMBA_DISABLE_JIT is set"
    if _jit.CACHE_FOLDER is None:
        return f"compiled again in every run, which takes {TIME}: {_jit.no_cache()}"
    files = [file for file in _jit.CACHE_FOLDER.rglob("*.nbc") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    if not files:
        return f"none compiled yet; compiling takes {TIME}; the code is kept in {_jit.CACHE_FOLDER}"
    return f"{len(files)} functions compiled, {size:.3g} MB, in {_jit.CACHE_FOLDER}"


def checks() -> list[Check]:
    """Return what must hold on this machine. Each check has a reason that is independent of the solver."""
    from ..kernels import _jit

    again = (
        "remove the folder of the compiled kernels and run foedus doctor again; "
        "if this fails again, do not trust any result of this installation"
    )
    reinstall = "install numpy, xarray, netCDF4 and h5py again, and run foedus doctor again"
    return [
        Check("compiled kernels are kept", _cache, _jit.REMEDY),
        Check("cutpoints agree with their formula, C's arms fixed", _known_cutpoints, again),
        Check("leader-follower contest agrees with its formula", _known_contest, again),
        *(
            Check(
                f"nobody gains by another move, {form[0]} contest, decisiveness {form[1]:g}",
                partial(_certified, *form),
                again,
            )
            for form in GAMES
        ),
        Check("a grid equals its games solved alone, on any number of threads", _same_bits, again),
        Check("a file holds what was saved", _round_trip, reinstall),
    ]


def examine() -> Iterator[Finding]:
    """Give the result of each check as soon as it is known. No check raises an error.

    Examples
    --------
    >>> all(finding.passed for finding in examine())
    True
    """
    try:
        for name in (*requirements(), "foedus.kernels.alliance"):
            importlib.import_module(name)
    except Broken as error:
        words, remedy = cause_and_fix(error) or (str(error), "")
        yield Finding("libraries can be loaded", False, words, remedy)
        return  # nothing else would be found out
    for check in checks():
        try:
            yield Finding(check.name, True, check.run(), check.remedy)
        except Exception as error:  # any error is a finding
            if isinstance(error, Broken) and (told := cause_and_fix(error)):
                yield Finding(check.name, False, *told)
                continue
            kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
            words = " ".join(f"{kind}{error}".split())
            yield Finding(check.name, False, words, DISK if isinstance(error, OSError) else check.remedy)


def _cache() -> str:
    """Check that compiled code can be kept."""
    from ..kernels import _jit

    if _jit.plain:
        return "nothing is compiled"
    if _jit.CACHE_FOLDER is None:
        raise ValueError(_jit.no_cache())
    with tempfile.TemporaryFile(dir=_jit.CACHE_FOLDER):
        return f"{_jit.CACHE_FOLDER} can be written"


def _known_cutpoints() -> str:
    """Check that the ally's decision without S flips where the formulas for fixed arms say."""
    for power in (0.0, 0.5, 1.0):
        war = {"status_quo": 0.5, "ally_war_cost": 0.1, "challenger_war_cost": 0.1, "bargaining_power": power}
        low, high = fixed_arms_cutpoints(**war, challenger_forces=1.0)
        below, above = 1 - 1e-6, 1 + 1e-6
        for cost, known in (
            (low * below, Crisis.ALLY_CHALLENGES),
            (low * above, Crisis.QUIET),
            (high * below, Crisis.QUIET),
            (high * above, Crisis.CHALLENGER_CHALLENGES),
        ):
            game = Game(**war, ally_cost=cost, challenger_cost=1e12, challenger_forces=1.0)
            found = solve(game).without.crisis
            if found != known:
                raise ValueError(f"{found.words}, not {known.words}, with c_A = {cost!r}, pi = {power}")
    return "6 cutpoints, each to a millionth"


def _known_contest() -> str:
    """Check the contest of Dixit (1987), whose closed form is known: A leads and C follows if war costs
    nothing."""
    worst = 0.0
    for leader, follower, status_quo in itertools.product((0.3, 0.8, 2.0), (0.5, 1.0, 3.0), (0.05, 0.95)):
        odds = min(1.0, follower / (2 * leader))  # of the leader, for a prize of 1
        without = solve(
            ally_cost=leader,
            challenger_cost=follower,
            status_quo=status_quo,
            ally_war_cost=0.0,
            challenger_war_cost=0.0,
            challenger_forces=1e-14,  # nearly none, as in the contest
        ).without
        gaps = (
            without.settlement - odds,
            without.ally_arms - odds**2 / follower,
            without.challenger_arms - odds * (1 - odds) / follower,
        )
        worst = max(worst, *map(abs, gaps))
    if not worst < 1e-12:  # C's existing forces add much less than this
        raise ValueError(f"arms or settlement are off by {worst:.2g}")
    return f"18 contests, off by {worst:.1g} at most"


def _certified(contest: str, decisiveness: float) -> str:
    """Check games of each regime by a search that shares no formula with the solver. The search must also see
    the gain if C is stated to arm more than it does."""
    worst = 0.0
    games = GAMES[contest, decisiveness]
    for regime, parameters in games:
        eq = solve(Game(**parameters, contest=contest, decisiveness=decisiveness))
        if eq.regime != regime:
            raise ValueError(f"{eq.game!r} is {eq.regime.words}, not {regime.words}")
        if not eq.deviation_gain < CERTIFIED:
            raise ValueError(f"in {eq.game!r} a player gains {eq.deviation_gain:.2g}")
        waste = 0.1 * eq.game.challenger_cost
        arms, payoff = eq.challenger_arms + 0.1, eq.challenger_payoff - waste
        wasteful = replace(eq, challenger_arms=arms, challenger_payoff=payoff)
        if not wasteful.deviation_gain > waste - CERTIFIED:
            raise ValueError(
                f"in {eq.game!r} C is given 0.1 arms too many, but the search does not find that C gains "
                f"{waste:.2g} without them"
            )
        worst = max(worst, eq.deviation_gain)
    return f"{len(games)} games of all regimes, gains of {worst:.1g} at most"


def _same_bits() -> str:
    """Check that a grid has the same bits on one thread, on several, and if its games are solved alone."""
    import numpy as np

    from ..kernels import alliance as kernels

    axes = {"ally_cost": np.geomspace(0.05, 5, 512), "status_quo": np.linspace(0.1, 0.9, 256)}
    threads = max(2, check_threads(None))
    one, several = (sweep(axes, threads=count) for count in (1, threads))
    if not one.identical(several.assign_attrs(one.attrs)):
        raise ValueError(f"{threads} threads give other results than one")
    some = one.isel({name: slice(None, None, 31) for name in axes})
    for cost, share in itertools.product(some.ally_cost.values.tolist(), some.status_quo.values.tolist()):
        game = Game(ally_cost=cost, status_quo=share)
        alone, _, _ = kernels.solve_game(game_vector(game))
        there = some.sel(ally_cost=cost, status_quo=share)
        for name, value in zip(kernels.VARIABLES, alone, strict=True):
            if not np.array_equal(there[name].values, value, equal_nan=True):
                raise ValueError(
                    f"{name} of {game!r} is {there[name].item()!r} in a grid and {value!r} alone"
                )
    return f"{one.regime.size:,} games on 1 and on {threads} threads, {some.regime.size} of them alone"


def _round_trip() -> str:
    """Check that a file holds every bit that was saved."""
    from ..io.files import load, save

    saved = sweep({"ally_cost": [0.1, 0.3, 0.6, 1.0], "stake": [0.1, 1.0]})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.nc"
        save(saved, file)
        if not load(file).equals(saved):
            raise ValueError("the file does not give back what was saved")
        return f"{len(saved.data_vars)} variables, {file.stat().st_size / 1e3:.3g} kB"
