"""Measure what costly submissions cost others: `make budget-attacks`.

    python -m attacks.budget attacks.costly          # any module with a dictionary ATTACKS

Each is handed in to a real course among honest classmates, at L3 and L2, and graded beside one of
them; then its page is made, the class's report and the comparison of all works. A line an attack:
what became of it, what it took, and whether a classmate's score is another than without it.
"""

import copy
import importlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attacks.costly import Notebook
from classroom import REPOSITORY
from grader.autograde.engine import ENGINE_OF_THIS_PROCESS
from grader.autograde.grade import grade_all
from grader.autograde.result import Result
from grader.course import Course
from grader.course.fault import CourseError
from grader.course.feedback import feedback
from grader.course.pages.classroom import gather
from grader.course.release import release
from grader.course.similarity import similar, works
from grader.sandbox.client import NoSandboxError
from grader.sandbox.isolation import Level
from hand_in import model_answers

NAME = "matrix_derivative"
ATTACKER, CLASSMATES = "attacker", ("ann", "zoe")
LIMITS = (
    '\nc.RunSubmission.limits = {"cell_seconds": 5, "submission_seconds": 15, "memory_mb": 1024}\n'
)


def make_course(root: Path) -> Course:
    """A course of one assignment, with classmates who have everything right."""
    course = Course(root)
    shutil.copytree(REPOSITORY / "solutions" / NAME, root / "solutions" / NAME)
    settings = (REPOSITORY / "nbgrader_config.py").read_text()
    course.config.write_text(settings + LIMITS)
    release(course, [NAME])
    for student in CLASSMATES:
        put(course, student, right(course))
    return course


def right(course: Course) -> Notebook:
    """The student edition with the model's answers."""
    notebook: Notebook = json.loads(course.released(NAME).read_text())
    answers = model_answers(course, NAME)
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    return notebook


def put(course: Course, student: str, content: Notebook | bytes) -> None:
    path = course.submitted(student, NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def graded(course: Course, students: tuple[str, ...], level: Level) -> dict[str, Result]:
    todo = [(student, NAME) for student in students]
    return {r.student: r for r in grade_all(course, todo, workers=2, force=True, level=level)}


def timed(do: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, the CPU of this process and the time on the clock."""
    cpu, wall = time.process_time(), time.monotonic()
    try:
        given = do()
    except CourseError as error:
        given = str(error)
    return given, time.process_time() - cpu, time.monotonic() - wall


def measure(attacks: dict[str, Any], level: Level) -> None:
    with tempfile.TemporaryDirectory() as root:
        course = make_course(Path(root))
        alone = {s: r.score for s, r in graded(course, CLASSMATES, level).items()}
        edition = right(course)
        for name, (what, make) in attacks.items():
            put(course, ATTACKER, make(copy.deepcopy(edition)))
            beside = (ATTACKER, CLASSMATES[0])
            results, cpu, wall = timed(lambda beside=beside: graded(course, beside, level))
            report(level, name, what, results, alone, cpu, wall)
            for step, do in after(course, results[ATTACKER]).items():
                _, cpu, wall = timed(do)
                print(f"    {step:11} {cpu:6.2f} s CPU here {wall:7.2f} s", flush=True)
    ENGINE_OF_THIS_PROCESS.close()


def after(course: Course, result: Result) -> dict[str, Callable[[], Any]]:
    """What else is done with a submission."""
    page = {"page": lambda: feedback(course, ATTACKER, NAME)} if result.status == "graded" else {}
    return {
        **page,
        "report": lambda: gather(course),
        "similarity": lambda: similar(works(course, NAME)),
    }


def report(
    level: Level,
    name: str,
    what: str,
    results: dict[str, Result],
    alone: dict[str, float],
    cpu: float,
    wall: float,
) -> None:
    theirs, other = results[ATTACKER], results[CLASSMATES[0]]
    waits = sum(cell.person is not None for cell in theirs.cells)
    same = "as alone" if other.score == alone[other.student] else f"NOT {alone[other.student]:g}"
    print(
        f"{level.value} {name}: {what}\n"
        f"    {theirs.status} {theirs.score:g}/{theirs.max_score:g}, {waits} for a person"
        f"{': ' + theirs.error if theirs.error else ''}\n"
        f"    grading     {cpu:6.2f} s CPU here {wall:7.2f} s; the sandbox {theirs.seconds:.2f} s; "
        f"a classmate {other.score:g} ({same}) in {other.seconds:.2f} s",
        flush=True,
    )


def main() -> None:
    module = sys.argv[1] if len(sys.argv) > 1 else "attacks.costly"
    attacks = importlib.import_module(module).ATTACKS
    for level in (Level.NAMESPACES, Level.LANDLOCK):
        try:
            measure(attacks, level)
        except NoSandboxError as reason:
            print(f"{level.value}: not on this machine ({reason})")


if __name__ == "__main__":
    main()
