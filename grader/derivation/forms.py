"""Expressions with what is trivial about them taken away: `Forms(scope=scope).form(node, order)`.

Names stand for their definitions; numbers are multiplied out, like terms collected, what is zero
dropped; a differential, a trace and a transpose go through sums. Two sides of one form say the same
thing twice: nothing was derived between them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from grader.latex import tree
from grader.latex.names import NO_VARIABLES
from grader.latex.scope import COLUMN, ROW, Definition, Scope
from grader.latex.tree import Node

from .atoms import LIKE_ONE, ONE, Atoms, Form, added, scaled


@dataclass
class Forms(Atoms):
    """The forms of one text."""

    scope: Scope = field(kw_only=True)
    _names: dict[tuple[Any, ...], Form] = field(default_factory=dict)
    _calls: dict[tuple[Any, ...], Form] = field(default_factory=dict)
    _trees: dict[tuple[Any, ...], tuple[Node, Form]] = field(default_factory=dict)
    _busy: set[Any] = field(default_factory=set)
    held: frozenset[str] = frozenset()  # variables whose differential is 0

    # ------------------------------------------------------------ forms of trees

    def form(self, node: Node, order: float, bound: Mapping[str, Form] | None = None) -> Form:
        """The form of an expression, as the names are meant at a statement."""
        made = getattr(self, f"_{type(node).__name__.lower()}", self._any)
        if bound:
            return made(node, order, bound)
        key = (id(node), order, self.held)
        known = self._trees.get(key)
        if known is None:
            known = self._trees[key] = node, made(node, order, {})
        return known[1]

    def _one(self, node: Node, order: float, bound: Mapping[str, Form]) -> int:
        """An expression as an atom; its factor is of no interest."""
        return self._whole(self.form(node, order, bound))

    def _whole(self, form: Form) -> int:
        """An atom for all of it, its factor included."""
        number, factor = self.single(form)
        if abs(factor - 1) < LIKE_ONE:
            return number
        return self.atom(("times", number, round(factor, 12)), (number,))

    def _any(self, node: Node, order: float, bound: Mapping[str, Form]) -> Form:
        """What has no rule of its own: its kind, its words, and the forms of its parts."""
        parts = [self._one(child, order, bound) for child in tree.children(node)]
        said = tuple(
            value
            for value in (getattr(node, f.name) for f in fields(node) if f.name != "at")
            if not isinstance(value, Node) and not (isinstance(value, tuple) and _holds(value))
        )
        return ((self.atom((type(node).__name__, said, *parts), parts), 1.0),)

    def _number(self, node: tree.Number, _order: float, _bound: Mapping[str, Form]) -> Form:
        return ((ONE, node.value),) if node.value else ()

    def _zero(self, _node: tree.Zero, _order: float, _bound: Mapping[str, Form]) -> Form:
        return ()

    def _group(self, node: tree.Group, order: float, bound: Mapping[str, Form]) -> Form:
        return self.form(node.inner, order, bound)

    def _line(self, node: tree.Line, order: float, bound: Mapping[str, Form]) -> Form:
        whole = self.form(tree.Name(node.at, node.name), order, bound)
        if self.scope.way(node.name) == COLUMN:
            return self._indexed(whole, (":", node.index))
        row = self._indexed(whole, (node.index, ":"))
        return row if self.scope.way(node.name) == ROW else self._transposed(row)

    def _negative(self, node: tree.Negative, order: float, bound: Mapping[str, Form]) -> Form:
        return scaled(self.form(node.inner, order, bound), -1)

    def _sum(self, node: tree.Sum, order: float, bound: Mapping[str, Form]) -> Form:
        return added(scaled(self.form(t, order, bound), s) for s, t in node.terms)

    def _product(self, node: tree.Product, order: float, bound: Mapping[str, Form]) -> Form:
        factors = [(op, self.form(f, order, bound)) for op, f in node.factors]
        return self._multiplied(factors)

    def _multiplied(self, factors: Iterable[tuple[str, Form]]) -> Form:
        """A product, with its numbers in front."""
        number, kept = 1.0, []
        for op, form in self._without_identities(list(factors)):
            atom, factor = self.single(form)
            number *= factor
            if atom == ONE:
                continue
            key = self.atoms[atom].key
            flat = key[1] if key[0] == "prod" and _same_product(op, key[1]) else (("", atom),)
            kept += [((op if i == 0 else by), a) for i, (by, a) in enumerate(flat)]
        if not number:
            return ()
        if not kept:
            return ((ONE, number),)
        if len(kept) == 1:
            return ((kept[0][1], number),)
        chain = (("", kept[0][1]), *kept[1:])
        if all(op == "odot" for op, _ in chain[1:]):
            atoms = sorted(a for _, a in chain)
            chain = (("", atoms[0]), *(("odot", a) for a in atoms[1:]))
        return ((self.atom(("prod", chain), (a for _, a in chain)), number),)

    def _without_identities(self, factors: list[tuple[str, Form]]) -> list[tuple[str, Form]]:
        """The factors without I, where it stands between matrix products and not alone."""
        after = [op for op, _ in factors[1:]] + [""]
        kept = [
            (op, form)
            for (op, form), then in zip(factors, after, strict=True)
            if op or then or len(form) != 1 or self.atoms[form[0][0]].key[0] != "Identity"
        ]
        return kept or factors

    def _quotient(self, node: tree.Quotient, order: float, bound: Mapping[str, Form]) -> Form:
        top, bottom = self.form(node.top, order, bound), self.form(node.bottom, order, bound)
        atom, factor = self.single(bottom)
        if atom == ONE and factor:
            return scaled(top, 1 / factor)
        above, number = self.single(top)
        return ((self.atom(("over", above, self._whole(bottom)), (above, atom)), number),)

    def _transpose(self, node: tree.Transpose, order: float, bound: Mapping[str, Form]) -> Form:
        return self._transposed(self.form(node.inner, order, bound))

    def _primed(self, node: tree.Primed, order: float, bound: Mapping[str, Form]) -> Form:
        return self._transposed(self.form(node.inner, order, bound))

    def _transposed(self, form: Form) -> Form:
        if not form:
            return ()
        atom, factor = self.single(form)
        return ((self._turned(atom), factor),)

    def _turned(self, atom: int) -> int:
        key = self.atoms[atom].key
        if atom == ONE or key[0] in ("tr", "size"):
            return atom
        return int(key[1]) if key[0] == "t" else self.atom(("t", atom), (atom,))

    def _through(self, kind: str, form: Form) -> Form:
        """Something linear, term by term."""
        return added(((self.atom((kind, i), (i,)), c),) for i, c in form)

    def _traced(self, form: Form) -> Form:
        return self._through("tr", added(((self._upright(i), c),) for i, c in form))

    def _upright(self, atom: int) -> int:
        """The trace of a transpose is that of the matrix; that of a trace itself."""
        key = self.atoms[atom].key
        return int(key[1]) if key[0] in ("t", "tr") else atom

    def _differential(
        self, node: tree.Differential, order: float, bound: Mapping[str, Form]
    ) -> Form:
        return added(scaled(self._d(i), c) for i, c in self.form(node.inner, order, bound))

    def _d(self, atom: int) -> Form:
        found = self.atoms[atom]
        key = found.key
        if key[0] in ("one", "size") or (key[0] == "leaf" and key[1] in self.held):
            return ()
        if key[0] == "t":
            return self._transposed(self._d(key[1]))
        if key[0] in ("tr", "vec"):
            return self._through(key[0], self._d(key[1]))
        if key[0] == "idx":
            return self._indexed(self._d(key[1]), key[2])
        if key[0] == "sum":
            return added(scaled(self._d(i), c) for i, c in key[1])
        return ((self.atom(("d", atom), (atom,)), 1.0),)

    def _derivative(self, node: tree.Derivative, order: float, bound: Mapping[str, Form]) -> Form:
        top, factor = self.single(self.form(node.top, order, bound))
        if node.bottom is None:
            return ((self.atom(("unknown", "nabla")), factor),)
        by, share = self.single(self.form(node.bottom, order, bound))
        made = self.derivative(top, by)
        return ((made, factor / share if share else factor),)

    def derivative(self, top: int, by: int) -> int:
        """The derivative of one by the other; by a transpose or an entry, that of it."""
        key = self.atoms[by].key
        if key[0] == "t":
            return self._turned(self.derivative(top, key[1]))
        if key[0] == "idx":
            return self.atom(("idx", made := self.derivative(top, key[1]), key[2]), (made,))
        return self.atom(("D", top, by), (top, by))

    def _norm(self, node: tree.Norm, order: float, bound: Mapping[str, Form]) -> Form:
        return (
            (self.atom(("norm", node.kind, i := self._one(node.inner, order, bound)), (i,)), 1.0),
        )

    def _power(self, node: tree.Power, order: float, bound: Mapping[str, Form]) -> Form:
        base = tree.unwrapped(node.base)
        exponent = self.form(node.exponent, order, bound)
        if isinstance(base, tree.Norm) and base.kind != "1" and exponent == ((ONE, 2.0),):
            inner = self.form(base.inner, order, bound)
            return self._paired(inner, inner)
        below, above = self._one(node.base, order, bound), self._whole(exponent)
        key = ("power", node.entrywise, below, above)
        return ((self.atom(key, (below, above)), 1.0),)

    def _inner(self, node: tree.Inner, order: float, bound: Mapping[str, Form]) -> Form:
        left, right = self.form(node.left, order, bound), self.form(node.right, order, bound)
        return self._paired(left, right)

    def _paired(self, left: Form, right: Form) -> Form:
        """tr(A^T B)."""
        return self._traced(self._multiplied([("", self._transposed(left)), ("", right)]))

    def _index(self, node: tree.Index, order: float, bound: Mapping[str, Form]) -> Form:
        return self._indexed(self.form(node.base, order, bound), node.indices)

    def _indexed(self, form: Form, indices: tuple[str, ...]) -> Form:
        if not form:
            return ()
        atom, factor = self.single(form)
        return ((self.atom(("idx", atom, indices), (atom,)), factor),)

    def _entries(self, node: tree.Entries, order: float, bound: Mapping[str, Form]) -> Form:
        return self._gathered(self.form(node.entry, order, bound), node.indices)

    def _call(self, node: tree.Call, order: float, bound: Mapping[str, Form]) -> Form:
        arguments = [self.form(a, order, bound) for a in node.arguments]
        own = self.scope.functions.get(node.function)
        if own and isinstance(own.body, Node) and not node.primes:
            return self._applied(node.function, tuple(arguments), order)
        name = own.body if own and isinstance(own.body, str) else node.function
        if name == "tr" and len(arguments) == 1 and not node.primes:
            return self._traced(arguments[0])
        if name == "vec" and len(arguments) == 1 and not node.primes:
            return self._through("vec", arguments[0])
        if name == "max" and any(not a for a in arguments):
            name, arguments = "relu", [a for a in arguments if a]
        atoms = [self._whole(a) for a in arguments]
        body = self._body(node.function, order)
        return ((self.atom(("call", name, node.primes, *atoms), [*atoms, *body]), 1.0),)

    def _body(self, function: str, order: float) -> list[int]:
        """What a function of the text is made of, its parameters left as such."""
        own = self.scope.functions.get(function)
        if own is None or not isinstance(own.body, Node):
            return []
        places = tuple(((self.atom(("parameter", i)), 1.0),) for i in range(len(own.parameters)))
        return [i for i, _ in self._applied(function, places, order)]

    def _applied(self, function: str, arguments: tuple[Form, ...], order: float) -> Form:
        """The body of a function of the text, its parameters replaced."""
        key = (function, arguments, self.held)
        if key in self._busy or len(self._busy) > 40:
            return ((self.atom(("unknown", function)), 1.0),)
        if key not in self._calls:
            own = self.scope.functions[function]
            assert isinstance(own.body, Node)
            self._busy.add(key)
            try:
                bound = dict(zip(own.parameters, arguments, strict=False))
                self._calls[key] = self.form(own.body, order, bound)
            finally:
                self._busy.discard(key)
        return self._calls[key]

    # ------------------------------------------------------------ names

    def _name(self, node: tree.Name, order: float, bound: Mapping[str, Form]) -> Form:
        name = node.name
        if name in bound:
            return bound[name]
        if name in self.scope.variables:
            return ((self.leaf(name), 1.0),)
        definition = self.scope.definition(name, order + 0.5)
        if definition is not None:
            return self._defined(name, definition)
        kind = "size" if name in self.scope.leaves or name in NO_VARIABLES else "unknown"
        return ((self.atom((kind, name)), 1.0),)

    def leaf(self, name: str) -> int:
        return self.atom(("leaf", name), (), name)

    def _defined(self, name: str, definition: Definition) -> Form:
        key = (name, definition.order, self.held)
        if key in self._busy:
            return ((self.atom(("unknown", name)), 1.0),)
        if key not in self._names:
            self._busy.add(key)
            try:
                found = self.form(definition.node, definition.order - 0.5)
            finally:
                self._busy.discard(key)
            if definition.indices:
                found = self._gathered(found, definition.indices)
            self._names[key] = found
        return self._names[key]

    def _gathered(self, form: Form, indices: tuple[str, ...]) -> Form:
        """The matrix of these entries."""
        atom, factor = self.single(form)
        key = self.atoms[atom].key
        if key[0] == "idx" and key[2] == indices:
            return ((key[1], factor),)
        return ((self.atom(("matrix", atom, indices), (atom,)), factor),)


def _same_product(op: str, chain: tuple[tuple[str, int], ...]) -> bool:
    """Whether a product may be written into another one without brackets."""
    inner = {by for by, _ in chain[1:]}
    return inner == {op} if op == "odot" else inner <= {"", "cdot"}


def _holds(values: tuple[Any, ...]) -> bool:
    return any(isinstance(v, Node) or (isinstance(v, tuple) and _holds(v)) for v in values)
