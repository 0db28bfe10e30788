"""Say what each TeX token means: `read(tokens, names)` is the tree of a formula.

The ambiguity of this notation is lexical: `d` may be a differential, `T` a transpose, `'` a
derivative, `1` a matrix of ones, `W1` a name. Here, in `derivatives` and in `symbols`, and only
there, that is settled.
"""

from . import tree
from .cursor import (
    BARS,
    DOUBLE_BARS,
    MEANINGS,
    OPERATORS,
    PERHAPS,
    RELATIONS,
    Cursor,
    Reading,
)
from .derivatives import differential, fraction, nabla, partial
from .errors import Unreadable
from .matrices import MATRICES, matrix
from .pieces import split, without_prose
from .ranges import over, parted
from .symbols import command, letters, number, styled
from .tex import ACCENTS, BEFORE, CLOSE, LABEL, OPEN, STYLES, SWITCHES, Tex, argument
from .tree import Node

ANGLES = {r"\langle": "LANGLE", r"\lang": "LANGLE", r"\rangle": "RANGLE", r"\rang": "RANGLE"}
DEEPEST_TREE = 120  # of the term that it becomes; Python takes twice as much


def read(tokens: list[Tex], reading: Reading) -> Node:
    """The tree of a formula; Unreadable where it says nothing we know."""
    if not tokens:
        raise Unreadable("nothing stands here")
    return Cursor(list(tokens), reading).parsed()


def read_whole(tokens: list[Tex], reading: Reading) -> Node:
    """The tree of a whole formula, which is never so deep that walking it is a danger."""
    node = read(tokens, reading)
    if tree.depth(node) > DEEPEST_TREE:
        raise Unreadable("too many things inside one another", tokens[0].at)
    return node


def _nothing(cursor: Cursor, token: Tex) -> bool:
    if token.text in SWITCHES or token.text in ("\\\\", r"\&", r"\quad", r"\qquad", "&"):
        cursor.i += 1
    elif token.text == "{" and cursor.peek(1) == "}":
        cursor.i += 2
    elif token.text == LABEL:
        cursor.i = argument(cursor.tokens, cursor.i + 1)[1]
    else:
        return False
    return True


def _transposing(cursor: Cursor, token: Tex) -> None:
    """Read what a {}^t stands before, and transpose it."""
    cursor.i += 1
    if cursor.peek() in OPEN:
        end = cursor.closing(cursor.i)
        inside = cursor.read(cursor.tokens[cursor.i + 1 : end], token.at)
        cursor.whole(tree.Group(token.at, inside))
        cursor.i = end + 1
        cursor.hang(cursor.scripts())
    elif cursor.peek():
        cursor.step(cursor.tokens[cursor.i])
    cursor.emit("AFTER", lambda inner: tree.Transpose(token.at, inner), token.at)


def _operator(cursor: Cursor, token: Tex) -> None:
    if token.text == "." and cursor.after_operand() and _transposed_in_code(cursor, token):
        return
    if token.text in OPERATORS:
        dot = token.text == "." and not cursor.after_operand()
        if not dot:
            cursor.emit(OPERATORS[token.text], token.text, token.at)
    else:
        relation = RELATIONS[token.text]
        if token.text in "<>" and cursor.peek(1) == "=":
            relation, cursor.i = relation + "=", cursor.i + 1
        cursor.emit("COMPARE", relation, token.at)
    cursor.i += 1


def _transposed_in_code(cursor: Cursor, token: Tex) -> bool:
    """X.T and X.t(), as code has it."""
    called = [t.text for t in cursor.tokens[cursor.i + 1 : cursor.i + 4]]
    length = 3 if called == ["t", "(", ")"] else 1 if called[:1] == ["T"] else 0
    if not length or cursor.names.known("T"):
        return False
    cursor.emit("AFTER", lambda x: tree.Transpose(token.at, x), token.at)
    cursor.i += 1 + length
    return True


def _postfix(cursor: Cursor, token: Tex) -> None:
    cursor.hang(cursor.scripts())


# ------------------------------------------------------------- brackets and bars


def _bracket(cursor: Cursor, token: Tex) -> None:
    kind = "OPEN" if token.text in OPEN or token.text == "{" else "CLOSE"
    cursor.emit(kind, token.text, token.at)
    cursor.i += 1
    if kind == "CLOSE":
        cursor.hang(cursor.scripts())


