"""What grading one submission came to; `grader grade --json` prints it as it is here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class CellResult:
    """One graded cell: its points, and what the student reads about it."""

    grade_id: str
    score: float
    max_score: float
    status: str  # ok, partial, wrong, error, missing or manual
    message: str
    diagnosis: list[str] = field(default_factory=list)  # names of misconceptions
    flags: list[str] = field(default_factory=list)  # for the instructor


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

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)
