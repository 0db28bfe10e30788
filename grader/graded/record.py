"""Make the record: what each graded cell of a judged notebook came to.

`Ran` is what is known of a cell that was run; who ran it, and where, makes no difference here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.catalogue import Reason
from grader.notebook import (
    STAMP,
    Cell,
    answer_of,
    is_blank,
    is_test,
    is_untouched,
    is_unwritten,
    title,
)

from .cells import Event, Flag, GradedCell
from .errors import CHECK, Error
from .verdict import Verdict

EVIDENCE = re.compile(r"([^:]*): (.*)", re.DOTALL)
NOTED = {"uses_autograd": "autograd", "finite_differences": "finite differences"}
STOPPED = "Stopped"  # what the engine calls an error of its own making
Ruling = tuple[str, tuple[Reason, ...]]  # a status, and why where no verdict says it

AGREES: Ruling = ("ok", (Reason.of("cell.agrees"),))
UNWRITTEN: Ruling = ("missing", (Reason.of("cell.unwritten"),))
BY_AUTOGRAD: Ruling = ("wrong", (Reason.of("cell.autograd"),))


@dataclass(frozen=True)
class Ran:
    """What came of running a cell."""

    passed: bool = True
    verdicts: tuple[Verdict, ...] = ()
    error: Error | None = None  # what it stopped with, if it was not a check that disagrees
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # for the instructor alone
    diagnosis: tuple[str, ...] = ()
    pictures: tuple[Mapping[str, Any], ...] = ()
    flags_cost: bool = False  # whether a flag costs the points

    @classmethod
    def of(cls, run: Any, flags_cost: bool) -> Ran:
        """What a referee says of a cell, which is data (`grader.referee.case.CellRun`)."""
        return cls(
            run.passed,
            tuple(map(Verdict.from_dict, run.verdicts)),
            Error.from_dict(run.error) if run.error else None,
            tuple(run.flags),
            tuple(run.notes),
            pictures=tuple(run.pictures),
            flags_cost=flags_cost,
        )

    @property
    def has_passed(self) -> bool:
        return self.passed and not self.flags_cost


def record(
    cells: Sequence[Cell],
    runs: Mapping[int, Ran],
    written: Callable[[int], GradedCell | None],
    notebook: str = "",
) -> tuple[GradedCell, ...]:
    """The graded cells; `runs` by index. `written` knows of derivations that were checked."""
    made: list[GradedCell] = []
    for index, cell in enumerate(cells):
        if is_test(cell):
            made.append(_of_test(cells, index, runs, notebook))
        elif _has_points(cell):
            made.append(written(index) or of_written(cell, notebook))
    return tuple(made)


def _has_points(cell: Cell) -> bool:
    mark = cell.metadata.get("nbgrader", {})
    return bool(mark.get("grade") or mark.get("task"))


def _of_test(
    cells: Sequence[Cell], index: int, runs: Mapping[int, Ran], notebook: str
) -> GradedCell:
    cell, ran, answer = cells[index], runs.get(index, Ran()), answer_of(index, cells)
    behind = None if answer is None else runs.get(answer, Ran()).error
    blank = is_blank(cells[answer]) if answer is not None else False
    status, reasons = ruling(ran, blank, behind)
    most = points_of(cell)
    doubt = None if answer is None or ran.has_passed else _doubt(cells[answer])
    return GradedCell(
        notebook,
        title(cell, index),
        "test",
        most,
        most if ran.has_passed else 0.0,
        status,
        claim_of(cell),
        reasons,
        ran.verdicts,
        diagnosis=tuple(dict.fromkeys(_diagnosed(ran))),
        flags=tuple(flags_of(ran)),
        pictures=ran.pictures,
        person=doubt,
    )


def _doubt(answer: Cell) -> Reason | None:
    """Why a person must say which cell the answer is."""
    said = answer.metadata.get(STAMP, {}).get("person")
    return Reason.from_dict(said) if said else None


def _diagnosed(ran: Ran) -> Iterator[str]:
    yield from ran.diagnosis
    for verdict in ran.verdicts:
        yield from () if verdict.agrees else verdict.diagnosis


def of_written(cell: Cell, notebook: str = "", person: Reason | None = None) -> GradedCell:
    """An answer that no program read."""
    what, most = what_is_written(cell), points_of(cell)
    name = str(cell.metadata.nbgrader.grade_id)
    if person is None and what != "task" and _nothing_in(cell):
        status, why = UNWRITTEN
        return GradedCell(notebook, name, what, most, 0.0, status, reasons=why)
    person = person or Reason.of("person.reads")
    return GradedCell(notebook, name, what, most, None, "manual", person=person)


def _nothing_in(cell: Cell) -> bool:
    return is_untouched(cell) if cell.cell_type == "code" else is_unwritten(cell)


def what_is_written(cell: Cell) -> str:
    """Which of nbgrader's kinds that a person scores: text, code or task."""
    if cell.metadata.nbgrader.get("task"):
        return "task"
    return "code" if cell.cell_type == "code" else "text"


