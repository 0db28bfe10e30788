"""Give scores and feedback back: for Canvas, Moodle, Gradescope, a spreadsheet or a program.

Not handed in, failed, and zero are three different things in each of them: a score stands only
where one was earned, and whoever has none is told of in `grades.notes.csv` beside the export.
"""

from grader.course.export.formats import FORMATS, Export, write_export
from grader.course.export.problem import ExportError
from grader.course.export.standing import Standing, standings

__all__ = ["FORMATS", "Export", "ExportError", "Standing", "standings", "write_export"]
