"""The identity of models: the built-in one, others with its name, versions of one, and models in files."""

import dataclasses
import importlib
import pickle
import sys
from types import ModuleType

import entry
import numba
import numpy as np
import pytest
from entry import Entry, model
from pictures import legends

import foedus
from foedus.io.dataset import model_of
from foedus.maps.cutpoints import cutpoint_rows
from foedus.model import Code, Deciding, Outcome, Parameter, chosen, find
from foedus.model.described import described, difference, model_described, source_of

GREATER = dataclasses.replace(
    model,
    parameters=[
        dataclasses.replace(parameter, default=3.0) if parameter.name == "cost" else parameter
        for parameter in model.parameters
    ],
)


class Firm(Code):
    """Whose decision flips."""

    NOBODY, INCUMBENT, RIVAL = range(-1, 2)


class Choice(Code):
    """Between what."""

    FIGHTING_OR_SHARING, ENTERING_OR_NOT = range(2)


def decide(below, above):
    """The incumbent comes to deter; and the rival has nothing to gain from where it is blockaded on."""
    deters = above["entry"] == Entry.DETERRED
    return (
        np.where(deters, Firm.INCUMBENT, Firm.RIVAL).astype(np.int8),
        np.where(deters, Choice.FIGHTING_OR_SHARING, Choice.ENTERING_OR_NOT).astype(np.int8),
    )


TOLD = dataclasses.replace(model, deciding=Deciding(("entry",), decide, Firm, Choice))


def test_the_built_in_model_is_known_by_what_it_is_and_not_by_its_name():
    own = find("alliance")
    assert own.built_in
    assert not model.built_in
    namesake = dataclasses.replace(own, solve=entry.solve, loop=None)
    assert not namesake.built_in
    words = "foedus has a model with the name alliance; give yours another name"
    with pytest.raises(ValueError, match="alliance") as refused:
        foedus.sweep({"stake": [1.0]}, model=namesake)
    assert str(refused.value) == words


def test_only_the_built_in_model_is_sent_by_name():
    own = find("alliance")
    assert pickle.loads(pickle.dumps(own)) is own
    named = pickle.loads(pickle.dumps(dataclasses.replace(own, title="Another", claims=())))
    assert named.title == "Another"
    assert pickle.loads(pickle.dumps(dataclasses.replace(model, claims=()))).title == model.title


def test_while_the_built_in_model_is_imported_there_is_none_yet(monkeypatch):
    monkeypatch.setitem(sys.modules, "foedus.alliance.model", ModuleType("foedus.alliance.model"))
    assert not dataclasses.replace(find("alliance")).built_in


def test_the_hash_differs_where_tables_or_source_do():
    again = dataclasses.replace(model)
    assert again.hash == model.hash
    assert len(model.hash) == 12
    others = [
        GREATER,
        TOLD,
        dataclasses.replace(model, title="Entry"),
        dataclasses.replace(model, source="a text"),
        dataclasses.replace(model, source="another"),
        dataclasses.replace(model, solve=by_others),
        dataclasses.replace(model, colours={Entry: dict.fromkeys(Entry, "red")}),
    ]
    assert len({model.hash, *(other.hash for other in others)}) == 1 + len(others)


def by_others(p):
    """Another kernel."""
    return 0, p.demand, p.cost, 0.0


def test_the_source_is_the_text_given_or_else_that_of_the_kernel():
    assert source_of(dataclasses.replace(model, source="a text")) == "a text"
    assert source_of(model).startswith("def solve(p):\n")
    assert source_of(dataclasses.replace(model, solve=numba.njit(by_others))).startswith("def by_others(p):")
    typed = {}
    exec("def solve(p): return 0, 0.0, 0.0, 0.0", typed)
    assert source_of(dataclasses.replace(model, solve=typed["solve"])) == ""


