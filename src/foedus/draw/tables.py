"""Tables of results, for web pages, CSV and LaTeX."""

import csv
import html
import os
import re
from collections.abc import Sequence
from pathlib import Path

from ..model.parameters import Symbol, tex

ENDINGS = (".csv", ".tex")
HATCH = "repeating-linear-gradient(45deg, black 0 2px, white 2px 4px)"  # of CSS
Rows = Sequence[Sequence[str | float]]


def html_table(headings: Sequence[str], rows: Rows) -> str:
    """Return a table for a web page; numbers are of the class ``number``, and a `Symbol` is set as one.

    Examples
    --------
    >>> html_table(["c_A"], [[0.25]])[-60:]
    '<tbody><tr><td class="number">0.25</td></tr></tbody></table>'
    """

    def cell(value: str | float) -> str:
        if isinstance(value, float):
            return f'<td class="number">{value:.6g}</td>'
        return f"<td>{written(value)}</td>"

    def written(text: str) -> str:
        return symbol_html(text) if isinstance(text, Symbol) else html.escape(str(text))

    heads = "".join(f'<th scope="col">{written(heading)}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def symbol_html(symbol: str) -> str:
    r"""Return a symbol for a web page, which has the same names of Greek letters as TeX.

    Examples
    --------
    >>> symbol_html("a + phi s - a^0")
    'a + &phi; s - a<sup>0</sup>'
    >>> symbol_html("U_S^0")
    'U<sub>S</sub><sup>0</sup>'
    """
    text = re.sub(r"\\([a-z]+)", r"&\1;", html.escape(tex(symbol)))
    text = re.sub(r"_\{(\w+)\}", r"<sub>\1</sub>", text)
    return re.sub(r"\^\{(\w+)\}", r"<sup>\1</sup>", text)


def swatch(colour: str) -> str:
    """Return a square in a colour for a web page; without a colour it is hatched, as in pictures."""
    return (
        '<span style="display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.5em; '
        "vertical-align: -0.1em; border: 1px solid rgba(128, 128, 128, 0.8); "
        f'background: {colour or HATCH}"></span>'
    )


def _has_numbers(rows: Rows, column: int) -> bool:
    """Tell whether there are numbers in a column of a table."""
    return any(isinstance(row[column], (int, float)) for row in rows)


def check_table_path(path: str | os.PathLike) -> Path:
    """Return `path` if a table can be written there, without touching it.

    Raises ValueError if it does not end in .csv or .tex, and the errors of `io.files.writable`.

    Examples
    --------
    >>> check_table_path("table.xlsx")
    Traceback (most recent call last):
    ValueError: table.xlsx: a table cannot end in '.xlsx'; it must end in .csv or .tex
    """
    from ..io.files import writable  # imports xarray, which takes long

    target = Path(path)
    if target.suffix not in ENDINGS:
        raise ValueError(f"{target}: a table cannot end in {target.suffix!r}; it must end in .csv or .tex")
    return writable(target)


def save_table(headings: Sequence[str], rows: Rows, path: str | os.PathLike) -> None:
    """Write a table as CSV, or as LaTeX with the rules of booktabs, by the ending of `path`.

    In CSV, numbers keep all digits; in LaTeX they have six. The table is written next to `path` and renamed
    when it is complete. Raises the errors of `check_table_path`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "table.tex"
    >>> save_table([Symbol("c_A"), "regime"], [[0.25, "self-reliance"]], path)
    >>> print(path.read_text())
    \\begin{tabular}{rl}
    \\toprule
    $c_{A}$ & regime \\\\
    \\midrule
    0.25 & self-reliance \\\\
    \\bottomrule
    \\end{tabular}
    <BLANKLINE>
    """
    from ..io.files import beside

    target = check_table_path(path)
    with beside(target) as draft, open(draft, "w", encoding="utf-8", newline="") as stream:
        if target.suffix == ".tex":
            stream.write(_latex(headings, rows))
        else:
            csv.writer(stream, lineterminator="\n").writerows([headings, *rows])


def _latex(headings: Sequence[str], rows: Rows) -> str:
    """Return a table as LaTeX."""
    columns = "".join("r" if _has_numbers(rows, k) else "l" for k in range(len(headings)))
    head, *body = (" & ".join(map(_escaped, cells)) + r" \\" for cells in (headings, *rows))
    begin = rf"\begin{{tabular}}{{{columns}}}"
    return "\n".join([begin, r"\toprule", head, r"\midrule", *body, r"\bottomrule", r"\end{tabular}", ""])


def _escaped(cell: str | float) -> str:
    """Return a cell as LaTeX source."""
    if isinstance(cell, Symbol) and "$" not in cell:
        return f"${cell.tex}$"
    if isinstance(cell, float):
        return f"{cell:.6g}"
    return re.sub(r"([_%&#$])", r"\\\1", str(cell))
