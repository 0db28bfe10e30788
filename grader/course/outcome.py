"""What an executed test cell came to, in the one line that the student reads.

The line must give nothing of a hidden test away: neither its code nor the inputs it draws.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Cell = Any
DISAGREES = {"AssertionError", "CheckFailed"}
STOPPED = {"CellTimeoutError", "KeyboardInterrupt"}  # nobody is there to interrupt but the clock
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """A status of CONTRACT (ok, wrong, error, missing) and the sentence that goes with it."""

    status: str
    message: str


def outcome(cell: Cell) -> Outcome:
    """What a test cell came to, read from its outputs after it was run."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return Outcome("ok", "All checks agree.")
    return _of_error(errors[0], hidden=_in_hidden_part(cell.source, errors[0]))


def _of_error(error: Any, *, hidden: bool) -> Outcome:
    said = last_line(error.evalue)
    if error.ename in DISAGREES:
        return Outcome("wrong", said or "The check does not hold.")
    if error.ename == "NotImplementedError":
        return Outcome("missing", "Nothing was written here yet.")
    if error.ename in STOPPED:
        return Outcome("error", "It ran longer than allowed and was stopped.")
    if hidden:  # the text is the student's own, and may show what the hidden test drew
        return Outcome("error", f"{error.ename} on further inputs.")
    return Outcome("error", f"{error.ename}: {said}" if said else str(error.ename))


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


def _in_hidden_part(source: str, error: Any) -> bool:
    """Whether a hidden test failed; when the traceback does not say, we take it that one did."""
    hidden = hidden_lines(source)
    where = re.search(r"Cell In\[\d+\], line (\d+)", ANSI.sub("", "\n".join(error.traceback)))
    return bool(hidden) and (where is None or int(where[1]) in hidden)
