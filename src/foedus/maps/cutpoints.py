"""Cutpoints: the values of a parameter at which the regime changes, and whose decision flips there."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..alliance.tables import CONTESTS, PARAMETERS, Crisis, Decision, Player, Regime
from ..model.checks import check_contest, check_name, check_parameter, check_values
from ..model.outcomes import Variable
from ..model.parameters import NUMBER
from ..solving.sweeps import (
    Progress,
    Request,
    check_threads,
    fixed_parameters,
    grid,
    solve_columns,
    solve_request,
)

if TYPE_CHECKING:
    import xarray as xr


# what is told of each value of a parameter at which the regime changes, along the dimension of the first
CUTPOINTS = {
    variable.name: variable
    for variable in (
        Variable("cutpoint", "", NUMBER, "number of the cutpoint along its line, rising"),
        Variable("value", "", "", "cutpoint"),  # with the symbol and the units of its parameter
        Variable("regime_first", "", NUMBER, "regime at the lower end", Regime),
        Variable("regime_below", "", NUMBER, "regime just below the cutpoint", Regime),
        Variable("regime_above", "", NUMBER, "regime at and just above the cutpoint", Regime),
        Variable("player", "", NUMBER, "whose decision flips", Player),
        Variable("decision", "", NUMBER, "between what that player is indifferent", Decision),
    )
}


BATCH = 2**22  # games of a scan that are held at a time
INDIFFERENT = 1e-7  # what a payoff may jump where its player is still taken to be indifferent
ALLIANCES = (Regime.RESTRAINT, Regime.DETERRENCE, Regime.PARTIAL)

RegimesAt = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of lines, by their numbers, and values on them


class Brackets(NamedTuple):
    """Changes of regime: on which line each is, and the values and the regimes just below and above it."""

    line: np.ndarray
    low: np.ndarray
    high: np.ndarray
    below: np.ndarray
    above: np.ndarray

    def take(self, which: np.ndarray) -> "Brackets":
        """Return some of them, in the order of `which`."""
        return Brackets(*(column[which] for column in self))


def cutpoints(
    parameter: str,
    within: tuple[float, float],
    over: Mapping[str, Any] | None = None,
    *,
    points: int = 4096,
    threads: int | None = None,
    progress: Progress | None = None,
    contest: str = CONTESTS[0],
    **fixed: float,
) -> "xr.Dataset":
    """Find every value of a parameter at which the regime changes, and say whose decision flips there.

    The regime is solved at `points` values from one end to the other, and between any two of them where it
    differs the change is closed in on until no float lies between its two sides, or, at 0, to 1e-15 of a
    step. So none is missed that such a scan would see; one that lies with another between two values of the
    scan, and undoes it, may be.

    Where the settlement does not jump, because there is no surplus to take or S only begins to buy a little,
    who decides gains by second order only. This is lost in rounding: games within 1e-8 of such a cutpoint
    are found to be of either regime, and what is told is one of the changes among them.

    Parameters
    ----------
    parameter : str
        the parameter that varies
    within : (float, float)
        from where to where
    over : mapping of str to array_like, optional
        further axes: cutpoints are found at each combination of their values
    points : int, optional
        how many values are scanned, evenly spaced in the logarithm where both ends are positive and more
        than a factor of ten apart, else evenly
    threads : int, optional
        how many threads solve; default: as many as there are processors
    progress : callable, optional
        called with the games scanned and the games to scan; raising in it cancels
    contest : str, optional
        the form of the contest: ``ratio`` or ``difference``
    **fixed : float
        the other parameters, by name; default: those of the default game

    Returns
    -------
    xarray.Dataset
        over the axes and then ``cutpoint``, rising: ``value``, the first float at which ``regime_above``
        holds; ``regime_below``, which holds at the float before; and ``player`` and ``decision``, which say
        who is indifferent there, and between what (`io.schema.Decision`): ``none`` beside unsolved games, and
        where nobody on the path is. Lines with fewer cutpoints than
        others are filled up with NaN, ``unsolved`` and ``none``. Over the axes alone, ``regime_first`` is the
        regime at the lower end. The attribute ``resolution`` says how the lines were scanned.

    Raises
    ------
    TypeError, ValueError
        if a parameter or value is not allowed, the ends are not in rising order, or `points` is less than 2;
        a parameter is either the one that varies, an axis, or fixed.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.cutpoints("ally_cost", within=(0.05, 5))
    >>> [foedus.Regime(code).name for code in (*ds.regime_below.values[:1], *ds.regime_above.values)]
    ['REVISION', 'RESTRAINT', 'SELF_RELIANCE', 'DETERRENCE']
    >>> first = ds.isel(cutpoint=0)
    >>> foedus.solve(ally_cost=first.value.item()).regime.name
    'RESTRAINT'
    """
    scan = _scan(parameter, within, points)
    axes = {} if over is None else over
    if not isinstance(axes, Mapping):
        raise TypeError(f"over must be a mapping of names to values, not a {type(axes).__name__}")
    if parameter in axes:
        raise ValueError(f"{parameter} is both the parameter that varies and an axis; it can be only one")
    values = {name: check_values(name, column).copy() for name, column in axes.items()}
    rest = fixed_parameters(fixed, {**values, parameter: scan}, "varied")
    check_contest(contest)
    threads = check_threads(threads)
    shape = tuple(column.size for column in values.values())
    lines = grid(values, rest)  # each game of it stands for a line

    def games(line: np.ndarray, at: np.ndarray) -> dict[str, np.ndarray]:
        columns = {name: v[line // lines.strides[name] % v.size] for name, v in values.items()}
        return {**columns, parameter: at}

    def regimes_at(line: np.ndarray, at: np.ndarray) -> np.ndarray:
        return solve_columns(games(line, at), rest, contest, ["regime"], threads)["regime"]

    first, stretches = _changes(parameter, scan, lines.values, rest, contest, threads, progress)
    found = close_in(regimes_at, stretches, 0.0 if scan[0] > 0 else 1e-15 * scan[1])
    found = found.take(np.lexsort((found.high, found.line)))
    player, decision = deciding(
        *(
            solve_columns(games(found.line, side), rest, contest, DECIDING, threads)
            for side in (found.low, found.high)
        )
    )
    counts = np.bincount(found.line, minlength=lines.games)
    place = found.line, np.arange(found.line.size) - np.repeat(np.cumsum(counts) - counts, counts)

    def padded(column: np.ndarray, filler: float) -> np.ndarray:
        array = np.full((lines.games, counts.max(initial=0)), filler, column.dtype)
        array[place] = column
        return array.reshape(*shape, -1)

    results = {
        "value": padded(found.high, math.nan),
        "regime_first": first.reshape(shape),
        "regime_below": padded(found.below, Regime.UNSOLVED),
        "regime_above": padded(found.above, Regime.UNSOLVED),
        "player": padded(player, Player.NONE),
        "decision": padded(decision, Decision.NONE),
    }
    return _labelled(results, parameter, scan, values, rest, contest)


def _scan(parameter: str, within: tuple[float, float], points: int) -> np.ndarray:
    """Return the values at which the regime is solved first."""
    check_name(parameter)
    try:
        low, high = within
    except (TypeError, ValueError):
        raise TypeError(f"within = {within!r} is not a pair of numbers, from where to where") from None
    low, high = (check_parameter(parameter, end) + 0.0 for end in (low, high))  # no -0.0
    if low >= high:
        raise ValueError(f"within = ({low!r}, {high!r}): the first end must be less than the second")
    if isinstance(points, bool) or not isinstance(points, (int, np.integer)) or points < 2:
        raise ValueError(f"points = {points!r} is not allowed; it must be a whole number, 2 or more")
    return spread(low, high, points)


def spread(low: float, high: float, points: int) -> np.ndarray:
    """Return values from one end to the other, evenly spaced as a scan is."""
    return (np.geomspace if in_logarithms(low, high) else np.linspace)(low, high, points)


def in_logarithms(low: float, high: float) -> bool:
    """Tell whether a scan between these ends is even in the logarithm."""
    return low > 0 and high > 10 * low


def _changes(
    parameter: str,
    scan: np.ndarray,
    axes: dict[str, np.ndarray],
    fixed: dict[str, float],
    contest: str,
    threads: int,
    progress: Progress | None,
) -> tuple[np.ndarray, Brackets]:
    """Return the regime at the lower end of each line, and every pair of neighbouring values of the scan
    between which it differs."""
    first = next(iter(axes), None)
    size = axes[first].size if first else 1
    rest = math.prod(column.size for column in axes.values()) // size
    step = max(1, BATCH // (rest * scan.size))
    games = size * rest * scan.size
    starts, parts = [], []
    for start in range(0, size, step):
        part = axes | ({first: axes[first][start : start + step]} if first else {})
        columns = grid({**part, parameter: scan}, fixed)
        before = start * rest * scan.size
        report = None if progress is None else lambda done, _, before=before: progress(before + done, games)
        request = Request(columns, ("game",), (columns.games,), contest, ["regime"], np.dtype(np.float64))
        regime = solve_request(request, threads, report).arrays["regime"].reshape(-1, scan.size)
        starts.append(regime[:, 0].copy())
        line, k = np.nonzero(regime[:, 1:] != regime[:, :-1])
        below, above = regime[line, k], regime[line, k + 1]
        parts.append(Brackets(line + start * rest, scan[k], scan[k + 1], below, above))
    return np.concatenate(starts), _joined(parts)


def _joined(parts: list[Brackets]) -> Brackets:
    """Return one after another."""
    return Brackets(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def close_in(regimes_at: RegimesAt, stretches: Brackets, tiny: float) -> Brackets:
    """Close in on the changes of regime in stretches at whose ends it differs, all of them side by side.

    Each stretch is halved, the half kept in which the regime first differs from that below, until no float
    lies between its ends or they are as small as `tiny`; if what is above it is not yet the regime at the
    end of the stretch, the rest of it is searched in the same way. Half of the floats are below the middle:
    none is negative, so that they are in the order of their bits.
    """
    parts = []
    while True:
        line, low, high, below, above = (column.copy() for column in stretches)
        open_ = np.arange(line.size)
        while open_.size:
            left, right = low[open_], high[open_]
            bits = left.view(np.int64)
            middle = (bits + (right.view(np.int64) - bits) // 2).view(np.float64)
            apart = (left < middle) & (middle < right) & (right > tiny)
            open_, middle = open_[apart], middle[apart]
            if open_.size:
                regime = regimes_at(line[open_], middle)
                same = regime == below[open_]
                low[open_[same]] = middle[same]
                high[open_[~same]], above[open_[~same]] = middle[~same], regime[~same]
        parts.append(Brackets(line, low, high, below, above))
        more = above != stretches.above
        if not more.any():
            return _joined(parts)
        stretches = Brackets(line, high, stretches.high, above, stretches.above).take(more)


DECIDING = (
    "regime",
    "crisis",
    "superpower_payoff",
    "ally_payoff",
    "ally_arms_without",
    "challenger_arms_without",
    "crisis_without",
    "superpower_payoff_without",
    "ally_payoff_without",
)


def deciding(
    below: Mapping[str, np.ndarray], above: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return whose decision flips between games just below and just above changes of regime, and which.

    A player that decides is indifferent there, so that its payoff does not jump. If who challenges without S
    is another, that game has flipped, whatever S then makes of it: by A's decision, or if A adds nothing or
    its payoff jumps by C's; but where A adds nothing and C no other arms either, by A's, to challenge or not.
    If only the arms jump there, it is a decision for more of them or fewer. Else it is S's if its payoff does
    not jump, at its participation limit; or A's, which has come to refuse or, behind a pledge that is worth
    more to it than none, not to hold; or if its payoff jumps to revise behind any pledge. Where the payoffs
    of S and A jump and nobody revises, these variables do not tell.

    below, above : the variables that `DECIDING` names
    """
    sides = (below, above)

    def either(condition: Callable[[Mapping[str, np.ndarray]], np.ndarray]) -> np.ndarray:
        return condition(below) | condition(above)

    def jumps(name: str) -> np.ndarray:
        return np.abs(below[name] - above[name]) > INDIFFERENT * np.maximum(1, np.abs(below[name]))

    alone = below["crisis_without"] != above["crisis_without"]
    holding = either(lambda side: side["crisis_without"] == Crisis.QUIET)
    revising = either(lambda side: side["crisis_without"] == Crisis.ALLY_CHALLENGES)
    conceding = either(lambda side: side["crisis_without"] == Crisis.CHALLENGER_CHALLENGES)
    neutralising = either(
        lambda side: (side["crisis_without"] == Crisis.QUIET) & (side["challenger_arms_without"] > 0)
    )
    armed = either(lambda side: side["ally_arms_without"] > 0)
    rearmed = below["challenger_arms_without"] != above["challenger_arms_without"]
    ally = np.where(armed, ~jumps("ally_payoff_without"), holding & revising & ~rearmed)
    unsolved = either(lambda side: side["regime"] == Regime.UNSOLVED)
    signed = np.logical_and(*(np.isin(side["regime"], ALLIANCES) for side in sides))
    behind = (
        signed
        & ~jumps("ally_payoff")
        & ~either(lambda side: np.abs(side["ally_payoff"] - side["ally_payoff_without"]) < INDIFFERENT)
    )
    rising = either(lambda side: side["crisis"] == Crisis.ALLY_CHALLENGES)
    falling = either(lambda side: side["crisis"] == Crisis.CHALLENGER_CHALLENGES)
    cases = (
        (unsolved, Player.NONE, Decision.NONE),
        (alone & ally & holding & conceding, Player.ALLY, Decision.HOLDING_OR_CONCEDING),
        (alone & ally & holding & revising, Player.ALLY, Decision.HOLDING_OR_REVISING),
        (alone & ally, Player.ALLY, Decision.CONCEDING_OR_REVISING),
        (alone & ~holding, Player.CHALLENGER, Decision.CHALLENGING_OR_YIELDING),
        (alone & conceding & neutralising, Player.CHALLENGER, Decision.NEUTRALISING_OR_CHALLENGING),
        (alone & conceding, Player.CHALLENGER, Decision.STAYING_OR_CHALLENGING),
        (alone & neutralising, Player.CHALLENGER, Decision.NEUTRALISING_OR_YIELDING),
        (alone, Player.CHALLENGER, Decision.STAYING_OR_YIELDING),
        (jumps("ally_payoff_without"), Player.CHALLENGER, Decision.MORE_OR_FEWER_ARMS),
        (jumps("ally_arms_without"), Player.ALLY, Decision.MORE_OR_FEWER_ARMS),
        (signed & ~jumps("superpower_payoff"), Player.SUPERPOWER, Decision.FULL_OR_PARTIAL),
        (~jumps("superpower_payoff"), Player.SUPERPOWER, Decision.ALLIANCE_OR_NONE),
        (behind & falling, Player.ALLY, Decision.HOLDING_OR_CONCEDING),
        (behind, Player.ALLY, Decision.HOLDING_OR_REVISING),
        (~jumps("ally_payoff"), Player.ALLY, Decision.SIGNING_OR_REFUSING),
        (rising, Player.ALLY, Decision.HOLDING_OR_REVISING),
    )
    conditions = [condition for condition, _, _ in cases]
    players, decisions = ([np.int8(case[k]) for case in cases] for k in (1, 2))
    return (
        np.select(conditions, players, np.int8(Player.NONE)),
        np.select(conditions, decisions, np.int8(Decision.NONE)),
    )


