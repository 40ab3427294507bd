"""Pictures, read back: what is said in them, and which colours they have."""

import contextlib
import itertools
from collections.abc import Iterator

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import QuadMesh
from matplotlib.figure import FigureBase
from matplotlib.legend import Legend


def caption(figure) -> str:
    return figure.get_supxlabel().replace("\n", " ")


def axis_labels(figure) -> tuple[str, str]:
    """Return the labels along x and y that the panels of a picture share, in one line each."""
    panels = [axes for axes in figure.axes if axes.get_label() == ""]
    along_x, along_y = ({axes.get_xlabel() for axes in panels}, {axes.get_ylabel() for axes in panels})
    (x,), y = along_x - {""}, along_y - {""} or {""}
    return " ".join(x.split()), " ".join(y.pop().split())


def legends(figure) -> list[list[str]]:
    """Return the entries of the legends: beside the panels, and then above and below them."""
    return [[text.get_text() for text in legend.get_texts()] for legend in _legends(figure)]


def _legends(figure) -> list[Legend]:
    return [legend for frame in _frames(figure) for legend in frame.legends]


def _frames(figure) -> list[FigureBase]:
    return [figure, *(frame for part in figure.subfigs for frame in _frames(part))]


def meshes(figure) -> list[QuadMesh]:
    """Return the maps in a figure, and not the colours of its colour bar."""
    drawn = [child for axes in figure.axes if axes.get_label() != "<colorbar>" for child in axes.collections]
    return [child for child in drawn if isinstance(child, QuadMesh)]


def colours(mesh: QuadMesh) -> np.ndarray:
    """Return the colour of each cell of a map."""
    return mesh.to_rgba(mesh.get_array())


def heads(figure) -> list[str]:
    """Return what stands above blocks of panels."""
    return [axes.get_title() for axes in figure.axes if axes.get_label() == "<head>"]


def drawn(figure) -> None:
    """Lay out a figure, unless it is as it was drawn last, because that takes most of the time of a test."""
    if figure.stale:
        figure.draw_without_rendering()


def overlaps(figure) -> list[tuple[str, ...]]:
    """Return which parts of a figure overlap each other, or are cut at its edge."""
    drawn(figure)
    boxes = {}
    for frame in _frames(figure):  # the caption, the title, the table of shares
        boxes |= {f"{text.get_text()} {text.get_position()}": text.get_tightbbox() for text in frame.texts}
    for i, axes in enumerate(figure.axes):
        # a label that panels share is longer than the one that it belongs to
        labels = {"x": axes.xaxis.label, "y": axes.yaxis.label}
        boxes |= {
            f"{axes} {k}": label.get_tightbbox() for k, label in labels.items() if label.get_text().strip()
        }
        with hidden(*labels.values()):
            boxes[f"axes {i}"] = (axes.title if axes.get_label() == "<head>" else axes).get_tightbbox()
    boxes |= {f"legend {i}": legend.get_tightbbox() for i, legend in enumerate(_legends(figure))}
    figure.stale = False  # although labels were hidden for a while
    width, height = figure.bbox.size
    cut = [
        (name,)
        for name, box in boxes.items()
        if not (0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height)
    ]
    pairs = itertools.combinations(boxes.items(), 2)
    return cut + [(one, other) for (one, a), (other, b) in pairs if a.padded(-1).overlaps(b)]


@contextlib.contextmanager
def hidden(*artists: Artist) -> Iterator[None]:
    """Leave artists out of a figure for a while."""
    for artist in artists:
        artist.set_visible(False)
    yield
    for artist in artists:
        artist.set_visible(True)
