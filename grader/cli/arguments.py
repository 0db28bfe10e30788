"""Arguments that several instructor commands share, and what they mean in a course."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli.exits import WrongUseError
from grader.course.layout import CONFIG, Course


def add_course(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--course", metavar="DIR", type=Path, default=Path(), help="the course (default: here)"
    )


def add_assignments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "assignments", metavar="ASSIGNMENT", nargs="*", help="which ones (default: all)"
    )


def add_student(command: argparse.ArgumentParser) -> None:
    command.add_argument("--student", metavar="ID", help="only this student")


def course_of(chosen: argparse.Namespace) -> Course:
    course = Course(chosen.course.resolve())
    if not course.config.is_file():
        raise WrongUseError(
            f"{course.root} is no course directory (it has no {CONFIG}). "
            "Make one with 'grader init DIR', then name it with --course DIR."
        )
    return course


def assignments_of(chosen: argparse.Namespace, course: Course) -> list[str]:
    """The assignments named, or all; each must have an instructor edition."""
    known = course.assignments()
    for name in chosen.assignments:
        if name not in known:
            raise WrongUseError(
                f"there is no assignment {name!r} in solutions/: {', '.join(known)}."
            )
    return chosen.assignments or known


def submissions_of(
    chosen: argparse.Namespace, course: Course, there: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Of the submissions that are there, those of the assignments and the student named."""
    names = assignments_of(chosen, course) if chosen.assignments else None
    wanted = [
        (student, assignment)
        for student, assignment in there
        if (names is None or assignment in names) and chosen.student in (None, student)
    ]
    if chosen.student and not wanted:
        what = ", ".join(names or ["anything"])
        raise WrongUseError(f"student {chosen.student!r} has not handed in {what}.")
    return wanted
