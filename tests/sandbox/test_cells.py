"""Cells run as in a notebook, and their outputs have the notebook's form."""

import io
from base64 import b64decode

import pytest
from PIL import Image, ImageChops


def test_printing_and_values_come_in_order(cells):
    run = cells.run("print('a')\n1 + 1")
    assert [o["output_type"] for o in run.outputs] == ["stream", "execute_result"]
    assert run.text == "a\n2"


def test_names_live_from_cell_to_cell(cells):
    cells.run("x = 41")
    assert cells.run("x + 1").text == "42"


def test_an_exception_is_an_output(cells):
    run = cells.run("1 / 0")
    assert not run.ok
    assert run.outputs[0]["ename"] == "ZeroDivisionError"


def test_a_figure_is_a_png(cells):
    run = cells.run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert "image/png" in run.outputs[0]["data"]


@pytest.mark.parametrize(
    "chosen",
    [
        "%config InlineBackend.figure_formats = ['svg']",
        "%config InlineBackend.figure_formats = ['pdf', 'retina']",
        "import matplotlib_inline.backend_inline as b; b.set_matplotlib_formats('svg')",
        "%config InlineBackend.print_figure_kwargs = {'bbox_inches': 'tight'}",
    ],
)
def test_a_figure_is_a_png_whatever_the_notebook_chooses(cells, chosen):
    run = cells.run(f"{chosen}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    assert run.ok
    assert [set(o["data"]) for o in run.outputs] == [{"image/png", "text/plain"}]


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_a_figure_has_the_pixels_that_matplotlib_saves(cells, layout):
    made = (
        "import io, matplotlib.pyplot as plt\nfrom base64 import b64encode\n"
        f"figure, axes = plt.subplots(figsize=(3, 2), layout={layout!r})\n"
        "axes.semilogy([1, 200], label='$x^2$'); axes.legend(); figure.patch.set_alpha(0.5)\n"
    )
    shown = cells.run(made + "plt.show()").outputs[0]["data"]["image/png"]
    saved = "kept = io.BytesIO(); figure.savefig(kept, facecolor=figure.get_facecolor())\n"
    cells.run(made + saved + "plt.close()")
    saved = cells.run("print(b64encode(kept.getvalue()).decode())").text
    ours, theirs = (Image.open(io.BytesIO(b64decode(text))) for text in (shown, saved))
    assert ours.size == (300, 200)
    assert ImageChops.difference(ours, theirs).getbbox(alpha_only=False) is None


def test_a_figure_without_axes_is_told_in_words(cells):
    run = cells.run("import matplotlib.pyplot as plt\nplt.figure()")
    assert [set(o["data"]) for o in run.outputs] == [{"text/plain"}] * 2


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import asyncio\nawait asyncio.sleep(0.01)\n'awaited'", "'awaited'"),
        ("%%capture out\nprint('kept')", ""),
        ("import sys; print('w', file=sys.stderr)", "w\n"),
        ("from IPython.display import display, HTML; display(HTML('<b>b</b>'))", "HTML"),
        ("%precision 2\n3.14159", "3.14"),
        ("\n  \n  print('indented')", "indented"),
        (">>> print('prompted')", "prompted"),
        ("a = %pwd\nprint(a)", "/"),
        ("int?", ""),
        ("pwd\n", "/"),
        ("import threading as t; a = t.Thread(target=print, args=(1,)); a.start(); a.join()", "1"),
        ("import shutil; open('a', 'w').write('x'); shutil.copy('a', 'b')", "'b'"),
        ("import torch; torch.save(torch.ones(2), 'w.pt'); torch.load('w.pt').sum()", "tensor(2.)"),
    ],
)  # fmt: skip
def test_what_notebooks_do_works(cells, source, said):
    run = cells.run(source)
    assert run.ok
    assert said in run.text


def test_training_with_an_optimiser_works(cells):
    run = cells.run(
        "import torch\nnet = torch.nn.Linear(2, 1)\nstep = torch.optim.Adam(net.parameters())\n"
        "for _ in range(3):\n"
        "    step.zero_grad(); net(torch.ones(4, 2)).square().sum().backward(); step.step()"
    )
    assert run.ok


def test_random_numbers_are_the_same_every_time(warm, cells):
    from .conftest import Cells

    source = "import random, numpy, torch\n(random.random(), numpy.random.rand(), torch.rand(1))"
    assert cells.run(source).text == Cells(warm).run(source).text


def test_grader_is_a_stand_in(cells):
    """A problem can be said; the truth cannot be asked for, whatever is tried."""
    source = (
        "from grader import Problem, check, true_gradients, default_dtype\n"
        "p = Problem('f = x', x='1,1')\ncheck(p, x=None)\n"
        "with default_dtype(1): pass\n"
        "import sys\nprint(p.statement, true_gradients(p), len(sys.modules['grader'].__path__))"
    )
    assert "$f = x$, x (1,1) (not to be had while grading) 0" in cells.run(source).text


@pytest.mark.parametrize(
    "name", ["grader.oracle", "grader.checks", "grader.author.solution", "sandbox.problem"]
)
def test_the_real_grader_cannot_be_imported(cells, name):
    """A module that is not here is passed over at the top of a cell: what was tried is asked."""
    drop = "import sys; [sys.modules.pop(n) for n in list(sys.modules) if n.startswith('grader')]"
    attempt = f"try:\n    import {name}\nexcept (ImportError, OSError):\n    print('is not here')"
    assert cells.run(f"{drop}\n{attempt}").text == "is not here\n"
    assert "is not here" in cells.run(f"import sys; sys.path.insert(0, '/')\n{attempt}").text
    assert f"import {name}" in str(cells.run(f"import {name}").outputs)
