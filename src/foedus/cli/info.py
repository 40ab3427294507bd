"""foedus info."""

from pathlib import Path

from ..model import Model
from .screens import show_facts


def info(file: Path, /, *, model: Model) -> None:
    """Show what a file contains, or how much of an unfinished map is done. Large files are not read whole.

    Parameters
    ----------
    file
        a file that foedus wrote, such as a map, cutpoints or the games of a CSV file (foedus points), or the
        folder of an unfinished map
    """
    from ..io.files import opened
    from ..runs.info import describe
    from ..runs.runfile import check_model

    if model.file:
        with opened(file) as dataset:
            check_model(file, dataset, model)
    show_facts(describe(file))
