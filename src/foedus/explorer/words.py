"""The words on the page of `foedus explore`, as HTML: tooltip, legend, claims, downloads."""

import dataclasses
import html
import json
import math
import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..draw.colours import colours_of
from ..draw.parts import percent
from ..draw.solution import solve_one
from ..draw.tables import html_table, swatch
from ..large.slabs import code_counts
from ..maps.cutpoints import cutpoint_rows
from ..model import NUMBER, UNSOLVED, Code, Label, Model, Parameter
from ..model.parameters import GREEK, Symbol
from .display import BLANK, display_of, marked
from .view import DOWNLOADS, NAME, Frame, View, query_of

if TYPE_CHECKING:
    import xarray as xr

# of a claim that holds, does not hold, or is not about the game: its class, its sign, and what the sign means
MARKS = {
    True: ("holds", "✓", "holds"),
    False: ("fails", "✗", "does not hold"),
    None: ("unmet", "·", "its premise is not met"),
}
STATES = {
    "coarse": "Coarse map",
    "refining": "Refining the map",
    "complete": "Complete map",
    "finest": "Coarse map, as games of this model take long",
}


def number(value: float) -> str:
    """Return a number as people type it, with all its digits."""
    return repr(float(value)).removesuffix(".0")


def symbol(entry: Parameter | Label) -> str:
    """Return the symbol of a parameter or an outcome or, without one, its name."""
    return greek(entry.symbol) or entry.name


def greek(text: str) -> str:
    """Return a symbol with Greek letters for their names.

    Examples
    --------
    >>> greek("phi s"), greek("c_A")
    ('φ s', 'c_A')
    """
    return re.sub(rf"(?<![A-Za-z])({GREEK})(?![A-Za-z])", lambda found: html.unescape(f"&{found[1]};"), text)


def label(entry: Parameter | Label) -> str:
    """Return the label of a parameter or an outcome: its words and its symbol."""
    return ", ".join(filter(None, (entry.words, greek(entry.symbol))))


def in_words(value: Any, digits: int = 6) -> str:
    """Return a value of a parameter or an outcome as people read it."""
    if isinstance(value, Code):
        return value.words
    return value if isinstance(value, str) else f"{value:.{digits}g}"


def solved(view: View, game: Any) -> Mapping[str, Any]:
    """Return all outcomes of a game."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of an unsolved game, which the words tell
        return solve_one(view.model, dataclasses.asdict(game)).found


def under_pointer(view: View) -> str:
    """Return the tooltip: which game is under the pointer, and what happens in it.

    Raises ValueError if the model's kernel raises something.
    """
    model, found = view.model, solved(view, view.game)
    place = equations({k: number(getattr(view.game, k)) for k in view.axes}, model.by_name)
    names = dict.fromkeys([view.shown.name, *display_of(model).curves])
    names.pop(model.mapped.name, None)
    more = equations({name: in_words(found[name], 4) for name in names}, model.found)
    lines = place, marked(model, found[model.mapped.name]), more
    return f"<div class='tip'>{'<br>'.join(filter(None, lines))}</div>"


def equations(values: Mapping[str, str], of: Mapping[str, Parameter | Label]) -> str:
    """Return symbols and their values, none of which is broken into lines."""
    parts = (f"{symbol(of[name])} = {value}" for name, value in values.items())
    return ", ".join(f"<span class='whole'>{html.escape(part)}</span>" for part in parts)


def legend(view: View, array: "np.ndarray") -> str:
    """Return what the colours of a map mean: each code and its share of the map, or the label of a number."""
    entry = view.shown
    if not entry.codes:
        unit = "" if entry.units == NUMBER else f" ({entry.units})"
        blank = " Grey: not defined." if np.isnan(array).any() else ""
        return f"<p>Colours show {html.escape(label(entry) + unit)}.{blank}</p>"
    colours = colours_of(view.model, entry.codes)
    counts = code_counts(entry.codes, array)
    items = []
    for code in entry.codes.everything():
        if code == UNSOLVED and code not in counts:
            continue
        share = f"{percent(counts.get(int(code), 0) / array.size)} %"
        meaning = f": {html.escape(code.meaning)}" if code.meaning else ""
        items.append(
            f"<li class='{'' if code in counts else 'faint'}'>{swatch(colours.get(code, BLANK))}"
            f"{html.escape(code.words)} <b>{share}</b>{meaning}</li>"
        )
    kind = "legend lines" if any(code.meaning for code in entry.codes) else "legend"
    about = f"{html.escape(entry.words)}: colours and shares of the map"
    return f"<ul class='{kind}' aria-label='{about}'>{''.join(items)}</ul>"


def claims_list(model: Model) -> str:
    """Return the claims, one line each until it is opened; `verdicts` returns their marks."""
    items = "".join(
        f"<li data-claim='{html.escape(claim.name)}'><details><summary><b role='img'></b>"
        f"{html.escape(claim.sentence)}</summary><p>Premise: {html.escape(claim.where)}.</p></details></li>"
        for claim in model.claims
    )
    return f"<ul class='claims'>{items}</ul>"


def verdicts(held: Mapping[str, bool | None]) -> str:
    """Return the mark of each claim as JSON: its class, its sign and what the sign means."""
    return json.dumps({name: MARKS[holds] for name, holds in held.items()})


def compared(view: View) -> str:
    """Return a table of both games of a view: the parameters that differ, and all outcomes."""
    model = view.model
    games = view.game, view.second
    given = [
        (parameter, [getattr(game, name) for game in games]) for name, parameter in model.by_name.items()
    ]
    first, second = (solved(view, game) for game in games)
    found = [(outcome, [first[name], second[name]]) for name, outcome in model.found.items()]
    told = [(entry, pair) for entry, pair in given if pair[0] != pair[1]] + found
    rows = [(entry.words, Symbol(entry.symbol), *map(in_words, pair)) for entry, pair in told]
    headings = "", "symbol", "pinned (circle)", "second (square)"
    return f"<div class='wide two'>{html_table(headings, rows)}</div>"


def links(view: View) -> str:
    """Return the links to the downloads of a view."""
    query = html.escape(query_of(view))
    items = (
        f"<a href='download/{NAME}{ending}?{query}' download='{NAME}{ending}'>{words}</a>"
        for ending, (words, _) in DOWNLOADS.items()
    )
    return f"<nav class='links' aria-label='downloads'>Download: {' '.join(items)}</nav>"


def crossings(model: Model, found: "Mapping[str, xr.Dataset]") -> str:
    """Return where along each axis the regime changes and, if the model says so, who is indifferent there."""
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


def progress(frame: Frame, seconds: float) -> str:
    """Return how far a map is solved, and how long that took."""
    took = f"{1e3 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
    return f"<span class='faint'>{STATES[frame.state]}: {frame.games:,} games solved in {took}.</span>"


def going_on(done: int, games: int) -> str:
    """Return how much of the next map is solved."""
    return f" <span class='faint'>Solving {games:,} games: {math.floor(100 * done / games)} %.</span>"
