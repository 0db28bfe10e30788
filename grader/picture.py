"""Show where an answer is off: |yours - true| as a small picture, in a notebook only.

In a plain Python process, such as a referee or a test, nothing is drawn. matplotlib is imported
when the first picture is drawn, and no picture is shown where it is not installed.
"""

import io
import logging
import sys
from typing import TYPE_CHECKING

from torch import Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST = 6.0  # of a picture's sides, in inches


def show(name: str, distance: Tensor, at: tuple[int, ...]) -> None:
    """Display the picture if this is a notebook; never write stderr, never leave a value."""
    ipython = sys.modules.get("IPython")
    if ipython is None or not hasattr(ipython.get_ipython(), "kernel") or distance.ndim != 2:
        return
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it logs when it caches fonts
    try:
        png = as_png(draw(name, distance, at))
    except ImportError:
        return
    from IPython.display import Image, display

    display(Image(png, alt=described(name, distance, at)))


def described(name: str, distance: Tensor, at: tuple[int, ...]) -> str:
    """The picture in words."""
    rows, columns = distance.shape
    furthest = f"furthest {float(distance.max()):.1e} at row {at[0]}, column {at[1]}"
    return f"|yours - true| for {name}, {rows} by {columns}: {furthest}"


def draw(name: str, distance: Tensor, at: tuple[int, ...]) -> "Figure":
    """The figure: one square an entry, dark where you agree, a ring around the furthest."""
    from matplotlib.figure import Figure

    rows, columns = distance.shape
    sides = min(LONGEST, 2.4 + 0.3 * columns), min(LONGEST, 1.5 + 0.3 * rows)
    figure = Figure(figsize=sides, layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(distance.numpy(), cmap="cividis", vmin=0.0, aspect="auto")
    for edge, width in (("black", 4.0), ("white", 2.0)):  # seen on dark and on light
        axes.plot(at[1], at[0], "o", ms=11, mfc="none", mec=edge, mew=width)
    axes.set(xlabel="column", ylabel="row", title=f"|yours - true| for {name}, {rows} × {columns}")
    axes.set_xticks(range(0, columns, 1 + columns // 9))
    axes.set_yticks(range(0, rows, 1 + rows // 9))
    figure.colorbar(image, ax=axes, label="distance")
    return figure


def as_png(figure: "Figure") -> bytes:
    """The figure as a file's content."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=90)
    return file.getvalue()
