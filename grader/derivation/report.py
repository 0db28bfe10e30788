"""What the checker found: `Report` and its `Step`s, the score they are worth, all of it as data.

`findings(report)` is what a record keeps: verdicts and reasons as values. Words are made of it
where it is shown, by `render`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from grader.catalogue import Reason
from grader.latex.names import canonical

from .outcome import DEFINES, GOOD, Verdict

STATED_SHARE = 0.6  # of a cell's points, for the gradients it states
LINKED_SHARE = 0.4  # for right steps that lead from the objective to them
MOST_REMARKS = 2  # a row stays readable
STOPPED = {
    "derivation.failed",
    "derivation.out_of_time",
    "derivation.too_deep",
    "derivation.too_long",
}
EMPTY_WORDS = {"derivation.differ"}  # said only where nothing better is known


@dataclass(frozen=True)
class Step:
    """One equation of a text and what is said of it."""

    line: int
    column: int
    text: str
    verdict: Verdict
    message: Reason | None = None
    remarks: tuple[Reason, ...] = ()
    mistake: Reason | None = None  # the likely mistake, where it was found
    hint: str | None = None  # the correcting edit: it gives the answer away
    follows: int | None = None  # the line it follows from rightly, where it is wrong
    states: tuple[str, ...] = ()  # gradients it states
    links: bool = False  # it counts: it leads from the objective to a gradient asked for
    matters: bool = True  # whether a person must look at it when it is not understood
    strangers: tuple[str, ...] = ()  # undeclared names beside declared ones

    def reasons(self) -> tuple[Reason, ...]:
        """What a row says besides its verdict: the message, the mistake, at most two remarks."""
        named = self.mistake if self.follows is None else None
        empty = named is not None and self.message is not None and self.message.kind in EMPTY_WORDS
        said = () if empty or self.message is None else (self.message,)
        cause = (named,) if named is not None and named not in said else ()
        return (*said, *cause, *self.remarks[:MOST_REMARKS])


@dataclass(frozen=True)
class Score:
    """The shares of a cell's points, and whether a person must look."""

    stated: float
    linked: float
    needs_person: bool

    @property
    def total(self) -> float:
        return STATED_SHARE * self.stated + LINKED_SHARE * self.linked


@dataclass(frozen=True)
class Report:
    """The verdict on a derivation: right, wrong or unknown, and why."""

    verdict: str
    first_wrong_line: int | None
    mistake: Reason | None
    missing: tuple[str, ...]
    steps: tuple[Step, ...]
    asked: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()  # what it defines, Z = XW, for the texts that go on from it
    person: Reason | None = None  # why a person must look, if one must
    conventions: tuple[Reason, ...] = ()  # what was taken for the whole text

    def score(self) -> Score:
        """60 % for the gradients stated, 40 % for right steps that lead to them."""
        stated = 1 - len(self.missing) / len(self.asked) if self.asked else 1.0
        right, wrong = leading(self.steps)
        linked = right / (right + wrong) if right else 0.0
        return Score(stated, linked, self.needs_person)

    @property
    def needs_person(self) -> bool:
        return self.person is not None


def leading(steps: tuple[Step, ...]) -> tuple[int, int]:
    """How many of the steps that lead to a gradient are right, and how many wrong; one that follows
    rightly from a wrong one is neither: a mistake costs once.
    """
    linking = [s for s in steps if s.links and s.follows is None]
    right = sum(s.verdict in GOOD for s in linking)
    return right, sum(s.verdict is Verdict.WRONG for s in linking)


@dataclass(frozen=True)
class Told:
    """What is known of a text besides its steps."""

    contested: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # right and wrong step
    refused: frozenset[str] = frozenset()  # gradients that lines state, were none of them wrong
    cures: Mapping[str, str] = field(default_factory=dict)  # for an undefined name, its definition
    blank: bool = False
    idle: bool = False  # it was understood, and no line says more than that a thing is itself


