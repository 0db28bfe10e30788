"""Decide what a tree means, on size letters alone: `readings(scope, order, nodes)`.

Two kinds of question stay open in a formula. Sizes that were not said (of a bold 1, of an
undeclared symbol) are found by trying; that is no liberty. Meanings (missing brackets, d(XW)
for dXW, a sum without an index) have a usual answer; the others are tried one at a time, by
the one who asks for them, and are always remarked.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import tree
from .builder import Builder, Remark
from .errors import Misfit, Unreadable
from .products import Factor, bracketed, bracketings, fold
from .scope import ENTRYWISE, Definition, Scope
from .terms import Kind, Sizes, Term, settled, times
from .tree import Node

Key = tuple[Any, ...]
MOST_TRIALS = 60
MOST_UNDECLARED = 10
LARGEST_POWER = 12
FROBENIUS = {"", "F", "f", "Fro", "fro", "frob", "2"}


@dataclass(frozen=True)
class Read:
    """The terms of some trees in one reading, and what was assumed for it."""

    terms: tuple[Term, ...]
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


def read_one(scope: Scope, order: float, node: Node) -> Read:
    """The usual reading of one tree."""
    return next(readings(scope, order, [node]))


class Reader(Builder):
    """One attempt: a fixed answer to every open question."""

    def __init__(
        self,
        scope: Scope,
        order: float,
        choices: dict[Key, int],
        busy: frozenset[tuple[str, float]] = frozenset(),
    ) -> None:
        super().__init__()
        self.scope, self.order, self.choices, self.busy = scope, order, choices, busy
        self.asked: dict[Key, int] = {}
        self.unknown: dict[str, Term] = {}
        self.parameters: list[dict[str, Term]] = []

    def read_all(self, nodes: Sequence[Node]) -> Read:
        terms = tuple(self.term(node) for node in nodes)
        remarks, liberties = tuple(self.remarks), frozenset(self.liberties)
        return Read(terms, self.sizes, remarks, liberties, self.meanings(), tuple(self.unknown))

    # ------------------------------------------------------------ open questions

    def pick(self, key: Key, answers: int) -> int:
        """The answer under trial to a question."""
        self.asked.setdefault(key, answers)
        return min(self.choices.get(key, 0), answers - 1)

    def meanings(self) -> dict[Key, int]:
        return {key: answers for key, answers in self.asked.items() if key[0] != "size"}

    def advance(self) -> bool:
        """Go on to the next choice of sizes, the last question first."""
        sized = [(key, n) for key, n in self.asked.items() if key[0] == "size"]
        for key, answers in reversed(sized):
            if self.choices.get(key, 0) + 1 < answers:
                self.choices[key] = self.choices.get(key, 0) + 1
                return True
            self.choices.pop(key, None)
        return False

    # ------------------------------------------------------------ trees to terms

    def term(self, node: Node) -> Term:
        """The meaning of a tree."""
        return getattr(self, f"_{type(node).__name__.lower()}")(node)  # type: ignore[no-any-return]

    def _number(self, node: tree.Number) -> Term:
        return self.number(node.value, node.at)

    def _group(self, node: tree.Group) -> Term:
        return self.term(node.inner)

    def _listing(self, node: tree.Listing) -> Term:
        raise Unreadable("a list of expressions is not understood here", node.at)

    def _function(self, node: tree.Function) -> Term:
        own = self.scope.functions.get(node.function)
        if own and isinstance(own.body, Node) and not node.primes:
            return self.term(own.body)
        raise Unreadable(f"the function {node.function} has no argument", node.at)

    def _negative(self, node: tree.Negative) -> Term:
        return self.negative(self.term(node.inner), node.at)

    def _sum(self, node: tree.Sum) -> Term:
        sign, first = node.terms[0]
        result = self.term(first)
        result = result if sign > 0 else self.negative(result, node.at)
        for sign, term in node.terms[1:]:
            result = self.plus(result, self.term(term), term.at, sign)
        return result

    def _quotient(self, node: tree.Quotient) -> Term:
        return self.quotient(self.term(node.top), self.term(node.bottom), node.at)

    def _transpose(self, node: tree.Transpose) -> Term:
        return self.transpose(self.term(node.inner), node.at)

    def _primed(self, node: tree.Primed) -> Term:
        inner = node.inner
        if isinstance(inner, tree.Call) and self.pick(("prime", node.at), 2):
            self.liberty("prime", "the prime behind the bracket is read as the derivative")
            return self.term(replace(inner, primes=inner.primes + 1))
        return self.transpose(self.term(inner), node.at)

    def _inverse(self, node: tree.Inverse) -> Term:
        return self.inverse(self.term(node.inner), node.at)

    def _bars(self, node: tree.Bars) -> Term:
        inner = self.term(node.inner)
        kind = self.known(inner)
        if kind.rows == kind.columns != "1":
            return self.determinant(inner, node.at)
        return self.apply("abs", 0, inner, node.at)

    def _inner(self, node: tree.Inner) -> Term:
        return self.inner(self.term(node.left), self.term(node.right), node.at)

    def _compare(self, node: tree.Compare) -> Term:
        return self.compare(node.relation, self.term(node.left), self.term(node.right), node.at)

    def _norm(self, node: tree.Norm) -> Term:
        inner = self.term(node.inner)
        if node.kind == "1":
            return self.total(self.apply("abs", 0, inner, node.at), "all", node.at)
        return self.apply("sqrt", 0, self._norm_squared(node, inner), node.at)

    def _norm_squared(self, node: tree.Norm, inner: Term) -> Term:
        if node.kind not in FROBENIUS:
            raise Unreadable(f'the norm "{node.kind}" is not known', node.at, "write \\|...\\|_F")
        if node.kind in ("", "2") and not self.vector(inner) and not self.scalar(inner):
            code = "spectral" if node.kind == "2" else "norm"
            self.remark(code, "the norm of a matrix is read as the Frobenius norm")
        return self.squares(inner, node.at)

    def _power(self, node: tree.Power) -> Term:
        base = tree.unwrapped(node.base)
        value = _constant(self.term(node.exponent))
        if isinstance(base, tree.Norm) and base.kind != "1" and value == 2:
            return self._norm_squared(base, self.term(base.inner))
        return self._raised(node, self.term(node.base), value)

    def _raised(self, node: tree.Power, base: Term, value: float | None) -> Term:
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
        return Term("power", (base,), kind, value, node.at)

    def _matrix_power(self, node: tree.Power, base: Term, value: float) -> Term | None:
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

    def _ones(self, node: tree.Ones) -> Term:
        if node.sizes:
            sizes = [self._said_size(s, node.at) for s in node.sizes[:2]]
            return self.ones(sizes[0], sizes[1] if len(sizes) > 1 else "1", node.at)
        matrix = self.pick(("size", "ones", node.at), 2)
        return self.ones(self.sizes.new(), self.sizes.new() if matrix else "1", node.at)

    def _identity(self, node: tree.Identity) -> Term:
        size = self._said_size(node.size, node.at) if node.size else self.sizes.new()
        return Term("identity", (), Kind(size, size, rigid=True), None, node.at)

    def _zero(self, node: tree.Zero) -> Term:
        return Term("number", (), Kind(number=True), 0.0, node.at)

    def _said_size(self, size: str, at: int) -> str:
        if size in self.scope.sizes or size == "1":
            return size
        product = [s for s in size if s in self.scope.sizes]
        if len(product) == len(size) > 1:
            return times(*product)
        raise Unreadable(f'the size "{size}" is not known', at)

    # ------------------------------------------------------------ products

    def _product(self, node: tree.Product) -> Term:
        pairs = self._with_tolerance(list(node.factors), node)
        if len(pairs) == 1:
            return self.term(pairs[0][1])
        try:
            factors = [(operator, self.term(factor)) for operator, factor in pairs]
        except Misfit as misfit:
            return self._trace_of_the_rest(pairs, node, misfit)
        return self._folded(factors, node.at)

    def _folded(self, factors: list[Factor], at: int) -> Term:
        before, remarks = dict(self.sizes.bound), list(self.remarks)
        try:
            return fold(self, factors, at)
        except Misfit:
            self.sizes.bound, self.remarks = before, remarks
            found = bracketings(self, factors, at)
            if not found:
                raise
        chosen = found[self.pick(("brackets", at), len(found))]
        if chosen.liberties:
            self.liberty("juxtaposed", "matrices side by side are read as an entry-wise product")
        else:
            self.liberty("brackets", "brackets are missing; read in an order in which sizes fit")
        return bracketed(self, factors, chosen, at)

    def _with_tolerance(self, pairs: list[tuple[str, Node]], node: Node) -> list[tuple[str, Node]]:
        """The factors after the questions of meaning that a product can raise."""
        pairs = self._quantity_of(pairs, node)
        for i, (operator, factor) in enumerate(pairs[:-1]):
            if pairs[i + 1][0] != "" or not isinstance(factor, tree.Differential):
                continue
            if isinstance(factor.inner, tree.Name) and self.pick(("d", factor.at), 2):
                self.liberty("d", '"dAB" is read as d(AB)')
                end = _run_end(pairs, i)
                inside = tree.Product(factor.at, (("", factor.inner), *pairs[i + 1 : end]))
                whole = tree.Differential(factor.at, inside)
                return [*pairs[:i], (operator, whole), *pairs[end:]]
        return pairs

    def _quantity_of(self, pairs: list[tuple[str, Node]], node: Node) -> list[tuple[str, Node]]:
        """f(W) where f is a quantity: its argument says nothing new."""
        said = [
            i
            for i in range(1, len(pairs))
            if pairs[i][0] == "" and self._names_quantity(pairs[i - 1][1], pairs[i][1])
        ]
        listed = any(isinstance(pairs[i][1], tree.Listing) for i in said)
        if said and (listed or self.pick(("argument", node.at), 2)):
            self.remark("argument", "y(X) is read as the quantity y")
            return [pair for i, pair in enumerate(pairs) if i not in said]
        return pairs

    def _names_quantity(self, name: Node, group: Node) -> bool:
        if not isinstance(name, tree.Name) or name.name not in self.scope.definitions:
            return False
        if not isinstance(group, tree.Group | tree.Listing):
            return False
        items = group.items if isinstance(group, tree.Listing) else (group.inner,)
        return all(isinstance(x, tree.Name) and x.name in self.scope.variables for x in items)

    def _trace_of_the_rest(self, pairs: list[tuple[str, Node]], node: Node, misfit: Misfit) -> Term:
        """tr(A)^T B where the bracket closes too early: the trace takes the whole product."""
        for i, (operator, factor) in enumerate(pairs[:-1]):
            wrapped = factor
            while isinstance(wrapped, tree.Transpose):
                wrapped = wrapped.inner
            if not isinstance(wrapped, tree.Call) or wrapped.function != "tr":
                continue
            first: Node = tree.Group(factor.at, wrapped.arguments[0])
            first = first if wrapped is factor else tree.Transpose(factor.at, first)
            inside = tree.Product(factor.at, (("", first), *pairs[i + 1 :]))
            whole = tree.Call(factor.at, "tr", 0, (inside,))
            self.liberty("trace", "the trace is read as taking the whole product")
            return self._product(tree.Product(node.at, (*pairs[:i], (operator, whole))))
        raise misfit

    # ------------------------------------------------------------ names and functions

    def _name(self, node: tree.Name) -> Term:
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

    def _defined(self, node: tree.Name, definition: Definition) -> Term:
        key = (node.name, definition.order)
        if key in self.scope.read:
            return self.scope.read[key]
        if key in self.busy:
            raise Unreadable(f'"{node.name}" is defined through itself', node.at)
        term = self._settled_definition(definition, key)
        if term is None:  # of sizes that depend on where it is used
            term = self._inline(definition, key, node.at)
        return term

    def _settled_definition(self, definition: Definition, key: tuple[str, float]) -> Term | None:
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

    def _inline(self, definition: Definition, key: tuple[str, float], at: int) -> Term:
        outside = self.order, self.parameters, self.busy
        self.order, self.parameters, self.busy = definition.order, [], self.busy | {key}
        try:
            term = self.term(definition.node)
            return self.unindexed(term, definition.indices, at) if definition.indices else term
        finally:
            self.order, self.parameters, self.busy = outside

    def _undeclared(self, node: tree.Name) -> Term:
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
        term = Term("unknown", (), Kind(rows, columns), node.name, node.at)
        self.unknown[node.name] = term
        return term

    def _call(self, node: tree.Call) -> Term:
        if node.function in self.scope.functions:
            return self._own_function(node)
        if node.function in ("max", "min", "clamp"):
            return self._maximum(node)
        if node.function == "where" and len(node.arguments) == 3 and not node.primes:
            condition, value, otherwise = node.arguments
            return self.term(tree.Cases(node.at, ((value, condition), (otherwise, None))))
        if node.function == "sum" and len(node.arguments) > 1:
            return self._sum_along(node)
        arguments = [self.term(a) for a in node.arguments]
        if len(arguments) != 1:
            raise Unreadable(f"{node.function} takes one argument", node.at)
        if node.function in ENTRYWISE:
            return self.apply(node.function, node.primes, arguments[0], node.at)
        if node.primes:
            raise Unreadable(f"the derivative of {node.function} is not read so", node.at)
        return self._named_function(node, arguments[0])

    def _sum_along(self, node: tree.Call) -> Term:
        """sum(E, axis=0), as code has it."""
        axis = node.arguments[1]
        match axis:
            case tree.Compare(relation="==", right=tree.Number(value=0.0 | 1.0 as which)):
                over = "rows" if which == 0 else "columns"
                return self.total(self.term(node.arguments[0]), over, node.at)
        raise Unreadable("this sum is not understood", axis.at)

    def _named_function(self, node: tree.Call, x: Term) -> Term:  # noqa: PLR0911, C901
        at = node.at
        match node.function:
            case "tr":
                return self.trace(x, at)
            case "vec":
                return self.vec(x, at)
            case "sum":
                return self.total(x, "all", at)
            case "mean":
                count = times(self.known(x).rows, self.known(x).columns)
                size = Term("size", (), Kind(), count, at)
                return self.quotient(self.total(x, "all", at), size, at)
            case "det":
                return self.determinant(x, at)
            case "logdet":
                return self.apply("log", 0, self.determinant(x, at), at)
            case "diag":
                return self.diagonal(x, at)
            case "transpose":
                return self.transpose(x, at)
            case "inverse":
                return self.inverse(x, at)
            case "softmax" | "logsumexp":
                return self._softmax(node, x)
        cure = "known are tr, det, log, exp, max, relu, sigmoid, tanh, softmax and their like"
        raise Unreadable(f"the function {node.function} is not known", at, cure)

    def _softmax(self, node: tree.Call, x: Term) -> Term:
        if x.kind.form:
            raise Unreadable(f"{node.function} of a differential is not read", node.at)
        kind = self.known(x)
        down = kind.columns == "1"
        if not down and kind.rows != "1":
            self.remark("softmax", "softmax is taken along each row")
        made = Kind(kind.rows, kind.columns, kind.axes)
        if node.function == "logsumexp":
            made = replace(made, rows="1") if down else replace(made, columns="1")
        return Term(node.function, (x,), made, "rows" if down else "columns", node.at)

    def _maximum(self, node: tree.Call) -> Term:
        others = [a for a in node.arguments if not _is_zero(a)]
        relu = node.function in ("max", "clamp") and len(others) == 1
        if relu and (len(node.arguments) == 2 or node.primes):
            return self.apply("relu", node.primes, self.term(others[0]), node.at)
        if node.primes or len(node.arguments) != 2 or node.function == "clamp":
            raise Unreadable(f"{node.function} is read of two things", node.at)
        x, y = (self.term(a) for a in node.arguments)
        self._no_form(x, node.function, node.at)
        self._no_form(y, node.function, node.at)
        return self.maximum(x, y, node.at, least=node.function == "min")

    def _own_function(self, node: tree.Call) -> Term:
        own = self.scope.functions[node.function]
        if isinstance(own.body, str):
            return self.term(replace(node, function=own.body, primes=node.primes))
        if own.body is None or len(own.parameters) != len(node.arguments):
            raise Unreadable(f"the function {node.function} is not defined so", node.at)
        if len(self.parameters) > 8:
            raise Unreadable(f"{node.function} is defined through itself", node.at)
        arguments = [self.term(a) for a in node.arguments]
        if not node.primes:
            return self._body(own.body, dict(zip(own.parameters, arguments, strict=True)))
        if node.primes > 1 or len(arguments) > 1 or arguments[0].kind.form:
            raise Unreadable(f"this derivative of {node.function} is not read", node.at)
        return self._slope(own.body, own.parameters[0], arguments[0], node.at)

    def _body(self, body: Node, bound: dict[str, Term]) -> Term:
        self.parameters.append(bound)
        try:
            return self.term(body)
        finally:
            self.parameters.pop()

    def _slope(self, body: Node, parameter: str, x: Term, at: int) -> Term:
        """The derivative of the student's own function, entry by entry."""
        place = Term("parameter", (), replace(x.kind, row=False), parameter, at)
        kind = replace(place.kind, mask=True, number=False)
        return Term("slope", (self._body(body, {parameter: place}), place, x), kind, None, at)

    def _cases(self, node: tree.Cases) -> Term:
        """The first value whose condition holds."""
        result: Term | None = None
        left: Term = self.number(1.0, node.at)
        for value, condition in node.rows:
            holds = self.term(condition) if condition else self.number(1.0, node.at)
            part = self.times(self.term(value), self.times(left, holds, node.at), node.at)
            result = part if result is None else self.plus(result, part, node.at)
            rest = self.plus(self.number(1.0, node.at), holds, node.at, -1)
            left = self.times(left, rest, node.at)
        if result is None:
            raise Unreadable("no case is given", node.at)
        return replace(result, kind=replace(result.kind, mask=not result.kind.form))

    # ------------------------------------------------------------ indices

    def _index(self, node: tree.Index) -> Term:
        if self._is_delta(node.base):
            return self._delta(node)
        return self.index(self.term(node.base), node.indices, node.at)

    def _is_delta(self, base: Node) -> bool:
        if not isinstance(base, tree.Name) or base.name != "delta":
            return False
        return "delta" not in self.scope.definitions and "delta" not in self.scope.variables

    def _delta(self, node: tree.Index) -> Term:
        if len(set(node.indices)) != 2:
            raise Unreadable("this delta is not understood", node.at)
        size = self.sizes.new()
        kind = Kind(axes=tuple((i, size) for i in node.indices))
        return Term("delta", (), kind, node.indices, node.at)

    def _line(self, node: tree.Line) -> Term:
        column = self.pick(("line", node.name), 2)
        which = ("row", "column")[column]
        self.remark("line", f"{node.name.lower()}_{node.index} is read as a {which} of {node.name}")
        matrix = self._name(tree.Name(node.at, node.name))
        if column:
            return self.index(matrix, (":", node.index), node.at)
        return self.transpose(self.index(matrix, (node.index, ":"), node.at), node.at)

    def _bigsum(self, node: tree.BigSum) -> Term:
        body = self.term(node.body)
        carried = dict(body.kind.axes)
        if not self.scalar(body) and not any(i in carried for i in node.indices):
            return self._bare_sum(node, body)
        if not node.indices and carried:
            self.liberty("sum", "a sum without an index is read as one over its indices")
        for index in node.indices or tuple(carried):
            upto = dict(node.upto).get(index)
            if index not in carried and upto and upto in self.scope.leaves:
                body = self.times(body, self.scope.leaves[upto], node.at)
            else:
                body = self.sum_over(body, index, node.at)
        return body

    def _bare_sum(self, node: tree.BigSum, body: Term) -> Term:
        axes = ["all"] if len(node.indices) == 2 else ["all", "rows", "columns"]
        chosen = axes[self.pick(("sum", node.at), len(axes))]
        said = {"all": "all entries", "rows": "the rows (the batch)", "columns": "the columns"}
        self.liberty("sum", f"a sum without an index is read as the sum over {said[chosen]}")
        return self.total(body, chosen, node.at)

    # ------------------------------------------------------------ differentials and derivatives

    def _differential(self, node: tree.Differential) -> Term:
        return self.differential(self.term(node.inner), node.at)

    def _derivative(self, node: tree.Derivative) -> Term:
        top, bottom = tree.unwrapped(node.top), self._by(node)
        split = self._first_factor(top)
        if split is not None:
            gradient = tree.Derivative(node.at, split[0], bottom)
            return self.term(tree.Product(node.at, (("", gradient), *split[1])))
        if isinstance(top, tree.Transpose) and self.scalar(self.term(top.inner)):
            return self.transpose(
                self._derivative(tree.Derivative(node.at, top.inner, bottom)), node.at
            )
        indices: tuple[str, ...] = ()
        if isinstance(bottom, tree.Index):
            indices, bottom = bottom.indices, tree.unwrapped(bottom.base)
        transposed = isinstance(bottom, tree.Transpose)
        by = self.term(bottom.inner if isinstance(bottom, tree.Transpose) else bottom)
        result = self._derived(self.term(top), by, node)
        result = self.transpose(result, node.at) if transposed else result
        return self.index(result, indices, node.at) if indices else result

    def _by(self, node: tree.Derivative) -> Node:
        r"""What is derived by; after a bare \nabla it may be any of the variables."""
        if node.bottom is not None:
            return tree.unwrapped(node.bottom)
        names = list(self.scope.variables)
        name = names[self.pick(("nabla", node.at), len(names))]
        self.remark("nabla", f"the gradient is read as the one with respect to {name}")
        return tree.Name(node.at, name)

    def _first_factor(self, top: Node) -> tuple[Node, tuple[tuple[str, Node], ...]] | None:
        r"""\nabla_Z f W^T is (\nabla_Z f) W^T."""
        if not isinstance(top, tree.Product) or len(top.factors) < 2:
            return None
        first = top.factors[0][1]
        if not isinstance(first, tree.Name):
            return None
        if self._names_quantity(first, top.factors[1][1]):  # the (W) of f(W)
            top = tree.Product(top.at, (top.factors[0], *top.factors[2:]))
        if first.name in self.scope.definitions and self.scalar(self.term(first)):
            return first, top.factors[1:]
        return None

    def _derived(self, of: Term, by: Term, node: tree.Derivative) -> Term:
        if of.kind.form or by.kind.form or by.kind.axes or by.kind.jacobian or of.kind.jacobian:
            raise Unreadable("this derivative is not read", node.at)
        a, b = self.known(of), self.known(by)
        if self.scalar(of):
            kind = Kind(b.rows, b.columns, a.axes)
            gradient = Term("gradient", (of, by), kind, None, node.at)
            return self._numerator_layout(gradient, node)
        if a.axes:
            raise Unreadable("indices and matrices are mixed in this derivative", node.at)
        if self.scalar(by):
            return Term("tangent", (of, by), Kind(a.rows, a.columns), None, node.at)
        return self._matrix_by_matrix(of, by, node)

    def _numerator_layout(self, gradient: Term, node: Node) -> Term:
        """The gradient by a vector as a row, where the whole line is written so."""
        if self.vector(gradient) and not gradient.kind.axes and self.pick(("layout", "rows"), 2):
            self.remark("layout", "derivatives by a vector are read as rows (numerator layout)")
            return self.transpose(gradient, node.at)
        return gradient

    def _matrix_by_matrix(self, of: Term, by: Term, node: Node) -> Term:
        a, b = self.known(of), self.known(by)
        vectors = self.vector(of) and self.vector(by)
        if (a.rows, a.columns) == (b.rows, b.columns) and self.scope.is_entrywise(of, by):
            if vectors and self.pick(("layout", node.at), 2):
                n = times(a.rows, a.columns)
                return Term("jacobian_matrix", (of, by), Kind(n, n), False, node.at)
            kind = Kind(a.rows, a.columns, mask=True)
            return Term("entrywise_derivative", (of, by), kind, None, node.at)
        if vectors and (layout := self.pick(("layout", node.at), 3)) < 2:
            sizes = times(a.rows, a.columns), times(b.rows, b.columns)
            said = ("numerator", "denominator")[layout]
            self.remark("layout", f"the derivative of a vector by a vector is in {said} layout")
            kind = Kind(*(sizes if layout == 0 else sizes[::-1]))
            return Term("jacobian_matrix", (of, by), kind, layout == 1, node.at)
        return Term("jacobian", (of, by), Kind(jacobian=(a, b)), None, node.at)


def _constant(term: Term) -> float | None:
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


def _is_zero(node: Node) -> bool:
    node = tree.unwrapped(node)
    return isinstance(node, tree.Zero) or (isinstance(node, tree.Number) and node.value == 0)


def _run_end(pairs: list[tuple[str, Node]], i: int) -> int:
    end = i + 1
    while end < len(pairs) and pairs[end][0] == "":
        end += 1
    return end