def test_the_source_stays_that_of_the_model_though_its_file_changes(tmp_path, monkeypatch):
    (tmp_path / "edited.py").write_text("def solve(p):\n    return 0, 0.0, 0.0, 0.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    edited = dataclasses.replace(model, solve=importlib.import_module("edited").solve)
    before = source_of(edited), edited.hash
    (tmp_path / "edited.py").write_text("def solve(p):\n    return 1, 0.0, 0.0, 0.0  # another\n")
    assert (source_of(edited), edited.hash) == before
    again = importlib.reload(sys.modules["edited"])
    assert dataclasses.replace(model, solve=again.solve).hash != edited.hash


def test_what_is_described_describes_itself_alike():
    coloured = dataclasses.replace(TOLD, colours={Entry: {code: "#123456" for code in Entry}})
    by_form = Parameter("slope", "b", np.int64(1), units="1", units_by=("conduct", {"equals": "money"}))
    whole = dataclasses.replace(coloured, parameters=[*model.parameters, by_form], pair_words=("with", "without"),
                                pairs={"output": "rival_output"})  # fmt: skip
    again = model_described("entry", described(whole))
    assert described(again) == described(whole)
    assert again.units("slope", {"conduct": "equals"}) == "money"
    assert [*again.colours[again.codes].values()] == ["#123456"] * 3


def test_colours_of_some_codes_only_leave_the_usual_ones():
    some = dataclasses.replace(model, colours={Entry: {Entry.DETERRED: "#123456", Entry(-1): "black"}})
    assert model_described("entry", described(some)).colours == {}


def outcomes_with(**changes):
    first, *others = model.outcomes
    return [dataclasses.replace(first, **changes), *others]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "Entry"}, "title 'Entry deterrence with a sunk cost', now 'Entry'"),
        ({"parameters": GREATER.parameters}, "parameter cost: default 2.0, now 3.0"),
        (
            {"parameters": model.parameters[:2]},
            "parameters ['demand', 'cost', 'sunk_cost', 'conduct'], now ['demand', 'cost']",
        ),
        (
            {"outcomes": outcomes_with(codes=Code("E", {"ACCOMMODATED": 0, "DETERRED": 2, "BLOCKADED": 1}))},
            "outcome entry: code DETERRED 1, now 2",
        ),
        (
            {"outcomes": outcomes_with(codes=Code("E", {"ACCOMMODATED": 0, "DETERRED": 1}))},
            "outcome entry: codes ['ACCOMMODATED', 'DETERRED', 'BLOCKADED'], now ['ACCOMMODATED', 'DETERRED']",
        ),
        (
            {"outcomes": [*model.outcomes[:3], Outcome("profit", "U", "money", "incumbent's profit")]},
            "outcome profit: symbol 'U_1', now 'U'",
        ),
        ({"source": "a text"}, ""),
    ],
)
def test_the_first_difference_is_told(changes, words):
    assert difference(described(model), described(dataclasses.replace(model, **changes))) == words


@pytest.mark.parametrize(
    "tool",
    [
        lambda told: foedus.sweep({"demand": [9.0, 10.0]}, model=told),
        lambda told: foedus.solve_points({"demand": [9.0, 10.0]}, model=told),
        lambda told: foedus.compare({"demand": [9.0]}, {"cost": [1.0, 2.0]}, model=told),
        lambda told: foedus.cutpoints("demand", (5.0, 12.0), model=told),
        lambda told: foedus.adaptive_map({"demand": [9.0, 10.0], "cost": [1.0, 2.0]}, model=told),
        lambda told: foedus.statics(model=told),
        lambda told: foedus.sensitivity({"demand": ("uniform", 5, 10)}, model=told),
        lambda told: foedus.claims(model=told),
        lambda told: foedus.sweep_to("map.nc", {"demand": [9.0, 10.0]}, model=told),
        chosen,
    ],
)
def test_a_model_that_a_dataset_tells_of_is_not_solved(tool):
    told = model_of(foedus.sweep({"demand": [9.0, 10.0]}, model=model))
    with pytest.raises(ValueError, match="the model entry cannot be solved: it has neither solve= nor moves=; if it was read from a file of results, give the model itself with model="):  # fmt: skip
        tool(told)


@pytest.mark.parametrize("ending", [None, ".nc", ".zarr"])
def test_cutpoints_tell_whose_decision_flips(tmp_path, ending):
    cuts = foedus.cutpoints("sunk_cost", (0.0, 6.0), model=TOLD)
    if ending:
        foedus.save(cuts, tmp_path / f"cuts{ending}")
        cuts = foedus.load(tmp_path / f"cuts{ending}")
    headings, rows = cutpoint_rows(cuts)
    assert headings == ["F", "below", "above", "player", "between"]
    assert [row[1:] for row in rows] == [
        ["accommodated", "deterred", "incumbent", "fighting or sharing"],
        ["deterred", "blockaded", "rival", "entering or not"],
    ]
    (entries,) = legends(foedus.plot(cuts))
    assert [entry.replace("\n", " ") for entry in entries] == [
        "accommodated",
        "deterred",
        "blockaded",
        "incumbent: fighting or sharing",
        "rival: entering or not",
    ]
    assert model_of(cuts).deciding.player(-1).words == "nobody"