def _labelled(
    results: Mapping[str, np.ndarray],
    parameter: str,
    scan: np.ndarray,
    values: dict[str, np.ndarray],
    fixed: dict[str, float],
    contest: str,
) -> "xr.Dataset":
    """Return cutpoints as a Dataset that explains itself."""
    import xarray as xr

    from ..io.dataset import REFERENCES, parameter_attributes, parameter_coordinates, variable
    from ..version import __version__

    dims = (*values, "cutpoint")
    variables = {
        name: variable(dims[: array.ndim], array, CUTPOINTS[name]) for name, array in results.items()
    }
    variables["value"].attrs |= parameter_attributes(parameter, contest)
    count = results["value"].shape[-1]
    number = variable(("cutpoint",), np.arange(count), CUTPOINTS["cutpoint"])
    low, high = scan[0].item(), scan[-1].item()
    if in_logarithms(low, high):
        root = 1 / (scan.size - 1)
        spacing = f"each {high**root / low**root:.10g} times the one before"
    else:
        spacing = f"{(high - low) / (scan.size - 1):.10g} apart"
    attributes = {
        "foedus_version": __version__,
        "contest": contest,
        "command": "foedus.cutpoints",
        "parameter": parameter,
        "within": [low, high],
        "points": scan.size,
        "resolution": f"{scan.size} values of {parameter} from {low:g} to {high:g}, {spacing}",
        "references": REFERENCES,
    }
    coords = parameter_coordinates(dims, values, fixed, contest)
    return xr.Dataset(variables, {"cutpoint": number, **coords}, attributes)


