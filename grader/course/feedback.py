"""Feedback pages: each student's own notebook with scores, and nothing of the hidden tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

from grader.course.converters import ConversionError, convert
from grader.course.fault import CourseError, Fault
from grader.course.layout import Course
from grader.notebook import Cell, is_test, last_line, outcome


def feedback(course: Course, student: str, assignment: str) -> Path:
    """Write the page of one autograded submission, in nbgrader's place for it."""
    from nbgrader.converters import GenerateFeedback

    try:
        convert(course, GenerateFeedback, assignment, student)
    except ConversionError as error:
        cure = f"Grade it again: 'grader grade {assignment} --student {student} --force'"
        where = course.autograded(student, assignment)
        raise CourseError([Fault(where, "", str(error).rstrip("."), cure)]) from None
    return course.feedback(student, assignment)


class HideTests(NbGraderPreprocessor):  # type: ignore[misc]
    """Cuts hidden tests out of sources, and out of all that running them printed."""

    def preprocess_cell(self, cell: Cell, resources: Any, index: int) -> tuple[Cell, Any]:
        if is_test(cell):
            _say_outcome_only(cell)
        elif cell.cell_type == "code":
            cell.outputs = [_without_traceback(output) for output in cell.outputs]
        return cell, resources


def _say_outcome_only(cell: Cell) -> None:
    said = outcome(cell)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{said.message}\n")]
    # Test cells come from the gradebook, so these regions are ours and well formed.
    ClearHiddenTests()._remove_hidden_test_region(cell)


def _without_traceback(output: Any) -> Any:
    """A traceback shows the lines around each call, some of which are not the student's."""
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {last_line(output.evalue)}"]
    return output
