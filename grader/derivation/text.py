r"""A Markdown cell as typed, cut into statements: `statements(text)`.

A statement is a chain of expressions joined by relations, `A = B = C`, with its place. Rows end at
`\\`; commas, arrows and words part several statements in a row. Every relation sign stands in one
statement or is among the `asides`, with the reason why it makes none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from grader.latex.dress import meaningful
from grader.latex.errors import TooLong, Unreadable
from grader.latex.layout import EQUAL, Box, Item, flattened, laid_out, opened, rows, unbracketed
from grader.latex.macros import Macros, expanded, macros_in
from grader.latex.tex import CLOSE, OPEN, Tex, cut

from .formulas import Segment, formulas
from .row import Part, chains

BINARY = {"+", "-", "*", r"\odot", r"\circ", r"\cdot", r"\times", r"\otimes", "/"}
LONGEST_TEXT = 60_000  # characters; the longest real one met has 6,000
MOST_EXPRESSIONS = 600  # that are read, a third of a second; the longest real text has 106
OPENERS = {r"\[": 300, r"\(": 1000, r"\begin": 300, "$": 2000, "```": 100, "~~~": 100, "<!--": 100}


@dataclass
class Statement:
    """A chain of expressions."""

    parts: list[Part]
    display: bool
    prose: str  # what stood before the formula, where this is its first statement
    segment: int
    row: int
    plain: bool = False  # typed without any $: kept only if every symbol of it is known
    mended: list[tuple[int, str]] = field(default_factory=list)
    said: bool = False  # in words, or under a brace: it defines, or says nothing


@dataclass(frozen=True)
class Aside:
    """A relation sign that makes no statement, and why: it is a label, inside something, words."""

    at: int
    why: str


@dataclass
class Found:
    """All that a text states."""

    statements: list[Statement] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)


def statements(text: str) -> list[Statement]:
    """Every chain of a text, in order; a formula broken over two rows is put together."""
    return found_in(text).statements


def found_in(text: str) -> Found:
    """The statements of a text, and the relation signs that make none."""
    found = Found()
    if len(text) > LONGEST_TEXT or any(text.count(o) > most for o, most in OPENERS.items()):
        found.statements.append(_unreadable(0, 0, TooLong("the text is too long to be checked", 0)))
        return found
    text, macros = macros_in(text)
    for number, segment in enumerate(formulas(text)):
        try:
            _state(found, number, segment, macros)
        except Unreadable as error:
            found.statements.append(_unreadable(number, segment.at, error))
    found.statements = _as_many_as_are_read(found.statements)
    return found


def _state(found: Found, number: int, segment: Segment, macros: Macros) -> None:
    """Add what one formula states."""
    typed = expanded(cut(segment.math, segment.at), macros)
    signs = [token for token in typed if token.text in EQUAL]
    items = opened(laid_out(meaningful(typed, segment.at)))
    prose, before = segment.prose, len(found.statements)
    found_rows = rows(items)
    if segment.display and len(found_rows) == 1:
        found_rows = [unbracketed(found_rows[0])]
    for row_number, row in enumerate(found_rows):
        for place, parts in enumerate(chains(row)):
            if place == 0 and row_number and _continues(found.statements, number, parts):
                continue
            statement = Statement(parts, segment.display, prose, number, row_number, segment.plain)
            found.statements.append(statement)
            prose = ""
    used = {p.sign.at for s in found.statements[before:] for p in s.parts if p.sign}
    found.asides += _asides(signs, items, used)


def _asides(signs: Iterable[Tex], items: Sequence[Item], used: set[int]) -> Iterator[Aside]:
    """Those of the signs that no statement uses."""
    level = {item.at for item in items if isinstance(item, Tex)}
    inside = {t.at for item in items if isinstance(item, Box) for t in flattened(item.inside)}
    for sign in signs:
        if sign.at not in used:
            why = "bracket" if sign.at in level else "inside" if sign.at in inside else "label"
            yield Aside(sign.at, why)


def _as_many_as_are_read(found: list[Statement]) -> list[Statement]:
    """The first expressions of a text; where the rest begins, that it was not read."""
    left = MOST_EXPRESSIONS
    for place, statement in enumerate(found):
        parts = statement.parts
        if len(parts) > left:
            at = next(token.at for part in (*parts[left:], *parts) for token in part.tokens)
            said = f"more than {MOST_EXPRESSIONS} expressions are not read"
            statement.parts = parts[:left]
            rest = _unreadable(statement.segment, at, TooLong(said, at))
            return [*found[: place + bool(left)], rest]
        left -= len(parts)
    return found


def _unreadable(number: int, at: int, error: Unreadable) -> Statement:
    return Statement([Part("", [Tex("", at)], error)], True, "", number, 0)


def _continues(found: list[Statement], segment: int, parts: list[Part]) -> bool:
    """Join a row that goes on with the formula of the row before."""
    if not found or found[-1].segment != segment or parts[0].relation or not parts[0].tokens:
        return False
    before = found[-1].parts[-1].tokens
    broken = parts[0].tokens[0].text in BINARY or (before and before[-1].text in BINARY)
    if not broken and not _open(before):
        return False
    before.extend(parts[0].tokens)
    found[-1].parts.extend(parts[1:])
    return True


def _open(found: list[Tex]) -> bool:
    """Whether a bracket is still open at the end."""
    return sum((t.text in OPEN) - (t.text in CLOSE) for t in found) > 0


SIZES = re.compile(r"[A-Za-z0-9_{}()\[\],]|\\[{}]|\\times|\\cdot")


def is_about_sizes(statement: Statement, values: Set[str]) -> bool:
    r"""Whether it says that (k \times m)(m \times r) is k \times r."""
    return all(
        any(token.text == r"\times" for token in part.tokens)
        and all(
            token.number or (SIZES.fullmatch(token.text) and token.text not in values)
            for token in part.tokens
        )
        for part in statement.parts
    )
