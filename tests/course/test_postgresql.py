"""PostgreSQL as the gradebook: several people grade at once, and nothing is lost or doubled."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, text

from classroom import REPOSITORY, TINY, hand_in, make_course
from databases import use
from gradebooks import score
from grader.course import Course
from grader.course.audit import changes
from grader.course.gradebook import open_gradebook
from grader.course.release import release

GRADERS = 4
OPEN = """
from grader.startup import start_soon; start_soon()
from pathlib import Path
from grader.course import Course
from grader.course.gradebook import open_gradebook
with open_gradebook(Course(Path.cwd())) as book: print(len(book.students))
"""
GRADE = """
from pathlib import Path
from grader.autograde.grade import grade_all
from grader.course import Course
results = grade_all(Course(Path.cwd()), [(one, "tiny") for one in {students}])
print(*(result.status for result in results))
"""


def at_once(course: Course, *scripts: str) -> list[str]:
    """Run Python scripts in the course at the same time, and return what each printed."""
    ours = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=course.root, env=ours, stdout=subprocess.PIPE
        )
        for script in scripts
    ]
    try:
        return [process.communicate(timeout=600)[0].decode() for process in started]
    finally:
        for process in started:
            process.kill()


def test_four_make_the_gradebook_at_once(tmp_path: Path, db_url: str) -> None:
    """Whoever comes first makes the tables; the others wait, and all go on."""
    course = use(make_course(tmp_path / "course"), db_url)
    assert at_once(course, *[OPEN] * GRADERS) == ["0\n"] * GRADERS


def test_four_grade_at_once(tmp_path: Path, db_url: str) -> None:
    """Four graders, each with two students: every score is there once, and right."""
    course = use(make_course(tmp_path / "course"), db_url)
    release(course, [TINY])
    students = [f"student{number}" for number in range(2 * GRADERS)]
    for number, student in enumerate(students):
        hand_in(course, student, {"double": f"def double(x): return {2 + number % 2} * x"})
    said = at_once(course, *(GRADE.format(students=students[at::GRADERS]) for at in range(GRADERS)))
    assert said == ["graded graded\n"] * GRADERS
    with open_gradebook(course) as book:
        found = {one.student.id: one.score for one in book.assignment_submissions(TINY)}
        assert found == {one: 2.0 * (number % 2 == 0) for number, one in enumerate(students)}
        first = [change for change in changes(book) if change.cell == "double_test"]
    assert sorted(change.student or "" for change in first) == students


def test_four_change_scores_at_once(on_server: Course) -> None:
    """A hundred changes of one score by each of four are four hundred lines on record."""
    score(on_server, "noether", None, None, None)
    with open_gradebook(on_server) as book:
        address = book.engine.url.render_as_string(hide_password=False)
    change = (
        "from sqlalchemy import create_engine, text\n"
        f"engine = create_engine({address!r})\n"
        "for _ in range(100):\n"
        "    with engine.begin() as c:\n"
        "        c.execute(text('UPDATE grade SET extra_credit = COALESCE(extra_credit, 0) + 1'\n"
        "                       ' WHERE id = (SELECT min(id) FROM grade)'))\n"
    )
    at_once(on_server, *[change] * GRADERS)
    with create_engine(address).connect() as connection:
        credit = connection.execute(text("SELECT sum(extra_credit) FROM grade")).scalar_one()
        lines = connection.execute(text("SELECT count(*) FROM grader_audit")).scalar_one()
    assert (credit, lines) == (100 * GRADERS, 100 * GRADERS)
