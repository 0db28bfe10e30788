"""A student at work in a real JupyterLab, and what `grader check` says of the saved file."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright", reason="needs the browser extra")
from playwright.sync_api import Browser, Locator, Page

from browser.pictures import LAPTOP, REPO, jupyterlab, open_notebook, screenshot

NAME = "matrix_derivative"
RIGHT = "def affine_grad_X(X, W, B):\n    return 2 * (X @ W + B) @ W.T"
NO_BIAS = "def affine_grad_W(X, W, B):\n    return 2 * X.T @ (X @ W)"
DERIVATION = r"""With $Z = XW$ and $H = \max(Z, 0)$

$$
\begin{aligned}
df &= 2\operatorname{tr}[(H - Y)^\top dH] \\
   &= 2\operatorname{tr}[((H - Y) \odot \max'(Z))^\top X\,dW]
\end{aligned}
$$

$$\frac{\partial f}{\partial W} = 2X^\top[(H - Y) \odot \max'(Z)]$$"""
SIGN = r"""With $H = \max(XW, 0)$

$$df = 2\operatorname{tr}[(Y - H)^\top dY]$$

$$\frac{\partial f}{\partial Y} = 2(H - Y)$$"""
NUMBER = """id => window.jupyterapp.shell.currentWidget.content.widgets
    .findIndex(cell => cell.model.id === id)"""
GO_TO = """at => { const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = at; notebook.mode = 'command';
    notebook.widgets[at].node.scrollIntoView({ block: 'start' });
    notebook.node.focus(); }"""


class Student:
    """A person with a keyboard, at an open notebook."""

    def __init__(self, page: Page, album: Path) -> None:
        self.page, self.album = page, album

    def cell(self, name: str) -> Locator:
        """A cell of the notebook by its id, which is its grade_id."""
        place = self.page.evaluate(NUMBER, name)
        assert place >= 0, f"no cell {name}"
        self.page.evaluate(GO_TO, place)
        return self.page.locator(f".jp-Cell[data-windowed-list-index='{place}']").first

    def write(self, name: str, text: str) -> None:
        """Put a text into a cell as one types it: open it, mark all of it, write."""
        cell = self.cell(name)
        self.page.keyboard.press("Enter")
        cell.locator(".cm-content").wait_for()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def run(self, name: str) -> Locator:
        """Run a cell with Shift+Enter, and wait until the kernel is done with it."""
        cell = self.cell(name)
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
                     .status === 'idle'"""
        )
        self.page.wait_for_timeout(300)
        return cell

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(
            "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"
        )

    def shoot(self, name: str, cell: str) -> None:
        self.cell(cell)
        self.page.wait_for_timeout(500)
        screenshot(self.page, self.album / f"student_{name}.png")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the student edition in it, and nothing else."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(REPO / "notebooks" / NAME / f"{NAME}.ipynb", folder)
    return folder


@pytest.fixture(scope="module")
def student(browser: Browser, desk: Path, album: Path) -> Iterator[Student]:
    """A student who has opened the notebook and run its set-up."""
    with jupyterlab(desk) as server:
        page = browser.new_page(viewport=LAPTOP)
        open_notebook(page, server, f"{NAME}.ipynb")
        one = Student(page, album)
        one.shoot("0_opened", "title")
        one.run("setup")
        yield one
        page.close()


def test_a_right_answer_is_one_line(student) -> None:
    """The check beneath a right answer prints its line, and draws nothing."""
    student.write("affine_grad_X", RIGHT)
    student.run("affine_grad_X")
    said = student.run("affine_grad_X_test")
    student.shoot("1_right", "affine_grad_X")
    said.get_by_text("X | shape").wait_for()
    assert "agrees: yes" in said.inner_text()
    assert said.locator(".jp-OutputArea img, .jp-OutputArea svg").count() == 0


def test_a_wrong_answer_is_said_and_shown(student) -> None:
    """The check beneath a wrong answer names the cause, and shows where it is off in a picture."""
    student.write("affine_grad_W", NO_BIAS)
    student.run("affine_grad_W")
    said = student.run("affine_grad_W_test")
    said.get_by_text("CheckFailed").wait_for()
    student.shoot("2_wrong", "affine_grad_W")
    assert "agrees: no" in said.inner_text()
    assert "as if B were left out" in said.inner_text()
    assert "Traceback" not in said.inner_text()
    assert said.locator(".jp-OutputArea img").bounding_box()["width"] > 100


def test_derivations_are_checked_as_saved(student) -> None:
    """Two derivations, written and saved: the table says which line of which is wrong."""
    student.write("relu_derivation_W", DERIVATION)
    student.run("relu_derivation_W")
    student.write("relu_derivation_Y", SIGN)
    student.run("relu_derivation_Y")
    student.shoot("3_derivation", "relu_W_heading")
    student.save()
    said = student.run("relu_derivations")
    said.locator(".jp-RenderedMarkdown").nth(2).wait_for()
    student.shoot("4_table", "relu_derivations")
    right, blank, wrong = said.locator(".jp-RenderedMarkdown").all()
    assert "Every line that was checked holds." in right.inner_text()
    assert "Not stated: the gradient by X" in blank.inner_text()
    assert "wrong" in wrong.inner_text()
    assert right.locator("mjx-container").count() >= 4
    area = said.locator(".jp-OutputArea-output").last
    assert area.evaluate("it => it.scrollWidth <= it.clientWidth")
    student.save()


def test_what_was_saved_is_what_grader_check_judges(student, desk) -> None:
    """The file on disk holds the answers, and a fresh kernel says of them what was seen."""
    file = desk / f"{NAME}.ipynb"
    sources = {cell.id: cell.source for cell in nbformat.read(file, as_version=4).cells}
    assert sources["affine_grad_X"] == RIGHT
    assert sources["affine_grad_W"] == NO_BIAS
    assert sources["relu_derivation_W"] == DERIVATION
    told = subprocess.run(
        [sys.executable, "-m", "grader", "check", str(file), "--json"],
        cwd=REPO, env=os.environ | {"PYTHONPATH": str(REPO)}, capture_output=True, check=False,
    )  # fmt: skip
    cells = {one["grade_id"]: one for one in json.loads(told.stdout)["cells"]}
    assert cells["affine_grad_X_test"]["status"] == "ok"
    assert cells["affine_grad_W_test"]["status"] == "wrong"
    assert "as if B were left out" in cells["affine_grad_W_test"]["message"]
    assert cells["affine_grad_B_test"]["status"] == "missing"
    assert cells["relu_derivation_W"]["status"] == "ok"
    assert cells["relu_derivation_Y"]["status"] == "wrong"
