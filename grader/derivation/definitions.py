"""What a text defines: every statement is read, and each `=` that introduces a name is found.

`Document(text, variables, given, names)` holds the statements with their trees, the scope in which
they are meant, and for each expression whether it defines something.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.latex import Variable, tree
from grader.latex.budget import Budget
from grader.latex.cursor import Cursor, Reading
from grader.latex.dress import tokens
from grader.latex.errors import Unreadable
from grader.latex.formula import names_of, scope_of
from grader.latex.lexer import read_whole
from grader.latex.pieces import index_list
from grader.latex.ranges import summed
from grader.latex.scope import Definition, UserFunction
from grader.latex.tex import CLOSE, OPEN, STYLES, Tex
from grader.latex.tree import Node

from .case import case_of
from .row import Part
from .text import Statement, is_about_sizes, statements

SECONDS = 1.2  # of CPU for one document, so that a busy machine changes no verdict
INTRODUCES = re.compile(
    r"令|设|設|记|記|定义|定義|其中|\b(let|define|denote|write|where|set|put|call|with)\b", re.I
)
ENDS_IN_A_COMMAND = re.compile(r"\\[A-Za-z]+\Z")
SIGMOID = re.compile(r"sigmoid|logistic|S 型|S型|\\frac\{?1\}?\{1 ?\+ ?e", re.I)
SAMPLE = re.compile(r"(.+?)\^\((\w)\)")
ENTRY = re.compile(r"(.+?)_(\w,?\w?)((?:\^\(\w+\))?)$")


@dataclass(frozen=True)
class Head:
    """What the left side of an equation introduces."""

    kind: str  # name, entries, function, quantity, alias, builtin
    name: str
    parameters: tuple[str, ...] = ()


class Document:
    """A derivation with its names: what is declared, given, and defined by the student."""

    def __init__(
        self,
        text: str,
        variables: Sequence[Variable],
        given: Iterable[str],
        names: Iterable[str] = (),
        alias: str = "",
    ) -> None:
        self.text, self.alias = text, alias
        self.budget = Budget(SECONDS)
        self.scope = scope_of(variables)
        self.scope.budget = self.budget
        self.names = names_of(self.scope)
        self.students: set[str] = set()
        self.before: dict[str, Node] = {}  # what names of the student meant before this text
        self.heads: dict[tuple[int, int], Head] = {}  # statement, part that holds the value
        self.objective = ""
        self._given = [tokens(formula) for formula in given]
        self._givens: list[str] = []
        self.statements = [s for s in statements(text) if not is_about_sizes(s, self.names.values)]
        for found in (*self._given, *self._rows_of_tokens()):
            self.names.indices |= summed(found)
        self.cures: dict[str, str] = {}  # for a name in the other case, what the task defines
        self._before = list(self._read_heads(names))
        self._announce_given()
        self._sigma_of_the_problem()
        self._find_heads()
        self._define_given()
        self._define_named_before()
        self._read_statements()
        self._define_heads()

    # ------------------------------------------------------------ what is given

    def _announce_given(self) -> None:
        for found in self._given:
            head = self._head(found[: _equals(found)])
            if head is None:
                raise Unreadable("a given formula must read f = ...", 0)
            self.names.values.add(head.name)
            self.names.functionlike.add(head.name)  # f(W) is f
        if self.alias:
            self.names.values.add(self.alias)
            self.names.functionlike.add(self.alias)

    def _define_given(self) -> None:
        """Define what is given; the objective is what no other given formula rests on."""
        used: set[str] = set()
        for found in self._given:
            head = self._head(found[: _equals(found)])
            node = read_whole(found[_equals(found) + 1 :], Reading(self.names))
            if head:
                self.scope.define(head.name, Definition(-1, node))
                self._givens.append(head.name)
                used |= {n.name for n in tree.walk(node) if isinstance(n, tree.Name)}
        self.objective = next((n for n in self._givens if n not in used), self.objective)
        if self.alias:
            self.scope.define(self.alias, Definition(-1, tree.Name(0, self.objective)))

    def _read_heads(self, names: Iterable[str]) -> Iterator[tuple[Head, list[Tex]]]:
        """What the task or an earlier cell named, each with what it was to be."""
        for formula in names:
            try:
                found = tokens(formula)
            except Unreadable:
                continue
            head = self._head(found[: _equals(found)])
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
            if head.name in self._givens:
                continue
            if not own:
                self._announce(head)
            try:
                node = read_whole(value, Reading(self.names))
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
        found = self._head(part.tokens)
        return found is not None and found.name == head.name

    def _given_uses(self, command: str) -> bool:
        return any(t.text == command for found in self._given for t in found)

    def _sigma_of_the_problem(self) -> None:
        """Sigma is relu where the problem has a relu and nobody speaks of a sigmoid."""
        said = self.text + " ".join(t.text for found in self._given for t in found)
        bends = any(self._given_uses(c) for c in (r"\max", r"\relu", r"\ReLU")) or re.search(
            r"relu|max", "".join(t.text for found in self._given for t in found), re.I
        )
        silent = not self._given_uses(r"\sigma") and not SIGMOID.search(said)
        if bends and silent and re.search(r"relu", self.text, re.I):
            self.names.functions.add("sigma")
            self.scope.functions["sigma"] = UserFunction(("x",), "relu")

    # ------------------------------------------------------------ what the student introduces

    def _find_heads(self) -> None:
        for order, statement in enumerate(self.statements):
            if case_of(statement, self.names):
                continue
            for i in range(len(statement.parts) - 1):
                left, right = statement.parts[i], statement.parts[i + 1]
                if right.relation == "=" and left.tokens and right.tokens:
                    self._find_head(order, i, left, right)

    def _find_head(self, order: int, i: int, left: Part, right: Part) -> None:
        head = self._head(left.tokens)
        if head is None or head.kind == "builtin":
            self._reversed(order, i, left, right, head)
            return
        if _is_own_entry(head.name, right.tokens):
            return  # R = (r_ij) says what its entries are called
        if head.kind in ("name", "quantity") and self._is_function(right.tokens):
            head = Head("alias", head.name)
        known = self._known(head)
        if not known:
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
        self.students.add(head.name)
        self._announce(head)

    def _announce(self, head: Head) -> None:
        """Let the reader know the name."""
        if head.kind in ("function", "alias", "builtin"):
            self.names.functions.add(head.name)
        else:
            self.names.values.add(head.name)
        if head.kind == "quantity":
            self.names.functionlike.add(head.name)

    def _again(self, order: int, i: int, head: Head, right: Part) -> None:
        """A known name on the left: a new name on the right, or a new meaning."""
        new = self._head(right.tokens)
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
        new = self._head(right.tokens)
        if new is None or self._known(new):
            return
        if known is None and new.kind == "name":
            if all(t.text != right.tokens[0].text for t in left.tokens):
                self._introduce(new)
                self.heads[order, i] = new
        elif known and new.parameters == known.parameters and new.kind in ("function", "quantity"):
            self._introduce(Head("function", new.name))
            self.heads[order, i] = Head("alias", new.name)

    def _is_function(self, found: list[Tex]) -> bool:
        """Whether the expression is a function named without its argument."""
        try:
            lexed = Cursor(list(found), Reading(self.names)).run()
        except Unreadable:
            return False
        return len(lexed) == 1 and isinstance(lexed[0].value, tree.Function)

    def _head(self, found: list[Tex]) -> Head | None:  # noqa: PLR0911
        """What a left side introduces, if it is a name, an entry or a function of names."""
        if not found or len(found) > 30:
            return None
        try:
            lexed = Cursor(list(found), Reading(self.names)).run()
        except (Unreadable, RecursionError):
            return None
        kinds = [t.type for t in lexed]
        if kinds == ["NAME"]:
            return self._name_head(lexed[0].value)
        if kinds == ["OPEN", "NAME", "CLOSE", "AFTER"]:
            entry = lexed[3].value(tree.Name(0, lexed[1].value))
            if isinstance(entry, tree.Index) and not self.names.known(lexed[1].value):
                return Head("entries", lexed[1].value, entry.indices)
        if kinds[:2] in (["NAME", "OPEN"], ["TAKES_BRACKET", "OPEN"]) and kinds[-1] == "CLOSE":
            inside = lexed[2:-1]
            if inside and all(t.type in ("NAME", "COMMA") for t in inside):
                parameters = tuple(t.value for t in inside if t.type == "NAME")
                return self._function_head(lexed[0], parameters, found)
        if len(lexed) == 1 and isinstance(lexed[0].value, tree.Function):
            return self._bare_function(lexed[0].value, found)
        return None

    def _name_head(self, name: str) -> Head:
        entry = ENTRY.fullmatch(name)
        if entry and not self.names.resolved(name) and self.names.is_index(entry[2]):
            base = entry[1] + entry[3]
            if base not in self.names.values:
                base += "_" if base in self.names.sizes else ""  # r_i where r is a size
                return Head("entries", base, index_list(entry[2]))
        sample = SAMPLE.fullmatch(name)
        if sample and not self.names.known(name) and sample[2] in self.names.samples():
            return Head("entries", f"{sample[1]}^", (sample[2],))
        return Head("name", name)

    def _function_head(
        self, function: object, parameters: tuple[str, ...], found: list[Tex]
    ) -> Head | None:
        value = getattr(function, "value", None)
        if isinstance(value, tuple):  # a function that is known already
            name, primes, _ = value
            if primes:
                return None
            if found[0].text == r"\sigma" and not self._given_uses(r"\sigma"):
                return Head("function", "sigma", parameters)
            return Head("builtin", name, parameters)
        known = all(self.names.known(p) for p in parameters)
        if known and not self._used_as_function(found):
            return Head("quantity", str(value), parameters)
        return Head("function", str(value), parameters)

    def _bare_function(self, function: tree.Function, found: list[Tex]) -> Head | None:
        """What sigma = ReLU introduces, where the problem itself knows no sigma."""
        if found[0].text == r"\sigma" and not self._given_uses(r"\sigma") and not function.primes:
            return Head("alias", "sigma")
        return None

    def _used_as_function(self, head: list[Tex]) -> bool:
        """Whether phi of phi(Z) = ... is later applied to something else, or derived."""
        name = head[0].text
        written = [t.text for t in head[1:]]
        if written[:1] and written[0] not in OPEN:
            return False
        for row in self._rows_of_tokens():
            for i, token in enumerate(row):
                after = row[i + 1 : i + 1 + len(written)]
                if token.text != name or not after:
                    continue
                if after[0].text in ("'", r"\prime"):
                    return True
                if after[0].text in OPEN and [t.text for t in after] != written:
                    return not self._same_names(row, i + 1, written)
        return False

    def _same_names(self, row: list[Tex], i: int, written: list[str]) -> bool:
        end = next((j for j in range(i, len(row)) if row[j].text in CLOSE), len(row))
        inside = {t.text for t in row[i + 1 : end]} - STYLES
        return inside <= set(written) | {",", "{", "}"}

    def _rows_of_tokens(self) -> Iterator[list[Tex]]:
        for statement in self.statements:
            for part in statement.parts:
                yield part.tokens

    # ------------------------------------------------------------ trees

    def _read_statements(self) -> None:
        for statement in self.statements:
            reading = Reading(self.names, statement.mended, self.budget)
            for part in statement.parts:
                if part.node is None and part.tokens:
                    try:
                        part.node = read_whole(part.tokens, reading)
                    except Unreadable as error:
                        part.node = error
            _with_matrices_of_entries(statement)

    def _define_heads(self) -> None:
        for (order, i), head in self.heads.items():
            node = self.statements[order].parts[i].node
            if not isinstance(node, Node):
                if head.kind in ("function", "alias"):
                    self.scope.functions[head.name] = UserFunction(head.parameters, None)
                continue
            self._define(order, head, node)
        if not self.objective:
            self.objective = self._first_scalar_name()

    def _define(self, order: int, head: Head, node: Node) -> None:
        if head.kind == "alias":
            function = node if isinstance(node, tree.Function | tree.Call) else None
            name = function.function if function else None
            self.scope.functions[head.name] = UserFunction(("x",), name)
        elif head.kind == "function":
            self.scope.functions[head.name] = UserFunction(head.parameters, node)
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


def _is_own_entry(name: str, found: list[Tex]) -> bool:
    """Whether these tokens are (r_ij), and the name is R."""
    if len(found) < 4 or found[0].text not in OPEN or found[-1].text not in CLOSE:
        return False
    return found[2].text == "_" and found[1].text.lower() == name.lower()


def _with_matrices_of_entries(statement: Statement) -> None:
    """Read the (a_ij) of A = (a_ij) as a matrix, beside a name."""
    named = any(isinstance(part.node, tree.Name) for part in statement.parts)
    for part in statement.parts if named else ():
        inner = part.node.inner if isinstance(part.node, tree.Group) else None
        if isinstance(inner, tree.Index) and len({i for i in inner.indices if i.isalpha()}) == 2:
            part.node = tree.Entries(inner.at, inner, inner.indices)


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
