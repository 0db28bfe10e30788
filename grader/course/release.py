"""Build the student editions in notebooks/ from the instructor editions in solutions/."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

from grader.course.converters import ConversionError, convert
from grader.course.fault import CourseError, Fault
from grader.course.layout import Course
from grader.course.source import faults
from grader.notebook import kind, title

MARKS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
KEPT = {"nbgrader", "deletable", "editable", "tags", "slideshow"}
PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def release(course: Course, assignments: list[str]) -> list[Path]:
    """Release each assignment; raise `CourseError` before anything is written if one is faulty."""
    found = [fault for name in assignments for fault in faults(course.solution(name))]
    if found:
        raise CourseError(found)
    return [_release_one(course, name) for name in assignments]


def _release_one(course: Course, assignment: str) -> Path:
    from nbgrader.converters import GenerateAssignment

    source, edition = course.solution(assignment), course.released(assignment)
    with TemporaryDirectory(dir=course.root, prefix=".release-") as built:
        try:
            convert(course, GenerateAssignment, assignment, release_directory=built)
        except ConversionError as error:
            raise CourseError([Fault(source, "", str(error).rstrip("."), _cure(error))]) from None
        _put_in_place(Path(built) / assignment, edition.parent)
    return edition


def _put_in_place(built: Path, edition: Path) -> None:
    """Exchange the old edition for the new one, unless that gives a solution away."""
    cure = "Move it out of solutions/: all that lies there is given to the students"
    leaks = [path for path in built.rglob("*") if path.is_file() and _leaks(path)]
    if leaks:
        raise CourseError([Fault(path, "", "it holds a solution", cure) for path in leaks])
    shutil.rmtree(edition, ignore_errors=True)
    edition.parent.mkdir(exist_ok=True)
    built.rename(edition)


def _cure(error: ConversionError) -> str:
    if "submissions associated" in str(error):
        return (
            "Give the new edition another name, or remove the old one with its scores: "
            "'nbgrader db assignment remove NAME'"
        )
    return "Correct the notebook and release it again"


def _leaks(path: Path) -> bool:
    text = path.read_bytes().decode("utf-8", "replace")
    return any(mark in text for mark in MARKS)


class NameCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Names each graded or locked cell by its grade_id, and drops what an editor left behind.

    So a rebuilt notebook is the same byte for byte, and a difference shows what was changed.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        nb.nbformat, nb.nbformat_minor = 4, 5
        nb.metadata.clear()
        nb.metadata.update(PYTHON)
        for index, cell in enumerate(nb.cells):
            if kind(cell) != "plain":
                cell.id = title(cell, index)
            for key in set(cell.metadata) - KEPT:
                del cell.metadata[key]
        return nb, resources
