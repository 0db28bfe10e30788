"""Read an autograded notebook as what it is to its reader: sections with questions and checks.

    submission = submission_of(read_notebook(path), student, assignment, scores)

A `Question` is an answer with the tests that follow it, or a derivation. Nothing of a hidden test
comes this far: a test's code is never taken, but for the claim in its first line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.catalogue import Reason, sentence
from grader.course.pages.derivation import Derivation, derivation_of
from grader.course.pages.outputs import Figure, Shown, shown
from grader.course.pages.scores import NOTHING, Grade, Scores
from grader.notebook import (
    STAMP,
    UNWRITTEN,
    Cell,
    Outcome,
    is_test,
    is_untouched,
    kind,
    last_line,
    outcome,
    title,
)

WAITS = Outcome("manual", "Not yet read by a person.")
UNSCORED = Outcome("missing", "It has no score.")
MEASURES = re.compile(r"(shape |agrees: |furthest )")
HEADING = re.compile(r"\s*(#{1,6})\s+(.+?)\s*(?:\n+|$)")
STOPPED = re.compile(r"\b(Stopped|CellTimeoutError): ")
EVIDENCE = re.compile(r"(autograd|finite differences): (.*)", re.DOTALL)


@dataclass(frozen=True)
class Check:
    """One graded cell: what it claims, what it came to, and the points."""

    name: str
    claim: str
    points: float
    max_points: float
    status: str  # ok, partial, wrong, error, missing or manual
    message: str
    diagnosis: tuple[str, ...] = ()  # names of misconceptions
    flags: tuple[str, ...] = ()  # for the instructor
    evidence: str = ""  # of the flags
    is_derivation: bool = False
    pictures: tuple[Figure, ...] = ()  # of a visible check that failed

    @property
    def measured(self) -> tuple[str, ...]:
        """Of a check line such as `W | shape (3, 4) as asked | agrees: no`, all but the reason."""
        parts = self.message.split(" | ")
        return tuple(parts[:1] + [p for p in parts[1:] if MEASURES.match(p)]) if parts[1:] else ()

    @property
    def reason(self) -> str:
        """Why: the last part of a check line, or the whole message if it is none."""
        parts = self.message.split(" | ")
        return "; ".join(p for p in parts[1:] if not MEASURES.match(p)) if parts[1:] else parts[0]


@dataclass(frozen=True)
class Question:
    """Something that was asked: the answer, its checks, and what a person said of it."""

    name: str
    kind: str  # code, derivation or own (a cell that the student added)
    answer: str
    untouched: bool = False
    checks: tuple[Check, ...] = ()
    showed: tuple[Figure | Shown, ...] = ()
    derivation: Derivation | None = None
    comment: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)  # attachments, as data addresses

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)

    @property
    def max_points(self) -> float:
        return sum(check.max_points for check in self.checks)

    @property
    def status(self) -> str:
        """The checks' in one word: the worst, or partial if some of them are all right."""
        found = [check.status for check in self.checks]
        if "manual" in found or len(set(found)) == 1:
            return "manual" if "manual" in found else found[0]
        return "partial" if self.points > 0 else next(iter(s for s in found if s != "ok"), "")


@dataclass(frozen=True)
class Section:
    """A heading of the assignment, what is asked there, and the questions under it."""

    heading: str  # Markdown
    level: int
    asked: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for question in self.questions for check in question.checks)


@dataclass(frozen=True)
class Submission:
    """One student's graded notebook, as its reader sees it."""

    student: str
    assignment: str
    scores: Scores
    sections: tuple[Section, ...]
    sandbox: str = "unknown"
    seconds: float = 0.0
    repairs: tuple[str, ...] = ()
    events: tuple[tuple[str, str], ...] = ()  # what the sandbox stopped: (cell, why)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for section in self.sections for check in section.checks)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    @property
    def points(self) -> float:
        """What counts: after the penalty for lateness."""
        earned = sum(check.points for check in self.checks)
        return max(0.0, earned - self.scores.penalty)

    @property
    def max_points(self) -> float:
        return sum(check.max_points for check in self.checks)

    @property
    def waiting(self) -> float:
        """Points on which a person has yet to decide, besides those that the checker gave."""
        return sum(c.max_points - c.points for c in self.checks if c.status == "manual")


def read_notebook(path: Path) -> Any:
    """An autograded notebook; our own engine wrote it, so it is taken as valid."""
    from nbformat import v4

    return v4.to_notebook(json.loads(path.read_text(encoding="utf-8")))


def submission_of(
    notebook: Any, student: str, assignment: str, scores: Scores = NOTHING
) -> Submission:
    """What a graded notebook and the gradebook say of one submission."""
    stamp = notebook.metadata.get(STAMP, {})
    return Submission(
        student,
        assignment,
        scores,
        tuple(_sections(notebook.cells, scores)),
        sandbox=str(stamp.get("sandbox", "unknown")),
        seconds=float(stamp.get("seconds", 0.0)),
        repairs=tuple(map(_in_words, stamp.get("repairs", []))),
        events=tuple(_events(notebook.cells)),
    )


def _in_words(repair: Any) -> str:
    """What was mended; a sentence already where an earlier edition graded."""
    return sentence(Reason.from_dict(repair)) if isinstance(repair, Mapping) else str(repair)


