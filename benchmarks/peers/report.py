"""Writes the table and the figure of a comparison, from its record.

python -m benchmarks.peers.report speed.json       writes them again, next to the record
"""

import json
import statistics
import sys
from pathlib import Path

from matplotlib.figure import Figure

from .bound import bound

# solvers of the same algorithm, in the order of the table: their names there, and in the record
ROWS = {
    "foedus": "foedus",
    "foedus, its kernel alone": "kernel",
    "C, the same algorithm": "C",
    "C, one game after another": "C one by one",
    "JAX, the same algorithm": "JAX",
}
ALONE = {
    "SciPy, one game at a time": "SciPy",
    "NumPy, brute force": "NumPy brute force",
    "Gambit, logit equilibrium of a small tree": "Gambit",
    "compiled backward induction, tree of 360 ends": "tree of 360 ends",
}
# times that are compared with a bound: their name in the table, the games whose operations are counted, and
# the kind of memory written to; then the name in the record
BOUNDED = {
    ("map", "map", "byte written"): "foedus, {}, 1 thread",
    ("map, kernel alone, memory used before", "map", "byte written again"): "kernel, {}, used memory",
    ("every parameter varies, `solve_points`", "random", "byte written"): "foedus, {}, random games",
}
KEPT = {"regime": "regime only", "all": "all 19 variables"}


def number(value):
    """Return a number to three digits, without powers of ten."""
    return f"{float(f'{value:.3g}'):,.10g}"


def spread(values):
    """Return the median of the values, with the least and the most, as a text."""
    return f"{number(statistics.median(values))} ({number(min(values))} to {number(max(values))})"


def report(path):
    """Write the table and the figure of a record next to it."""
    record = json.loads(path.read_text())
    write_table(record, path.with_name(f"{path.stem}-table.md"))
    write_figure(record, path.with_suffix(".png"))


def write_table(record, path):
    """Write the tables for each processor that the code was compiled for: the times of all solvers, and those
    of foedus compared with their bounds."""
    rounds = len(next(iter(record["runs"][0]["ratios"].values())))
    lines = [
        f"Measured {record['when'][:10]} on {record['machine']['processor']}, "
        f"{record['machine']['threads']} threads; "
        + ", ".join(f"{name} {version}" for name, version in record["versions"].items())
        + f". Medians of {rounds} rounds, with the smallest and the largest value in parentheses; "
        f"{record['map']}, unless said otherwise. Each ratio is taken within a round.",
    ]
    for run in record["runs"]:
        lines += ["", f"## Compiled for {run['target']}", "", *solvers(record, run), "", *goals(record, run)]
    path.write_text("\n".join(lines) + "\n")


def solvers(record, run):
    """Return the lines of the table with the times of all solvers."""
    times, ratios, threads = run["nanoseconds per game"], run["ratios"], record["machine"]["threads"]
    lines = [
        "| solver | variables | threads | ns a game | ratio to foedus | results |",
        "|---|---|---|---|---|---|",
    ]
    for kept, words in KEPT.items():
        for count in dict.fromkeys((1, threads)):
            ours = f"foedus, {kept}, {count} thread{'s' * (count > 1)}"
            for label, short in ROWS.items():
                name = ours.replace("foedus", short, 1) if short != "kernel" else f"kernel, {kept}"
                if name not in times or (short == "kernel" and count > 1):
                    continue
                answers = record["accuracy"].get(short, "the reference")
                against = spread(ratios[f"{name} over {ours}"]) if name != ours else "1"
                lines.append(
                    f"| {label} | {words} | {count} | {spread(times[name])} | {against} | {answers} |"
                )
    for label, name in ALONE.items():
        if name in times:
            against = spread(ratios[f"{name} over foedus, all, 1 thread"])
            found = f"{spread(times[name])} | {against} | {record['accuracy'][name]}"
            lines.append(f"| {label} | other variables | 1 | {found} |")
    return lines


