"""The model whose games a command solves."""

import contextlib
import re
import tomllib
from pathlib import Path

from ..model import Model, chosen
from ..model.checks import naming

OPTION = "--model"
WRITTEN = re.compile(
    r"(?:--model(?:=|$)|-[fq]*m=?)(.*)"
)  # --model FILE, --model=FILE, -m FILE, -mFILE, -qm FILE


def model_named(arguments: list[str]) -> Model:
    """Return the model that a command line names with --model, or in its run file; else the alliance game.

    Raises the errors of `load_model`.
    """
    named, _ = option_of(arguments)
    if named is not None:
        return named_model(named, f"{OPTION} {named}")
    for argument in arguments:
        if argument.endswith(".toml"):
            beside = _named_in(Path(argument))
            if beside is not None:
                return named_model(beside, argument)
    return chosen(None)


def option_of(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Return the value of the option --model, or None without it, and the other arguments."""
    for place, argument in enumerate(arguments):
        if option := WRITTEN.fullmatch(argument):
            end = place + (1 if option[1] else 2)
            value = option[1] or next(iter(arguments[place + 1 : end]), None)
            return value, arguments[:place] + arguments[end:]
    return None, arguments


def named_model(place: str, source: str) -> Model:
    """Return the model in a file that `source` names."""
    from ..model.loading import load_model  # most runs do not need it

    with naming(source):
        return load_model(place)


def _named_in(run_file: Path) -> str | None:
    """Return the path of the model that a run file names, relative to the run file; None if it names no model
    or cannot be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):  # reading the file raises them again
        named = tomllib.loads(run_file.read_text(encoding="utf-8")).get("model")
        if isinstance(named, str):
            return str(run_file.parent / named)
    return None
