"""What a text defines: every statement is read, and each `=` that introduces a name is found.

`Document(source, conventions)` holds the statements with their trees, the scope in which they are
meant, and for each expression whether it defines something.
"""

import re
from collections.abc import Iterable, Iterator

from grader.latex import tree
from grader.latex.conventions import USUAL, Conventions, Customs
from grader.latex.cursor import Reading
from grader.latex.dress import tokens
from grader.latex.errors import Unreadable
from grader.latex.formula import names_of, scope_of
from grader.latex.lexer import read_whole
from grader.latex.names import canonical
from grader.latex.ranges import summed
from grader.latex.scope import Definition, UserFunction
from grader.latex.tex import Tex
from grader.latex.tree import Node

from .case import case_of
from .entries import is_own_entry, with_matrices_of_entries
from .heads import Head, Heads
from .meant import D_MARK, as_meant
from .row import Part
from .source import Source
from .text import is_about_sizes

INTRODUCES = re.compile(
    r"令|设|設|记|記|定义|定義|其中|\b(let|define|denote|write|where|set|put|call|with)\b", re.I
)
RELU = (r"\max", r"\relu", r"\ReLU")
RELU_WORD = re.compile(r"relu|max", re.I)
ENDS_IN_A_COMMAND = re.compile(r"\\[A-Za-z]+\Z")


