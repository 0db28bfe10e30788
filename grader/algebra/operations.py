r"""The operations: `OPERATIONS["matmul"]` is all that is known of a matrix product.

A row says how an operation is read, of which sizes it is, what it is worth, how each of its
arguments moves it (from this follow both differentials and gradients), where it bends and how it is
written. What is not in the table is nowhere else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import rules
from .expressions import Expr, apply, both, make, power, scaled, size
from .forms import CALL, ENTRYWISE, POWER, PRODUCT, SIGN, Form, Unwritable
from .functions import FUNCTIONS, Array, written
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
from .rules import Rule
from .sizes import Kind
from .values import (
    applied,
    array_of,
    axis_of,
    indexed,
    inverse_array,
    kronecker,
    raised,
    softmax_array,
    spread_array,
    summed_over,
    unindexed,
    written_out,
)

ALONG = {"all": (-2, -1), "rows": (-2,), "columns": (-1,)}
HOLDS = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
RELATIONS = {">": ">", "<": "<", ">=": r"\ge", "<=": r"\le", "!=": r"\ne"}  # in LaTeX
EACH, TOGETHER = "each", "together"


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
    value: Callable[..., Any]  # of the expression and of its arguments' values, tensors or arrays
    ways: Callable[[Expr], Sequence[Way]] | None = None  # None: left to autograd
    linear: str = ""  # in EACH argument or in all TOGETHER: there it moves as it computes
    array: Callable[..., Array] | None = None  # its value in numpy, where torch has its own
    bend: Callable[[Expr], Bend | None] = lambda _: None
    spellings: tuple[str, ...] = ()  # words that call it, the usual one first
    run: bool = False  # called without brackets it takes a whole product
    sizes: Rule | None = None  # None: those of its arguments laid over each other
    detail: Callable[[Kind], Any] = lambda _: None  # of what it is called with
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


# ------------------------------------------------------------------ how it is read and written


def _across(kind: Kind) -> str:
    """Along each row, but down a column."""
    return "rows" if kind.columns == "1" else "columns"


def _compared_in_latex(e: Expr) -> str:
    if e.detail not in RELATIONS:
        raise Unwritable(e.op)
    return rf"\mathbf{{1}}[{{}} {RELATIONS[e.detail]} {{}}]"


def _written_in_latex(e: Expr) -> str:
    rows = r" \\ ".join([" & ".join(["{}"] * int(e.kind.columns))] * int(e.kind.rows))
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


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
    return lambda e: text.replace("*", str(2 + axis_of(e)))


def _summed_in_torch(e: Expr) -> str:
    return "{}.sum()" if e.detail == "all" else _along("{}.sum(*, keepdim=True)")(e)


# ------------------------------------------------------------------ the table

DIAG = Form(r"\operatorname{diag}({})")
ROWS = (
    Operation("plus", lambda e, x, y: x + y if e.detail > 0 else x - y, _of_plus, TOGETHER),
    Operation("negative", lambda e, x: -x, lambda e: [way(e.args[0], scale(-1))], EACH,
              sizes=rules.same),
    Operation("times", lambda e, x, y: x * y, _of_times, EACH),
    Operation("power", raised, _of_power, sizes=rules.same),
    Operation("apply", applied, _of_apply, bend=_bend_of_apply, sizes=rules.same),
    Operation("compare", lambda e, x, y: HOLDS[e.detail](x, y).to(x.dtype), lambda e: [],
              array=lambda e, x, y: HOLDS[e.detail](x, y) * 1.0, bend=_between("step"),
              latex=Form(_compared_in_latex)),
    Operation("maximum", lambda e, x, y: x.maximum(y), _of_chosen(">"),
              array=lambda e, x, y: np.maximum(x, y), bend=_between("max"), spellings=("max",),
              latex=Form(r"\max({}, {})"), words=Form("maximum({}, {})")),
    Operation("minimum", lambda e, x, y: x.minimum(y), _of_chosen("<"),
              array=lambda e, x, y: np.minimum(x, y), bend=_between("min"), spellings=("min",),
              latex=Form(r"\min({}, {})"), words=Form("minimum({}, {})")),
    # matrices
    Operation("matmul", lambda e, x, y: x @ y, _of_matmul, EACH, sizes=rules.chained,
              words=Form("{}{}", CALL, ENTRYWISE)),
    Operation("transpose", lambda e, x: x.mT, lambda e: [way(e.args[0], TURNED)], EACH,
              spellings=("transpose",), sizes=rules.turned,
              latex=Form(r"{}^\top", POWER, SIGN), torch=Form("{}.T", CALL, CALL),
              words=Form("{}^T", CALL, ENTRYWISE)),
    Operation("inverse", lambda e, x: x.inverse(), _of_inverse, array=inverse_array,
              spellings=("inv",), sizes=rules.square("inverse", lambda n: (n, n)),
              torch=Form("torch.linalg.inv({})"), words=Form("{}^-1", CALL, ENTRYWISE)),
    Operation("determinant", lambda e, x: x.det()[..., None, None], _of_determinant,
              array=lambda e, x: np.linalg.det(x)[..., None, None],
              spellings=("det",), run=True, sizes=rules.square("determinant", rules.one),
              latex=Form(r"\det({})"), torch=Form("torch.linalg.det({})"),
              words=Form("determinant({})")),
    Operation("trace", lambda e, x: x.diagonal(0, -2, -1).sum(-1)[..., None, None],
              lambda e: [way(e.args[0], traced(e.args[0]))], EACH,
              spellings=("tr", "trace"), run=True, sizes=rules.square("trace", rules.one),
              latex=Form(r"\operatorname{tr}({})"), torch=Form("({}).trace()"),
              words=Form("trace({})")),
    Operation("total", lambda e, x: x.sum(axis=ALONG[e.detail], keepdims=True),
              lambda e: [way(e.args[0], summed(e.args[0], e.detail))], EACH,
              spellings=("sum",), run=True, sizes=rules.summed, detail=lambda _: "all",
              torch=Form(_summed_in_torch, CALL, CALL), words=Form("sum({})")),
    Operation("squares", lambda e, x: (x**2).sum(axis=(-2, -1), keepdims=True),
              lambda e: [way(e.args[0], met(scaled(2, e.args[0])))], sizes=rules.number,
              latex=Form(_squares_in_latex), torch=Form("{}.square().sum()", CALL, CALL),
              words=Form("|{}|^2")),
    Operation("inner", lambda e, x, y: (x * y).sum(axis=(-2, -1), keepdims=True),
              lambda e: [way(e.args[0], met(e.args[1])), way(e.args[1], met(e.args[0]))], EACH,
              sizes=rules.alike("inner product"),
              latex=Form(r"\langle {}, {} \rangle"), torch=Form("({} * {}).sum()", CALL, POWER),
              words=Form("⟨{}, {}⟩")),
    Operation("vec", lambda e, x: x.mT.reshape(*x.shape[:-2], -1, 1), linear=EACH,
              spellings=("vec",), run=True, sizes=rules.column,
              latex=Form(r"\operatorname{vec}({})"), torch=Form("{}.T.reshape(-1, 1)", CALL, CALL),
              words=Form("vec({})")),
    Operation("kron", kronecker, linear=EACH, sizes=rules.blocks,
              latex=Form(r"{} \otimes {}", ENTRYWISE, PRODUCT), torch=Form("torch.kron({}, {})"),
              words=Form("{}⊗{}", ENTRYWISE, CALL)),
    Operation("spread_diagonal", lambda e, x: x.flatten(-2).diag_embed(),
              lambda e: [way(e.args[0], onto_diagonal(e.args[0], e.kind.rows))], EACH,
              array=spread_array, sizes=rules.both,
              latex=DIAG, torch=Form("torch.diag({}.flatten())", CALL, CALL),
              words=Form("diag({})")),
    Operation("diagonal", lambda e, x: x.diagonal(0, -2, -1)[..., None],
              lambda e: [way(e.args[0], diagonal_of(e.args[0]))], EACH,
              spellings=("diag",), run=True, sizes=rules.square("diagonal", lambda n: (n, "1")),
              latex=DIAG, torch=Form("{}.diagonal()[:, None]", CALL, CALL),
              words=Form("diag({})")),
    # along each row
    Operation("softmax", lambda e, x: x.softmax(axis_of(e)),
              lambda e: [way(e.args[0], of_softmax(e))], array=softmax_array, bend=_smooth,
              spellings=("softmax",), sizes=rules.same, detail=_across,
              latex=Form(_rows_only(r"\operatorname{softmax}({})")),
              torch=Form(_along("{}.softmax(*)"), CALL, CALL), words=Form("softmax({})")),
    Operation("logsumexp", lambda e, x: x.logsumexp(axis_of(e), keepdim=True), _of_logsumexp,
              array=lambda e, x: np.logaddexp.reduce(x, axis_of(e), keepdims=True), bend=_smooth,
              spellings=("logsumexp", "lse"), sizes=rules.summed, detail=_across,
              latex=Form(_rows_only(r"\log(\exp({})\mathbf{1})")),
              torch=Form(_along("{}.logsumexp(*, keepdim=True)"), CALL, CALL),
              words=Form("logsumexp({})")),
    # indices
    Operation("index", indexed, linear=EACH),
    Operation("sum_over", summed_over, linear=EACH),
    Operation("unindexed", unindexed, linear=EACH),
    Operation("written", written_out, linear=TOGETHER, array=array_of,
              latex=Form(_written_in_latex)),
    Operation("stacked", lambda e, x: x[..., 0, :] if e.detail[1] == "rows" else x[..., 0].mT,
              linear=EACH),
    # what is only ever taken for something else
    Operation("mean", lambda e, x: x.mean(ALONG[e.detail], keepdim=True)),
    Operation("largest", lambda e, x: x.amax((-2, -1), keepdim=True)),
    Operation("row", lambda e, x: x[..., e.detail, :].unsqueeze(-2)),
    Operation("reshape", lambda e, x: x.reshape(x.shape[::-1])),
)  # fmt: skip
OPERATIONS = {row.name: row for row in ROWS}
CALLED = {word: row.name for row in ROWS for word in row.spellings}


def called(word: str) -> Operation | None:
    """The operation that a word calls, if it does."""
    row = OPERATIONS.get(CALLED.get(word, word))
    return row if row and word in row.spellings else None


def bend_of(e: Expr) -> Bend | None:
    """Where an expression's own operation bends, if it does."""
    return OPERATIONS[e.op].bend(e) if e.op in OPERATIONS else None
