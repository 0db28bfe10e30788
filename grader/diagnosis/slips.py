"""Single slips at one place of a term: `slips(root, symbols)` yields what each makes of the root.

The term is a formula or its gradient; both are made of the same operations, and a student slips at
either. A slip is the name of a misconception, a sentence, and what stands there instead.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.diagnosis.algebra import (
    apply,
    is_number,
    like,
    make,
    number,
    ones,
    parents,
    parts,
    power,
    replaced,
    scaled,
    size,
    times,
    total,
    transpose,
)
from grader.diagnosis.symbols import Symbols, activation
from grader.latex.terms import Term

ELSE = ("sigmoid", "tanh", "relu")  # what may be taken for one another


@dataclass(frozen=True)
class Slip:
    """A misconception, how it is said, and the term it leads to."""

    name: str
    sentence: str
    term: Term


def slips(root: Term, symbols: Symbols, fitting: bool = False) -> Iterator[Slip]:
    """What the root becomes when one of its parts is mistaken, everywhere or in one place.

    With `fitting` only the slips that keep the sizes: a formula of other sizes is none.
    """
    for part in parts(root):
        above = list(parents(root, part))
        for slip in at(part, root, symbols):
            if fitting and size(slip.term) != size(part):
                continue
            yield Slip(slip.name, slip.sentence, replaced(root, {part: slip.term}))
            for parent in above if len(above) > 1 else []:
                args = tuple(slip.term if a is part else a for a in parent.args)
                changed = replaced(root, {parent: like(parent, args)})
                yield Slip(slip.name, slip.sentence, changed)


def at(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    """The slips that can happen to one part."""
    rule = RULES.get(part.op)
    if rule:
        yield from rule(part, root, symbols)


# ------------------------------------------------------------------ sums


def _plus(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    x, y = part.args
    sign = part.detail
    for kept, gone in ((x, y), (scaled(sign, y), x)):
        yield Slip("term_left_out", f"as if {symbols.said(gone)} were left out", kept)
    yield from _added_before(part, symbols)
    other = make("plus", part.args, size(part), -sign, part.kind.axes)
    yield Slip("term_sign", f"as if {symbols.said(y)} had the other sign", other)
    yield from _means(part, root, symbols)
    for factor in (2.0, 0.5, -1.0):
        for i, term in enumerate((x, y)):
            pair = (scaled(factor, x), y) if i == 0 else (x, scaled(factor, y))
            wrong = make("plus", pair, size(part), sign, part.kind.axes)
            name = "term_sign" if factor < 0 else "term_factor"
            said = "had the other sign" if factor < 0 else f"alone were off by a factor {factor:g}"
            yield Slip(name, f"as if {symbols.said(term)} {said}", wrong)


def _added_before(part: Term, symbols: Symbols) -> Iterator[Slip]:
    """XW + b as X(W + b), or (X + b)W."""
    x, y = part.args
    if x.op == "matmul" and part.detail > 0:
        a, b = x.args
        for pair, to in (((a, make("plus", (b, y), size(b), 1)), b),
                         ((make("plus", (a, y), size(a), 1), b), a)):  # fmt: skip
            said = f"as if {symbols.said(y)} were added to {symbols.said(to)}"
            moved = make("matmul", pair, size(x))
            yield Slip("bias_outside", f"{said}, before the product", moved)


def _means(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    """One term of a sum divided by a size."""
    leaves = [leaf for leaf in parts(root) if leaf.op == "leaf"]
    letters = {leaf.kind.rows for leaf in leaves} - {leaf.kind.columns for leaf in leaves}
    x, y = part.args
    for letter in sorted(letters - {"1"}):
        over = power(make("size", (), ("1", "1"), letter), -1.0)
        for pair, term in (((times(over, x), y), x), ((x, times(over, y)), y)):
            said = f"as if {symbols.said(term)} alone were divided by {letter}, a mean for a sum"
            wrong = make("plus", pair, size(part), part.detail, part.kind.axes)
            yield Slip("mean_for_sum", said, wrong)


def _total(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    (x,) = part.args
    lines = {"rows": "rows (the batch)", "columns": "columns", "all": "entries"}[part.detail]
    yield Slip("batch_sum_missing", f"as if the sum over the {lines} were left out", x)
    mean = make("mean", (x,), size(part), part.detail)
    yield Slip("mean_for_sum", f"as if the mean over the {lines} stood for the sum", mean)
    for axes in ("rows", "columns", "all"):
        if axes != part.detail:
            over = {"rows": "the rows", "columns": "the columns", "all": "all entries"}[axes]
            said = f"as if summed over {over}, not over the {lines}"
            yield Slip("wrong_axis", said, total(x, axes))
    if part.detail == "rows":
        for which, said in ((0, "first"), (-1, "last")):
            row = make("row", (x,), size(part), which)
            yield Slip("one_sample", f"as if only the {said} row were counted", row)


# ------------------------------------------------------------------ functions and derivatives


def _apply(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    if part.detail[1] == 0:
        yield from _function(part, root, symbols)
    else:
        yield from _derivative(part, root, symbols)


def _function(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    (z,), (function, _) = part.args, part.detail
    name = symbols.function(part)
    said = f"as if {name} were left out, {symbols.said(z)} for {symbols.said(part)}"
    if function == "sqrt" and z.op == "squares":
        yield Slip("norm_squared", "as if the norm were squared", z)
    else:
        yield Slip("activation_left_out", said, z)
    yield Slip("activation_twice", f"as if {name} were applied twice", apply(function, part))
    for other in ELSE if function in ELSE else ():
        if other != function:
            stood = apply(other, z)
            said = f"as if {symbols.function(stood)} stood for {name}"
            yield Slip("activation_other", said, stood)
    slope = apply(function, z, 1)
    yield Slip("derivative_extra", f"as if {symbols.said(slope)} stood for {symbols.said(part)}",
               slope)  # fmt: skip
    yield from _bias_outside(part, symbols)


def _bias_outside(part: Term, symbols: Symbols) -> Iterator[Slip]:
    """f(u + b) as f(u) + b."""
    (z,) = part.args
    if z.op == "plus":
        for inside, outside in (z.args, z.args[::-1]):
            sign = z.detail if outside is z.args[1] else 1
            moved = make("plus", (like(part, (inside,)), outside), size(part), sign)
            said = f"as if {symbols.said(outside)} were added outside {symbols.function(part)}"
            yield Slip("bias_outside", said, moved)


def _derivative(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    said = symbols.said(part)
    function = activation(part)
    yield Slip("derivative_left_out", f"as if {said} were left out", ones(size(part)))
    twice = make("times", (part, part), size(part))
    yield Slip("derivative_extra", f"as if {said} were there twice", twice)
    stood = f"as if {symbols.said(function)} stood for its derivative {said}"
    yield Slip("activation_for_derivative", stood, function)
    yield from _derivative_elsewhere(part, root, symbols)
    for wrong in wrong_derivatives(part):
        yield Slip("wrong_derivative", f"as if {said} were {symbols.said(wrong)}", wrong)


def _derivative_elsewhere(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    """The derivative at another argument of the same sizes, also as s (1 - s) with s mistaken."""
    (z,) = part.args
    name = symbols.function(part)
    everything = [*parts(root), *_unfolded(part, root)]
    for other in everything:
        if (size(other) != size(z) and other.op != "leaf") or other is part:
            continue
        at = f"as if {name} were taken at {symbols.said(other)}, not at {symbols.said(z)}"
        if other is not z:
            yield Slip("derivative_argument", at, like(part, (other,)))
        through = by_value(part, other)
        at = f"as if {symbols.said(other)} stood for {symbols.said(activation(part))} in {name}"
        if through is not None and other is not activation(part):
            yield Slip("derivative_argument", at, through)


def _unfolded(part: Term, root: Term) -> list[Term]:
    """Values a derivative could be taken at that the root does not hold."""
    function = activation(part)
    return [function] if function not in parts(root) else []


def by_value(slope: Term, value: Term) -> Term | None:
    """The derivative written with the function's own value, as s (1 - s); None if it cannot be."""
    one = number(1)
    match slope.detail:
        case ("sigmoid", 1):
            rest = make("plus", (one, value), size(slope), -1)
            return make("times", (value, rest), size(slope))
        case ("tanh", 1):
            return make("plus", (one, power(value, 2.0)), size(slope), -1)
        case ("relu", 1):
            return make("compare", (value, number(0)), size(slope), ">")
    return None