def fixed_arms_cutpoints(
    status_quo: float,
    ally_war_cost: float,
    challenger_war_cost: float,
    bargaining_power: float,
    challenger_forces: float,
) -> tuple[float, float]:
    """Return the two cutpoints in `ally_cost` of the game without S where C's arms are fixed, in closed form.

    They are the limit of `cutpoints` of the ratio contest with decisiveness 1, no existing forces of A and a
    `challenger_cost` that grows without bound: below the first A overturns the status quo alone, up to the
    second it holds it alone, beyond it concedes. With M = b_0, K = k_A + k_C and B = 1 - q + k_C::

        (B - sqrt((1 - pi) B K))^2 / M                      if pi <= 1 - K/B
        min(pi, (1 - q)/K) B (B - K) / M                    else

        min((B + sqrt(pi B K))^2 / M, q B / (M (q - k_C)))  if B + sqrt(pi B K) <= 1
        B (q - max(0, k_C - pi K)) / (M (q - k_C))          else

    Raises ValueError unless K > 0, q > k_C and q + k_A < 1.

    Examples
    --------
    >>> low, high = fixed_arms_cutpoints(0.5, 0.1, 0.1, 0.0, 1.0)
    >>> round(low, 6), round(high, 6)
    (0.064308, 0.36)
    """
    q, pi, forces = status_quo, bargaining_power, challenger_forces
    war_costs = ally_war_cost + challenger_war_cost
    if not (war_costs > 0 and q > challenger_war_cost and q + ally_war_cost < 1):
        raise ValueError(
            f"K = {war_costs:g}, q - k_C = {q - challenger_war_cost:g}, "
            f"1 - q - k_A = {1 - q - ally_war_cost:g}: all must be > 0 for the cutpoints with fixed arms"
        )
    odds = 1 - q + challenger_war_cost
    if pi <= 1 - war_costs / odds:
        low = (odds - math.sqrt((1 - pi) * odds * war_costs)) ** 2 / forces
    else:
        low = min(pi, (1 - q) / war_costs) * odds * (odds - war_costs) / forces
    reach = odds + math.sqrt(pi * odds * war_costs)
    edge = forces * (q - challenger_war_cost)
    if reach <= 1:
        high = min(reach**2 / forces, q * odds / edge)
    else:
        high = odds * (q - max(0.0, challenger_war_cost - pi * war_costs)) / edge
    return low, high