class Document:
    """A derivation with its names: what is declared, given, and defined by the student."""

    def __init__(self, source: Source, conventions: Conventions = USUAL) -> None:
        self.source, self.text, self.alias = source, source.text, conventions.alias
        self.conventions, self.customs = conventions, Customs(conventions)
        self.budget = source.budget
        self.scope = scope_of(source.variables)
        self.scope.budget, self.scope.customs = self.budget, self.customs
        self.scope.asked = tuple(map(canonical, source.asked))
        self.names = names_of(self.scope)
        self.names.customs = self.customs
        self.students: set[str] = set()
        self.before: dict[str, Node] = {}  # what names of the student meant before this text
        self.heads: dict[tuple[int, int], Head] = {}  # statement, part that holds the value
        self.objective = ""
        self._givens: list[Head] = []
        self.statements = [s for s in source.unread() if not is_about_sizes(s, self.names.values)]
        self.finder = Heads(self.names, source.given, self.statements)
        for found in (*source.given, *self.finder.expressions()):
            self.names.indices |= summed(found)
        self.cures: dict[str, str] = {}  # for a name in the other case, what the task defines
        self.parts: set[str] = set()  # l_2, where a brace names a part of df as dl_2
        bends = any(map(self.finder.given_uses, RELU)) or bool(RELU_WORD.search(source.task))
        self.names.relu_task = bends and not self.finder.given_uses(r"\sigma")
        self._before = list(self._read_heads(source.names))
        self._announce_given()
        self._take_meanings()
        self._find_heads()
        self._define_given()
        self._define_named_before()
        self._read_statements()
        self._define_heads()

    # ------------------------------------------------------------ what is given

    def _announce_given(self) -> None:
        for found in self.source.given:
            head = self.finder.head(found[: _equals(found)])
            if head is None:
                raise Unreadable("a given formula must read f = ...", 0)
            self._announce_quantity(head.name)
            self.names.objective = head.name
            self._givens.append(head)
        if self.alias:
            self._announce_quantity(self.alias)
        self.names.objectives = {self.names.objective, self.alias}

    def _announce_quantity(self, name: str) -> None:
        self.names.values.add(name)
        self.names.functionlike.add(name)  # f(W) is f

    def _define_given(self) -> None:
        """Define what is given; the objective is what no other given formula rests on."""
        used: set[str] = set()
        for found, head in zip(self.source.given, self._givens, strict=True):
            node = read_whole(found[_equals(found) + 1 :], Reading(self.names))
            indices = head.parameters if head.kind == "entries" else ()
            self.scope.define(head.name, Definition(-1, node, indices))
            used |= {n.name for n in tree.walk(node) if isinstance(n, tree.Name)}
        self.objective = next((h.name for h in self._givens if h.name not in used), self.objective)
        self.names.objective = self.objective
        if self.alias:
            self.scope.define(self.alias, Definition(-1, tree.Name(0, self.objective)))

    def _take_meanings(self) -> None:
        """Let names that nobody declared stand for what the text bears out that they do."""
        for meaning in self.conventions.meanings:
            if meaning.kind in ("function", "slope of"):
                body = meaning.stands_for or meaning.function
                self.names.functions.add(meaning.name)
                self.scope.functions[meaning.name] = UserFunction(("x",), body)
            elif meaning.stands_for is not None:
                self.names.values.add(meaning.name)
                self.scope.define(meaning.name, Definition(-1, meaning.stands_for))

    def _read_heads(self, names: Iterable[str]) -> Iterator[tuple[Head, list[Tex]]]:
        """What the task or an earlier cell named, each with what it was to be."""
        for formula in names:
            try:
                found = tokens(formula)
            except Unreadable:
                continue
            head = self.finder.head(found[: _equals(found)])
            if head is not None and head.name not in self.scope.leaves:
                other = head.name.swapcase()
                self.cures[other] = f"{other} = {formula.partition('=')[2].strip()}"
                yield head, found[_equals(found) + 1 :]

    def _define_named_before(self) -> None:
        """Define what was named before, save what this text gives a meaning of its own; what rests
        on such a name keeps the meaning it had there.
        """
        for order, (head, value) in enumerate(self._before, -len(self._before)):
            own = head.name in self.students
            if any(head.name == given.name for given in self._givens):
                continue
            if not own:
                self._announce(head)
            try:
                node = as_meant(read_whole(value, Reading(self.names)), self.names)
            except Unreadable:
                continue
            node = tree.rebuilt(node, lambda n: _meant_there(n, self.before))
            if own:
                self.before[head.name] = node
            else:
                self._define(order, head, node)

    def as_defined(self, order: int, head: Head) -> str:
        """A definition of this text as an equation that another text can be given."""
        parts = self.statements[order].parts
        value = next(i for (at, i), one in self.heads.items() if at == order and one is head)
        beside = [parts[i] for i in (value - 1, value + 1) if 0 <= i < len(parts)]
        name = next((p for p in beside if self._names(p, head)), beside[0])
        return f"{_typed(name.tokens)} = {_typed(parts[value].tokens)}"

    def _names(self, part: Part, head: Head) -> bool:
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
            reading = Reading(self.names, statement.mended, self.budget)
            for part in statement.parts:
                if part.node is None and part.tokens:
                    try:
                        node = read_whole(part.tokens, reading)
                        part.node = as_meant(node, self.names, self.parts)
                    except Unreadable as error:
                        part.node = error
            with_matrices_of_entries(statement)
            for part in statement.parts:
                if isinstance(part.node, Node) and tree.holds(part.node, tree.Derivative):
                    part.node = tree.rebuilt(part.node, self._of_the_objective)

    def _of_the_objective(self, node: Node) -> Node:
        r"""What \nabla w says of a variable: the gradient by it."""
        if not isinstance(node, tree.Derivative) or node.bottom is not None:
            return node
        by = tree.unwrapped(node.top)
        kind = self.scope.variables.get(by.name) if isinstance(by, tree.Name) else None
        if kind is None or (kind.rows, kind.columns) == ("1", "1") or not self.objective:
            return node
        return tree.Derivative(node.at, tree.Name(node.at, self.objective), by)

    def _define_heads(self) -> None:
        for (order, i), head in list(self.heads.items()):
            node = self.statements[order].parts[i].node
            if not isinstance(node, Node):
                node = self._said_again(order, head)
            if not isinstance(node, Node):
                if head.kind in ("function", "alias"):
                    self.scope.functions[head.name] = UserFunction(head.parameters, None)
                continue
            self._define(order, head, node)
        if not self.objective:
            self.objective = self._first_scalar_name()

    def _said_again(self, order: int, head: Head) -> Node | Unreadable | None:
        """What a name is said to be later, where the first time was not understood."""
        for again, statement in enumerate(self.statements[order + 1 :], order + 1):
            parts = statement.parts[:2]
            if len(parts) == 2 and self._names(parts[0], head) and isinstance(parts[1].node, Node):
                self.heads[again, 1] = head
                return parts[1].node
        return None

    def _define(self, order: int, head: Head, node: Node) -> None:
        if head.kind == "alias":
            function = node if isinstance(node, tree.Function | tree.Call) else None
            name = function.function if function else None
            self.scope.functions[head.name] = UserFunction(("x",), name)
        elif head.kind == "function":
            self.scope.functions[head.name] = UserFunction(head.parameters, node)
        elif head.kind == "part":
            self.scope.define(D_MARK + head.name, Definition(order, node))
        else:
            indices = head.parameters if head.kind == "entries" else ()
            if head.name in self.scope.definitions and self._strange(node):
                return  # a meaning that rests on unknown symbols takes no known one's place
            self.scope.define(head.name, Definition(order, node, indices))

    def _strange(self, node: Node) -> bool:
        names = {n.name for n in tree.walk(node) if isinstance(n, tree.Name)}
        waiting = [d.node for n in names for d in self.scope.definitions.get(n, ())]
        inside = {n.name for d in waiting for n in tree.walk(d) if isinstance(n, tree.Name)}
        return not all(self.names.known(n) for n in names | inside)

    def _first_scalar_name(self) -> str:
        """The objective where none is given: what the text takes the differential of, or f."""
        for name in ("f", "L", "J", "E", "l", "ell", "loss"):
            if name in self.scope.definitions:
                return name
        return "f"


def _meant_there(node: Node, there: dict[str, Node]) -> Node:
    """A name that means something else in this text, as it was meant where it was given."""
    if isinstance(node, tree.Name) and node.name in there:
        return tree.Group(node.at, there[node.name])
    return node


def _typed(found: list[Tex]) -> str:
    """Tokens as TeX that is cut into the same tokens."""
    typed = ""
    for token in found:
        apart = token.spaced or (ENDS_IN_A_COMMAND.search(typed) and token.text[0].isalpha())
        typed += f" {token.text}" if apart else token.text
    return typed.strip()


def _equals(found: list[Tex]) -> int:
    return next((i for i, t in enumerate(found) if t.text == "="), len(found))
