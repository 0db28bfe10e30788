"""Put what was handed in back into the shape of the assignment, and say what was changed.

Answers are kept wherever they stand; tests and locked cells come from the gradebook. Duplicated,
split, missing, reordered and retagged cells are mended by rules a student can be told in a line.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from grader.autograde.blueprint import Blueprint, Known
from grader.autograde.locating import Located, defined, located, released, squeezed
from grader.autograde.reading import MOST_CELLS, MOST_OTHERS, HandedIn, Reading
from grader.budget import costs_too_much
from grader.catalogue import Reason
from grader.notebook import STAMP

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
    remarks: tuple[Reason, ...]


def repair(reading: Reading, blueprint: Blueprint) -> Repaired:
    """The submission, mended."""
    known = {cell.name: cell for cell in blueprint.cells}
    found = located(reading.cells, blueprint)
    remarks = [*reading.remarks, *blueprint.remarks, *found.repairs]
    if reading.left_out:
        most = {"most": MOST_CELLS, "others": MOST_OTHERS}
        remarks.append(Reason.of("repair.cells_left_out", count=reading.left_out, **most))
        found.people |= _not_found_for_sure(reading, blueprint)
    cells = _with_second_halves(found.cells, known)
    cells = _settle_claims(cells, known, remarks)
    cells = _completed(cells, blueprint, found, remarks)
    return Repaired(_notebook(cells, known, found, remarks), tuple(remarks))


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


def _not_found_for_sure(reading: Reading, blueprint: Blueprint) -> dict[str, Reason]:
    """The answers that stand in no cell of their name, which may be among those not read."""
    stubs = {known.name: squeezed(known.source) for known in blueprint.cells}
    sure = {
        name
        for cell in reading.cells
        if (name := blueprint.own.named(cell.name, cell.identity))
        and squeezed(cell.source) not in ("", stubs[name])
    }
    asked = [known.name for known in blueprint.cells if known.answer and known.name not in sure]
    return dict.fromkeys(asked, Reason.of("person.cells_left_out"))


# ---- one cell a name -----------------------------------------------------------------------------


def _settle_claims(
    cells: list[HandedIn], known: dict[str, Known], remarks: list[Reason]
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
    known: Known, places: list[int], cells: list[HandedIn | None], remarks: list[Reason]
) -> None:
    """Several cells claim one name: join what was split, else let the last one count."""
    claimants = [cell for place in places if (cell := cells[place]) is not None]
    written = [cell for cell in claimants if _differs(cell, known)]
    parts = list(dict.fromkeys(cell.source for cell in written))
    joined = _joined(known, parts) if known.answer else None
    counts = _last_that_counts(known, written or claimants)
    if known.answer and len(parts) > 1:
        kind = "repair.last_counts" if joined is None else "repair.joined"
        remarks.append(Reason.of(kind, cell=known.name, times=len(places)))
    for place, cell in zip(places, claimants, strict=True):
        if cell is counts:
            pasted = {key: one for c in claimants for key, one in c.attachments.items()}
            source = joined if joined is not None else cell.source
            cells[place] = replace(cell, source=source, attachments=pasted)
        else:
            runs = known.answer and known.kind == "code" and joined is None
            adds = _differs(cell, known) and cell.source != counts.source
            cells[place] = replace(cell, name=None) if runs and adds else None


def _last_that_counts(known: Known, claimants: list[HandedIn]) -> HandedIn:
    """The last one, or the last that defines what is asked for."""
    asked = set(known.binds)
    defining = [cell for cell in claimants if asked and asked & defined(cell.source)]
    return (defining or claimants)[-1]


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
    return squeezed(cell.source) not in ("", squeezed(known.source))


def _parses(source: str) -> bool:
    """Whether it is Python, or would be without its magics; what is too long to tell is not.

    This is no sandbox, so IPython does not read it here: on hostile text it takes minutes.
    """
    if len(source) > _LONGEST or costs_too_much(source):
        return False
    return _compiles(source) or _compiles(_IPYTHONS_OWN.sub(r"\1pass", source))


def _compiles(source: str) -> bool:
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


# ---- completeness and order ----------------------------------------------------------------------


def _completed(
    cells: list[HandedIn], blueprint: Blueprint, found: Located, remarks: list[Reason]
) -> list[HandedIn]:
    """All cells of the assignment, in its order."""
    present = {cell.name for cell in cells}
    missing = [known for known in blueprint.cells if known.name not in present]
    remarks += [
        Reason.of("repair.deleted", cell=known.name)
        for known in missing
        if (known.answer or known.graded) and known.name not in found.elsewhere
    ]
    ordered = _in_order(cells, blueprint, [_put_back(known) for known in missing])
    names = [cell.name for cell in ordered if cell.name in present and cell.name]
    if names != [cell.name for cell in cells if cell.name]:
        remarks.append(Reason.of("repair.order"))
    return ordered


def _put_back(known: Known) -> HandedIn:
    """A missing answer is left empty: its stub would redefine."""
    source = released(known) if known.kind == "markdown" or not known.answer else ""
    return HandedIn(known.kind, source, known.name)


def _in_order(
    cells: list[HandedIn], blueprint: Blueprint, missing: list[HandedIn]
) -> list[HandedIn]:
    """The assignment's cells in its order, the student's own where they are in time.

    A cell of the student's own stays behind the known cell before it, unless an answer or a test
    that it stood before comes earlier: then it stays before that, which may need it.
    """
    place = {known.name: index for index, known in enumerate(blueprint.cells)}
    needy = {known.name for known in blueprint.cells if known.answer or known.graded}
    first = [len(place)]  # the first of these behind each cell, from the last cell on
    for cell in reversed(cells):
        first.append(min(first[-1], place[cell.name]) if cell.name in needy else first[-1])
    keyed, behind = [((place[cell.name or ""], 0), cell) for cell in missing], -1
    for cell, soonest in zip(cells, reversed(first[:-1]), strict=True):
        behind = place[cell.name] if cell.name else behind
        own = min((behind, 1), (soonest, -1))
        keyed.append(((behind, 0) if cell.name else own, cell))
    return [cell for _, cell in sorted(keyed, key=lambda pair: pair[0])]


# ---- the notebook --------------------------------------------------------------------------------


def _notebook(
    cells: list[HandedIn], known: dict[str, Known], found: Located, remarks: list[Reason]
) -> Any:
    """The notebook, with metadata of ours alone."""
    made = [
        _own_cell(cell, number)
        if cell.name is None
        else _known_cell(cell, known[cell.name], found, remarks)
        for number, cell in enumerate(cells)
    ]
    return new_notebook(cells=made, metadata=PYTHON)


def _own_cell(cell: HandedIn, number: int) -> Any:
    return _cell(cell, cell.kind, cell.source, f"cell-{number}")


def _known_cell(cell: HandedIn, known: Known, found: Located, remarks: list[Reason]) -> Any:
    if cell.kind != known.kind:
        remarks.append(Reason.of("repair.kind", cell=known.name, into=cell.kind))
    fixed = known.locked and not known.answer
    if fixed and squeezed(cell.source) != squeezed(released(known)):
        remarks.append(Reason.of("repair.changed", cell=known.name))
    same = squeezed(cell.source) == squeezed(known.source)  # whatever spaces a tool left
    source = known.source if fixed or known.task or same else cell.source
    if known.name in found.elsewhere:
        source = f"# this answer stands in cell {found.elsewhere[known.name]}"
    made = _cell(cell, known.kind, source, known.name)
    made.metadata["nbgrader"] = known.mark
    if known.name in found.people:
        made.metadata[STAMP] = {"person": found.people[known.name].as_dict()}
    return made


def _cell(cell: HandedIn, kind: str, source: str, identity: str) -> Any:
    """Made by hand: nbformat's makers check each by itself, which takes longer than all else."""
    if kind == "code":
        more: dict[str, Any] = {"outputs": [], "execution_count": None}
    else:
        kind, more = "markdown", {"attachments": cell.attachments} if cell.attachments else {}
    own = {"cell_type": kind, "id": identity[:64], "metadata": NotebookNode(), "source": source}
    return NotebookNode(**own, **more)
