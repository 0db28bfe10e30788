"""Run a notebook as it would be graded: answers in the sandbox, tests in the referee."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.graded import Ran
from grader.notebook import Cell, is_test


@dataclass(frozen=True)
class Sheltered:
    """What a notebook came to in the sandbox, or why it could not be judged."""

    level: str = "none"  # there is no sandbox
    broken: str | None = None
    runs: Mapping[int, Ran] | None = None


def run_in_sandbox(notebook: Any) -> Sheltered:
    """Run it where it can harm nothing, if this machine has such a place."""
    if sys.platform != "linux":  # the walls are Linux's
        return Sheltered()
    from grader.referee.bench import Bench, Failed
    from grader.sandbox.client import NoSandboxError
    from grader.sandbox.limits import Limits

    try:
        bench = Bench.open()
    except (NoSandboxError, RuntimeError):  # none, or it does not start: a kernel will say why
        return Sheltered()
    with bench:
        judgement = bench.judge(_case(notebook), Limits())
    if isinstance(judgement, Failed):
        return Sheltered(bench.level.value, f"{judgement.why} (is everything installed?)")
    for run in judgement.runs:
        notebook.cells[run.index].outputs = _outputs(run)
    runs = {run.index: Ran.of(run, run.costs()) for run in judgement.runs}
    return Sheltered(bench.level.value, runs=runs)


def _case(notebook: Any) -> Any:
    """Where each code cell runs, by the notebook itself: nobody's points depend on it."""
    from grader.referee.case import Case, CellToRun
    from grader.referee.plan import Place, make_plan

    plan = make_plan(notebook.cells)

    def place(cell: Cell) -> Place:
        trusted = is_test(cell) or "checks" in cell.metadata
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        return Place.REFEREE if trusted else plan.places[name]

    cells = enumerate(notebook.cells)
    code = (CellToRun(index, cell.source, place(cell)) for index, cell in cells if _is_code(cell))
    return Case(tuple(code), plan.names, plan.watched)


def _is_code(cell: Cell) -> bool:
    return bool(cell.cell_type == "code")


def _outputs(run: Any) -> list[Any]:
    from nbformat import NotebookNode

    return [NotebookNode(output) for output in run.told()]
