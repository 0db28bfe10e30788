"""What a graded cell counts for: the record's cell together with what the gradebook holds of it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.catalogue import Reason, sentence

from .cells import Flag, GradedCell, Said, in_a_line
from .outputs import share_of


@dataclass(frozen=True)
class Grade:
    """One graded cell: a person's score wins over ours, and extra credit comes on top."""

    max_score: float
    auto: float | None = None
    by_hand: float | None = None
    extra: float = 0.0
    needs_person: bool = False

    @property
    def score(self) -> float:
        found = self.auto if self.by_hand is None else self.by_hand
        return (found or 0.0) + self.extra

    @property
    def waits(self) -> bool:
        """Whether a person must look. All who tell of it ask here; the gradebook knows."""
        return self.needs_person or (self.auto is None and self.by_hand is None)


@dataclass(frozen=True)
class Mark:
    """A graded cell as it stands: its points, what is said of it, and who must look."""

    cell: GradedCell
    grade: Grade | None

    @property
    def name(self) -> str:
        return self.cell.name

    @property
    def points(self) -> float:
        return self.grade.score if self.grade else 0.0

    @property
    def max_points(self) -> float:
        return self.grade.max_score if self.grade else 0.0

    @property
    def by_hand(self) -> bool:
        return self.grade is not None and self.grade.by_hand is not None

    @property
    def waits(self) -> bool:
        """Whether a person must look."""
        return self.grade is not None and self.grade.waits

    @property
    def person(self) -> Reason | None:
        """Why a person must look; None if nobody must."""
        if not self.waits:
            return None
        if self.by_hand:
            return Reason.of("person.second_look")
        return self.cell.person or Reason.of("person.in_the_gradebook")

    @property
    def open_points(self) -> float:
        """Points on which a person has yet to decide, besides those that were given."""
        return self.max_points - self.points if self.status == "manual" else 0.0

    @property
    def status(self) -> str:
        """ok, partial, wrong, error, missing or manual."""
        if self.grade is None and self.cell.kind != "test":
            return "missing"
        if not self.by_hand and self.waits:
            return "manual"
        if self.by_hand or (self.cell.kind != "test" and self.cell.status != "missing"):
            return share_of(self.points, self.max_points)
        return self.cell.status

    def said(self) -> list[Said]:
        """What the student reads of it, one by one."""
        if self.grade is None and self.cell.kind != "test":
            return [_words("cell.no_score")]
        if self.by_hand:
            return [_words("cell.by_hand")]
        said = self.cell.said()
        found = self.cell.derivation or {}
        told = bool(found.get("person")) and self.cell.person is not None
        return [*said, _words("person.will_read")] if self.waits and not told else said

    @property
    def message(self) -> str:
        """The same in one line."""
        return in_a_line(self.said())

    @property
    def claim(self) -> str:
        return self.cell.claim

    @property
    def flags(self) -> tuple[Flag, ...]:
        return self.cell.flags


def _words(kind: str) -> Said:
    return Said((), sentence(Reason.of(kind)))
