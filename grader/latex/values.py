"""Terms as numbers, with every differential at once: `Numbers(draw).of(term)`.

A value is an array (*free indices, rows, columns). A dual number carries a tangent with one more
axis in front: the directions it was differentiated in. A differential form is its own array of
tangents over *all* entries of all variables, so that an equality of differentials is checked in
every direction by one comparison of arrays.

A derivative by something that is not a variable goes by value: every part of the expression that
has the value of Z carries the directions of Z.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.algebra.differentiate import HIGHEST
from grader.algebra.expressions import Expr
from grader.algebra.functions import Array
from grader.algebra.operations import OPERATIONS, Operation
from grader.algebra.sizes import Kind, length
from grader.algebra.values import CONSTANTS, over

from .duals import Dual, Seed, chain_of, joined, met, operated, windows
from .errors import Unreadable

LARGEST = 200_000  # entries of one array; a Kronecker bomb stops here


@dataclass
class Draw:
    """Numbers for the sizes and for the variables."""

    lengths: dict[str, int]
    leaves: dict[str, Array]

    def slices(self) -> dict[str, slice]:
        """Where each variable stands on the axis of directions."""
        found, start = {}, 0
        for name, value in self.leaves.items():
            found[name] = slice(start, start + value.size)
            start += value.size
        return found


class Numbers:
    """The values of terms at one draw; what was computed once is kept."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.plain = Seed(0, {})
        self.seeds: dict[int, tuple[Expr, Seed]] = {}
        self._everything: Seed | None = None

    @np.errstate(all="ignore")  # what has no value is seen to have none
    def of(self, term: Expr) -> Array:
        """The value of a term."""
        return self.dual(term, self.plain).value

    def length(self, size: str) -> int:
        return length(size, self.draw.lengths)

    def shape(self, kind: Kind) -> tuple[int, int]:
        return self.length(kind.rows), self.length(kind.columns)

    # ------------------------------------------------------------ seeds

    @property
    def everything(self) -> Seed:
        """The directions of all entries of all variables."""
        if self._everything is None:
            slices = self.draw.slices()
            count = sum(v.size for v in self.draw.leaves.values())
            eye = np.eye(count)
            leaves = self.draw.leaves.items()
            tangents = {n: eye[:, slices[n]].reshape(count, *v.shape) for n, v in leaves}
            self._everything = Seed(count, tangents)
        return self._everything

    def seed(self, by: Expr) -> Seed:
        """The directions of one thing: a variable by name, anything else by value."""
        if id(by) not in self.seeds:
            value = self.of(by)
            basis = np.eye(value.size).reshape(value.size, *value.shape)
            if by.op in ("leaf", "unknown"):
                seed = Seed(value.size, {by.detail: basis}, found=True)
            elif by.op in ("vec", "transpose") and by.args[0].op == "leaf":
                seed = self._rearranged(by)
            else:
                seed = Seed(value.size, {}, value, basis)
            self.seeds[id(by)] = (by, seed)
        return self.seeds[id(by)][1]

    def _rearranged(self, by: Expr) -> Seed:
        """The directions of vec(W) or W^T: those of W in another order."""
        leaf = by.args[0]
        shape = self.draw.leaves[leaf.detail].shape
        places = np.arange(shape[0] * shape[1]).reshape(shape).T.ravel()
        tangents = np.eye(len(places))[places].reshape(len(places), *shape)
        return Seed(len(places), {leaf.detail: tangents}, found=True)

    @np.errstate(all="ignore")
    def derivative(self, of: Expr, by: Expr) -> Array:
        """All derivatives: (rows and columns of `by`, free indices, rows, columns of `of`)."""
        seed = self.seed(by)
        dual = self.dual(of, seed)
        if not seed.found:
            raise Unreadable("this is not written in terms of what it is derived by", by.at)
        tangent = dual.tangent
        if tangent is None:
            tangent = np.zeros((seed.count, *dual.value.shape))
        shape = self.of(by).shape
        return np.broadcast_to(tangent, (seed.count, *dual.value.shape)).reshape(
            *shape, *dual.value.shape
        )

    # ------------------------------------------------------------ evaluation

    def dual(self, term: Expr, seed: Seed) -> Dual:
        """The value of a term with its tangents in the directions of the seed."""
        known = seed.memo.get(id(term))
        if known is not None:
            return known[1]
        own = getattr(self, f"_{term.op}", self._operated)
        result: Dual = own(term, seed)
        if result.value.size > LARGEST:
            raise Unreadable("this matrix is too large", term.at)
        if seed.target is not None:
            result = met(result, term.kind, seed)
        seed.memo[id(term)] = (term, result)
        return result

    def row(self, op: str) -> Operation:
        """What is known of an operation."""
        return OPERATIONS[op]

    def _operated(self, term: Expr, seed: Seed) -> Dual:
        """A constant, or an operation on its arguments, laid over the same free indices."""
        if term.op in DERIVED:
            return self._derived(term, seed)
        if term.op in CONSTANTS:
            return Dual(CONSTANTS[term.op](np, self.length, term))
        duals = [self.dual(argument, seed) for argument in term.args]
        if len(duals) > 1:
            pairs = zip(term.args, duals, strict=True)
            duals = [self.over(term.kind, argument.kind, dual) for argument, dual in pairs]
        if term.op in CHAINED:
            return Dual(CHAINED[term.op](term, *(dual.value for dual in duals)))
        return operated(self.row(term.op), term, duals)

    def over(self, kind: Kind, own: Kind, dual: Dual) -> Dual:
        """A value laid over the free indices of a larger one."""
        if own.axes == kind.axes or not kind.axes:
            return dual
        names, have = [n for n, _ in kind.axes], [n for n, _ in own.axes]
        tangent = None if dual.tangent is None else over(names, have, dual.tangent)
        return Dual(over(names, have, dual.value), tangent)

    # what only a draw knows

    def _leaf(self, term: Expr, seed: Seed) -> Dual:
        return Dual(self.draw.leaves[term.detail], seed.tangents.get(term.detail))

    _unknown = _leaf

    def _parameter(self, term: Expr, seed: Seed) -> Dual:
        return Dual(self.draw.leaves[term.detail])

    # what asks for more than the row of its operation says

    def _plus(self, term: Expr, seed: Seed) -> Dual:
        """A sum, or a product, some stretch of which may be what is derived by."""
        if seed.target is None or term.args[0].op != term.op:
            return self._operated(term, seed)
        chain = [(sign, part, self.dual(part, seed)) for sign, part in chain_of(term)]
        parts = [(sign, self.over(term.kind, part.kind, dual)) for sign, part, dual in chain]
        row = self.row(term.op)
        for start, end in windows(len(parts)):
            inside = joined(row, parts[start:end])
            found = met(inside, term.kind, seed)
            if found is not inside:
                parts = [*parts[:start], (1, found), *parts[end:]]
                break
        return joined(row, parts)

    _matmul = _plus

    def _apply(self, term: Expr, seed: Seed) -> Dual:
        (x,), (function, primes) = term.args, term.detail
        if primes + (self.dual(x, seed).tangent is not None) > HIGHEST:
            raise Unreadable(f"so high a derivative of {function} is not read", term.at)
        return self._operated(term, seed)

    def _kron(self, term: Expr, seed: Seed) -> Dual:
        if self.length(term.kind.rows) * self.length(term.kind.columns) > LARGEST:
            raise Unreadable("this Kronecker product is too large", term.at)
        return self._operated(term, seed)

    def _slope(self, term: Expr, seed: Seed) -> Dual:
        """The derivative of the student's own function, by one tangent for its parameter."""
        body, place, argument = term.args
        x = self.dual(argument, seed)
        if x.tangent is not None:
            raise Unreadable("a second derivative of this function is not read", term.at)
        inner = Numbers(Draw(self.draw.lengths, {**self.draw.leaves, place.detail: x.value}))
        once = Seed(1, {}, memo={id(place): (place, Dual(x.value, np.ones((1, *x.value.shape))))})
        tangent = inner.dual(body, once).tangent
        slope = np.zeros_like(x.value) if tangent is None else tangent[0]
        return Dual(np.broadcast_to(slope, x.value.shape))

    # differentials and derivatives

    def _differential(self, term: Expr, seed: Seed) -> Dual:
        self._only_plain(seed, term)
        everything = self.everything
        dual = self.dual(term.args[0], everything)
        tangent = dual.tangent
        if tangent is None:
            return Dual(np.zeros((everything.count, *dual.value.shape)))
        return Dual(np.broadcast_to(tangent, (everything.count, *dual.value.shape)))

    def _only_plain(self, seed: Seed, term: Expr) -> None:
        if seed is not self.plain:
            raise Unreadable("derivatives of derivatives are not read", term.at)

    def _derived(self, term: Expr, seed: Seed) -> Dual:
        self._only_plain(seed, term)
        return Dual(DERIVED[term.op](term, self.derivative(*term.args)))

    def is_entrywise(self, of: Expr, by: Expr) -> bool:
        """Whether each entry of one thing depends on the same entry of the other alone."""
        try:
            found = self.derivative(of, by)
        except Unreadable:
            return False
        size = found.shape[0] * found.shape[1]
        flat = found.reshape(size, -1)
        return flat.shape[1] == size and bool(np.allclose(flat, np.diag(np.diag(flat))))


