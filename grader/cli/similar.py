"""`grader similar`: which hand-ins share what hardly anybody else has."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL, WrongUseError
from grader.course.collect.handin import shown

if TYPE_CHECKING:
    from grader.course.similarity import Pair

SUMMARY = "show hand-ins that may be copies, with what they share: evidence, not a score"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("assignment", metavar="ASSIGNMENT")
    command.add_argument("--passages", metavar="N", type=int, default=3, help="of each pair")
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.similarity import similar, works
    from grader.course.similarity.works import common

    course = course_of(chosen)
    if chosen.assignment not in course.assignments():
        raise WrongUseError(f"there is no assignment {chosen.assignment!r} in solutions/.")
    found = similar(works(course, chosen.assignment), common(course, chosen.assignment))
    for pair in found:
        if chosen.json:
            print(json.dumps(asdict(pair), ensure_ascii=False))
        else:
            print(told(pair, chosen.passages))
    if not found and not chosen.json:
        print("no two hand-ins share anything rare enough to look at")
    return ALL_WELL


def told(pair: Pair, passages: int) -> str:
    """A pair, how surprising it is, and the first passages as each wrote them."""
    head = f"{pair.left} and {pair.right}: {pair.bits:g} bits, {pair.share:.0%} of what is rare"
    shown = (
        f"  {one.cell} ({one.bits:g} bits)\n"
        f"{_said(pair.left, one.left)}\n{_said(pair.right, one.right)}"
        for one in pair.passages[:passages]
    )
    return "\n".join([f"{head}, {pair.in_order:.0%} in the same order", *shown])


def _said(student: str, text: str) -> str:
    return "\n".join(f"    {student}: {shown(line)}" for line in text.splitlines())
