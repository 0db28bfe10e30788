"""Decide what a tree means, on size letters alone: `readings(scope, order, nodes)`.

Two kinds of question stay open in a formula. Sizes that were not said (of a bold 1, of an
undeclared symbol) are found by trying; that is no liberty. Meanings (missing brackets, d(XW)
for dXW, a sum without an index) have a usual answer; the others are tried one at a time, by
the one who asks for them, and are always remarked.

Sums, powers, norms and names are read here; products, functions, indices and derivatives each in a
module of their own.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.algebra.expressions import Expr
from grader.algebra.parts import settled
from grader.algebra.sizes import Kind, Misfit, Sizes, product

from . import tree
from .applied import Functions
from .asking import Key
from .builder import Builder, Remark
from .derived import Derived
from .errors import Unreadable
from .indexed import Indexed
from .juxtaposed import Products
from .scope import Definition, Scope
from .tree import Node

MOST_TRIALS = 60
MOST_UNDECLARED = 10
LARGEST_POWER = 12
FROBENIUS = {"", "F", "f", "Fro", "fro", "frob", "2"}


@dataclass(frozen=True)
class Read:
    """The terms of some trees in one reading, and what was assumed for it."""

    terms: tuple[Expr, ...]
    sizes: Sizes
    remarks: tuple[Remark, ...]
    liberties: frozenset[str]
    meanings: Mapping[Key, int]  # questions of meaning that came up: key, number of answers
    unknown: tuple[str, ...]  # undeclared names


def readings(
    scope: Scope,
    order: float,
    nodes: Sequence[Node],
    meanings: Mapping[Key, int] | None = None,
    busy: frozenset[tuple[str, float]] = frozenset(),
) -> Iterator[Read]:
    """The readings whose sizes fit, one for each choice of sizes; Misfit when there is none."""
    choices = dict(meanings or {})
    first: Misfit | None = None
    found = False
    for _ in range(MOST_TRIALS):
        if scope.budget.spent():
            raise Unreadable("this takes too long to read", nodes[0].at)
        reader = Reader(scope, order, choices, busy)
        try:
            read = reader.read_all(nodes)
        except Misfit as misfit:
            first = first or misfit
            first.__dict__.setdefault("meanings", reader.meanings())
        else:
            found = True
            yield read
        if not reader.advance():
            break
    if not found and first is not None:
        raise first


class Reader(Products, Functions, Indexed, Derived):
    """All that a tree may mean, each node by the method of its name."""

    def read_all(self, nodes: Sequence[Node]) -> Read:
        terms = tuple(self.term(node) for node in nodes)
        remarks, liberties = tuple(self.remarks), frozenset(self.liberties)
        return Read(terms, self.sizes, remarks, liberties, self.meanings(), tuple(self.unknown))

    def term(self, node: Node) -> Expr:
        """The meaning of a tree."""
        return getattr(self, f"_{type(node).__name__.lower()}")(node)  # type: ignore[no-any-return]

    def _number(self, node: tree.Number) -> Expr:
        return self.number(node.value, node.at)

    def _group(self, node: tree.Group) -> Expr:
        return self.term(node.inner)

    def _listing(self, node: tree.Listing) -> Expr:
        raise Unreadable("a list of expressions is not understood here", node.at)

    def _negative(self, node: tree.Negative) -> Expr:
        return self.negative(self.term(node.inner), node.at)

    def _sum(self, node: tree.Sum) -> Expr:
        sign, first = node.terms[0]
        result = self.term(first)
        result = result if sign > 0 else self.negative(result, node.at)
        for sign, term in node.terms[1:]:
            result = self.plus(result, self.term(term), term.at, sign)
        return result

    def _quotient(self, node: tree.Quotient) -> Expr:
        return self.quotient(self.term(node.top), self.term(node.bottom), node.at)

    def _transpose(self, node: tree.Transpose) -> Expr:
        return self.transpose(self.term(node.inner), node.at)

    def _primed(self, node: tree.Primed) -> Expr:
        inner = node.inner
        if isinstance(inner, tree.Call) and self.pick(("prime", node.at), 2):
            self.liberty("prime", "the prime behind the bracket is read as the derivative")
            return self.term(replace(inner, primes=inner.primes + 1))
        return self.transpose(self.term(inner), node.at)

    def _inverse(self, node: tree.Inverse) -> Expr:
        return self.inverse(self.term(node.inner), node.at)

    def _bars(self, node: tree.Bars) -> Expr:
        inner = self.term(node.inner)
        kind = self.known(inner)
        if kind.rows == kind.columns != "1":
            return self.determinant(inner, node.at)
        return self.apply("abs", 0, inner, node.at)

    def _inner(self, node: tree.Inner) -> Expr:
        return self.inner(self.term(node.left), self.term(node.right), node.at)

    def _compare(self, node: tree.Compare) -> Expr:
        return self.compare(node.relation, self.term(node.left), self.term(node.right), node.at)

    # ------------------------------------------------------------ norms and powers

    def _norm(self, node: tree.Norm) -> Expr:
        inner = self.term(node.inner)
        if node.kind == "1":
            return self.total(self.apply("abs", 0, inner, node.at), "all", node.at)
        return self.apply("sqrt", 0, self._norm_squared(node, inner), node.at)

    def _norm_squared(self, node: tree.Norm, inner: Expr) -> Expr:
        if node.kind not in FROBENIUS:
            raise Unreadable(f'the norm "{node.kind}" is not known', node.at, "write \\|...\\|_F")
        if node.kind in ("", "2") and not self.vector(inner) and not self.scalar(inner):
            code = "spectral" if node.kind == "2" else "norm"
            self.remark(code, "the norm of a matrix is read as the Frobenius norm")
        return self.squares(inner, node.at)

    def _power(self, node: tree.Power) -> Expr:
        base = tree.unwrapped(node.base)
        value = _constant(self.term(node.exponent))
        if isinstance(base, tree.Norm) and base.kind != "1" and value == 2:
            return self._norm_squared(base, self.term(base.inner))
        return self._raised(node, self.term(node.base), value)

    def _raised(self, node: tree.Power, base: Expr, value: float | None) -> Expr:
        if base.kind.form:
            raise Unreadable("a power of a differential is not read", node.at)
        if value is None or base.kind.jacobian:
            raise Unreadable("this exponent is not understood", node.at)
        if abs(value) > LARGEST_POWER:
            raise Unreadable("this exponent is too large", node.at)
        if not self.scalar(base) and not node.entrywise:
            powered = self._matrix_power(node, base, value)
            if powered is not None:
                return powered
            self.remark("power", "the power of a matrix is read entry by entry")
        kind = replace(base.kind, row=False, rigid=False)
        return Expr("power", (base,), kind, value, node.at)

    def _matrix_power(self, node: tree.Power, base: Expr, value: float) -> Expr | None:
        kind = self.known(base)
        if value == -1:
            return self.inverse(base, node.at)
        if kind.rows != kind.columns or base.kind.mask or value != int(value) or value < 1:
            return None
        if self.pick(("power", node.at), 2):
            return None
        result = base
        for _ in range(int(value) - 1):
            result = self.matmul(result, base, node.at)
        return result

    # ------------------------------------------------------------ ones and their like

    def _ones(self, node: tree.Ones) -> Expr:
        if node.sizes:
            sizes = [self._said_size(s, node.at) for s in node.sizes[:2]]
            return self.ones(sizes[0], sizes[1] if len(sizes) > 1 else "1", node.at)
        matrix = self.pick(("size", "ones", node.at), 2)
        return self.ones(self.sizes.new(), self.sizes.new() if matrix else "1", node.at)

    def _identity(self, node: tree.Identity) -> Expr:
        size = self._said_size(node.size, node.at) if node.size else self.sizes.new()
        return Expr("identity", (), Kind(size, size, rigid=True), None, node.at)

    def _zero(self, node: tree.Zero) -> Expr:
        return Expr("number", (), Kind(number=True), 0.0, node.at)

    def _said_size(self, size: str, at: int) -> str:
        if size in self.scope.sizes or size == "1":
            return size
        letters = [s for s in size if s in self.scope.sizes]
        if len(letters) == len(size) > 1:
            return product(*letters)
        raise Unreadable(f'the size "{size}" is not known', at)

    # ------------------------------------------------------------ names

    def _name(self, node: tree.Name) -> Expr:
        for bound in reversed(self.parameters):
            if node.name in bound:
                return bound[node.name]
        if node.name in self.scope.variables:
            return self.scope.leaves[node.name]
        definition = self.scope.definition(node.name, self.order)
        if definition is not None:
            return self._defined(node, definition)
        if node.name in self.scope.leaves:
            return self.scope.leaves[node.name]
        if node.name == "pi":
            return self.number(math.pi, node.at)
        return self._undeclared(node)

    def _defined(self, node: tree.Name, definition: Definition) -> Expr:
        key = (node.name, definition.order)
        if key in self.scope.read:
            return self.scope.read[key]
        if key in self.busy:
            raise Unreadable(f'"{node.name}" is defined through itself', node.at)
        term = self._settled_definition(definition, key)
        if term is None:  # of sizes that depend on where it is used
            term = self._inline(definition, key, node.at)
        return term

    def _settled_definition(self, definition: Definition, key: tuple[str, float]) -> Expr | None:
        """The term of a definition, once and for all; None while its sizes are open."""
        node = definition.node
        read = next(readings(self.scope, definition.order, [node], busy=self.busy | {key}))
        term = settled(read.terms[0], read.sizes)
        if definition.indices and not read.unknown:
            builder = Builder()
            builder.sizes = read.sizes
            term = settled(builder.unindexed(term, definition.indices, node.at), read.sizes)
        if read.unknown or not term.closed:
            return None
        self.scope.read[key] = term
        return term

    def _inline(self, definition: Definition, key: tuple[str, float], at: int) -> Expr:
        outside = self.order, self.parameters, self.busy
        self.order, self.parameters, self.busy = definition.order, [], self.busy | {key}
        try:
            term = self.term(definition.node)
            return self.unindexed(term, definition.indices, at) if definition.indices else term
        finally:
            self.order, self.parameters, self.busy = outside

    def _undeclared(self, node: tree.Name) -> Expr:
        if node.name in self.unknown:
            return self.unknown[node.name]
        if len(self.unknown) >= MOST_UNDECLARED:
            raise Unreadable("too many symbols here are not declared", node.at)
        big = node.name[0].isupper() or len(node.name) > 1
        answer = self.pick(("size", "name", node.name), 3)
        rows, columns = (
            self.sizes.new() if (answer < 2 if big else answer > 0) else "1",
            self.sizes.new() if (answer == 0 if big else answer == 2) else "1",
        )
        term = Expr("unknown", (), Kind(rows, columns), node.name, node.at)
        self.unknown[node.name] = term
        return term


def _constant(term: Expr) -> float | None:
    """The value of an exponent such as -1/2; None when it is not a constant."""
    values = [_constant(a) for a in term.args]
    match term.op, values:
        case "number", []:
            return float(term.detail)
        case "negative", [float(x)]:
            return -x
        case "power", [float(x)] if x:
            return float(x ** float(term.detail))
        case "times", [float(x), float(y)]:
            return x * y
        case "plus", [float(x), float(y)]:
            return float(x + term.detail * y)
    return None
