r"""Read a matrix written out: all its entries, or the first and the last with dots between them.

    \begin{bmatrix} a & b \\ c & d \end{bmatrix}
    \begin{bmatrix} u_1 v_1 & \cdots & u_1 v_n \\ \vdots & & \vdots \\ u_m v_1 & \cdots & u_m v_n
    \end{bmatrix}

The second is the matrix whose entry at i and j is u_i v_j: where the first cell of a row has a 1,
the last has how many there are, and a second one in between agrees.
"""

from collections.abc import Iterator, Sequence

from . import tree
from .cursor import Cursor
from .errors import Unreadable
from .layout import closes_table, columns, flattened, laid_out, opens_table
from .tex import Tex
from .tree import Node

DOTS = {r"\cdots", r"\ldots", r"\dots", r"\dotsc", r"\hdots", r"\vdots", r"\ddots", "."}
LETTERS = "ijklpqrst"  # of which two count the rows and the columns
MATRICES = {rf"\begin{name}" for name in ("bmatrix", "pmatrix", "Bmatrix", "matrix", "smallmatrix")}
Cell = list[Tex]


def matrix(cursor: Cursor, token: Tex) -> None:
    """Take a matrix environment, up to its end."""
    end = _end(cursor.tokens, cursor.i)
    body, cursor.i = cursor.tokens[cursor.i + 1 : end], end + 1
    rows = [_with_dots(cells) for cells in _table(body) if any(cells)]
    if not rows or any(len(cells) != len(rows[0]) for cells in rows):
        raise Unreadable("the rows of this matrix are not of one length", token.at)
    if any(not cell for cells in rows for cell in cells):
        raise Unreadable("an entry of this matrix is empty", token.at)
    cursor.whole(_read(cursor, rows, token.at))
    cursor.hang(cursor.scripts())


def _end(tokens: Sequence[Tex], start: int) -> int:
    """Where the environment that begins at a token ends."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += opens_table(tokens[place]) - closes_table(tokens[place])
        if not depth:
            return place
    return len(tokens)


def _table(body: Sequence[Tex]) -> list[list[Cell]]:
    """The cells of each row; what stands in braces or in a table of its own is left whole."""
    return [[list(flattened(cell)) for cell in cells] for cells in columns(laid_out(body))]


def _with_dots(cells: list[Cell]) -> list[Cell]:
    """A row of dots, in which some cells may be left empty."""
    dots = next((cell for cell in cells if _is_dots(cell)), None)
    all_dots = dots is not None and all(not cell or _is_dots(cell) for cell in cells)
    return [cell or dots for cell in cells] if dots and all_dots else cells


def _read(cursor: Cursor, rows: list[list[Cell]], at: int) -> Node:
    if not any(_is_dots(cell) for cells in rows for cell in cells):
        read = tuple(tuple(cursor.read(cell, at) for cell in cells) for cells in rows)
        return tree.Matrix(at, read)
    full = [cells for cells in rows if not all(map(_is_dots, cells))]
    across = any(_is_dots(cell) for cells in full for cell in cells)
    down = len(full) < len(rows)
    full = [[cell for cell in cells if not _is_dots(cell)] for cells in full]
    letters = _letters(cursor, rows)
    column, ends = next(letters), list[str]()
    lines = [_typical(cells, column, ends, at) if across else _alone(cells, at) for cells in full]
    row = next(letters)
    entry = _typical(lines, row, ends, at) if down else _alone(lines, at)
    node = cursor.read(entry, at)
    if across and down:
        return tree.Entries(at, node, (row, column), (ends[-1], ends[0]))
    if down:
        return tree.Entries(at, node, (row,), (ends[0],))
    turned = tree.Entries(at, tree.Transpose(at, node), (column,), (ends[0],))
    return tree.Transpose(at, turned)


def _is_dots(cell: Cell) -> bool:
    return bool(cell) and all(token.text in DOTS for token in cell)


def _alone(cells: Sequence[Cell], at: int) -> Cell:
    if len(cells) != 1:
        raise Unreadable("which entries the dots of this matrix stand for is not understood", at)
    return cells[0]


def _letters(cursor: Cursor, rows: list[list[Cell]]) -> Iterator[str]:
    """Letters for the indices that stand nowhere in the matrix and name nothing."""
    used = {token.text for cells in rows for cell in cells for token in cell}
    known = cursor.names.values | cursor.names.sizes
    return (letter for letter in LETTERS if letter not in used | known)


def _typical(cells: Sequence[Cell], index: str, ends: list[str], at: int) -> Cell:
    """The entry at an index, as the first and the last say; where the last stands is noted."""
    unclear = Unreadable("which entries the dots of this matrix stand for is not understood", at)
    if len(cells) < 2:
        raise unclear
    first, *between, last = map(_in_digits, cells)
    if len(first) != len(last):
        raise unclear
    differing = [i for i, (a, b) in enumerate(zip(first, last, strict=True)) if a.text != b.text]
    end = {last[i].text for i in differing}
    if len(end) != 1 or any(first[i].text != "1" for i in differing):
        raise unclear
    for number, cell in enumerate(between, 2):
        expected = _put(first, differing, str(number))
        if [t.text for t in cell] != [t.text for t in expected]:
            raise unclear
    ends += end
    return _put(first, differing, index)


def _put(cell: Cell, places: Sequence[int], text: str) -> Cell:
    put = list(cell)
    for place in places:
        put[place] = Tex(text, cell[place].at, cell[place].spaced)
    return put


def _in_digits(cell: Cell) -> Cell:
    """The cell with the numbers of its subscripts digit by digit, and no braces round one sign."""
    found: Cell = []
    below = False
    depth = 0
    for token in cell:
        opens, closes = token.text == "{", token.text == "}"
        depth = depth + opens - closes if below else 0
        if below and token.number and token.text.isdigit():
            found += [Tex(digit, token.at + k) for k, digit in enumerate(token.text)]
        else:
            found.append(token)
        if token.text == "_":
            below, depth = True, 0
        elif below and not depth:
            below = False
    return _without_single_braces(found)


def _without_single_braces(cell: Cell) -> Cell:
    found: Cell = []
    for token in cell:
        found.append(token)
        if token.text == "}" and len(found) > 2 and found[-3].text == "{":
            found[-3:] = [found[-2]]
    return found
