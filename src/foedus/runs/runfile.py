"""Run files: a sweep described in TOML, or read from the file of an earlier sweep."""

import math
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import numpy as np
import pydantic
import xarray as xr

from ..io.dataset import model_of, told_of, varying, version_change
from ..io.files import FORMATS, opened, path_of, reading_text
from ..maps.compare import check_apart, compared
from ..model import Model, chosen
from ..model.checks import check_whole, naming
from ..solving.requests import check_dtype

MOST = 10**8  # values of an axis


class Run(NamedTuple):
    """The input of a sweep or a comparison, and the file for the result. For a sweep, `over` is empty."""

    axes: dict[str, np.ndarray]
    over: dict[str, np.ndarray]
    fixed: dict[str, Any]
    variables: list[str]
    dtype: np.dtype  # of the numbers in the result
    file: Path | None


class StrictTable(pydantic.BaseModel):
    """A table of a run file; other keys than those named are an error."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class Range(StrictTable):
    """An axis from its ends: ``{ from = 0.05, to = 5.0, points = 2048, scale = "log" }``."""

    start: float = pydantic.Field(alias="from")
    to: float
    points: int
    scale: Literal["linear", "log"] = "linear"

    def values(self) -> np.ndarray:
        """Return the values of the axis."""
        check_whole("points", self.points, 1, MOST)
        if not (math.isfinite(self.start) and math.isfinite(self.to)):
            raise ValueError(f"from = {self.start} and to = {self.to} must be finite numbers")
        if self.start >= self.to:
            raise ValueError(f"from = {self.start} must be less than to = {self.to}")
        if self.scale == "log":
            if self.start <= 0:
                raise ValueError(f"from = {self.start} is not allowed on a log axis; it must be > 0")
            return np.geomspace(self.start, self.to, self.points)
        return np.linspace(self.start, self.to, self.points)


_Axis = Annotated[
    Annotated[Range, pydantic.Tag("range")] | Annotated[list[float | str], pydantic.Tag("list")],
    pydantic.Discriminator(lambda axis: "range" if isinstance(axis, dict) else "list"),
]
Content = TypeVar("Content", bound=pydantic.BaseModel)


class _Output(StrictTable):
    file: str | None = None
    variables: list[str] | None = None
    dtype: str = "float64"


class ModelTable(StrictTable):
    """The content of a run file. It may name a file with a model, relative to the run file."""

    model: str | None = None
    game: dict[str, Any] = {}

    def solved(self, source: Path, model: Model | None) -> Model:
        """Return the model to solve: the one given, or else the one that the run file names."""
        if model is None and self.model is not None:
            from ..model.loading import load_model  # most runs do not need it

            return load_model(source.parent / self.model)
        return chosen(model)


class _RunFile(ModelTable):
    axes: dict[str, _Axis] = pydantic.Field(min_length=1)
    output: _Output = _Output()


def read_run(
    path: str | os.PathLike, over: Mapping[str, np.ndarray] | None = None, model: Model | None = None
) -> Run:
    """Read a run from a TOML file, or from the file of an earlier sweep or comparison.

    Parameters
    ----------
    path : str or path
        the file
    over : mapping of str to numpy.ndarray, optional
        the checked values to compare; they replace what an earlier run compared or fixed
    model : Model, optional
        the game; default: the one that the run file names, or else the alliance game

    Returns
    -------
    Run

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        if there is no such file, or it is a folder.
    ValueError, TypeError
        if the file cannot be read, or something in it is not allowed: an unknown key, parameter or
        variable, a value outside its domain, a parameter with two roles (axis, fixed, compared), or an
        axis with wrong ends or a wrong number of points. The message names the first such thing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from foedus.runs.runfile import read_run
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "run.toml"
    >>> _ = path.write_text("axes.stake = [0.5, 1.0]")
    >>> read_run(path).axes["stake"]
    array([0.5, 1. ])
    """
    source = Path(path)
    if source.suffix in FORMATS:
        return _earlier_run(source, over or {}, chosen(model))
    text = read_text(source)
    with naming(str(source)):
        content = parse(text, _RunFile, {"": "model, game, axes, output", "output": "file, variables, dtype"})
        return _checked(content, over or {}, content.solved(source, model))


def read_text(source: Path) -> str:
    """Return the text of a run file; raise an OSError or a ValueError if there is none."""
    with reading_text(source, "run file") as stream:
        return stream.read()


def parse(text: str, model: type[Content], known: Mapping[str, str]) -> Content:
    """Return the content of a run file as an instance of `model`; `known` has the keys of its tables.

    Raises ValueError if it is not TOML, or if something in it is not allowed; the message names the first
    such thing.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except RecursionError:
        raise ValueError("this TOML cannot be read: brackets are nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"this is not TOML: {error}{_mending(error, text)}") from None
    except pydantic.ValidationError as error:
        raise ValueError(_first_problem(error, known)) from None


def _mending(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Suggest how to correct a line that is not TOML, if the mistake is a common one; else return ''."""
    place = re.search(r"at line (\d+)", str(error))
    line = text.splitlines()[int(place[1]) - 1] if place else ""
    if re.search(r"\{[^}]*$|,\s*\}", line):
        return "; write everything from { to } on one line, without a comma before }"
    if "\\" in line:
        return "; in a path, write / or put the path in single quotes"
    return ""


def _first_problem(error: pydantic.ValidationError, known: Mapping[str, str]) -> str:
    """Say in one line what is wrong with a run file, and where in it."""
    # a misspelt key also counts as a missing key; the misspelling is the error to report
    problem = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    place = [str(part) for part in problem["loc"] if part not in ("range", "list")]
    key = ".".join(place)
    if problem["type"] == "extra_forbidden":
        allowed = known.get(".".join(place[:-1]), "from, to, points, scale")  # of a range, else
        return f"{key} is not a key of a run file; allowed here: {allowed}"
    if problem["type"] == "missing":
        return f"{key} is missing"
    if problem["type"] == "list_type" and place[:1] == ["axes"]:
        return f"{key} = {problem['input']!r} is not an axis; it must be a list or {{ from, to, points }}"
    if problem["type"] == "too_short":
        return f"{key} is empty; at least one is needed"
    message = problem["msg"][0].lower() + problem["msg"][1:]
    if isinstance(problem["input"], dict):
        return f"{key}: {message}"
    return f"{key} = {problem['input']!r}: {message}"


def _checked(content: _RunFile, over: Mapping[str, np.ndarray], model: Model) -> Run:
    """Return the run that a run file describes, with every value checked."""
    axes, game = model.named(content.axes), model.named(content.game)
    check_apart(over, axes, game)
    for name, axis in axes.items():
        parameter = model.by_name[name]
        if name in game:
            raise ValueError(f"{name} is both an axis and fixed in [game]; it can be only one")
        if parameter.choices and isinstance(axis, Range):
            names = [*parameter.choices]
            raise ValueError(
                f"axes.{name}: a choice has no range; it must be a list of names, such as {names}"
            )
        try:
            values = axis.values() if isinstance(axis, Range) else axis
        except ValueError as error:
            raise ValueError(f"axes.{name}: {error}") from None
        axes[name] = parameter.values(parameter.check_values(values))
    fixed = {name: model.by_name[name].check(value) for name, value in game.items()}
    variables = model.check_names(content.output.variables, model.kept)
    file = None if content.output.file is None else path_of(content.output.file)
    return Run(axes, dict(over), fixed, variables, check_dtype(content.output.dtype), file)


def _earlier_run(source: Path, over: Mapping[str, np.ndarray], model: Model) -> Run:
    """Return the run that made the file of an earlier sweep or comparison, but comparing `over`."""
    with opened(source) as dataset:
        check_model(source, dataset, model)
        return _run_of(dataset, source, over, model)


def check_model(source: Path, dataset: xr.Dataset, model: Model) -> None:
    """Raise ValueError if the games of a dataset, read from `source`, belong to another model, or to another
    version of this model."""
    made_of = model_of(dataset).name
    if made_of != model.name:
        hint = f"; give --model with the file that makes {made_of}" if model.built_in else ""
        raise ValueError(f"{source} holds games of the model {made_of}, not of {model.name}{hint}")
    if changed := version_change(dataset, told_of(model)):
        raise ValueError(f"{source} was {changed}")


def fixed_in(dataset: xr.Dataset, model: Model) -> dict[str, Any]:
    """Return the parameters that are the same in all games of a dataset."""
    there = {name: dataset[name] for name in model.by_name if name in dataset.coords}
    return {name: array.item() for name, array in there.items() if not array.ndim}


def _run_of(dataset: xr.Dataset, source: Path, over: Mapping[str, np.ndarray], model: Model) -> Run:
    """Return the run that made a dataset, which was read from `source`, but comparing `over`."""
    if "output" in dataset.dims:
        raise ValueError(
            f"{source} holds an analysis of sensitivity; to run it again, use foedus sensitivity"
        )
    if "claim" in dataset.dims:
        raise ValueError(f"{source} holds the results of claims; to test them again, use foedus claims")
    forms = compared(dataset)
    for axis in (dim for name in model.kept if name in dataset for dim in dataset[name].dims):
        if axis not in {*model.by_name, "game"}:
            raise ValueError(f"{source} is not a grid and cannot be solved again: it has an axis {axis}")
    made = {*dataset.dims} - {*model.by_name, "game"}  # the dimensions of what was computed from the map
    dataset = dataset.drop_dims(made)
    if not set(dataset.dims) <= {*model.by_name}:
        raise ValueError(f"{source} holds scattered games, not a map")
    whole, mapped = dataset.attrs.get("adaptive"), model.mapped.name
    if whole is not None and mapped not in dataset:
        raise ValueError(f"{source} is an adaptive map without its {mapped} and cannot be solved again")
    if whole is not None and dataset[mapped].shape != tuple(whole):
        raise ValueError(
            f"{source} keeps only some of the {whole[0]} x {whole[1]} points of its map, so it cannot be "
            "solved again"
        )
    for name in model.by_name:
        if name not in dataset.coords:
            raise ValueError(f"{source} does not say which value {name} had, so it cannot be solved again")
    for name, along in varying(dataset).items():
        raise ValueError(
            f"{source} is not a grid and cannot be solved again: {name} varies along {' and '.join(along)}"
        )
    axes = {str(name): dataset[name].values for name in dataset.dims if name not in forms}
    with naming(str(source)):
        check_apart(over, axes, {})
    over = {name: dataset[name].values for name in forms} | dict(over)
    fixed = {name: value for name, value in fixed_in(dataset, model).items() if name not in over}
    variables = [name for name in model.kept if name in dataset]
    dtype = np.result_type(np.float32, *(dataset[name].dtype for name in variables))
    return Run(axes, over, fixed, variables, dtype, None)
