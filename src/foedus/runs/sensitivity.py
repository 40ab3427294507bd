"""Run files of sensitivity analyses: in TOML, or read from the file of an earlier analysis."""

import os
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pydantic
import xarray as xr

from ..io.files import FORMATS, opened, path_of
from ..model import Model, chosen
from ..model.checks import naming
from ..uncertainty.indices import METHODS
from ..uncertainty.sensitivity import (
    SAMPLES,
    check_distributions,
    check_methods,
    check_outputs,
    check_samples,
    check_seed,
)
from .runfile import ModelTable, StrictTable, check_model, fixed_in, parse, read_text


class Run(NamedTuple):
    """The input of a sensitivity analysis, and the file for the result."""

    distributions: dict[str, Any]
    options: dict[str, Any]  # outputs, methods, samples and seed
    fixed: dict[str, Any]
    file: Path | None


class _Sensitivity(StrictTable):
    methods: list[str] = pydantic.Field(default=["sobol"])
    outputs: list[str] | None = None
    samples: int = SAMPLES
    seed: int = 0


class _Output(StrictTable):
    file: str | None = None


class _RunFile(ModelTable):
    distributions: dict[str, Any]
    sensitivity: _Sensitivity = _Sensitivity()
    output: _Output = _Output()


KEYS = {
    "": "model, distributions, game, sensitivity, output",
    "sensitivity": "methods, outputs, samples, seed",
    "output": "file",
}


def read_sensitivity(path: str | os.PathLike, model: Model | None = None) -> Run:
    """Read a sensitivity analysis from a TOML file, or from the file of an earlier analysis.

    Raises FileNotFoundError if there is no such file. Raises ValueError or TypeError if it cannot be read or
    something in it is not allowed; the message names the first such thing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "run.toml"
    >>> _ = path.write_text("distributions.stake = { uniform = [0.5, 2] }")
    >>> read_sensitivity(path).distributions
    {'stake': {'uniform': [0.5, 2]}}
    """
    source = Path(path)
    if source.suffix in FORMATS:
        return _earlier_run(source, chosen(model))
    text = read_text(source)
    with naming(str(source)):
        content = parse(text, _RunFile, KEYS)
        known = content.solved(source, model)
        laws = check_distributions(known, content.distributions, content.game)
        asked = content.sensitivity
        methods = check_methods(asked.methods)
        check_samples(asked.samples, methods)
        check_seed(asked.seed)
        if asked.outputs is not None:
            check_outputs(known, asked.outputs, methods)
        given = known.named(content.distributions)
        fixed = {name: known.by_name[name].check(value) for name, value in known.named(content.game).items()}
    file = None if content.output.file is None else path_of(content.output.file)
    return Run({name: given[name] for name in laws}, asked.model_dump(), fixed, file)


def _earlier_run(source: Path, model: Model) -> Run:
    """Return the run that made the file of an earlier analysis."""
    with opened(source) as dataset:
        if "distribution" not in dataset.coords or "claim" in dataset.dims:
            raise ValueError(f"{source} is not the file of an analysis of sensitivity")
        check_model(source, dataset, model)
        options = {
            "outputs": [str(name) for name in dataset.output.values],
            "methods": [method for method in METHODS if method in dataset.attrs["methods"].split()],
            "samples": int(dataset.samples[-1]),
            "seed": int(dataset.attrs["seed"]),
        }
        return Run(laws_of(dataset), options, fixed_in(dataset, model), None)


def laws_of(dataset: xr.Dataset) -> dict[str, Any]:
    """Return the distributions in a dataset, in the form of a run file, for the parameters that have one."""
    texts = zip(dataset.parameter.values, dataset.distribution.values, strict=True)
    return {str(name): tomllib.loads(f"law = {text}")["law"] for name, text in texts if text}
