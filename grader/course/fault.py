"""Something wrong with a file: where it is, what it is, and what puts it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """A fault of a notebook; `cell` is empty when it concerns the whole file."""

    file: Path
    cell: str
    what: str
    cure: str

    def __str__(self) -> str:
        where = f"{self.file}, cell {self.cell}" if self.cell else str(self.file)
        return f"{where}: {self.what}. {self.cure}."


class CourseError(Exception):
    """A command cannot go on; the faults say why and what to do, `made` what was done before."""

    def __init__(self, faults: list[Fault], made: Sequence[Path] = ()) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults, self.made = faults, made
