"""Take in what was handed in: read, mended, its pictures looked through, all within a budget.

It is done by a hand, so that what a file costs is never this process's to pay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.autograde.blueprint import Blueprint
from grader.autograde.cleaning import clean_pictures
from grader.autograde.intake import digest_of
from grader.autograde.reading import (
    Own,
    Reading,
    UnreadableError,
    content_of,
    decoded,
    read,
    read_text,
)
from grader.autograde.repair import Repaired, repair
from grader.budget import Budget, TooMuchError, within

_TOO_MUCH = "it is too much to read: it takes more than 2 s or 300 MB"


@dataclass(frozen=True)
class Taken:
    """A submission in the assignment's shape; or why there is none."""

    repaired: Repaired | None
    digest: str  # of the file
    refused: str = ""


def taken_in(
    budget: Budget, source: bytes | Path, remarks: Iterable[Any], blueprint: Blueprint
) -> Taken:
    """The submission in a file, or in its bytes; UnreadableError if there is none."""
    where = str(source) if isinstance(source, Path) else source
    taken: Taken = _within(budget, take_in, where, tuple(remarks), blueprint)
    if taken.repaired is None:
        raise UnreadableError(taken.refused)
    return taken


def read_in(budget: Budget, path: Path, own: Own) -> Reading:
    """The notebook in a file; UnreadableError if there is none."""
    found: Reading | str = _within(budget, read_it, str(path), own)
    if isinstance(found, str):
        raise UnreadableError(found)
    return found


def repaired_in(budget: Budget, reading: Reading, blueprint: Blueprint) -> Repaired:
    """The submission, mended."""
    mended: Repaired = _within(budget, mend, reading, blueprint)
    return mended


def _within(budget: Budget, do: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return within(budget, do, *arguments)
    except TooMuchError:
        raise UnreadableError(_TOO_MUCH) from None


# ---- what the hand does --------------------------------------------------------------------------


def take_in(source: bytes | str, remarks: tuple[Any, ...], blueprint: Blueprint) -> Taken:
    """Read and mend it, and take its digest."""
    try:
        raw = content_of(Path(source)) if isinstance(source, str) else source
        digest = digest_of(raw)
        text = decoded(raw)
        del raw  # of a large file no more is kept at a time than needs be
        reading = read_text(text, blueprint.own)
    except UnreadableError as error:
        return Taken(None, "", str(error))
    del text
    return Taken(mend(replace(reading, remarks=(*remarks, *reading.remarks)), blueprint), digest)


def read_it(path: str, own: Own) -> Reading | str:
    """The notebook in a file; why it is none."""
    try:
        return read(Path(path), own)
    except UnreadableError as error:
        return str(error)


def mend(reading: Reading, blueprint: Blueprint) -> Repaired:
    """Put it into shape, with none but its own pictures."""
    repaired = repair(reading, blueprint)
    clean_pictures(repaired.notebook)
    return repaired
