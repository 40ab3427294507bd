"""Pictures, read back: what is said in them, and which colours they have."""

import itertools

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import QuadMesh


def caption(figure) -> str:
    return figure.get_supxlabel().replace("\n", " ")


def legends(figure) -> list[list[str]]:
    return [[text.get_text() for text in legend.get_texts()] for legend in figure.legends]


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


def overlaps(figure) -> list[tuple[str, ...]]:
    """Return which parts of a figure overlap each other, or are cut at its edge."""
    figure.draw_without_rendering()
    parts: dict[str, Artist] = {}
    for frame in (figure, *figure.subfigs):  # the caption, the labels of the axes, the table of shares
        parts |= {f"{text.get_text()} {text.get_position()}": text for text in frame.texts}
    for i, axes in enumerate(figure.axes):
        parts[f"axes {i}"] = axes.title if axes.get_label() == "<head>" else axes
    for i, legend in enumerate(figure.legends):
        parts[f"legend {i}"] = legend
    boxes = {name: part.get_tightbbox() for name, part in parts.items()}
    width, height = figure.bbox.size
    cut = [
        (name,)
        for name, box in boxes.items()
        if not (0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height)
    ]
    pairs = itertools.combinations(boxes.items(), 2)
    return cut + [(one, other) for (one, a), (other, b) in pairs if a.padded(-1).overlaps(b)]
