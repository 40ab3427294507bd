"""Tables of parameters, variables and codes in the pages. python docs/_ext/write_tables.py writes them anew.

A table stands between <!-- table PLACE --> and <!-- end --> in a Markdown file. PLACE is a mapping, codes, or
a function of the model. In the same way, <!-- legend PLACE --> makes a list of the meanings of codes, and
<!-- claims PLACE --> a table of claims.
"""

import importlib
import inspect
import os
import re
from collections.abc import Mapping
from pathlib import Path

from foedus.model import NUMBER, Code, Label, Parameter, chosen, tex

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("docs/reference/*.md"))]
CODES = ROOT / "docs" / "reference" / "variables.md"
BLOCK = re.compile(r"(<!-- (table|legend|claims) ([\w.]+) -->\n).*?(<!-- end -->)", re.DOTALL)
Rows = list[tuple[str, ...]]


def symbol(text: str) -> str:
    """Return a symbol as Markdown, or nothing for a variable without one."""
    return f"${tex(text)}$" if text else ""


def units(text: str) -> str:
    """Return units as people read them: pure numbers have none."""
    return "" if text == NUMBER else text


def parameters(table: Mapping[str, Parameter]) -> Rows:
    """Return the headings and a row for each parameter."""
    headings = ("name", "meaning", "symbol", "domain", "default", "unit")
    rows = [
        (f"`{p.name}`", p.long_name, symbol(p.symbol), p.domain, f"{p.default}", units(p.units))
        for p in table.values()
    ]
    return [headings, *rows]


def variables(table: Mapping[str, Label], page: Path) -> Rows:
    """Return the headings and a row for each variable; codes lead from the page to their table."""
    to_codes = "" if page == CODES else Path(os.path.relpath(CODES, page.parent)).as_posix()
    rows: Rows = [("name", "meaning", "symbol", "unit")]
    for label in table.values():
        codes = label.codes
        kind = (
            f"code of [{codes.__name__}]({to_codes}#{codes.__name__.lower()})"
            if codes
            else units(label.units)
        )
        rows.append((f"`{label.name}`", label.long_name, symbol(label.symbol), kind))
    return rows


def codes(of: type[Code]) -> Rows:
    """Return the headings and a row for each code, with meanings where there are some."""
    rows = [(f"{code:d}", f"`{code.name.lower()}`", code.meaning) for code in of]
    rows.insert(0, ("code", "name", "meaning"))
    return rows if any(code.meaning for code in of) else [row[:2] for row in rows]


def table(place: str, page: Path) -> str:
    """Return the table of what stands at a place, for a page."""
    found = at(place)
    if isinstance(found, type):
        rows = codes(found)
    elif isinstance(next(iter(found.values())), Parameter):
        rows = parameters(found)
    else:
        rows = variables(found, page)
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def legend(place: str, page: Path) -> str:
    """Return the codes that stand at a place as a list, each with its meaning."""
    of = at(place)
    return "\n".join(f"- **{code.words}**: {code.meaning}" for code in of if code >= 0)


def claims(place: str, page: Path) -> str:
    """Return the claims that stand at a place as a table, each with its sentence."""
    rows = [f"| `{claim.name}` | {claim.sentence} |" for claim in at(place)]
    return "\n".join(["| claim | what it says |", "|---|---|", *rows])


def at(place: str):
    """Return what stands at a place; a function is called with the default model."""
    module, _, name = place.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    return found(chosen(None)) if inspect.isfunction(found) else found


def written(page: Path) -> str:
    """Return the text of a page with all its tables and legends written anew."""

    def block(match):
        begin, kind, place, end = match.groups()
        return f"{begin}\n{globals()[kind](place, page)}\n\n{end}"

    return BLOCK.sub(block, page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    for page in PAGES:
        text = written(page)
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            print(f"{page.relative_to(ROOT)}: tables written anew")
