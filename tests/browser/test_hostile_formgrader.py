"""A student who tries everything to have a script run in formgrader's page of the submission."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

pytest.importorskip("playwright", reason="needs the browser extra")
from playwright.sync_api import Browser

from browser.pictures import LAPTOP, jupyterlab, screenshot, settle
from browser.test_pages import TOUCH
from grader.cli import main
from grader.course import Course
from grader.course.gradebook import open_gradebook
from grader.sandbox.doctor import examine
from hand_in import filled_in
from pages.hostile import EVERYTHING, HTML, MARKDOWN, NAME, RUN, SVG
from students import MATRICES, solved

SHOW = f"""from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
for one in {HTML!r}:
    display(HTML(one))
    display(Latex(one))
    print(one)
for one in {MARKDOWN!r}:
    display(Markdown(one))
display(SVG({SVG!r}))
display(Javascript({RUN!r}))
display({{"image/png": 'x" onerror="{RUN}'}}, raw=True)"""
RAISE = f"""def affine_grad_X(*_):
    raise type({NAME!r}, (Exception,), {{}})({HTML[0]!r})"""
LINES = f"$$f = {HTML[0]}$$\n\n$${MARKDOWN[0]} = {HTML[2]}$$"

pytestmark = pytest.mark.skipif(not examine().level, reason="needs a sandbox")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which a hand-in is hostile throughout: cells, outputs, the file's name."""
    made = Course(tmp_path_factory.mktemp("hostile") / "course")
    main(["init", str(made.root)])
    main(["release", MATRICES, "--course", str(made.root)])
    answers = {"relu_derivation_W": EVERYTHING, "relu_derivation_X": LINES, "affine_grad_X": RAISE}
    notebook = filled_in(made, solved(MATRICES, **answers))
    photo = {"photo.png": {"image/png": f'x" onerror="{RUN}'}}
    notebook.cells += [new_markdown_cell(EVERYTHING, attachments=photo), new_code_cell(SHOW)]
    notebook.cells += [new_code_cell(f"raise ValueError({text!r})") for text in HTML]
    folder = made.submitted("mallory", MATRICES).parent
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{MATRICES}{NAME}.ipynb")
    assert main(["grade", "--course", str(made.root)]) == 0
    return made


def test_nothing_of_a_submission_runs_in_formgrader(browser: Browser, course, album) -> None:
    """Neither by itself nor when touched, in the page where an instructor gives points."""
    with open_gradebook(course) as book:
        (one,) = (notebook.id for notebook in book.notebook_submissions(MATRICES, MATRICES))
    with jupyterlab(course.root) as server:
        page = browser.new_page(viewport=LAPTOP)
        page.goto(server.address("/lab"))  # signs in
        wanted = []
        page.on("request", lambda asked: wanted.append(asked.url))
        page.goto(f"{server.url}/formgrader/submissions/{one}")
        settle(page)
        assert page.evaluate(TOUCH) == []
        page.wait_for_timeout(500)
        screenshot(page, album / "hostile_formgrader.png", full_page=True)
        assert page.locator(".nbgrader_cell").count() > 10
        assert page.evaluate("window.hacked") is None
        assert [url for url in wanted if "127.0.0.1:9/" in url] == []
        page.close()
