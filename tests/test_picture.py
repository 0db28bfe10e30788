"""A failing visible check in a notebook shows where the answer is off; nothing else draws."""

import subprocess
import sys

import nbformat
import pytest
import torch
from nbclient import NotebookClient

from grader.picture import as_png, described, draw

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
        assert "image/png" in image.data
        assert image.metadata["image/png"]["alt"].startswith("|yours - true| for W, ")


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
