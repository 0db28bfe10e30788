"""A graded cell and a graded submission, as values that travel as JSON.

Of a submission the stamp of its notebook holds what concerns the whole (engine, sandbox, seconds);
`Graded` is the stamp and its cells together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.catalogue import Reason, sentence, sentences
from grader.derivation.render import summary

from .verdict import Verdict, reasons_of, without_empty

RECORD = "record"  # the key of the cells in a notebook's stamp
MEASURES = re.compile(r"(shape |agrees: |furthest )")
KINDS = ("test", "derivation", "text", "code", "task")  # the last three wait for a person


@dataclass(frozen=True)
class Flag:
    """Something for the instructor to look at, and what speaks for it."""

    name: str  # such as "uses_autograd"
    evidence: str = ""


@dataclass(frozen=True)
class Event:
    """Where the sandbox ended a submission's process, and why."""

    cell: str
    why: Reason


@dataclass(frozen=True)
class Said:
    """One thing that a student reads of a cell: what was measured, and why it is as it is."""

    measured: tuple[str, ...]
    reason: str
    answer: str = ""  # which of what was measured says whether it agrees


@dataclass(frozen=True)
class GradedCell:
    """What one graded cell came to, before anybody looked at it."""

    notebook: str
    name: str
    kind: str  # one of KINDS
    max_points: float
    points: float | None  # None where there are none to give without a person
    status: str  # ok, partial, wrong, error, missing or manual
    claim: str = ""
    reasons: tuple[Reason, ...] = ()  # why it is so, where no verdict says it
    verdicts: tuple[Verdict, ...] = ()
    person: Reason | None = None  # why a person must look
    diagnosis: tuple[str, ...] = ()  # names of misconceptions
    flags: tuple[Flag, ...] = ()
    pictures: tuple[Mapping[str, Any], ...] = ()  # as outputs of a notebook
    derivation: Mapping[str, Any] | None = None  # what was found in it, line by line
    tested: str = "outside"  # the submission; or inside it

    def said(self) -> list[Said]:
        """What the student reads of it, one by one."""
        if self.derivation is not None:
            return [Said((), derivation_in_words(self.derivation))]
        wrong = [verdict for verdict in self.verdicts if not verdict.agrees]
        if self.status == "wrong" and wrong and not self.reasons:
            return [_said_of(verdict) for verdict in wrong]
        told = [_said_of_words(one) for one in self.reasons]
        return [*told, *self._remarks()] if self.status == "ok" else told

    def _remarks(self) -> Iterable[Said]:
        """What is told of a right answer although it costs nothing."""
        return dict.fromkeys(
            Said((verdict.name,), text) for verdict in self.verdicts for text in verdict.remarked()
        )

    @property
    def message(self) -> str:
        """The same in one line."""
        return in_a_line(self.said())

    def as_dict(self) -> dict[str, Any]:
        """As data: what is empty is left out."""
        made = {
            "notebook": self.notebook,
            "name": self.name,
            "kind": self.kind,
            "max_points": self.max_points,
            "points": self.points,
            "status": self.status,
            "claim": self.claim or None,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "verdicts": [verdict.as_dict() for verdict in self.verdicts],
            "person": self.person.as_dict() if self.person else None,
            "diagnosis": list(self.diagnosis),
            "flags": [[flag.name, flag.evidence] for flag in self.flags],
            "pictures": list(self.pictures),
            "derivation": self.derivation,
            "tested": None if self.tested == "outside" else self.tested,
        }
        return without_empty(made)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> GradedCell:
        person = given.get("person")
        return cls(
            given["notebook"],
            given["name"],
            given["kind"],
            float(given["max_points"]),
            given.get("points"),
            given["status"],
            given.get("claim", ""),
            reasons_of(given.get("reasons", ())),
            tuple(map(Verdict.from_dict, given.get("verdicts", ()))),
            Reason.from_dict(person) if person else None,
            tuple(given.get("diagnosis", ())),
            tuple(Flag(*one) for one in given.get("flags", ())),
            tuple(given.get("pictures", ())),
            given.get("derivation"),
            given.get("tested", "outside"),
        )


