"""`grader regrade`: a test was corrected after grading; see who gains and who loses, then write."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL, NOT_ALL, NOTHING_RAN, WrongUseError
from grader.cli.progress import progress

if TYPE_CHECKING:
    from grader.autograde.result import Result
    from grader.course import Course
    from grader.course.regrade import Rescore

SUMMARY = "grade again only the cells that a corrected test touches"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("assignment", metavar="ASSIGNMENT")
    command.add_argument("--write", action="store_true", help="write it (default: only show)")
    command.add_argument("--why", default="a test was corrected", help="for the record")
    command.add_argument("--workers", metavar="N", type=int, default=os.cpu_count())
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    course = course_of(chosen)
    if chosen.assignment not in course.assignments():
        raise WrongUseError(f"there is no assignment {chosen.assignment!r} in solutions/.")
    return _regrade(chosen, course)


def _regrade(chosen: argparse.Namespace, course: Course) -> int:
    from grader.author.own import own_editions
    from grader.course.gradebook import open_gradebook
    from grader.course.regrade import adopt, preview, take_over, touched, trial

    students = [one for one, name in course.graded() if name == chosen.assignment]
    if not students:
        print(f"nobody's {chosen.assignment} was graded yet", file=sys.stderr)
        return NOTHING_RAN
    with open_gradebook(course) as book, tempfile.TemporaryDirectory() as aside:
        cells = touched(course, book, chosen.assignment)
        if not cells:
            print("no test differs from those that were graded with", file=sys.stderr)
            return NOTHING_RAN
        tried = trial(course, chosen.assignment, students, Path(aside) / "trial")
        results = _tried(chosen, tried, students)
        scores = {one.student: _scores(one) for one in results if one.status == "graded"}
        changes = preview(book, chosen.assignment, cells, scores)
        failed = [one for one in results if one.status != "graded"]
        _show(chosen, cells, changes, failed)
        if chosen.write:
            take_over(book, chosen.assignment, changes, chosen.why)
            adopt(course, tried, chosen.assignment, scores)
            _settle(course, book, chosen)
            own_editions(course, chosen.assignment)  # the corrected one, where each has their own
    return NOT_ALL if failed else ALL_WELL


def _tried(chosen: argparse.Namespace, tried: Course, students: list[str]) -> list[Result]:
    from grader.autograde.grade import grade_all

    submissions = [(student, chosen.assignment) for student in students]
    results = grade_all(tried, submissions, workers=chosen.workers)
    return list(progress(results, len(submissions), "trying"))


def _scores(result: Result) -> dict[str, float | None]:
    return {c.grade_id: None if c.status == "manual" else c.score for c in result.cells}


def _settle(course: Course, book: object, chosen: argparse.Namespace) -> None:
    """A share of a score that changed is another penalty."""
    from grader.course.late import policy_of, settle

    settle(book, policy_of(course), chosen.why, chosen.assignment)


def _show(
    chosen: argparse.Namespace, cells: list[str], changes: list[Rescore], failed: list[Result]
) -> None:
    for change in changes:
        print(json.dumps(asdict(change) | {"gain": change.gain}) if chosen.json else line(change))
    for result in failed:
        print(f"{result.student}: keeps the old scores: {result.error}", file=sys.stderr)
    gains = sum(change.gain > 0 for change in changes)
    losses = sum(change.gain < 0 for change in changes)
    stays = sum(change.by_hand is not None for change in changes)
    said = f"{', '.join(cells)}: {gains} gain, {losses} lose, {stays} keep a person's score"
    print(said if chosen.write else f"{said}; write it with --write", file=sys.stderr)


def line(change: Rescore) -> str:
    """One changed score in a line of the terminal."""
    before, after = (("-" if one is None else f"{one:g}") for one in (change.before, change.after))
    said = f"{change.student:<14} {change.cell:<32} {before:>6} -> {after:<6} {change.gain:+g}"
    if change.by_hand is None:
        return said
    return f"{said}  a person gave {change.by_hand:g}: that stays, please look again"
