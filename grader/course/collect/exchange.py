"""nbgrader's exchange: the folder `inbound` of a course, with a folder a hand-in

    noether+matrix_derivative+2026-11-20 17:03:00.000000 UTC+bm9ldGhlcg==/matrix_derivative.ipynb

that is: student, assignment, time and a random string, with `timestamp.txt` beside the notebook.
Each hand-in is there, not only the last. Whoever may write into the exchange can claim to be
somebody else, so a folder that another user owns is told of, as nbgrader's `check_owner` does.

The names are made in `nbgrader/exchange/default/submit.py` and read in `collect.py` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from grader.course.collect.handin import Handin, Refusal
from grader.course.collect.tree import Entry, first_match, most

FOLDER = re.compile(
    r"(?P<student>.+)\+(?P<assignment>[^+]+)"
    r"\+(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [^+]+)(?:\+(?P<random>[^+]*))?"
)
OWN = {"timestamp.txt", "submission_secret.txt"}


def recognises(entries: list[Entry]) -> bool:
    """Most folders have a name of the exchange."""
    return most(entries, _folder)


def read(entries: list[Entry]) -> Iterator[Handin | Refusal]:
    """The hand-ins of an exchange's inbound folder, each of a student's with its own time."""
    for entry in entries:
        folder = _folder(entry)
        if folder is None:
            yield Refusal(str(entry.path), "no folder above it is a hand-in of the exchange")
        elif entry.path.name not in OWN:
            yield _handin(entry, folder)


def _folder(entry: Entry) -> re.Match[str] | None:
    return first_match(FOLDER, entry.path.parts[:-1])


def _handin(entry: Entry, folder: re.Match[str]) -> Handin:
    when = _time(folder["when"])
    return Handin(
        origin=str(entry.path),
        name=entry.path.name,
        clues=(folder["student"],),
        read=entry.read,
        when=when,
        order=(int(when.timestamp()) if when else 0,),
        system="exchange",
        ticket=folder[0],
        note=_wrong_owner(entry, folder["student"]),
        assignment=folder["assignment"],
    )


def _time(said: str) -> datetime | None:
    """A time as the exchange writes it; nbgrader's own reader knows the zones it may be in."""
    from nbgrader.utils import parse_utc

    try:
        when: datetime = parse_utc(said)
    except (ValueError, OverflowError):
        return None
    return when.replace(tzinfo=UTC)


def _wrong_owner(entry: Entry, student: str) -> str:
    import pwd

    if entry.owner is None:
        return ""
    try:
        owner = pwd.getpwuid(entry.owner).pw_name
    except KeyError:
        return ""
    return "" if owner in (student, "root") else f"the file belongs to user {owner}"
