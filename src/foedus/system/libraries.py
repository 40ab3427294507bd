"""Explanations why a library cannot be loaded."""

import itertools
import os
import sys
import traceback
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

Broken = (ImportError, AttributeError)  # the second if another module is loaded in place of the library


def cause_and_fix(error: ImportError | AttributeError) -> tuple[str, str] | None:
    """Return which library cannot be loaded and why, and what is likely to help. Return None if the error has
    another cause.

    Examples
    --------
    >>> cause_and_fix(ModuleNotFoundError("No module named 'rich'", name="rich"))[0]
    "rich cannot be loaded: No module named 'rich'"
    """
    asked = error.name if isinstance(error, ImportError) else getattr(error.obj, "__name__", None)
    if isinstance(error, AttributeError) and not isinstance(error.obj, ModuleType):
        return None
    frames = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    callers = [name.partition(".")[0] for name in reversed(frames)]
    names = list(itertools.takewhile(lambda name: name not in ("foedus", "__main__"), callers))
    # something is missing, or the library that imports it is too old or too new
    names.insert(0 if isinstance(error, ModuleNotFoundError) else len(names), (asked or "").partition(".")[0])
    libraries = [name for name in names if name not in ("", "foedus", "importlib")]
    for name in libraries:
        for folder in _folders_in_front():
            spec = PathFinder.find_spec(name, [folder])
            if spec and spec.origin:
                named = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
                listed = folder in map(os.path.abspath, named)
                away = f"take {folder} out of PYTHONPATH" if listed else "start foedus in another folder"
                return f"{spec.origin} is loaded in place of the library {name}", f"rename it, or {away}"
    library = next((name for name in libraries if name not in sys.stdlib_module_names), None)
    if library is None:
        return None
    first: BaseException = error
    while first.__cause__:  # NumPy writes a page about it, with the cause at its end
        first = first.__cause__
    cause = f"{library} cannot be loaded: {str(first).rstrip('.')}"
    again = f"{sys.executable} -m pip install --force-reinstall {library}"
    return cause, f"install it again, with everything that it needs: {again}"


def _folders_in_front() -> list[str]:
    """Return the folders that Python searches for modules before its own and installed ones: the script's
    folder, or the one in which Python was started, and those in PYTHONPATH."""
    own = str(Path(os.__file__).parent)
    before = sys.path[: sys.path.index(own)] if own in sys.path else []
    return [folder or os.getcwd() for folder in before]


def missing_extra(error: ModuleNotFoundError, words: str) -> ModuleNotFoundError:
    """Return the error for an extra that is not installed, with these words. If a part of an installed
    package is missing, return the original error."""
    return error if "." in (error.name or "") else ModuleNotFoundError(words)
