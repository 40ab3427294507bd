"""How Sphinx builds these pages: `make docs`."""

import importlib.resources
import inspect
import re
import shutil
import sys
from pathlib import Path

import numba
from docutils import nodes

numba.config.DISABLE_JIT = True  # compiled functions hide their signatures

import foedus  # noqa: E402

for name in foedus.__all__:  # pages name the parameters once, and not in each signature
    if inspect.isfunction(member := getattr(foedus, name)):
        vars(member).pop("__signature__", None)

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
]
exclude_patterns = ["_build", "_ext"]

# Markdown that GitHub shows as well
myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3

# each build runs the cells and the notebooks, and none may fail
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_render_markdown_format = "myst"

copybutton_prompt_text = ">>> "

smartquotes = False  # two hyphens begin an option; they are no dash

# docstrings: a name in backticks becomes a link if it has an entry in the reference
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

# one file of the pages sets the formulas: a reader's browser asks no other host for anything
html_static_path.append(
    str(importlib.resources.files("sphinx-mathjax-offline") / "static" / "mathjax" / "tex-svg.js")
)
mathjax_path = "tex-svg.js"


def _gather_notebooks(app):
    """Copy the notebooks of the examples into the pages, with links that lead to pages."""
    folder = HERE / "notebooks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for notebook in (HERE.parent / "examples").glob("*.ipynb"):
        text = notebook.read_text(encoding="utf-8").replace("](../docs/", "](../")
        (folder / notebook.name).write_text(text, encoding="utf-8")


def _adapt(app, page, source):
    """Lead links to notebooks to their pages, and give the table of speeds, which has no title, a title."""
    source[0] = re.sub(r"\]\(\.\./examples/([\w-]+\.ipynb)\)", r"](notebooks/\1)", source[0])
    if page == "speed-table":
        source[0] = f"# Speed, measured\n\n{source[0]}"


def _show_options(app, doctree):
    """Set options in what docstrings and help texts say, such as --over, as literals."""
    for text in list(doctree.findall(nodes.Text)):
        if isinstance(text.parent, nodes.paragraph):
            parts = re.split(r"(?<![\w-])(--[a-z][a-z-]+)", text)
            kinds = [nodes.literal("", part) if part.startswith("--") else nodes.Text(part) for part in parts]
            text.parent.replace(text, kinds)


def setup(app):
    """Gather the notebooks before Sphinx looks for pages, and adapt each page that it reads."""
    app.connect("builder-inited", _gather_notebooks)
    app.connect("source-read", _adapt)
    app.connect("doctree-read", _show_options)
