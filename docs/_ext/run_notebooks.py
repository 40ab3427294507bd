"""Run the notebooks of the examples and store what they show in them: python docs/_ext/run_notebooks.py."""

import re
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

COMPILING = re.compile("foedus: (still )?compiling")
NOTEBOOKS = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))


def run(notebook: NotebookNode, folder: Path | str) -> None:
    """Run a notebook in a fresh kernel in a folder; its cells then have their outputs.

    What foedus says while it compiles is left out, because it depends on what is compiled already.
    """
    NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            lines = output.get("text", "").splitlines(keepends=True)
            if lines:
                output.text = "".join(line for line in lines if not COMPILING.match(line))
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("text", "shown")]


def text_of(notebook: NotebookNode) -> str:
    """Return the text of a notebook's file, without what the kernel says about itself."""
    python = notebook.metadata.kernelspec.language
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec, "language_info": {"name": python}}
    return nbformat.writes(notebook) + "\n"


if __name__ == "__main__":
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            run(notebook, folder)
        path.write_text(text_of(notebook), encoding="utf-8")
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
