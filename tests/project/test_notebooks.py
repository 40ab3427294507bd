"""The notebooks of the examples: each runs, what they say is asserted, and what they show is stored in them."""

import re

import nbformat
import pytest
from conftest import compiled_only
from run_notebooks import NOTEBOOKS, run, text_of

# warnings of the kernel's own machinery are not ours
STRICT = """import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module=".*(ipykernel|matplotlib_inline|traitlets)")
"""
# what pages leave out and editors fold
TEST = {"tags": ["remove-cell"], "jupyter": {"source_hidden": True}}

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def outputs_of(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def texts_of(notebook):
    """Return what each cell prints and shows, but for the pixels of pictures."""
    return [
        {
            kind: data
            for kind, data in output.get("data", {"text": output.get("text")}).items()
            if kind != "image/png"
        }
        for output in outputs_of(notebook)
    ]


def test_there_are_four():
    assert len(NOTEBOOKS) == 4


@each_notebook
def test_kept_as_make_notebooks_writes_them(path):
    """Nothing that an editor adds is kept, cells are named by words, and tests are in cells that pages leave out."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert text == text_of(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in ids), ids
    for cell in notebook.cells:
        is_test = bool(re.search(r"^ *assert ", cell.source, re.MULTILINE))
        assert cell.metadata == (TEST if is_test else {}), cell.id


@each_notebook
def test_links_lead_somewhere(path):
    notebook = nbformat.read(path, as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    targets = [target for target in re.findall(r"\]\(([^)#]+)[^)]*\)", prose) if "://" not in target]
    assert targets
    for target in targets:
        assert (path.parent / target).exists(), target


@compiled_only
@each_notebook
def test_runs(path, tmp_path):
    """In a fresh kernel, with warnings as errors: what it asserts holds, and it shows what is stored in it."""
    stored = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    run(notebook, tmp_path)
    assert [output.text for output in outputs_of(notebook) if output.get("name") == "stderr"] == []
    shown = [output.data for output in outputs_of(notebook) if "data" in output]
    assert sum("image/png" in data for data in shown) >= 2
    assert not any("<Figure" in data["text/plain"] and "image/png" not in data for data in shown)
    assert texts_of(stored) == texts_of(notebook), "make notebooks stores what it shows now"
    assert [sorted(output.get("data", ())) for output in outputs_of(stored)] == [
        sorted(output.get("data", ())) for output in outputs_of(notebook)
    ]
