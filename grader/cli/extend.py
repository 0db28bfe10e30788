"""`grader extend`: extra time for one student, before or after the hand-in."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL, WrongUseError

SUMMARY = "give one student extra time; the last word counts, and 0 takes it back"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("student", metavar="STUDENT")
    command.add_argument("assignment", metavar="ASSIGNMENT")
    command.add_argument("--hours", type=float)
    command.add_argument("--days", type=float)
    command.add_argument("--why", required=True, help="for the record")
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.gradebook import open_gradebook
    from grader.course.late import give_extra_time, policy_of, settle

    course = course_of(chosen)
    if chosen.assignment not in course.assignments():
        raise WrongUseError(f"there is no assignment {chosen.assignment!r} in solutions/.")
    if chosen.hours is None and chosen.days is None:
        raise WrongUseError("say how much: --days or --hours; 0 takes it back.")
    hours, days = chosen.hours or 0.0, chosen.days or 0.0
    if hours < 0 or days < 0:
        raise WrongUseError("extra time is not negative.")
    extra = timedelta(hours=hours, days=days)
    with open_gradebook(course) as book:
        give_extra_time(book, chosen.student, chosen.assignment, extra, chosen.why)
        settle(book, policy_of(course), f"extra time: {chosen.why}", chosen.assignment)
    said = {"student": chosen.student, "assignment": chosen.assignment, "extra": str(extra)}
    print(json.dumps(said) if chosen.json else f"{chosen.student} has {extra} more")
    return ALL_WELL
