"""The class report: a page for the instructor, and the same as JSON and CSV.

The page is one HTML file. A short script in it sorts and searches the tables; without it they
stand there all the same, in the order of the students' ids.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from grader.course.export.tables import to_csv
from grader.course.layout import Course
from grader.course.pages.classroom import Assignment, Report, Row, Tally
from grader.course.pages.histogram import histogram
from grader.course.pages.paper import TEMPLATES, template

MOST_TALLIES = 12  # common mistakes shown for an assignment
MOST_LINKS = 8  # students named for each of them
SIGNS = {"manual": "…", "missing": "–", "error": "!"}  # in the table, where there is no score
CLASSES = {"wrong": "w", "error": "e", "partial": "p", "manual": "m", "missing": "n"}


@dataclass(frozen=True)
class Pages:
    """Where the students' pages are, seen from the report."""

    course: Course

    def __call__(self, row: Row) -> str:
        """The address of a page; empty when there is none yet."""
        page = self.course.feedback(row.student, row.assignment)
        if not page.is_file():
            return ""
        return quote(f"../{page.relative_to(self.course.root).as_posix()}")


def write_report(course: Course, report: Report) -> Path:
    """Write reports/class.html, class.json and class.csv; return the path of the page."""
    course.report.parent.mkdir(parents=True, exist_ok=True)
    course.report.write_text(report_page(report, Pages(course)), encoding="utf-8")
    told = json.dumps(as_json(report), ensure_ascii=False, indent=1)
    course.report.with_suffix(".json").write_text(f"{told}\n", encoding="utf-8")
    course.report.with_suffix(".csv").write_bytes(to_csv(as_rows(report)))
    return course.report


def report_page(report: Report, address: Callable[[Row], str]) -> str:
    """The page as HTML."""
    rows = {(row.assignment, row.student): row for row in report.rows}

    def links(name: str, tally: Tally) -> list[tuple[str, str]]:
        shown = tally.students[:MOST_LINKS]
        return [(student, address(rows[name, student])) for student in shown]

    return template("report.html.j2").render(
        report=report,
        title=_title,
        address=address,
        links=links,
        picture=_picture,
        cell=_cell,
        script=_script(),
        script_hash=_hash(_script()),
        most_tallies=MOST_TALLIES,
    )


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _picture(assignment: Assignment) -> Markup:
    return histogram(assignment.scores, assignment.max_score, _title(assignment.name))


def _cell(row: Row, name: str) -> Markup:
    """A cell of the big table: bare tags, so that a large class makes a small file."""
    check = row.checks.get(name)
    if check is None:
        return Markup("<td>")
    kind, sign = CLASSES.get(check.status, ""), SIGNS.get(check.status, f"{check.points:g}")
    return Markup("<td class={}>{}" if kind else "<td>{1}").format(kind, sign)


@cache
def _script() -> Markup:
    return Markup((TEMPLATES / "report.js.j2").read_text(encoding="utf-8").strip())


def _hash(script: str) -> str:
    """What the page's policy allows to run: this script, and no other."""
    return base64.b64encode(sha256(script.encode()).digest()).decode()


def as_json(report: Report) -> dict[str, Any]:
    """The report as data."""
    return {
        "assignments": [_assignment(one) for one in report.assignments],
        "submissions": [_submission(row) for row in report.rows],
    }


def _assignment(one: Assignment) -> dict[str, Any]:
    return {
        "assignment": one.name,
        "max_score": one.max_score,
        "graded": len(one.scores),
        "mean": one.mean,
        "median": one.median,
        "questions": [
            {
                "grade_id": item.name,
                "claim": item.claim,
                "max_score": item.max_score,
                "scored": item.count,
                "waiting": item.waiting,
                "difficulty": item.difficulty,
                "upper_lower_27": item.upper_lower,
                "correlation_with_rest": item.correlation,
            }
            for item in one.items
        ],
        "reasons": [_tally(tally) for tally in one.reasons],
        "first_wrong_lines": [_tally(tally) for tally in one.wrong_lines],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "kind": tally.kind,
        "what": tally.what,
        "count": len(tally.students),
        "students": list(tally.students),
        "cells": list(tally.cells),
    }


def _submission(row: Row) -> dict[str, Any]:
    return {
        "student": row.student,
        "name": row.name,
        "assignment": row.assignment,
        "status": row.status,
        "why": row.why,
        "score": row.score,
        "waiting": row.waiting,
        "unread": row.unread,
        "penalty": row.penalty,
        "seconds": row.seconds,
        "sandbox": row.sandbox,
        "repairs": list(row.repairs),
        "flags": [asdict(flag) for flag in row.flags],
        "cells": {
            name: {"score": c.points, "max_score": c.max_points, "status": c.status}
            for name, c in row.checks.items()
        },
    }


def as_rows(report: Report) -> Iterable[list[object]]:
    """A heading and a line for each student and assignment, with a column for each graded cell."""
    cells = list(dict.fromkeys(item.name for one in report.assignments for item in one.items))
    about = ["student", "name", "assignment", "status", "score", "waiting", "penalty", "seconds"]
    yield [*about, "flags", "why", *cells]
    for row in report.rows:
        flags = "; ".join(f"{flag.cell}: {flag.what}" for flag in row.flags)
        facts: list[object] = [row.student, row.name, row.assignment, row.status, row.score]
        facts += [row.waiting, row.penalty, row.seconds, flags, row.why]
        yield facts + [_score(row, name) for name in cells]


def _score(row: Row, name: str) -> float | None:
    """A cell's score; none while it waits for a person."""
    check = row.checks.get(name)
    return None if check is None or check.status == "manual" else check.points
