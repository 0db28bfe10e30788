"""Read a homework notebook: what its cells are for, and what a test came to once it was run.

What a test came to is said in the one line that the student reads. That line gives nothing of a
hidden test away: neither its code nor the inputs it draws.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import md5
from typing import Any

Cell = Any  # nbformat's cells are dictionaries whose keys can be read as attributes
STAMP = "grader"  # the key of our own notes in the metadata of a graded notebook and its cells

DISAGREES = {"AssertionError", "CheckFailed"}
STOPPED = {"CellTimeoutError", "KeyboardInterrupt"}  # nobody is there to interrupt but the clock
# The cell `relu_derivation_W` derives the gradient of the problem `relu` by its variable `W`.
DERIVATION = re.compile(r"(?P<problem>[A-Za-z]\w*)_derivation_(?P<variable>\w+)")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """What a graded cell came to: ok, wrong, error or missing, and the sentence that says why."""

    status: str
    message: str


UNWRITTEN = Outcome("missing", "Nothing was written here yet.")
TOO_LONG = Outcome("error", "It ran longer than allowed and was stopped.")
AGREES = Outcome("ok", "All checks agree.")


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
    mark = cell.metadata.nbgrader
    parts = [cell.source, cell.cell_type, bool(mark.grade), bool(mark.solution), False]
    parts += [mark.grade_id, *([float(mark.points)] if mark.grade else [])]
    found = md5("".join(map(str, parts)).encode(), usedforsecurity=False)
    return bool(found.hexdigest() == mark.get("checksum"))


def derivation_check(name: str, text: str) -> str | None:
    """Code that prints what is found in a derivation cell; None if the name is not one of those."""
    cell = DERIVATION.fullmatch(name)
    if cell is None:
        return None
    asked = f"{cell['problem']}, {cell['variable']!r}, {text!r}"
    return f"from grader.derivation.cell import print_findings\nprint_findings({asked})"


def outcome(cell: Cell, blank: bool = False, stopped: Any = None) -> Outcome:
    """What a test cell came to, read from its outputs after it was run.

    `blank` says that the answer it is for was left as it was released: then what it stops with,
    a name that is not there for one, is no mistake of the student's. Only a check that compared
    something tells of an answer, written in another cell. `stopped` is the error, if any, that the
    answer's own cell stopped with.
    """
    error = _error_in(cell)
    if error is None:
        return AGREES
    if blank and error.ename not in ("CheckFailed", *STOPPED, "Stopped"):
        return UNWRITTEN
    if error.ename == "NameError" and stopped is not None:
        said = re.sub(r" \([^()]*, (line \d+)\)$", r", \1", last_line(stopped.evalue))
        why = f"{stopped.ename}: {said}" if said else stopped.ename
        return Outcome("error", f"{_missing(error)} is not there, as its cell stopped with {why}")
    return _of_error(cell.source, error)


def _error_in(cell: Cell | None) -> Any:
    """The error that a cell stopped with; None if it did not."""
    outputs = cell.get("outputs", []) if cell is not None else []
    return next((output for output in outputs if output.output_type == "error"), None)


def _missing(error: Any) -> str:
    """The name that a NameError is about."""
    said = last_line(error.evalue)
    return said.split("'")[1] if "'" in said else "a name"


def outcomes(cells: list[Cell]) -> dict[str, Outcome]:
    """What each test came to, by name."""
    tests = [index for index, cell in enumerate(cells) if is_test(cell)]
    answers = {index: answer_of(index, cells) for index in tests}
    return {
        title(cells[index], index): outcome(cells[index], is_blank(answer), _error_in(answer))
        for index, answer in answers.items()
    }


def answer_of(test: int, cells: list[Cell]) -> Cell | None:
    """The answer that a test is for: the last before it that it names, or else the last."""
    before = [cell for cell in cells[:test] if kind(cell) == "solution"]
    name = title(cells[test], test)
    named = [cell for cell in before if name.startswith(cell.metadata.nbgrader.grade_id)]
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


def _of_error(source: str, error: Any) -> Outcome:
    said = last_line(error.evalue)
    if error.ename == "NotImplementedError" or said.endswith("not written yet"):
        return UNWRITTEN
    if error.ename in STOPPED:
        return TOO_LONG
    if error.ename == "NameError":
        asked = "was its cell filled in, and did it run?"
        return Outcome("error", f"{_missing(error)} is not there: {asked}")
    if error.ename in DISAGREES:
        return Outcome("wrong", _disagreement(source, said))
    ours = error.ename == "Stopped"  # by the engine, whose reason may be told
    # Otherwise the text is the student's, and may show what was drawn.
    if not ours and _in_hidden_part(source, error):
        return Outcome("error", f"{error.ename} on further inputs.")
    return Outcome("error", f"{error.ename}: {said}" if said else str(error.ename))


def _disagreement(source: str, said: str) -> str:
    if "HIDDEN TESTS" in source:  # keep the kind of an exception, but not the student's text
        said = re.sub(r"(the call raised (?!Stopped\b)\w+): .*", r"\1", said)
    return said or "The check does not hold."


def _in_hidden_part(source: str, error: Any) -> bool:
    """Whether a hidden test failed; when the traceback does not say, we take it that one did."""
    hidden = hidden_lines(source)
    where = re.search(
        r"^(?:Cell In\[\d+\], )?line (\d+)", ANSI.sub("", "\n".join(error.traceback)), re.M
    )
    return bool(hidden) and (where is None or int(where[1]) in hidden)


def hidden_lines(source: str) -> set[int]:
    """Line numbers of a test cell's hidden part, counted from 1."""
    hidden, inside = set(), False
    for number, line in enumerate(source.splitlines(), 1):
        inside = inside or "BEGIN HIDDEN TESTS" in line
        if inside:
            hidden.add(number)
        inside = inside and "END HIDDEN TESTS" not in line
    return hidden
