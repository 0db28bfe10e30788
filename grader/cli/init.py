"""`grader init DIR`: start a course."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from grader.cli.exits import ALL_WELL, WRONG_USE

SUMMARY = "make a course directory with the assignments, a roster and the settings"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("directory", metavar="DIR", type=Path, help="where; new or empty")


def run(chosen: argparse.Namespace) -> int:
    from grader.course.fault import CourseError
    from grader.course.start import start

    try:
        course = start(chosen.directory.resolve())
    except CourseError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    if chosen.json:
        print(json.dumps({"course": str(course.root), "assignments": course.assignments()}))
    else:
        print(f"{course.root} is ready: put hand-ins in submitted/STUDENT/ASSIGNMENT/")
    return ALL_WELL
