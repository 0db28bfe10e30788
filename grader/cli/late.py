"""`grader late`: bring penalties for lateness up to date with the policy and the scores."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL

SUMMARY = "show penalties that are not what the late policy says, and write them"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--write", action="store_true", help="write them (default: only show)")
    command.add_argument("--why", default="the late policy was applied", help="for the record")
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.gradebook import open_gradebook
    from grader.course.late import policy_of, settle, unsettled

    course = course_of(chosen)
    with open_gradebook(course) as book:
        policy = policy_of(course)
        found = settle(book, policy, chosen.why) if chosen.write else unsettled(book, policy)
    for one in found:
        text = f"{one.student:<14} {one.assignment:<22} {one.before:g} -> {one.after:g}"
        print(json.dumps(asdict(one)) if chosen.json else text)
    if not found and not chosen.json:
        print("every penalty is what the policy says")
    return ALL_WELL
