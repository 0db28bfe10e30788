"""Each row of the table of operations keeps its word, and all formulas of the lists agree."""

from importlib import import_module
from pathlib import Path

import pytest
import torch

from grader import Problem
from grader.algebra.differentiate import adjoints, differential, ways
from grader.algebra.evaluate import Evaluation
from grader.algebra.expressions import (
    POOL,
    Expr,
    apply,
    is_number,
    make,
    number,
    plus,
    power,
    scaled,
    size,
    times,
    total,
    widest,
)
from grader.algebra.linear import scale, summed, way
from grader.algebra.matrices import diagonal, inner, inverse, log, matmul, trace, transpose
from grader.algebra.operations import OPERATIONS, Operation
from grader.algebra.parts import parts
from grader.algebra.sizes import Sizes
from grader.algebra.tidy import tidy
from grader.author.letters import root_of
from grader.diagnosis.values import Values

LISTS = sorted((Path(__file__).parents[1] / "diagnosis").glob("wrong_*.py"))
FORMULAS = {
    formula: sizes
    for path in LISTS
    for formula, sizes in import_module(f"diagnosis.{path.stem}").PROBLEMS.values()
    if isinstance(formula, str)
}
TO_AUTOGRAD = {
    "vec",
    "kron",
    "index",
    "sum_over",
    "unindexed",
    "stacked",
    "written",
}  # how these move is not said
WITH_INDICES = r"f = \sum_{i,j} (\sum_k X_{ik} W_{kj} - Y_{ij})^2"
TAKEN_FOR = {"mean", "largest", "row", "reshape"}  # stand in no formula
STEP = 1e-6


def leaf(name: str, rows: str, columns: str) -> Expr:
    return make("leaf", (), (rows, columns), name)


X, W, Y, S, b, c = (
    leaf("X", "n", "p"), leaf("W", "p", "q"), leaf("Y", "n", "p"), leaf("S", "n", "n"),
    leaf("b", "1", "p"), leaf("c", "n", "1"),
)  # fmt: skip
LENGTHS = {"n": 3, "p": 4, "q": 2, "1": 1}
EXAMPLES = {
    "plus": [plus(X, b), plus(c, scaled(-2, X)), X - Y],
    "negative": [make("negative", (X,), size(X))],
    "times": [times(X, Y), times(c, X), times(X, b), times(total(b, "all"), X)],
    "power": [power(X, 3.0), power(S, -2.0)],
    "apply": [apply("tanh", X), apply("sigmoid", X, 1), apply("exp", times(X, Y))],
    "compare": [times(make("compare", (X, Y), size(X), ">"), X)],
    "maximum": [make("maximum", (X, b), size(X))],
    "minimum": [make("minimum", (X, number(0)), size(X))],
    "matmul": [matmul(X, W), matmul(transpose(X), c)],
    "transpose": [transpose(X)],
    "inverse": [inverse(S)],
    "determinant": [make("determinant", (S,), ("1", "1"))],
    "trace": [trace(S), trace(matmul(X, transpose(Y)))],
    "total": [total(X, "rows"), total(X, "columns"), total(times(X, Y), "all")],
    "squares": [make("squares", (X,), ("1", "1"))],
    "inner": [inner(X, Y)],
    "spread_diagonal": [make("spread_diagonal", (one,), (n, n)) for one, n in ((c, "n"), (b, "p"))],
    "diagonal": [diagonal(S), diagonal(matmul(X, transpose(Y)))],
    "softmax": [make("softmax", (X,), size(X), axes) for axes in ("rows", "columns")],
    "logsumexp": [make("logsumexp", (X,), ("n", "1"), "columns")],
}


def point(seed: int, *leaves: Expr) -> dict[str, torch.Tensor]:
    """Numbers for leaves, and for the directions in which they move."""
    generator = torch.Generator().manual_seed(seed)
    drawn = {}
    for one in leaves:
        shape = tuple(LENGTHS[letter] for letter in size(one))
        for name in (one.detail, f"d{one.detail}"):
            drawn[name] = torch.randn(shape, generator=generator, dtype=torch.float64)
    return drawn


def moved(values: dict, name: str, step: float) -> dict:
    return {**values, name: values[name] + step * values[f"d{name}"]}


def check_moves(f: Expr, values: dict, lengths: dict, x: Expr) -> None:
    """The differential is what differences say, and <gradient, dX> of a number."""
    name = x.detail
    df = differential(f, {x: make("leaf", (), size(x), f"d{name}")})
    ends = [Evaluation(moved(values, name, s * STEP), lengths).of(f) for s in (1, -1)]
    here = Evaluation(values, lengths)
    slope = here.of(df) if df is not None else torch.zeros_like(ends[0])
    expected = ((ends[0] - ends[1]) / (2 * STEP)).expand(slope.shape)
    torch.testing.assert_close(slope, expected, rtol=1e-5, atol=1e-5)
    if is_number(f):
        gradient = adjoints(f).get(x)
        met = (here.of(gradient) * values[f"d{name}"]).sum() if gradient else torch.tensor(0.0)
        torch.testing.assert_close(met.reshape(1, 1).to(slope), slope, rtol=1e-9, atol=1e-9)


