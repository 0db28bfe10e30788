"""Moodle: an assignment's grading worksheet, filled in, for "Upload grading worksheet".

    Identifier,Full name,Email address,Status,Grade,Maximum Grade,...,Last modified (grade),...
    Participant 104,Emmy Noether,noether@uni.example,Submitted for grading,12.5,14.00,...

The identifier is known to Moodle alone, so its own worksheet has to be given with `--template`.
Moodle skips a row whose grade is empty, and, without a word, one whose grade is over the maximum:
hence we compare the maxima first.

Documentation: https://docs.moodle.org/401/en/Assignment_settings ("Feedback types"); what is read
and what is skipped is in https://github.com/moodle/moodle/blob/main/mod/assign/feedback/offline/
(importgradeslib.php and locallib.php).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.course.export.problem import ExportError
from grader.course.export.standing import Standing
from grader.course.export.tables import to_csv
from grader.course.export.template import read_template, scaled, whose
from grader.course.roster import Roster

GRADE, MOST, WHO = "grade", "maximum grade", "identifier"


def worksheet(standings: Sequence[Standing], template: Path | None, *, scale: bool) -> bytes:
    """The worksheet with our scores; a row without one stays as it was."""
    if template is None:
        raise ExportError("Moodle's grading worksheet is needed: give it with --template FILE.")
    if len({one.assignment for one in standings}) > 1:
        raise ExportError("A worksheet is of one assignment: name it.")
    head, *rows = read_template(template)
    columns = {name.strip().casefold(): at for at, name in enumerate(head)}
    if not {GRADE, WHO} <= set(columns):
        raise ExportError(f"{template} is no grading worksheet: it has no Identifier and Grade.")
    ours = {one.student.id: one for one in standings}
    roster = Roster(one.student for one in standings)
    for row in rows:
        one = ours.get(whose(row[1:3] + row[:1], roster))
        most = row[columns[MOST]] if MOST in columns else ""
        score = scaled(one, most, "Moodle", scale=scale) if one else None
        if score is not None:
            row[columns[GRADE]] = f"{score:.2f}"
    return to_csv([head, *rows])
