"""An instructor at work in formgrader: autograde, read, overrule, give feedback, grade again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright", reason="needs the browser extra")
from playwright.sync_api import Browser, Locator, Page

from browser.pictures import LAPTOP, Server, jupyterlab, screenshot, settle
from grader.cli import main
from grader.course import Course
from grader.course.gradebook import open_gradebook
from grader.sandbox.doctor import examine
from hand_in import filled_in
from students import ACACIA, FERN, HandIn, solved

NAME = "matrix_derivative"
WRONG_LINE = r"""With $H = \max(XW, 0)$

$$df = 2\operatorname{tr}[(H - Y)^\top dH]$$

$$\frac{\partial f}{\partial W} = 2X^\top(H - Y)$$"""
WILLOW = solved(
    NAME,
    relu_derivation_W=WRONG_LINE,
    relu_grad_W="def relu_grad_W(X, W, Y):\n    return 2 * X.T @ ((X @ W).clamp(min=0) - Y)",
)
CLASS: dict[str, HandIn] = {"acacia": ACACIA, "fern": FERN, "willow": WILLOW}
ASKED = "relu_derivation_W"  # whose points the instructor overrules
pytestmark = pytest.mark.skipif(not examine().level, reason="needs a sandbox")


@dataclass
class Instructor:
    """A person with a mouse, signed in to formgrader."""

    page: Page
    server: Server
    course: Course
    album: Path

    def go(self, place: str) -> None:
        self.page.goto(f"{self.server.url}/formgrader/{place}")
        settle(self.page)

    def press(self, student: str, button: str) -> str:
        """Press a button in a student's row, wait for the dialog, and close it: its title."""
        self.go(f"manage_submissions/{NAME}")
        row = self.page.locator("#main-table tr").filter(has_text=student)
        row.locator(f".{button} a").click()
        dialog = self.page.locator(".modal-dialog")
        dialog.wait_for(timeout=180_000)
        self.page.wait_for_timeout(500)  # it glides in
        self.shoot(f"{button}_{student}")
        said = dialog.locator(".modal-title").inner_text()
        dialog.locator(".modal-footer button").click()
        self.page.locator(".modal").wait_for(state="detached")
        return said

    def open(self, student: str) -> None:
        """Open a submission for manual grading, through the student's list."""
        self.go(f"manage_students/{student}/{NAME}")
        self.page.locator("#main-table a").first.click()
        self.page.locator(".nbgrader_cell").first.wait_for()
        settle(self.page)

    def answer(self, name: str) -> Locator:
        """An answer that has a score box, with all that belongs to it."""
        return self.page.locator(".nbgrader_cell").filter(has=self.page.locator(f"input#{name}"))

    def shoot(self, name: str, whole: bool = False) -> None:
        file = self.album / f"instructor_{name}.png"
        screenshot(self.page, file, full_page=whole)

    def grade(self, student: str) -> dict[str, object]:
        """What the gradebook holds on the answer that is overruled."""
        with open_gradebook(self.course) as book:
            grade = book.find_grade(ASKED, NAME, NAME, student)
            return {
                "auto": grade.auto_score,
                "manual": grade.manual_score,
                "extra": grade.extra_credit,
                "waits": bool(grade.needs_manual_grade),
            }


@pytest.fixture(scope="module")
def instructor(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, album: Path
) -> Iterator[Instructor]:
    """An instructor with a new course in which three students have handed in."""
    course = Course(tmp_path_factory.mktemp("formgrader") / "course")
    assert main(["init", str(course.root)]) == 0
    assert main(["release", NAME, "--course", str(course.root)]) == 0
    for student, one in CLASS.items():
        path = course.submitted(student, NAME)
        path.parent.mkdir(parents=True)
        nbformat.write(filled_in(course, one), path)
    with jupyterlab(course.root) as server:
        page = browser.new_page(viewport=LAPTOP)
        page.goto(server.address("/lab"))  # signs in
        yield Instructor(page, server, course, album)
        page.close()


def test_the_autograde_button_grades(instructor) -> None:
    """The button ends in a dialog that says so, and the row shows the score."""
    for student in CLASS:
        assert instructor.press(student, "autograde") == "Success"
    instructor.go(f"manage_submissions/{NAME}")
    instructor.shoot("graded")
    row = instructor.page.locator("#main-table tr").filter(has_text="fern")
    assert row.locator(".score").inner_text() == "27 / 30"


def test_the_table_stands_beside_the_box_for_the_points(instructor) -> None:
    """Between a derivation's score box and the next answer stands what the checker found."""
    instructor.open("willow")
    instructor.shoot("submission", whole=True)
    answer = instructor.answer(ASKED)
    table = answer.locator("xpath=../following-sibling::div[1]").locator("table")
    answer.scroll_into_view_if_needed()
    instructor.page.evaluate("scrollBy(0, 300)")
    instructor.shoot("derivation")
    assert "the derivative of relu (the mask) is missing" in table.inner_text()
    assert table.locator("math").count() == 3
    below = answer.locator("input.score").bounding_box()
    place = table.bounding_box()
    assert 0 < place["y"] - below["y"] < 600
    assert "$" not in answer.inner_text() + table.inner_text()
    assert instructor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_failed_check_shows_its_picture(instructor) -> None:
    """Where willow's answer is off, under the test that found it, and only there."""
    instructor.open("willow")
    pictures = instructor.page.locator("img[src^='data:image/svg+xml']")
    pictures.scroll_into_view_if_needed()
    instructor.page.evaluate("scrollBy(0, -200)")
    instructor.shoot("picture")
    assert pictures.evaluate("it => it.naturalWidth") > 100


def test_a_score_by_hand_overrules(instructor) -> None:
    """What is typed into the boxes is in the gradebook, and outlives another autograding."""
    instructor.open("willow")
    answer = instructor.answer(ASKED)
    for box, points in (("input.score", "4"), ("input.extra-credit", "0.5")):
        with instructor.page.expect_response(lambda got: "/api/grade/" in got.url):
            answer.locator(box).fill(points)
            answer.locator(box).press("Tab")
    instructor.shoot("overruled")
    instructor.go(f"gradebook/{NAME}/{NAME}")
    instructor.shoot("list")
    found = instructor.grade("willow")
    assert (found["manual"], found["extra"], found["waits"]) == (4.0, 0.5, False)
    assert found["auto"] < 4


def test_the_feedback_button_writes_our_page(instructor) -> None:
    """The page is ours, and shows the points that were given by hand."""
    assert instructor.press("willow", "generate-feedback") == "Success"
    file = instructor.course.feedback("willow", NAME)
    instructor.page.goto(file.as_uri())
    instructor.shoot("feedback", whole=True)
    said = " ".join(instructor.page.locator(f"#{ASKED}").inner_text().split())
    assert "4.5 / of 5 points" in said
    assert "Scored by a person" in said
    (picture,) = instructor.page.locator("#relu_grad_W .check img").all()
    assert picture.get_attribute("alt").startswith("|yours - true| for W, 7 by 5: furthest")
    assert "default-src 'none'" in file.read_text()
    assert file.stat().st_size < 500_000


def test_autograding_again_keeps_the_score_by_hand(instructor) -> None:
    """And asks a person to look at it again."""
    assert instructor.press("willow", "autograde") == "Success"
    found = instructor.grade("willow")
    assert (found["manual"], found["extra"], found["waits"]) == (4.0, 0.5, True)
    instructor.open("willow")
    instructor.shoot("again")
    assert instructor.answer(ASKED).locator("input.score").input_value() == "4"
    assert instructor.answer(ASKED).get_by_text("Resolve").is_visible()
