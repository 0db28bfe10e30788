"""Put what was handed in back into the shape of the assignment, and say what was changed.

Answers are kept wherever they stand; tests and locked cells come from the gradebook. Duplicated,
split, missing, reordered and retagged cells are mended by rules a student can be told in a line.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from grader.autograde.blueprint import Blueprint, Known
from grader.autograde.reading import HandedIn, Reading

_LONGEST = 20_000  # characters of an answer that an editor split
# %magic, !command, name = !command, name?
_IPYTHONS_OWN = re.compile(r"^([ \t]*)(?:[%!][^\n]*|[\w., ]+=[ ]*[%!][^\n]*|[\w.]+\?+[ ]*)$", re.M)
PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Repaired:
    """A notebook in the assignment's shape, and what was mended to get there."""

    notebook: Any
    remarks: tuple[str, ...]


def repair(reading: Reading, blueprint: Blueprint) -> Repaired:
    """The submission, mended."""
    known = {cell.name: cell for cell in blueprint.cells}
    remarks = [*reading.remarks, *blueprint.remarks]
    cells = _with_second_halves(_without_strangers(reading.cells, known), known)
    cells = _settle_claims(cells, known, remarks)
    cells = _in_order(cells, [cell.name for cell in blueprint.cells], remarks)
    cells = _completed(cells, blueprint, remarks)
    return Repaired(_notebook(cells, known, remarks), tuple(remarks))


def _without_strangers(cells: Iterable[HandedIn], known: dict[str, Known]) -> list[HandedIn]:
    """A name that the assignment does not have is no name."""
    return [cell if cell.name in known else replace(cell, name=None) for cell in cells]


def _with_second_halves(cells: list[HandedIn], known: dict[str, Known]) -> list[HandedIn]:
    """VS Code splits a cell so that its second half has no name: give it back what it goes on."""
    named: list[HandedIn] = []
    for cell in cells:
        goes_on = named and cell.name is None and _goes_on(named[-1], cell, known)
        named.append(replace(cell, name=named[-1].name) if goes_on else cell)
    return named


def _goes_on(before: HandedIn, cell: HandedIn, known: dict[str, Known]) -> bool:
    """Whether the cell is code that fails alone, and stands behind the part that it completes."""
    if before.name is None or not known[before.name].answer or before.kind != cell.kind:
        return False
    whole = f"{before.source}\n{cell.source}"
    return cell.kind == "code" and not _parses(cell.source) and _parses(whole)


# ---- one cell a name -----------------------------------------------------------------------------


def _settle_claims(
    cells: list[HandedIn], known: dict[str, Known], remarks: list[str]
) -> list[HandedIn]:
    """Leave each name to one cell; the others become the student's own cells, or go."""
    claims: dict[str, list[int]] = defaultdict(list)
    for place, cell in enumerate(cells):
        if cell.name is not None:
            claims[cell.name].append(place)
    kept: list[HandedIn | None] = list(cells)
    for name, places in claims.items():
        if len(places) > 1:
            _settle(known[name], places, kept, remarks)
    return [cell for cell in kept if cell is not None]


def _settle(
    known: Known, places: list[int], cells: list[HandedIn | None], remarks: list[str]
) -> None:
    """Several cells claim one name: join what was split, else let the last one count."""
    claimants = [cell for place in places if (cell := cells[place]) is not None]
    *others, last = places
    times = f"cell {known.name} was there {len(places)} times"
    parts = list(dict.fromkeys(cell.source for cell in claimants if _differs(cell, known)))
    joined = _joined(known, parts)
    if known.answer and parts:
        cells[last] = replace(claimants[-1], source=parts[-1] if joined is None else joined)
        how = "the last one counts" if joined is None else "its parts were put together"
        remarks.append(f"{times}; {how}")
    for place, cell in zip(others, claimants, strict=False):
        own = known.answer and known.kind == "code" and joined is None and cell.source in parts[:-1]
        cells[place] = replace(cell, name=None) if own else None


