"""What a file says of the model whose games it holds, so that it can be told and drawn without the model."""

import json
from typing import Any

from .model import Model
from .outcomes import Code, Outcome
from .parameters import Parameter

PARTS = ("symbol", "units", "long_name")  # of parameters and outcomes alike


def described(model: Model) -> str:
    """Return the tables of a model as JSON."""
    parameters = [
        {part: getattr(parameter, part) for part in ("name", "default", "domain", "choices", *PARTS)}
        for parameter in model.parameters
    ]
    outcomes = [
        {part: getattr(outcome, part) for part in ("name", *PARTS)} | _codes(model, outcome)
        for outcome in model.kept.values()
    ]
    tables = {"title": model.title, "parameters": parameters, "outcomes": outcomes}
    more = {"drawn": model.drawn, "pairs": model.pairs, "pair_words": model.pair_words}
    return json.dumps({**tables, **more})


def _codes(model: Model, outcome: Outcome) -> dict[str, Any]:
    """Return the codes of an outcome, by name, and their colours, if it is one."""
    if not outcome.codes:
        return {}
    colours = {code.name: colour for code, colour in model.colours.get(outcome.codes, {}).items()}
    return {"codes": {code.name: int(code) for code in outcome.codes}, "colours": colours}


def model_described(name: str, text: str, references: str) -> Model:
    """Return the model of this name that `described` gave as a text; it cannot be solved."""
    tables = json.loads(text)
    parameters = [Parameter(**parts) for parts in tables.pop("parameters")]
    outcomes, colours = [], {}
    make: Any = Code  # an enumeration, by its functional interface
    for parts in tables.pop("outcomes"):
        codes = None
        if "codes" in parts:
            codes = make(parts["name"], parts.pop("codes"))
            colours[codes] = {codes[code]: colour for code, colour in parts.pop("colours").items()}
        outcomes.append(Outcome(**parts, codes=codes))
    given = {codes: by_code for codes, by_code in colours.items() if by_code}
    tables["pair_words"] = tuple(tables["pair_words"])
    return Model(
        name, parameters=parameters, outcomes=outcomes, colours=given, references=references, **tables
    )
