"""`grader grade`: autograde what was handed in."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from grader.autograde.result import Result
from grader.cli.arguments import (
    add_assignments,
    add_course,
    add_student,
    course_of,
    submissions_of,
)
from grader.cli.exits import ALL_WELL, NEEDS_A_PERSON, NOTHING_RAN, WrongUseError
from grader.cli.progress import progress
from grader.cli.table import line, plain, width

if TYPE_CHECKING:
    from grader.autograde.judging import Judges

SUMMARY = "autograde submitted/ into the gradebook"

UNSAFE = (
    "WARNING: students' code runs on this machine without isolation. It can read and change what "
    "you can, other submissions and the gradebook too. Each graded notebook records this."
)
REFUSED = (
    "nothing was graded: this machine has no sandbox to run students' code in. "
    "'grader doctor' says how to get one"
)

MOST_MENDED = 3  # that a line names


@dataclass(frozen=True)
class Workers:
    """How many at once, and whether as a cluster."""

    count: int
    dask: bool


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_assignments(command)
    add_student(command)
    add_course(command)
    command.add_argument(
        "--workers",
        metavar="N",
        help="at once (default: cores); dask:N makes a cluster of N processes here",
    )
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="judge on the workers of this Dask scheduler"
    )
    command.add_argument(
        "--unsafe-no-sandbox", action="store_true", help="run students' code without isolation"
    )
    command.add_argument(
        "--force", action="store_true", help="grade again what has not changed since"
    )


def workers(text: str) -> Workers:
    """`8` is eight threads here, `dask:8` a cluster of eight processes."""
    kind, _, count = text.rpartition(":")
    if kind not in ("", "dask") or not count.isdecimal() or int(count) < 1:
        raise WrongUseError(f"--workers {text} is neither a number from 1 nor dask:N.")
    return Workers(int(count), kind == "dask")


def run(chosen: argparse.Namespace) -> int:
    from grader.autograde.grade import grade_all
    from grader.autograde.judging import ClusterError
    from grader.sandbox.client import NoSandboxError
    from grader.sandbox.isolation import Level

    course = course_of(chosen)
    submissions = submissions_of(chosen, course, list(course.submissions()))
    judges = judges_of(chosen)
    level = Level.NONE if chosen.unsafe_no_sandbox else None
    if level:
        print(UNSAFE, file=sys.stderr)
    gc.freeze()  # what is loaded by now stays: looking through it again costs each a fifth more
    results = grade_all(course, submissions, judges=judges, force=chosen.force, level=level)
    try:
        coming = progress(results, len(submissions), "grading")
        done = list(_shown(coming, widths_for(submissions), chosen.json))
    except ClusterError as error:
        print(
            f"stopped: {error}. What was graded is kept: the same command does the rest",
            file=sys.stderr,
        )
        return NOTHING_RAN
    except NoSandboxError as error:
        print(f"{REFUSED} ({error})", file=sys.stderr)
        return NOTHING_RAN
    return _exit_code(done)


def judges_of(chosen: argparse.Namespace) -> Judges:
    """Whoever is to judge: threads here, a cluster of our own, or one that is there."""
    from grader.autograde.judging import JudgesHere

    wanted = workers(chosen.workers or str(os.cpu_count() or 1))
    if not (chosen.scheduler or wanted.dask):
        return JudgesHere(wanted.count)
    if chosen.scheduler and chosen.workers:
        raise WrongUseError("--scheduler brings its own workers: leave out --workers.")
    if not find_spec("distributed"):
        raise WrongUseError(
            "a cluster needs one more package, here and on each worker: "
            "pip install 'nabla-homework[cluster]'"
        )
    from grader.autograde.cluster import Cluster, OwnCluster

    if chosen.scheduler:
        return Cluster(chosen.scheduler, tell)
    return OwnCluster(wanted.count, tell)


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def widths_for(submissions: Iterable[tuple[str, str]]) -> list[int]:
    """How wide the columns are: they are printed one by one, long before the last is known."""
    names = [("student", "assignment"), *submissions]
    return [max(width(plain(name)) for name in column) for column in zip(*names, strict=True)]


def told(result: Result, widths: list[int]) -> str:
    """One submission in a line of the terminal."""
    points = f"{result.score:g}/{result.max_score:g}"
    said = plain(result.error or "; ".join(filter(None, (_manual(result), _mended(result)))))
    fields = (result.student, result.assignment, points, result.status, said)
    return line(fields, [*widths, 9, 6, width(said)])


def _manual(result: Result) -> str:
    waiting = sum(cell.status == "manual" for cell in result.cells)
    return f"{waiting} to be read by a person" if waiting else ""


def _mended(result: Result) -> str:
    """What was put right in the file, as far as a line holds it."""
    more = len(result.repairs) - MOST_MENDED
    told = result.repairs[:MOST_MENDED] + ([f"and {more} more"] if more > 0 else [])
    return f"mended: {'; '.join(told)}" if told else ""


def _shown(results: Iterable[Result], widths: list[int], as_json: bool) -> Iterable[Result]:
    for result in results:
        print(result.to_json() if as_json else told(result, widths), flush=True)
        yield result


def _exit_code(results: list[Result]) -> int:
    failed = sum(result.status == "failed" for result in results)
    if failed == len(results):
        print("nothing was graded" if results else "nothing was handed in", file=sys.stderr)
        return NOTHING_RAN
    return NEEDS_A_PERSON if failed else ALL_WELL
