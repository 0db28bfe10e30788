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

from grader.algebra.differentiate import HIGHEST, derivative
from grader.algebra.expressions import Expr
from grader.algebra.functions import Array
from grader.algebra.operations import ALONG, HOLDS
from grader.algebra.sizes import Kind, length

from .duals import (
    Dual,
    Seed,
    added,
    bilinear,
    factors_of,
    indexed,
    kronecker,
    laid_over,
    matrix_of,
    met,
    product_of,
    softmax_of,
    stacked,
    terms_of,
    total_of,
    windows,
)
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
        result: Dual = getattr(self, f"_{term.op}")(term, seed)
        if result.value.size > LARGEST:
            raise Unreadable("this matrix is too large", term.at)
        if seed.target is not None:
            result = met(result, term.kind, seed)
        seed.memo[id(term)] = (term, result)
        return result

    def _args(self, term: Expr, seed: Seed) -> list[Dual]:
        """The arguments, over the free indices of the term."""
        return [self.over(term.kind, a.kind, self.dual(a, seed)) for a in term.args]

    def over(self, kind: Kind, own: Kind, dual: Dual) -> Dual:
        """A value laid over the free indices of a larger one."""
        if own.axes == kind.axes or not kind.axes:
            return dual
        names, have = [n for n, _ in kind.axes], [n for n, _ in own.axes]
        lead = int(own.form)
        value = laid_over(dual.value, names, have, lead)
        tangent = None if dual.tangent is None else laid_over(dual.tangent, names, have, 1)
        return Dual(value, tangent)

    # leaves

    def _leaf(self, term: Expr, seed: Seed) -> Dual:
        return Dual(self.draw.leaves[term.detail], seed.tangents.get(term.detail))

    _unknown = _leaf

    def _parameter(self, term: Expr, seed: Seed) -> Dual:
        return Dual(self.draw.leaves[term.detail])

    def _number(self, term: Expr, seed: Seed) -> Dual:
        return Dual(np.array([[term.detail]]))

    def _size(self, term: Expr, seed: Seed) -> Dual:
        return Dual(np.array([[float(self.length(term.detail))]]))

    def _ones(self, term: Expr, seed: Seed) -> Dual:
        return Dual(np.ones(self.shape(term.kind)))

    def _identity(self, term: Expr, seed: Seed) -> Dual:
        return Dual(np.eye(self.length(term.kind.rows)))

    def _position(self, term: Expr, seed: Seed) -> Dual:
        """An index itself, as a number."""
        return Dual(np.arange(1.0, self.length(term.kind.axes[0][1]) + 1)[:, None, None])

    def _delta(self, term: Expr, seed: Seed) -> Dual:
        return Dual(np.eye(self.length(term.kind.axes[0][1]))[..., None, None])

    # entry by entry

    def _plus(self, term: Expr, seed: Seed) -> Dual:
        if seed.target is not None and term.args[0].op == "plus":
            return self._sum_with_target(term, seed)
        x, y = self._args(term, seed)
        return added(x, y, term.detail)

    def _sum_with_target(self, term: Expr, seed: Seed) -> Dual:
        """A sum some stretch of which may be what is derived by."""
        parts = [(s, self.over(term.kind, t.kind, self.dual(t, seed))) for s, t in terms_of(term)]
        for start, end in windows(len(parts)):
            inside = total_of(parts[start:end])
            found = met(inside, term.kind, seed)
            if found is not inside:
                parts = [*parts[:start], (1, found), *parts[end:]]
                break
        return total_of(parts)

    def _negative(self, term: Expr, seed: Seed) -> Dual:
        (x,) = self._args(term, seed)
        return Dual(-x.value, None if x.tangent is None else -x.tangent)

    def _times(self, term: Expr, seed: Seed) -> Dual:
        x, y = self._args(term, seed)
        return bilinear(np.multiply, x, y)

    def _power(self, term: Expr, seed: Seed) -> Dual:
        (x,), p = self._args(term, seed), term.detail
        value = x.value**p
        return Dual(value, None if x.tangent is None else p * x.value ** (p - 1) * x.tangent)

    def _apply(self, term: Expr, seed: Seed) -> Dual:
        (x,), (function, primes) = self._args(term, seed), term.detail
        if primes + (x.tangent is not None) > HIGHEST:
            raise Unreadable(f"so high a derivative of {function} is not read", term.at)
        value = derivative(function, primes, x.value)
        if x.tangent is None:
            return Dual(value)
        return Dual(value, derivative(function, primes + 1, x.value) * x.tangent)

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

    def _compare(self, term: Expr, seed: Seed) -> Dual:
        x, y = (a.value for a in self._args(term, seed))
        return Dual(HOLDS[term.detail](x, y) * 1.0)

    def _maximum(self, term: Expr, seed: Seed) -> Dual:
        return self._chosen(term, seed, np.greater)

    def _minimum(self, term: Expr, seed: Seed) -> Dual:
        return self._chosen(term, seed, np.less)

    def _chosen(self, term: Expr, seed: Seed, better: Callable[[Array, Array], Array]) -> Dual:
        x, y = self._args(term, seed)
        mask = better(x.value, y.value)
        value = np.where(mask, x.value, y.value)
        if x.tangent is None and y.tangent is None:
            return Dual(value)
        tx, ty = (0.0 if z.tangent is None else z.tangent for z in (x, y))
        return Dual(value, np.where(mask, tx, ty))

    # matrices

    def _matmul(self, term: Expr, seed: Seed) -> Dual:
        if seed.target is not None and term.args[0].op == "matmul":
            return self._product_with_target(term, seed)
        x, y = self._args(term, seed)
        return bilinear(np.matmul, x, y)

    def _product_with_target(self, term: Expr, seed: Seed) -> Dual:
        """A product some stretch of which may be what is derived by."""
        parts = [self.over(term.kind, t.kind, self.dual(t, seed)) for t in factors_of(term)]
        for start, end in windows(len(parts)):
            inside = product_of(parts[start:end])
            found = met(inside, term.kind, seed)
            if found is not inside:
                parts = [*parts[:start], found, *parts[end:]]
                break
        return product_of(parts)

    def _linear(self, term: Expr, seed: Seed, f: Callable[[Array], Array]) -> Dual:
        (x,) = self._args(term, seed)
        return Dual(f(x.value), None if x.tangent is None else f(x.tangent))

    def _transpose(self, term: Expr, seed: Seed) -> Dual:
        return self._linear(term, seed, lambda z: np.swapaxes(z, -1, -2))

    def _trace(self, term: Expr, seed: Seed) -> Dual:
        return self._linear(term, seed, lambda z: np.trace(z, axis1=-2, axis2=-1)[..., None, None])

    def _total(self, term: Expr, seed: Seed) -> Dual:
        return self._linear(term, seed, lambda z: z.sum(ALONG[term.detail], keepdims=True))

    def _vec(self, term: Expr, seed: Seed) -> Dual:
        return self._linear(
            term, seed, lambda z: np.swapaxes(z, -1, -2).reshape(*z.shape[:-2], -1, 1)
        )

    def _spread_diagonal(self, term: Expr, seed: Seed) -> Dual:
        n = self.length(term.kind.rows)
        return self._linear(term, seed, lambda z: z.reshape(*z.shape[:-2], n, 1) * np.eye(n))

    def _diagonal(self, term: Expr, seed: Seed) -> Dual:
        return self._linear(term, seed, lambda z: np.diagonal(z, axis1=-2, axis2=-1)[..., None])

    def _squares(self, term: Expr, seed: Seed) -> Dual:
        (x,) = self._args(term, seed)
        value = (x.value**2).sum((-2, -1), keepdims=True)
        if x.tangent is None:
            return Dual(value)
        return Dual(value, 2 * (x.value * x.tangent).sum((-2, -1), keepdims=True))

    def _inverse(self, term: Expr, seed: Seed) -> Dual:
        (x,) = self._args(term, seed)
        inverse = self._inverted(x.value)
        if x.tangent is None:
            return Dual(inverse)
        return Dual(inverse, -np.matmul(np.matmul(inverse, x.tangent), inverse))

    def _inverted(self, value: Array) -> Array:
        try:
            inverse: Array = np.linalg.inv(value)
        except np.linalg.LinAlgError:
            return np.full_like(value, np.nan)
        large = np.abs(inverse).max() * np.abs(value).max() > 1e11
        return np.full_like(value, np.nan) if large else inverse

    def _determinant(self, term: Expr, seed: Seed) -> Dual:
        (x,) = self._args(term, seed)
        value = np.linalg.det(x.value)[..., None, None]
        if x.tangent is None:
            return Dual(value)
        product = np.matmul(self._inverted(x.value), x.tangent)
        return Dual(value, value * np.trace(product, axis1=-2, axis2=-1)[..., None, None])

    def _kron(self, term: Expr, seed: Seed) -> Dual:
        if self.length(term.kind.rows) * self.length(term.kind.columns) > LARGEST:
            raise Unreadable("this Kronecker product is too large", term.at)
        x, y = self._args(term, seed)
        return bilinear(kronecker, x, y)

    def _softmax(self, term: Expr, seed: Seed) -> Dual:
        (x,) = self._args(term, seed)
        axis = -2 if term.detail == "rows" else -1
        s = softmax_of(x.value, axis)
        if x.tangent is None:
            return Dual(s)
        return Dual(s, s * (x.tangent - (s * x.tangent).sum(axis, keepdims=True)))

    def _logsumexp(self, term: Expr, seed: Seed) -> Dual:
        (x,) = self._args(term, seed)
        axis = -2 if term.detail == "rows" else -1
        value = np.logaddexp.reduce(x.value, axis, keepdims=True)
        if x.tangent is None:
            return Dual(value)
        s = softmax_of(x.value, axis)
        return Dual(value, (s * x.tangent).sum(axis, keepdims=True))

    # indices

    def _index(self, term: Expr, seed: Seed) -> Dual:
        (x,), (which, name) = term.args, term.detail
        own = [index for index, _ in x.kind.axes]
        dual = self.dual(x, seed)
        lead = int(x.kind.form)
        value = indexed(dual.value, which, name, own, lead)
        if dual.tangent is None:
            return Dual(value)
        return Dual(value, indexed(dual.tangent, which, name, own, 1))

    def _sum_over(self, term: Expr, seed: Seed) -> Dual:
        (x,) = term.args
        place = [index for index, _ in x.kind.axes].index(term.detail)
        dual = self.dual(x, seed)
        value = dual.value.sum(place + int(x.kind.form))
        return Dual(value, None if dual.tangent is None else dual.tangent.sum(place + 1))

    def _unindexed(self, term: Expr, seed: Seed) -> Dual:
        (x,) = term.args
        own = [index for index, _ in x.kind.axes]
        dual = self.dual(x, seed)
        lead = int(x.kind.form)
        value = matrix_of(dual.value, own, term.detail, lead)
        if dual.tangent is None:
            return Dual(value)
        return Dual(value, matrix_of(dual.tangent, own, term.detail, 1))

    def _stacked(self, term: Expr, seed: Seed) -> Dual:
        return self._linear(term, seed, lambda z: stacked(z, term.detail[1]))

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

    def _gradient(self, term: Expr, seed: Seed) -> Dual:
        self._only_plain(seed, term)
        found = self.derivative(*term.args)[..., 0, 0]
        return Dual(np.moveaxis(found, (0, 1), (-2, -1)))

    def _tangent(self, term: Expr, seed: Seed) -> Dual:
        self._only_plain(seed, term)
        return Dual(self.derivative(*term.args)[0, 0])

    def _entrywise_derivative(self, term: Expr, seed: Seed) -> Dual:
        self._only_plain(seed, term)
        found = self.derivative(*term.args)
        size = found.shape[0] * found.shape[1]
        diagonal = np.diag(found.reshape(size, size))
        return Dual(diagonal.reshape(found.shape[:2]))

    def _jacobian_matrix(self, term: Expr, seed: Seed) -> Dual:
        """The derivative of a vector by a vector; `detail` says whether `by` runs down."""
        self._only_plain(seed, term)
        found = self.derivative(*term.args)
        matrix = found.reshape(found.shape[0] * found.shape[1], -1)
        return Dual(matrix if term.detail else matrix.T)

    def _jacobian(self, term: Expr, seed: Seed) -> Dual:
        self._only_plain(seed, term)
        return Dual(self.derivative(*term.args))

    def _chain(self, term: Expr, seed: Seed) -> Dual:
        other, jacobian = (self.dual(a, seed).value for a in term.args)
        return Dual(np.einsum("klij,ij->kl", jacobian, other))

    def _chain_of_two(self, term: Expr, seed: Seed) -> Dual:
        outer, inside = (self.dual(a, seed).value for a in term.args)
        return Dual(np.einsum("mnij,klmn->klij", outer, inside))

    def _masked_jacobian(self, term: Expr, seed: Seed) -> Dual:
        jacobian, mask = (self.dual(a, seed).value for a in term.args)
        return Dual(jacobian * (mask if term.detail == "of" else mask[:, :, None, None]))

    def _scaled_jacobian(self, term: Expr, seed: Seed) -> Dual:
        jacobian, scale = (self.dual(a, seed).value for a in term.args)
        return Dual(jacobian * scale)

    def is_entrywise(self, of: Expr, by: Expr) -> bool:
        """Whether each entry of one thing depends on the same entry of the other alone."""
        try:
            found = self.derivative(of, by)
        except Unreadable:
            return False
        size = found.shape[0] * found.shape[1]
        flat = found.reshape(size, -1)
        return flat.shape[1] == size and bool(np.allclose(flat, np.diag(np.diag(flat))))
