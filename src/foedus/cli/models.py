"""Which game a command line solves; and foedus new."""

import contextlib
import importlib.resources
import tomllib
from pathlib import Path

from ..model import Model, chosen
from ..model.checks import naming
from .options import Overwrite
from .targets import check_output

OPTION = "--model"


def model_named(arguments: list[str]) -> Model:
    """Return the model that a command line names, or the run file in it, or else the alliance game.

    Raises what `load_model` does.
    """
    for place, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if option == OPTION and (equals or arguments[place + 1 :]):
            named = value if equals else arguments[place + 1]
            return _loaded(named, f"{OPTION} {named}")
    for argument in arguments:
        if argument.endswith(".toml"):
            beside = _named_in(Path(argument))
            if beside is not None:
                return _loaded(beside, argument)
    return chosen(None)


def _loaded(place: str, source: str) -> Model:
    """Return the model in a file that `source` names."""
    from ..model.loading import load_model  # which most runs do without

    with naming(source):
        return load_model(place)


def _named_in(run_file: Path) -> str | None:
    """Return the model that a run file names, found beside it; None if it names none, or cannot be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):  # of which its reader tells
        named = tomllib.loads(run_file.read_text(encoding="utf-8")).get("model")
        if isinstance(named, str):
            return str(run_file.parent / named)
    return None


def new(file: Path, /, *, overwrite: Overwrite = False) -> None:
    """Write a small game into a file, to be changed into a game of one's own.

    Parameters
    ----------
    file
        the Python file to write, as in entry.py
    """
    check_output(file, overwrite, ".py")
    file.write_text(
        importlib.resources.files(__package__).joinpath("template.py.txt").read_text("utf-8"), "utf-8"
    )
    print(f"a game stands in {file}; foedus solve --model {file} solves it")
