"""The notebooks of the examples: kept without outputs, and every one of them runs, claims included."""

import re
from pathlib import Path

import nbformat
import pytest
from conftest import compiled_only
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
# warnings of the kernel's own machinery are not ours
STRICT = """import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module=".*(ipykernel|matplotlib_inline|traitlets)")
"""

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_four():
    assert len(NOTEBOOKS) == 4


@each_notebook
def test_kept_without_outputs(path):
    """Nothing that a run changes is kept, and cells are named by words, which an editor keeps."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert text == nbformat.writes(notebook) + "\n"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in ids), ids
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@each_notebook
def test_links_lead_somewhere(path):
    notebook = nbformat.read(path, as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    targets = [target for target in re.findall(r"\]\(([^)#]+)[^)]*\)", prose) if "://" not in target]
    assert targets
    for target in targets:
        assert (EXAMPLES / target).exists(), target


@compiled_only
@each_notebook
def test_runs(path, tmp_path):
    """In a fresh kernel, with warnings as errors: what it asserts holds, and its figures are shown as
    pictures."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    client = NotebookClient(
        notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    shown = [output.data for output in outputs if "data" in output]
    assert sum("image/png" in data for data in shown) >= 2
    assert not any("<Figure" in data["text/plain"] and "image/png" not in data for data in shown)
