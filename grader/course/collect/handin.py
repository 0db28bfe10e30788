"""What a source holds: hand-ins, and what it refuses; and the line that each gets in the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime


class UnreadableError(Exception):
    """The bytes of a file cannot be had; the message says why."""


@dataclass(frozen=True)
class Handin:
    """One file that someone handed in, as the source tells of it."""

    origin: str  # where it is in the source
    name: str  # what the student called it
    clues: tuple[str, ...]  # who it may be from, the surest first
    read: Callable[[], bytes]  # raises `UnreadableError`
    when: datetime | None = None  # when it was handed in, where the source can be trusted on it
    order: tuple[int, ...] = ()  # tells earlier from later where no time is to be trusted
    system: str = "folder"
    ticket: str = ""  # what the system wants to see again on the feedback
    note: str = ""
    assignment: str = ""  # where the source is sure of it


@dataclass(frozen=True)
class Refusal:
    """A file of the source that is not taken, and why."""

    origin: str
    why: str


@dataclass(frozen=True)
class Line:
    """What becomes of one file of the source."""

    action: str  # new, update, older, same, extra or refused
    origin: str
    student: str = ""
    assignment: str = ""
    when: datetime | None = None
    why: str = ""

    def __str__(self) -> str:
        when = f"{self.when:%Y-%m-%d %H:%M}" if self.when else ""
        what = f"{self.action:<8} {self.student:<14} {self.assignment:<22} {when:<16}"
        said = f"{what}  {shown(self.origin)}"
        return f"{said}: {shown(self.why)}" if self.why else said.rstrip()

    def to_json(self) -> str:
        return json.dumps(
            asdict(self) | {"when": self.when and self.when.isoformat()}, ensure_ascii=False
        )


def shown(text: str) -> str:
    r"""A name that a stranger chose, safe to print on a terminal.

    >>> shown("a\x1b[2Jb")
    'a?[2Jb'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)
