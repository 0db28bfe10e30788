"""Judge a repaired notebook in the sandbox, and write into it what came of each cell.

The warm processes are started when first needed and shared by all that is judged in this process;
they end with it, or when nothing was judged for a while.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from grader.autograde.blueprint import Blueprint
from grader.autograde.derivations import (
    derivations_to_check,
    graded_derivation,
    is_derivation,
    note_findings,
    show_tables,
)
from grader.autograde.repair import Repaired
from grader.catalogue import Reason, sentences
from grader.graded import RECORD, Graded, Ran, events, record
from grader.notebook import STAMP, title
from grader.referee.bench import Bench, Failed, begun
from grader.referee.case import Case, CellRun, CellToRun, Judgement
from grader.referee.plan import GRADIENTS, Place
from grader.sandbox.client import Starting
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits

ENGINE = "nabla 3"  # changes when the same submission could get another score
IDLE_SECONDS = 120.0
SECOND = 2


class EngineError(Exception):
    """A submission could not be judged, through no fault of its own."""

    def __init__(self, why: str, cell: int | None = None) -> None:
        super().__init__(why)
        self.cell = cell  # the set-up that failed


@dataclass(frozen=True)
class Settings:
    """What a course may choose."""

    level: Level | None = None  # None: the best this machine has
    limits: Limits = field(default_factory=Limits)
    autograd_costs: bool = True  # a gradient function that uses autograd fails its tests
    gradients: str = GRADIENTS  # which functions these are

    @classmethod
    def of_traits(cls, chosen: Mapping[str, Any]) -> Settings:
        """What is chosen for RunSubmission; the rest is as always."""
        wanted = chosen.get("sandbox", "best")
        return cls(
            level=None if wanted == "best" else Level(wanted),
            limits=Limits.from_dict(dict(chosen.get("limits", {}))),
            autograd_costs=bool(chosen.get("autograd_costs", True)),
            gradients=str(chosen.get("gradients", GRADIENTS)),
        )


class Engine:
    """A bench that is opened when first needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.bench: Bench | None = None
        self.begun: Starting | None = None  # of the best level, before anybody asked
        self.busy, self.idle_since = 0, 0.0
        self.wanted: Level | None = None
        self.seen = Counter[str]()  # assignments, by digest, since the bench was opened

    def judge(
        self, case: Case, blueprint: Blueprint, settings: Settings
    ) -> tuple[Judgement, Level]:
        """What came of a case; EngineError if nothing did."""
        for _ in range(2):
            bench = self._take(settings.level)
            try:
                if self._comes_again(blueprint):
                    bench.rehearse(_as_released(blueprint), settings.limits)
                judgement = bench.judge(case, settings.limits)
            finally:
                self._give_back()
            if bench.is_alive or self.bench is not bench:
                break  # only what died by itself is tried again, not what was closed
        if isinstance(judgement, Failed):
            raise EngineError(judgement.why, judgement.cell)
        return judgement, bench.level

    def foresee(self) -> None:
        """Begin to start the warm processes: something will be judged, of the best level likely.

        They load while this process does what comes before.
        """
        with self.lock:
            if self.bench is None and self.begun is None:
                self.begun = begun()

    def warm_up(self, level: Level | None) -> Level:
        """Start the warm processes before they are needed; the level they reached."""
        bench = self._take(level)
        self._give_back()
        return bench.level

    def _comes_again(self, blueprint: Blueprint) -> bool:
        """Whether now is the time to rehearse it: one that comes once is not worth it."""
        with self.lock:
            self.seen[blueprint.digest] += 1
            return self.seen[blueprint.digest] == SECOND

    def _give_back(self) -> None:
        with self.lock:
            self.busy, self.idle_since = self.busy - 1, time.monotonic()

    def _take(self, level: Level | None) -> Bench:
        with self.lock:
            if self.bench is None or level is not self.wanted or not self.bench.is_alive:
                self.bench, self.wanted = self._opened(level), level
                self.seen.clear()
                watch = threading.Thread(target=self._end_when_idle, args=(self.bench,))
                watch.daemon = True
                watch.start()
            self.busy += 1
            return self.bench

    def _opened(self, level: Level | None) -> Bench:
        """A new bench in place of the old one, of what was begun if that fits."""
        if level is None and self.begun is not None:
            starting, self.begun = self.begun, None
            return Bench(starting.ready())
        self._close()
        return Bench.open(level)

    def _end_when_idle(self, bench: Bench) -> None:
        """A Jupyter server that graded once need not keep the processes for days."""
        while self.bench is bench:
            time.sleep(IDLE_SECONDS / 4)
            with self.lock:
                idle = not self.busy and time.monotonic() - self.idle_since > IDLE_SECONDS
                if self.bench is bench and idle:
                    self._close()

    def _close(self) -> None:
        if self.begun is not None:
            self.begun.give_up()
            self.begun = None
        if self.bench is not None:
            self.bench.close()
            self.bench = None

    def close(self) -> None:
        with self.lock:
            self._close()


