"""A failing visible check in a notebook shows where the answer is off; nothing else draws."""

import subprocess
import sys
from xml.etree import ElementTree

import nbformat
import pytest
import torch
from nbclient import NotebookClient

from grader.autograde.cleaning import clean_data
from grader.picture import MOST, as_png, as_svg, described, draw, output

WRONG = """
from grader import Problem, check
affine = Problem(r"f = \\|XW + B\\|_F^2", X="n,p", W="p,q", B="n,q")
def answer(X, W, B):
    return X.T @ (X @ W) * 2
try:
    check(affine, W=answer{options})
except AssertionError as error:
    print(error)
"""


def outputs(code: str) -> list:
    """What one cell shows when it runs in a real kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook.cells[0].outputs


@pytest.mark.parametrize(("options", "pictures"), [("", 1), (", seed=5", 0)])
def test_a_notebook_shows_a_picture_of_the_visible_check_only(options, pictures) -> None:
    """One PNG with its description, nothing on stderr, no value left over."""
    shown = outputs(WRONG.format(options=options))
    images = [o for o in shown if o.output_type == "display_data"]
    assert len(images) == pictures
    assert {o.output_type for o in shown} <= {"stream", "display_data"}
    assert all(o.name == "stdout" for o in shown if o.output_type == "stream")
    for image in images:
        assert set(image.data) == {"image/png", "text/plain"}  # every viewer shows one of them
        assert image.data["text/plain"].startswith("|yours - true| for W, ")
        assert image.metadata["image/png"]["alt"] == image.data["text/plain"]


def test_a_plain_process_draws_nothing_and_loads_no_matplotlib() -> None:
    code = WRONG.format(options="") + "import sys; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip().endswith("False")
    assert not run.stderr


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (7, 1), (7, 5), (40, 30)])
def test_a_picture_says_what_it_shows(shape) -> None:
    """Axes and colours are labelled, the furthest entry is ringed, and words say the same."""
    distance = torch.rand(shape, dtype=torch.float64)
    at = tuple(int(i) for i in torch.unravel_index(distance.argmax(), distance.shape))
    figure = draw("W", distance, at)
    axes, colours = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("column", "row")
    assert colours.get_ylabel() == "distance"
    (ring,) = {(float(x), float(y)) for line in axes.lines for x, y in line.get_xydata()}
    assert ring == (at[1], at[0])
    assert as_png(figure).startswith(b"\x89PNG")
    assert f"row {at[0]}, column {at[1]}" in described("W", distance, at)


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (7, 5), (300, 200)])
def test_a_pages_picture_says_the_same(shape) -> None:
    """In a few kilobytes that are kept when a notebook is cleaned, with the words beside it."""
    distance = torch.rand(shape, dtype=torch.float64)
    at = tuple(int(i) for i in torch.unravel_index(distance.argmax(), distance.shape))
    shown = output("W<", distance, at)
    svg = shown["data"]["image/svg+xml"]
    ElementTree.fromstring(svg)
    assert len(svg) < 40_000
    assert f"|yours - true| for W&lt;, {shape[0]} × {shape[1]}" in svg
    assert svg.count("<rect") == 1 + 10 + min(shape[0], MOST) * min(shape[1], MOST)
    assert clean_data("image/svg+xml", svg) == svg
    assert shown["metadata"]["image/svg+xml"]["alt"] == described("W<", distance, at)


@pytest.mark.parametrize("entry", [0.0, float("inf"), float("nan")])
def test_odd_distances_can_be_drawn(entry) -> None:
    ElementTree.fromstring(as_svg("W", torch.full((2, 3), entry, dtype=torch.float64), (0, 0)))


@pytest.mark.parametrize(
    "svg",
    [
        "<svg onload='x()'></svg>",
        '<svg ><script>x()</script></svg>',
        '<svg ><image href="x"/></svg>',
        '<svg ><a href="javascript:x()">y</a></svg>',
        '<svg ><rect fill="url(https://x)"/></svg>',
        '<svg ><rect style="a:b"/></svg>',
        '<svg ><style>a</style></svg>',
        '<svg ><foreignObject/></svg>',
        '<svg ><text><![CDATA[<script>x()</script>]]></text></svg>',
        '<!DOCTYPE svg [<!ENTITY x "y">]><svg >&x;</svg>',
        '<svg xmlns="http://www.w3.org/1999/xhtml"></svg>',
    ],
)  # fmt: skip
def test_a_drawing_that_could_act_is_left_out(svg) -> None:
    assert clean_data("image/svg+xml", svg) is None