def cutpoint_rows(dataset: "xr.Dataset") -> tuple[list[str], list[list[str | float]]]:
    """Return the headings and the rows of a table of cutpoints, a row for each.

    Examples
    --------
    >>> import foedus
    >>> headings, rows = cutpoint_rows(foedus.cutpoints("ally_cost", (0.3, 0.7)))
    >>> headings
    ['c_A', 'below', 'above', 'player', 'between']
    >>> rows[0][1:]
    ['restraint', 'self-reliance', 'ally', 'holding or revising']
    """
    axes = [str(dim) for dim in dataset.value.dims[:-1]]
    symbols = [PARAMETERS[name].symbol for name in (*axes, dataset.attrs["parameter"])]
    rows: list[list[str | float]] = []
    there = np.nonzero(np.isfinite(dataset.value.values))
    values = [dataset[dim].values[i].tolist() for dim, i in zip(axes, there, strict=False)]
    codes = [
        dataset[name].values[there].tolist()
        for name in ("regime_below", "regime_above", "player", "decision")
    ]
    for *cell, below, above, player, decision in zip(
        *values, dataset.value.values[there].tolist(), *codes, strict=True
    ):
        words = Regime(below).words, Regime(above).words, Player(player).words, Decision(decision).words
        rows.append([*cell, *words])
    return [*symbols, "below", "above", "player", "between"], rows
