"""Grading through nbgrader: every submission ends with a result, and the right one."""

import json
import shutil

import pytest

from classroom import DOUBLE, STUDENTS, TINY, hand_in, make_course
from grader.autograde.grade import grade, grade_all
from grader.course import Course
from grader.course.gradebook import open_gradebook
from grader.course.release import release


def by_id(result):
    return {cell.grade_id: cell for cell in result.cells}


def test_right_answers_get_their_points(graded) -> None:
    result = graded[1]["right"]
    assert (result.status, result.score, result.max_score) == ("graded", 3, 6)
    assert by_id(result)["double_test"].status == "ok"
    assert by_id(result)["double_derivation"].status == "manual"


def test_the_student_edition_gets_nothing(graded) -> None:
    result = graded[1]["empty"]
    assert result.score == 0
    assert {cell.status for cell in result.cells} == {"missing"}


CELLS = [
    ("visible_wrong", "wrong", "double(1) is not 2"),
    ("hidden_wrong", "wrong", "double | agrees: no"),
    ("spy", "error", "ValueError on further inputs."),
    ("endless", "error", "Stopped: it ran longer than 4 s"),
    ("crash", "error", "ZeroDivisionError: division by zero"),
    ("library", "error", "NotImplementedError: none for int64"),  # a library's own, not a stub's
    (
        "typo",
        "error",
        "double is not there, as its cell stopped with SyntaxError: expected ':', line 1",
    ),
]


@pytest.mark.parametrize(("student", "status", "message"), CELLS)
def test_a_wrong_answer_is_told_in_one_line(graded, student, status, message) -> None:
    cell = by_id(graded[1][student])["double_test"]
    assert (cell.score, cell.status, cell.message) == (0, status, message)


@pytest.mark.parametrize("student", ["hidden_wrong", "visible_wrong", "endless", "typo"])
def test_one_wrong_function_does_not_cost_another(graded, student) -> None:
    assert by_id(graded[1][student])["shout_test"].score == 1


def test_a_student_whose_name_looks_like_a_pattern_is_graded(graded) -> None:
    assert graded[1]["odd [x]"].score == 2


def test_a_warning_on_stderr_costs_nothing(graded) -> None:
    assert graded[1]["noisy"].score == 3


FAILED = [
    ("damaged", "it is no notebook"),
]
MENDED = [
    ("misnamed", 2, "the file was called tiny (1).ipynb"),
    ("deleted", 0, "cell double_test was deleted; it was put back"),
    ("doubled", 0, None),
]


@pytest.mark.parametrize(("student", "reason"), FAILED)
def test_a_broken_submission_fails_with_file_and_reason(graded, student, reason) -> None:
    result = graded[1][student]
    assert (result.status, result.score, result.max_score) == ("failed", 0, 6)
    assert f"submitted/{student}/{TINY}" in result.error
    assert reason in result.error


@pytest.mark.parametrize(("student", "points", "remark"), MENDED)
def test_what_can_be_mended_is_graded_and_told(graded, student, points, remark) -> None:
    course, results = graded
    assert (results[student].status, results[student].score) == ("graded", points)
    told = course.autograded(student, TINY).read_text()
    assert remark is None or remark in told


def test_a_folder_that_cannot_be_a_students_is_not_graded(tmp_path) -> None:
    """nbgrader writes ids into its pages as they stand; this one would run there."""
    course = make_course(tmp_path)
    release(course, [TINY])
    name = '"><img src=x onerror=alert(1)>'
    hand_in(course, name, {"double": DOUBLE})
    result = grade(course, name, TINY)
    assert (result.status, result.score) == ("failed", 0)
    assert "a student's id has none of" in result.error
    assert "Rename the folder" in result.error
    with open_gradebook(course) as book:
        assert book.students == []


def test_a_second_notebook_of_the_assignment_keeps_blank_grades(tmp_path) -> None:
    """nbgrader allows several; cells of the same name in another are not ours to score."""
    course = make_course(tmp_path)
    release(course, [TINY])
    with open_gradebook(course) as book:
        book.add_notebook("essay", TINY)
        book.add_grade_cell("double_test", "essay", TINY, max_score=5, cell_type="code")
    hand_in(course, "right", {"double": DOUBLE})
    assert grade(course, "right", TINY, force=True) == grade(course, "right", TINY)
    with open_gradebook(course) as book:
        ours, other = (book.find_grade("double_test", n, TINY, "right") for n in (TINY, "essay"))
        assert (ours.auto_score, ours.needs_manual_grade) == (2, False)
        assert (other.auto_score, other.needs_manual_grade) == (None, True)


def test_a_machine_that_lacks_a_library_gives_no_zeros(tmp_path) -> None:
    course = make_course(tmp_path)
    source = course.solution(TINY).read_text()
    course.solution(TINY).write_text(source.replace("ONE = 1", "import no_such_library; ONE = 1"))
    release(course, [TINY])
    hand_in(course, "unlucky", {})
    result = grade(course, "unlucky", TINY)
    assert result.status == "failed"
    assert "failed: ModuleNotFoundError" in result.error


def test_a_hand_in_to_no_assignment_is_told(graded) -> None:
    result = graded[1]["lost"]
    assert (result.status, result.max_score) == ("failed", 0)
    assert "submitted/lost/tinny: there is no assignment 'tinny'" in result.error


def test_what_has_not_changed_is_not_graded_again(graded) -> None:
    course, results = graded
    page = course.autograded("right", TINY)
    before = page.stat().st_mtime_ns
    assert grade(course, "right", TINY) == results["right"]
    assert page.stat().st_mtime_ns == before


def test_a_result_is_one_line_of_json_with_the_fixed_names(graded) -> None:
    told = json.loads(graded[1]["right"].to_json())
    assert " ".join(told) == (
        "student assignment status error sandbox score max_score seconds cells repairs"
    )
    assert " ".join(told["cells"][0]) == (
        "notebook grade_id tested score max_score status message diagnosis flags person"
    )


@pytest.mark.parametrize("in_the_way", [".copied", f"{TINY}.ipynb"])
def test_a_folder_in_the_way_fails_one_hand_in_alone(released, tmp_path, in_the_way) -> None:
    course = Course(shutil.copytree(released.root, tmp_path / "course"))
    for student in ("a", "b"):
        hand_in(course, student, STUDENTS["right"])
    there = course.submitted("a", TINY)
    there.rename(there.with_name("mine.ipynb"))
    there.with_name(in_the_way).mkdir()
    first, second = grade_all(course, list(course.submissions()))
    assert (first.status, second.status) == ("failed", "graded")
    assert "it cannot be put under its right name" in str(first.error)
