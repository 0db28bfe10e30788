"""Where things are in a course directory: nbgrader's layout, with one notebook an assignment."""

from __future__ import annotations

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

    @property
    def draws(self) -> Path:
        """Which formula is whose, where each student has their own."""
        return self.root / "draws.csv"

    def handout(self, student: str, assignment: str) -> Path:
        """A student's own edition, where formulas are drawn."""
        return self.root / "handout" / student / f"{assignment}.ipynb"

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

    def tried(self, assignment: str) -> Path:
        """Where release notes which edition it tried, so that the same is not tried again."""
        return self.root / "reports" / "tried" / f"{assignment}.json"

    def _of_student(self, step: str, student: str, assignment: str) -> Path:
        return self.root / step / student / assignment / f"{assignment}.ipynb"

    def assignments(self) -> list[str]:
        """Names of the assignments: each has a folder in solutions/."""
        return [folder.name for folder in _folders(self.root, "solutions/*")]

    def submissions(self) -> list[tuple[str, str]]:
        """Each (student, assignment) that has been handed in, in order."""
        return [(path.parent.name, path.name) for path in _folders(self.root, "submitted/*/*")]

    def graded(self) -> list[tuple[str, str]]:
        """Each (student, assignment) that nbgrader has autograded, in order."""
        found = [(path.parent.name, path.name) for path in _folders(self.root, "autograded/*/*")]
        return [one for one in found if self.autograded(*one).is_file()]


def is_newer(source: Path, made: Path) -> bool:
    """Whether it seems to have been changed since the other was made of it."""
    if not made.is_file():
        return True
    return source.is_file() and source.stat().st_mtime > made.stat().st_mtime


def _folders(root: Path, pattern: str) -> list[Path]:
    """Folders but for those that programs keep for themselves, such as .ipynb_checkpoints."""
    found = sorted(path for path in root.glob(pattern) if path.is_dir())
    return [path for path in found if "/." not in f"/{path.relative_to(root).as_posix()}"]
