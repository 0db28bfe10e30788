"""What is in a file that was handed in: whether it is a notebook, and of which assignment."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.roster import key

MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


@dataclass(frozen=True)
class Content:
    """The names of the graded and locked cells in a notebook, or why it is none."""

    cells: frozenset[str] = frozenset()
    fault: str = ""


def content(raw: bytes) -> Content:
    """Read a notebook's cell names without trusting anything about it."""
    encoding = next((name for mark, name in MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        notebook = json.loads(raw.decode(encoding))
    except (ValueError, RecursionError) as error:
        reason = "it is empty" if not raw else f"it is no notebook ({type(error).__name__})"
        return Content(fault=reason)
    if not isinstance(notebook, dict) or not isinstance(_sheet(notebook).get("cells"), list):
        return Content(fault="it is JSON, but no notebook")
    return Content(frozenset(_names(_sheet(notebook)["cells"])))


def _sheet(notebook: dict[str, Any]) -> dict[str, Any]:
    """Where the cells are: formats before 4 had them in worksheets."""
    sheets = notebook.get("worksheets")
    inner = sheets[0] if isinstance(sheets, list) and sheets else notebook
    return inner if isinstance(inner, dict) else {}


def _names(cells: list[Any]) -> Iterator[str]:
    for cell in cells:
        here = cell
        for step in ("metadata", "nbgrader", "grade_id"):
            here = here.get(step) if isinstance(here, dict) else None
        if isinstance(here, str):
            yield here


class Assignments:
    """The assignments that work may be handed in for, known by their cells and their names."""

    def __init__(self, editions: Mapping[str, Path]) -> None:
        self.cells = {
            name: content(path.read_bytes()).cells if path.is_file() else frozenset[str]()
            for name, path in editions.items()
        }

    def of(self, cells: frozenset[str], *names: str) -> str | None:
        """The assignment whose cells these are, or else that one of the names speaks of."""
        shared = {name: len(own & cells) for name, own in self.cells.items()}
        best = max(shared.values(), default=0)
        fitting = [name for name, count in shared.items() if count == best > 0]
        if len(fitting) == 1:
            return fitting[0]
        spoken = [one for one in self.cells if any(key(one) in key(name) for name in names)]
        return spoken[0] if len(spoken) == 1 else None
