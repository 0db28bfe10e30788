"""Moodle: what "Download all submissions" of an assignment gives, a zip with a folder a student

    Emmy Noether_104_assignsubmission_file/matrix_derivative.ipynb       (Moodle 4.1 and later)
    Emmy Noether_104_assignsubmission_file_/matrix_derivative.ipynb      (before)
    Emmy Noether_104_assignsubmission_file_matrix_derivative.ipynb       (folders switched off)

The number is the participant's in this one assignment; its grading worksheet says "Participant
104" and when the work was last modified. A group's name may stand before the student's, with a
dash. With blind marking the name is "Participant". The same folder names are expected when
feedback files come back.

Documentation: https://docs.moodle.org/401/en/Assignment_settings ("Feedback types"). Both forms of
the name are written down where Moodle reads them back, in `is_valid_filename_for_import` of
https://github.com/moodle/moodle/blob/main/mod/assign/feedback/file/importziplib.php; the headings
of the worksheet are in its mod/assign/lang/en/assign.php.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from grader.course.collect.handin import Handin, Refusal
from grader.course.collect.tree import Entry, first_match, most
from grader.course.roster import rows

FOLDER = re.compile(
    r"(?P<ticket>(?P<name>[^_]+)_(?P<participant>\d+)_assignsubmission_(?P<kind>[a-z]+))"
    r"(?:_(?P<file>.*))?"
)
MODIFIED = "last modified (submission)"


def recognises(entries: list[Entry]) -> bool:
    """Most names say `assignsubmission` the way Moodle does."""
    return most(entries, _folder)


def read(entries: list[Entry]) -> Iterator[Handin | Refusal]:
    """The hand-ins of a Moodle download; their times come with `times`."""
    for entry in entries:
        folder = _folder(entry)
        if folder is None:
            yield Refusal(str(entry.path), "no folder above it is a participant's of Moodle")
        elif folder["kind"] != "file":
            yield Refusal(str(entry.path), "it was typed into Moodle, not handed in as a file")
        else:
            yield _handin(entry, folder)


def _folder(entry: Entry) -> re.Match[str] | None:
    return first_match(FOLDER, entry.path.parts)


def _handin(entry: Entry, folder: re.Match[str]) -> Handin:
    is_flat = folder[0] == entry.path.name
    name = folder["name"]
    names = [name, *(name[at.end() :] for at in re.finditer("-", name))]
    return Handin(
        origin=str(entry.path),
        name=folder["file"] if is_flat and folder["file"] else entry.path.name,
        clues=(f"Participant {folder['participant']}", *names),
        read=entry.read,
        order=(int(entry.modified.timestamp()),),
        system="moodle",
        ticket=folder["ticket"],
    )


def times(worksheets: Iterable[Path]) -> dict[str, datetime]:
    """When each participant handed in, as the grading worksheets among these files say."""
    found = {}
    for file in worksheets:
        for row in rows(file):
            when = _time(row.get(MODIFIED, ""))
            if when and row.get("identifier"):
                found[row["identifier"]] = when
    return found


def _time(said: str) -> datetime | None:
    """A time as Moodle writes it, "Friday, 20 November 2026, 5:03 PM", in this machine's zone."""
    from dateutil import parser

    try:
        when: datetime = parser.parse(said)
        return when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
