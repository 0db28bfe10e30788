"""What each student wrote: the answer cells, and whatever cells were added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.budget import SECONDS, Budget, TooMuchError, within
from grader.course.layout import Course

LONGEST = 200_000  # characters of one cell that are looked at
ADDED = "added cells"


@dataclass(frozen=True)
class Part:
    """The text of one cell, or of several of one name."""

    name: str
    is_code: bool
    text: str


@dataclass(frozen=True)
class Work:
    """All that one student wrote in one assignment."""

    student: str
    parts: tuple[Part, ...]


def works(course: Course, assignment: str) -> list[Work]:
    """The works of all who handed in something that can be read."""
    students = sorted(student for student, name in course.submissions() if name == assignment)
    found = (Work(one, _of_student(course.submitted(one, assignment))) for one in students)
    return [work for work in found if work.parts]


def common(course: Course, assignment: str) -> list[Work]:
    """What everybody was given, and the solution, which good students come near to."""
    editions = {"released": course.released(assignment), "solution": course.solution(assignment)}
    return [Work(name, parts(path, everything=True)) for name, path in editions.items()]


def _of_student(path: Path) -> tuple[Part, ...]:
    """The cells of a hand-in; none where they are too much to read."""
    try:
        found: tuple[Part, ...] = within(Budget(SECONDS / 2), parts_at, str(path))
    except TooMuchError:
        return ()
    return found


def parts_at(path: str) -> tuple[Part, ...]:
    """The cells of the notebook at a path. A hand does this."""
    return parts(Path(path))


def parts(path: Path, *, everything: bool = False) -> tuple[Part, ...]:
    """The cells of a notebook that a student may write in, by name."""
    return tuple(part for part in _parts(path) if everything or part.name)


def _parts(path: Path) -> Iterator[Part]:
    try:
        notebook = json.loads(path.read_bytes(), object_hook=_without_outputs)
        cells = notebook["cells"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return
    for cell in cells if isinstance(cells, list) else []:
        if isinstance(cell, dict):
            yield Part(_answer_name(cell), cell.get("cell_type") == "code", _text(cell))


def _without_outputs(found: dict[str, Any]) -> dict[str, Any]:
    if "cell_type" in found:
        found.pop("outputs", None)
    return found


def _answer_name(cell: dict[str, Any]) -> str:
    """The name of an answer cell or of an added one; empty for what was given and is locked."""
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(mark, dict):
        return ADDED
    return str(mark.get("grade_id", "")) if mark.get("solution") else ""


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return text[:LONGEST]
