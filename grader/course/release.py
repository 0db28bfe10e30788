"""Build the student editions in notebooks/ from the instructor editions in solutions/."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

from grader.course.converters import ConversionError, convert
from grader.course.fault import CourseError, Fault
from grader.course.gradebook import settings
from grader.course.layout import Course
from grader.course.source import faults, faults_in
from grader.notebook import kind, title

# nbgrader's marks around what no student may see: the step that cuts it out, its setting, the mark.
MARKS = (
    ("ClearSolutions", "begin_solution_delimeter", "BEGIN SOLUTION"),
    ("ClearSolutions", "end_solution_delimeter", "END SOLUTION"),
    ("ClearHiddenTests", "begin_test_delimeter", "BEGIN HIDDEN TESTS"),
    ("ClearHiddenTests", "end_test_delimeter", "END HIDDEN TESTS"),
    ("ClearMarkScheme", "begin_mark_scheme_delimeter", "BEGIN MARK SCHEME"),
    ("ClearMarkScheme", "end_mark_scheme_delimeter", "END MARK SCHEME"),
)
KEPT = {"nbgrader", "deletable", "editable", "tags", "slideshow"}
PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def release(course: Course, assignments: list[str]) -> list[Path]:
    """Release each assignment; raise `CourseError` before anything is written if one is faulty.

    An assignment that fails its trial (`grader.autograde.trial`) is left as it was. The others are
    released, and the error, which tells all that was found, tells which.
    """
    found = [fault for name in assignments for fault in faults(course.solution(name))]
    if found:
        raise CourseError(found)
    made: list[Path] = []
    refused: list[Fault] = []
    for name in assignments:
        try:
            made.append(_release_one(course, name))
        except CourseError as error:
            refused += [fault for fault in error.faults if fault not in refused]
    if refused:
        raise CourseError(refused, made)
    return made


def _release_one(course: Course, assignment: str) -> Path:
    from nbgrader.converters import GenerateAssignment

    source, edition = course.solution(assignment), course.released(assignment)
    with TemporaryDirectory(dir=course.root, prefix=".release-") as built:
        try:
            convert(course, GenerateAssignment, assignment, release_directory=built)
        except ConversionError as error:
            raise CourseError([Fault(source, "", str(error).rstrip("."), _cure(error))]) from None
        _put_in_place(Path(built) / assignment, edition.parent, marks_of(course))
    return edition


def marks_of(course: Course) -> set[str]:
    """What marks a solution, a hidden test or a mark scheme in this course."""
    config = settings(course)
    chosen = {str(config[step].get(trait, usual)) for step, trait, usual in MARKS}
    return chosen | {usual for _, _, usual in MARKS}


def _put_in_place(built: Path, edition: Path, marks: set[str]) -> None:
    """Exchange the old edition for the new one, unless that gives a solution away."""
    cure = "Move it out of solutions/: all that lies there is given to the students"
    leaks = [path for path in built.rglob("*") if path.is_file() and _leaks(path, marks)]
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


def _leaks(path: Path, marks: set[str]) -> bool:
    text = path.read_bytes().decode("utf-8", "replace")
    return any(mark in text for mark in marks)


class CheckEdition(NbGraderPreprocessor):  # type: ignore[misc]
    """Refuses an edition with a fault, whichever program releases it."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        name = resources["unique_key"]
        found = faults_in(nb.cells, Path(resources["metadata"]["path"]) / f"{name}.ipynb")
        if found:
            raise CourseError(found)
        return nb, resources


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
