"""Decide what becomes of each file of a source, say it, and do it unless it is a dry run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader.course.collect import moodle
from grader.course.collect.content import Assignments, Content, content
from grader.course.collect.handin import Handin, Line, Refusal, UnreadableError
from grader.course.collect.sources import handins
from grader.course.collect.store import Receipt, Store, digest, stamped
from grader.course.layout import Course
from grader.course.roster import Roster, Student, is_safe_id, roster_of

Place = tuple[str, str]  # student, assignment
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """A hand-in whose student and assignment are known, and what becomes of it."""

    handin: Handin
    place: Place
    digest: str
    content: Content
    action: str = ""
    why: str = ""

    @property
    def line(self) -> Line:
        origin, when = self.handin.origin, self.handin.when
        return Line(self.action, origin, *self.place, when, self.why)


@dataclass(frozen=True)
class Wanted:
    """What to collect: for whom, for which assignments, and one assignment if only one."""

    roster: Roster
    assignments: Assignments
    only: str | None = None
    times: dict[str, datetime] | None = None  # by the student's clue, where a worksheet says so
    form: str | None = None


def wanted(
    course: Course, rosters: Sequence[Path] = (), only: str | None = None, form: str | None = None
) -> Wanted:
    """What a course collects, when these lists say what systems call its students."""
    editions = {name: course.solution(name) for name in course.assignments()}
    people, times = roster_of(course, rosters), moodle.times(rosters)
    return Wanted(people, Assignments(editions), only, times, form)


def collect(course: Course, source: Path, chosen: Wanted, *, dry: bool = False) -> Iterator[Line]:
    """Bring in a source; a line for each file, as soon as it is dealt with."""
    store = Store(course)
    steps, refused = plan(store, source, chosen)
    yield from refused
    for step in steps:
        yield step.line if dry else _carry_out(store, step)


def plan(store: Store, source: Path, chosen: Wanted) -> tuple[list[Step], list[Line]]:
    """What `collect` would do, and the files that it would refuse."""
    placed, refused = [], []
    for found in handins(source, chosen.form):
        one = found if isinstance(found, Refusal) else _place(found, chosen)
        if isinstance(one, Refusal):
            refused.append(Line("refused", one.origin, why=one.why))
        else:
            placed.append(one)
    return list(_decide(store, placed)), refused


def _place(handin: Handin, chosen: Wanted) -> Step | Refusal:
    """The student and the assignment of a hand-in, or why they are not to be found."""
    student = _student(handin, chosen.roster)
    if isinstance(student, Refusal):
        return student
    try:
        raw = handin.read()
    except UnreadableError as error:
        return Refusal(handin.origin, str(error))
    inside = content(raw) if _is_notebook(handin) else Content(fault="it is no notebook")
    assignment = _assignment(handin, inside, chosen)
    if isinstance(assignment, Refusal):
        return assignment
    timed = replace(handin, when=handin.when or _time(handin, chosen))
    return Step(timed, (student.id, assignment), digest(raw), inside)


def _is_notebook(handin: Handin) -> bool:
    return handin.name.casefold().endswith(".ipynb")


def _student(handin: Handin, roster: Roster) -> Student | Refusal:
    found = roster.find(handin.clues)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(student.id for student in found)
        return Refusal(handin.origin, f"it may be from any of {names}")
    clue = next(filter(None, handin.clues), "")
    if len(roster):
        return Refusal(handin.origin, f"nobody in the roster is called {clue!r}")
    if not is_safe_id(clue):
        return Refusal(handin.origin, f"{clue!r} cannot be a student's id; give a roster")
    return Student(clue)


def _assignment(handin: Handin, inside: Content, chosen: Wanted) -> str | Refusal:
    names = (handin.assignment, *handin.origin.split("/"), handin.name)
    by_content = chosen.assignments.of(inside.cells)
    if chosen.only and by_content not in (None, chosen.only):
        return Refusal(handin.origin, f"it holds {by_content}, not {chosen.only}")
    known = by_content or chosen.only or chosen.assignments.of(frozenset(), *names)
    if known:
        return known
    if len(chosen.assignments.cells) == 1:
        return next(iter(chosen.assignments.cells))
    return Refusal(handin.origin, "it may be of any assignment; name one with --assignment")


def _time(handin: Handin, chosen: Wanted) -> datetime | None:
    return next((at for clue in handin.clues if (at := (chosen.times or {}).get(clue))), None)


def _decide(store: Store, steps: Iterable[Step]) -> Iterator[Step]:
    """The latest of each student goes forward, unless something later is there already."""
    by_place: dict[Place, list[Step]] = {}
    for step in steps:
        by_place.setdefault(step.place, []).append(step)
    receipts: dict[Place, list[Receipt]] = {}
    for receipt in store.receipts():
        receipts.setdefault((receipt.student, receipt.assignment), []).append(receipt)
    for place in sorted(by_place):
        yield from _decide_one(store, place, by_place[place], receipts.get(place, []))


def _decide_one(
    store: Store, place: Place, steps: list[Step], receipts: list[Receipt]
) -> Iterator[Step]:
    notebooks = [step for step in steps if _is_notebook(step.handin)]
    latest = max(notebooks, key=_rank, default=None)
    kept, current = {receipt.digest for receipt in receipts}, store.current(*place)
    for step in sorted(steps, key=_rank):
        overtaken = bool(current) and _is_later(store, place, current, receipts, step)
        if step.digest == current:
            yield _decided(step, "same", "it is in submitted/ already")
        elif step is latest and not overtaken:
            yield _decided(step, "update" if current else "new", _oddity(step))
        elif step.digest in kept:
            yield _decided(step, "same", "it is in collected/ already")
        elif step.content.cells:
            yield _decided(
                step,
                "older",
                f"what is in {'submitted/' if overtaken else 'the same source'} is later",
            )
        else:
            yield _decided(step, "extra", _oddity(step))


def _oddity(step: Step) -> str:
    return step.content.fault or ("" if step.content.cells else "it has no cell of an assignment")


def _rank(step: Step) -> tuple[object, ...]:
    """Later is higher; of what came together, the notebook with the cells and the right name."""
    handin, inside = step.handin, step.content
    likely = 2 if inside.cells else 1 if inside.fault else 0  # a damaged one may have been it
    is_named = handin.name == f"{step.place[1]}.ipynb"
    return handin.when or LONG_AGO, likely, handin.order, is_named, handin.origin


def _is_later(
    store: Store, place: Place, current: str, receipts: list[Receipt], step: Step
) -> bool:
    """Whether what stands in submitted/ came after this hand-in; if nothing tells, it did not."""
    receipt = next((one for one in reversed(receipts) if one.digest == current), None)
    when, new = stamped(store.stamp(*place)), step.handin
    if when and new.when:
        return when > new.when
    if receipt and receipt.system == new.system and not new.when:
        return receipt.order > new.order
    return False


def _decided(step: Step, action: str, why: str) -> Step:
    said = "; ".join(filter(None, (why, step.handin.note)))
    return replace(step, action=action, why=said)


def _carry_out(store: Store, step: Step) -> Line:
    if step.action == "same":
        return step.line
    try:
        raw = step.handin.read()
    except UnreadableError as error:
        return Line("refused", step.handin.origin, *step.place, why=str(error))
    if digest(raw) != step.digest:
        return Line("refused", step.handin.origin, *step.place, why="it changed meanwhile")
    role = "extra" if step.action == "extra" else "notebook"
    store.keep(step.handin, *step.place, raw, role)
    if step.action in ("new", "update"):
        store.put_forward(step.handin, *step.place, raw)
    return step.line
