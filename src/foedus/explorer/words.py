"""What the page of `foedus explore` says, as HTML: the game under the pointer, claims, shares, downloads."""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..draw.parts import percent
from ..draw.tables import html_table, swatch
from ..maps.cutpoints import cutpoint_rows
from ..model import UNSOLVED, Label, Model, Parameter
from .display import display_of, marked
from .view import DOWNLOADS, NAME, View, query_of

if TYPE_CHECKING:
    import xarray as xr

# of a claim that holds, does not, or is not about the game: its class, its mark, and what the mark says
MARKS = {
    True: ("holds", "✓", "holds"),
    False: ("fails", "✗", "does not hold"),
    None: ("unmet", "·", "its premise is not met"),
}


def number(value: float) -> str:
    """Return a number as people type it, no digit lost."""
    return repr(float(value)).removesuffix(".0")


def symbol(entry: Parameter | Label) -> str:
    """Return how a line calls a parameter or an outcome: by its symbol or, without one, by its name."""
    return entry.symbol or entry.name


def label(entry: Parameter | Label) -> str:
    """Return how the page calls a parameter: what it is, and its symbol."""
    return ", ".join(filter(None, (entry.words, entry.symbol)))


def under_pointer(view: View, solution: Any) -> str:
    """Say in a line which game of a view is under the pointer, and what happens in it."""
    model = view.model
    code = getattr(solution, model.mapped.name)
    place = ", ".join(f"{symbol(model.by_name[k])} = {number(getattr(view.game, k))}" for k in view.axes)
    found = ", ".join(
        f"{symbol(model.found[name])} = {getattr(solution, name):.4g}" for name in display_of(model).curves
    )
    said = f"{html.escape(place)}: {marked(model, code)}"
    return f"{said}; {html.escape(found)}" if found else said


def legend(model: Model, counts: Mapping[int, int]) -> str:
    """Return the codes' colours, with the share of the map that each has."""
    games = sum(counts.values())
    colours = display_of(model).colours
    items = "".join(
        f"<li class='{'' if code in counts else 'faint'}'>{swatch(colours.get(code, ''))}"
        f"{html.escape(code.words)} {percent(counts.get(int(code), 0) / games)} %</li>"
        for code in model.codes.everything()
        if code != UNSOLVED or code in counts
    )
    return f"<ul class='legend' aria-label='regimes and their shares of the map'>{items}</ul>"


def claims_list(model: Model, held: Mapping[str, bool | None]) -> str:
    """Return the claims, each lit up as it holds or not."""
    items = []
    for claim in model.claims:
        kind, mark, told = MARKS[held[claim.name]]
        items.append(
            f"<li class='{kind}' data-claim='{html.escape(claim.name)}'>"
            f"<b role='img' aria-label='{told}' title='{told}'>{mark}</b>{html.escape(claim.sentence)} "
            f"<span class='faint'>(premise: {html.escape(claim.where)})</span></li>"
        )
    return f"<ul class='claims'>{''.join(items)}</ul>"


def links(view: View) -> str:
    """Return the links to what can be downloaded of a view."""
    query = html.escape(query_of(view))
    items = (
        f"<a href='download/{NAME}{ending}?{query}' download='{NAME}{ending}'>{words}</a>"
        for ending, (words, _) in DOWNLOADS.items()
    )
    return f"<nav class='links' aria-label='downloads'>download: {' '.join(items)}</nav>"


def crossings(model: Model, found: "Mapping[str, xr.Dataset]") -> str:
    """Say where along each axis the regime changes and, if the model tells, who is indifferent there."""
    parts = []
    for name, cuts in found.items():
        headings, rows = cutpoint_rows(cuts)
        along = symbol(model.by_name[name])
        parts.append(
            html_table([f"cutpoints along {along}", *headings[1:]], rows)
            if rows
            else f"<p>Along {html.escape(along)} the regime does not change.</p>"
        )
    return f"<div class='wide'>{''.join(parts)}</div>"


def rate(games: int, seconds: float) -> str:
    """Say how long a map took."""
    return f"<span class='faint'>{games:,} games solved in {1e3 * seconds:.0f} ms</span>"
