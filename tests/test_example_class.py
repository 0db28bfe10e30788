"""The example class, graded through nbgrader: who gets how many points, and what they read."""

import re
from html import unescape

import pytest

from grader.course.gradebook import open_gradebook
from grader.course.pages.reading import read_notebook, submission_of
from grader.course.pages.scores import scores_of
from notebooks import ASSIGNMENTS
from students import CLASS, MATRICES, NETWORK

# student, assignment: points, and words that stand in the feedback.
NO_SUM = "as if the sum over the rows (the batch) were left out"
TABLE = {
    ("acacia", MATRICES): (21, "not written after_first, after_second and after_zero"),
    ("birch", MATRICES): (3, "this gradient is computed by autograd"),
    ("birch", NETWORK): (0, "P, shape (4, 2) as asked, furthest"),
    ("cedar", NETWORK): (16.81, NO_SUM),
    ("dahlia", MATRICES): (30, "Every line that was checked holds."),
    ("dahlia", NETWORK): (40, "Every line that was checked holds."),
    ("elder", MATRICES): (0, "Nothing was written here yet."),
    ("elder", NETWORK): (0, "Nothing was written here yet."),
    ("fern", MATRICES): (27, "off by a factor 0.5"),
    ("ginkgo", MATRICES): (27, "as if the sign were flipped"),
    ("hazel", MATRICES): (28, "as if transposed"),
    ("iris", MATRICES): (27, "as if max'(Z) were left out (Z = XW)"),
    ("juniper", NETWORK): (36, NO_SUM),
    ("laurel", NETWORK): (35, "were lost; @ and * bind alike"),
    ("maple", NETWORK): (38, "as if b1 were added outside σ"),
    ("nettle", NETWORK): (39, "the first at (0, 0): exp overflows there"),
    ("olive", MATRICES): (27, "this gradient is computed by autograd"),
    ("poplar", MATRICES): (27, "was .grad kept by reference and changed later?"),
    ("quince", MATRICES): (30, "cell relu_grad_W_test was deleted; it was put back"),
    ("rowan", MATRICES): (30, "Every line that was checked holds."),
}


def test_the_table_names_every_hand_in() -> None:
    handed_in = {(student, one.assignment) for student, ones in CLASS.items() for one in ones}
    assert handed_in == TABLE.keys()
    assert len(CLASS) >= 14


@pytest.mark.parametrize(("student", "assignment"), TABLE)
def test_each_student_gets_the_points_earned(example_class, student, assignment) -> None:
    result = example_class[1][student, assignment]
    assert (result.status, result.score) == ("graded", TABLE[student, assignment][0])


@pytest.mark.parametrize(("student", "assignment"), TABLE)
def test_each_page_says_what_is_wrong(example_class, student, assignment) -> None:
    page = example_class[0].feedback(student, assignment).read_text()
    said = " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())
    assert TABLE[student, assignment][1] in said


def test_misconceptions_are_named_for_the_record(example_class) -> None:
    named = {cell.grade_id: cell.diagnosis for cell in example_class[1]["hazel", MATRICES].cells}
    assert sorted(filter(None, named.values())) == [["transpose"]]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_model_answers_get_full_points(example_class, assignment) -> None:
    """Derivations included, without a person's help."""
    result = example_class[1]["dahlia", assignment]
    assert {cell.status for cell in result.cells} == {"ok"}
    assert result.score == result.max_score


@pytest.mark.parametrize("assignment", [MATRICES, NETWORK])
def test_what_was_not_written_is_missing_everywhere(example_class, assignment) -> None:
    """A name that a blank answer would have bound is no error of the student's."""
    course, results = example_class
    assert {cell.status for cell in results["elder", assignment].cells} == {"missing"}
    notebook = read_notebook(course.autograded("elder", assignment))
    with open_gradebook(course) as book:
        scores = scores_of(book, "elder", assignment)
    page = submission_of(notebook, "elder", assignment, scores)
    assert {check.status for check in page.checks} == {"missing"}


def test_the_first_wrong_line_of_a_derivation_is_named(example_class) -> None:
    """The real homework with row biases: both bias gradients lack the sum over the batch."""
    said = {cell.grade_id: cell for cell in example_class[1]["cedar", NETWORK].cells}
    assert said["network_derivation_W2"].status == "ok"
    assert said["network_derivation_b2"].status == "partial"
    assert "The first wrong line is line" in said["network_derivation_b2"].message
    assert "Not stated rightly: the gradient by b_1" in said["network_derivation_b1"].message


@pytest.mark.parametrize(("student", "assignment"), TABLE)
def test_no_page_shows_a_hidden_test_or_a_solution(example_class, student, assignment) -> None:
    course = example_class[0]
    page = unescape(course.feedback(student, assignment).read_text())
    solution = course.solution(assignment).read_text()
    assert "BEGIN SOLUTION" in solution
    assert "HIDDEN TESTS" not in page
    assert "SOLUTION" not in page
    seeds = re.findall(r"seed=(\d{4,})", solution)
    assert seeds
    assert not [seed for seed in seeds if seed in page]
