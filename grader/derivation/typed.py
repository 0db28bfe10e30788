"""A text as trees, and the names that it introduces: `Typed(source, conventions)`.

It depends only on what signs and names are, not on what a differential, a dot or a layout means:
all readings that agree in that share it.
"""

import re
from collections.abc import Iterable, Iterator

from grader.latex import tree
from grader.latex.conventions import Conventions, Customs
from grader.latex.cursor import Reading
from grader.latex.dress import tokens
from grader.latex.errors import Unreadable
from grader.latex.formula import names_of, scope_of
from grader.latex.lexer import read_whole
from grader.latex.ranges import summed
from grader.latex.tex import Tex
from grader.latex.tree import Node

from .case import case_of
from .entries import is_own_entry, with_matrices_of_entries
from .heads import Head, Heads
from .row import Part
from .source import Source
from .text import is_about_sizes

INTRODUCES = re.compile(
    r"令|设|設|记|記|定义|定義|其中|\b(let|define|denote|write|where|set|put|call|with)\b", re.I
)
RELU = (r"\max", r"\relu", r"\ReLU")
RELU_WORD = re.compile(r"relu|max", re.I)
ENDS_IN_A_COMMAND = re.compile(r"\\[A-Za-z]+\Z")
Defined = tuple[Head, Node]


