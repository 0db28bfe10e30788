r"""The operations: `OPERATIONS["matmul"]` is all that is known of a matrix product.

A row says what an operation is worth, how each of its arguments moves it (from this follow both
differentials and gradients) and where it bends. What is not in the table is nowhere else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .expressions import Expr, apply, both, make, power, scaled, size
from .forms import CALL, ENTRYWISE, POWER, SIGN, Form, Unwritable
from .functions import FUNCTIONS, on_tensors, written
from .linear import (
    TURNED,
    Way,
    diagonal_of,
    entrywise,
    left,
    met,
    of_softmax,
    onto_diagonal,
    right,
    scale,
    spread,
    summed,
    traced,
    traced_by_inverse,
    way,
)

if TYPE_CHECKING:
    from torch import Tensor

ALONG = {"all": (-2, -1), "rows": (-2,), "columns": (-1,)}
HOLDS = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True)
class Bend:
    """Where an operation bends: what it is called, what it is applied to, and if 0 is a kink."""

    at: Expr
    function: str
    argument: Expr
    kink: bool


@dataclass(frozen=True, eq=False)
class Operation:
    """What there is to know of an operation."""

    name: str
    value: Callable[..., Tensor]  # of the expression and of its arguments' values
    ways: Callable[[Expr], Sequence[Way]] | None = None  # None: left to autograd
    bend: Callable[[Expr], Bend | None] = lambda _: None
    latex: Form | None = None  # how it is written; None: not at all, or as `write` knows
    torch: Form | None = None
    words: Form | None = None


# ------------------------------------------------------------------ how arguments move it


def _of_plus(e: Expr) -> list[Way]:
    x, y = e.args
    return [way(x, spread(x, e)), way(y, spread(y, e), scale(e.detail))]


def _of_times(e: Expr) -> list[Way]:
    x, y = e.args
    return [way(x, entrywise(x, y)), way(y, entrywise(y, x))]


def _of_power(e: Expr) -> list[Way]:
    (x,), exponent = e.args, e.detail
    return [way(x, entrywise(x, scaled(exponent, power(x, exponent - 1))))]


def _of_apply(e: Expr) -> list[Way]:
    """Its slope: written out, as 1/z of log z, or with a prime."""
    (x,), (function, primes) = e.args, e.detail
    row, by = FUNCTIONS[function], apply(function, x, primes + 1)
    if row.plain and not primes:
        by = written(row.slope, x, apply(function, x))
    return [way(x, entrywise(x, by))]


def _of_chosen(relation: str) -> Callable[[Expr], list[Way]]:
    """The larger, or the smaller, of two: it moves as the one that is chosen."""

    def ways(e: Expr) -> list[Way]:
        x, y = e.args
        return [
            way(one, entrywise(one, make("compare", (one, other), size(e), relation)))
            for one, other in ((x, y), (y, x))
        ]

    return ways


def _of_matmul(e: Expr) -> list[Way]:
    x, y = e.args
    return [way(x, right(y)), way(y, left(x))]


def _of_inverse(e: Expr) -> list[Way]:
    return [way(e.args[0], right(e), left(e), scale(-1))]


def _of_determinant(e: Expr) -> list[Way]:
    (x,) = e.args
    return [way(x, traced_by_inverse(x), entrywise(e, e))]


def _of_logsumexp(e: Expr) -> list[Way]:
    (z,) = e.args
    s = make("softmax", (z,), size(z), e.detail)
    return [way(z, entrywise(z, s), summed(z, e.detail))]


# ------------------------------------------------------------------ where it bends


def _bend_of_apply(e: Expr) -> Bend | None:
    row = FUNCTIONS[e.detail[0]]
    return None if row.polynomial else Bend(e, row.name, e.args[0], row.kink)


def _between(name: str) -> Callable[[Expr], Bend]:
    """Where two that are compared are equal."""
    return lambda e: Bend(e, name, both("plus", e.args[0], e.args[1], -1), kink=True)


def _smooth(e: Expr) -> Bend:
    return Bend(e, e.op, e.args[0], kink=False)


# ------------------------------------------------------------------ values


def _applied(e: Expr, x: Tensor) -> Tensor:
    function, primes = e.detail
    return _derivative(on_tensors(FUNCTIONS[function]), primes)(x)


def _derivative(function: Callable[[Tensor], Tensor], order: int) -> Callable[[Tensor], Tensor]:
    """The derivative of that order of a function that works entry by entry."""
    if order == 0:
        return function
    import torch

    lower = _derivative(function, order - 1)

    def derivative(z: Tensor) -> Tensor:
        at = z if z.requires_grad else z.detach().requires_grad_()
        with torch.enable_grad():
            value = lower(at)
            slope = pulled_back(value, at, torch.ones_like(value))
        return slope if z.requires_grad else slope.detach()

    return derivative


def pulled_back(value: Tensor, at: Tensor, adjoint: Tensor) -> Tensor:
    """The adjoint of a value passed on to what it was computed of, by autograd.

    Neither by torch.func nor with the adjoint handed to autograd: both load a compiler, which takes
    seconds. It can be differentiated once more.
    """
    import torch

    if value.shape != adjoint.shape:
        raise ValueError("an adjoint has the shape of its value")
    if not value.requires_grad:  # it does not move at all
        return torch.zeros_like(at)
    (found,) = torch.autograd.grad(
        (value * adjoint).sum(), at, create_graph=True, materialize_grads=True
    )
    return found


def _raised(e: Expr, x: Tensor) -> Tensor:
    return x ** (int(e.detail) if e.detail == int(e.detail) else e.detail)


def _kronecker(e: Expr, x: Tensor, y: Tensor) -> Tensor:
    product = x[..., :, None, :, None] * y[..., None, :, None, :]
    return product.flatten(-4, -3).flatten(-2)


def _names(e: Expr) -> list[str]:
    """The free indices of the argument."""
    return [name for name, _ in e.args[0].kind.axes]


def _indexed(e: Expr, x: Tensor) -> Tensor:
    (which, name), own = e.detail, _names(e)
    axis = -2 + which
    if name.isdigit():
        return x.narrow(axis, int(name) - 1, 1)
    if name in own:
        taken = x.diagonal(dim1=own.index(name), dim2=axis)
        return taken.movedim(-1, own.index(name)).unsqueeze(axis)
    return x.movedim(axis, len(own)).unsqueeze(axis)


def _matrix_of(e: Expr, x: Tensor) -> Tensor:
    matrix = x[..., 0, 0].permute([_names(e).index(n) for n in e.detail])
    return matrix if len(e.detail) == 2 else matrix[..., None]


def _axis(e: Expr) -> int:
    return -2 if e.detail == "rows" else -1


# ------------------------------------------------------------------ how it is written


def _squares_in_latex(e: Expr) -> str:
    return r"\|{}\|^2" if "1" in size(e.args[0]) else r"\|{}\|_F^2"


def _rows_only(text: str) -> Callable[[Expr], str]:
    """What our reader takes along each row."""

    def written(e: Expr) -> str:
        if e.detail != "columns" or e.args[0].kind.columns == "1":
            raise Unwritable(e.op)
        return text

    return written


def _along(text: str) -> Callable[[Expr], str]:
    """In torch, where * is the axis."""
    return lambda e: text.replace("*", str(2 + _axis(e)))


def _summed_in_torch(e: Expr) -> str:
    return "{}.sum()" if e.detail == "all" else _along("{}.sum(*, keepdim=True)")(e)


# ------------------------------------------------------------------ the table

ROWS = (
    Operation("plus", lambda e, x, y: x + y if e.detail > 0 else x - y, _of_plus),
    Operation("negative", lambda e, x: -x, lambda e: [way(e.args[0], scale(-1))]),
    Operation("times", lambda e, x, y: x * y, _of_times),
    Operation("power", _raised, _of_power),
    Operation("apply", _applied, _of_apply, _bend_of_apply),
    Operation("compare", lambda e, x, y: HOLDS[e.detail](x, y).to(x.dtype), lambda e: [],
              _between("step")),
    Operation("maximum", lambda e, x, y: x.maximum(y), _of_chosen(">"), _between("max"),
              words=Form("maximum({}, {})")),
    Operation("minimum", lambda e, x, y: x.minimum(y), _of_chosen("<"), _between("min"),
              words=Form("minimum({}, {})")),
    # matrices
    Operation("matmul", lambda e, x, y: x @ y, _of_matmul, words=Form("{}{}", CALL, ENTRYWISE)),
    Operation("transpose", lambda e, x: x.mT, lambda e: [way(e.args[0], TURNED)],
              latex=Form(r"{}^\top", POWER, SIGN), torch=Form("{}.T", CALL, CALL),
              words=Form("{}^T", CALL, ENTRYWISE)),
    Operation("inverse", lambda e, x: x.inverse(), _of_inverse,
              torch=Form("torch.linalg.inv({})"), words=Form("{}^-1", CALL, ENTRYWISE)),
    Operation("determinant", lambda e, x: x.det()[..., None, None], _of_determinant,
              latex=Form(r"\det({})"), torch=Form("torch.linalg.det({})"),
              words=Form("determinant({})")),
    Operation("trace", lambda e, x: x.diagonal(dim1=-2, dim2=-1).sum(-1)[..., None, None],
              lambda e: [way(e.args[0], traced(e.args[0]))],
              latex=Form(r"\operatorname{tr}({})"), torch=Form("({}).trace()"),
              words=Form("trace({})")),
    Operation("total", lambda e, x: x.sum(ALONG[e.detail], keepdim=True),
              lambda e: [way(e.args[0], summed(e.args[0], e.detail))],
              torch=Form(_summed_in_torch, CALL, CALL), words=Form("sum({})")),
    Operation("squares", lambda e, x: (x**2).sum((-2, -1), keepdim=True),
              lambda e: [way(e.args[0], met(scaled(2, e.args[0])))],
              latex=Form(_squares_in_latex), torch=Form("{}.square().sum()", CALL, CALL),
              words=Form("|{}|^2")),
    Operation("inner", lambda e, x, y: (x * y).sum((-2, -1), keepdim=True),
              lambda e: [way(e.args[0], met(e.args[1])), way(e.args[1], met(e.args[0]))],
              latex=Form(r"\langle {}, {} \rangle")),
    Operation("vec", lambda e, x: x.mT.flatten(-2)[..., None], words=Form("vec({})")),
    Operation("kron", _kronecker),
    Operation("spread_diagonal", lambda e, x: x.flatten(-2).diag_embed(),
              lambda e: [way(e.args[0], onto_diagonal(e.args[0], e.kind.rows))]),
    Operation("diagonal", lambda e, x: x.diagonal(dim1=-2, dim2=-1)[..., None],
              lambda e: [way(e.args[0], diagonal_of(e.args[0]))]),
    Operation("softmax", lambda e, x: x.softmax(_axis(e)),
              lambda e: [way(e.args[0], of_softmax(e))], _smooth,
              latex=Form(_rows_only(r"\operatorname{softmax}({})")),
              torch=Form(_along("{}.softmax(*)"), CALL, CALL), words=Form("softmax({})")),
    Operation("logsumexp", lambda e, x: x.logsumexp(_axis(e), keepdim=True),
              _of_logsumexp, _smooth,
              latex=Form(_rows_only(r"\log(\exp({})\mathbf{1})")),
              torch=Form(_along("{}.logsumexp(*, keepdim=True)"), CALL, CALL),
              words=Form("logsumexp({})")),
    # indices
    Operation("index", _indexed),
    Operation("sum_over", lambda e, x: x.sum(_names(e).index(e.detail))),
    Operation("unindexed", _matrix_of),
    Operation("stacked", lambda e, x: x[..., 0, :] if e.detail[1] == "rows" else x[..., 0].mT),
    # what is only ever taken for something else
    Operation("mean", lambda e, x: x.mean(ALONG[e.detail], keepdim=True)),
    Operation("largest", lambda e, x: x.amax((-2, -1), keepdim=True)),
    Operation("row", lambda e, x: x[..., e.detail, :].unsqueeze(-2)),
    Operation("reshape", lambda e, x: x.reshape(x.shape[::-1])),
)  # fmt: skip
OPERATIONS = {row.name: row for row in ROWS}


def bend_of(e: Expr) -> Bend | None:
    """Where an expression's own operation bends, if it does."""
    return OPERATIONS[e.op].bend(e) if e.op in OPERATIONS else None
