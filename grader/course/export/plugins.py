r"""The exports as plug-ins of nbgrader, for whoever works with its own command:

nbgrader export --exporter=grader.course.export.plugins.Canvas --to canvas.csv
nbgrader export --exporter=grader.course.export.plugins.Moodle --assignment '["relu"]' \
        --LmsExport.template=worksheet.csv
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Unicode

from grader.course.export.formats import FORMATS, Export, write_export
from grader.course.export.standing import standings
from grader.course.layout import Course
from grader.course.roster import roster_of


class LmsExport(ExportPlugin):  # type: ignore[misc]
    """Writes the scores of a course in one form; nbgrader's options choose students and more."""

    form: ClassVar[str]
    template = Unicode("", help="the system's own table, to be filled in").tag(config=True)
    scale = Bool(False, help="convert scores to the system's maximum").tag(config=True)

    def export(self, gradebook: Any) -> None:
        """Write `--to`, or the form's usual file in the current directory."""
        course = Course(Path(self.parent.coursedir.root))
        template = Path(self.template) if self.template else None
        everyone = standings(course, gradebook, roster_of(course), map(str, self.assignment))
        students = set(map(str, self.student))
        chosen = [one for one in everyone if not students or one.student.id in students]
        to = Path(self.to or FORMATS[self.form][1])
        for one in write_export(Export(course, chosen, template, self.scale), self.form, to):
            self.log.warning(
                "%s has no score in %s: %s", one.student.id, one.assignment, one.status
            )
        self.log.info("Exported %d rows to %s", len(chosen), to)


class Csv(LmsExport):
    """One row a student and assignment, safe from formulas."""

    form = "csv"


class Json(LmsExport):
    """One object a student and assignment, with each cell."""

    form = "json"


class Parquet(LmsExport):
    """Typed columns, where a missing score is null."""

    form = "parquet"


class Canvas(LmsExport):
    """A gradebook that Canvas imports."""

    form = "canvas"


class Moodle(LmsExport):
    """Moodle's grading worksheet, filled in."""

    form = "moodle"


class Gradescope(LmsExport):
    """A results.json for each submission, in one zip."""

    form = "gradescope"
