"""What a model must be: each thing that is wrong gets one line, and no name of ours is free."""

import dataclasses
import inspect
import math

import numpy as np
import pytest
from entry import Entry, model

import foedus
from foedus import Claim, Code, Model, Outcome, Parameter
from foedus.alliance.model import PARAMETERS
from foedus.alliance.model import model as alliance
from foedus.model.rules import OURS


class Zone(Code):
    LOW, HIGH = 3, 40


class Unsolved(Code):
    NOTHING = -1
    SOMETHING = 0


class Large(Code):
    LARGE = 63


class Small(Code):
    SMALL = -2


class Same(Code):
    ONE, OTHER = 1, 1


class Empty(Code):
    pass


def made(parameters=(), outcomes=(), **more):
    """A model with these beside a sound parameter and a sound outcome."""
    sound = [Parameter("t", "t", 0.0)], [Outcome("zone", codes=Zone)]
    return Model("zones", "Zones", [*sound[0], *parameters], [*sound[1], *outcomes], **more)


FORMS = [Parameter("form", "f", "line", choices=("line", "square"))]


def by_name(p):
    "line"
    return Zone.LOW if p.form == "square" else Zone.HIGH


def by_names(p):
    return Zone.LOW if p.form in ("line", "square") else Zone.HIGH


def by_helper(p):
    return by_name(p)


@foedus.jit
def by_number(p, line=0):
    "line"
    return Zone.LOW if p.form == line else Zone.HIGH


def by_keyword(p):
    return (by_number(p, line=0),)


def claim(holds=lambda g: True, premise=lambda g: True, name="a", sentence=""):
    return made(FORMS, claims=[Claim(name, sentence, premise, holds)])