class Typed:
    """The statements of a text with their trees, and what is introduced where."""

    def __init__(self, source: Source, conventions: Conventions) -> None:
        self.source, self.customs = source, Customs(conventions)
        self.names = names_of(scope_of(source.variables))
        self.names.customs = self.customs
        self.students: set[str] = set()
        self.heads: dict[tuple[int, int], Head] = {}  # statement, part that holds the value
        self.statements = [s for s in source.unread() if not is_about_sizes(s, self.names.values)]
        self.finder = Heads(self.names, source.given, self.statements)
        for found in (*source.given, *self.finder.expressions()):
            self.names.indices |= summed(found)
        self.cures: dict[str, str] = {}  # for a name in the other case, what the task defines
        self.parts: set[str] = set()  # l_2, where a brace names a part of df as dl_2
        bends = any(map(self.finder.given_uses, RELU)) or bool(RELU_WORD.search(source.task))
        self.names.relu_task = bends and not self.finder.given_uses(r"\sigma")
        self._givens: list[Head] = []
        self._before = list(self._read_heads(source.names))
        self._announce_given()
        self._announce_meanings()
        self._find_heads()
        self.given = list(self._read_given())
        self.objective = self._objective()
        self.before = list(self._read_before())
        self._read_statements()

    # ------------------------------------------------------------ what is given

    def _announce_given(self) -> None:
        for found in self.source.given:
            head = self.finder.head(found[: _equals(found)])
            if head is None:
                raise Unreadable("a given formula must read f = ...", 0)
            self._announce_quantity(head.name)
            self.names.objective = head.name
            self._givens.append(head)
        if self.customs.taken.alias:
            self._announce_quantity(self.customs.taken.alias)
        self.names.objectives = {self.names.objective, self.customs.taken.alias}

    def _announce_quantity(self, name: str) -> None:
        self.names.values.add(name)
        self.names.functionlike.add(name)  # f(W) is f

    def _announce_meanings(self) -> None:
        for meaning in self.customs.taken.meanings:
            known = self.names.functions if meaning.of_a_function else self.names.values
            known.add(meaning.name)

    def _read_given(self) -> Iterator[Defined]:
        for found, head in zip(self.source.given, self._givens, strict=True):
            yield head, read_whole(found[_equals(found) + 1 :], Reading(self.names))

    def _objective(self) -> str:
        """The last given formula that no other rests on."""
        nodes = (node for _, whole in self.given for node in tree.walk(whole))
        used = {node.name for node in nodes if isinstance(node, tree.Name)}
        free = (head.name for head, _ in reversed(self.given) if head.name not in used)
        found = next(free, "")
        self.names.objective = found
        return found

    def _read_heads(self, names: Iterable[str]) -> Iterator[tuple[Head, list[Tex]]]:
        """What the task or an earlier cell named, each with what it was to be."""
        for formula in names:
            try:
                found = tokens(formula)
            except Unreadable:
                continue
            head = self.finder.head(found[: _equals(found)])
            if head is not None and head.name not in {*self.names.variables, *self.names.sizes}:
                other = head.name.swapcase()
                self.cures[other] = f"{other} = {formula.partition('=')[2].strip()}"
                yield head, found[_equals(found) + 1 :]

    def _read_before(self) -> Iterator[tuple[int, Head, Node]]:
        """What was named before this text, with the order in which it was."""
        for order, (head, value) in enumerate(self._before, -len(self._before)):
            if any(head.name == given.name for given, _ in self.given):
                continue
            if head.name not in self.students:
                self._announce(head)
            try:
                yield order, head, read_whole(value, Reading(self.names))
            except Unreadable:
                continue

    def as_defined(self, order: int, value: int, head: Head) -> str:
        """A definition, its value in this part, as an equation that another text can be given."""
        parts = self.statements[order].parts
        beside = [parts[i] for i in (value - 1, value + 1) if 0 <= i < len(parts)]
        name = next((p for p in beside if self.names_it(p, head)), beside[0])
        return f"{_in_tex(name.tokens)} = {_in_tex(parts[value].tokens)}"

    def names_it(self, part: Part, head: Head) -> bool:
        """Whether an expression is the name that a head introduces."""
        found = self.finder.head(part.tokens)
        return found is not None and found.name == head.name

    # ------------------------------------------------------------ what the student introduces

    def _find_heads(self) -> None:
        for order, statement in enumerate(self.statements):
            if case_of(statement, self.names):
                continue
            if statement.said and self._says_sizes(statement.parts[1]):
                continue
            for i in range(len(statement.parts) - 1):
                left, right = statement.parts[i], statement.parts[i + 1]
                if right.relation == "=" and left.tokens and right.tokens:
                    self._find_head(order, i, left, right)

    def _says_sizes(self, value: Part) -> bool:
        """Let X be n x p: what it says of X are its sizes."""
        return all(t.number or t.text in self.names.sizes | {r"\times"} for t in value.tokens)

    def _find_head(self, order: int, i: int, left: Part, right: Part) -> None:
        head = self.finder.head(left.tokens)
        if head is None and self.statements[order].said:
            head = self.finder.part(left.tokens)
        if head is None or head.kind == "builtin":
            self._reversed(order, i, left, right, head)
            return
        if head.kind == "function" and not _rests_on(right, head):
            return  # D(c) = 0 says what it is of c, not of anything
        if is_own_entry(head.name, right.tokens):
            return  # R = (r_ij) says what its entries are called
        if head.kind in ("name", "quantity") and self.finder.names_function(right.tokens):
            head = Head("alias", head.name)
        if not self._known(head):
            if self._just_a_number(head, right) or self._says_itself(head, left, right):
                return
            self._introduce(head)
            self.heads[order, i + 1] = head
        elif head.kind == "name":
            self._again(order, i, head, right)

    def _known(self, head: Head) -> bool:
        if head.name in self.names.sizes and head.name not in self.names.values:
            return False
        return self.names.resolved(head.name) is not None or head.name in self.names.functions

    def _just_a_number(self, head: Head, right: Part) -> bool:
        """Says n = 5, i = 1 or D_ij = 1: nothing that a formula needs."""
        small = (
            head.kind == "entries" or head.name in self.names.sizes or head.name in tuple("ijklt")
        )
        return small and len(right.tokens) == 1 and right.tokens[0].number

    def _says_itself(self, head: Head, left: Part, right: Part) -> bool:
        """Z = Z + 0 gives no new meaning to a Z that was named before."""
        named = any(head.name == before.name for before, _ in self._before)
        return named and any(t.text == left.tokens[0].text for t in right.tokens)

    def _introduce(self, head: Head) -> None:
        if head.kind == "part":
            self.parts.add(head.name)
            return
        self.students.add(head.name)
        self._announce(head)

    def _announce(self, head: Head) -> None:
        """Let the reader know the name."""
        if head.kind in ("function", "alias", "builtin"):
            self.names.functions.add(head.name)
        else:
            self.names.values.add(head.name)
        if head.kind == "quantity" or head.applied:
            self.names.functionlike.add(head.name)

    def _again(self, order: int, i: int, head: Head, right: Part) -> None:
        """A known name on the left: a new name on the right, or a new meaning."""
        new = self.finder.head(right.tokens)
        statement = self.statements[order]
        if new and new.kind == "name" and not self._known(new):
            self._introduce(new)
            self.heads[order, i] = new
        elif head.name in self.students and i == 0:
            said = statement.prose.split("\n")[-1][-40:]
            if INTRODUCES.search(said):
                self.heads[order, i + 1] = head

    def _reversed(self, order: int, i: int, left: Part, right: Part, known: Head | None) -> None:
        """XW = Z where Z is new, or sigmoid(h) = S(h) where S is."""
        new = self.finder.head(right.tokens)
        if new is None or self._known(new):
            return
        if known is None and new.kind == "name":
            if all(t.text != right.tokens[0].text for t in left.tokens):
                self._introduce(new)
                self.heads[order, i] = new
        elif known and new.parameters == known.parameters and new.kind in ("function", "quantity"):
            self._introduce(Head("function", new.name))
            self.heads[order, i] = Head("alias", new.name)

    # ------------------------------------------------------------ trees

    def _read_statements(self) -> None:
        for statement in self.statements:
            reading = Reading(self.names, statement.mended, self.source.budget)
            for part in statement.parts:
                if part.node is None and part.tokens:
                    try:
                        part.node = read_whole(part.tokens, reading)
                    except Unreadable as error:
                        part.node = error
            with_matrices_of_entries(statement)


def _in_tex(found: list[Tex]) -> str:
    """Tokens as TeX that is cut into the same tokens."""
    typed = ""
    for token in found:
        apart = token.spaced or (ENDS_IN_A_COMMAND.search(typed) and token.text[0].isalpha())
        typed += f" {token.text}" if apart else token.text
    return typed.strip()


def _equals(found: list[Tex]) -> int:
    return next((i for i, t in enumerate(found) if t.text == "="), len(found))


def _rests_on(value: Part, head: Head) -> bool:
    """Whether one of a function's parameters stands in what it is said to be."""
    written = {token.text.lstrip("\\") for token in value.tokens}
    letters = (name.split("_")[0].rpartition(".")[2] for name in head.parameters)
    return any(letter in written for letter in letters)
