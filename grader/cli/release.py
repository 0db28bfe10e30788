"""`grader release`: build the student editions."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from grader.cli.arguments import add_assignments, add_course, assignments_of, course_of
from grader.cli.exits import ALL_WELL, NOTHING_RAN

SUMMARY = "build the student editions in notebooks/ from solutions/"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_assignments(command)
    add_course(command)
    command.add_argument(
        "--zip", metavar="FILE", type=Path, help="also pack all that a student needs into FILE"
    )


def run(chosen: argparse.Namespace) -> int:
    from grader.course.fault import CourseError
    from grader.course.release import release

    course = course_of(chosen)
    try:
        editions = release(course, assignments_of(chosen, course))
    except CourseError as error:
        print(error, file=sys.stderr)
        return NOTHING_RAN
    for edition in editions:
        _say(edition, chosen.json)
    return ALL_WELL


def _say(made: Path, as_json: bool) -> None:
    print(json.dumps({"released": str(made)}) if as_json else f"made {made}")
