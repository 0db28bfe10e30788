"""Feedback pages as one zip, in the form in which each system takes marked files back.

    canvas   noetheremmy_4322_98770_matrix_derivative.html     the name of the hand-in, as Canvas
             gave it: it finds user and attachment by the numbers ("Upload Submissions")
    moodle   Emmy Noether_104_assignsubmission_file/matrix_derivative.html      the folder that
             Moodle gave it in ("Upload multiple feedback files in a zip")
    plain    noether/matrix_derivative.html

Gradescope takes no files back: its `results.json` carries what the student reads. Where the forms
are documented: `grader.course.collect.canvas` and `grader.course.collect.moodle`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.export.problem import ExportError
from grader.course.export.standing import GRADED, Standing
from grader.course.export.template import whose
from grader.course.export.tickets import tickets
from grader.course.layout import Course
from grader.course.roster import Roster, rows

FORMS = ("plain", "canvas", "moodle")
UNTOLD = {
    "canvas": "Canvas's numbers are not known: collect from its own download",
    "moodle": "Moodle's folder is not known: collect from its own download, or give its worksheet",
}


@dataclass(frozen=True)
class Bundle:
    """The zip, and why a student's page is not in it."""

    data: bytes
    left_out: tuple[tuple[Standing, str], ...]


def bundle(
    course: Course, standings: Sequence[Standing], form: str, worksheet: Path | None = None
) -> Bundle:
    """All feedback pages of these standings."""
    if form not in FORMS:
        raise ExportError(f"{form} takes no feedback files; those that do: {', '.join(FORMS)}.")
    places = _places(course, standings, form, worksheet)
    made, left_out = io.BytesIO(), []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        for one in standings:
            page = course.feedback(one.student.id, one.assignment)
            place = places.get((one.student.id, one.assignment))
            if one.status != GRADED:
                left_out.append((one, one.status))
            elif not page.is_file():
                left_out.append((one, "there is no page yet: run 'grader feedback'"))
            elif place is None:
                left_out.append((one, UNTOLD[form]))
            else:
                box.writestr(place, page.read_bytes())
    return Bundle(made.getvalue(), tuple(left_out))


def _places(
    course: Course, standings: Sequence[Standing], form: str, worksheet: Path | None
) -> dict[tuple[str, str], str]:
    """Where in the zip each page stands."""
    if form == "plain":
        return {(p := (o.student.id, o.assignment)): f"{'/'.join(p)}.html" for o in standings}
    known = tickets(course, form)
    if form == "canvas":
        return {place: f"{ticket}_{place[1]}.html" for place, ticket in known.items()}
    known = _from_worksheet(standings, worksheet) | known
    return {place: f"{ticket}/{place[1]}.html" for place, ticket in known.items()}


def _from_worksheet(
    standings: Sequence[Standing], worksheet: Path | None
) -> dict[tuple[str, str], str]:
    """Moodle's folders, made from the participants' numbers in its grading worksheet."""
    roster = Roster({one.student.id: one.student for one in standings}.values())
    names = {one.assignment for one in standings}
    found = {}
    for row in rows(worksheet) if worksheet and len(names) == 1 else []:
        number = re.search(r"\d+$", row.get("identifier", ""))
        student = whose([row.get("email address", ""), row.get("full name", "")], roster)
        if number and student:
            name = row["full name"].replace("_", " ")
            found[student, next(iter(names))] = f"{name}_{number[0]}_assignsubmission_file"
    return found
