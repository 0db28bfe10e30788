"""Single slips at one place of a term: `slips(root, symbols)` yields what each makes of the root.

The term is a formula or its gradient; both are made of the same operations, and a student slips at
either. A slip is the name of a misconception, a sentence, and what stands there instead.
"""

from collections.abc import Iterator
from functools import reduce
from itertools import pairwise

from grader.algebra.expressions import (
    Expr,
    apply,
    is_number,
    like,
    make,
    number,
    ones,
    power,
    scaled,
    size,
    split,
    times,
    total,
    with_argument,
)
from grader.algebra.matrices import factors_of, product_of, transpose
from grader.algebra.parts import in_each_place, parents, parts, replaced
from grader.diagnosis.functions import OF_FUNCTIONS, Rule
from grader.diagnosis.misconceptions import Slip
from grader.diagnosis.symbols import Symbols


def slips(root: Expr, symbols: Symbols, fitting: bool = False) -> Iterator[Slip]:
    """What the root becomes when one of its parts is mistaken, everywhere or in one place.

    With `fitting` only the slips that keep the sizes: a formula of other sizes is none.
    """
    for part in parts(root):
        above = list(parents(root, part))
        for slip in at(part, root, symbols):
            if fitting and size(slip.term) != size(part):
                continue
            yield Slip(slip.name, slip.sentence, replaced(root, {part: slip.term}))
            places = in_each_place(root, part, slip.term) if len(above) > 1 else ()
            for place, changed in zip(above, places, strict=False):
                if not turns_back(place, part, slip):
                    yield Slip(slip.name, slip.sentence, changed)


def turns_back(place: Expr, part: Expr, slip: Slip) -> bool:
    """Whether a transpose where a transpose stands is meant: that is one left out, and said so."""
    return place.op == "transpose" and (slip.term.op, slip.term.args) == ("transpose", (part,))


def slips_once(root: Expr, symbols: Symbols) -> Iterator[Slip]:
    """The slips inside something that stands in several places, made in one of these alone."""
    for shared in parts(root):
        if shared.op in ("plus", "times") and not is_number(shared):
            yield from _summed(shared, root, symbols)
        if len(list(parents(root, shared))) > 1:
            for slip in slips(shared, symbols, fitting=True):
                for changed in in_each_place(root, shared, slip.term):
                    yield Slip(slip.name, f"{slip.sentence} in one place", changed)


