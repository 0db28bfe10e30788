"""Where hand-ins are kept: every one in collected/, with a receipt, and the latest in submitted/.

    collected/matrix_derivative/noether/20261120T170300-3f2a9c81d07e/homework (1).ipynb
    collected/receipts.jsonl        one line for each, written after the file itself
    submitted/noether/matrix_derivative/matrix_derivative.ipynb, timestamp.txt

A path in collected/ holds the digest of its file, so no file ever takes the place of another.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from grader.course.collect.handin import Handin
from grader.course.layout import Course

STAMP = "timestamp.txt"


@dataclass(frozen=True)
class Receipt:
    """What we know of a file that was collected; the system's ticket goes back with feedback."""

    student: str
    assignment: str
    digest: str
    name: str
    when: str | None
    order: tuple[int, ...]
    system: str
    ticket: str
    origin: str
    kept: str  # relative to the course
    role: str  # notebook or extra
    collected: str

    @property
    def time(self) -> datetime | None:
        return datetime.fromisoformat(self.when) if self.when else None


@dataclass(frozen=True)
class Store:
    """The hand-ins of one course."""

    course: Course

    @property
    def folder(self) -> Path:
        return self.course.root / "collected"

    @property
    def receipts_file(self) -> Path:
        return self.folder / "receipts.jsonl"

    def receipts(self) -> list[Receipt]:
        """All receipts, in the order in which the files came in."""
        if not self.receipts_file.is_file():
            return []
        return list(_receipts(self.receipts_file.read_text(encoding="utf-8")))

    def stamp(self, student: str, assignment: str) -> Path:
        return self.course.submitted(student, assignment).with_name(STAMP)

    def read(self, student: str, assignment: str) -> bytes:
        """What stands in submitted/."""
        return self.course.submitted(student, assignment).read_bytes()

    def current(self, student: str, assignment: str) -> str:
        """The digest of what stands in submitted/, empty when nothing does."""
        path = self.course.submitted(student, assignment)
        return digest(path.read_bytes()) if path.is_file() else ""

    def keep(self, handin: Handin, student: str, assignment: str, raw: bytes, role: str) -> None:
        """Put one file into collected/ and write its receipt."""
        now = datetime.now(UTC)
        moment = f"{handin.when or now:%Y%m%dT%H%M%S}"
        own = digest(raw)
        folder = self._folder(student, assignment) / f"{moment}-{own[:12]}"
        path = folder / safe_name(handin.name)
        write(path, raw)
        receipt = Receipt(
            student=student,
            assignment=assignment,
            digest=own,
            name=handin.name,
            when=handin.when.isoformat() if handin.when else None,
            order=handin.order,
            system=handin.system,
            ticket=handin.ticket,
            origin=handin.origin,
            kept=str(path.relative_to(self.course.root)),
            role=role,
            collected=now.isoformat(timespec="seconds"),
        )
        self._write_receipt(receipt)

    def _is_kept(self, student: str, assignment: str, own: str) -> bool:
        return any(self._folder(student, assignment).glob(f"*-{own[:12]}"))

    def _folder(self, student: str, assignment: str) -> Path:
        return self.folder / assignment / student

    def _write_receipt(self, receipt: Receipt) -> None:
        line = json.dumps(asdict(receipt), ensure_ascii=False) + "\n"
        with self.receipts_file.open("ab") as stream:  # one write: lines of two runs never mix
            stream.write(line.encode())

    def put_forward(self, handin: Handin, student: str, assignment: str, raw: bytes) -> None:
        """Make this file the one that is graded; what stood there is kept first."""
        path = self.course.submitted(student, assignment)
        stamp = self.stamp(student, assignment)
        if path.is_file() and not self._is_kept(student, assignment, digest(path.read_bytes())):
            before = Handin("submitted/", path.name, (), path.read_bytes, stamped(stamp))
            self.keep(before, student, assignment, path.read_bytes(), "notebook")
        write(path, raw)
        if handin.when:
            write(stamp, f"{handin.when.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC\n".encode())
        else:
            stamp.unlink(missing_ok=True)  # the time of another file is none of this one's


def _receipts(text: str) -> Iterator[Receipt]:
    for line in text.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue  # the run that wrote this line was killed; its file is collected anew
        yield Receipt(**said | {"order": tuple(said["order"])})


def stamped(stamp: Path) -> datetime | None:
    """The time that a timestamp.txt says."""
    from nbgrader.utils import parse_utc

    try:
        when: datetime = parse_utc(stamp.read_text(encoding="utf-8").strip())
    except (OSError, ValueError, OverflowError):
        return None
    return when.replace(tzinfo=UTC)


def write(path: Path, raw: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(raw)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def safe_name(name: str) -> str:
    """A file name that any system can hold, as near to the student's own as may be.

    >>> safe_name("../CON:1?.ipynb")
    '.._CON_1_.ipynb'
    """
    plain = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", name).strip()
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:20]}".rstrip(". ") or "unnamed"