def test_every_operation_is_tried() -> None:
    assert set(EXAMPLES) == set(OPERATIONS) - TO_AUTOGRAD - TAKEN_FOR
    assert {name for name, row in OPERATIONS.items() if row.ways is None} == TO_AUTOGRAD | TAKEN_FOR


@pytest.mark.parametrize("op", EXAMPLES)
def test_an_operation_moves_as_its_row_says(op: str) -> None:
    """Its differential against differences, its gradient against its differential."""
    for example in EXAMPLES[op]:
        leaves = [part for part in parts(example) if part.op == "leaf"]
        values = point(7, *leaves)
        weights = leaf("G", *size(example))
        values |= point(8, weights)
        for x in leaves:
            check_moves(example, values, LENGTHS, x)
            check_moves(inner(weights, example), values, LENGTHS, x)


def test_what_is_built_has_the_sizes_that_the_rows_say() -> None:
    """Of the examples, and of all formulas of the lists."""
    roots = [root_of(Problem(text, sizes, matrix=True)) for text, sizes in FORMULAS.items()]
    whole = [*roots, *(example for examples in EXAMPLES.values() for example in examples)]
    for part in dict.fromkeys(one for root in whole for one in parts(root)):
        row = OPERATIONS.get(part.op)
        if row and not any(one.kind.axes for one in (part, *part.args)):
            kinds = [argument.kind for argument in part.args]
            said = row.sizes and row.sizes(Sizes(), part.detail, *kinds)
            assert (said or widest(*part.args)) == size(part), part.op


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_moves_as_its_gradients_say(text: str) -> None:
    """Of all formulas of the lists, as they are differentiated on paper, by each variable."""
    problem = Problem(text, FORMULAS[text], matrix=text.startswith("P"))
    f = root_of(problem)
    by_autograd = any(part.op in TO_AUTOGRAD for part in parts(f))
    assert by_autograd == (text == WITH_INDICES)
    here = problem.points(3, draws=1, corners=False, kinks=False)[0].values
    at_point = Values(problem, here)
    values, lengths = dict(at_point.values), at_point.lengths
    directions = torch.Generator().manual_seed(5)
    for name, value in list(values.items()):
        values[f"d{name}"] = torch.randn(value.shape, generator=directions, dtype=value.dtype)
    for x in (part for part in parts(f) if part.op == "leaf"):
        if by_autograd:
            with pytest.raises(LookupError):
                differential(f, {x: x})
        else:
            check_moves(f, values, lengths, x)


def test_equal_expressions_are_one_object_for_as_long_as_anyone_holds_one() -> None:
    kept = times(X, Y)
    assert times(X, Y) is kept
    assert matmul(X, inverse(make("identity", (), ("p", "p")))) is not matmul(X, W)
    before = len(POOL)
    several = [power(X, 40.0 + i) for i in range(50)]
    assert len(POOL) == before + 50
    del several
    assert len(POOL) == before


@pytest.mark.parametrize(
    ("made", "simple"),
    [
        (lambda: matmul(make("identity", (), ("n", "n")), X), X),
        (lambda: transpose(transpose(X)), X),
        (lambda: X + X, scaled(2, X)),
        (lambda: times(scaled(3, X), scaled(-1, Y)), scaled(-3, times(X, Y))),
        (lambda: times(times(total(b, "all"), make("ones", (), size(X))), X),
         times(total(b, "all"), X)),
        (lambda: times(times(total(c, "all"), power(total(b, "all"), -1.0)), total(b, "all")),
         total(c, "all")),
        (lambda: log(make("softmax", (X,), size(X), "columns")),
         X - make("logsumexp", (X,), ("n", "1"), "columns")),
        (lambda: diagonal(matmul(X, transpose(Y))), total(times(X, Y), "columns")),
    ],
)  # fmt: skip
def test_constructors_simplify_as_a_person_would(made, simple: Expr) -> None:
    assert made() is simple
    assert tidy(made()) is simple


# ------------------------------------------------------------------ a new row

CUBES = Operation(
    "cubes",
    lambda e, x: (x**3).sum((-2, -1), keepdim=True),
    lambda e: [way(e.args[0], scale(3.0), *_by_square(e.args[0]))],
)


def _by_square(x: Expr) -> list:
    (by,) = ways(times(power(x, 2.0), leaf("_", *size(x))))[1:]
    return [*by.maps, summed(x, "all")]


def test_a_new_operation_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its value, differential and gradient follow, in formulas with others too."""
    monkeypatch.setitem(OPERATIONS, "cubes", CUBES)
    f = make("cubes", (matmul(X, W),), ("1", "1"))
    f = plus(f, scaled(0.5, make("squares", (X,), ("1", "1"))))
    values = point(9, X, W)
    for x in (X, W):
        check_moves(f, values, LENGTHS, x)
