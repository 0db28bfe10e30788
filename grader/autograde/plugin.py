"""Our engine as nbgrader's preprocessors and exporter; nbgrader_config.py names them.

So `nbgrader autograde` and formgrader's button judge as `grader grade` does, with the same scores.
Each needs no more than the file, the gradebook and the instructor edition.
"""

from __future__ import annotations

import copy
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_notebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy.exc import SAWarning
from traitlets import Bool, Dict, Enum, Unicode

from grader.autograde.blueprint import Blueprint, blueprint_of
from grader.autograde.cleaning import clean
from grader.autograde.engine import Settings, run
from grader.autograde.intake import ASK, digest, misnamed, name_remarks, put_in_place
from grader.autograde.reading import UnreadableError
from grader.autograde.record import forget_failure, keep_failure
from grader.autograde.repair import Repaired
from grader.autograde.scores import assess
from grader.autograde.taking import read_in, repaired_in
from grader.budget import Budget
from grader.catalogue import Reason
from grader.course import Course
from grader.course.fault import Fault
from grader.course.gradebook import open_gradebook
from grader.graded import graded_of
from grader.notebook import STAMP
from grader.referee.plan import GRADIENTS

# nbgrader builds a submission in steps that SQLAlchemy remarks on, to no effect.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")

_READING = "grader_reading"  # where the exporter leaves for the preprocessor what it read


def find_notebook(assignment: str, student: str, notebooks: list[str]) -> None:
    """Be nbgrader's pre_convert_hook: show it a notebook that was handed in under another name."""
    folder = Path(notebooks[0]).parent
    found = put_in_place(folder, folder.name, Course(folder.parents[2]).released(folder.name))
    if found and str(found) not in notebooks:
        notebooks[:] = [str(found)]  # nbgrader goes on with this very list


class SubmissionExporter(NotebookExporter):
    """Reads what was handed in, however damaged; nbgrader's own would stop before we see it."""

    def from_filename(self, filename: str, resources: Any = None, **more: Any) -> Any:
        converter: Any = self.parent
        if not converter._sanitizing:  # the second time around, the file is ours
            return super().from_filename(filename, resources, **more)
        path, resources = Path(filename), copy.deepcopy(resources or {})
        course = Course(Path(converter.coursedir.root))
        try:
            if wrong := misnamed(resources["nbgrader"]["student"]):
                raise UnreadableError(wrong)
            budget = Budget()
            reading = read_in(budget, path, _asked(course, resources["nbgrader"]).own)
        except UnreadableError as error:
            _file_failure(course, resources["nbgrader"], error)
            raise
        resources[_READING] = reading, budget
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        made: Any = new_notebook()
        return self.from_notebook_node(made, resources, **more)  # type: ignore[no-untyped-call]


def _file_failure(course: Course, names: dict[str, str], error: UnreadableError) -> None:
    """Keep the reason where reports look for it, as `grader grade` does."""
    student, assignment = names["student"], names["assignment"]
    points = _asked(course, names).points
    where = course.submitted(student, assignment).relative_to(course.root)
    keep_failure(course, student, assignment, str(Fault(where, "", str(error), ASK)), points)


def _asked(course: Course, names: dict[str, str], gradients: str = GRADIENTS) -> Blueprint:
    with open_gradebook(course) as book:
        return blueprint_of(course, book, names["assignment"], gradients)


class _OfOurs(NbGraderPreprocessor):  # type: ignore[misc]
    """What the preprocessors share: the course, the file and the blueprint."""

    gradients = Unicode(GRADIENTS, help="functions that must not use autograd").tag(config=True)

    @property
    def course(self) -> Course:
        return Course(Path(self.parent.parent.coursedir.root))

    def submitted(self, resources: Any) -> Path:
        names = resources["nbgrader"]
        return self.course.submitted(names["student"], names["assignment"])

    def blueprint(self, resources: Any) -> Blueprint:
        names = resources["nbgrader"]
        return _asked(self.course, names, self.gradients).of(names["student"])


class RepairSubmission(_OfOurs):
    """Puts what was handed in back into the assignment's shape."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        reading, budget = resources.pop(_READING)
        said = (*name_remarks(self.submitted(resources)), *reading.remarks)
        reading = replace(reading, remarks=said)
        repaired = repaired_in(budget, reading, self.blueprint(resources))
        mended = [remark.as_dict() for remark in repaired.remarks]
        repaired.notebook.metadata[STAMP] = {"repairs": mended}
        return repaired.notebook, resources


class RunSubmission(_OfOurs):
    """Judges the submission: its cells in the sandbox, the tests in the referee."""

    sandbox = Enum(["best", "L3", "L2", "none"], "best", help="level of isolation").tag(config=True)
    limits = Dict(help="what one submission may use; see grader.sandbox.limits").tag(config=True)
    autograd_costs = Bool(True, help="a gradient by autograd fails its tests").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        mended = nb.metadata[STAMP]["repairs"]
        repaired = Repaired(nb, tuple(map(Reason.from_dict, mended)))
        stamp = {"submission": digest(self.submitted(resources))}
        names = resources["nbgrader"]
        forget_failure(self.course, names["student"], names["assignment"])
        settings = Settings.of_traits(self.trait_values())
        return run(repaired, self.blueprint(resources), settings, stamp), resources


class SaveScores(SaveAutoGrades):  # type: ignore[misc]
    """Saves our points, those of derivations among them, as `grader grade` does."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        self.graded = graded_of(nb).by_name
        saved: tuple[Any, Any] = super().preprocess(nb, resources)
        return saved

    def _add_score(self, cell: Any, resources: Any) -> None:
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        found = self.graded[cell.metadata["nbgrader"]["grade_id"]]
        grade.auto_score, grade.needs_manual_grade = assess(found, grade.manual_score)
        self.gradebook.db.commit()


class CleanSubmission(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes out of the graded notebook what would act in the browser of who looks at it."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        clean(nb)
        return nb, resources
