"""A table that a system exported, to be filled in and given back to it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from grader.course.export.problem import ExportError
from grader.course.export.standing import Standing
from grader.course.roster import Roster, decoded

Table = list[list[str]]


def read_template(file: Path) -> Table:
    """All rows of the table, the headings first."""
    try:
        text = decoded(file.read_bytes())
    except OSError as error:
        raise ExportError(f"{file} cannot be read ({error.strerror}).") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    table = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    if not table:
        raise ExportError(f"{file} is empty: export it from the system again.")
    width = len(table[0])
    return [[*row, *[""] * (width - len(row))][:width] for row in table]


def whose(row: Iterable[str], people: Roster) -> str:
    """Our id of the student whom a row of a system's table is about, empty when nobody of ours."""
    found = people.find([cell for cell in row if cell.strip()])
    return found[0].id if len(found) == 1 else ""


def scaled(one: Standing, most: str, where: str, *, scale: bool) -> float | None:
    """The score as the system counts: its maximum must be ours, or we are asked to convert."""
    if one.score is None:
        return None
    theirs = _number(most)
    if theirs is None or theirs == one.max_score:
        return one.score
    if scale and one.max_score:
        return one.score * theirs / one.max_score
    raise ExportError(
        f"{where} counts {one.assignment} to {theirs:g}, we count it to {one.max_score:g}. "
        "Set its maximum to ours, or convert with --scale."
    )


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
