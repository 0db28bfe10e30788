"""What a referee is asked, and what it answers; both travel as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ..catalogue import Reason, sentence
from .plan import Place

Output = dict[str, Any]  # as nbformat has it


def _by_autograd() -> Output:
    said = sentence(Reason.of("cell.autograd"))
    return {"output_type": "error", "ename": "CheckFailed", "evalue": said, "traceback": [said]}


@dataclass(frozen=True)
class CellToRun:
    """One code cell of a repaired submission."""

    index: int
    source: str
    place: Place


@dataclass(frozen=True)
class Case:
    """A submission to be judged."""

    cells: tuple[CellToRun, ...]
    names: frozenset[str]
    watched: frozenset[str]
    rehearsal: bool = False  # no submission: every test is run to its end, to see what it asks
    shifts: tuple[int, ...] = (0,)  # added to the seeds of hidden checks, one time after the other

    def as_dict(self) -> dict[str, Any]:
        cells = [[cell.index, cell.source, cell.place.value] for cell in self.cells]
        names, watched = sorted(self.names), sorted(self.watched)
        return {"cells": cells, "names": names, "watched": watched,
                "rehearsal": self.rehearsal, "shifts": self.shifts}  # fmt: skip

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> "Case":
        cells = tuple(CellToRun(index, src, Place(place)) for index, src, place in given["cells"])
        names, watched = frozenset(given["names"]), frozenset(given["watched"])
        return cls(cells, names, watched, given["rehearsal"], tuple(given["shifts"]))


@dataclass
class CellRun:
    """What came of one cell."""

    index: int
    outputs: list[Output] = field(default_factory=list)
    passed: bool = True
    flags: list[str] = field(default_factory=list)  # "uses_autograd", ...
    notes: list[str] = field(default_factory=list)  # for the instructor alone
    verdicts: list[dict[str, Any]] = field(default_factory=list)  # of checks, as data
    error: dict[str, Any] | None = None  # what else it stopped with: type, text, by, hidden, line
    pictures: list[Output] = field(default_factory=list)  # that a check drew
    passed_over: list[str] = field(default_factory=list)  # lines that are for another machine

    def costs(self, autograd_costs: bool = True) -> bool:
        """Whether a flag fails the test: autograd does, unless the course says otherwise."""
        return autograd_costs and "uses_autograd" in self.flags

    def told(self, autograd_costs: bool = True) -> list[Output]:
        """Its outputs, and what a flag that fails the test is told as."""
        return [*self.outputs, _by_autograd()] if self.costs(autograd_costs) else self.outputs


@dataclass(frozen=True)
class Judgement:
    """What came of a case."""

    runs: tuple[CellRun, ...]
    lessons: tuple[dict[str, Any], ...] = ()  # of a rehearsal: what other referees can know

    def as_dict(self) -> dict[str, Any]:
        return {"runs": [asdict(run) for run in self.runs], "lessons": self.lessons}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> "Judgement":
        return cls(tuple(CellRun(**run) for run in given["runs"]), tuple(given["lessons"]))
