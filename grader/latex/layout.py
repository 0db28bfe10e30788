r"""What the tokens of a formula stand in: `laid_out(tokens)` nests arguments, braces and tables.

Braces that are the argument of nothing only hold together what is set side by side, as a box, a
colour or a size does. `opened(items)` takes off those in which equations stand.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from .tex import ACCENTS, CLOSE, LABEL, OPEN, STYLES, Tex

EQUAL = {"=", r"\equiv", r"\triangleq", r"\coloneqq", r"\doteq", r"\coloneq"}
_ARROWS = """
Rightarrow implies Longrightarrow therefore because iff Leftrightarrow to rightarrow longrightarrow
Longleftrightarrow quad qquad Leftarrow leadsto longmapsto mapsto leftarrow forall colon ldots dots
cdots hookrightarrow impliedby leftrightarrow vdots hfill hfil"""
ARROWS = {rf"\{name}" for name in _ARROWS.split()}
ROW_ENDS = {"\\\\", r"\cr", r"\newline"}
PARTED = {",", ";", ".", ":", "&"} | ROW_ENDS | ARROWS  # after these a statement may begin
FRACTIONS = {r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"}
TAKES = dict.fromkeys(FRACTIONS, 2) | dict.fromkeys(
    STYLES | set(ACCENTS) | {r"\sqrt", "_", "^", LABEL}, 1
)
TEXTS = {r"\text", r"\textrm", r"\mbox", r"\textbf", r"\textit"}
HANGING = {"^", "_", "'", r"\prime"}


@dataclass(frozen=True, slots=True)
class Box:
    """Braces, or a table, and what stands in them."""

    kind: str  # argument (of a command or a script), braces, table
    opening: Tex
    inside: "tuple[Item, ...]"
    closing: Tex


Item = Tex | Box


def opens_table(token: Tex) -> bool:
    return token.text.startswith(r"\begin") and len(token.text) > 6


def closes_table(token: Tex) -> bool:
    return token.text.startswith(r"\end") and len(token.text) > 4


def laid_out(found: Iterable[Tex]) -> list[Item]:
    """The tokens with what braces and tables hold put into boxes; what is never closed is none."""
    items: list[Item] = []
    waiting: list[tuple[str, Tex, list[Item], int]] = []  # with the items around, arguments due
    due = 0  # arguments that the command before still takes
    for token in found:
        if token.text == "{" or opens_table(token):
            kind = "argument" if due else "braces" if token.text == "{" else "table"
            waiting.append((kind, token, items, max(0, due - 1)))
            items, due = [], 0
        elif waiting and (token.text == "}" or closes_table(token)):
            kind, opening, around, due = waiting.pop()
            around.append(Box(kind, opening, tuple(items), token))
            items = around
        else:
            items.append(token)
            due = TAKES.get(token.text, max(0, due - 1))
    for _, opening, around, _ in reversed(waiting):
        items = [*around, opening, *items]
    return items


def flattened(items: Iterable[Item]) -> Iterator[Tex]:
    """All tokens of these items again."""
    for item in items:
        if isinstance(item, Box):
            yield item.opening
            yield from flattened(item.inside)
            yield item.closing
        else:
            yield item


def opened(items: Sequence[Item], before: Item | None = None) -> list[Item]:
    """The items, with what stands in a box in its place where equations stand in it."""
    out: list[Item] = []
    for item, after in zip_longest(items, items[1:]):
        last = out[-1] if out else before
        if not isinstance(item, Box) or item.kind == "argument" or _is(after, HANGING):
            out.append(item)
            continue
        inside = opened(item.inside, last)
        out += inside if inside and _is_layout(item, inside, last) else [item]
    return out


def _is_layout(box: Box, inside: Sequence[Item], before: Item | None) -> bool:
    """Whether equations stand in it, at a place where one may begin or go on."""
    if box.kind == "table":  # of cases, the second column is a condition
        begins = before is None or _is(before, PARTED)
        return begins and all(map(_is_equation, columns(inside)))
    if _is(inside[0], EQUAL):
        return True
    begins = (
        before is None
        or isinstance(before, Box)
        or _is(before, PARTED | EQUAL)
        or not before.text.isascii()
        or before.text[1:].isalpha()
    )
    return begins and (_has_relation(inside) or any(_is(item, ROW_ENDS) for item in inside))


def _is_equation(cells: Sequence[Sequence[Item]]) -> bool:
    """Whether a row of a table is one, A = B or A &= B, and no case with its condition."""
    return _has_relation(cells[0]) or any(_is(cell[0], EQUAL) for cell in cells[1:] if cell)


def _is(item: Item | None, texts: set[str]) -> bool:
    return isinstance(item, Tex) and item.text in texts


def _has_relation(items: Sequence[Item]) -> bool:
    """Whether an equals sign stands among them, in no bracket."""
    depth = 0
    for item in items:
        if isinstance(item, Tex):
            depth += (item.text in OPEN) - (item.text in CLOSE)
            if depth <= 0 and item.text in EQUAL:
                return True
    return False


def rows(items: Iterable[Item]) -> list[list[Item]]:
    """What stands between row ends, the marks of columns left out; `A &= B & C &= D` is two."""
    found: list[list[Item]] = []
    for cells in columns(items):
        said = [cell for cell in cells if not _is_note(cell)]
        found.append([])
        for cell, after in zip_longest(said, said[1:]):
            if after and _is(after[0], EQUAL) and cell and not _has_relation(cell):
                found.append([])
            found[-1] += cell
    return [row for row in found if row]


def _is_note(cell: Sequence[Item]) -> bool:
    """Whether only words stand in a cell."""
    return len(cell) == 2 and _is(cell[0], TEXTS) and isinstance(cell[1], Box)


def unbracketed(row: list[Item]) -> list[Item]:
    """A row without brackets around all of it, where an equation stands in them."""
    edges = [item.text for item in (row[0], row[-1]) if isinstance(item, Tex)]
    if len(edges) < 2 or edges[0] not in OPEN or edges[1] not in CLOSE:
        return row
    return row[1:-1] if not _has_relation(row) and _has_relation(row[1:-1]) else row


def columns(items: Iterable[Item]) -> list[list[list[Item]]]:
    """The rows of a table, each as its cells."""
    found: list[list[list[Item]]] = [[[]]]
    for item in items:
        if _is(item, ROW_ENDS):
            found.append([[]])
        elif _is(item, {"&"}):
            found[-1].append([])
        else:
            found[-1][-1].append(item)
    return [row for row in found if any(row)] or [[[]]]
