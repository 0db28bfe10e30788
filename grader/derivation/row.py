r"""One row of a formula, cut into chains of expressions: `chains(row)`.

`A = B, C = D \Rightarrow E = F` is three chains; a relation inside brackets, a script, the argument
of a command or a table makes none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.latex.errors import Unreadable
from grader.latex.layout import ARROWS, EQUAL, TEXTS, Box, Item, flattened
from grader.latex.names import function_named
from grader.latex.tex import CLOSE, OPEN, WORDY, Tex, words
from grader.latex.tree import Node

NEARLY = {r"\approx", r"\propto", r"\simeq", r"\cong", r"\sim", r"\approxeq"}
SPACES = {r"\quad", r"\qquad"}
EDGES = (".", ",", ":", ";", "~")  # signs that may end an expression and say nothing
PROSE = re.compile(
    r"[\u4e00-\u9fff]|\b(where|with|since|if|and|so|then|because|for|otherwise|let|we|is|of|by"
    r"|thus|hence|here|as|when|that|the|using|therefore)\b",
    re.I,
)


@dataclass
class Part:
    """One expression of a chain and the relation before it; `node` is filled in by the checker."""

    relation: str  # "" at the head, "=" or "~"
    tokens: list[Tex]
    node: Node | Unreadable | None = None
    sign: Tex | None = None  # the relation as typed


def chains(row: Sequence[Item]) -> list[list[Part]]:
    """The chains of one row, without what stands at their edges and says nothing."""
    found = [_trimmed(parts) for parts in _Cutter(row).run()]
    return [parts for parts in found if any(p.tokens for p in parts)]


def _trimmed(parts: list[Part]) -> list[Part]:
    last, first = parts[-1].tokens, parts[0].tokens
    while last and last[-1].text in EDGES:
        last.pop()
    while first and first[0].text in EDGES[:-1]:
        first.pop(0)
    return parts


class _Cutter:
    """One pass over the row."""

    def __init__(self, row: Sequence[Item]) -> None:
        self.row, self.i = row, 0
        self.found: list[list[Part]] = []
        self.parts: list[Part] = []
        self.current: list[Tex] = []
        self.relation = ""
        self.sign: Tex | None = None
        self.brackets = 0
        self.loose = self._unclosed()

    def _unclosed(self) -> bool:
        """An unclosed bracket: then a relation counts at whatever depth."""
        depth = 0
        for item in self.row:
            depth = max(0, depth + _opens(item) - _closes(item))
        return depth > 0

    def run(self) -> list[list[Part]]:
        while self.i < len(self.row):
            self._step(self.row[self.i])
        self._end_statement()
        return self.found

    def _step(self, item: Item) -> None:
        self.brackets = max(0, self.brackets + _opens(item) - _closes(item))
        if isinstance(item, Box):
            self.current += flattened([item])
        elif (self.brackets == 0 or self.loose) and self._separates(item):
            return
        elif "\u4e00" <= item.text[0] <= "\u9fff":
            self._end_statement()
        else:
            self.current.append(item)
        self.i += 1

    def _token(self, ahead: int = 0) -> Tex | None:
        place = self.i + ahead
        item = self.row[place] if place < len(self.row) else None
        return item if isinstance(item, Tex) else None

    def _text(self) -> str:
        token = self._token()
        return token.text if token else ""

    def _separates(self, token: Tex) -> bool:
        """Deal with a token that ends an expression or a statement."""
        relation, length = self._relation()
        if relation == "=>":
            self._end_statement()
        elif relation:
            self._end_part()
            self.relation, self.sign = relation, self._token(length - 1)
        elif token.text in SPACES and self.relation and not self.current:
            length = 1  # `= \quad A` goes on
        elif token.text in ARROWS or (self.brackets == 0 and token.text in (",", ";")):
            self._end_statement()
            length = 1
        elif token.text in WORDY:
            return self._said(token)
        elif token.text == r"\in" and self.current:
            return self._membership()
        else:
            return False
        self.i += length
        return True

    def _relation(self) -> tuple[str, int]:
        text, after = self._text(), self._token(1)
        joined = after.text if after and not after.spaced else ""
        if text == "=" and joined == ">":
            return "=>", 2
        if text + joined in ("==", ":=", "=:"):
            return "=", 2
        if text in EQUAL:
            return "=", 1
        return ("~", 1) if text in NEARLY else ("", 0)

    def _said(self, command: Tex) -> bool:
        r"""`\text{ if }` ends a statement; `\text{tr}` is a name."""
        inside = self._argument()
        said = words(inside)
        loose = bool(inside) and (inside[0].spaced or " " in said)
        wordy = command.text in TEXTS and loose
        ends = said.endswith((":", ",", ".", "："))
        if function_named(said) or not (
            PROSE.search(said) or " " in said or wordy or ends or not said
        ):
            return False
        if said and self.relation and not self.current:
            self._words_instead(command)
            return True
        if said:
            self._end_statement()
        self.i += 2
        return True

    def _argument(self) -> list[Tex]:
        """What the command at hand is given."""
        after = self.row[self.i + 1 : self.i + 2]
        inside = after[0].inside if after and isinstance(after[0], Box) else after
        return list(flattened(inside))

    def _words_instead(self, start: Tex) -> None:
        """Words where an expression should stand: the chain goes on at the next relation."""
        self.i += 2
        while self.i < len(self.row) and not self._relation()[0]:
            if self._text() in ARROWS or self._text() in (",", ";"):
                break
            self.i += 1
        error = Unreadable("words, not a formula", start.at)
        self.parts.append(Part(self.relation, [start], error, self.sign))
        self.relation, self.sign = "", None

    def _membership(self) -> bool:
        """`A in R^{n x m}`: the set is not checked."""
        while self.i < len(self.row):
            if self._text() in {",", ";", "."} | ARROWS | EQUAL:
                break
            self.i += 1
        if len(self.parts) == 0:
            self.current = []
        self._end_statement()
        return True

    def _end_part(self) -> None:
        if self.parts and not self.relation and not self.current:
            return  # words stood there
        self.parts.append(Part(self.relation, self.current, None, self.sign))
        self.current = []

    def _end_statement(self) -> None:
        self._end_part()
        if any(p.tokens for p in self.parts):
            self.found.append(self.parts)
        self.parts, self.relation, self.sign = [], "", None


def _opens(item: Item) -> bool:
    return isinstance(item, Tex) and item.text in OPEN | {r"\langle"}


def _closes(item: Item) -> bool:
    return isinstance(item, Tex) and item.text in CLOSE | {r"\rangle"}
