"""What the checker found: `Report` and its `Step`s, and the score they are worth."""

from dataclasses import dataclass

from .equation import DEFINES, GOOD, Verdict

STATED_SHARE = 0.6  # of a cell's points, for the gradients it states
LINKED_SHARE = 0.4  # for right steps that link them to the objective


@dataclass(frozen=True)
class Step:
    """One equation of a text and what is said of it."""

    line: int
    column: int
    text: str
    verdict: Verdict
    message: str = ""
    remarks: tuple[str, ...] = ()
    mistake: str | None = None  # the likely mistake, where it was found
    hint: str | None = None  # the correcting edit: it gives the answer away
    follows: int | None = None  # the line it follows from rightly, where it is wrong
    states: tuple[str, ...] = ()  # gradients it states
    links: bool = False  # it mentions a differential, a derivative or an intermediate
    matters: bool = True  # whether a person must look at it when it is not understood


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
    mistake: str | None
    missing: tuple[str, ...]
    steps: tuple[Step, ...]
    asked: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()  # what it defines, Z = XW, for the texts that go on from it

    def score(self) -> Score:
        """60 % for the gradients stated, 40 % for right steps that link them to the objective."""
        stated = 1 - len(self.missing) / len(self.asked) if self.asked else 1.0
        linking = [s for s in self.steps if s.links]
        right = sum(s.verdict in GOOD for s in linking)
        wrong = sum(s.verdict is Verdict.WRONG for s in linking)
        linked = right / (right + wrong) if right else 0.0
        return Score(stated, linked, self.needs_person)

    @property
    def needs_person(self) -> bool:
        """Whether a step that matters was not understood."""
        return any(s.verdict is Verdict.NOT_UNDERSTOOD and s.matters for s in self.steps)


def report_of(steps: list[Step], asked: tuple[str, ...]) -> Report:
    """The report on a text with these steps, of which these gradients are asked."""
    stated = {name for step in steps for name in step.states}
    missing = tuple(name for name in asked if name not in stated)
    wrong = next((s for s in steps if s.verdict is Verdict.WRONG), None)
    unclear = any(s.verdict is Verdict.NOT_UNDERSTOOD and s.matters for s in steps)
    checked = any(s.verdict in GOOD | DEFINES for s in steps)
    if wrong is not None:
        verdict = "wrong"
    else:
        verdict = "unknown" if unclear or missing or not checked else "right"
    line = wrong.line if wrong else None
    return Report(verdict, line, wrong.mistake if wrong else None, missing, tuple(steps), asked)
