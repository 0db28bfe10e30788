"""What is in a file that was handed in: whether it is a notebook, and of which assignment."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.budget import (
    Budget,
    TooMuchError,
    cells_alone,
    decoded_json,
    is_too_large,
    within,
    without_outputs,
)
from grader.course.roster import key

MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


@dataclass(frozen=True)
class Content:
    """The names of the graded and locked cells in a notebook, or why it is none."""

    cells: frozenset[str] = frozenset()
    fault: str = ""
    ids: frozenset[str] = frozenset()  # of its cells
    texts: frozenset[int] = frozenset()  # a number for what each cell holds


def content(raw: bytes) -> Content:
    """What is in a file, within a budget."""
    try:
        found: Content = within(Budget(), content_here, raw)
    except TooMuchError as error:
        return Content(fault=f"it is {error}")
    return found


def content_here(raw: bytes) -> Content:
    """Read a notebook's cell names without trusting anything about it. A hand does this."""
    encoding = next((name for mark, name in MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        notebook = _parsed(raw, encoding)
    except (ValueError, RecursionError) as error:
        reason = "it is empty" if not raw else f"it is no notebook ({type(error).__name__})"
        return Content(fault=reason, texts=frozenset({hash(raw)} if raw else ()))
    if not isinstance(notebook, dict) or not isinstance(_sheet(notebook).get("cells"), list):
        return Content(fault="it is JSON, but no notebook")
    cells = _sheet(notebook)["cells"]
    names = frozenset(_found(cells, "metadata", "nbgrader", "grade_id"))
    ids = frozenset((*_found(cells, "id"), *_found(cells, "metadata", "id")))
    return Content(names, ids=ids, texts=frozenset(_texts(cells)))


def _parsed(raw: bytes, encoding: str) -> Any:
    """What the JSON says; of a file that is too much its cells alone."""
    if is_too_large(raw):
        return {"cells": cells_alone(decoded_json(without_outputs(raw), encoding))}
    return json.loads(decoded_json(raw, encoding))


def _sheet(notebook: dict[str, Any]) -> dict[str, Any]:
    """Where the cells are: formats before 4 had them in worksheets."""
    sheets = notebook.get("worksheets")
    inner = sheets[0] if isinstance(sheets, list) and sheets else notebook
    return inner if isinstance(inner, dict) else {}


def _found(cells: list[Any], *path: str) -> Iterator[str]:
    """The text that stands there in each cell that has one."""
    for cell in cells:
        here = cell
        for step in path:
            here = here.get(step) if isinstance(here, dict) else None
        if isinstance(here, str):
            yield here


def _texts(cells: list[Any]) -> Iterator[int]:
    """What the cells hold, whatever spaces an editor left; pictures pasted into them too."""
    for cell in cells:
        source = cell.get("source", cell.get("input")) if isinstance(cell, dict) else None
        text = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
        pasted = cell.get("attachments") if isinstance(cell, dict) else None
        text = re.sub(r"\s+", "", text) + (str(pasted) if pasted else "")
        if text:
            yield hash(text)


def _content_of(path: Path) -> Content:
    """What a file of ours holds; nothing if it is not there."""
    return content(path.read_bytes()) if path.is_file() else Content()


class Assignments:
    """The assignments that work may be handed in for, known by their cells and their names."""

    def __init__(
        self, editions: Mapping[str, Path], released: Mapping[str, Path] | None = None
    ) -> None:
        self.cells = {name: _content_of(path).cells for name, path in editions.items()}
        self.blank = {name: _content_of(path).texts for name, path in (released or {}).items()}

    def work(self, assignment: str, inside: Content) -> frozenset[int]:
        """What a notebook holds that it was not released with."""
        return inside.texts - self.blank.get(assignment, frozenset())

    def recognised(self, inside: Content) -> Content:
        """Its cells known by their ids, where their names were lost."""
        known = frozenset[str]().union(*self.cells.values())
        return inside if inside.cells else replace(inside, cells=inside.ids & known)

    def of(self, cells: frozenset[str], *names: str) -> str | None:
        """The assignment whose cells these are, or else that one of the names speaks of."""
        shared = {name: len(own & cells) for name, own in self.cells.items()}
        best = max(shared.values(), default=0)
        fitting = [name for name, count in shared.items() if count == best > 0]
        if len(fitting) == 1:
            return fitting[0]
        spoken = [one for one in self.cells if any(key(one) in key(name) for name in names)]
        return spoken[0] if len(spoken) == 1 else None