def in_a_line(said: Sequence[Said]) -> str:
    """All that is said of a cell."""
    lines = [" | ".join(filter(None, [*one.measured, one.reason])) for one in said]
    return ("; " if all(one.measured for one in said) else " ").join(filter(None, lines))


def _said_of(verdict: Verdict) -> Said:
    why = "; ".join(filter(None, [verdict.sentence, *verdict.remarked()]))
    return Said(verdict.measured(), why, sentence(verdict.answer()))


def _said_of_words(reason: Reason) -> Said:
    """A reason; a test that is written by hand may give it the form of a check line."""
    fields = str(dict(reason.values).get("text", "")).split(" | ")
    if reason.kind != "cell.said" or not fields[1:]:
        return Said((), sentence(reason))
    measured = [one for one in fields[1:] if MEASURES.match(one)]
    why = "; ".join(said(one) for one in fields[1:] if one not in measured)
    answer = next((said(one) for one in measured if one.startswith("agrees:")), "")
    return Said((fields[0], *map(said, measured)), why, answer)


def derivation_in_words(found: Mapping[str, Any]) -> str:
    """What was found in a derivation, in sentences."""
    if "summary" in found:  # by an edition that kept the words
        return " ".join(map(said, found["summary"]))
    if "shares" not in found:
        return ""
    return " ".join(summary(found))


def step_in_words(step: Mapping[str, Any]) -> str:
    """What is said of a line of a derivation, besides its verdict."""
    if "reasons" in step:
        return "; ".join(sentences(reasons_of(step["reasons"])))
    return said(step["message"]) if step.get("message") else ""


def mistake_in(found: Mapping[str, Any]) -> str:
    """The name of the first mistake in a derivation; empty if none was found."""
    return str(found.get("mistake") or "").removeprefix("mistake.")


def said(text: str) -> str:
    """A sentence that was made elsewhere, such as in the checker of derivations."""
    return sentence(Reason.of("cell.said", text=str(text)))


@dataclass(frozen=True)
class Graded:
    """A submission that was judged; the points that count are in the gradebook."""

    cells: tuple[GradedCell, ...] = ()
    repairs: tuple[Reason, ...] = ()
    events: tuple[Event, ...] = ()
    sandbox: str = "unknown"  # the level of isolation it ran at
    seconds: float = 0.0
    engine: str = ""
    by_name: Mapping[str, GradedCell] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {cell.name: cell for cell in self.cells})

    def as_dict(self) -> dict[str, Any]:
        """What the stamp does not hold, as data."""
        return {
            "cells": [cell.as_dict() for cell in self.cells],
            "repairs": [reason.as_dict() for reason in self.repairs],
            "events": [[event.cell, event.why.as_dict()] for event in self.events],
        }

    @classmethod
    def of_stamp(cls, stamp: Mapping[str, Any]) -> Graded | None:
        """The record in the stamp of a graded notebook; None if it has none."""
        given = stamp.get(RECORD)
        return None if given is None else cls(*_parts(given), **of_the_whole(stamp))


def _parts(given: Mapping[str, Any]) -> Iterator[Any]:
    yield tuple(map(GradedCell.from_dict, given["cells"]))
    yield reasons_of(given["repairs"])
    yield tuple(Event(cell, Reason.from_dict(why)) for cell, why in given["events"])


def of_the_whole(stamp: Mapping[str, Any]) -> dict[str, Any]:
    """What a stamp says of the whole submission."""
    return {
        "sandbox": str(stamp.get("sandbox", "unknown")),
        "seconds": float(stamp.get("seconds", 0.0)),
        "engine": str(stamp.get("engine", "")),
    }
