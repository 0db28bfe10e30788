"""What grading one submission came to; `grader grade --json` prints it as it is here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class CellResult:
    """One graded cell: its points, and what the student reads about it."""

    notebook: str
    grade_id: str
    tested: str  # outside or inside the submission
    score: float
    max_score: float
    status: str  # ok, partial, wrong, error, missing or manual
    message: str
    diagnosis: list[str] = field(default_factory=list)  # names of misconceptions
    flags: list[str] = field(default_factory=list)  # for the instructor
    person: str | None = None  # why a person must look


@dataclass(frozen=True)
class Result:
    """One submission: graded cell by cell, or failed with the reason."""

    student: str
    assignment: str
    status: str  # graded or failed
    error: str | None
    sandbox: str  # the level of isolation it ran at
    score: float
    max_score: float
    seconds: float
    cells: list[CellResult] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)  # what was mended in the file
    unchanged: bool = field(default=False, compare=False)  # graded before, and not again

    @property
    def waiting(self) -> int:
        """How many answers wait for a person."""
        return sum(cell.person is not None for cell in self.cells)

    def to_json(self) -> str:
        told = {name: value for name, value in asdict(self).items() if name != "unchanged"}
        return json.dumps(told, ensure_ascii=False)
