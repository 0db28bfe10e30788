"""Who is in the course, and which student a file name or a learning-management system means.

`roster.csv` is the truth. Any list that a system exports can be laid beside it (`--roster FILE`) to
teach us that system's own numbers and spellings:

- ours, and nbgrader's `db student import`: id, first_name, last_name, email, lms_user_id
- Canvas, Gradebook > Export: Student, ID, SIS User ID, SIS Login ID, Section, ... (the columns that
  https://github.com/instructure/canvas-lms/blob/master/lib/gradebook_importer.rb reads back)
- Moodle, an assignment's grading worksheet: Identifier, Full name, Email address, ...
  (https://docs.moodle.org/401/en/Assignment_settings, "Feedback types")
- Gradescope, the roster's download: Name or First Name and Last Name, SID, Email
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course.layout import Course

Row = Mapping[str, str]
FILE = "roster.csv"

# What each system calls a thing, in lower case; the first one that a row fills is taken.
IDS = ("id number", "username", "sis login id", "sis user id", "sid", "student id", "id")
EMAILS = ("email", "email address", "e-mail")
FULL_NAMES = ("student", "full name", "name")
ALIASES = (*IDS, "identifier", *EMAILS)

# A student's id names a folder, and nbgrader looks folders up by glob.
ID = re.compile(r"(?!\.)[^\x00-\x1f\x7f/\\*?\[\]+<>|\":]{1,128}(?<![. ])")


class RosterError(Exception):
    """A roster cannot be read; the message says where and what to do."""


@dataclass(frozen=True)
class Student:
    """One student: our id, the name, and all else that systems call them."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    aliases: frozenset[str] = frozenset()

    @property
    def names(self) -> set[str]:
        """The full name in both orders."""
        first, last = self.first_name, self.last_name
        return {f"{first} {last}".strip(), f"{last}, {first}".strip(" ,")} - {""}

    @property
    def means(self) -> set[str]:
        """All that this student may be called, spelt as `key` spells it."""
        return {key(clue) for clue in (self.id, self.email, *self.aliases, *self.names)} - {""}


class Roster:
    """The students of a course, found by any of the names they go by."""

    def __init__(self, students: Iterable[Student]) -> None:
        self.students = tuple(students)
        self._by_id = {student.id: student for student in self.students}
        self._by_key: dict[str, list[Student]] = {}
        for student in self.students:
            for clue in student.means:
                self._by_key.setdefault(clue, []).append(student)

    def __len__(self) -> int:
        return len(self.students)

    def __getitem__(self, student: str) -> Student:
        return self._by_id.get(student) or Student(student)

    def find(self, clues: Iterable[str]) -> list[Student]:
        """The students meant by the first clue that is known here: none, one, or too many."""
        for clue in clues:
            if clue in self._by_id:
                return [self._by_id[clue]]
            if found := self._by_key.get(key(clue)):
                return found
        return []


def key(clue: str) -> str:
    """A name without what systems drop or change: case, accents' encoding, spaces, punctuation.

    >>> key("Dirac, Paul A.") == key("diracpaula")
    True
    """
    spelt = unicodedata.normalize("NFKC", clue).casefold()
    return "".join(letter for letter in spelt if letter.isalnum() or letter == "@")


def is_safe_id(student: str) -> bool:
    """Whether an id may name a folder, here and for nbgrader."""
    return ID.fullmatch(student) is not None


def roster_of(course: Course, beside: Iterable[Path] = ()) -> Roster:
    """The course's roster.csv, where it has one, with what the other lists add to it."""
    own = course.root / FILE
    return read_roster(*[own] * own.is_file(), *beside)


def read_roster(*files: Path) -> Roster:
    """The roster that the first file lists; the later ones add what systems call its students."""
    students: list[Student] = []
    for file in files:
        students = _beside(students, _students(file))
    return Roster(students)


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file under its lower-case headings, whatever its encoding or separator."""
    try:
        text = decoded(file.read_bytes())
    except OSError as error:
        raise RosterError(f"{file} cannot be read ({error.strerror}).") from None
    first_line = text.partition("\n")[0]
    separator = max(",;\t", key=first_line.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise RosterError(f"{file} is no table ({error}). Save it as CSV in UTF-8.") from None
    head = [heading.strip().casefold() for heading in (table[0] if table else [])]
    return [dict(zip(head, map(str.strip, row), strict=False)) for row in table[1:] if any(row)]


def decoded(raw: bytes) -> str:
    """Spreadsheets write UTF-8 with a mark, UTF-16, or what the machine's language had."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _students(file: Path) -> list[Student]:
    found: dict[str, Student] = {}
    for number, row in enumerate(rows(file), 2):
        if "points possible" in row.get("student", "").casefold():
            continue  # Canvas's second line speaks of the assignments
        student = _student(row)
        if student is None:
            continue
        if not is_safe_id(student.id):
            raise RosterError(f"{file}, line {number}: {student.id!r} cannot name a folder.")
        if student.id in found:
            raise RosterError(f"{file}, line {number}: {student.id!r} is there twice.")
        found[student.id] = student
    return list(found.values())


def _student(row: Row) -> Student | None:
    row, number = _without_canvas_number(row)
    first, last = _names(row)
    email = _first(row, EMAILS)
    student = _first(row, IDS) or email or number or row.get("identifier", "")
    aliases = frozenset(filter(None, (number, *(row.get(name, "") for name in ALIASES))))
    return Student(student, first, last, email, aliases) if student else None


def canvas(number: str) -> str:
    """Canvas's own number of a user, told apart from a number that the university gave."""
    return f"canvas-{number}" if number else ""


def _without_canvas_number(row: Row) -> tuple[Row, str]:
    """In Canvas's export, `ID` is a number of Canvas's own; others say `lms_user_id`."""
    if {"student", "id", "section"} <= set(row):
        return {name: row[name] for name in row if name != "id"}, canvas(row["id"])
    return row, canvas(row.get("lms_user_id", ""))


def _names(row: Row) -> tuple[str, str]:
    """First and last name, which some systems give as one."""
    first = row.get("first_name") or row.get("first name") or row.get("firstname", "")
    last = row.get("last_name") or row.get("last name") or row.get("lastname", "")
    if first or last:
        return first, last
    full = _first(row, FULL_NAMES)
    if "," in full:
        last, _, first = full.partition(",")
        return first.strip(), last.strip()
    first, _, last = full.rpartition(" ")
    return first, last


def _first(row: Row, headings: Iterable[str]) -> str:
    return next((row[heading] for heading in headings if row.get(heading)), "")


def _beside(known: list[Student], more: list[Student]) -> list[Student]:
    """The known students with what the second list calls them; whom it alone has comes after."""
    if not known:
        return more
    roster, learnt, strangers = Roster(known), dict[str, Student](), []
    for student in more:
        same = roster.find([student.id, student.email, *student.aliases, *student.names])
        if len(same) != 1:
            strangers.append(student)
            continue
        before = learnt.get(same[0].id, same[0])
        names = student.aliases | student.names | {student.id}
        learnt[before.id] = replace(before, aliases=before.aliases | names)
    return [learnt.get(student.id, student) for student in known] + strangers