def _summed(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    """What is added up, or averaged, along an axis, and spread along it again."""
    right_at_one = {"rows": "one_sample_only", "columns": "size_one_only", "all": ""}
    for axes, name in right_at_one.items():
        line = size(total(part, axes))
        for op, how in (("total", "summed"), ("mean", "averaged")) if line != size(part) else ():
            spread = make("times", (make(op, (part,), line, axes), ones(size(part))), size(part))
            over = "all entries" if axes == "all" else f"the {axes}"
            said = f"as if {symbols.said(part)} were {how} over {over}"
            yield Slip(f"extra_sum {name}".strip(), said, replaced(root, {part: spread}))


def at(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    """The slips that can happen to one part."""
    rule = RULES.get(part.op)
    if rule:
        yield from rule(part, root, symbols)


# ------------------------------------------------------------------ sums


def _plus(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    x, y = part.args
    sign = part.detail
    for kept, gone in ((x, y), (scaled(sign, y), x)):
        yield Slip("term_left_out", f"as if {symbols.said(gone)} were left out", kept)
    yield from _added_before(part, symbols)
    yield from _added_inside(part, symbols)
    other = make("plus", part.args, size(part), -sign, part.kind.axes)
    yield Slip("term_sign", f"as if {symbols.said(y)} had the other sign", other)
    if part is split(root)[1]:
        yield from _means(part, root, symbols)
    if part.detail > 0 and _factors(x) == _factors(y):
        for kept, gone in ((x, y), (y, x)):
            said = f"as if {symbols.said(gone)} were {symbols.said(kept)}"
            yield Slip("transpose_left_out", said, scaled(2.0, kept))
    for i, term in enumerate(part.args):
        said = f"as if {symbols.said(transpose(term))} stood for {symbols.said(term)}"
        yield Slip("transpose_left_out", said, with_argument(part, i, transpose(term)))
    for factor in (2.0, 0.5, -1.0):
        for i, term in enumerate(part.args):
            name = "term_sign" if factor < 0 else "term_factor"
            said = "had the other sign" if factor < 0 else f"alone were off by a factor {factor:g}"
            wrong = with_argument(part, i, scaled(factor, term))
            yield Slip(name, f"as if {symbols.said(term)} {said}", wrong)


def _factors(term: Expr) -> list[Expr]:
    """The factors of a product without their transposes, to see what differs in them only."""
    if term.op in ("matmul", "times"):
        return [factor for part in term.args for factor in _factors(part)]
    return [term.args[0] if term.op == "transpose" else term]


def _added_before(part: Expr, symbols: Symbols) -> Iterator[Slip]:
    """XW + b as X(W + b), or (X + b)W."""
    x, y = part.args
    if x.op == "matmul" and part.detail > 0:
        a, b = x.args
        for pair, to in (((a, make("plus", (b, y), size(b), 1)), b),
                         ((make("plus", (a, y), size(a), 1), b), a)):  # fmt: skip
            said = f"as if {symbols.said(y)} were added to {symbols.said(to)}"
            moved = make("matmul", pair, size(x))
            yield Slip("bias_outside", f"{said}, before the product", moved)


def _added_inside(part: Expr, symbols: Symbols) -> Iterator[Slip]:
    """f(u) + b as f(u + b), the reverse of a bias that is added outside."""
    for i, (a, b) in enumerate((part.args, part.args[::-1])):
        factor, bent = split(a)
        if bent.op == "apply" and not bent.detail[1] and size(bent) == size(part):
            inside = make("plus", (*bent.args, b), size(part), part.detail)
            said = f"as if {symbols.said(b)} stood inside {symbols.function(bent)}"
            in_front = factor * part.detail if i else factor  # of b - f(u)
            yield Slip("bias_outside", said, scaled(in_front, like(bent, (inside,))))


def _means(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    """One term of a sum divided by a size."""
    leaves = [leaf for leaf in parts(root) if leaf.op == "leaf"]
    letters = {leaf.kind.rows for leaf in leaves} - {leaf.kind.columns for leaf in leaves}
    for letter in sorted(letters - {"1"}):
        over = power(make("size", (), ("1", "1"), letter), -1.0)
        for i, term in enumerate(part.args):
            said = f"as if {symbols.said(term)} alone were divided by {letter}, a mean for a sum"
            yield Slip("mean_for_sum", said, with_argument(part, i, times(over, term)))


def _total(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    (x,) = part.args
    lines = {"rows": "rows (the batch)", "columns": "columns", "all": "entries"}[part.detail]
    name = "batch_sum_missing" if part.detail == "rows" else "sum_missing"
    yield Slip(name, f"as if the sum over the {lines} were left out", x)
    mean = make("mean", (x,), size(part), part.detail)
    yield Slip("mean_for_sum", f"as if the mean over the {lines} stood for the sum", mean)
    yield from _total_of_some(part, symbols)
    for axes in ("rows", "columns", "all"):
        if axes != part.detail:
            over = {"rows": "the rows", "columns": "the columns", "all": "all entries"}[axes]
            said = f"as if summed over {over}, not over the {lines}"
            yield Slip("wrong_axis", said, total(x, axes))
    if part.detail == "rows":
        for which, said in ((0, "first"), (-1, "last")):
            row = make("row", (x,), size(part), which)
            yield Slip("one_sample", f"as if only the {said} row were counted", row)


def _total_of_some(part: Expr, symbols: Symbols) -> Iterator[Slip]:
    """The sum of each addend, but of one that is a single row, or column, for all."""
    (x,), one = part.args, ("1", "1")
    letter = {"rows": x.kind.rows, "columns": x.kind.columns}.get(part.detail)
    for inner in parts(x) if letter else ():
        for i, term in enumerate(inner.args if inner.op == "plus" else ()):
            if size(term) == size(part) != size(inner) == size(x):
                share = times(power(make("size", (), one, letter), -1.0), term)
                said = f"as if {symbols.said(term)} were not summed over the {part.detail}"
                name = "batch_sum_missing" if part.detail == "rows" else "sum_missing"
                yield Slip(name, said, replaced(part, {inner: with_argument(inner, i, share)}))


# ------------------------------------------------------------------ products


def _matmul(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    x, y = part.args
    for kept, gone in ((x, y), (y, x)):
        yield Slip("factor_left_out", f"as if {symbols.said(gone)} were left out", kept)
    if part is split(root)[1]:
        yield from _wrong_sum(part, symbols)
    both = symbols.said(part)
    swapped = f"as if the factors of {both} were the other way round"
    yield Slip("product_order", swapped, product_of(y, x))
    for i, factor in enumerate(part.args):
        turned = transpose(factor)
        other = with_argument(part, i, turned)
        said = f"as if {symbols.said(turned)} stood for {symbols.said(factor)} in {both}"
        yield Slip("transpose_left_out", said, other)
        place = f"{symbols.said(turned)} {'first' if i else 'last'}"
        yield Slip("product_order", f"{swapped}, {place}", like(part, other.args[::-1]))
    factors = factors_of(part)
    if len(factors) > 2 and all(one.op != "matmul" for one in parents(root, part)):
        said = f"as if the factors of {both} stood in reverse order"
        yield Slip("product_order", said, reduce(product_of, reversed(factors)))
        yield from _neighbours(factors, symbols)
    said = f"as if * stood for @ in {both}"
    for pair in ((x, y), (transpose(x), y), (x, transpose(y))):
        yield Slip("product_kind", said, make("times", pair, size(part)))


def _neighbours(factors: list[Expr], symbols: Symbols) -> Iterator[Slip]:
    """Two neighbours in a longer product exchanged, or the two as one transposed."""
    for i, (x, y) in enumerate(pairwise(factors)):
        both = symbols.said(product_of(x, y))
        for name, pair, said in (
            ("product_order", (y, x), f"as if the factors of {both} were the other way round"),
            ("transpose_left_out", (transpose(y), transpose(x)), f"as if {both} were transposed"),
        ):
            chain = (*factors[:i], *pair, *factors[i + 2 :])
            yield Slip(name, said, reduce(product_of, chain))


def _wrong_sum(part: Expr, symbols: Symbols) -> Iterator[Slip]:
    """A product as a sum of outer products, one for each sample, along another axis."""
    x, y = part.args
    said = f"as if the outer products in {symbols.said(part)} were summed along another axis"
    down, across = total(x, "rows"), total(y, "columns")
    if x is not down and y is not across:
        for wrong in (times(transpose(down), y), times(transpose(x), across)):
            yield Slip("wrong_axis", said, wrong)


def _times(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    x, y = part.args
    if x.op == "number":
        if abs(x.detail) != 1 and any(
            part in parts(one) for one in parts(root) if one.op == "apply"
        ):
            said = f"as if the {symbols.said(x)} in {symbols.said(part)} were left out"
            yield Slip("factor_left_out", said, y)  # elsewhere it is solved for
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


def _transpose(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    (x,) = part.args
    yield Slip("transpose_left_out", f"{symbols.said(x)} is not transposed", x)
    said = f"as if {symbols.said(x)} were reshaped where it should be transposed"
    if x.kind.rows != x.kind.columns:
        yield Slip("reshape_for_transpose", said, make("reshape", (x,), size(part)))


def _inverse(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    (x,) = part.args
    said = f"as if {symbols.said(x)} stood for {symbols.said(part)}"
    yield Slip("inverse_left_out", said, x)
    yield Slip("factor_left_out", f"as if {symbols.said(part)} were left out", ones(size(part)))
    turned = make("transpose", (part,), size(part))
    yield Slip("transpose_left_out", f"as if {symbols.said(part)} were transposed", turned)


def _power(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    (x,), exponent = part.args, part.detail
    said = f"as if {symbols.said(x)} stood for {symbols.said(part)}"
    yield Slip("inverse_left_out" if exponent < 0 else "factor_left_out", said, x)
    if exponent == -1 and not is_number(x):
        known = apply("log", x)
        said = f"as if {symbols.said(known)} stood for its derivative {symbols.said(part)}"
        yield Slip("activation_for_derivative", said, known)
    if x.op == "size":
        yield from _size(part, symbols)
        return
    if exponent == 2:
        said = f"as if the absolute value of {symbols.said(x)} stood for the square"
        yield Slip("norm_not_squared", said, apply("abs", x))
    if exponent > 0:
        kept = scaled(exponent / (exponent + 1), power(x, exponent + 1))
        said = f"as if the derivative of {symbols.said(part)} kept the exponent"
        yield Slip("wrong_derivative", said, kept)
    nearer, further = (exponent - sign for sign in ((1, -1) if exponent > 0 else (-1, 1)))
    for wrong, name in ((nearer, "factor_left_out"), (further, "wrong_derivative")):
        stood = power(x, wrong)
        yield Slip(name, f"as if {symbols.said(stood)} stood for {symbols.said(part)}", stood)


def _size(part: Expr, symbols: Symbols) -> Iterator[Slip]:
    """The n^-1 of a mean left out, or there twice."""
    said = f"as if 1/{symbols.said(part.args[0])} were"
    if part.detail == -1:
        yield Slip("sum_for_mean", f"{said} left out, a sum for a mean", number(1))
        yield Slip("mean_for_sum", f"{said} there twice", power(part.args[0], -2.0))


def _determinant(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    yield Slip("factor_left_out", f"as if {symbols.said(part)} were left out", number(1))


# ------------------------------------------------------------------ leaves and norms


def _leaf(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    """Another variable: of any sizes, which then fit only where all are equal, but no number."""
    turned = [above.op == "transpose" for above in parents(root, part)]
    if not is_number(part) and not (turned and all(turned)):
        said = f"{symbols.said(part)} is transposed and should not be"
        yield Slip("transpose_left_out", said, transpose(part))
    for other in parts(root):
        numbers = [size(one) == ("1", "1") for one in (part, other)]
        if other.op == "leaf" and other is not part and numbers[0] == numbers[1]:
            said = f"as if {symbols.said(other)} stood for {symbols.said(part)}"
            yield Slip("wrong_factor", said, other)


def _squares(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    (x,), one, what = part.args, ("1", "1"), symbols.said(part.args[0])
    yield Slip("norm_not_squared", "as if the norm were not squared", apply("sqrt", part))
    absolute = make("total", (apply("abs", x),), one, "all")
    yield Slip("norm_not_squared", "as if absolute values were added, not squares", absolute)
    for other in parts(root) if x.op == "leaf" else ():
        if other.op == "leaf" and other is not x:
            said = f"as if {symbols.said(other)} stood for {what} in {symbols.said(part)}"
            yield Slip("wrong_factor", said, like(part, (other,)))
    said = f"as if the square of {what} had a derivative without {what}"
    yield Slip("factor_left_out", said, make("total", (x,), one, "all"))
    cubes = make("total", (power(x, 3.0),), one, "all")
    said = f"as if the derivative of the square of {what} kept the exponent"
    yield Slip("wrong_derivative", said, scaled(2 / 3, cubes))


RULES: dict[str, Rule] = {
    **OF_FUNCTIONS,
    "plus": _plus, "total": _total,
    "matmul": _matmul, "times": _times, "transpose": _transpose, "inverse": _inverse,
    "power": _power, "determinant": _determinant, "leaf": _leaf, "squares": _squares,
}  # fmt: skip
