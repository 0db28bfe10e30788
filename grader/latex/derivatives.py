"""Read what differentiates: `d`, a partial, a nabla, and fractions, which may be derivatives."""

from collections.abc import Callable

from . import tree
from .cursor import BARS, OPERATORS, TRANSPOSES, Cursor
from .errors import Unreadable
from .tex import ACCENTS, CLOSE, OPEN, STYLES, SWITCHES, Tex, argument, flat
from .tree import Node

D_COMMANDS = {r"\dd", r"\diff", r"\differential", r"\differentialD"}


def _d_length(cursor: Cursor, i: int) -> int:
    """How many tokens the differential sign at i takes; 0 when there is none."""
    text = [t.text for t in cursor.tokens[i : i + 4]]
    if not text:
        return 0
    if text[0] == "d" and "d" not in cursor.names.values:
        return int(not _d_is_size(cursor, i))
    if text[0] in STYLES | SWITCHES and text[1:2] == ["d"] and not cursor.word_at(i + 1):
        return 2
    if text[0] in STYLES and text[1:4] == ["{", "d", "}"]:
        return 4
    if text[0] == "{" and text[1] in STYLES | SWITCHES and text[2:4] == ["d", "}"]:
        return 4
    return int(text[0] in D_COMMANDS or _delta_is_d(cursor, text))


def _delta_is_d(cursor: Cursor, text: list[str]) -> bool:
    """Whether a delta that nobody defined stands before a name like a d."""
    if text[0] != r"\delta" or cursor.names.known("delta"):
        return False
    after = text[1] if len(text) > 1 else ""
    named = (len(after) == 1 and after.isalpha()) or after in STYLES | set(ACCENTS)
    return named and cursor.names.customs.ask("delta") == "d"


def _d_is_size(cursor: Cursor, i: int) -> bool:
    """Whether d is a size here: alone, among sizes, or behind a slash and before a bracket."""
    if "d" not in cursor.names.sizes:
        return False
    after = cursor.tokens[i + 1].text if i + 1 < len(cursor.tokens) else ""
    slashed = i > 0 and cursor.tokens[i - 1].text == "/"
    return cursor.before_sizes(i + 1) or (slashed and after in OPEN | BARS)


def differential(cursor: Cursor, token: Tex) -> bool:
    length = _d_length(cursor, cursor.i)
    if not length or cursor.word_at(cursor.i):
        return False
    if not _has_operand(cursor, length):
        return False
    if _slashed(cursor, token, length, lambda i: _d_length(cursor, i)):
        return True
    cursor.emit("D", "d", token.at)
    cursor.i += length
    return True


def _has_operand(cursor: Cursor, length: int) -> bool:
    """Whether something to differentiate stands behind a sign of this length."""
    after = cursor.peek(length)
    if not after or after in CLOSE or after in ("^", "_", ",", "}", "'", "=", "&"):
        return False
    return after not in OPERATORS or after in "+-"


def _slashed(cursor: Cursor, token: Tex, length: int, head: Callable[[int], int]) -> bool:
    r"""`\partial f/\partial W` or `df/dW` written on one line."""
    top_end = _unit(cursor, cursor.i + length)
    if top_end >= len(cursor.tokens) or cursor.tokens[top_end].text != "/":
        return False
    below = head(top_end + 1)
    if not below or top_end == cursor.i + length:
        return False
    end = _unit(cursor, top_end + 1 + below, transposes=False)
    top = cursor.read(cursor.tokens[cursor.i + length : top_end], token.at)
    bottom = cursor.read(cursor.tokens[top_end + 1 + below : end], token.at)
    cursor.i = end
    cursor.whole(tree.Derivative(token.at, top, bottom))
    cursor.hang(cursor.scripts())
    return True


def _unit(cursor: Cursor, i: int, transposes: bool = True) -> int:
    """Where the single thing that starts at i ends: a symbol and its scripts, or a bracket."""
    if i >= len(cursor.tokens):
        return i
    if cursor.tokens[i].text in OPEN:
        j = cursor.closing(i) + 1
    else:
        _, j = argument(list(cursor.tokens), i)
        if cursor.tokens[i].letter and j < len(cursor.tokens) and cursor.tokens[j].number:
            j += not cursor.tokens[j].spaced
    while j < len(cursor.tokens) and cursor.tokens[j].text in ("_", "^"):
        inside, after = argument(list(cursor.tokens), j + 1)
        if cursor.tokens[j].text == "^" and not transposes and flat(inside) in TRANSPOSES:
            break
        j = after
    return j


def partial(cursor: Cursor, token: Tex) -> None:
    if cursor.peek(1) == "_":
        inside, cursor.i = argument(cursor.tokens, cursor.i + 2)
        cursor.emit("NABLA", cursor.read(inside, token.at), token.at)
        return
    heads = lambda i: int(i < len(cursor.tokens) and cursor.tokens[i].text == r"\partial")  # noqa: E731
    if _slashed(cursor, token, 1, heads):
        return
    if not _has_operand(cursor, 1):
        raise Unreadable(r"a \partial alone says nothing", token.at)
    cursor.emit("D", "d", token.at)
    cursor.i += 1


def nabla(cursor: Cursor, token: Tex) -> None:
    cursor.i += 1
    gradient_sign(cursor, token.at)


def gradient_sign(cursor: Cursor, at: int) -> None:
    """A nabla or grad, of which what hangs on it remains to be read."""
    scripts = cursor.scripts()
    if any(s.kind != "sub" for s in scripts):
        raise Unreadable("second derivatives are not read", at)
    by = cursor.read(scripts[0].tokens, at) if scripts else None
    cursor.emit("NABLA", by, at)


def fraction(cursor: Cursor, token: Tex) -> None:
    top, cursor.i = argument(cursor.tokens, cursor.i + 1)
    bottom, cursor.i = argument(cursor.tokens, cursor.i)
    by = _derivative_head(cursor, bottom)
    of = _derivative_head(cursor, top) or int(bool(by) and flat(top) == "d")
    if not (by and of):
        cursor.whole(_quotient(cursor, token.at, top, bottom))
    elif any(t.text == r"\partial" for t in bottom[by:]):
        raise Unreadable("second derivatives are not read", token.at)
    elif len(top) == of:
        cursor.emit("NABLA", cursor.read(bottom[by:], token.at), token.at)
        return
    elif top[of].text == "^":
        raise Unreadable("second derivatives are not read", token.at)
    else:
        inner = cursor.read(top[of:], token.at)
        cursor.whole(tree.Derivative(token.at, inner, cursor.read(bottom[by:], token.at)))
    cursor.hang(cursor.scripts())


def _quotient(cursor: Cursor, at: int, top: list[Tex], bottom: list[Tex]) -> Node:
    return tree.Quotient(at, cursor.read(top, at), cursor.read(bottom, at))


def _derivative_head(cursor: Cursor, tokens: list[Tex]) -> int:
    if tokens and tokens[0].text in (r"\partial", r"\nabla"):
        return 1
    return _d_length(Cursor(tokens, cursor.reading), 0)
