"""Settings of this course, read by nbgrader, formgrader and grader alike.

Start Jupyter and nbgrader in this directory, so that they find this file.
"""

from nbgrader.preprocessors import AssignLatePenalties

from grader.autograde.plugin import (
    CleanSubmission,
    RepairSubmission,
    RunSubmission,
    SaveScores,
    SubmissionExporter,
    find_notebook,
)
from grader.autograde.trial import release_steps
from grader.course.late import LatePolicy
from grader.course.pages.exporter import FeedbackExporter
from grader.course.pages.formgrader import as_html

c = get_config()  # noqa: F821 - traitlets defines it

c.CourseDirectory.course_id = "nabla"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
# The student editions are committed, but not the gradebook: build them anew to put them on record.
c.GenerateAssignment.force = True

# nbgrader's own steps, and ours among them: faults are refused, and cells get their names, so that
# a rebuilt notebook is the same, byte for byte. Before the gradebook learns of an edition it is
# tried: its answers must get full marks at other seeds too, and a blank one no more than this.
c.GenerateAssignment.preprocessors = release_steps()
c.TryEdition.free_points = 0
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}
c.ClearSolutions.text_stub = (
    "*Double-click, and write your derivation here: one equation a line, the gradient last.*"
)

# The project's engine in place of nbgrader's Execute: see docs and grader/autograde/plugin.py.
# Scores are saved before the notebook is cleaned: cleaning may change an answer's own text.
c.Autograde.pre_convert_hook = find_notebook
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.sanitize_preprocessors = [RepairSubmission]
c.Autograde.autograde_preprocessors = [
    RunSubmission,
    SaveScores,
    AssignLatePenalties,
    CleanSubmission,
]
# What one submission may use; grader/sandbox/limits.py names them all.
c.RunSubmission.limits = {"cell_seconds": 30, "submission_seconds": 120}

# Our own page, which reads the gradebook itself and takes nothing from a hidden test.
c.GenerateFeedback.exporter_class = FeedbackExporter
c.GenerateFeedback.preprocessors = []
# formgrader shows mathematics without the network, and no HTML that acts.
c.HTMLExporter.filters = {"markdown2html": as_html}

# What lateness costs: a share of the points earned for each day begun, after a grace, up to a cap.
c.AssignLatePenalties.plugin_class = LatePolicy
c.LatePolicy.grace_minutes = 15
c.LatePolicy.per_day = 0.0
c.LatePolicy.cap = 0.5
