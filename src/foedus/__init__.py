"""foedus solves games exactly: that of a superpower, its ally and a challenger, or one of your own (`Model`).

`solve` solves one game, `sweep` a grid, `sweep_to` a grid of any size into a file, `compare` a grid under
several functional forms, `solve_points` scattered games. `cutpoints` finds where the regime changes along a
parameter, `adaptive_map` where over a grid. `sensitivity` tells which parameters matter, `statics` how an
outcome answers to each, and how far the next regime is. `check` holds a kernel against the definition of its
game. `save` and `load` keep results, `plot` draws them.
Importing this compiles and loads nothing heavy.
"""

import importlib
from typing import TYPE_CHECKING, Any

from .version import __version__ as __version__

try:
    from . import io as io  # which gives Datasets what `ds.foedus` offers
except (ImportError, AttributeError) as error:  # of a library, which is told where a name is asked for
    from .system.libraries import cause_and_fix

    if cause_and_fix(error) is None:
        raise

if TYPE_CHECKING:  # what `_WHERE` says, for type checkers
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

# where each name is from; it is imported when it is asked for, because libraries take longer to import than
# a game to solve
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
        if told is None or not getattr(error, "name", ""):  # in our words already
            raise
        raise ImportError("; ".join(told)) from error
    globals()[name] = found
    return found
