"""Slips at a function applied entry by entry, at its derivative, and at a softmax."""

from collections.abc import Callable, Iterator

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
    times,
    total,
)
from grader.algebra.functions import FUNCTIONS, function_of, written
from grader.algebra.parts import parts, replaced
from grader.diagnosis.misconceptions import Slip
from grader.diagnosis.symbols import Symbols

LEAKS = (0.01, 0.1)  # slopes of a leaky max below 0

Rule = Callable[[Expr, Expr, Symbols], Iterator[Slip]]


def _apply(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    if part.detail[1] == 0:
        yield from _function(part, root, symbols)
    else:
        yield from _derivative(part, root, symbols)


def _function(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    (z,), (function, _) = part.args, part.detail
    name = symbols.function(part)
    said = f"as if {name} were left out, {symbols.said(z)} for {symbols.said(part)}"
    if function == "sqrt" and z.op == "squares":
        yield Slip("norm_squared", "as if the norm were squared", z)
    else:
        yield Slip("activation_left_out", said, z)
    yield Slip("activation_twice", f"as if {name} were applied twice", apply(function, part))
    for stood in _others(part):
        other = symbols.function(stood) if stood.op == "apply" else stood.op
        yield Slip("activation_other", f"as if {other} stood for {name}", stood)
    yield from _taken_for_max(part) if function == "relu" else ()
    yield from _torn_by_hand(part, symbols)
    yield from _opposite(part, symbols)
    slope = apply(function, z, 1)
    yield Slip("derivative_extra", f"as if {symbols.said(slope)} stood for {symbols.said(part)}",
               slope)  # fmt: skip
    yield from _bias_outside(part, symbols)


def _opposite(part: Expr, symbols: Symbols) -> Iterator[Slip]:
    """f(-z) for f(z), which is 1 - σ(z) too; min for max; from a tanh the sign comes out."""
    (z,), (function, _) = part.args, part.detail
    row = FUNCTIONS[function]
    opposite, name = apply(function, scaled(-1, z)), symbols.function(part)
    if row.mirror:
        known_as, sign = row.mirror
        other = known_as.format(symbols.said(part))
        said = f"as if {other} stood for {symbols.said(part)}"
        yield Slip("activation_other", said, scaled(sign, opposite))
    if not row.odd and (row.mirror is None or row.mirror[1] > 0):
        yield Slip("term_sign", f"as if {symbols.said(z)} in {name} had the other sign", opposite)


def _others(part: Expr) -> list[Expr]:
    """The functions that may be taken for this one, of the same argument."""
    (z,), (function, _) = part.args, part.detail
    others = [apply(other, z) for other in FUNCTIONS[function].kin]
    if not others or is_number(z):
        return others
    return [*others, make("softmax", (z,), size(z), "columns")]


def _taken_for_max(part: Expr) -> Iterator[Slip]:
    """What is not max(Z, 0): a leaky one, and torch.max(Z), which is the one largest entry."""
    (z,) = part.args
    for slope in LEAKS:
        leaky = make("plus", (scaled(1 - slope, part), scaled(slope, z)), size(z), 1)
        said = f"as if a leaky max, with slope {slope:g}, stood for max"
        yield Slip("activation_other", said, leaky)
    largest = times(make("largest", (z,), ("1", "1")), ones(size(z)))
    yield Slip("activation_other", "as if the one largest entry stood for max(Z, 0)", largest)


def _torn_by_hand(part: Expr, symbols: Symbols) -> Iterator[Slip]:
    """A sigmoid, or its derivative, written with exp and without the brackets below the line."""
    (z,), (function, primes) = part.args, part.detail
    for sign in (-1, 1) if function == "sigmoid" and primes < 2 else ():
        e = apply("exp", scaled(sign, z))
        torn = scaled(2.0, e)  # exp(z) / 1 + exp(z)
        if primes:  # exp(z) / 1 + exp(z)^2
            torn = make("plus", (e, power(e, 2.0)), size(z), 1)
        elif sign < 0:  # 1 / 1 + exp(-z)
            torn = make("plus", (number(1), e), size(z), 1)
        below = f"1 + exp({'-' if sign < 0 else ''}{symbols.said(z)})"
        yield Slip("lost_brackets", f"as if the brackets around {below} were lost", torn)


def _bias_outside(part: Expr, symbols: Symbols) -> Iterator[Slip]:
    """f(u + b) as f(u) + b."""
    (z,) = part.args
    if z.op == "plus":
        for inside, outside in (z.args, z.args[::-1]):
            sign = z.detail if outside is z.args[1] else 1
            moved = make("plus", (like(part, (inside,)), outside), size(part), sign)
            said = f"as if {symbols.said(outside)} were added outside {symbols.function(part)}"
            yield Slip("bias_outside", said, moved)


def _derivative(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    said = symbols.said(part)
    function = function_of(part)
    yield Slip("derivative_left_out", f"as if {said} were left out", ones(size(part)))
    twice = make("times", (part, part), size(part))
    yield Slip("derivative_extra", f"as if {said} were there twice", twice)
    stood = f"as if {symbols.said(function)} stood for its derivative {said}"
    yield Slip("activation_for_derivative", stood, function)
    yield from _derivative_elsewhere(part, root, symbols)
    yield from _torn_by_hand(part, symbols)
    for wrong in wrong_derivatives(part):
        yield Slip("wrong_derivative", f"as if {said} were {symbols.said(wrong)}", wrong)


def _derivative_elsewhere(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
    """The derivative at another argument of the same sizes, also as s (1 - s) with s mistaken."""
    (z,) = part.args
    name = symbols.function(part)
    everything = [*parts(root), *_unfolded(part, root)]
    bent = [p for p in everything if p.op == "apply" and not p.detail[1]]  # of any layer
    anywhere = {*bent, *(p.args[0] for p in bent)}
    for other in everything:
        fits = size(other) == size(z) or other.op == "leaf" or other in anywhere
        if not fits or part in parts(other):  # nobody takes a derivative at itself
            continue
        at = f"as if {name} were taken at {symbols.said(other)}, not at {symbols.said(z)}"
        if other is not z:
            yield Slip("derivative_argument", at, like(part, (other,)))
        through = by_value(part, other)
        at = f"as if {symbols.said(other)} stood for {symbols.said(function_of(part))} in {name}"
        if through is not None and other is not function_of(part):
            yield Slip("derivative_argument", at, through)


def _unfolded(part: Expr, root: Expr) -> list[Expr]:
    """Values a derivative could be taken at that the root does not hold."""
    function, held = function_of(part), parts(root)
    if function not in held:
        return [function]
    sums = [p for p in held if p.op == "plus" and function in p.args]
    return [replaced(p, {function: part.args[0]}) for p in sums]  # Z - Y of max(Z) - Y


def by_value(slope: Expr, value: Expr) -> Expr | None:
    """The derivative written with the function's own value, as s (1 - s); None if it cannot be."""
    function, primes = slope.detail
    by = FUNCTIONS[function].through_value
    return written(by, value, value) if by and primes == 1 else None


def wrong_derivatives(slope: Expr) -> list[Expr]:
    """What is often taken for a derivative."""
    (z,), (function, primes) = slope.args, slope.detail
    row = FUNCTIONS[function]
    found = [z, like(slope, (scaled(-1, z),)), scaled(-1, slope)]
    if row.wrong_slopes and primes == 1:
        found = [written(wrong, z, function_of(slope)) for wrong in row.wrong_slopes]
    others = [other for other in row.kin if not FUNCTIONS[other].written_out]
    return [*found, *(apply(other, z, 1) for other in others)]


def _softmax(part: Expr, root: Expr, symbols: Symbols) -> Iterator[Slip]:
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
        if not is_number(z) and "1" not in (rows, columns):
            whole = times(apply("exp", z), power(total(apply("exp", z), "all"), -1.0))
            said = "as if softmax were taken over all entries at once, not in each row"
            yield Slip("wrong_axis", said, whole)


OF_FUNCTIONS: dict[str, Rule] = {"apply": _apply, "softmax": _softmax, "logsumexp": _softmax}