def goals(record, run):
    """Return the lines of the tables that compare the times of foedus with their bounds."""
    ratios, threads = run["ratios"], record["machine"]["threads"]
    beside, written = run["beside the machine's operations"], record["bytes written per game"]
    middle = {
        name: statistics.median(now[name] for rounds in beside.values() for now in rounds)
        for name in ("division", "root", "byte written", "byte written again")
    }
    lines = [
        "The least time of a game that shares nothing with others is the sum of two times. The first is the "
        f"time for the divisions and roots in its closed forms ({middle['division']:.2f} and "
        f"{middle['root']:.2f} ns each on this machine). The second is the time for writing its results to "
        f"new memory ({middle['byte written']:.2f} ns a byte; {middle['byte written again']:.2f} ns to "
        "memory that was used before). The times for a division, a root and a byte were measured directly "
        "after each solver.",
        "",
        "| games | variables | divisions | roots | least, ns | measured, ns | measured over least |",
        "|---|---|---|---|---|---|---|",
    ]
    for (games, counted, byte), name in BOUNDED.items():
        for kept, words in KEPT.items():
            needed, rounds = record["operations needed per game"][counted][kept], beside[name.format(kept)]
            least = [bound(needed, now, written[kept], byte) for now in rounds]
            found = [now["ns"] for now in rounds]
            lines.append(
                f"| {games} | {words} | {needed['divisions']:.1f} | {needed['roots']:.1f} | {spread(least)} "
                f"| {spread(found)} | {spread([a / b for a, b in zip(found, least, strict=True)])} |"
            )
    lines += ["", "Each ratio is the first time per game divided by the second.", ""]
    lines += ["| times compared | variables | ratio |", "|---|---|---|"]
    for kept, words in KEPT.items():
        for said, slow, fast in (
            ("`sweep` over its kernel alone, 2048 x 2048", "foedus, {}, 1 thread, 2048", "kernel, {}, 2048"),
            (f"1 thread over {threads}", "foedus, {}, 1 thread", f"foedus, {{}}, {threads} threads"),
            (
                "its kernel alone: one map on 1 thread over two maps at the same time, on 2 threads",
                "kernel, {}",
                "kernel, {}, two maps at once",
            ),
        ):
            found = ratios[f"{slow.format(kept)} over {fast.format(kept)}"]
            lines.append(f"| {said} | {words} | {spread(found)} |")
    return lines


def write_figure(record, path):
    """Draw the time per game of all solvers, on a log scale."""
    times = record["runs"][0]["nanoseconds per game"]
    dots = [(label, times[name], "#666666") for label, name in ALONE.items()]
    for kept, words in KEPT.items():
        for label, short in ROWS.items():
            if short != "kernel":
                colour = "#0072B2" if short == "foedus" else "#666666"
                dots.append((f"{label}: {words}", times[f"{short}, {kept}, 1 thread"], colour))
    dots.sort(key=lambda dot: -statistics.median(dot[1]))
    figure = Figure(figsize=(8.0, 4.4), layout="constrained")
    axes = figure.add_subplot()
    for y, (_, values, colour) in enumerate(dots):
        middle = statistics.median(values)
        axes.plot([min(values), max(values)], [y, y], color=colour, linewidth=1.5)
        axes.plot(middle, y, "o", color=colour, markersize=7)
        axes.text(max(values) * 1.6, y, duration(middle), va="center", fontsize=8, color=colour)
    axes.set_yticks(range(len(dots)), [label for label, _, _ in dots], fontsize=8)
    for tick, (_, _, colour) in zip(axes.get_yticklabels(), dots, strict=True):
        tick.set_color(colour)
    axes.set_xscale("log")
    axes.set_xlim(8, max(max(values) for _, values, _ in dots) * 40)
    axes.set_xticks([10, 1e3, 1e6, 1e9], ["10 ns", "1 µs", "1 ms", "1 s"])
    axes.set_xlabel("one game on one thread: median, smallest and largest value", fontsize=9)
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


def duration(nanoseconds):
    """Return a time in a readable unit."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


if __name__ == "__main__":
    report(Path(sys.argv[1]))
