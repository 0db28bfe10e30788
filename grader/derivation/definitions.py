"""What a text defines in one reading: `Document(source, conventions)`.

It holds the statements with their trees, the scope in which they are meant, and for each expression
whether it defines something.
"""

from dataclasses import replace

from grader.latex import tree
from grader.latex.conventions import USUAL, Conventions, Customs, lexical
from grader.latex.errors import Unreadable
from grader.latex.formula import scope_of
from grader.latex.names import canonical
from grader.latex.scope import Definition, UserFunction
from grader.latex.tree import Node

from .heads import Head
from .meant import D_MARK, as_meant
from .row import Part
from .source import Source
from .text import Statement
from .typed import Typed


class Document:
    """A derivation with its names: what is declared, given, and defined by the student."""

    def __init__(self, source: Source, conventions: Conventions = USUAL) -> None:
        self.source, self.text, self.alias = source, source.text, conventions.alias
        self.conventions, self.customs = conventions, Customs(conventions)
        self.budget = source.budget
        self.typed = _typed(source, lexical(conventions))
        self.customs.open |= self.typed.customs.open
        self.names, self.students = self.typed.names, self.typed.students
        self.cures, self.heads = self.typed.cures, dict(self.typed.heads)
        self.objective = self.typed.objective
        self.scope = scope_of(source.variables)
        self.scope.budget, self.scope.customs = self.budget, self.customs
        self.scope.asked = tuple(map(canonical, source.asked))
        self.before: dict[str, Node] = {}  # what names of the student meant before this text
        self.statements = list(map(self._meant_statement, self.typed.statements))
        self._define_meanings()
        self._define_given()
        self._define_named_before()
        self._define_heads()

    def _meant_statement(self, statement: Statement) -> Statement:
        """A statement with the trees of this reading."""
        parts = [Part(p.relation, p.tokens, p.node, p.sign) for p in statement.parts]
        for part in parts:
            if isinstance(part.node, Node):
                part.node = self._meant(part.node)
        return replace(statement, parts=parts)

    def _meant(self, node: Node) -> Node:
        return as_meant(node, self.names, self.customs, self.typed.parts)

    def as_defined(self, order: int, head: Head) -> str:
        """A definition of this text as an equation that another text can be given."""
        value = next(i for (at, i), one in self.heads.items() if at == order and one is head)
        return self.typed.as_defined(order, value, head)

    # ------------------------------------------------------------ what is given

    def _define_meanings(self) -> None:
        """Let names that nobody declared stand for what the text bears out that they do."""
        for meaning in self.conventions.meanings:
            if meaning.of_a_function:
                body = meaning.stands_for or meaning.function
                self.scope.functions[meaning.name] = UserFunction(("x",), body)
            elif meaning.stands_for is not None:
                self.scope.define(meaning.name, Definition(-1, meaning.stands_for))

    def _define_given(self) -> None:
        for head, node in self.typed.given:
            indices = head.parameters if head.kind == "entries" else ()
            self.scope.define(head.name, Definition(-1, node, indices))
        if self.alias:
            self.scope.define(self.alias, Definition(-1, tree.Name(0, self.objective)))

    def _define_named_before(self) -> None:
        """Define what was named before, save what this text gives a meaning of its own; what rests
        on such a name keeps the meaning it had there.
        """
        for order, head, typed in self.typed.before:
            node = tree.rebuilt(self._meant(typed), lambda n: _meant_there(n, self.before))
            if head.name in self.students:
                self.before[head.name] = node
            else:
                self._define(order, head, node)

    # ------------------------------------------------------------ what the student introduces

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
            if (
                len(parts) == 2
                and self.typed.names_it(parts[0], head)
                and isinstance(parts[1].node, Node)
            ):
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


def _typed(source: Source, conventions: Conventions) -> Typed:
    """The text typed so, which other readings may share."""
    known = source.typed.get(conventions)
    if not isinstance(known, Typed):
        known = source.typed[conventions] = Typed(source, conventions)
    return known


def _meant_there(node: Node, there: dict[str, Node]) -> Node:
    """A name that means something else in this text, as it was meant where it was given."""
    if isinstance(node, tree.Name) and node.name in there:
        return tree.Group(node.at, there[node.name])
    return node
