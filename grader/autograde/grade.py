"""Grade submissions, each to a result: several are judged at once, one hand writes the gradebook.

What nbgrader's steps do to one submission is done here without their detours: ten gradebooks, two
written notebooks. A submission's scores are saved in one transaction, then its notebook is put in
place in one move; only that makes it graded, so grading can be killed at any time and begun again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from nbformat.v4.rwbase import strip_transient

from grader.autograde.blueprint import Blueprint, blueprint_of
from grader.autograde.cleaning import clean_texts
from grader.autograde.engine import ENGINE, EngineError, Settings
from grader.autograde.intake import (
    ASK,
    digest,
    misnamed,
    name_remarks,
    put_in_place,
    what_is_there,
)
from grader.autograde.judging import ClusterError, Desks, Judges, JudgesHere, Paper
from grader.autograde.reading import UnreadableError
from grader.autograde.record import (
    forget_failure,
    keep_failure,
    result_from,
    result_of,
    stamp_of,
)
from grader.autograde.result import Result
from grader.autograde.scores import save_scores
from grader.course.fault import Fault
from grader.course.gradebook import directory, open_gradebook, settings, trouble
from grader.course.late import policy_of, settle_one
from grader.course.layout import Course
from grader.course.release import release
from grader.sandbox.client import NoSandboxError
from grader.sandbox.isolation import Level


class LostError(Exception):
    """A hand-in in a folder whose name is no assignment's, or cannot be a student's."""


Submission = tuple[str, str]  # student, assignment
_CURES = {UnreadableError: ASK, EngineError: "Grade it again", LostError: "Rename the folder"}
FILE_MODE = 0o444  # as nbgrader leaves what it graded


def grade_all(
    course: Course,
    submissions: list[Submission],
    *,
    workers: int = 1,
    force: bool = False,
    level: Level | None = None,
    judges: Judges | None = None,
) -> Iterator[Result]:
    """Grade the submissions and give the results in order.

    Judged are they by `workers` threads of this process, or by the judges given.
    """
    names = sorted({assignment for _, assignment in submissions} & set(course.assignments()))
    chosen = settings_of(course, level)
    with (judges or JudgesHere(workers)).at_work(chosen.level) as desks:
        _put_on_record(course, names)
        with open_gradebook(course) as book:
            blueprints = {one: blueprint_of(course, book, one, chosen.gradients) for one in names}
            clerk = Clerk(course, book, blueprints, chosen, force)
            yield from clerk.results(submissions, desks)


def grade(course: Course, student: str, assignment: str, *, force: bool = False) -> Result:
    """Grade one submission, unless it was graded and has not changed since."""
    return next(grade_all(course, [(student, assignment)], force=force))


def settings_of(course: Course, level: Level | None = None) -> Settings:
    """What the course's nbgrader_config.py chooses; a level given here goes first."""
    chosen = Settings.of_traits(settings(course).RunSubmission)
    return replace(chosen, level=level or chosen.level)


