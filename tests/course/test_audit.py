"""No score changes without a record, in SQLite and in PostgreSQL."""

import pytest
from sqlalchemy import text

from classroom import TINY
from gradebooks import by_hand, score
from grader.course import Course
from grader.course.audit import because, changes
from grader.course.gradebook import open_gradebook

Told = list[tuple[str | None, str, float | None, float | None, str | None]]


def told(course: Course, student: str | None = None) -> Told:
    with open_gradebook(course) as book:
        return [(c.cell, c.what, c.before, c.after, c.why) for c in changes(book, student)]


def test_every_change_is_on_record(empty: Course) -> None:
    """A first score, a changed one and a person's are there, in order; no change is no line."""
    score(empty, "noether", 2, 1, None)
    score(empty, "noether", 0, 1, None)
    by_hand(empty, "noether", "double_derivation", 2.5)
    assert told(empty) == [
        ("double_test", "auto_score", None, 2.0, None),
        ("shout_test", "auto_score", None, 1.0, None),
        ("double_test", "auto_score", 2.0, 0.0, None),
        ("double_derivation", "manual_score", None, 2.5, None),
    ]
    with open_gradebook(empty) as book:
        assert {(one.student, one.assignment) for one in changes(book)} == {("noether", TINY)}


def test_plain_sql_is_on_record_too(empty: Course) -> None:
    """The record does not depend on whose program writes."""
    score(empty, "noether", 2, 1, None)
    with open_gradebook(empty) as book:
        book.db.execute(text("UPDATE grade SET auto_score = 9 WHERE auto_score = 2"))
        book.db.commit()
    assert told(empty)[-1] == ("double_test", "auto_score", 2.0, 9.0, None)


def test_a_removed_submission_is_on_record(empty: Course) -> None:
    """What went with a removed submission can be read."""
    score(empty, "noether", 2, 1, None)
    with open_gradebook(empty) as book:
        book.remove_submission(TINY, "noether")
    assert {line[:4] for line in told(empty, "noether")[2:]} == {
        ("double_test", "auto_score", 2.0, None),
        ("shout_test", "auto_score", 1.0, None),
    }


def test_a_reason_goes_with_its_changes_only(empty: Course) -> None:
    """`because` marks what it holds, and nothing before or after."""
    score(empty, "noether", 2, 1, None)
    with open_gradebook(empty) as book:
        with because(book, "the test was wrong"):
            book.find_grade("shout_test", TINY, TINY, "noether").auto_score = 0
        book.find_grade("double_test", TINY, TINY, "noether").auto_score = 1
        book.db.commit()
    assert [line[4] for line in told(empty)] == [None, None, "the test was wrong", None]


def fail_in_the_middle(book) -> None:
    with because(book, "never mind"):
        book.find_grade("shout_test", TINY, TINY, "noether").auto_score = 0
        book.db.flush()
        _ = 1 / 0


def test_changes_for_a_reason_are_all_or_none(empty: Course) -> None:
    """What fails in the middle leaves neither scores nor a record nor a reason."""
    score(empty, "noether", 2, 1, None)
    before = told(empty)
    with open_gradebook(empty) as book:
        with pytest.raises(ZeroDivisionError):
            fail_in_the_middle(book)
        assert book.find_grade("shout_test", TINY, TINY, "noether").auto_score == 1
    assert told(empty) == before
