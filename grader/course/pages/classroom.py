"""Gather what is known of a class: scores, hard questions, common mistakes, flags, failures.

gathered = gather(course)             # a `Report`: for the page, and for as_json and as_csv
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean, median

from grader.budget import Budget, TooMuchError, within
from grader.catalogue import Reason, sentence
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course
from grader.course.pages.derivation import Derivation
from grader.course.pages.reading import Submission, read_notebook, submission_of
from grader.course.pages.scores import NOTHING, Place, Scores, all_scores
from grader.course.pages.statistics import Item, item
from grader.course.roster import roster_of
from grader.graded import Event, Mark, causes

GRADED, FAILED, WAITING, MISSING = "graded", "not graded", "handed in", "not handed in"
NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Flag:
    """Something in a submission that an instructor should look at."""

    cell: str
    what: str
    evidence: str = ""


@dataclass(frozen=True)
class Row:
    """One student in one assignment."""

    student: str
    name: str
    assignment: str
    status: str
    why: str = ""  # it could not be graded
    score: float | None = None
    waiting: float = 0.0  # points that a person has yet to give
    penalty: float = 0.0
    seconds: float | None = None
    sandbox: str = ""
    unread: int = 0  # answers that wait for a person
    checks: Mapping[str, Mark] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    repairs: tuple[str, ...] = ()
    wrong_lines: tuple[Reason, ...] = ()  # the first wrong line of each derivation, by kind

    @property
    def flags(self) -> list[Flag]:
        """What an instructor should look at."""
        found = [
            Flag(name, flag.name.replace("_", " "), flag.evidence)
            for name, check in self.checks.items()
            for flag in check.flags
        ]
        stopped = "stopped by the sandbox"
        return found + [Flag(one.cell, stopped, sentence(one.why)) for one in self.events]


@dataclass(frozen=True)
class Tally:
    """Something that befell several students."""

    what: str
    students: tuple[str, ...]
    cells: tuple[str, ...] = ()
    kind: str = ""  # what it is counted by


@dataclass(frozen=True)
class Assignment:
    """The class in one assignment."""

    name: str
    max_score: float
    rows: tuple[Row, ...]
    items: tuple[Item, ...]
    reasons: tuple[Tally, ...]
    wrong_lines: tuple[Tally, ...]

    def with_status(self, status: str) -> list[Row]:
        return [row for row in self.rows if row.status == status]

    @property
    def scores(self) -> list[float]:
        return [row.score for row in self.rows if row.score is not None]

    @property
    def mean(self) -> float | None:
        return fmean(self.scores) if self.scores else None

    @property
    def median(self) -> float | None:
        return median(self.scores) if self.scores else None

    @property
    def waiting(self) -> int:
        """Students with something that a person has yet to read."""
        return sum(row.unread > 0 for row in self.rows)

    @property
    def flagged(self) -> list[tuple[Row, Flag]]:
        return [(row, flag) for row in self.rows for flag in row.flags]

    @property
    def slowest(self) -> list[Row]:
        timed = [row for row in self.rows if row.seconds is not None]
        return sorted(timed, key=lambda row: -(row.seconds or 0.0))

    @property
    def seconds(self) -> float | None:
        """The median time that a submission took."""
        timed = [row.seconds for row in self.rows if row.seconds is not None]
        return median(timed) if timed else None


@dataclass(frozen=True)
class Report:
    """The class."""

    assignments: tuple[Assignment, ...]

    @property
    def rows(self) -> list[Row]:
        return [row for assignment in self.assignments for row in assignment.rows]


def gather(course: Course, named: Mapping[str, str] = NO_NAMES) -> Report:
    """All that grading left, read from the gradebook and the autograded notebooks.

    `named` says in words what the names of misconceptions mean.
    """
    with open_gradebook(course) as book:
        scores = all_scores(book)
        known = [*book.students, *roster_of(course).students]
    people = {one.id: "" for one in known} | {one.id: n for one in known if (n := _full_name(one))}
    failures = dict(_failures(course))
    handed_in, graded = set(course.submissions()), set(course.graded())
    names = sorted({name for _, name in handed_in | graded | failures.keys()})
    people |= {student: people.get(student, "") for student, _ in handed_in | failures.keys()}
    rows = []
    for place in ((student, name) for name in names for student in sorted(people)):
        row = Row(place[0], people[place[0]], place[1], MISSING)
        if place in failures:
            row = replace(row, status=FAILED, why=failures[place])
        elif place in graded:
            row = _graded(course, row, scores.get(place, NOTHING))
        elif place in handed_in:
            row = replace(row, status=WAITING)
        rows.append(row)
    return report_of(rows, named)


def report_of(rows: Iterable[Row], named: Mapping[str, str] = NO_NAMES) -> Report:
    """The report on these rows."""
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_name[row.assignment].append(row)
    return Report(tuple(_assignment(name, found, named) for name, found in sorted(by_name.items())))


def row_of(submission: Submission) -> Row:
    """A graded submission as a row."""
    derivations = [q.derivation for q in submission.questions if q.derivation]
    return Row(
        submission.student,
        submission.scores.name,
        submission.assignment,
        GRADED,
        score=submission.points,
        waiting=submission.waiting,
        unread=submission.unread,
        penalty=submission.scores.penalty,
        seconds=submission.seconds,
        sandbox=submission.sandbox,
        checks={check.name: check for check in submission.checks},
        events=submission.events,
        repairs=submission.repairs,
        wrong_lines=tuple(filter(None, map(_first_fault, derivations))),
    )


def _first_fault(found: Derivation) -> Reason | None:
    """Where a derivation goes wrong first, by kind; None if it does not."""
    if found.first_wrong_line and found.mistake:
        return Reason.of("counted.mistake", name=found.mistake)
    if found.first_wrong_line:
        return Reason.of("counted.two_sides")
    return Reason.of("counted.not_stated") if found.missing else None


def _full_name(student: object) -> str:
    parts = (getattr(student, "first_name", None), getattr(student, "last_name", None))
    return " ".join(filter(None, parts))


def _graded(course: Course, row: Row, scores: Scores) -> Row:
    """The row of a submission with an autograded notebook."""
    path = course.autograded(row.student, row.assignment)
    try:
        read: Row = within(Budget(), row_at, str(path), row, scores)
        return read
    except TooMuchError as error:
        return replace(row, status=FAILED, why=f"its autograded notebook is {error}")


def warm_up() -> None:
    """Load what reads a notebook, before anybody's time is taken."""
    from nbformat import v4

    v4.new_notebook()


