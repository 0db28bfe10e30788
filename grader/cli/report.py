"""`grader report`: the class on one page."""

from __future__ import annotations

import argparse
import json
import sys

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL, NOTHING_RAN

SUMMARY = "write a page about the class"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.autograde.record import failures, result_of
    from grader.course.report import write_report

    course = course_of(chosen)
    results = [result_of(course, *one) for one in course.graded()] + failures(course)
    if not results:
        print("nothing has been graded yet: run 'grader grade' first", file=sys.stderr)
        return NOTHING_RAN
    standing = {
        (r.student, r.assignment): r.error or f"{r.score:g} of {r.max_score:g}" for r in results
    }
    page = write_report(course, standing)
    print(json.dumps({"page": str(page)}) if chosen.json else f"made {page}")
    return ALL_WELL