ENGINE_OF_THIS_PROCESS = Engine()
atexit.register(ENGINE_OF_THIS_PROCESS.close)


def run(
    repaired: Repaired,
    blueprint: Blueprint,
    settings: Settings,
    stamp: Mapping[str, Any],
    shifts: tuple[int, ...] = (0,),
) -> Any:
    """The notebook with its outputs, stamped with how it was judged.

    `shifts` are added to the seeds of hidden checks: an edition is tried at others than its own.
    """
    start = time.perf_counter()
    notebook = repaired.notebook
    case = replace(_case(notebook, blueprint), shifts=shifts)
    judgement, level = ENGINE_OF_THIS_PROCESS.judge(case, blueprint, settings)
    for count, done in enumerate(judgement.runs, 1):
        if is_derivation(notebook.cells[done.index]):
            note_findings(notebook, done)
        else:
            _write(notebook.cells[done.index], done, count, settings)
    graded = _graded(repaired, judgement, blueprint, settings)
    show_tables(notebook)
    notebook.metadata[STAMP] = {
        "engine": ENGINE,
        "sandbox": level.value,
        "blueprint": blueprint.digest,
        "seconds": round(time.perf_counter() - start, 3),
        RECORD: graded.as_dict(),
        **stamp,
    }
    if graded.repairs:
        notebook.cells.insert(0, _told(graded.repairs))
    return notebook


def _graded(
    repaired: Repaired, judgement: Judgement, blueprint: Blueprint, settings: Settings
) -> Graded:
    """The record: all that is known of the submission, as values."""
    notebook, name = repaired.notebook, blueprint.assignment
    costs = settings.autograd_costs
    runs = {run.index: Ran.of(run, run.costs(costs)) for run in judgement.runs}
    cells = record(notebook.cells, runs, lambda i: graded_derivation(notebook, i, name), name)
    repairs = (*repaired.remarks, *_passed_over(notebook, judgement))
    return Graded(cells, repairs, tuple(events(notebook.cells, runs)))


def _passed_over(notebook: Any, judgement: Judgement) -> Iterator[Reason]:
    """The lines that were not run, as they are for another machine."""
    for done in judgement.runs:
        name = title(notebook.cells[done.index], done.index)
        yield from (Reason.of("repair.passed_over", cell=name, line=x) for x in done.passed_over)


def _case(notebook: Any, blueprint: Blueprint) -> Case:
    """Where each code cell runs; a cell of the student's own runs in the sandbox."""
    cells = [
        CellToRun(index, cell.source, _place(cell, blueprint))
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]
    # Derivations come last: by then every problem is defined.
    cells += derivations_to_check(notebook)
    return Case(tuple(cells), blueprint.plan.names, blueprint.plan.watched)


def _as_released(blueprint: Blueprint) -> Case:
    """The assignment with nothing filled in."""
    code = [known for known in blueprint.cells if known.kind == "code"]
    cells = [
        CellToRun(index, known.source, blueprint.plan.places.get(known.name, Place.SANDBOX))
        for index, known in enumerate(code)
    ]
    return Case(tuple(cells), blueprint.plan.names, blueprint.plan.watched)


def _place(cell: Any, blueprint: Blueprint) -> Place:
    mark = cell.metadata.get("nbgrader", {})
    if mark.get("grade") and not mark.get("solution"):
        return Place.REFEREE
    place = blueprint.plan.places.get(mark.get("grade_id", ""), Place.SANDBOX)
    return place if mark.get("locked") and place is Place.BOTH else Place.SANDBOX


def _write(cell: Any, run: CellRun, count: int, settings: Settings) -> None:
    """Put into a cell what came of it."""
    cell.outputs = [NotebookNode(output) for output in run.told(settings.autograd_costs)]
    cell.execution_count = count
    if run.notes:
        cell.metadata.setdefault(STAMP, NotebookNode())["notes"] = run.notes


def _told(repairs: tuple[Reason, ...]) -> Any:
    """What was mended, for everyone who opens the notebook."""
    lines = "\n".join(f"- {said}" for said in sentences(repairs))
    told = f"**Mended before grading:**\n\n{lines}"
    return new_markdown_cell(told, id="mended", metadata={STAMP: {"ours": True}})
