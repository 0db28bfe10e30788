"""`grader release`: build the student editions."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.arguments import add_assignments, add_course, assignments_of, course_of
from grader.cli.exits import ALL_WELL, NOT_ALL

if TYPE_CHECKING:
    from grader.course import Course
    from grader.course.fault import CourseError

SUMMARY = "build the student editions from solutions/, in notebooks/ or one a student in handout/"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_assignments(command)
    add_course(command)
    command.add_argument(
        "--zip", metavar="FILE", type=Path, help="also pack all that a student needs into FILE"
    )
    command.add_argument(
        "--redraw", action="store_true", help="give new formulas to students who hold others"
    )


def run(chosen: argparse.Namespace) -> int:
    from grader.autograde.engine import ENGINE_OF_THIS_PROCESS
    from grader.course.layout import is_newer

    course = course_of(chosen)
    names = assignments_of(chosen, course)
    if any(is_newer(course.solution(name), course.tried(name)) for name in names):
        ENGINE_OF_THIS_PROCESS.foresee()  # it starts while nbgrader is loaded, which takes as long
    from grader.author.own import own_editions, refuse_other_formulas
    from grader.course.handout import write_handout

    for name in [] if chosen.redraw else names:
        refuse_other_formulas(course, name)
    made, refused = _released(course, names)
    names = [name for name in names if course.released(name) in made]
    own = {name: own_editions(course, name) for name in names}
    made += [path for paths in own.values() for path in paths]
    if chosen.zip and not refused:
        common = [course.released(name) for name in names if not own[name]]
        apart = [f"{name}.ipynb" for name in names if own[name]]
        made.append(write_handout(common, chosen.zip, apart))
    for path in made:
        print(json.dumps({"made": str(path)}) if chosen.json else f"made {path}")
    if refused:
        print(refused, file=sys.stderr)
    return NOT_ALL if refused else ALL_WELL


def _released(course: Course, names: list[str]) -> tuple[list[Path], CourseError | None]:
    """What was released, and why the rest was not; raised where that is all."""
    from grader.course.fault import CourseError
    from grader.course.release import release

    try:
        return release(course, names), None
    except CourseError as error:
        if not error.made:
            raise
        return list(error.made), error
