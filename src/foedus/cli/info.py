"""foedus info."""

from pathlib import Path

from .screens import show_facts


def info(file: Path, /) -> None:
    """Tell what a file holds, or how far an unfinished map is, without reading it whole.

    Parameters
    ----------
    file
        the file of a map, of a comparison or of scattered games, or the folder of an unfinished map
    """
    from ..runs.info import describe

    show_facts(describe(file))
