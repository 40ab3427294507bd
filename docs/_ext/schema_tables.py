"""The directive `schema-table`: a table of parameters, outcomes, labels or codes as one of a page."""

import importlib
import inspect
from collections.abc import Mapping

from sphinx.util.docutils import SphinxDirective

from foedus.alliance.codes import DECISION_MEANINGS, REGIME_MEANINGS, Decision, Regime
from foedus.model import NUMBER, Code, Label, Parameter, chosen, tex

MEANINGS = {Regime: REGIME_MEANINGS, Decision: DECISION_MEANINGS}
Rows = list[tuple[str, ...]]


def symbol(text: str) -> str:
    """Return a symbol as Markdown; of a variable that has none, nothing."""
    return f"${tex(text)}$" if text else ""


def units(text: str) -> str:
    """Return units as they are read; numbers have none."""
    return "" if text == NUMBER else text


def parameters(table: Mapping[str, Parameter]) -> Rows:
    """Return a row for each parameter, below a row of headings."""
    headings = ("name", "symbol", "domain", "default", "unit", "meaning")
    rows = [
        (f"`{p.name}`", symbol(p.symbol), p.domain, f"{p.default}", units(p.units), p.long_name)
        for p in table.values()
    ]
    return [headings, *rows]


def variables(table: Mapping[str, Label]) -> Rows:
    """Return a row for each variable, below a row of headings."""
    rows = []
    for label in table.values():
        codes = label.codes
        kind = f"code of [{codes.__name__}](#codes-{codes.__name__.lower()})" if codes else units(label.units)
        rows.append((f"`{label.name}`", symbol(label.symbol), kind, label.long_name))
    return [("name", "symbol", "unit", "meaning"), *rows]


def codes(of: type[Code]) -> Rows:
    """Return a row for each code, below a row of headings, with its meaning where there is one."""
    meanings: Mapping = MEANINGS.get(of, {})
    rows = [(str(int(code)), f"`{code.name.lower()}`", meanings.get(code, "")) for code in of]
    if not meanings:
        return [("code", "name"), *(row[:2] for row in rows)]
    return [("code", "name", "meaning"), *rows]


class SchemaTable(SphinxDirective):
    """The table at the place that is the argument: a mapping, codes, or a function of the model. Its content
    is for readers of the source alone."""

    required_arguments = 1
    has_content = True

    def run(self):
        """Return the table as nodes."""
        place, _, name = self.arguments[0].rpartition(".")
        module = importlib.import_module(place)
        self.env.note_dependency(module.__file__)
        found = getattr(module, name)
        if inspect.isfunction(found):
            found = found(chosen(None))
        if isinstance(found, type):
            rows = codes(found)
        elif isinstance(next(iter(found.values())), Parameter):
            rows = parameters(found)
        else:
            rows = variables(found)
        lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
        lines.insert(1, "|" + "---|" * len(rows[0]))
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    """Add the directive."""
    app.add_directive("schema-table", SchemaTable)
    return {"parallel_read_safe": True}
