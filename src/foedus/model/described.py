"""How a file describes its model, so that results can be shown and drawn without the model itself.

The description is read as tables of texts and numbers, and each of them is checked. Nothing in it is
executed.
"""

import functools
import inspect
import json
from collections.abc import Iterator
from typing import Annotated, Any

import pydantic

from .model import Deciding, Model
from .outcomes import UNSOLVED, Code, Outcome
from .parameters import Parameter
from .rules import MOST


class _Table(pydantic.BaseModel):
    """A table that has all these keys and no others."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class _Entry(_Table):
    name: str
    symbol: str
    units: str
    long_name: str


class _Parameter(_Entry):
    default: float | str
    domain: str
    choices: tuple[str, ...]
    units_by: tuple[str, dict[str, str]] | None


_Number = Annotated[int, pydantic.Field(ge=UNSOLVED, le=MOST)]
_Codes = Annotated[dict[str, _Number], pydantic.Field(min_length=1)]  # by name


class _Outcome(_Entry):
    codes: _Codes | None
    colours: dict[str, str]  # by the names of codes


class _Deciding(_Table):
    player: _Codes
    decision: _Codes


class _Model(_Table):
    title: str
    parameters: list[_Parameter]
    outcomes: list[_Outcome]
    deciding: _Deciding | None
    drawn: tuple[str, ...]
    pairs: dict[str, str]
    pair_words: tuple[str, str]


@functools.lru_cache  # every solved request asks for it
def described(model: Model) -> str:
    """Return the tables of a model as JSON."""
    outcomes = [
        {part: getattr(outcome, part) for part in _Entry.model_fields}
        | {"codes": _numbers(outcome.codes), "colours": _colours(model, outcome)}
        for outcome in model.kept.values()
    ]
    deciding = model.deciding and {
        part: _numbers(getattr(model.deciding, part)) for part in _Deciding.model_fields
    }
    tables = {
        "title": model.title,
        "parameters": [
            {part: getattr(p, part) for part in _Parameter.model_fields} for p in model.parameters
        ],
        "outcomes": outcomes,
        "deciding": deciding,
        "drawn": [*model.drawn],
        "pairs": {**model.pairs},
        "pair_words": model.pair_words,
    }
    return json.dumps(tables, default=float)  # of NumPy's numbers


def _numbers(codes: type[Code] | None) -> dict[str, int] | None:
    """Return codes by name."""
    return {code.name: int(code) for code in codes} if codes else None


def _colours(model: Model, outcome: Outcome) -> dict[str, str]:
    """Return the colours of the codes of an outcome, by name."""
    given = model.colours.get(outcome.codes, {}) if outcome.codes else {}
    return {code.name: colour for code, colour in given.items() if code != UNSOLVED}


@functools.lru_cache  # the file may change in the meantime, but the model does not
def source_of(model: Model) -> str:
    """Return the text of the file that a model came from, else the text of its kernel, else nothing."""
    if model.source or model.solve is None:
        return model.source
    try:
        return inspect.getsource(model.solve)
    except OSError:  # typed at a prompt that keeps no text
        return ""


@functools.lru_cache
def model_described(name: str, text: str) -> Model:
    """Return the model of this name from the text that `described` made. It cannot be solved.

    Raises ValueError if the text does not describe a model.
    """
    try:
        tables = _Model.model_validate_json(text)
    except pydantic.ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        raise ValueError(f"{place}: {problem['msg']}".removeprefix(": ")) from None
    make: Any = Code  # an enumeration, by its functional interface
    outcomes, colours = [], {}
    for found in tables.outcomes:
        codes = make(found.name, found.codes) if found.codes else None
        entry = found.model_dump(exclude={"codes", "colours"})
        outcomes.append(Outcome(**entry, codes=codes))
        if codes and {*found.colours} == {code.name for code in codes if code != UNSOLVED}:  # all or none
            colours[codes] = {codes[code]: colour for code, colour in found.colours.items()}
    if not any(outcome.codes for outcome in outcomes):
        raise ValueError("no outcome is a code")
    names = {outcome.name for outcome in outcomes}
    for other in {*tables.drawn, *tables.pairs, *tables.pairs.values()} - names:
        raise ValueError(f"{other!r} is no outcome")
    for table in tables.parameters:
        if isinstance(table.default, str) != bool(table.choices):
            raise ValueError(f"parameter {table.name}: {table.default!r} is not one of its values")
    deciding = None
    if tables.deciding:
        unknown: Any = None  # the function that finds whose decision flips; a text cannot carry it
        deciding = Deciding((), unknown, *(make(part, codes) for part, codes in tables.deciding))
    return Model(
        name,
        tables.title,
        [Parameter(**table.model_dump()) for table in tables.parameters],
        outcomes,
        deciding=deciding,
        drawn=tables.drawn,
        pairs=tables.pairs,
        pair_words=tables.pair_words,
        colours=colours,
    )


def difference(text: str, other: str) -> str:
    """Say the first difference between two texts of `described`, or nothing.

    Examples
    --------
    >>> import foedus, dataclasses
    >>> from foedus.model import chosen
    >>> renamed = dataclasses.replace(chosen(None), title="Another game")
    >>> difference(described(chosen(None)), described(renamed))
    "title 'The alliance game of a superpower, its ally and a challenger', now 'Another game'"
    """
    before, now = (dict(_leaves(json.loads(tables))) for tables in (text, other))
    for place in {**before, **now}:
        if before.get(place) != now.get(place):
            return f"{place} {before.get(place)!r}, now {now.get(place)!r}"
    return ""


def _leaves(tables: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give all entries in the tables of a model, with their place in words."""
    for part, value in tables.items():
        if part not in ("parameters", "outcomes"):
            yield part, value
            continue
        yield part, [table["name"] for table in value]
        for table in value:
            place = f"{part.removesuffix('s')} {table['name']}:"
            codes = table.get("codes") or {}
            yield from ((f"{place} {key}", found) for key, found in table.items() if key != "codes")
            yield f"{place} codes", [*codes]
            yield from ((f"{place} code {code}", number) for code, number in codes.items())
