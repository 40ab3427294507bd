"""What the page shows for the alliance game only: its equilibrium, the path through its tree, its wording."""

import html
from typing import Any

from ..alliance.codes import Crisis
from ..alliance.equilibrium import Equilibrium, solve
from ..alliance.game import Game, make_game
from ..alliance.model import model
from ..alliance.notebook import equilibrium_html
from .display import usual_display


def pinned(eq: Equilibrium) -> str:
    """Return an equilibrium as a notebook shows it, and the path through the tree that leads there."""
    return equilibrium_html(eq) + path(eq)


def path(eq: Equilibrium) -> str:
    """Return both branches of the tree, with an alliance and without, move by move; mark the one taken."""
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


_USUAL = usual_display(model)
DISPLAY = _USUAL._replace(
    game=make_game,
    solve=solve,
    pinned=pinned,
    about="Regimes of an alliance game, a reconstruction of Iwanami (2024).",
    claims="The article's claims at the pinned game",
    ranges={**_USUAL.ranges, "decisiveness": (0.25, 16.0, "log")},
    axes={"ally_cost": (0.05, 5.0, "log"), "status_quo": (0.1, 0.9, "linear")},
    curves=(*model.drawn, "settlement"),
    heights="arms; share of the good",
)
