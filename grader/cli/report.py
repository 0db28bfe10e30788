"""`grader report`: the class on one page, and in short on the terminal."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL, NOTHING_RAN

if TYPE_CHECKING:
    from grader.autograde.result import Result
    from grader.course.report import Standing

SUMMARY = "write a page about the class"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.autograde.record import latest_results
    from grader.course.report import write_report

    course = course_of(chosen)
    standing = {(one.student, one.assignment): in_short(one) for one in latest_results(course)}
    if not standing:
        print("nothing has been graded yet: run 'grader grade' first", file=sys.stderr)
        return NOTHING_RAN
    page = write_report(course, standing)
    print(json.dumps({"page": str(page)}) if chosen.json else f"{as_table(standing)}\n\n{page}")
    return ALL_WELL


def in_short(result: Result) -> str:
    """What stands in the table for one submission."""
    if result.error:
        return f"not graded: {result.error}"
    waiting = sum(cell.status == "manual" for cell in result.cells)
    return f"{result.score:g} of {result.max_score:g}" + (f", {waiting} to read" if waiting else "")


def as_table(standing: Standing) -> str:
    """Students down, assignments across, what each has got where they meet."""
    from grader.course.report import rows

    short = [[text.split(":")[0] for text in row] for row in rows(standing)]
    return "\n".join("".join(f"{text:<24}" for text in row).rstrip() for row in short)
