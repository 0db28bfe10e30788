"""What is said of one answer, as values; `line()` makes the check line of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from grader.catalogue import Reason, sentences

Shape = tuple[int, ...]
_NOTED: ContextVar[list[Verdict] | None] = ContextVar("noted", default=None)


@contextmanager
def noted() -> Iterator[list[Verdict]]:
    """The verdicts that are noted meanwhile: of answers that agree, of which nothing is raised."""
    verdicts: list[Verdict] = []
    before = _NOTED.set(verdicts)
    try:
        yield verdicts
    finally:
        _NOTED.reset(before)


def note(verdict: Verdict) -> None:
    """Tell whoever keeps the record of this verdict."""
    verdicts = _NOTED.get()
    if verdicts is not None:
        verdicts.append(verdict)


@dataclass(frozen=True)
class Verdict:
    """What we say of one answer; `reasons` say why it does not agree, `remarks` cost nothing."""

    name: str
    agrees: bool
    kind: str = "agrees"
    reasons: tuple[Reason, ...] = ()
    shape: Shape | None = None
    asked: Shape | None = None
    furthest: float | None = None
    at: Shape | None = None
    remarks: tuple[Reason, ...] = ()
    diagnosis: tuple[str, ...] = ()  # names of misconceptions, for the class report
    distance: Any = field(default=None, repr=False, compare=False)  # |yours - true|, a tensor

    @property
    def sentence(self) -> str:
        """Why it does not agree; empty if all is well."""
        return "; ".join(sentences(self.reasons))

    def line(self) -> str:
        """One fixed line: name, shape, agrees, furthest, and the reason if there is one."""
        return " | ".join([*self.measured(), *filter(None, [self.sentence]), *self.remarked()])

    def measured(self) -> tuple[str, ...]:
        """The first fields of the line: what was compared, and what was found."""
        return (self.name, *sentences(self._measures()))

    def remarked(self) -> list[str]:
        return sentences(self.remarks)

    def answer(self) -> Reason:
        return Reason.of("check.agrees" if self.agrees else "check.differs")

    def _measures(self) -> Iterator[Reason]:
        if self.shape is not None and self.shape == self.asked:
            yield Reason.of("check.as_asked", shape=place(self.shape))
        elif self.shape is not None:
            asked = place(self.asked or ())
            yield Reason.of("check.other_shape", shape=place(self.shape), asked=asked)
        yield self.answer()
        if self.furthest is not None:
            error = f"{self.furthest:.1e}"
            if self.at and not self.agrees:
                yield Reason.of("check.furthest_at", error=error, at=place(self.at))
            else:
                yield Reason.of("check.furthest", error=error)

    def as_dict(self) -> dict[str, Any]:
        """As data: what is empty is left out."""
        made = {
            "name": self.name,
            "agrees": self.agrees,
            "kind": self.kind,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "shape": _listed(self.shape),
            "asked": _listed(self.asked),
            "furthest": _finite(self.furthest),
            "at": _listed(self.at),
            "remarks": [reason.as_dict() for reason in self.remarks],
            "diagnosis": list(self.diagnosis),
        }
        return without_empty(made)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Verdict:
        furthest = given.get("furthest")
        return cls(
            given["name"],
            given["agrees"],
            given["kind"],
            reasons_of(given.get("reasons", ())),
            _shape(given.get("shape")),
            _shape(given.get("asked")),
            None if furthest is None else float(furthest),
            _shape(given.get("at")),
            reasons_of(given.get("remarks", ())),
            tuple(given.get("diagnosis", ())),
        )


def without_empty(made: Mapping[str, Any]) -> dict[str, Any]:
    """Data without what is None or an empty list: reading it back gives the same."""
    return {key: value for key, value in made.items() if value is not None and value != []}


def reasons_of(given: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(map(Reason.from_dict, given))


def place(indices: Sequence[int]) -> str:
    """A shape or a place, as Python writes it.

    >>> place((2,)), place((2, 3))
    ('(2,)', '(2, 3)')
    """
    return "(" + ", ".join(map(str, indices)) + ("," if len(indices) == 1 else "") + ")"


def _listed(shape: Shape | None) -> list[int] | None:
    return None if shape is None else list(shape)


def _shape(given: Sequence[int] | None) -> Shape | None:
    return None if given is None else tuple(map(int, given))


def _finite(error: float | None) -> float | str | None:
    """A number that JSON knows: infinity is none."""
    return error if error is None or math.isfinite(error) else str(error)
