"""Read a homework notebook: what its cells are for, and which answer a test is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import md5
from typing import Any

Cell = Any  # nbformat's cells are dictionaries whose keys can be read as attributes
STAMP = "grader"  # the key of our own notes in the metadata of a graded notebook and its cells

# The cell `relu_derivation_W` derives the gradient of the problem `relu` by its variable `W`.
DERIVATION = re.compile(r"(?P<problem>[A-Za-z]\w*)_derivation_(?P<variable>\w+)")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def kind(cell: Cell) -> str:
    """What nbgrader makes of a cell: solution, written, test, locked or plain."""
    mark = cell.metadata.get("nbgrader", {})
    if mark.get("solution"):
        return "written" if cell.cell_type == "markdown" else "solution"
    if mark.get("grade"):
        return "test"
    return "locked" if mark.get("locked") else "plain"


def is_test(cell: Cell) -> bool:
    """Whether running the cell decides on points."""
    return cell.cell_type == "code" and kind(cell) == "test"


def title(cell: Cell, index: int) -> str:
    """The name of a cell: its grade_id, or its place in the notebook."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or index + 1)


def is_untouched(cell: Cell) -> bool:
    """Whether an answer is still as it was released: nbgrader notes a checksum of that.

    The recipe is nbgrader's, written out here because students do not have nbgrader.
    """
    return _is_released(cell, cell.source)


def is_unwritten(cell: Cell) -> bool:
    """Whether nothing was written in a text: as released, or emptied, but for white space and
    comments that no reader sees.
    """
    seen = "".join(_outside_comments(cell.source)).strip()
    return not seen or _is_released(cell, seen) or is_untouched(cell)


def _outside_comments(text: str) -> Iterator[str]:
    """What stands outside of `<!-- -->`; one that is never closed goes on to the end."""
    end = 0
    while end >= 0:
        start = text.find("<!--", end)
        yield text[end:start] if start >= 0 else text[end:]
        if start < 0:
            return
        closed = text.find("-->", start)
        end = closed + 3 if closed >= 0 else -1


def _is_released(cell: Cell, source: str) -> bool:
    mark = cell.metadata.nbgrader
    parts = [source, cell.cell_type, bool(mark.grade), bool(mark.solution), False]
    parts += [mark.grade_id, *([float(mark.points)] if mark.grade else [])]
    found = md5("".join(map(str, parts)).encode(), usedforsecurity=False)
    return bool(found.hexdigest() == mark.get("checksum"))


def derivation_checks(derivations: Iterable[tuple[str, str]]) -> Iterator[str | None]:
    """Code that prints what is found in each cell, of name and text; None if it is no derivation.

    A derivation goes on from what those of the same problem before it defined.
    """
    before: dict[str, list[tuple[str, str]]] = {}
    for name, text in derivations:
        cell = DERIVATION.fullmatch(name)
        if cell is None:
            yield None
            continue
        earlier = before.setdefault(cell["problem"], [])
        asked = f"{cell['problem']}, {cell['variable']!r}, {text!r}, {earlier!r}"
        yield f"from grader.derivation.cell import print_findings\nprint_findings({asked})"
        earlier.append((cell["variable"], text))


def answer_of(test: int, cells: Sequence[Cell]) -> int | None:
    """Where the answer is that a test is for: the last before it that it names, or the last."""
    before = [index for index in range(test) if kind(cells[index]) == "solution"]
    name = title(cells[test], test)
    named = [i for i in before if name.startswith(cells[i].metadata.nbgrader.grade_id)]
    return next(reversed(named or before), None)


def is_blank(answer: Cell | None) -> bool:
    """Whether an answer is still as it was released, or emptied."""
    return answer is not None and (not answer.source.strip() or is_untouched(answer))


def broken_set_up(cells: list[Cell]) -> tuple[str, str] | None:
    """The first cell of ours that stopped before any answer was run: its name, and the error.

    Then nothing that follows says anything about the student: the machine lacks something.
    """
    for index, cell in enumerate(cells):
        if kind(cell) == "solution":
            return None
        errors = [one for one in cell.get("outputs", []) if one.output_type == "error"]
        if errors and kind(cell) == "locked":
            return title(cell, index), f"{errors[0].ename}: {last_line(errors[0].evalue)}"
    return None


def last_line(text: str) -> str:
    lines = [line.strip() for line in ANSI.sub("", text).splitlines() if line.strip()]
    return lines[-1] if lines else ""


def hidden_lines(source: str) -> set[int]:
    """Line numbers of a test cell's hidden part, counted from 1."""
    hidden, inside = set(), False
    for number, line in enumerate(source.splitlines(), 1):
        inside = inside or "BEGIN HIDDEN TESTS" in line
        if inside:
            hidden.add(number)
        inside = inside and "END HIDDEN TESTS" not in line
    return hidden
