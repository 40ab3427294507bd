"""What the page of `foedus explore` says, as HTML: the pinned game, its path, claims, shares, downloads."""

import html
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..alliance.claims import CLAIMS
from ..alliance.codes import Crisis, Regime
from ..alliance.equilibrium import Equilibrium
from ..alliance.game import Game
from ..alliance.model import PARAMETERS, REGIME_COLOURS
from ..alliance.notebook import swatch
from ..draw.parts import percent
from ..draw.tables import html_table
from ..maps.cutpoints import cutpoint_rows
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


def colour(code: int) -> str:
    """Return the colour of a regime on the map, black where a game could not be solved."""
    return REGIME_COLOURS.get(Regime(code), "black")


def path(eq: Equilibrium) -> str:
    """Return the tree's two branches, with an alliance and without, move by move; the one taken is marked."""
    allied = eq.pledge_limit != "none"
    moves = [
        ("S", "offers no alliance", f"pledges {eq.pledge:.4g}" if allied else "has no pledge worth its cost"),
        ("A", "", "signs" if allied else ""),
        ("A", f"adds {eq.without.ally_arms:.4g}", f"adds {eq.ally_arms:.4g}" if allied else ""),
        ("C", f"adds {eq.without.challenger_arms:.4g}", f"adds {eq.challenger_arms:.4g}" if allied else ""),
        ("crisis", crisis(eq.without, eq.game), crisis(eq, eq.game) if allied else ""),
    ]
    rows = "".join(
        f"<tr><th scope='row'>{who}</th>{_cell(without, not allied)}{_cell(with_s, allied)}</tr>"
        for who, without, with_s in moves
    )
    heads = "".join(
        f"<th scope='col'{' class=taken' * taken}>{words}{' (taken)' * taken}</th>"
        for words, taken in (("without alliance", not allied), ("alliance", allied))
    )
    return f"<h3>The path</h3><table><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(words: str, taken: bool) -> str:
    """Return a move on one of the branches."""
    return f"<td class='{'taken' if taken else 'faint'}'>{html.escape(words)}</td>"


def crisis(outcome: Any, game: Game) -> str:
    """Say how the crisis ends."""
    if outcome.crisis == Crisis.QUIET:
        return f"quiet: x = q = {game.status_quo:.4g}"
    return f"{outcome.crisis.words}: x = {outcome.settlement:.4g}"


def under_pointer(eq: Equilibrium, names: Iterable[str]) -> str:
    """Say in a line which game is under the pointer, and what happens in it."""
    place = ", ".join(f"{PARAMETERS[name].symbol} = {number(getattr(eq.game, name))}" for name in names)
    moves = f"s = {eq.pledge:.4g}, a = {eq.ally_arms:.4g}, b = {eq.challenger_arms:.4g}"
    return f"{place}: {swatch(eq.regime)}<b>{eq.regime.words}</b>; {moves}, x = {eq.settlement:.4g}"


def legend(counts: Mapping[int, int]) -> str:
    """Return the regimes' colours, with the share of the map that each has."""
    games = sum(counts.values())
    items = "".join(
        f"<li class='{'' if code in counts else 'faint'}'>{swatch(code)}{code.words} "
        f"{percent(counts.get(int(code), 0) / games)} %</li>"
        for code in Regime
        if code != Regime.UNSOLVED or code in counts
    )
    return f"<ul class='legend' aria-label='regimes and their shares of the map'>{items}</ul>"


def claims_list(held: Mapping[str, bool | None]) -> str:
    """Return the claims, each lit up as it holds or not."""
    items = []
    for claim in CLAIMS:
        kind, mark, told = MARKS[held[claim.name]]
        items.append(
            f"<li class='{kind}' data-claim='{claim.name}'>"
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


def crossings(found: "Mapping[str, xr.Dataset]") -> str:
    """Say where along each axis the regime changes, and who is indifferent there between what."""
    parts = []
    for name, cuts in found.items():
        headings, rows = cutpoint_rows(cuts)
        symbol = PARAMETERS[name].symbol
        parts.append(
            html_table([f"cutpoints along {symbol}", *headings[1:]], rows)
            if rows
            else f"<p>Along {symbol} the regime does not change.</p>"
        )
    return f"<div class='wide'>{''.join(parts)}</div>"


def rate(games: int, seconds: float) -> str:
    """Say how long a map took."""
    return f"<span class='faint'>{games:,} games solved in {1e3 * seconds:.0f} ms</span>"