def _bar(cursor: Cursor, token: Tex) -> None:
    kind = "NORM" if token.text in DOUBLE_BARS else "BAR"
    if _is_doubled(cursor, token):
        kind, cursor.i = "NORM", cursor.i + 1
    cursor.i += 1
    if _bar_opens(cursor, token.text, kind):
        cursor.bars[kind] += 1
        cursor.emit(f"{kind}_OPEN", token.text, token.at)
        return
    cursor.bars[kind] -= 1
    scripts = cursor.scripts()
    below = "".join(s.text for s in scripts if s.kind == "sub")
    cursor.emit(f"{kind}_CLOSE", below, token.at)
    cursor.hang([s for s in scripts if s.kind != "sub"])


def _is_doubled(cursor: Cursor, token: Tex) -> bool:
    """Whether two bars stand for a norm."""
    if token.text not in ("|", r"\vert") or cursor.peek(1) != token.text:
        return False
    return token.text == r"\vert" or not cursor.tokens[cursor.i + 1].spaced


def _bar_opens(cursor: Cursor, text: str, kind: str) -> bool:
    if text in (r"\lVert", r"\lvert"):
        return True
    if text in (r"\rVert", r"\rvert"):
        return False
    return cursor.bars[kind] <= 0 or not cursor.after_operand()


def _angle(cursor: Cursor, token: Tex) -> None:
    kind = ANGLES[token.text]
    cursor.emit(kind, token.text, token.at)
    cursor.i += 1
    scripts = cursor.scripts() if kind == "RANGLE" else []
    below = [s for s in scripts if s.kind == "sub"]
    if any(s.text not in tree.FROBENIUS for s in below):
        raise Unreadable("this inner product is not known", below[0].at)
    cursor.hang([s for s in scripts if s.kind != "sub"])  # <A, B>_F: the F says nothing new


def _root(cursor: Cursor, token: Tex) -> None:
    if cursor.peek(1) == "[":
        raise Unreadable("only square roots are read", token.at)
    inside, cursor.i = argument(cursor.tokens, cursor.i + 1)
    cursor.whole(tree.Call(token.at, "sqrt", 0, (cursor.read(inside, token.at),)))
    cursor.hang(cursor.scripts())


# ------------------------------------------------------------- sums and tables


def _big_sum(cursor: Cursor, token: Tex) -> None:
    sigma = cursor.names.known("Sigma") or cursor.peek(1) not in "_^"
    if token.text == r"\Sigma" and sigma:
        return command(cursor, token)
    cursor.i += 1
    scripts = cursor.scripts()
    below, above = (
        next((s.tokens for s in scripts if s.kind == kind), []) for kind in ("sub", "sup")
    )
    below, condition = parted(below)
    where = cursor.read(condition, token.at) if condition else None
    cursor.emit("SUM", (over(below, above, token.at), where), token.at)


def _table(cursor: Cursor, token: Tex) -> None:
    if token.text in MATRICES:
        return matrix(cursor, token)
    if token.text != r"\begincases":
        raise Unreadable("matrices written out are not read", token.at)
    end = next(
        (j for j in range(cursor.i, len(cursor.tokens)) if cursor.tokens[j].text == r"\endcases"),
        len(cursor.tokens),
    )
    body, cursor.i = cursor.tokens[cursor.i + 1 : end], end + 1
    rows = [_case(cursor, row) for row in split(body, "\\\\") if row]
    if not rows:
        raise Unreadable("no case is given", token.at)
    cursor.whole(tree.Cases(token.at, tuple(rows)))


def _case(cursor: Cursor, row: list[Tex]) -> tuple[Node, Node | None]:
    value, *conditions = split(row, "&")
    if not conditions and any(t.text == "," for t in value):
        value, *conditions = split(value, ",")
    while value and value[-1].text in ",;.":
        value = value[:-1]
    condition = without_prose([t for c in conditions for t in c])
    at = row[0].at
    return cursor.read(value, at), cursor.read(condition, at) if condition else None


PERHAPS.extend((_nothing, differential))
MEANINGS |= {
    **dict.fromkeys(OPERATORS | RELATIONS, _operator),
    **dict.fromkeys(OPEN | CLOSE | {"{", "}"}, _bracket),
    **dict.fromkeys(BARS, _bar),
    **dict.fromkeys(ANGLES, _angle),
    **dict.fromkeys((r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"), fraction),
    **dict.fromkeys((r"\sum", r"\Sigma"), _big_sum),
    **dict.fromkeys(STYLES | set(ACCENTS), styled),
    **dict.fromkeys(("'", "^", "_"), _postfix),
    r"\sqrt": _root,
    BEFORE: _transposing,
    r"\nabla": nabla,
    r"\partial": partial,
    "a letter": letters,
    "a number": number,
    "a command": command,
    "a table": _table,
}
