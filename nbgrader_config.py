"""Settings of this course, read by nbgrader, formgrader and grader alike.

Start Jupyter and nbgrader in this directory, so that they find this file.
"""

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    GetGrades,
    IgnorePattern,
    LimitOutput,
    LockCells,
    SaveAutoGrades,
    SaveCells,
)

from grader.autograde.plugin import RunSubmission
from grader.course.feedback import HideTests
from grader.course.late import LatePolicy
from grader.course.release import NameCells

c = get_config()  # noqa: F821 - traitlets defines it

c.CourseDirectory.course_id = "nabla"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

# Cells get their names first, so that a rebuilt notebook is the same, byte for byte.
# The full tests go into the gradebook (SaveCells) before the hidden ones are cut out, and
# checksums are taken of what is there at each of the two moments.
c.GenerateAssignment.preprocessors = [
    NameCells,
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ComputeChecksums,
    CheckCellMetadata,
]
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}
c.ClearSolutions.text_stub = (
    "*Double-click, and write your derivation here: one equation a line, the gradient last.*"
)

c.Autograde.autograde_preprocessors = [
    RunSubmission,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.Execute.timeout = 30  # seconds a cell
c.Execute.extra_arguments = ["--log-level=ERROR"]  # not each kernel's remarks on itself

# Tests are hidden before anything is drawn: no page ever holds them.
c.GenerateFeedback.preprocessors = [GetGrades, HideTests, CSSHTMLHeaderPreprocessor]

# What lateness costs: a share of the points earned for each day begun, after a grace, up to a cap.
c.AssignLatePenalties.plugin_class = LatePolicy
c.LatePolicy.grace_minutes = 15
c.LatePolicy.per_day = 0.0
c.LatePolicy.cap = 0.5
