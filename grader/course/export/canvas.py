"""Canvas: a gradebook CSV for Gradebook > Import, and marked files for its assignment page.

    Student,ID,SIS User ID,SIS Login ID,Section,matrix_derivative (501)
        Points Possible,,,,,14
    "Noether, Emmy",4322,,noether@uni.example,Matrix Calculus,12.5

Canvas finds a student by ID, then by the SIS columns, then by name, and an assignment by the number
in brackets, then by title; `--template` takes its own export, which has them all. An empty cell
over an empty cell changes nothing, so whoever has no score keeps what Canvas shows.

Documentation: Canvas Instructor Guide, "How do I import grades in the Gradebook?"; the headings and
the rules are those of
https://github.com/instructure/canvas-lms/blob/master/lib/gradebook_importer.rb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from grader.course.export.problem import ExportError
from grader.course.export.standing import Standing
from grader.course.export.tables import to_csv
from grader.course.export.template import Table, read_template, scaled, whose
from grader.course.roster import Roster, canvas, key

STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
IDENTITY = {*STUDENT, "LastName", "FirstName", "Integration ID", "Root Account"}
POINTS = "    Points Possible"


def gradebook(standings: Sequence[Standing], template: Path | None, *, scale: bool) -> bytes:
    """The CSV that Canvas imports: who a student is, and the columns of our assignments."""
    if template is None:
        return to_csv(_from_scratch(standings))
    return to_csv(_filled(standings, read_template(template), scale=scale))


def _from_scratch(standings: Sequence[Standing]) -> list[list[object]]:
    names = sorted({one.assignment for one in standings})
    points = {one.assignment: one.max_score for one in standings}
    table: list[list[object]] = [[*STUDENT, *names]]
    table.append([POINTS, "", "", "", "", *(points[name] for name in names)])
    scores = {(one.student.id, one.assignment): one.score for one in standings}
    for student in {one.student.id: one.student for one in standings}.values():
        name = f"{student.last_name}, {student.first_name}".strip(" ,") or student.id
        login = student.email or student.id
        row = [scores.get((student.id, assignment)) for assignment in names]
        table.append([name, "", "", login, "", *row])
    return table


def _filled(standings: Sequence[Standing], table: Table, *, scale: bool) -> list[list[object]]:
    head, *rows = table
    if not {"Student", "ID"} <= set(head) and "LastName" not in head:
        raise ExportError("The template is no gradebook of Canvas: it has no columns Student, ID.")
    people = [at for at, name in enumerate(head) if name in IDENTITY]
    columns = {name: _column(head, name) for name in {one.assignment for one in standings}}
    ours = {(one.student.id, one.assignment): one for one in standings}
    roster = Roster({one.student.id: one.student for one in standings}.values())
    most = next((row for row in rows if _is_points(row)), [""] * len(head))
    made: list[list[object]] = [[head[at] for at in (*people, *columns.values())]]
    for row in rows:
        student = (
            "" if _is_points(row) else whose(_clues(dict(zip(head, row, strict=True))), roster)
        )
        filled: list[object] = [row[at] for at in people]
        for name, at in columns.items():
            one = ours.get((student, name))
            score = scaled(one, most[at], "Canvas", scale=scale) if one else None
            filled.append(row[at] if score is None else score)
        made.append(filled)
    return made


def _clues(row: dict[str, str]) -> list[str]:
    """Who a row may be about, the surest first."""
    name = row.get("Student") or f"{row.get('LastName', '')}, {row.get('FirstName', '')}"
    sis = [row.get("SIS Login ID", ""), row.get("SIS User ID", "")]
    return [*sis, canvas(row.get("ID", "")), name]


def _is_points(row: list[str]) -> bool:
    return "Points Possible" in row[0]


def _column(head: list[str], assignment: str) -> int:
    """The column of an assignment: `title (number)`, or the title alone."""
    titles = [re.sub(r"\s*\(\d+\)$", "", name) for name in head]
    found = [at for at, title in enumerate(titles) if key(title) == key(assignment)]
    if len(found) != 1:
        many = "more than one column" if found else "no column"
        raise ExportError(
            f"The template has {many} called {assignment!r}. Name the assignment so in Canvas, "
            "export the gradebook again, and give that."
        )
    return found[0]
