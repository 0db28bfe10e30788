"""Decide what becomes of each file of a source, say it, and do it unless it is a dry run."""

from __future__ import annotations

import re
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
    work: frozenset[int] = frozenset()  # what it was not released with
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
    released = {name: course.released(name) for name in course.assignments()}
    people, times = roster_of(course, rosters), moodle.times(rosters)
    return Wanted(people, Assignments(editions, released), only, times, form)


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
    return list(_decide(store, placed, chosen.assignments)), refused


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
    inside = chosen.assignments.recognised(inside)
    assignment = _assignment(handin, inside, chosen)
    if isinstance(assignment, Refusal):
        return assignment
    timed = replace(handin, when=handin.when or _time(handin, chosen))
    work = chosen.assignments.work(assignment, inside)
    return Step(timed, (student.id, assignment), digest(raw), inside, work)


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


def _decide(store: Store, steps: Iterable[Step], assignments: Assignments) -> Iterator[Step]:
    """The latest of each student goes forward, unless something later is there already.

    A notebook in which nothing was written never goes before one with work.
    """
    by_place: dict[Place, list[Step]] = {}
    for step in steps:
        by_place.setdefault(step.place, []).append(step)
    receipts: dict[Place, list[Receipt]] = {}
    for receipt in store.receipts():
        receipts.setdefault((receipt.student, receipt.assignment), []).append(receipt)
    for place in sorted(by_place):
        yield from _decide_one(store, place, by_place[place], receipts.get(place, []), assignments)


def _decide_one(
    store: Store,
    place: Place,
    steps: list[Step],
    receipts: list[Receipt],
    assignments: Assignments,
) -> Iterator[Step]:
    notebooks = [step for step in steps if _is_notebook(step.handin)]
    latest = max(notebooks, key=_rank, default=None)
    kept, current = {receipt.digest for receipt in receipts}, store.current(*place)
    standing = assignments.work(place[1], content(store.read(*place))) if current else frozenset()
    rivals = _rivals(notebooks, latest) if latest and latest.digest != current else []
    for step in sorted(steps, key=_rank):
        overtaken = bool(current) and _is_later(store, place, current, receipts, step)
        if bool(standing) != bool(step.work) and current and step.content.cells:
            overtaken = bool(standing)  # whichever was written in
        if step in rivals and step.digest not in {current, *kept}:
            yield _decided(step, "refused", _undecided(rivals))
        elif step.digest == current:
            yield _decided(step, "same", "it is in submitted/ already")
        elif step is latest and not overtaken:
            yield _decided(step, "update" if current else "new", _oddity(step))
        elif step.digest in kept:
            yield _decided(step, "same", "it is in collected/ already")
        elif step.content.cells and not step.work and (standing or (latest and latest.work)):
            better = latest.handin.name if latest and latest.work else "what is in submitted/"
            yield _decided(step, "extra", f"nothing was written in it; {better} counts")
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


def _rivals(notebooks: list[Step], latest: Step) -> list[Step]:
    """Notebooks with different work that came together, of which none is known to be later."""
    together = [one for one in notebooks if one.work and _rank(one)[:4] == _rank(latest)[:4]]
    named = [one for one in together if _is_copys_name(one.handin.name, one.place[1])]
    is_named = latest.handin.name == f"{latest.place[1]}.ipynb"
    rivals = named if is_named else together
    return rivals if len({one.work for one in rivals}) > 1 else []


def _is_copys_name(name: str, assignment: str) -> bool:
    """Whether a browser or a file manager calls a copy so: "tiny (1).ipynb", "tiny-Copy1.ipynb"."""
    ending = r"(([ _-]*\(?\d+\)?)|([ _-]*\(?copy\)?[ _-]*\d*))?\.ipynb"
    return re.fullmatch(re.escape(assignment) + ending, name, re.I) is not None


def _undecided(rivals: list[Step]) -> str:
    names = " and ".join(sorted(step.handin.name for step in rivals))
    return (
        f"{names} came together and hold different work: ask which one counts, "
        "take the other out of the source, and collect again"
    )


def _rank(step: Step) -> tuple[object, ...]:
    """Later is higher, but first of all what was written in; then cells and the right name."""
    handin, inside = step.handin, step.content
    likely = 2 if inside.cells else 1 if inside.fault else 0  # a damaged one may have been it
    is_named = handin.name == f"{step.place[1]}.ipynb"
    when = handin.when or LONG_AGO
    return bool(step.work), when, likely, handin.order, is_named, handin.origin


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
    if step.action in ("same", "refused"):
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
