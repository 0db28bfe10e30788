"""Try an edition before it is handed out: its own answers must get full marks, a blank one none.

`TryEdition` stands among the steps of nbgrader's `generate_assignment` (`release_steps`), so that
`grader release` and formgrader's button do the same. The very engine that will grade a class grades
the model answer at other seeds than its own: whatever it loses there, a student would lose.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import (
    IncludeHeaderFooter,
    InstantiateTests,
    NbGraderPreprocessor,
    SaveCells,
)
from traitlets import Float, Integer

from grader.autograde.blueprint import Blueprint, blueprint_in
from grader.autograde.engine import EngineError, Settings, run
from grader.autograde.reading import HandedIn, Reading
from grader.autograde.repair import repair
from grader.autograde.worker import tools
from grader.course.converters import OURS
from grader.course.fault import CourseError, Fault
from grader.course.layout import Course
from grader.course.release import CheckEdition, NameCells
from grader.graded import graded_of
from grader.notebook import STAMP, kind, last_line, title
from grader.referee.plan import GRADIENTS
from grader.sandbox.client import NoSandboxError

SHIFTS = (1_000_003, 2_000_003, 3_000_017)  # what is added to the hidden seeds
_MODEL = "grader_model"  # where the edition with its answers is kept for `TryEdition`
_RIGHT = "Correct the answer or its test"
_BLANK = "Let its test ask for what only an answer gives"


def release_steps() -> list[Any]:
    """Nbgrader's own steps of `generate_assignment`, and ours among them."""
    steps = GenerateAssignment.class_traits()["preprocessors"].default()
    _insert(steps, steps.index(IncludeHeaderFooter) + 1, [CheckEdition, NameCells])
    _insert(steps, steps.index(InstantiateTests) + 1, [KeepModel])
    # Before the gradebook learns of it: an edition that is refused changes nothing.
    _insert(steps, steps.index(SaveCells), [TryEdition])
    return list(steps)


def _insert(steps: list[Any], place: int, ours: list[Any]) -> None:
    steps[place:place] = ours


class KeepModel(NbGraderPreprocessor):  # type: ignore[misc]
    """Keeps the edition as it is while the answers stand in it."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        resources[_MODEL] = copy.deepcopy(nb)
        return nb, resources


class TryEdition(NbGraderPreprocessor):  # type: ignore[misc]
    """Refuses an edition whose own answers lose points, or that gives points for nothing."""

    seeds = Integer(
        len(SHIFTS), min=0, max=len(SHIFTS), help="at how many other seeds; 0 tries nothing"
    ).tag(config=True)
    free_points = Float(
        float("inf"), help="how many points a blank hand-in may earn; more is refused"
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        model = resources.pop(_MODEL, None)
        if model is not None and self.seeds:
            self._try(model.cells, nb.cells, Course(Path(self.parent.parent.coursedir.root)),
                      resources["unique_key"])  # fmt: skip
        return nb, resources

    def _try(self, model: list[Any], released: list[Any], course: Course, name: str) -> None:
        chosen = self.config.get("RunSubmission", {})
        gradients = str(chosen.get("gradients", GRADIENTS))
        edition = Edition(
            course.solution(name),
            model,
            released,
            blueprint_in(name, model, released, gradients),
            Settings.of_traits(chosen),
        )
        tried = course.tried(name)
        mark = edition.mark(self.seeds, self.free_points)
        if tried.is_file() and tried.read_text(encoding="utf-8") == mark:
            return
        try:
            found = list(edition.faults(SHIFTS[: self.seeds], self.free_points, self._tell))
        except NoSandboxError as error:
            self._tell(f"NOT TRIED: {course.solution(name)} is released as it is, since this "
                       f"machine has no sandbox to grade it in ({error})")  # fmt: skip
            return
        if found:
            raise CourseError(found)
        tried.parent.mkdir(parents=True, exist_ok=True)
        tried.write_text(mark, encoding="utf-8")

    def _tell(self, what: str) -> None:
        self.log.warning(what, extra=OURS)


@dataclass(frozen=True)
class Edition:
    """An assignment on its way to the students."""

    path: Path
    model: list[Any]  # its cells with the answers
    released: list[Any]  # the same with stubs, and with all tests
    blueprint: Blueprint
    settings: Settings

    def mark(self, *chosen: object) -> str:
        """Changes when a trial could come to something else."""
        model = [(cell.source, dict(cell.metadata)) for cell in self.model]
        what = (model, self.blueprint.digest, self.settings, tools(), chosen)
        return json.dumps({"tried": sha256(repr(what).encode()).hexdigest()})

    def faults(self, shifts: tuple[int, ...], free: float, tell: Any) -> Iterator[Fault]:
        """Why it must not be handed out."""
        with ThreadPoolExecutor(1) as beside:  # on another core, if there is one
            blank = beside.submit(self._graded, self.released, (0,))
            lost = list(self._lost(shifts, tell))
            yield from lost
            if lost:
                return
            given = list(_given(blank.result()))
        if sum(points for _, points in given) > free:
            for name, points in given:
                yield Fault(self.path, name, f"a blank hand-in earns {points:g} in it", _BLANK)
        else:
            for name, points in given:
                tell(f"{self.path}, cell {name}: a blank hand-in earns {points:g} in it")

    def _lost(self, shifts: tuple[int, ...], tell: Any) -> Iterator[Fault]:
        """The points that the model answer lacks."""
        try:
            done = self._graded(self.model, shifts)
        except EngineError as error:
            where = title(self.model[error.cell], error.cell) if error.cell is not None else ""
            yield Fault(self.path, where, str(error), "Correct it")
            return
        for name, (points, waits, most, why) in _judged(done).items():
            if points is not None and points < most and not waits:
                what = f"its own answer gets {points:g} of {most:g}: {why}"
                yield Fault(self.path, name, what.rstrip("."), _RIGHT)
            elif waits and points is not None and points < most:
                tell(f"{self.path}, cell {name}: a person will be asked even about its own answer")

    def _graded(self, cells: list[Any], shifts: tuple[int, ...]) -> Any:
        """These cells, graded as if they had been handed in."""
        reading = Reading(tuple(_handed_in(cell) for cell in cells))
        # A digest of its own: there is no class yet for which to learn what is asked.
        once = replace(self.blueprint, digest=f"{self.blueprint.digest} {shifts}")
        return run(repair(reading, once), once, self.settings, {}, shifts)


def _handed_in(cell: Any) -> HandedIn:
    code = "code" if cell.cell_type == "code" else "markdown"
    name = None if kind(cell) == "plain" else cell.metadata["nbgrader"]["grade_id"]
    return HandedIn(code, cell.source, name, attachments=cell.get("attachments") or {})


def _given(blank: Any) -> Iterator[tuple[str, float]]:
    """The cells in which a blank hand-in earned something."""
    for name, (points, _, _, _) in _judged(blank).items():
        if points:
            yield name, points


def _judged(notebook: Any) -> dict[str, tuple[float | None, bool, float, str]]:
    """By name of each graded cell: points, whether a person must look, the most, and why."""
    cells = {title(cell, index): cell for index, cell in enumerate(notebook.cells)}
    found = {}
    for cell in graded_of(notebook).cells:
        noted = cells[cell.name].metadata.get(STAMP, {}).get("notes", [])
        why = " | ".join([cell.message, *map(last_line, noted)])
        found[cell.name] = (cell.points, cell.person is not None, cell.max_points, why)
    return found
