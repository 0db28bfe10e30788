"""Which formula is whose: draws.csv gives each student of an assignment a number, once and for all.

Where an assignment has formulas of everybody's own, a student's number says which one is theirs.
Lines are only ever added, so that a roster that grows or is sorted anew changes nobody's formula.
Keep the file with the gradebook: without it nobody could say who was asked what.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping

from grader.course.fault import CourseError, Fault
from grader.course.layout import Course

HEAD = ("assignment", "student", "number")


def numbers(course: Course, assignment: str) -> dict[str, int]:
    """The numbers given so far, by student; 1 is the first."""
    if not course.draws.is_file():
        return {}
    with course.draws.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        found = {r["student"]: int(r["number"]) for r in rows if r["assignment"] == assignment}
    except (KeyError, ValueError, TypeError):
        raise _unreadable(course, "a line is not ASSIGNMENT,STUDENT,NUMBER") from None
    if len(set(found.values())) < len(found):
        raise _unreadable(course, f"two students of {assignment} have one number")
    return found


def _unreadable(course: Course, what: str) -> CourseError:
    return CourseError([Fault(course.draws, "", what, "Restore the file from a backup")])


def give_numbers(course: Course, assignment: str, students: Iterable[str]) -> Mapping[str, int]:
    """The numbers of all students, after each who had none got the next one."""
    given = numbers(course, assignment)
    new = [student for student in dict.fromkeys(students) if student not in given]
    free = range(max(given.values(), default=0) + 1, max(given.values(), default=0) + 1 + len(new))
    added = dict(zip(new, free, strict=True))
    is_new = not course.draws.is_file()
    with course.draws.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([HEAD] * is_new)
        writer.writerows((assignment, student, number) for student, number in added.items())
    return given | added
