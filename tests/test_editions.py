"""What is committed in notebooks/ is what solutions/ builds."""

import pytest

from classroom import REPOSITORY, shipped_course
from grader.course import Course
from grader.course.release import release
from grader.course.source import faults
from notebooks import ASSIGNMENTS


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = shipped_course(tmp_path_factory.mktemp("course") / "new")
    release(course, list(ASSIGNMENTS))
    return course


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_an_instructor_edition_has_no_fault(assignment) -> None:
    assert faults(Course(REPOSITORY).solution(assignment)) == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_committed_edition_equals_a_rebuild(rebuilt, assignment) -> None:
    committed = Course(REPOSITORY).released(assignment)
    assert committed.read_bytes() == rebuilt.released(assignment).read_bytes(), "run make release"


def test_a_new_course_has_assignments_roster_and_settings(rebuilt) -> None:
    assert rebuilt.assignments() == sorted(ASSIGNMENTS)
    assert (rebuilt.root / "roster.csv").read_text().startswith("id,")
    assert rebuilt.config.is_file()
