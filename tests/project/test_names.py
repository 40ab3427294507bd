"""Public names: all that `foedus` offers is there, and type checkers see where each of them is from."""

import ast
import importlib
from pathlib import Path

import foedus

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
