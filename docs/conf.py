"""How Sphinx builds these pages: `make docs`."""

import importlib.resources
import shutil
import sys
from pathlib import Path

import numba

numba.config.DISABLE_JIT = True  # kernels are shown with their signatures, which compiled ones hide

import foedus  # noqa: E402

for name in foedus.__all__:  # pages name the parameters once, and not in each signature
    vars(getattr(foedus, name)).pop("__signature__", None)

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "foedus"
author = copyright = "the foedus authors"  # noqa: A001 - Sphinx's name
version = release = foedus.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "numpydoc",
    "cyclopts.ext.sphinx",
    "sphinx_copybutton",
    "schema_tables",
]
exclude_patterns = ["_build", "_ext"]

# Markdown that GitHub shows as well
myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3

# cells and notebooks are run with each build, and none may fail
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_render_markdown_format = "myst"

copybutton_prompt_text = ">>> "

# docstrings: names in backticks become links where there is something to link to
default_role = "py:obj"
autodoc_typehints = "none"  # docstrings say them
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
nitpicky = True
nitpick_ignore_regex = [("py:obj", ".*")]  # arguments and the like

html_theme = "furo"
html_title = f"foedus {version}"
html_static_path = ["_static"]
html_css_files = ["foedus.css"]
html_show_copyright = False

# formulas are set by one file that is part of the pages: no other host is asked for anything
html_static_path.append(
    str(importlib.resources.files("sphinx-mathjax-offline") / "static" / "mathjax" / "tex-svg.js")
)
mathjax_path = "tex-svg.js"


def _gather_notebooks(app):
    """Copy the notebooks of the examples to where Sphinx finds them, and where their links lead to pages."""
    folder = HERE / "notebooks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for notebook in (HERE.parent / "examples").glob("*.ipynb"):
        text = notebook.read_text(encoding="utf-8").replace("](../docs/", "](../")
        (folder / notebook.name).write_text(text, encoding="utf-8")


def _give_title(app, page, source):
    """Give the table of speeds, which is written without one, a title."""
    if page == "speed-table":
        source[0] = f"# Speed, measured\n\n{source[0]}"


def setup(app):
    """Have notebooks gathered before pages are looked for, and the one page without a title given one."""
    app.connect("builder-inited", _gather_notebooks)
    app.connect("source-read", _give_title)