def points_of(cell: Cell) -> float:
    return float(cell.metadata.nbgrader.get("points", 0))


def claim_of(cell: Cell) -> str:
    """The first line of a test, in which it says what it holds the answer to."""
    first = cell.source.split("\n", 1)[0]
    return first.removeprefix("#").strip() if first.startswith("# ") else ""


def flags_of(ran: Ran) -> Iterator[Flag]:
    """The flags, each with what speaks for it, once; other notes say what hidden tests printed."""
    noted = [found for note in ran.notes if (found := EVIDENCE.fullmatch(note))]
    for name in dict.fromkeys(ran.flags):
        about = NOTED.get(name, name.replace("_", " "))
        lines = [line for one in noted if one[1] == about for line in one[2].splitlines()]
        yield Flag(name, "; ".join(dict.fromkeys(lines)))


# ---- what a test came to ----


def ruling(ran: Ran, blank: bool = False, behind: Error | None = None) -> Ruling:
    """What a test came to.

    `blank` says that the answer it is for was left as it was released: then what it stops with,
    a name that is not there for one, is no mistake of the student's. Only a check that compared
    something tells of an answer, written in another cell. `behind` is the error, if any, that the
    answer's own cell stopped with.
    """
    if ran.has_passed:
        return AGREES
    if ran.passed:
        return BY_AUTOGRAD
    if ran.error is not None:
        return _of_error(ran.error, blank, behind)
    wrong = [verdict for verdict in ran.verdicts if not verdict.agrees]
    return UNWRITTEN if all(one.kind == "missing" for one in wrong) else ("wrong", ())


def _of_error(error: Error, blank: bool, behind: Error | None) -> Ruling:
    stopped = error.by == "engine"
    if error.is_unwritten or (blank and not stopped and error.type != CHECK):
        return UNWRITTEN
    if error.type == "NameError" and error.by == "test":
        return "error", (_not_there(error, behind),)
    if error.compares:
        return "wrong", (_claimed(error),)
    if stopped and error.type != STOPPED:  # by a clock of nbgrader's
        return "error", (Reason.of("cell.too_long"),)
    if error.hidden and not stopped:  # the text is the student's, and may show what was drawn
        return "error", (Reason.of("cell.error_on_further", type=error.type),)
    return "error", (Reason.of("cell.error", type=error.type, text=error.text),)


def _not_there(error: Error, behind: Error | None) -> Reason:
    name = error.text.split("'")[1] if error.text.count("'") > 1 else "a name"
    if behind is None:
        return Reason.of("cell.not_there", name=name)
    said = re.sub(r" \([^()]*, (line \d+)\)$", r", \1", behind.text)
    return Reason.of("cell.not_there_as", name=name, type=behind.type, text=said)


def _claimed(error: Error) -> Reason:
    """What a test that is written by hand says of an answer."""
    said = Reason.of("cell.said", text=error.text)
    return said if error.text else Reason.of("cell.does_not_hold")


# ---- what the sandbox stopped ----


def events(cells: Sequence[Cell], runs: Mapping[int, Ran]) -> Iterator[Event]:
    """Where the sandbox ended a submission's process: out of time, out of memory, or worse."""
    for index, ran in sorted(runs.items()):
        why = next(_stops(ran), None)
        if why is not None:
            yield Event(title(cells[index], index), why)


def _stops(ran: Ran) -> Iterator[Reason]:
    if ran.error is not None and ran.error.by == "engine":
        yield Reason.of("stop.text", text=ran.error.text)
    for verdict in ran.verdicts:
        for reason in verdict.reasons:
            values = dict(reason.values)
            if reason.kind == "answer.raised" and values.get("type") == STOPPED:
                yield Reason.of("stop.text", text=str(values["text"]))
