"""The table and the figure of a comparison, from its record."""

import statistics

from matplotlib.figure import Figure

# contestants in the order of the table: what they are called there, and their names in the record
ROWS = {
    "foedus": "foedus",
    "its bare kernel": "kernel",
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
KEPT = {"regime": "regime only", "all": "all 19 variables"}


def spread(values, digits=3):
    """Return the median of the values with the least and the most, as text."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}g} ({low:,.{digits}g} to {high:,.{digits}g})"


def ratios(record, slower, faster):
    """Return the ratio of two contestants' times in each round."""
    times = record["nanoseconds per game"]
    return [a / b for a, b in zip(times[slower], times[faster], strict=True)]


def write_table(record, path):
    """Write the tables: everybody's times, and what is asked of the solver's."""
    times, threads = record["nanoseconds per game"], record["machine"]["threads"]
    lines = [
        f"Measured {record['when'][:10]} on {record['machine']['processor']}, {threads} threads; "
        + ", ".join(f"{name} {version}" for name, version in record["versions"].items())
        + f". Medians of {len(next(iter(times.values())))} rounds, with the least and the most; "
        f"{record['map']}, unless said otherwise.",
        "",
        "| solver | kept | threads | ns a game | times foedus | answers |",
        "|---|---|---|---|---|---|",
    ]
    for kept, words in KEPT.items():
        for count in dict.fromkeys((1, threads)):
            ours = f"foedus, {kept}, {count} thread{'s' * (count > 1)}"
            for label, short in ROWS.items():
                name = ours.replace("foedus", short, 1) if short != "kernel" else f"kernel, {kept}"
                if name not in times or (short == "kernel" and count > 1):
                    continue
                answers = record["accuracy"].get(short, "the solver's own")
                against = spread(ratios(record, name, ours)) if name != ours else "1"
                lines.append(
                    f"| {label} | {words} | {count} | {spread(times[name])} | {against} | {answers} |"
                )
    for label, name in ALONE.items():
        against = spread(ratios(record, name, "foedus, all, 1 thread"))
        lines.append(
            f"| {label} | its own | 1 | {spread(times[name])} | {against} | {record['accuracy'][name]} |"
        )
    lines += ["", *goals(record)]
    path.write_text("\n".join(lines) + "\n")


def goals(record):
    """Return the lines of the table of what is asked of the solver."""
    times, threads = record["nanoseconds per game"], record["machine"]["threads"]
    costs = {
        name: f"{statistics.median(now[name] for now in record['machine costs, ns']):.2g}"
        for name in ("division", "root", "byte written", "byte written again")
    }
    lines = [
        "A game cannot cost less than the divisions and roots that its closed forms need, as fast as the "
        f"machine does them ({costs['division']} and {costs['root']} ns each), and writing its results to "
        f"new memory ({costs['byte written']} ns a byte; {costs['byte written again']} to memory used "
        "before), measured anew in every round.",
        "",
        "| games | kept | divisions | roots | bound, ns | foedus, ns | times the bound |",
        "|---|---|---|---|---|---|---|",
    ]
    rows = (
        ("map", "map", "foedus, {}, 1 thread"),
        ("map, used memory", "map, bare kernel, memory used before", "kernel, {}, used memory"),
        ("random", "every parameter varies, `solve_points`", "foedus, {}, random games"),
    )
    for bounds, games, name in rows:
        for kept, words in KEPT.items():
            needed = record["operations needed per game"][bounds.split(",")[0]][kept]
            least = record["bound, ns per game"][bounds][kept]
            found = times[name.format(kept)]
            lines.append(
                f"| {games} | {words} | {needed['divisions']:.1f} | {needed['roots']:.1f} | {spread(least)} "
                f"| {spread(found)} | {spread([a / b for a, b in zip(found, least, strict=True)])} |"
            )
    lines += ["", "| side by side | kept | ratio |", "|---|---|---|"]
    for kept, words in KEPT.items():
        one, many = f"foedus, {kept}, 1 thread", f"foedus, {kept}, {threads} threads"
        lines += [
            f"| `sweep` over its bare kernel, 2048 x 2048 | {words} "
            f"| {spread(ratios(record, f'foedus, {kept}, 1 thread, 2048', f'kernel, {kept}, 2048'))} |",
            f"| 1 thread over {threads} | {words} | {spread(ratios(record, one, many))} |",
            f"| the same, of independent maps: what the machine gives | {words} "
            f"| {spread(ratios(record, f'kernel, {kept}', f'kernel, {kept}, two maps at once'))} |",
        ]
    return lines


def write_figure(record, path):
    """Draw everybody's time for a game, on a log scale."""
    times = record["nanoseconds per game"]
    bars = []
    for kept, words in KEPT.items():
        for label, short in ROWS.items():
            name = f"kernel, {kept}" if short == "kernel" else f"{short}, {kept}, 1 thread"
            if short != "kernel":
                bars.append((f"{label}: {words}", times[name], "#0072B2" if short == "foedus" else "#999999"))
    bars += [(label, times[name], "#999999") for label, name in ALONE.items()]
    bars.sort(key=lambda bar: -statistics.median(bar[1]))
    figure = Figure(figsize=(8.0, 4.6), layout="constrained")
    axes = figure.add_subplot()
    for y, (_, values, colour) in enumerate(bars):
        middle = statistics.median(values)
        axes.barh(y, middle, color=colour, height=0.7)
        axes.plot([min(values), max(values)], [y, y], color="black", linewidth=1)
        axes.text(max(values) * 1.3, y, duration(middle), va="center", fontsize=8)
    axes.set_yticks(range(len(bars)), [label for label, _, _ in bars], fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(1, max(max(values) for _, values, _ in bars) * 30)
    axes.set_xlabel("time for one game on one thread, nanoseconds (median; line: least to most)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


def duration(nanoseconds):
    """Return a time in the unit that people would use."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"
