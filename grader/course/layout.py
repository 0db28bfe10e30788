"""Where things are in a course directory: nbgrader's layout, with one notebook an assignment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True)
class Course:
    """A course directory and the paths in it."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / CONFIG

    @property
    def gradebook(self) -> Path:
        return self.root / "gradebook.db"

    @property
    def report(self) -> Path:
        return self.root / "reports" / "class.html"

    def solution(self, assignment: str) -> Path:
        return self.root / "solutions" / assignment / f"{assignment}.ipynb"

    def released(self, assignment: str) -> Path:
        return self.root / "notebooks" / assignment / f"{assignment}.ipynb"

    def submitted(self, student: str, assignment: str) -> Path:
        return self._of_student("submitted", student, assignment)

    def autograded(self, student: str, assignment: str) -> Path:
        return self._of_student("autograded", student, assignment)

    def feedback(self, student: str, assignment: str) -> Path:
        return self._of_student("feedback", student, assignment).with_suffix(".html")

    def failure(self, student: str, assignment: str) -> Path:
        """Where the reason is kept why a submission could not be graded."""
        return self.root / "reports" / "failed" / student / f"{assignment}.json"

    def _of_student(self, step: str, student: str, assignment: str) -> Path:
        return self.root / step / student / assignment / f"{assignment}.ipynb"

    def assignments(self) -> list[str]:
        """Names of the assignments that have an instructor edition."""
        return sorted(path.parent.name for path in self.root.glob("solutions/*/*.ipynb"))

    def submissions(self) -> Iterator[tuple[str, str]]:
        """Each (student, assignment) that has been handed in, in order."""
        for folder in sorted(self.root.glob("submitted/*/*")):
            if folder.is_dir():
                yield folder.parent.name, folder.name

    def graded(self) -> Iterator[tuple[str, str]]:
        """Each (student, assignment) that nbgrader has autograded, in order."""
        for path in sorted(self.root.glob("autograded/*/*/*.ipynb")):
            yield path.parent.parent.name, path.parent.name
