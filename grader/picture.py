"""Show where an answer is off: |yours - true| as a small picture.

    show(name, distance, at)      # a notebook displays it: PNG, drawn by matplotlib
    output(name, distance, at)    # the same as an output of a cell: SVG, drawn here

A notebook shows a PNG, which every viewer has room for, trusted or not. Where none runs, such as in
a referee, the picture is a few kilobytes of SVG: drawn in a millisecond, without matplotlib.
"""

import io
import logging
import sys
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from torch import Tensor, nan_to_num
from torch.nn.functional import adaptive_max_pool2d

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST = 6.0  # of a picture's sides, in inches
SIDE, MOST = 26, 20  # of a square in pixels; squares in a row or column: larger ones are pooled
LEFT, TOP = 46, 30  # room for the labels
CIVIDIS = ((0, 32, 77), (66, 78, 108), (124, 123, 120), (188, 175, 111), (255, 234, 70))
BAR = 10  # steps of the bar of colours


def show(name: str, distance: Tensor, at: tuple[int, ...]) -> None:
    """Display the picture if this is a notebook; never write stderr, never leave a value."""
    ipython = sys.modules.get("IPython")
    if ipython is None or not hasattr(ipython.get_ipython(), "kernel"):
        return
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it logs when it caches fonts
    try:
        png = as_png(draw(name, distance, at))
    except ImportError:
        return
    from IPython.display import display

    words = described(name, distance, at)
    shown = {"image/png": b64encode(png).decode(), "text/plain": words}
    display(shown, raw=True, metadata={"image/png": {"alt": words}})


def output(name: str, distance: Tensor, at: tuple[int, ...]) -> dict[str, Any]:
    """The picture as a notebook's output, with words for those who do not see it."""
    words = described(name, distance, at)
    drawn = {"image/svg+xml": as_svg(name, distance, at), "text/plain": words}
    spoken = {"image/svg+xml": {"alt": words}}
    return {"output_type": "display_data", "data": drawn, "metadata": spoken}


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


def as_svg(name: str, distance: Tensor, at: tuple[int, ...]) -> str:
    """The same in rectangles, circles and text, which nothing in a page can be harmed by."""
    rows, columns = distance.shape
    grid = _pooled(distance)
    height, width = SIDE * len(grid), SIDE * len(grid[0])
    most = max(map(max, grid))
    wide, high = max(LEFT + width + 92, 220), TOP + height + 44
    parts = [
        _rectangle(0, 0, wide, high, "#ffffff"),
        _text(8, 18, f"|yours - true| for {name}, {rows} × {columns}", anchor="start", size=13),
        *_squares(grid, most),
        *_ring(at[1] * len(grid[0]) // columns, at[0] * len(grid) // rows),
        *_ticks(rows, columns, grid),
        *_bar(LEFT + width + 16, height, most),
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"'
    return f'{head} width="{wide}" height="{high}">{"".join(parts)}</svg>'


def _pooled(distance: Tensor) -> list[list[float]]:
    """The distances, of large matrices the largest in each block."""
    rows, columns = (min(size, MOST) for size in distance.shape)
    finite = nan_to_num(distance)
    return adaptive_max_pool2d(finite[None], (rows, columns))[0].tolist()


def _squares(grid: list[list[float]], most: float) -> Iterator[str]:
    for i, row in enumerate(grid):
        for j, entry in enumerate(row):
            yield _rectangle(LEFT + SIDE * j, TOP + SIDE * i, SIDE, SIDE, _colour(entry, most))


def _ring(column: int, row: int) -> Iterator[str]:
    """Around the furthest entry; black and white, seen on dark and on light."""
    x, y = LEFT + SIDE * column + SIDE // 2, TOP + SIDE * row + SIDE // 2
    for colour, width in (("#000000", 4), ("#ffffff", 2)):
        yield (
            f'<circle cx="{x}" cy="{y}" r="7" fill="none" stroke="{colour}" '
            f'stroke-width="{width}"/>'
        )


def _ticks(rows: int, columns: int, grid: list[list[float]]) -> Iterator[str]:
    """Numbers and names of the two axes."""
    foot, high, wide = TOP + SIDE * len(grid), len(grid), len(grid[0])
    for j in range(0, wide, 1 + wide // 9):
        yield _text(LEFT + SIDE * j + SIDE // 2, foot + 16, str(j * columns // wide))
    for i in range(0, high, 1 + high // 9):
        yield _text(LEFT - 6, TOP + SIDE * i + SIDE // 2 + 4, str(i * rows // high), anchor="end")
    yield _text(LEFT + SIDE * wide // 2, foot + 34, "column")
    middle = TOP + SIDE * high // 2
    yield _text(14, middle, "row", turn=f' transform="rotate(-90 14 {middle})"')


def _bar(left: int, height: int, most: float) -> Iterator[str]:
    """Which colour stands for which distance."""
    for step in range(BAR):
        top, foot = (height * (BAR - step - k) // BAR for k in (1, 0))
        yield _rectangle(left, TOP + top, 12, foot - top, _colour(step, BAR - 1))
    yield _text(left + 18, TOP + 10, f"{most:.1e}", anchor="start")
    yield _text(left + 18, TOP + height, "0", anchor="start")


def _colour(entry: float, most: float) -> str:
    """A colour between those of CIVIDIS."""
    place = (entry / most if most else 0.0) * (len(CIVIDIS) - 1)
    at = min(int(place), len(CIVIDIS) - 2)
    mixed = (a + (b - a) * (place - at) for a, b in zip(CIVIDIS[at], CIVIDIS[at + 1], strict=True))
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


def _rectangle(x: int, y: int, width: int, height: int, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"/>'


def _text(
    x: float, y: float, words: str, *, anchor: str = "middle", size: int = 12, turn: str = ""
) -> str:
    style = f'text-anchor="{anchor}" font-size="{size}" font-family="sans-serif"{turn}'
    return f'<text x="{x}" y="{y}" {style}>{escape(words)}</text>'
