"""foedus solves the alliance game of a superpower, its ally and a challenger, exactly.

`solve` solves one game, `sweep` a grid, `sweep_to` a grid of any size into a file, `compare` a grid under
several functional forms, `solve_points` scattered games. `cutpoints` finds where the regime changes along a
parameter, `adaptive_map` where over a grid. `sensitivity` tells which parameters matter, `statics` how an
outcome answers to each, and how far the next regime is. `save` and `load` keep results, `plot` draws them.
Importing this compiles and loads nothing heavy.
"""

import importlib
from typing import TYPE_CHECKING, Any

from .system.libraries import Broken, cause_and_fix
from .version import __version__ as __version__

try:
    from . import io as io  # which gives Datasets what `ds.foedus` offers
    from .alliance.codes import Crisis, Regime
    from .alliance.equilibrium import Equilibrium, solve
    from .alliance.game import Game
    from .maps.compare import compare
    from .maps.cutpoints import cutpoints
    from .maps.statics import statics
    from .model import Claim, Code, Model, Outcome, Parameter
    from .solving.sweeps import solve_points, sweep
except Broken as error:  # told to whoever asks for a name; by the command line, in one line
    _why = cause_and_fix(error)
    if _why is None:
        raise
    _failure = error
else:
    _why = None

if TYPE_CHECKING:  # what `_LATER` imports, for type checkers
    from .draw.plots import plot
    from .io.files import load, save
    from .kernels.loop import jit
    from .large.streaming import sweep_to
    from .maps.adaptive import adaptive_map
    from .model.loading import load_model
    from .uncertainty.claims import claims
    from .uncertainty.sensitivity import sensitivity

__all__ = [
    "Claim",
    "Code",
    "Crisis",
    "Equilibrium",
    "Game",
    "Model",
    "Outcome",
    "Parameter",
    "Regime",
    "adaptive_map",
    "claims",
    "compare",
    "cutpoints",
    "jit",
    "load",
    "load_model",
    "plot",
    "save",
    "sensitivity",
    "solve",
    "solve_points",
    "statics",
    "sweep",
    "sweep_to",
]

# xarray and matplotlib take longer to import than a game to solve
_LATER = {
    "adaptive_map": "maps.adaptive",
    "claims": "uncertainty.claims",
    "jit": "kernels.loop",
    "load_model": "model.loading",
    "load": "io.files",
    "plot": "draw.plots",
    "save": "io.files",
    "sensitivity": "uncertainty.sensitivity",
    "sweep_to": "large.streaming",
}


def __getattr__(name: str) -> Any:
    if _why and name in __all__:
        raise ImportError("; ".join(_why)) from _failure
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
