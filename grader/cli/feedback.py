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
from grader.cli.exits import ALL_WELL, NEEDS_A_PERSON, NOTHING_RAN
from grader.cli.progress import progress

SUMMARY = "write a feedback page for each graded submission"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_assignments(command)
    add_student(command)
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.fault import CourseError
    from grader.course.feedback import feedback

    course, code = course_of(chosen), ALL_WELL
    graded = submissions_of(chosen, course, course.graded())
    if not graded:
        print("nothing has been graded yet: run 'grader grade' first", file=sys.stderr)
        return NOTHING_RAN
    for student, assignment in progress(graded, len(graded), "feedback"):
        try:
            page = feedback(course, student, assignment)
        except CourseError as error:
            print(error, file=sys.stderr)
            code = NEEDS_A_PERSON
            continue
        if chosen.json:
            print(json.dumps({"student": student, "assignment": assignment, "page": str(page)}))
    if not chosen.json:
        print(f"{len(graded)} pages in {course.root / 'feedback'}")
    return code
