"""`grader grade`: autograde what was handed in."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from grader.autograde.result import Result
from grader.catalogue import Reason, sentence
from grader.cli.arguments import (
    add_assignments,
    add_course,
    add_student,
    course_of,
    submissions_of,
)
from grader.cli.exits import ALL_WELL, NOT_ALL, NOTHING_RAN, WrongUseError
from grader.cli.progress import progress
from grader.cli.table import line, plain, width

if TYPE_CHECKING:
    from grader.autograde.judging import Judges
    from grader.course import Course

SUMMARY = "autograde submitted/ into the gradebook"

UNSAFE = (
    "WARNING: students' code runs on this machine without isolation. It can read and change what "
    "you can, other submissions and the gradebook too. Each graded notebook records this."
)
REFUSED = (
    "nothing was graded: this machine has no sandbox to run students' code in. "
    "'grader doctor' says how to get one"
)


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
    from grader.autograde.judging import ClusterError, JudgesHere
    from grader.sandbox.client import NoSandboxError
    from grader.sandbox.isolation import Level

    course = course_of(chosen)
    submissions = submissions_of(chosen, course, list(course.submissions()))
    judges = judges_of(chosen)
    level = Level.NONE if chosen.unsafe_no_sandbox else None
    if level is None and isinstance(judges, JudgesHere):
        _foresee(course, submissions, chosen.force)
    from grader.autograde.grade import grade_all

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


def _foresee(course: Course, submissions: list[tuple[str, str]], force: bool) -> None:
    """Begin to start the sandbox if it will be needed: nbgrader takes as long to load."""
    from grader.autograde.engine import ENGINE_OF_THIS_PROCESS
    from grader.course.layout import is_newer

    if any(force or is_newer(course.submitted(*o), course.autograded(*o)) for o in submissions):
        ENGINE_OF_THIS_PROCESS.foresee()


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
    said = plain(result.error or "; ".join(_to_know(result)))
    fields = (result.student, result.assignment, points, result.status, said)
    return line(fields, [*widths, 9, 6, width(said)])


def _to_know(result: Result) -> Iterator[str]:
    """What whoever grades should know of a submission besides its points."""
    if result.waiting:
        yield sentence(Reason.of("person.waiting", count=result.waiting))
    if result.repairs:
        count, first = len(result.repairs), result.repairs[0]
        yield sentence(Reason.of("repair.count", count=count, first=first))


def _shown(results: Iterable[Result], widths: list[int], as_json: bool) -> Iterable[Result]:
    for result in results:
        print(result.to_json() if as_json else told(result, widths), flush=True)
        yield result


def _exit_code(results: list[Result]) -> int:
    failed = sum(result.status == "failed" for result in results)
    if failed == len(results):
        print("nothing was graded" if results else "nothing was handed in", file=sys.stderr)
        return NOTHING_RAN
    tell(_counts(results, failed))
    return NOT_ALL if failed else ALL_WELL


def _counts(results: list[Result], failed: int) -> str:
    """The class in a line, said beside the rows, which may be read by a program."""
    return sentence(
        Reason.of(
            "class.counts",
            graded=len(results) - failed,
            failed=failed,
            unchanged=sum(result.unchanged for result in results),
            waiting=sum(result.waiting for result in results),
        )
    )
