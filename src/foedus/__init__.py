"""foedus solves the alliance game of a superpower, its ally and a challenger, exactly.

`solve` solves one game, `sweep` a grid, `compare` a grid under several functional forms, `solve_points`
scattered games; `save` and `load` keep the results, `plot` draws them. Importing this compiles and loads
nothing heavy.
"""

from .equilibrium import Equilibrium, solve
from .forms import compare
from .game import Game
from .io.schema import Crisis, Regime
from .sweeps import solve_points, sweep

__version__ = "0.1.0"

__all__ = [
    "Crisis",
    "Equilibrium",
    "Game",
    "Regime",
    "compare",
    "load",
    "plot",
    "save",
    "solve",
    "solve_points",
    "sweep",
]


def __getattr__(name: str):
    # xarray and matplotlib take longer to import than a game to solve
    if name in ("load", "save"):
        from .io import files as home
    elif name == "plot":
        from . import plots as home  # type: ignore[no-redef]
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(home, name)