def test_a_sound_model_is_taken():
    assert made().mapped.name == "zone"
    assert (
        made([Parameter("u", "u", 0.5, "> 0 and < 1", usual=(0, 1))], [Outcome("output")])
        .by_name["u"]
        .default
        == 0.5
    )
    assert made(FORMS, solve=by_keyword).solve is by_keyword
    assert claim(lambda g: g.at(t=1.0).given.form == "line", lambda g: g.found.zone == Zone.LOW).claims


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Model("a b", "", [], []), "parameters must be a list of one or more Parameter, not []"),
        (lambda: dataclasses.replace(made(), name="a b"), "the model's name 'a b' is not allowed; it must begin with a letter, have only letters, digits and _, and not be a keyword of Python"),
        (lambda: made(["u"]), "parameters must be a list of Parameter; 'u' is not one"),
        (lambda: made(outcomes=[Parameter("u", "u", 0.0)]), "outcomes must be a list of Outcome; Parameter("),
        (lambda: made([Parameter("t", "t", 1.0)]), "the name 't' is given twice; give the parameter another name"),
        (lambda: made(outcomes=[Outcome("t")]), "the name 't' is given twice; give the outcome another name"),
        (lambda: made([Parameter("class", "c", 1.0)]), "the name of the parameter 'class' is not allowed; it must begin with a letter, have only letters, digits and _, and not be a keyword of Python"),
        (lambda: made(outcomes=[Outcome("1st")]), "the name of the outcome '1st' is not allowed"),
        (lambda: made([Parameter("threads", "n", 1.0)]), "the parameter 'threads' has the name of an option; give it another name"),
        (lambda: made([Parameter("game", "g", 1.0)]), "the parameter 'game' has the name of a variable of foedus"),
        (lambda: made(outcomes=[Outcome("share")]), "the outcome 'share' has the name of a variable of foedus"),
        (lambda: made(outcomes=[Outcome("boundary_t")]), "the outcome 'boundary_t' has the name of a variable"),
        (lambda: made([Parameter("u", "u", -1.0, "> 0")]), "the default of a parameter: u = -1.0 is not allowed; it must be > 0"),
        (lambda: made([Parameter("u", "u", "1", "> 0")]), "the default of a parameter: u = '1' is not a number"),
        (lambda: made([Parameter("u", "u", 1.0, "positive")]), "'positive' is not a domain; write one such as"),
        (lambda: made([Parameter("u", "", "c", choices=("a", "b"))]), "the default of a parameter: u = 'c' is not allowed; it must be a or b"),
        (lambda: made([Parameter("u", "", "a", choices=("a", "a"))]), "u: its choices ('a', 'a') must be different names"),
        (lambda: made([Parameter("u", "u", 1.0, "> 0", usual=(-1, 2))]), "u: usual = (-1, 2) is not allowed; it must be > 0"),
        (lambda: made([Parameter("u", "u", 1.0, usual=(2, 1))]), "u: usual = (2, 1) is not allowed; it must be a range from one finite number to a larger one, and a choice has no range"),
        (lambda: made([Parameter("u", "u", 1.0, usual=5)]), "u: usual = 5 is not allowed; it must be a range from one finite number to a larger one, and a choice has no range"),
        (lambda: made([Parameter("u", "u", 1.0, units_by=("form", {"a": "m"}))]), "u: units_by = ('form', {'a': 'm'}) must name a choice"),
        (lambda: dataclasses.replace(made(), outcomes=[Outcome("height")]), "the model zones has no outcome that is a code"),
        (lambda: made(outcomes=[Outcome("more", codes=[0, 1])]), "more: codes = [0, 1] is not allowed; it must be a class of Code"),
        (lambda: made(outcomes=[Outcome("more", codes=Unsolved)]), "more: Unsolved.NOTHING is -1, the code for unsolved games"),
        (lambda: made(outcomes=[Outcome("more", codes=Large)]), "more: Large.LARGE is 63; codes are from 0 to 62"),
        (lambda: made(outcomes=[Outcome("more", codes=Small)]), "more: Small.SMALL is -2; codes are from 0 to 62"),
        (lambda: made(outcomes=[Outcome("more", codes=Same)]), "more: Same.OTHER and ONE are both 1; give each its own number"),
        (lambda: made(outcomes=[Outcome("more", codes=Empty)]), "more: Empty has no codes"),
        (lambda: made(FORMS, solve=by_name), "by_name compares with the text 'square'; p.form is a number: 0 for line, 1 for square"),
        (lambda: made(FORMS, solve=by_names), "by_names compares with the text 'line'; p.form is a number: 0 for line, 1 for square"),
        (lambda: made(FORMS, solve=by_helper), "by_name compares with the text 'square'; p.form is a number"),
        (lambda: claim(lambda g: g.found.zone == "low"), "the claim a: its holds has the text 'low'; compare with the code, as in Zone.LOW"),
        (lambda: claim(premise=lambda g: g.found.zone == "HIGH"), "the claim a: its premise has the text 'HIGH'; compare with the code, as in Zone.HIGH"),
        (lambda: made(claims=["a"]), "claims must be a list of Claim; 'a' is not one"),
        (lambda: made(claims=Claim("a", "", by_name, by_name)), "claims must be a list of one or more Claim, not Claim(name='a'"),
        (lambda: made(claims=None), "claims must be a list of one or more Claim, not None"),
        (lambda: claim(sentence=None), "the claim a: sentence = None is not a text"),
        (lambda: dataclasses.replace(made(), title=None), "the model zones: title = None is not a text"),
        (lambda: made([Parameter("u", 1, 0.0)]), "u: symbol = 1 is not a text"),
        (lambda: made([Parameter("u", "u", 0.0, units=1)]), "u: units = 1 is not a text"),
        (lambda: made(outcomes=[Outcome("more", long_name=None)]), "more: long_name = None is not a text"),
        (lambda: Code("Half", {"A": 1.5}), "Half: 1.5 is not a code; a code is a whole number"),
        (lambda: made([Parameter("u", "u", math.inf)]), "u = inf is not allowed; it must be a finite number"),
        (lambda: made(drawn=["height"]), "'height' is not an outcome; there are zone"),
        (lambda: made(pairs={"zone": "height"}), "'height' is not an outcome; there are zone"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(make, words):
    with pytest.raises((ValueError, TypeError)) as refused:
        make()
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


TOOLS = [
    foedus.solve, foedus.sweep, foedus.sweep_to, foedus.solve_points, foedus.compare, foedus.cutpoints,
    foedus.adaptive_map, foedus.statics, foedus.sensitivity, foedus.claims,
]  # fmt: skip


def test_no_parameter_has_the_name_of_a_keyword_beside_it():
    for tool in TOOLS:
        for name, parameter in inspect.signature(tool).parameters.items():
            if parameter.kind is not parameter.VAR_KEYWORD and name not in PARAMETERS:
                assert name in OURS["parameter"], (tool, name)


def test_no_name_is_one_that_a_tool_adds():
    axes = {"demand": np.linspace(5, 20, 40), "sunk_cost": np.linspace(0.1, 9, 30)}
    laws = {"demand": ("uniform", 5, 20), "sunk_cost": ("uniform", 0.1, 9)}
    beside_outcomes = [
        foedus.sweep(axes, model=model),
        foedus.solve_points({"demand": [3.0, 4.0]}, model=model, variables=["entry"], cost=1.0),
        foedus.compare(axes, {"conduct": ["leader", "equals"]}, model=model),
        foedus.adaptive_map(axes, model=model),
        foedus.statics(model=model),
        foedus.statics(),
    ]
    apart = [
        foedus.cutpoints("demand", (3, 20), {"cost": [1.0, 2.0]}, model=model),
        foedus.sensitivity(laws, model=model, samples=256),
        foedus.claims(model=model, games=100),
    ]
    own = {*model.by_name, *model.kept, *alliance.by_name, *alliance.kept}
    for kinds, datasets in ((("outcome", "parameter"), beside_outcomes), (("parameter",), apart)):
        for ds in datasets:
            added = {
                name
                for name in {*ds.dims, *ds.variables} - own
                if not name.startswith(("boundary_", "meeting_"))
            }
            for kind in kinds:
                assert added <= {*OURS[kind]}, added - {*OURS[kind]}


def test_codes_of_the_second_model_are_taken():
    assert made(outcomes=[Outcome("more", codes=Entry)]).kept["more"].codes is Entry
