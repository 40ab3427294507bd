"""How a notebook shows an equilibrium: HTML that needs no other files."""

from html import escape

from ..draw.tables import swatch, symbol_html
from ..model.parameters import NUMBER
from .codes import Regime
from .model import NUMBERS, OUTCOMES, REGIME_COLOURS, model
from .solution import Solution, outcomes
from .words import explain

# everything else takes the colour of the page's text, dark or light
LINE = "1px solid rgba(128, 128, 128, 0.4)"
ROW = "border: 0; background: transparent"
CELL = "padding: 0.15em 0.8em 0.15em 0; border: 0; vertical-align: baseline"
WORDS = f"{CELL}; text-align: left; white-space: normal"
FIGURES = f"{CELL}; text-align: right; font-variant-numeric: tabular-nums"


def equilibrium_html(eq: Solution) -> str:
    """Return an equilibrium as HTML: the regime and its colour, the parameters that are not at their default,
    the sentences of `explain`, and every variable with S and without.

    The styles are in the elements. All colours except that of the regime are those of the page, so that any
    page can show it, light or dark.

    Examples
    --------
    >>> import foedus
    >>> "<strong>restraint</strong>" in equilibrium_html(foedus.solve(ally_cost=0.3))
    True
    """
    first, *sentences = explain(eq).splitlines()
    _, _, meaning = first.partition(": ")
    return "\n".join([
        '<div style="max-width: 44em; line-height: 1.45; overflow-x: auto">',
        f'<p style="margin: 0 0 0.4em">{swatch(REGIME_COLOURS.get(eq.regime, ""))}'
        f"<strong>{escape(eq.regime.words)}</strong>: {escape(meaning)}</p>",
        f'<p style="margin: 0 0 0.6em">{_game(eq)}</p>',
        *(f'<p style="margin: 0 0 0.4em">{escape(sentence)}</p>' for sentence in sentences),
        *_table(eq),
        "</div>",
    ])  # fmt: skip


def _game(eq: Solution) -> str:
    """Return the parameters of the game that are not at their default, with symbols and units."""
    game = eq.game
    parts = [f"{escape(game.contest)} contest"]
    for name, parameter in NUMBERS.items():
        value = getattr(game, name)
        if value != parameter.default:
            unit = _unit(model.units(name, {"contest": game.contest}))
            parts.append(f"{escape(parameter.long_name)} {symbol_html(parameter.symbol)} = {value:.6g}{unit}")
    return "; ".join([*parts, "all else at default"])


def _table(eq: Solution) -> list[str]:
    """Return the lines of the table of all variables except the regime, which is shown above it. A game that
    could not be solved has no table."""
    if eq.regime == Regime.UNSOLVED:
        return []
    heads = "".join(
        f'<th scope="col" style="{FIGURES}">{heading}</th>' for heading in ("with S", "without S")
    )
    lines = [
        '<table style="border-collapse: collapse; border: 0; margin: 0; color: inherit; font-size: inherit">',
        f'<thead><tr style="{ROW}"><td style="{WORDS}"></td>{heads}</tr></thead>',
        "<tbody>",
    ]
    for variable, *values in outcomes(eq, {k: v for k, v in OUTCOMES.items() if k != "regime"}):
        name = ", ".join(filter(None, (escape(variable.long_name), symbol_html(variable.symbol))))
        head = f'<th scope="row" style="{WORDS}; font-weight: normal">{name}{_unit(variable.units)}</th>'
        cells = "".join(f'<td style="{FIGURES}">{escape(value)}</td>' for value in values)
        lines.append(f'<tr style="{ROW}; border-top: {LINE}">{head}{cells}</tr>')
    return [*lines, "</tbody>", "</table>"]


def _unit(units: str) -> str:
    """Return the units as they follow a symbol."""
    return "" if units == NUMBER else f' <span style="opacity: 0.65">({escape(units)})</span>'
