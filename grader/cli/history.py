"""`grader history`: every change of a score, by whatever program."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from grader.cli.arguments import add_course, add_student, course_of
from grader.cli.exits import ALL_WELL

if TYPE_CHECKING:
    from grader.course.audit import Change

SUMMARY = "show every change of a score"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("assignment", metavar="ASSIGNMENT", nargs="?", help="only of this one")
    add_student(command)
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.audit import changes
    from grader.course.gradebook import open_gradebook

    with open_gradebook(course_of(chosen)) as book:
        found = changes(book, chosen.student, chosen.assignment)
    for one in found:
        print(json.dumps(asdict(one), ensure_ascii=False) if chosen.json else line(one))
    return ALL_WELL


def line(one: Change) -> str:
    """One change in a line of the terminal."""
    before, after = ("-" if value is None else f"{value:g}" for value in (one.before, one.after))
    where = f"{one.student or '':<14} {one.assignment or '':<22} {one.cell or '':<28}"
    said = f"{one.at}  {where} {one.what:<23} {before:>6} -> {after:<6}"
    return f"{said}  {' '.join(filter(None, (one.by, one.why)))}".rstrip()
