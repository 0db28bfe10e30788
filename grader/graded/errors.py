"""What a cell stopped with, as a value: who raised it, and what of it may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

ASSERTION, CHECK = "AssertionError", "CheckFailed"
STUB = "NotImplementedError"  # what an answer raises that is not written yet


@dataclass(frozen=True)
class Error:
    """An exception that ended a cell."""

    type: str
    text: str = ""  # empty if it may not be told
    by: str = "test"  # "test", "submission" or "engine", which stopped it
    hidden: bool = False  # it came up in the hidden part of a test
    line: int | None = None  # of the cell

    @property
    def compares(self) -> bool:
        """Whether it is how a test says that an answer is not right."""
        return self.by == "test" and self.type in (ASSERTION, CHECK)

    @property
    def is_unwritten(self) -> bool:
        """Whether it says that nothing was written: what a library raises so has words."""
        return self.type == STUB and not self.text

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Error:
        return cls(**given)
