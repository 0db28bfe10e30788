"""`grader report`: the class on one page, and in short on the terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL, NOTHING_RAN, WrongUseError
from grader.cli.table import table

if TYPE_CHECKING:
    from grader.course.pages.classroom import Report, Row

SUMMARY = "write a page about the class"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.pages.classroom import gather
    from grader.course.pages.report import as_json, write_report
    from grader.course.roster import RosterError
    from grader.diagnosis.misconceptions import MISCONCEPTIONS

    course = course_of(chosen)
    try:
        report = gather(course, MISCONCEPTIONS)
    except RosterError as error:
        raise WrongUseError(str(error)) from error
    if not any(row.status in ("graded", "not graded") for row in report.rows):
        print("nothing has been graded yet: run 'grader grade' first", file=sys.stderr)
        return NOTHING_RAN
    page = write_report(course, report)
    if chosen.json:
        print(json.dumps({"page": str(page)} | as_json(report), ensure_ascii=False))
    else:
        print(f"{table(rows(report))}\n\n{page}")
    return ALL_WELL


def rows(report: Report) -> Iterator[tuple[str, ...]]:
    """A heading, and a row for each student with a column for each assignment."""
    names = [assignment.name for assignment in report.assignments]
    found = {(row.student, row.assignment): row for row in report.rows}
    yield ("student", *names)
    for student in sorted({row.student for row in report.rows}):
        yield (student, *(in_short(found[student, name]) for name in names))


def in_short(row: Row) -> str:
    """What stands in the table for one submission."""
    if row.score is None:
        return row.status
    most = sum(check.max_points for check in row.checks.values())
    waiting = f", {row.unread} to read" if row.unread else ""
    return f"{row.score:g} of {most:g}{waiting}"