def _events(cells: list[Cell]) -> Iterator[tuple[str, str]]:
    """Where the sandbox ended a submission's process: out of time, out of memory, or worse."""
    for index, cell in enumerate(cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error" and STOPPED.search(f"{output.ename}: {output.evalue}"):
                yield title(cell, index), last_line(output.evalue)
                break


def _sections(cells: list[Cell], scores: Scores) -> Iterator[Section]:
    """The cells in order, a new section at each heading of the assignment's."""
    section = Section("", 1)
    for index, cell in enumerate(cells):
        heading = HEADING.match(cell.source) if _is_ours(cell) else None
        if heading:
            yield section
            section = Section(heading[2], len(heading[1]))
        section = _with_cell(section, cell, index, heading, scores)
    yield section


def _is_ours(cell: Cell) -> bool:
    return cell.cell_type == "markdown" and kind(cell) == "locked"


def _with_cell(
    section: Section, cell: Cell, index: int, heading: re.Match[str] | None, scores: Scores
) -> Section:
    """The section with one more cell: asked, answered, or a check of what was answered last."""
    if _is_ours(cell):
        text = cell.source[heading.end() :] if heading else cell.source
        return replace(section, asked=(*section.asked, text)) if text.strip() else section
    if kind(cell) == "locked":
        given = f"~~~~~python\n{cell.source}\n~~~~~"
        return replace(section, asked=(*section.asked, given)) if "def " in given else section
    if (
        cell.metadata.get(STAMP, {}).get("ours")
        or not cell.source.strip()
        or cell.cell_type == "raw"
    ):
        return section
    if is_test(cell):
        return replace(section, questions=_checked(section.questions, cell, scores))
    return replace(section, questions=(*section.questions, _question(cell, index, scores)))


def _checked(questions: tuple[Question, ...], test: Cell, scores: Scores) -> tuple[Question, ...]:
    """The questions with a check more, put to the answer that it names or else the last one."""
    name = test.metadata.nbgrader.grade_id
    answers = [i for i, question in enumerate(questions) if question.kind == "code"]
    named = [i for i in answers if name.startswith(questions[i].name)]
    place = (named or answers)[-1:]
    if not place:
        return (*questions, Question(name, "code", "", checks=(_check(test, scores),)))
    found = questions[place[0]]
    found = replace(found, checks=(*found.checks, _check(test, scores, found.untouched)))
    return (*questions[: place[0]], found, *questions[place[0] + 1 :])


def _question(cell: Cell, index: int, scores: Scores) -> Question:
    """An answer, a derivation, or what the student added or ran."""
    what = {"solution": "code", "written": "derivation"}.get(kind(cell), f"own {cell.cell_type}")
    name = title(cell, index)
    return Question(
        name=name,
        kind=what,
        answer=cell.source,
        untouched=what in ("code", "derivation") and is_untouched(cell),
        checks=(_read_by_a_person(cell, scores),) if what == "derivation" else (),
        showed=tuple(shown(cell)),
        derivation=derivation_of(cell),
        comment=scores.comments.get(name, ""),
        pictures=attachments_of(cell),
    )


def attachments_of(cell: Cell) -> dict[str, str]:
    """A cell's pasted pictures by name, as data addresses."""
    return {
        str(name): f"data:{kind};base64,{''.join(content)}"
        for name, kinds in cell.get("attachments", {}).items()
        for kind, content in kinds.items()
    }


def _check(cell: Cell, scores: Scores, blank: bool = False) -> Check:
    grade = scores.grades.get(cell.metadata.nbgrader.grade_id)
    found = outcome(cell, blank) if grade is None or grade.by_hand is None else _by_hand(grade)
    return _check_of(cell, grade, found)


def _read_by_a_person(cell: Cell, scores: Scores) -> Check:
    """The points of a derivation, by a person or by the checker of derivations."""
    grade = scores.grades.get(cell.metadata.nbgrader.grade_id)
    found = UNSCORED if grade is None else _of_derivation(cell, grade)
    return replace(_check_of(cell, grade, found), is_derivation=True)


def _of_derivation(cell: Cell, grade: Grade) -> Outcome:
    """What a derivation came to; a checker's points stand until a person has looked."""
    if grade.by_hand is not None:
        return _by_hand(grade)
    checked = derivation_of(cell)
    if checked and grade.needs_person:
        return Outcome("manual", f"{checked.summary} A person will read this.")
    if checked:
        return Outcome(_share(grade), checked.summary)
    if grade.waits or grade.needs_person:
        return WAITS
    return UNWRITTEN if is_untouched(cell) else Outcome(_share(grade), "")


def _check_of(cell: Cell, grade: Grade | None, found: Outcome) -> Check:
    notes = cell.metadata.get(STAMP, {})
    return Check(
        cell.metadata.nbgrader.grade_id,
        _claim(cell),
        grade.score if grade else 0.0,
        grade.max_score if grade else 0.0,
        found.status,
        found.message,
        tuple(map(str, notes.get("diagnosis", []))),
        tuple(map(str, notes.get("flags", []))),
        "; ".join(_evidence(notes.get("notes", []))),
        pictures=tuple(_drawn(cell)),
    )


def _drawn(cell: Cell) -> Iterator[Figure]:
    """What a check drew: nobody else has a say in a test's outputs."""
    return (thing for thing in shown(cell) if is_test(cell) and isinstance(thing, Figure))


def _evidence(notes: list[str]) -> list[str]:
    """What speaks for a flag, each line once; other notes say what hidden tests printed."""
    found = (EVIDENCE.match(str(note)) for note in notes)
    return list(dict.fromkeys(text for one in found if one for text in one[2].splitlines()))


def _claim(cell: Cell) -> str:
    """The first line of a test, in which it says what it holds the answer to."""
    first = cell.source.split("\n", 1)[0] if is_test(cell) else ""
    return first.removeprefix("#").strip() if first.startswith("# ") else ""


def _by_hand(grade: Grade) -> Outcome:
    return Outcome(_share(grade), "Scored by a person.")


def _share(grade: Grade) -> str:
    share = grade.score / grade.max_score if grade.max_score else 1.0
    return "ok" if share >= 1 else "wrong" if share <= 0 else "partial"
