"""A corrected hidden test moves the scores it touches, after a preview, and no others."""

from pathlib import Path

import nbformat
import pytest

from classroom import HIDDEN, TINY, hand_in, save
from gradebooks import by_hand, score, value
from grader.autograde.grade import grade_all
from grader.course import Course
from grader.course.audit import changes
from grader.course.fault import CourseError
from grader.course.gradebook import open_gradebook
from grader.course.regrade import Rescore, adopt, preview, take_over, touched, trial


def correct(course: Course, cell: str, old: str, new: str) -> None:
    """Change the instructor edition in one cell."""
    path = course.solution(TINY)
    notebook = nbformat.read(path, as_version=4)
    for one in notebook.cells:
        if one.metadata.get("nbgrader", {}).get("grade_id") == cell:
            assert old in one.source
            one.source = one.source.replace(old, new)
    save(notebook, path)


def touched_in(course: Course) -> list[str]:
    with open_gradebook(course) as book:
        return touched(course, book, TINY)


def test_nothing_changed_touches_nothing(empty: Course) -> None:
    """An edition as it was graded has nothing to grade again."""
    assert touched_in(empty) == []


def test_a_changed_test_touches_its_own_cell(empty: Course) -> None:
    """Only the cell whose hidden test was corrected."""
    correct(empty, "double_test", "= 21", "= 0")
    correct(empty, "double", "return", "return 0 +")  # a solution decides on nobody's points
    assert touched_in(empty) == ["double_test"]


def test_a_changed_setup_touches_who_uses_it(empty: Course) -> None:
    """A locked cell touches the tests that use its names, and theirs."""
    correct(empty, "setup", "ONE = 1", "ONE = 1.0")
    assert touched_in(empty) == ["double_test"]


def test_other_points_are_no_correction(empty: Course) -> None:
    """When a cell's points change, old and new scores do not compare: a person decides."""
    path = empty.solution(TINY)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[3].metadata.nbgrader.points = 5
    save(notebook, path)
    with pytest.raises(CourseError, match="double_test: its points"):
        touched_in(empty)


def test_the_preview_says_who_gains_and_who_loses(empty: Course) -> None:
    """Gains, losses, and what stays; nothing is written."""
    score(empty, "noether", 0, 1, None)
    score(empty, "dirac", 2, 1, None)
    score(empty, "curie", 2, 1, None)
    new = {"noether": {"double_test": 2.0}, "dirac": {"double_test": 0.0, "shout_test": 0.0}}
    with open_gradebook(empty) as book:
        found = preview(book, TINY, ["double_test"], new | {"curie": {"double_test": 2.0}})
    assert [(one.student, one.cell, one.gain) for one in found] == [
        ("dirac", "double_test", -2.0),
        ("noether", "double_test", 2.0),
    ]
    assert value(empty, "noether", "double_test", "auto_score") == 0


def test_a_persons_score_stays_and_is_looked_at_again(empty: Course) -> None:
    """A manual score is never overwritten: it counts on, and formgrader asks for a look."""
    score(empty, "noether", 0, 1, None)
    by_hand(empty, "noether", "double_test", 1.5)
    with open_gradebook(empty) as book:
        found = preview(book, TINY, ["double_test"], {"noether": {"double_test": 2.0}})
        assert found == [Rescore("noether", "double_test", 0, 2.0, 1.5, 2.0)]
        assert found[0].gain == 0
        take_over(book, TINY, found, "the hidden test was wrong")
    assert value(empty, "noether", "double_test", "score") == 1.5
    assert value(empty, "noether", "double_test", "auto_score") == 2.0
    assert value(empty, "noether", "double_test", "needs_manual_grade") is True


def test_what_was_taken_over_is_on_record(empty: Course) -> None:
    """The record has each changed score with the reason."""
    score(empty, "noether", 0, 1, None)
    with open_gradebook(empty) as book:
        found = preview(book, TINY, ["double_test"], {"noether": {"double_test": 2.0}})
        take_over(book, TINY, found, "the hidden test was wrong")
        last = changes(book, "noether")[-1]
    assert (last.cell, last.before, last.after, last.why) == (
        "double_test",
        0.0,
        2.0,
        "the hidden test was wrong",
    )


def test_the_whole_way(empty: Course, tmp_path: Path) -> None:
    """A hidden test that was wrong for everybody: corrected, tried aside, taken over, adopted."""
    correct(empty, "double_test", "== 42", "== 43")
    with open_gradebook(empty) as book:
        wrong = touched(empty, book, TINY)
    assert wrong == ["double_test"]
    adopt(empty, empty, TINY, [])  # the wrong edition is the released one
    hand_in(empty, "noether", {"double": "def double(x): return 2 * x"})
    (before,) = grade_all(empty, [("noether", TINY)])
    assert {cell.grade_id: cell.score for cell in before.cells}["double_test"] == 0

    correct(empty, "double_test", "== 43", "== 42")
    tried = trial(empty, TINY, ["noether"], tmp_path / "trial")
    results = list(grade_all(tried, [("noether", TINY)]))
    scores = {one.student: {cell.grade_id: cell.score for cell in one.cells} for one in results}
    assert value(empty, "noether", "double_test", "auto_score") == 0, "the trial is apart"
    with open_gradebook(empty) as book:
        take_over(book, TINY, preview(book, TINY, touched(empty, book, TINY), scores), "corrected")
    adopt(empty, tried, TINY, ["noether"])
    assert value(empty, "noether", "double_test", "auto_score") == 2
    assert touched_in(empty) == []
    assert HIDDEN not in empty.released(TINY).read_text()