class Clerk:
    """Hands submissions out to be judged, and files what comes back."""

    def __init__(
        self,
        course: Course,
        book: Any,
        blueprints: dict[str, Blueprint],
        chosen: Settings,
        force: bool,
    ) -> None:
        self.course, self.book, self.blueprints = course, book, blueprints
        self.chosen, self.force = chosen, force
        self.timestamps, self.lateness = directory(course), policy_of(course)

    def results(self, submissions: Iterable[Submission], desks: Desks) -> Iterator[Result]:
        """Results in order. Each is filed as soon as it is there, so that no slow one stops all."""
        waiting = enumerate(submissions)
        under_way: dict[Future[Any], tuple[int, Submission]] = {}
        judged: SimpleQueue[Future[Any]] = SimpleQueue()
        filed: dict[int, Result] = {}
        said = 0
        while True:
            for number, one in islice(waiting, max(desks.ahead - len(under_way), 0)):
                future = self._start(one, desks)
                under_way[future] = number, one
                future.add_done_callback(judged.put)
            if not under_way:
                return
            number, one = under_way.pop(future := judged.get())
            filed[number] = self._file(one, future)
            while said in filed:
                yield filed.pop(said)
                said += 1

    def _start(self, one: Submission, desks: Desks) -> Future[Any]:
        """Have it judged, unless it was and has not changed since: then there is no notebook."""
        try:
            if one[1] in self.blueprints and not self.force and self._is_up_to_date(*one):
                return _settled(None)
            return desks.hand(self._paper(*one))
        except (UnreadableError, LostError) as error:
            return _settled(error)

    def _is_up_to_date(self, student: str, assignment: str) -> bool:
        stamp = stamp_of(self.course, student, assignment)
        if stamp:
            self._in_place(student, assignment)
        return (
            stamp.get("engine") == ENGINE
            and stamp.get("blueprint") == self.blueprints[assignment].of(student).digest
            and stamp.get("submission") == digest(self.course.submitted(student, assignment))
        )

    def _in_place(self, student: str, assignment: str) -> Path | None:
        try:
            folder = self.course.submitted(student, assignment).parent
            return put_in_place(folder, assignment, self.course.released(assignment))
        except OSError as error:
            raise UnreadableError(f"it cannot be put under its right name ({error})") from None

    def _paper(self, student: str, assignment: str) -> Paper:
        """What was handed in, as a judge needs it, who sees nothing of the course."""
        if wrong := misnamed(student):
            raise LostError(wrong)
        if assignment not in self.blueprints:
            raise LostError(f"there is no assignment {assignment!r} in solutions/")
        path = self._in_place(student, assignment)
        if path is None:
            folder = self.course.submitted(student, assignment).parent
            raise UnreadableError(f"there is no notebook in it, {what_is_there(folder)}")
        remarks = tuple(name_remarks(path))
        return Paper(b"", remarks, self.blueprints[assignment].of(student), self.chosen, path)

    def _file(self, one: Submission, future: Future[Any]) -> Result:
        try:
            notebook = future.result()
            if notebook is None:
                return replace(result_of(self.course, *one), unchanged=True)
            return self._save(*one, notebook)
        except (UnreadableError, EngineError, LostError) as error:
            path = self.course.submitted(*one).relative_to(self.course.root)
            where = path.parent if isinstance(error, LostError) else path
            return self._failed(*one, str(Fault(where, "", str(error), _CURES[type(error)])))
        except (NoSandboxError, ClusterError):
            raise
        except Exception as error:  # a fault of ours must not stop the others
            self.book.db.rollback()
            if refused := trouble(self.course, error):  # and would refuse the others' scores
                raise refused from None
            return self._failed(*one, f"{type(error).__name__}: {error}")

    def _save(self, student: str, assignment: str, notebook: Any) -> Result:
        """Scores first, then the notebook: it is the notebook that makes a submission graded."""
        folder = self.course.submitted(student, assignment).parent
        scores = save_scores(self.book, student, assignment, notebook, self._handed_in(folder))
        if self.lateness.per_day:
            settle_one(self.book, self.lateness, student, assignment)
        clean_texts(notebook)
        put_notebook(notebook, self.course.autograded(student, assignment))
        _copy_timestamp(folder, self.course.autograded(student, assignment).parent)
        forget_failure(self.course, student, assignment)
        return result_from(notebook, scores, student, assignment)

    def _handed_in(self, folder: Path) -> Any:
        """When, as timestamp.txt says; None if there is none."""
        try:
            return self.timestamps.get_existing_timestamp(str(folder))
        except AttributeError:  # nbgrader's own words for it fail
            raise UnreadableError("its timestamp.txt holds no date and time") from None

    def _failed(self, student: str, assignment: str, reason: str) -> Result:
        blueprint = self.blueprints.get(assignment)
        points = blueprint.points if blueprint else 0
        return keep_failure(self.course, student, assignment, reason, points)


def _settled(outcome: Exception | None) -> Future[Any]:
    """A future of which nothing is left to wait for."""
    future: Future[Any] = Future()
    if outcome is None:
        future.set_result(None)
    else:
        future.set_exception(outcome)
    return future


def put_notebook(notebook: Any, path: Path) -> None:
    """Write it beside its place, then move it there: it is whole or not there at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with beside.open("w", encoding="utf-8", errors="replace") as file:  # no lone surrogate is text
        file.writelines(_pieces(strip_transient(notebook)))
    beside.chmod(FILE_MODE)
    os.replace(beside, path)


def _pieces(notebook: Any) -> Iterator[str]:
    """Its JSON, cell by cell and pictures by themselves: one large letter makes a text large.

    On one line: programs read it, and Python is ten times as fast with it.
    """
    yield '{"cells": ['
    for number, cell in enumerate(notebook["cells"]):
        rest = {key: value for key, value in cell.items() if key != "attachments"}
        yield f"{', ' * bool(number)}{_json(rest)[:-1]}"
        if pictures := cell.get("attachments"):
            yield ', "attachments": '
            yield json.dumps(pictures)
        yield "}"
    more = {key: value for key, value in notebook.items() if key != "cells"}
    yield f"], {_json(more)[1:]}\n"


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _copy_timestamp(source: Path, target: Path) -> None:
    if (source / "timestamp.txt").is_file():
        (target / "timestamp.txt").unlink(missing_ok=True)
        shutil.copyfile(source / "timestamp.txt", target / "timestamp.txt")


def _put_on_record(course: Course, assignments: list[str]) -> None:
    """Release what the gradebook does not know yet: a fresh clone has no gradebook."""
    with open_gradebook(course) as book:
        known = {assignment.name for assignment in book.assignments}
    there = set(course.assignments())
    release(course, [name for name in assignments if name in there - known])