def wrong_derivatives(slope: Term) -> list[Term]:
    """What is often taken for a derivative."""
    (z,) = slope.args
    function = activation(slope)
    one = number(1)

    def less(x: Term, y: Term, sign: int = -1) -> Term:
        return make("plus", (x, y), size(slope), sign)

    squared = power(function, 2.0)
    match slope.detail:
        case ("sigmoid", 1):
            rest = less(one, function)
            found = [rest, squared, make("times", (function, less(one, function, 1)), size(z)),
                     less(one, squared), power(rest, 2.0), less(function, one),
                     apply("exp", scaled(-1, z)), apply("tanh", z, 1), z]  # fmt: skip
        case ("tanh", 1):
            found = [less(one, function), squared, less(one, squared, 1), power(function, -2.0),
                     make("times", (function, less(one, function)), size(z)),
                     less(one, power(z, 2.0)), z]  # fmt: skip
        case ("relu", 1):
            found = [make("compare", (z, number(0)), size(z), "<="), apply("sign", z), z]
        case _:
            found = [z, like(slope, (scaled(-1, z),))]
    others = [apply(other, z, 1) for other in ELSE if other != slope.detail[0]]
    return [*found, *others] if slope.detail[0] in ELSE else found


def _softmax(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    (z,) = part.args
    axis = {"rows": "columns", "columns": "rows"}[part.detail]
    name = part.op
    said = f"as if {name} were taken down each {'column' if axis == 'rows' else 'row'}"
    rows, columns = size(part)
    if name == "logsumexp":
        rows, columns = ("1", z.kind.columns) if axis == "rows" else (z.kind.rows, "1")
    yield Slip("wrong_axis", said, make(name, (z,), (rows, columns), axis))
    if name == "softmax":
        left = f"as if {name} were left out, {symbols.said(z)} for {symbols.said(part)}"
        yield Slip("activation_left_out", left, z)
        yield Slip("activation_twice", f"as if {name} were applied twice", like(part, (part,)))
        yield Slip("activation_other", f"as if σ stood for {name}", apply("sigmoid", z))
        bare = f"as if exp({symbols.said(z)}) were not divided by its sum"
        yield Slip("activation_other", bare, apply("exp", z))


# ------------------------------------------------------------------ products


def _matmul(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    x, y = part.args
    for kept, gone in ((x, y), (y, x)):
        yield Slip("factor_left_out", f"as if {symbols.said(gone)} were left out", kept)
    both = symbols.said(part)
    swapped = f"as if the factors of {both} were the other way round"
    yield Slip("product_order", swapped, make("matmul", (y, x), (y.kind.rows, x.kind.columns)))
    for i, factor in enumerate(part.args):
        turned = transpose(factor)
        pair = (turned, y) if i == 0 else (x, turned)
        said = f"as if {symbols.said(turned)} stood for {symbols.said(factor)} in {both}"
        yield Slip("transpose_left_out", said, make("matmul", pair, size(part)))
        swap = make("matmul", pair[::-1], size(part))
        yield Slip("product_order", f"{swapped}, {symbols.said(turned)} first"
                   if i else f"{swapped}, {symbols.said(turned)} last", swap)  # fmt: skip
    said = f"as if * stood for @ in {both}"
    for pair in ((x, y), (transpose(x), y), (x, transpose(y))):
        yield Slip("product_kind", said, make("times", pair, size(part)))


def _times(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    x, y = part.args
    if x.op == "number":
        return
    for kept, gone in ((x, y), (y, x)):
        if is_number(part) and kept.op in ("leaf", "power", "size"):
            continue  # the λ of λ |W|^2 is left out, not its |W|^2
        if not (gone.op == "apply" and gone.detail[1]):
            yield Slip("factor_left_out", f"as if {symbols.said(gone)} were left out", kept)
    if not is_number(x) and not is_number(y):
        for pair in ((x, y), (y, x), (transpose(x), y), (x, transpose(y))):
            said = f"as if @ stood for * in {symbols.said(part)}"
            yield Slip("product_kind", said, make("matmul", pair, size(part)))


def _transpose(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    (x,) = part.args
    yield Slip("transpose_left_out", f"as if {symbols.said(x)} stood for {symbols.said(part)}", x)
    said = f"as if {symbols.said(x)} were reshaped where it should be transposed"
    if x.kind.rows != x.kind.columns:
        yield Slip("reshape_for_transpose", said, make("reshape", (x,), size(part)))


def _inverse(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    (x,) = part.args
    said = f"as if {symbols.said(x)} stood for {symbols.said(part)}"
    yield Slip("inverse_left_out", said, x)
    yield Slip("factor_left_out", f"as if {symbols.said(part)} were left out", ones(size(part)))
    turned = make("transpose", (part,), size(part))
    yield Slip("transpose_left_out", f"as if {symbols.said(part)} were transposed", turned)


def _power(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    (x,), exponent = part.args, part.detail
    said = f"as if {symbols.said(x)} stood for {symbols.said(part)}"
    yield Slip("inverse_left_out" if exponent < 0 else "factor_left_out", said, x)


def _determinant(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    yield Slip("factor_left_out", f"as if {symbols.said(part)} were left out", number(1))


# ------------------------------------------------------------------ leaves and norms


def _leaf(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    for other in parts(root):
        if other.op == "leaf" and other is not part and size(other) == size(part):
            said = f"as if {symbols.said(other)} stood for {symbols.said(part)}"
            yield Slip("wrong_factor", said, other)


def _squares(part: Term, root: Term, symbols: Symbols) -> Iterator[Slip]:
    yield Slip("norm_not_squared", "as if the norm were not squared", apply("sqrt", part))


Rule = Callable[[Term, Term, Symbols], Iterator[Slip]]
RULES: dict[str, Rule] = {
    "plus": _plus, "total": _total, "apply": _apply, "softmax": _softmax, "logsumexp": _softmax,
    "matmul": _matmul, "times": _times, "transpose": _transpose, "inverse": _inverse,
    "power": _power, "determinant": _determinant, "leaf": _leaf, "squares": _squares,
}  # fmt: skip
