"""The output files: they are checked before anything is solved, and maps are drawn at the end."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..system.libraries import Broken, cause_and_fix
from .options import Ways
from .screens import complain


def check_output(path: Path, overwrite: bool, ending: str | None = None) -> None:
    """Raise an error if `path` cannot be written, or does not end in `ending`; default: an ending of result
    files."""
    from ..io.files import format_of, writable

    if ending is None:
        format_of(path)
    elif path.suffix != ending:
        raise ValueError(f"{path}: the name must end in {ending}")
    with hinting():
        writable(path, overwrite)


def check_image(file: Path, ways: Ways, resume: bool = False) -> Path:
    """Return the path of the picture beside a file; raise an error if it is needed and cannot be written."""
    image = file.with_suffix(".png")
    if ways.picture:
        check_output(image, ways.overwrite or resume, ".png")
    return image


def check_tables(paths: list[Path] | None, overwrite: bool) -> None:
    """Raise an error if one of the tables cannot be written."""
    from ..draw.tables import check_table_path

    for path in paths or []:
        check_table_path(path)
        check_output(path, overwrite, path.suffix)


@contextlib.contextmanager
def hinting() -> Iterator[None]:
    """Add to an error about an existing file that --overwrite replaces it."""
    try:
        yield
    except FileExistsError as error:
        hint = "" if "overwrite" in str(error) else "; --overwrite replaces it"
        raise FileExistsError(f"{error}{hint}") from None


def target_of(run_file: Path, named: Path | None, output: Path | None) -> Path:
    """Return the file to which the result of a run is written."""
    from ..io.files import path_of

    target = output or named
    if target is None:
        raise ValueError(f"{run_file} names no output file; name one with --output")
    return path_of(target)


def finish(file: Path, image: Path, ways: Ways) -> int:
    """Draw the map in a file, say where both are, and return the exit code: 1 if the drawing failed."""
    drawn: list[Path] = []
    code = 0
    if ways.picture:
        try:
            drawn = _draw_beside(file, image)
        except Exception as error:  # whatever it is, the map has been written
            told = cause_and_fix(error) if isinstance(error, Broken) else None
            code = complain(f"no picture: {'; '.join(told or [str(error) or type(error).__name__])}", 1)
    if not ways.quiet:
        print_kept(file, drawn)
    return code


def _draw_beside(file: Path, image: Path) -> list[Path]:
    """Draw the map in a file and return the picture's path, or say why there is none."""
    from ..draw.plots import plot, save_figure
    from ..io.files import opened

    try:
        with opened(file) as dataset:
            figure = plot(dataset)
    except ValueError as reason:  # too many dimensions for one picture
        print(f"no picture: {reason}", file=sys.stderr)
        return []
    save_figure(figure, image)
    return [image]


def print_kept(file: Path, pictures: Sequence[Path] = ()) -> None:
    """Print the names of the file with the result and of its pictures."""
    print(f"kept in {file}", *(f"drawn in {picture}" for picture in pictures), sep=", ")
