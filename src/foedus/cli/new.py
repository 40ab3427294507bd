"""foedus new."""

import importlib.resources
from pathlib import Path

from .options import Overwrite
from .targets import check_output


def new(file: Path, /, *, overwrite: Overwrite = False) -> None:
    """Write a small example game to a file, which you can change into your own game.

    Parameters
    ----------
    file
        the Python file to write, for example entry.py
    """
    check_output(file, overwrite, ".py")
    file.write_text(
        importlib.resources.files(__package__).joinpath("template.py.txt").read_text("utf-8"), "utf-8"
    )
    print(f"wrote a game to {file}; solve it with: foedus solve --model {file}")
