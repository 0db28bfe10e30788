"""A folder or zip of no system's: whose a file is stands somewhere in its path.

    noether/matrix_derivative/matrix_derivative.ipynb      nbgrader's submitted/
    noether/homework.ipynb                                 a folder a student
    noether_homework.ipynb, "Emmy Noether.ipynb"           the student in the file's name
    ps1_noether_attempt_2026-11-20-17-03-00_ps1.ipynb      nbgrader zip_collect, Blackboard

The last form is the example of `nbgrader zip_collect --help-all`. The date of a plain file is that
of the last copy as often as not, so it only tells earlier from later and is never held against a
student; a `timestamp.txt` beside the file, or an attempt's time in its name, is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from grader.course.collect.handin import Handin, Refusal, UnreadableError
from grader.course.collect.tree import Entry

ATTEMPT = re.compile(r"_attempt_(\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)")
STAMP = "timestamp.txt"


def recognises(entries: list[Entry]) -> bool:
    """Anything will do."""
    return True


def read(entries: list[Entry]) -> Iterator[Handin | Refusal]:
    """Each file of the source, with every part of its path as a clue."""
    stamps = {entry.path.parent: entry for entry in entries if entry.path.name == STAMP}
    for entry in entries:
        if entry.path.name != STAMP:
            yield _handin(entry, stamps.get(entry.path.parent))


def _handin(entry: Entry, stamp: Entry | None) -> Handin:
    when = _attempt(entry.path.name) or (_stamped(stamp) if stamp else None)
    return Handin(
        origin=str(entry.path),
        name=entry.path.name,
        clues=(*entry.path.parent.parts, *pieces(entry.path.stem)),
        read=entry.read,
        when=when,
        order=(int(entry.modified.timestamp()),),
    )


def pieces(stem: str) -> list[str]:
    """What in a file's name may be a student: all of it, then its beginnings, ends and words.

    >>> pieces("hw1_noether")
    ['hw1_noether', 'hw1', 'noether']
    """
    words = [word for word in re.split(r"[_\-. ]+", stem) if word]
    starts = [words[:count] for count in range(len(words) - 1, 1, -1)]
    ends = [words[-count:] for count in range(len(words) - 1, 1, -1)]
    joined = [" ".join(some) for some in (*starts, *ends)]
    return list(dict.fromkeys([stem, *joined, *words]))


def _attempt(name: str) -> datetime | None:
    found = ATTEMPT.search(name)
    try:
        return datetime.strptime(f"{found[1]} +0000", "%Y-%m-%d-%H-%M-%S %z") if found else None
    except ValueError:
        return None


def _stamped(stamp: Entry) -> datetime | None:
    from nbgrader.utils import parse_utc

    try:
        when: datetime = parse_utc(stamp.read().decode("utf-8", "replace").strip())
    except (UnreadableError, ValueError, OverflowError):
        return None
    return when.replace(tzinfo=UTC)
