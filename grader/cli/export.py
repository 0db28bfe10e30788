"""`grader export`: give scores and feedback back."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.arguments import add_assignments, add_course, assignments_of, course_of
from grader.cli.exits import ALL_WELL, NOT_ALL, NOTHING_RAN, WrongUseError
from grader.course.collect.handin import shown

if TYPE_CHECKING:
    from grader.course import Course
    from grader.course.export import Standing

SUMMARY = "write scores, or feedback pages, in the form that a system takes back"
FORMS = ("csv", "json", "parquet", "canvas", "moodle", "gradescope")


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("form", metavar="FORM", choices=FORMS, help=", ".join(FORMS))
    add_assignments(command)
    command.add_argument("--to", metavar="FILE", type=Path, help="where (default: by the form)")
    command.add_argument(
        "--template", metavar="FILE", type=Path, help="the system's own export, to be filled in"
    )
    command.add_argument(
        "--scale", action="store_true", help="convert scores to the system's maximum"
    )
    command.add_argument(
        "--feedback", action="store_true", help="the feedback pages as a zip, not the scores"
    )
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.export import ExportError, standings
    from grader.course.gradebook import open_gradebook
    from grader.course.roster import RosterError, roster_of

    course = course_of(chosen)
    try:
        with open_gradebook(course) as book:
            names = assignments_of(chosen, course)
            found = standings(course, book, roster_of(course), names)
            _warn_of_lateness(course, book)
        return (_feedback if chosen.feedback else _scores)(chosen, course, found)
    except (ExportError, RosterError) as error:
        raise WrongUseError(str(error)) from None


def _scores(chosen: argparse.Namespace, course: Course, found: list[Standing]) -> int:
    from grader.course.export import FORMATS, Export, write_export

    to = chosen.to or Path(FORMATS[chosen.form][1])
    export = Export(course, found, chosen.template, chosen.scale)
    without = write_export(export, chosen.form, to)
    for one in without:
        why = f": {shown(one.why)}" if one.why else ""
        print(f"{one.student.id:<14} {one.assignment:<22} {one.status}{why}", file=sys.stderr)
    waiting = sum(one.waiting > 0 for one in found)
    if waiting:
        print(f"{waiting} still wait for a person: their scores may rise", file=sys.stderr)
    _say(chosen, to, scores=len(found) - len(without), without=len(without), waiting=waiting)
    return _exit_code(len(found) - len(without), without=len(without))


def _feedback(chosen: argparse.Namespace, course: Course, found: list[Standing]) -> int:
    from grader.course.export.feedback import FORMS as TAKERS
    from grader.course.export.feedback import bundle

    form = chosen.form if chosen.form in TAKERS or chosen.form == "gradescope" else "plain"
    made = bundle(course, found, form, chosen.template)
    to = chosen.to or Path(f"{form}-feedback.zip")
    to.write_bytes(made.data)
    for one, why in made.left_out:
        print(f"{one.student.id:<14} {one.assignment:<22} {why}", file=sys.stderr)
    pages = len(found) - len(made.left_out)
    _say(chosen, to, pages=pages, without=len(made.left_out))
    return _exit_code(pages, without=len(made.left_out))


def _warn_of_lateness(course: Course, book: object) -> None:
    from grader.course.late import policy_of, unsettled

    if unsettled(book, policy_of(course)):
        print("penalties for lateness are out of date: run 'grader late --write'", file=sys.stderr)


def _say(chosen: argparse.Namespace, to: Path, **counts: int) -> None:
    if chosen.json:
        print(json.dumps({"file": str(to), **counts}))
    else:
        print(f"{to}: {', '.join(f'{count} {what}' for what, count in counts.items())}")


def _exit_code(done: int, without: int) -> int:
    if not done:
        return NOTHING_RAN
    return NOT_ALL if without else ALL_WELL
