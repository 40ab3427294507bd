"""Public names: all that `foedus` offers is there, and type checkers see where each of them is from."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import foedus
from foedus.alliance.model import PARAMETERS

TREE = ast.parse(Path(foedus.__file__).read_text(encoding="utf-8"))


def imported(block):
    """The names that a block imports, and from which module."""
    return {
        alias.name: node.module for node in block if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def test_all_names_are_there():
    for name in foedus.__all__:
        assert getattr(foedus, name)


def test_type_checkers_see_what_is_imported_late():
    """`__getattr__` tells them nothing; they read the block that is for them."""
    (block,) = (
        node.body
        for node in TREE.body
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
    )
    assert imported(block) == foedus._WHERE
    for name, module in foedus._WHERE.items():
        assert getattr(foedus, name) is getattr(importlib.import_module(f"foedus.{module}"), name)


def test_a_reader_who_lists_the_names_sees_these_and_no_others():
    assert dir(foedus) == sorted(foedus.__all__) == sorted(foedus._WHERE)


TAKES_PARAMETERS = [
    "solve", "sweep", "sweep_to", "solve_points", "compare", "cutpoints", "adaptive_map", "statics", "sensitivity",
    "claims",
]  # fmt: skip


@pytest.mark.parametrize("name", TAKES_PARAMETERS)
def test_editors_see_the_parameters_as_keywords(name):
    *_, (fixed, last) = found = [*inspect.signature(getattr(foedus, name)).parameters.items()]
    assert last.kind is last.VAR_KEYWORD  # of the games of other models
    for parameter in PARAMETERS.values():
        assert dict(found)[parameter.name].default == parameter.default
    source = inspect.getsource(getattr(foedus, name))
    assert f"**{fixed}" in source


@pytest.mark.parametrize("jedi", [True, False])
def test_ipython_completes_names_and_keywords(jedi):
    completer = pytest.importorskip("IPython.core.completer")
    shell = completer.IPCompleter(namespace={"foedus": foedus}, global_namespace={})
    shell.use_jedi = jedi

    def completions(text):
        with completer.provisionalcompleter():
            return {found.text.lstrip(".") for found in shell.completions(text, len(text))}

    assert completions("foedus.") == set(foedus.__all__)
    assert {"ally_cost=", "ally_forces="} <= completions("foedus.sweep({}, ally_")
    assert completions("foedus.Game(ally_") == {"ally_cost=", "ally_forces=", "ally_war_cost="}
