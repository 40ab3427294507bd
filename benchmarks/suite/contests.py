"""The time for a game with any contest, divided by the time for a game with closed forms, in one run.

    python -m benchmarks.suite.contests        from the root of a checkout, with foedus installed

The games are those of the default map at 512 x 512, all variables, one thread. Each round solves the map once
with closed forms (ratio contest, decisiveness 1) and once with each other contest.
"""

import statistics
import time

import numpy as np

import foedus

CONTESTS = [("ratio", gamma) for gamma in (0.3, 0.5, 0.999, 1.001, 1.5, 2.0, 4.0, 20.0)]
CONTESTS += [("difference", gamma) for gamma in (0.5, 1.0, 2.0, 4.0, 8.0, 20.0)]


def seconds_per_game(contest, decisiveness, size=512):
    """Return the time of one game of the default map, `size` by `size`, on one thread."""
    axes = {"ally_cost": np.geomspace(0.05, 5, size), "status_quo": np.linspace(0.1, 0.9, size)}
    start = time.perf_counter()
    foedus.sweep(axes, threads=1, contest=contest, decisiveness=decisiveness)
    return (time.perf_counter() - start) / size**2


def ratios(contests, rounds=7, size=512):
    """Return, for each contest: its time divided by that of the closed forms in each round; both medians."""
    for contest, gamma in [("ratio", 1.0), *contests]:
        seconds_per_game(contest, gamma, size=2)  # compiled, or loaded
    closed, others = [], {contest: [] for contest in contests}
    for _ in range(rounds):
        closed.append(seconds_per_game("ratio", 1.0, size))
        for contest in contests:
            others[contest].append(seconds_per_game(*contest, size))
    return {
        contest: (
            [other / one for other, one in zip(times, closed, strict=True)],
            statistics.median(times),
            statistics.median(closed),
        )
        for contest, times in others.items()
    }


def main():
    """Print the table."""
    results = ratios(CONTESTS)
    closed = next(iter(results.values()))[2]
    print(f"closed forms: {closed * 1e9:.0f} ns a game")
    print("     contest  gamma  ns a game  times closed  least   most")
    for (contest, gamma), (times, seconds, _) in results.items():
        print(
            f"{contest:>12} {gamma:6g} {seconds * 1e9:10.0f} {statistics.median(times):13.1f} "
            f"{min(times):6.1f} {max(times):6.1f}"
        )


if __name__ == "__main__":
    main()
