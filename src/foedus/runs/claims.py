"""The games on which claims are tested, from a run file or from a file of results."""

import os
import tomllib
from pathlib import Path
from typing import Any

from ..io.files import FORMATS, opened
from ..model import Model, chosen
from .runfile import check_model, fixed_in, read_run, read_text


def read_design(path: str | os.PathLike, model: Model | None = None) -> dict[str, Any]:
    """Return the arguments of `claims` that test every game of a map, or random games.

    Parameters
    ----------
    path : str or path
        a run file with axes or with distributions, or the file of a map, of an analysis of sensitivity, or
        of claims that were tested before

    Returns
    -------
    dict
        `axes` or `distributions`, and the fixed parameters by name; for an earlier test of random games also
        `games` and `seed`

    Raises
    ------
    FileNotFoundError
        if there is no such file.
    ValueError, TypeError
        if `read_run` or `read_sensitivity` raise it, or if forms are compared.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "run.toml"
    >>> _ = path.write_text("distributions.stake = { uniform = [0.5, 2] }")
    >>> read_design(path)["distributions"]
    {'stake': {'uniform': [0.5, 2]}}
    """
    source = Path(path)
    kind = _kind(source)
    if kind == "claims":
        return _earlier_design(source, chosen(model))
    if kind == "distributions":
        from .sensitivity import read_sensitivity  # it needs SciPy, which a grid does not

        run = read_sensitivity(source, model)
        return {"distributions": run.distributions} | run.fixed
    grid = read_run(source, model=model)
    if grid.over:
        raise ValueError(f"{source} compares forms; claims are tested under one form")
    if not grid.axes:
        raise ValueError(f"{source} holds no map")
    return {"axes": grid.axes} | grid.fixed


def _kind(source: Path) -> str:
    """Tell what a file holds: ``claims``, ``distributions``, or else ``axes``."""
    if source.suffix in FORMATS:
        with opened(source) as dataset:
            return (
                "claims"
                if "claim" in dataset.dims
                else "distributions"
                if "output" in dataset.dims
                else "axes"
            )
    try:
        return "distributions" if "distributions" in tomllib.loads(read_text(source)) else "axes"
    except tomllib.TOMLDecodeError:
        return "axes"  # read_run then says what is wrong with it


def _earlier_design(source: Path, model: Model) -> dict[str, Any]:
    """Return the design that made a file of claims."""
    with opened(source) as dataset:
        check_model(source, dataset, model)
        fixed = fixed_in(dataset, model)
        if "distribution" not in dataset.coords:
            axes = {name: dataset[name].values for name in model.by_name if name in dataset.dims}
            return {"axes": axes} | fixed
        from .sensitivity import laws_of

        draws = {"games": int(dataset.attrs["games"]), "seed": int(dataset.attrs["seed"])}
        return {"distributions": laws_of(dataset)} | draws | fixed