def _joined(known: Known, parts: list[str]) -> str | None:
    """The parts of an answer that an editor split, put together; None if they stand alone."""
    if len(parts) < 2:
        return None
    if known.kind == "markdown":
        return "\n\n".join(parts)
    whole = "\n".join(parts)
    goes_on = any(part.startswith((" ", "\t")) for part in parts[1:])
    alone = all(map(_parses, parts)) and not goes_on
    return whole if _parses(whole) and not alone else None


def _differs(cell: HandedIn, known: Known) -> bool:
    return cell.source.strip() not in ("", known.source.strip())


def _parses(source: str) -> bool:
    """Whether it is Python, or would be without its magics; what is too long to tell is not.

    This is no sandbox, so IPython does not read it here: on hostile text it takes minutes.
    """
    if len(source) > _LONGEST:
        return False
    return _compiles(source) or _compiles(_IPYTHONS_OWN.sub(r"\1pass", source))


def _compiles(source: str) -> bool:
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


# ---- order and completeness ----------------------------------------------------------------------


def _in_order(cells: list[HandedIn], names: list[str], remarks: list[str]) -> list[HandedIn]:
    """Known cells in the assignment's order; the student's own stay behind the one before them."""
    groups: list[list[HandedIn]] = [[]]
    for cell in cells:
        if cell.name is not None:
            groups.append([])
        groups[-1].append(cell)
    head, *named = groups
    place = {name: index for index, name in enumerate(names)}
    ordered = sorted(named, key=lambda group: place[group[0].name or ""])
    if ordered != named:
        remarks.append("cells were moved; they were put back in order")
    return [cell for group in (head, *ordered) for cell in group]


def _completed(cells: list[HandedIn], blueprint: Blueprint, remarks: list[str]) -> list[HandedIn]:
    """Missing cells where they belong. A missing answer is left empty: its stub would redefine."""
    present = {cell.name for cell in cells}
    complete, position = list(cells), 0
    for known in blueprint.cells:
        if known.name in present:
            position = [cell.name for cell in complete].index(known.name) + 1
            continue
        source = known.source if known.kind == "markdown" or not known.answer else ""
        complete.insert(position, HandedIn(known.kind, source, known.name))
        position += 1
        if known.answer or known.graded:
            remarks.append(f"cell {known.name} was deleted; it was put back")
    return complete


# ---- the notebook --------------------------------------------------------------------------------


def _notebook(cells: list[HandedIn], known: dict[str, Known], remarks: list[str]) -> Any:
    """The notebook, with metadata of ours alone."""
    made = [
        _own_cell(cell, number)
        if cell.name is None
        else _known_cell(cell, known[cell.name], remarks)
        for number, cell in enumerate(cells)
    ]
    return new_notebook(cells=made, metadata=PYTHON)


def _own_cell(cell: HandedIn, number: int) -> Any:
    return _cell(cell, cell.kind, cell.source, f"cell-{number}")


def _known_cell(cell: HandedIn, known: Known, remarks: list[str]) -> Any:
    if cell.kind != known.kind:
        remarks.append(f"cell {known.name} was turned into {cell.kind}; it was turned back")
    fixed = known.locked and not known.answer
    if fixed and cell.source.strip() != _released(known).strip():
        remarks.append(f"cell {known.name} was changed; the original was used")
    source = known.source if fixed or known.task else cell.source
    made = _cell(cell, known.kind, source, known.name)
    made.metadata["nbgrader"] = known.mark
    return made


def _released(known: Known) -> str:
    """A test as the students have it: without its hidden part."""
    lines, hidden = [], False
    for line in known.source.splitlines():
        hidden = hidden or "### BEGIN HIDDEN TESTS" in line
        if not hidden:
            lines.append(line)
        hidden = hidden and "### END HIDDEN TESTS" not in line
    return "\n".join(lines)


def _cell(cell: HandedIn, kind: str, source: str, identity: str) -> Any:
    """Made by hand: nbformat's makers check each by itself, which takes longer than all else."""
    if kind == "code":
        more: dict[str, Any] = {"outputs": [], "execution_count": None}
    else:
        kind, more = "markdown", {"attachments": cell.attachments} if cell.attachments else {}
    own = {"cell_type": kind, "id": identity[:64], "metadata": NotebookNode(), "source": source}
    return NotebookNode(**own, **more)
