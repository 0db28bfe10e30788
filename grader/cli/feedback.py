"""`grader feedback`: a page for each graded submission."""

from __future__ import annotations

import argparse
import json
import sys

from grader.cli.arguments import (
    add_assignments,
    add_course,
    add_student,
    course_of,
    submissions_of,
)
from grader.cli.exits import ALL_WELL, NOT_ALL, NOTHING_RAN
from grader.cli.progress import progress

SUMMARY = "write a feedback page for each graded submission"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_assignments(command)
    add_student(command)
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.fault import Fault
    from grader.course.feedback import feedback_pages

    course, made = course_of(chosen), 0
    graded = submissions_of(chosen, course, course.graded())
    if not graded:
        print("nothing has been graded yet: run 'grader grade' first", file=sys.stderr)
        return NOTHING_RAN
    pages = progress(feedback_pages(course, graded), len(graded), "feedback")
    for (student, assignment), page in zip(graded, pages, strict=True):
        if isinstance(page, Fault):
            print(page, file=sys.stderr)
            continue
        made += 1
        if chosen.json:
            print(json.dumps({"student": student, "assignment": assignment, "page": str(page)}))
    if not chosen.json:
        print(f"{made} {'page' if made == 1 else 'pages'} in {course.root / 'feedback'}")
    return ALL_WELL if made == len(graded) else NOT_ALL
