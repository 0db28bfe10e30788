"""Feedback pages, as the browser gets them."""

import pytest

from classroom import HIDDEN, SOLVED, STUDENTS, TINY


@pytest.mark.parametrize("student", STUDENTS)
def test_no_page_holds_a_hidden_test_or_a_solution(graded, student) -> None:
    page = graded[0].feedback(student, TINY).read_text()
    assert HIDDEN not in page
    assert SOLVED not in page
    assert "HIDDEN TESTS" not in page


def test_what_a_hidden_test_drew_is_not_shown(graded) -> None:
    page = graded[0].feedback("spy", TINY).read_text()
    assert "got 21" not in page
    assert "ValueError on further inputs." in page


def test_the_page_says_what_was_wrong(graded) -> None:
    assert "double(1) is not 2" in graded[0].feedback("visible_wrong", TINY).read_text()
