"""`grader collect`: bring hand-ins into the course."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from grader.cli.arguments import add_course, course_of
from grader.cli.exits import ALL_WELL, NOT_ALL, NOTHING_RAN, WrongUseError

SUMMARY = "bring hand-ins into submitted/ from a folder, a zip, an LMS or the exchange"
FORMS = ("canvas", "moodle", "gradescope", "exchange", "folder")


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("source", metavar="SOURCE", type=Path, help="a folder or a zip file")
    command.add_argument("--from", dest="form", choices=FORMS, help="its form (default: seen)")
    command.add_argument("--assignment", metavar="NAME", help="what was handed in")
    command.add_argument(
        "--roster",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="a list that says what the system calls the students, beside roster.csv",
    )
    command.add_argument("--dry-run", action="store_true", help="say it, but do nothing")
    add_course(command)


def run(chosen: argparse.Namespace) -> int:
    from grader.course.collect import collect, wanted
    from grader.course.roster import RosterError

    course = course_of(chosen)
    if not chosen.source.exists():
        raise WrongUseError(f"there is no {chosen.source}.")
    if chosen.assignment and chosen.assignment not in course.assignments():
        raise WrongUseError(f"there is no assignment {chosen.assignment!r} in solutions/.")
    try:
        what = wanted(course, chosen.roster, chosen.assignment, chosen.form)
    except RosterError as error:
        raise WrongUseError(str(error)) from None
    done: Counter[str] = Counter()
    for line in collect(course, chosen.source, what, dry=chosen.dry_run):
        print(line.to_json() if chosen.json else line, flush=True)
        done[line.action] += 1
    _sum_up(done, dry=chosen.dry_run)
    return _exit_code(done)


def _sum_up(done: Counter[str], *, dry: bool) -> None:
    """On standard error, so that `--json` stays a list of objects."""
    counts = ", ".join(f"{count} {action}" for action, count in sorted(done.items()))
    print(f"{counts or 'nothing was found'}{' (dry run)' if dry else ''}", file=sys.stderr)


def _exit_code(done: Counter[str]) -> int:
    if not done.total() - done["refused"]:
        return NOTHING_RAN
    return NOT_ALL if done["refused"] else ALL_WELL