def row_at(path: str, row: Row, scores: Scores) -> Row:
    """The row of a submission, from its autograded notebook. A hand does this."""
    try:
        notebook = read_notebook(Path(path))
        return _plain(row_of(submission_of(notebook, row.student, row.assignment, scores)))
    except (OSError, ValueError, KeyError, AttributeError) as error:
        why = f"its autograded notebook cannot be read ({type(error).__name__}: {error})"
        return replace(row, status=FAILED, why=why)


def _plain(row: Row) -> Row:
    """Without pictures, which no row shows."""
    plain = {n: replace(c, cell=replace(c.cell, pictures=())) for n, c in row.checks.items()}
    return replace(row, checks=plain)


def _failures(course: Course) -> Iterator[tuple[Place, str]]:
    """Submissions that could not be graded when last tried, and why."""
    for path in sorted(course.root.glob("reports/failed/*/*.json")):
        yield (
            (path.parent.name, path.stem),
            str(json.loads(path.read_text(encoding="utf-8")).get("error") or ""),
        )


def _assignment(name: str, rows: Sequence[Row], named: Mapping[str, str]) -> Assignment:
    graded = [row for row in rows if row.status == GRADED]
    most = max((sum(c.max_points for c in row.checks.values()) for row in graded), default=0.0)
    return Assignment(
        name,
        most,
        tuple(rows),
        tuple(_items(graded)),
        tuple(_tallied(_reasons(graded), named)),
        tuple(_tallied((line, row.student, "") for row in graded for line in row.wrong_lines)),
    )


def _items(rows: Sequence[Row]) -> Iterator[Item]:
    totals = {row.student: _scored(row) for row in rows}
    for name, check in {name: c for row in rows for name, c in row.checks.items()}.items():
        found = {row.student: row.checks[name] for row in rows if name in row.checks}
        scores = {student: c.points for student, c in found.items() if c.status != "manual"}
        yield item(name, check.claim, check.max_points, scores, totals)


def _scored(row: Row) -> float:
    return sum(check.points for check in row.checks.values())


def _reasons(rows: Iterable[Row]) -> Iterator[tuple[Reason, str, str]]:
    """(why, student, cell) for each answer in code that is not right."""
    for row in rows:
        for name, check in row.checks.items():
            for why in () if check.by_hand or check.waits else causes(check.cell):
                yield why, row.student, name


def _tallied(
    found: Iterable[tuple[Reason, str, str]], named: Mapping[str, str] = NO_NAMES
) -> list[Tally]:
    """What befell students, the commonest first."""
    students: dict[Reason, dict[str, None]] = defaultdict(dict)
    cells: dict[Reason, dict[str, None]] = defaultdict(dict)
    for why, student, cell in found:
        students[why][student] = None
        cells[why][cell] = None
    tallies = [
        Tally(_named(why, named), tuple(students[why]), tuple(filter(None, cells[why])), _key(why))
        for why in students
    ]
    return sorted(tallies, key=lambda tally: (-len(tally.students), tally.kind))


def _key(why: Reason) -> str:
    """What it is counted by: the name of a misconception, or a kind with its values."""
    values = dict(why.values)
    return str(values.get("name") or " ".join([why.kind, *map(str, values.values())]))


def _named(why: Reason, named: Mapping[str, str]) -> str:
    """What it is called: a misconception by what it means."""
    meant = named.get(str(dict(why.values).get("name")))
    return sentence(Reason.of("cell.said", text=meant) if meant else why)
