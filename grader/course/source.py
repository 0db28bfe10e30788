"""Faults of an instructor edition, found before it is released.

nbgrader would stop at the first with a traceback, or let the mistake through to the students.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.course.fault import Fault
from grader.names import bound_names, needed_names, plain_python
from grader.notebook import Cell, is_test, kind, title

Complaint = tuple[str, str]  # what is wrong, and the cure

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def faults(path: Path) -> list[Fault]:
    """All that is wrong with an instructor edition in a file."""
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
    except OSError as error:
        return [Fault(path, "", f"it cannot be read ({error.strerror})", "Put the notebook there")]
    except Exception as error:  # nbformat raises many kinds for many sorts of damage
        return [
            Fault(path, "", f"it is no notebook ({error})", "Open it in JupyterLab and save it")
        ]
    return faults_in(notebook.cells, path)


def faults_in(cells: list[Cell], path: Path) -> list[Fault]:
    """All that is wrong with these cells, in their order; `path` is where they come from."""
    return [*_cell_faults(path, cells), *_notebook_faults(path, cells)]


def _cell_faults(path: Path, cells: list[Cell]) -> Iterator[Fault]:
    for index, cell in enumerate(cells):
        for check in CHECKS:
            for what, cure in check(cell):
                yield Fault(path, title(cell, index), what, cure)
        for what, cure in _no_templates(cell, path):
            yield Fault(path, title(cell, index), what, cure)


def _notebook_faults(path: Path, cells: list[Cell]) -> Iterator[Fault]:
    yield from _repeated_names(path, cells)
    if not any(_code_is_broken(cell) for cell in cells):
        yield from _unbound_names(path, cells)


def _misplaced_regions(cell: Cell) -> Iterator[Complaint]:
    for region, home, where in REGIONS:
        marks = re.findall(rf"### (BEGIN|END) {region}", cell.source)
        if marks != ["BEGIN", "END"] * (len(marks) // 2):
            yield f"{region} regions are not closed", f"Pair ### BEGIN and ### END {region}"
        elif marks and _kind_or_task(cell) not in home:
            yield f"a {region} region stands here", f"Make it {where} in nbgrader's toolbar"


REGIONS = [
    ("SOLUTION", {"solution", "written"}, "an answer cell"),
    ("HIDDEN TESTS", {"test"}, "an 'Autograder tests' cell"),
    ("MARK SCHEME", {"task"}, "a 'Manually graded task' cell"),
]


def _kind_or_task(cell: Cell) -> str:
    return "task" if cell.metadata.get("nbgrader", {}).get("task") else kind(cell)


def _left_to_the_author(cell: Cell) -> Iterator[Complaint]:
    """What `grader new`, or its author, left for later in an answer."""
    if kind(cell) not in ("solution", "written"):
        return
    if found := LEFT.search("\n".join(_solution_lines(cell))):
        yield f"it is left to you ({found.group().strip()})", "Write the answer"


LEFT = re.compile(r"To the instructor: [\w ]+|^\s*raise NotImplementedError|\bTODO\b[^\n]*", re.M)


def _solution_lines(cell: Cell) -> Iterator[str]:
    """The model answer: the regions of solution, or all of a text that has none."""
    lines = cell.source.splitlines()
    inside = kind(cell) == "written" and not any("### BEGIN SOLUTION" in line for line in lines)
    for line in lines:
        if "### END SOLUTION" in line:
            inside = False
        elif inside:
            yield line
        elif "### BEGIN SOLUTION" in line:
            inside = True


def _bad_marks(cell: Cell) -> Iterator[Complaint]:
    mark = cell.metadata.get("nbgrader", {})
    if kind(cell) != "plain" and not NAME.fullmatch(str(mark.get("grade_id", ""))):
        yield "its ID is not a name", "Use letters, digits, - and _ only, at most 64"
    if (mark.get("grade") or mark.get("task")) and not isinstance(mark.get("points"), int | float):
        yield "it is graded but has no points", "Set its points in nbgrader's toolbar"


def _broken_code(cell: Cell) -> Iterator[Complaint]:
    if cell.cell_type != "code":
        return
    try:
        ast.parse(plain_python(cell.source))
    except SyntaxError as error:
        yield f"line {error.lineno} is not Python ({error.msg})", "Correct it"


def _no_templates(cell: Cell, path: Path) -> Iterator[Complaint]:
    """Nbgrader makes tests of such lines by the templates of a file that every course brings."""
    if is_test(cell) and re.search(r"^\s*#.*\bAUTOTEST\b", cell.source, re.M):
        places = (path.parent, path.parent.parent.parent)
        if not any((place / TEMPLATES).is_file() for place in places):
            yield (
                f"AUTOTEST needs templates, but there is no {TEMPLATES}",
                f"Put {places[1] / TEMPLATES} there, as nbgrader's manual has it",
            )


TEMPLATES = "autotests.yml"


def _value_at_end(cell: Cell) -> Iterator[Complaint]:
    """A last value is read as points by nbgrader, and as full points when it is no number."""
    if is_test(cell) and not _code_is_broken(cell):
        body = ast.parse(plain_python(cell.source)).body
        if body and isinstance(body[-1], ast.Expr) and not isinstance(body[-1].value, ast.Call):
            yield "the test ends in a value, which nbgrader reads as points", "Assert it"


CHECKS: list[Callable[[Cell], Iterator[Complaint]]] = [
    _misplaced_regions,
    _bad_marks,
    _broken_code,
    _value_at_end,
    _left_to_the_author,
]


def _code_is_broken(cell: Cell) -> bool:
    return any(_broken_code(cell))


def _repeated_names(path: Path, cells: list[Cell]) -> Iterator[Fault]:
    names = Counter(title(c, i) for i, c in enumerate(cells) if kind(c) != "plain")
    for name, times in names.items():
        if times > 1:
            yield Fault(path, name, f"{times} cells have this ID", "Give each its own")


def _unbound_names(path: Path, cells: list[Cell]) -> Iterator[Fault]:
    """Names in a test that neither we nor a solution cell bind: nothing else may be trusted."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    trusted = {n for c in code if kind(c) != "plain" for n in bound_names(c.source)}
    for index, cell in enumerate(cells):
        if is_test(cell):
            for name in sorted(needed_names(cell.source) - trusted):
                yield Fault(path, title(cell, index), f"the test uses {name!r}, {UNBOUND}", CURE)


UNBOUND = "which no answer cell and no locked cell binds"
CURE = "Bind it in an answer cell, or lock the cell that does"
