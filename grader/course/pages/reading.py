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

from grader.budget import decoded_json
from grader.catalogue import sentences
from grader.course.pages.derivation import Derivation, derivation_of
from grader.course.pages.outputs import Figure, Shown, shown
from grader.course.pages.scores import NOTHING, Scores
from grader.graded import Event, Graded, Mark, graded_of
from grader.notebook import STAMP, Cell, is_test, is_untouched, kind, title

HEADING = re.compile(r"\s*(#{1,6})\s+(.+?)\s*(?:\n+|$)")


@dataclass(frozen=True)
class Question:
    """Something that was asked: the answer, its checks, and what a person said of it."""

    name: str
    kind: str  # code, derivation or own (a cell that the student added)
    answer: str
    untouched: bool = False
    checks: tuple[Mark, ...] = ()
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
    def checks(self) -> tuple[Mark, ...]:
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
    events: tuple[Event, ...] = ()  # what the sandbox stopped

    @property
    def checks(self) -> tuple[Mark, ...]:
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
        return sum(check.open_points for check in self.checks)

    @property
    def unread(self) -> int:
        """How many answers wait for a person."""
        return sum(check.waits for check in self.checks)


def read_notebook(path: Path) -> Any:
    """An autograded notebook; our own engine wrote it, so it is taken as valid."""
    from nbformat import v4

    return v4.to_notebook(json.loads(decoded_json(path.read_bytes())))


def submission_of(
    notebook: Any, student: str, assignment: str, scores: Scores = NOTHING
) -> Submission:
    """What a graded notebook and the gradebook say of one submission."""
    graded = graded_of(notebook, assignment)
    return Submission(
        student,
        assignment,
        scores,
        tuple(_sections(notebook.cells, _Known.of(graded, scores))),
        sandbox=graded.sandbox,
        seconds=graded.seconds,
        repairs=tuple(sentences(graded.repairs)),
        events=graded.events,
    )


@dataclass(frozen=True)
class _Known:
    """What is known of the cells of a submission, by name."""

    marks: Mapping[str, Mark]
    comments: Mapping[str, str]

    @classmethod
    def of(cls, graded: Graded, scores: Scores) -> _Known:
        marks = {cell.name: Mark(cell, scores.grades.get(cell.name)) for cell in graded.cells}
        return cls(marks, scores.comments)


def _sections(cells: list[Cell], known: _Known) -> Iterator[Section]:
    """The cells in order, a new section at each heading of the assignment's."""
    section = Section("", 1)
    for index, cell in enumerate(cells):
        heading = HEADING.match(cell.source) if _is_ours(cell) else None
        if heading:
            yield section
            section = Section(heading[2], len(heading[1]))
        section = _with_cell(section, cell, index, heading, known)
    yield section


def _is_ours(cell: Cell) -> bool:
    return cell.cell_type == "markdown" and kind(cell) == "locked"


def _with_cell(
    section: Section, cell: Cell, index: int, heading: re.Match[str] | None, known: _Known
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
        mark = known.marks[title(cell, index)]
        return replace(section, questions=_checked(section.questions, mark))
    return replace(section, questions=(*section.questions, _question(cell, index, known)))


def _checked(questions: tuple[Question, ...], mark: Mark) -> tuple[Question, ...]:
    """The questions with a check more, put to the answer that it names or else the last one."""
    answers = [i for i, question in enumerate(questions) if question.kind == "code"]
    named = [i for i in answers if mark.name.startswith(questions[i].name)]
    place = (named or answers)[-1:]
    if not place:
        return (*questions, Question(mark.name, "code", "", checks=(mark,)))
    found = questions[place[0]]
    found = replace(found, checks=(*found.checks, mark))
    return (*questions[: place[0]], found, *questions[place[0] + 1 :])


def _question(cell: Cell, index: int, known: _Known) -> Question:
    """An answer, a derivation, or what the student added or ran."""
    what = {"solution": "code", "written": "derivation"}.get(kind(cell), f"own {cell.cell_type}")
    name = title(cell, index)
    mark = known.marks.get(name) if what in ("code", "derivation") else None
    return Question(
        name=name,
        kind=what,
        answer=cell.source,
        untouched=what in ("code", "derivation") and is_untouched(cell),
        checks=(mark,) if mark else (),
        showed=tuple(shown(cell)),
        derivation=derivation_of(mark.cell.derivation) if mark else None,
        comment=known.comments.get(name, ""),
        pictures=attachments_of(cell),
    )


def attachments_of(cell: Cell) -> dict[str, str]:
    """A cell's pasted pictures by name, as data addresses."""
    return {
        str(name): f"data:{kind};base64,{''.join(content)}"
        for name, kinds in cell.get("attachments", {}).items()
        for kind, content in kinds.items()
    }