# ------------------------------------------------------------------ derivatives as matrices


def _diagonal(_: Expr, derivatives: Array) -> Array:
    """Of what depends entry by entry."""
    rows, columns, *_rest = derivatives.shape
    size = rows * columns
    return np.diag(derivatives.reshape(size, size)).reshape(rows, columns)


def _matrix(e: Expr, derivatives: Array) -> Array:
    """Of a vector by a vector; `detail` says whether that by which it is derived runs down."""
    matrix = derivatives.reshape(derivatives.shape[0] * derivatives.shape[1], -1)
    return matrix if e.detail else matrix.T


# Of all derivatives: (rows and columns of `by`, free indices, rows, columns of `of`).
DERIVED: dict[str, Callable[[Expr, Array], Array]] = {
    "gradient": lambda _, d: np.moveaxis(d[..., 0, 0], (0, 1), (-2, -1)),
    "tangent": lambda _, d: d[0, 0],
    "entrywise_derivative": _diagonal,
    "jacobian_matrix": _matrix,
    "jacobian": lambda _, d: d,
}
CHAINED: dict[str, Callable[..., Array]] = {
    "chain": lambda _, other, jacobian: np.einsum("klij,ij->kl", jacobian, other),
    "chain_of_two": lambda _, outer, inside: np.einsum("mnij,klmn->klij", outer, inside),
    "masked_jacobian": lambda e, jacobian, mask: (
        jacobian * (mask if e.detail == "of" else mask[:, :, None, None])
    ),
    "scaled_jacobian": lambda _, jacobian, scale: jacobian * scale,
}
