"""foedus solves games exactly: the game of a superpower, its ally and a challenger, or your own (`Model`).

`solve` solves one game, `sweep` a grid, `sweep_to` a grid of any size into a file, `compare` a grid under
several functional forms, `solve_points` a list of games. `cutpoints` finds where the regime changes along a
parameter, `adaptive_map` where it changes on a grid. `sensitivity` shows which parameters matter, `statics`
how an outcome responds to each parameter, and how far the next regime is. `claims` tests claims about a game.
`check` compares a model's own solution with the definition of its game. `save` and `load` keep results,
`plot` draws them. Importing foedus is fast and compiles nothing.
"""

import importlib
import inspect
from typing import TYPE_CHECKING, Any

from .version import __version__ as __version__

try:
    from . import io as io  # it registers `ds.foedus`
except (ImportError, AttributeError) as error:  # of a library; it is explained when a name is asked for
    from .system.libraries import cause_and_fix

    if cause_and_fix(error) is None:
        raise

if TYPE_CHECKING:  # the same as `_WHERE`, for type checkers
    from .alliance.codes import Crisis, Regime
    from .alliance.equilibrium import Equilibrium, solve
    from .alliance.game import Game
    from .draw.plots import plot
    from .draw.solution import Solution
    from .io.files import load, save
    from .kernels.loop import jit
    from .large.streaming import sweep_to
    from .maps.adaptive import adaptive_map
    from .maps.compare import compare
    from .maps.cutpoints import cutpoints
    from .maps.statics import statics
    from .model.claim import Claim
    from .model.efg import model_from_efg
    from .model.loading import load_model
    from .model.model import Model
    from .model.moves import Chance, Choice, Move
    from .model.outcomes import Code, Outcome
    from .model.parameters import Parameter
    from .solving.sweeps import solve_points, sweep
    from .uncertainty.check import check
    from .uncertainty.claims import claims
    from .uncertainty.sensitivity import sensitivity

__all__ = [
    "Chance",
    "Choice",
    "Claim",
    "Code",
    "Crisis",
    "Equilibrium",
    "Game",
    "Model",
    "Move",
    "Outcome",
    "Parameter",
    "Regime",
    "Solution",
    "adaptive_map",
    "check",
    "claims",
    "compare",
    "cutpoints",
    "jit",
    "load",
    "load_model",
    "model_from_efg",
    "plot",
    "save",
    "sensitivity",
    "solve",
    "solve_points",
    "statics",
    "sweep",
    "sweep_to",
]

# the module of each name; it is imported when the name is asked for, because importing libraries takes longer
# than solving a game
_WHERE = {
    "Chance": "model.moves",
    "Choice": "model.moves",
    "Claim": "model.claim",
    "Code": "model.outcomes",
    "Crisis": "alliance.codes",
    "Equilibrium": "alliance.equilibrium",
    "Game": "alliance.game",
    "Model": "model.model",
    "Move": "model.moves",
    "Outcome": "model.outcomes",
    "Parameter": "model.parameters",
    "Regime": "alliance.codes",
    "Solution": "draw.solution",
    "adaptive_map": "maps.adaptive",
    "check": "uncertainty.check",
    "claims": "uncertainty.claims",
    "compare": "maps.compare",
    "cutpoints": "maps.cutpoints",
    "jit": "kernels.loop",
    "load": "io.files",
    "load_model": "model.loading",
    "model_from_efg": "model.efg",
    "plot": "draw.plots",
    "save": "io.files",
    "sensitivity": "uncertainty.sensitivity",
    "solve": "alliance.equilibrium",
    "solve_points": "solving.sweeps",
    "statics": "maps.statics",
    "sweep": "solving.sweeps",
    "sweep_to": "large.streaming",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .system.libraries import Broken, cause_and_fix

    try:
        found = getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    except Broken as error:
        told = cause_and_fix(error)
        if told is None or not getattr(error, "name", ""):  # it already has our words
            raise
        raise ImportError("; ".join(told)) from error
    if inspect.isfunction(found):
        found.__signature__ = _signature(found)  # type: ignore[attr-defined]
    globals()[name] = found
    return found


def _signature(function: Any) -> inspect.Signature:
    """Return the signature that editors complete: with the parameters of the alliance game by name, where a
    function takes those of any game."""
    signature = inspect.signature(function)
    *given, last = signature.parameters.values()
    if last.kind is not inspect.Parameter.VAR_KEYWORD:
        return signature
    from .model import chosen

    named = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=p.default)
        for name, p in chosen(None).by_name.items()
    ]
    return signature.replace(parameters=[*given, *named, last])
