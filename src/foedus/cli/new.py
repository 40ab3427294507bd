"""foedus new."""

import importlib.resources
from pathlib import Path

from .options import Overwrite
from .targets import check_output


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