def report_of(steps: list[Step], asked: tuple[str, ...] = (), told: Told = Told()) -> Report:
    """The report on a text with these steps, of which these gradients are asked."""
    stated = {name for step in steps for name in step.states}
    missing = tuple(name for name in asked if canonical(name) not in stated)
    wrong = next((s for s in steps if s.verdict is Verdict.WRONG), None)
    unclear = any(s.verdict is Verdict.NOT_UNDERSTOOD and s.matters for s in steps)
    checked = any(s.verdict in GOOD | DEFINES for s in steps)
    if wrong is not None:
        verdict = "wrong"
    else:
        verdict = "unknown" if unclear or missing or not checked else "right"
    line, mistake = (wrong.line, wrong.mistake) if wrong else (None, None)
    report = Report(verdict, line, mistake, missing, tuple(steps), asked)
    return report if told.blank else replace(report, person=_person(report, told))


# ------------------------------------------------------------------ when a person must look


def _person(report: Report, told: Told) -> Reason | None:
    """Why a person must look: the place, and the cure.

    What was understood is decided here: a gradient that is wrong, or a text that derives nothing.
    """
    if not report.steps:
        return Reason.of("person.no_formula")
    for ask in (_stopped, _unread, _strange, _twice, _open):
        why = ask(report, told)
        if why is not None:
            return why
    return None


def _stopped(report: Report, _told: Told) -> Reason | None:
    for step in report.steps:
        if step.message is not None and step.message.kind in STOPPED:
            return Reason.of("person.stopped", line=step.line)
    return None


def _unread(report: Report, told: Told) -> Reason | None:
    for step in report.steps:
        if step.verdict is Verdict.NOT_UNDERSTOOD and step.matters:
            if step.strangers:
                return _undefined(step, told)
            return Reason.of("person.not_read", line=step.line, text=step.text[:60])
    return None


def _strange(report: Report, told: Told) -> Reason | None:
    """An undefined name that something asked may rest on."""
    if not report.missing and report.score().linked == 1:
        return None
    step = next((s for s in report.steps if s.strangers), None)
    return _undefined(step, told) if step else None


def _twice(report: Report, told: Told) -> Reason | None:
    """A gradient that is stated rightly and also wrongly: which one stands?"""
    for name in report.asked:
        if canonical(name) in told.contested:
            right, wrong = (report.steps[i].line for i in told.contested[canonical(name)])
            return Reason.of("person.stated_twice", name=name, right=right, wrong=wrong)
    return None


def _open(report: Report, told: Told) -> Reason | None:
    """A gradient that was not stated, be it wrongly, in a text that says something."""
    names = [name for name in report.missing if canonical(name) not in told.refused]
    if not names or told.idle:
        return None
    return Reason.of("person.not_stated", names=", ".join(names))


def _undefined(step: Step, told: Told) -> Reason:
    """A name that nobody defined: what the task says it is, or where it should be said."""
    name = step.strangers[0]
    if name in told.cures:
        return Reason.of("person.undefined_cure", name=name, cure=told.cures[name])
    return Reason.of("person.undefined", name=name, line=step.line)


# ------------------------------------------------------------------ as data


def findings(report: Report) -> dict[str, Any]:
    """The report as values that JSON can hold, for a record."""
    score = report.score()
    return {
        "verdict": report.verdict,
        "first_wrong_line": report.first_wrong_line,
        "mistake": report.mistake.kind if report.mistake else None,
        "missing": list(report.missing),
        "asked": list(report.asked),
        "steps": [_step(step) for step in report.steps],
        "share": score.total,
        "shares": {"stated": score.stated, "linked": score.linked},
        "person": report.person.as_dict() if report.person else None,
        "conventions": [reason.as_dict() for reason in report.conventions],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "line": step.line,
        "column": step.column,
        "text": step.text,
        "verdict": step.verdict.value,
        "reasons": [reason.as_dict() for reason in step.reasons()],
        "mistake": step.mistake.as_dict() if step.mistake else None,
        "hint": step.hint,
        "states": list(step.states),
        "counts": step.links and step.follows is None,
    }
