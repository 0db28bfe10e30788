"""Compare the two sides of an equation at one draw: `compare(numbers, read)`.

An equality of differentials must hold in every direction of each variable that reaches both
sides; a variable that reaches one side only was silently held fixed, which is remarked.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grader.algebra.expressions import Expr
from grader.algebra.functions import Array
from grader.algebra.sizes import Kind
from grader.catalogue import Reason
from grader.latex.duals import Dual
from grader.latex.errors import Unreadable
from grader.latex.reading import Read
from grader.latex.values import Numbers

CLOSE_ENOUGH = 1e-9


@dataclass(frozen=True)
class Comparison:
    """How two sides compare; `holds` is None where they agree under an assumption only."""

    holds: bool | None
    reason: str = ""  # sizes, value, form, zero, no common differential
    message: Reason | None = None
    remarks: tuple[Reason, ...] = ()
    where: tuple[str, ...] = ()  # variables along whose differentials the sides differ
    left: Array | None = None
    right: Array | None = None
    held: tuple[str, ...] = ()  # variables whose differential was taken for 0
    by_factor: bool = False  # a derivative by a matrix was taken for the factor it brings


def kinds_agree(read: Read) -> bool:
    """Whether the two sides have the same sizes (a literal number fills a matrix)."""
    left, right = (t.kind for t in read.terms)
    if _index_that_differs(read) is not None:
        return False
    if left.number or right.number or left.jacobian or right.jacobian:
        return True
    return read.sizes.fits((left.rows, right.rows), (left.columns, right.columns))


def _index_that_differs(read: Read) -> str | None:
    """A free index that runs over one size on the left and another one on the right."""
    left, right = (dict(t.kind.axes) for t in read.terms)
    return next((i for i in left if i in right and not read.sizes.same(left[i], right[i])), None)


def compare(numbers: Numbers, read: Read, terms: tuple[Expr, Expr]) -> Comparison:
    """How the left and the right term compare at these numbers."""
    left, right = terms
    if left.kind.jacobian or right.kind.jacobian:
        return _jacobians(numbers, left, right)
    if not kinds_agree(read):
        return Comparison(False, "sizes", _sizes_differ(read))
    remarks = _filled(left, right, read)
    a, b = _laid_over(numbers, left, right)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise Unreadable("this has no value where it is tried", left.at)
    if left.kind.form or right.kind.form:
        return _forms(numbers, left, right, a, b)
    error, size = np.abs(a - b).max(), max(np.abs(a).max(), np.abs(b).max())
    if error <= CLOSE_ENOUGH * max(size, 1e-3):
        return Comparison(True, remarks=remarks)
    zero = right.kind.number and not b.any()
    a, b = np.broadcast_arrays(a, b)
    return Comparison(False, "zero" if zero else "value", left=a, right=b)


def _sizes_differ(read: Read) -> Reason:
    index = _index_that_differs(read)
    if index is not None:
        left, right = (dict(t.kind.axes)[index] for t in read.terms)
        left, right = read.sizes.of(left), read.sizes.of(right)
        return Reason.of("derivation.index_runs", index=index, left=left, right=right)
    shown = [read.sizes.shown(t.kind) for t in read.terms]
    return Reason.of("derivation.left_and_right", left=shown[0], right=shown[1])


def _filled(left: Expr, right: Expr, read: Read) -> tuple[Reason, ...]:
    """The remark that a number stands for a matrix filled with it."""
    for number, other in ((left, right), (right, left)):
        kind = read.sizes.known(other.kind)
        if number.kind.number and not other.kind.number and (kind.rows, kind.columns) != ("1", "1"):
            return (Reason.of("derivation.filled"),)
    return ()


def _laid_over(numbers: Numbers, left: Expr, right: Expr) -> tuple[Array, Array]:
    """Both values over all free indices of either."""
    axes = dict(left.kind.axes)
    axes.update(dict(right.kind.axes))
    whole = Kind(axes=tuple(axes.items()))
    a, b = (numbers.over(whole, t.kind, Dual(numbers.of(t))).value for t in (left, right))
    return a, b


def _forms(numbers: Numbers, left: Expr, right: Expr, a: Array, b: Array) -> Comparison:
    if left.kind.form != right.kind.form:
        return _form_and_value(left, right, a, b)
    a, b = np.broadcast_arrays(a, b)
    top = max(np.abs(a).max(), np.abs(b).max(), 1e-300)
    slices = numbers.draw.slices()
    reach = [{n for n, s in slices.items() if _reaches(side[s], top)} for side in (a, b)]
    common, alone = reach[0] & reach[1], reach[0] ^ reach[1]
    if not (reach[0] or reach[1]):
        return Comparison(True)
    if not common:
        message = Reason.of("derivation.nothing_in_common")
        return Comparison(False, "no common differential", message, (), tuple(sorted(alone)), a, b)
    bad = tuple(sorted(n for n in common if _differ(a[slices[n]], b[slices[n]])))
    if bad:
        return Comparison(False, "form", where=bad, left=a, right=b)
    held = ", ".join(f"d{n} = 0" for n in sorted(alone))
    remarks = (Reason.of("derivation.held", held=held),) if alone else ()
    return Comparison(True, remarks=remarks, held=tuple(sorted(alone)))


def _form_and_value(left: Expr, right: Expr, a: Array, b: Array) -> Comparison:
    value = b if left.kind.form else a
    if not np.abs(value).any():
        form = a if left.kind.form else b
        if np.abs(form).any():
            return Comparison(None, "form", Reason.of("derivation.held_fixed"))
        return Comparison(True)
    return Comparison(False, "form", Reason.of("derivation.one_differential"), left=a, right=b)


def _reaches(part: Array, top: float) -> bool:
    return bool(np.abs(part).max(initial=0) > 1e-12 * top)


def _differ(x: Array, y: Array) -> bool:
    size = max(np.abs(x).max(), np.abs(y).max())
    return bool(np.abs(x - y).max() > CLOSE_ENOUGH * size)


def _jacobians(numbers: Numbers, left: Expr, right: Expr) -> Comparison:
    """A derivative of a matrix by a matrix has no agreed matrix form; it is what it does."""
    if left.kind.jacobian and right.kind.jacobian:
        a, b = numbers.of(left), numbers.of(right)
        if a.shape == b.shape and np.allclose(a, b, rtol=CLOSE_ENOUGH):
            return Comparison(True, by_factor=True)
        raise Unreadable("derivatives of a matrix by a matrix have no agreed form", left.at)
    jacobian, matrix = (left, right) if left.kind.jacobian else (right, left)
    if matrix.kind.axes or matrix.kind.form:
        raise Unreadable("a derivative of a matrix by a matrix has no agreed form", left.at)
    j, m = numbers.of(jacobian), numbers.of(matrix)
    probe = np.random.default_rng(5).standard_normal(j.shape[2:])
    wanted = np.einsum("klij,ij->kl", j, probe)
    if any(_is(found, wanted) for found in _multiples(m, probe)):
        remark = Reason.of("derivation.by_factor")
        return Comparison(True, remarks=(remark,), by_factor=True)
    raise Unreadable("a derivative of a matrix by a matrix has no agreed form", left.at)


def _multiples(m: Array, probe: Array) -> Iterator[Array]:
    for factor in (m, m.T):
        if factor.shape[1] == probe.shape[0]:
            yield factor @ probe
        if probe.shape[1] == factor.shape[0]:
            yield probe @ factor


def _is(found: Array, wanted: Array) -> bool:
    return found.shape == wanted.shape and bool(np.allclose(found, wanted, rtol=CLOSE_ENOUGH))


def holds_where(
    numbers: Numbers, terms: tuple[Expr, Expr], pair: tuple[str, str], same: bool
) -> bool:
    """Whether two sides agree for equal values of two indices, or for unequal ones alone."""
    left, right = terms
    axes = list(dict(left.kind.axes) | dict(right.kind.axes))
    if not set(pair) <= set(axes) or left.kind.form or right.kind.form:
        return False
    a, b = np.broadcast_arrays(*_laid_over(numbers, left, right))
    places = [axes.index(index) for index in pair]
    a, b = (np.moveaxis(side, places, (0, 1)) for side in (a, b))
    if a.shape[0] != a.shape[1]:
        return False
    chosen = np.eye(a.shape[0], dtype=bool) == same
    return bool(np.allclose(a[chosen], b[chosen], rtol=CLOSE_ENOUGH))
