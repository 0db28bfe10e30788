"""Run a notebook before it is handed in: `rehearse(path)` tells of each graded cell.

It runs as it would be graded, in the sandbox, where the machine has one; else in a kernel, as in
JupyterLab. `lines` reads what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .kernel import run_in_kernel
from .lines import Line, lines_of, prepare
from .notebook import Unreadable, read
from .shelter import run_in_sandbox

__all__ = ["Line", "Rehearsal", "Unreadable", "rehearse"]


@dataclass(frozen=True)
class Rehearsal:
    """What came of each graded cell, and which sandbox it ran in."""

    lines: list[Line]
    sandbox: str  # L3, L2 or none


def rehearse(path: Path) -> Rehearsal:
    """Run all cells; Unreadable if the file is no notebook."""
    notebook = read(path)
    prepare(notebook)
    done = run_in_sandbox(notebook)
    broken = done.broken
    if done.level == "none":
        broken = run_in_kernel(notebook, path.resolve().parent)
    lines = [Line("notebook", "error", broken)] if broken else lines_of(notebook, done.runs)
    return Rehearsal(lines, done.level)
