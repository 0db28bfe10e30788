"""Hand the example class in to a course: `python examples/hand_in.py COURSE`.

A hand-in is the student edition with some cells filled in; students.py says which, and how.
"""

import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course import Course
from grader.notebook import kind
from students import CLASS, HandIn


def hand_in(course: Course) -> None:
    """Put the whole class into the course's submitted/."""
    for student, hand_ins in CLASS.items():
        for one in hand_ins:
            path = course.submitted(student, one.assignment)
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(filled_in(course, one), path)


def filled_in(course: Course, one: HandIn) -> NotebookNode:
    """The student edition as this student left it."""
    notebook = nbformat.read(course.released(one.assignment), as_version=4)
    model = model_answers(course, one.assignment) if one.rest == "solved" else {}
    answers = model | one.answers
    unknown = set(answers) - {cell.id for cell in notebook.cells}
    assert not unknown, f"no such cell in {one.assignment}: {unknown}"
    notebook.cells = [cell for cell in notebook.cells if cell.id not in one.deleted]
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


def model_answers(course: Course, assignment: str) -> dict[str, str]:
    """The instructor's own answers by grade_id, without the marks around them."""
    notebook = nbformat.read(course.solution(assignment), as_version=4)
    marks = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)
    return {
        cell.metadata.nbgrader.grade_id: marks.sub("", cell.source).rstrip()
        for cell in notebook.cells
        if kind(cell) in ("solution", "written")
    }


if __name__ == "__main__":
    hand_in(Course(Path(sys.argv[1]).resolve()))
