"""The directive `schema-table`: a table of `foedus.alliance.tables` as one of a page."""

from collections.abc import Mapping

from sphinx.util.docutils import SphinxDirective

from foedus.alliance import tables as schema

Rows = list[tuple[str, ...]]


def symbol(text: str) -> str:
    """Return a symbol as Markdown; of a variable that has none, nothing."""
    return f"${schema.tex(text)}$" if text else ""


def units(text: str) -> str:
    """Return units as they are read; numbers have none."""
    return "" if text == schema.NUMBER else text


def parameters(table: Mapping[str, schema.Parameter]) -> Rows:
    """Return a row for each parameter, below a row of headings."""
    headings = ("name", "symbol", "domain", "default", "unit", "meaning")
    rows = [
        (f"`{p.name}`", symbol(p.symbol), p.domain, f"{p.default:g}", units(p.units), p.long_name)
        for p in table.values()
    ]
    return [headings, *rows]


def variables(table: Mapping[str, schema.Label]) -> Rows:
    """Return a row for each variable, below a row of headings."""
    rows = []
    for label in table.values():
        codes = getattr(label, "codes", None)
        kind = f"code of [{codes.__name__}](#codes-{codes.__name__.lower()})" if codes else units(label.units)
        rows.append((f"`{label.name}`", symbol(label.symbol), kind, label.long_name))
    return [("name", "symbol", "unit", "meaning"), *rows]


def codes(of: type[schema.Code]) -> Rows:
    """Return a row for each code, below a row of headings, with its meaning where the schema has one."""
    meanings: Mapping = {**schema.REGIME_MEANINGS} if of is schema.Regime else {}
    if of is schema.Decision:
        meanings = schema.DECISION_MEANINGS
    rows = [(str(int(code)), f"`{code.name.lower()}`", meanings.get(code, "")) for code in of]
    if not meanings:
        return [("code", "name"), *(row[:2] for row in rows)]
    return [("code", "name", "meaning"), *rows]


class SchemaTable(SphinxDirective):
    """The table whose name in the schema is the argument; its content is for readers of the source alone."""

    required_arguments = 1
    has_content = True

    def run(self):
        """Return the table as nodes."""
        found = getattr(schema, self.arguments[0])
        self.env.note_dependency(schema.__file__)
        if isinstance(found, type):
            rows = codes(found)
        elif found is schema.PARAMETERS:
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
