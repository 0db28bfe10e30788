"""Look at a submission before nbgrader does, and say what keeps it from being graded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.course.fault import Fault
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course

ASK = "Ask the student to hand it in again"


def refusal(course: Course, student: str, assignment: str) -> Fault | None:
    """Why this submission cannot be graded as it is, if it cannot."""
    import nbformat

    path = place(course, student, assignment)
    if assignment not in course.assignments():
        what = f"there is no assignment {assignment!r} in solutions/"
        return Fault(path.parent, "", what, "Rename the folder")
    whole = course.root / path
    if not whole.is_file():
        return Fault(path, "", f"there is no such file, {_found(whole.parent)}", "Rename it")
    try:
        notebook = nbformat.read(whole, as_version=4)
    except Exception as error:  # nbformat raises many kinds for many sorts of damage
        said = str(error).strip() or type(error).__name__
        return Fault(path, "", f"it is no notebook ({said.splitlines()[0]})", ASK)
    return next(_cell_faults(course, assignment, path, notebook.cells), None)


def place(course: Course, student: str, assignment: str) -> Path:
    """Where a submission lies in the course."""
    return course.submitted(student, assignment).relative_to(course.root)


def _found(folder: Path) -> str:
    names = ", ".join(sorted(path.name for path in folder.iterdir())) if folder.is_dir() else ""
    return f"only {names}" if names else "the folder is empty"


def _cell_faults(course: Course, assignment: str, path: Path, cells: list[Any]) -> Iterator[Fault]:
    times = Counter(cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells)
    for name in graded_cells(course, assignment):
        if times[name] == 0:
            yield Fault(path, name, "the cell was deleted", f"{ASK} with this cell")
        elif times[name] > 1:
            yield Fault(path, name, f"it is there {times[name]} times", "Keep the one that counts")


def graded_cells(course: Course, assignment: str) -> dict[str, float]:
    """The graded cells of an assignment and their points, as its release put them on record.

    There are none when it was never released.
    """
    from nbgrader.api import MissingEntry

    with open_gradebook(course) as book:
        try:
            cells = book.find_notebook(assignment, assignment).grade_cells
        except MissingEntry:
            return {}
        return {cell.name: float(cell.max_score) for cell in cells}
