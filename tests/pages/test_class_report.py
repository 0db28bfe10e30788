"""The class report: what is counted, and how it is told."""

import csv
import io
import json

import pytest

from grader.course.export.tables import to_csv
from grader.course.pages.classroom import Report, Row, report_of, row_of
from grader.course.pages.histogram import bars, in_words
from grader.course.pages.report import as_json, as_rows, report_page
from grader.course.pages.statistics import correlated, item, upper_lower
from pages.graded import answered, derived, error, judged, submission


def graded(student: str, *right: bool, said: str = "W | agrees: no | off by a factor 0.5") -> Row:
    """A student with one test for each of `right`, and a derivation nobody read."""
    cells = [derived("d", "$df$")]
    for i, is_right in enumerate(right):
        cells += [answered(f"f{i}", "x")]
        cells += [judged(f"f{i}_test", 2, *([] if is_right else [error("CheckFailed", said)]))]
    return row_of(submission(*cells, student=student, seconds=1.5))


@pytest.fixture
def report() -> Report:
    rows = [graded("anna", True, True), graded("ben", True, False), graded("cy", False, False)]
    rows += [Row("dee", "", "gradients", "not graded", "no notebook")]
    return report_of([*rows, Row("eve", "", "gradients", "not handed in")])


def address(row: Row) -> str:
    return f"../feedback/{row.student}.html"


def test_easy_questions_have_a_high_mean_share(report) -> None:
    shares = {one.name: one.difficulty for one in report.assignments[0].items}
    assert shares["f0_test"] == pytest.approx(2 / 3)
    assert shares["f1_test"] == pytest.approx(1 / 3)


def test_what_waits_for_a_person_counts_neither_way(report) -> None:
    one = next(one for one in report.assignments[0].items if one.name == "d")
    assert (one.count, one.waiting, one.difficulty) == (0, 3, None)


def test_indices_of_small_classes_are_left_out(report) -> None:
    assert all(one.correlation is None for one in report.assignments[0].items)


def test_a_question_that_those_who_know_miss_is_doubtful() -> None:
    students = [f"s{i}" for i in range(20)]
    totals = {student: float(i) for i, student in enumerate(students)}
    wrong_way = {student: float(i < 10) for i, student in enumerate(students)}
    found = item("q", "", 1.0, wrong_way, totals)
    assert found.is_doubtful
    assert found.upper_lower == -1
    assert found.correlation == pytest.approx(-0.885, abs=0.01)


def test_ties_at_the_border_count_in_part() -> None:
    """Whoever comes first by name among equals makes no difference."""
    assert upper_lower([1, 0, 1, 0] * 5, [1] * 20) == 0


def test_a_question_that_all_get_right_has_no_correlation() -> None:
    assert correlated([1.0, 1.0], [2.0, 3.0]) is None


def test_mistakes_are_counted_by_student_and_numbers_in_them_are_put_aside() -> None:
    rows = [graded("a", False), graded("b", False, said="W | agrees: no | off by a factor 2")]
    reasons = report_of(rows).assignments[0].reasons
    assert [(one.what, one.students) for one in reasons] == [("off by a factor …", ("a", "b"))]


def test_the_page_links_to_each_student_and_says_who_has_no_score(report) -> None:
    page = report_page(report, address)
    assert page.count('<a href="../feedback/ben.html">ben</a>') >= 2
    assert "no notebook" in page
    assert "not handed in" in page


def test_json_and_page_tell_the_same(report) -> None:
    told = json.loads(json.dumps(as_json(report)))
    scores = {one["student"]: one["score"] for one in told["submissions"]}
    assert scores == {"anna": 4.0, "ben": 2.0, "cy": 0.0, "dee": None, "eve": None}
    assert told["assignments"][0]["median"] == 2.0


def test_csv_holds_no_formula_and_no_zero_that_was_not_earned() -> None:
    rows = [graded("=1+2", True), Row("@eve", "", "gradients", "not handed in")]
    table = list(csv.DictReader(io.StringIO(to_csv(as_rows(report_of(rows))).decode())))
    assert [one["student"] for one in table] == ["'=1+2", "'@eve"]
    assert [one["score"] for one in table] == ["2", ""]
    assert table[0]["d"] == ""  # not yet read


def test_who_has_all_points_counts_in_the_last_bar() -> None:
    assert bars([40.0], 40.0)[-1].count == 1
    assert in_words(bars([0.0, 40.0], 40.0), 40.0).endswith("36 to 40 points: 1.")


def test_nobody_and_nothing_make_a_page_too() -> None:
    assert "Class report" in report_page(report_of([]), address)
    assert "Nothing was graded." in report_page(
        report_of([Row("eve", "", "gradients", "not handed in")]), address
    )
