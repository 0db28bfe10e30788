"""Functions, derivatives and factors of a formula that stand where they do not belong.

Each takes a gradient as it is written, the formula, and the problem's symbols, and yields slips.
"""

from collections.abc import Callable, Iterator
from itertools import product

from grader.algebra.differentiate import adjoints
from grader.algebra.expressions import Expr, apply, is_number, like, make, ones, size, split
from grader.algebra.functions import FUNCTIONS
from grader.algebra.matrices import transpose
from grader.algebra.parts import in_each_place, parents, parts, replaced
from grader.diagnosis.functions import by_value
from grader.diagnosis.misconceptions import Slip
from grader.diagnosis.symbols import Symbols


def extra_derivatives(form: Expr, formula: Expr, symbols: Symbols) -> Iterator[Slip]:
    """A derivative of some function of the formula, where none belongs."""
    there = {part.detail[0] for part in parts(formula) if part.op == "apply"}
    used = {function for function in there if not FUNCTIONS[function].plain}  # no slip adds 1/z
    inside = [part for part in parts(formula) if not is_number(part)]
    for z in inside or parts(formula):
        for function in sorted(used):
            slope = apply(function, z, 1)
            for more in filter(None, (slope, by_value(slope, z))):
                yield from _multiplied(form, slope, more, symbols)


def _multiplied(form: Expr, slope: Expr, by: Expr, symbols: Symbols) -> Iterator[Slip]:
    said = "were there twice" if slope in parts(form) else "belonged there"
    for part in parts(form):
        if size(part) == size(slope):
            more = make("times", (part, by), size(part))
            sentence = f"as if {symbols.said(slope)} {said}"
            yield Slip("derivative_extra", sentence, replaced(form, {part: more}))


def entrywise_softmax(form: Expr, formula: Expr, symbols: Symbols) -> Iterator[Slip]:
    """S (1 - S), as if softmax worked entry by entry."""
    for z in {part.args[0] for part in parts(formula) if part.op in ("softmax", "logsumexp")}:
        s = make("softmax", (z,), size(z), "columns")
        slope = by_value(apply("sigmoid", z, 1), s)
        assert slope is not None
        for part in parts(form):
            if size(part) == size(z):
                more = make("times", (part, slope), size(part))
                sentence = f"as if {symbols.said(s)} had an entry-wise derivative there"
                yield Slip("derivative_extra", sentence, replaced(form, {part: more}))


def slopes_outside(form: Expr, formula: Expr, symbols: Symbols) -> Iterator[Slip]:
    """A derivative elsewhere, of what has the sizes there: (X.T @ E) * max'(W), or at X or E."""
    leaves = [part for part in parts(formula) if part.op == "leaf" and not is_number(part)]
    for slope in parts(form):
        if slope.op != "apply" or slope.detail[1] != 1:
            continue
        without = replaced(form, {slope: ones(size(slope))})
        for leaf, place in product(leaves, parts(without)):
            if size(leaf) == size(place) != size(slope):
                other = like(slope, (leaf,))
                said = f"as if {symbols.said(other)} stood for {symbols.said(slope)}"
                more = make("times", (place, other), size(place))
                where = "after the product" if place is without else f"at {symbols.said(place)}"
                for wrong in in_each_place(without, place, more):
                    yield Slip("derivative_argument", f"{said}, {where}", wrong)


def other_factors(form: Expr, formula: Expr, symbols: Symbols) -> Iterator[Slip]:
    """Another part of the formula for a factor, as X^T for s^T, or σ(XW) for XV."""
    named = [
        part for part in parts(formula) if part.op in ("leaf", "apply") and not is_number(part)
    ]
    inner = [part for part in parts(formula) if part.op in ("matmul", "apply")]
    for part in parts(form):
        for i, factor in enumerate(part.args if part.op == "times" else ()):
            for other in inner if factor in inner else ():
                if other is not factor and size(other) == size(factor):
                    pair = (other, part.args[1]) if i == 0 else (part.args[0], other)
                    said = f"as if {symbols.said(other)} stood for {symbols.said(factor)}"
                    yield Slip("wrong_factor", said, replaced(form, {part: like(part, pair)}))
        for i, factor in enumerate(part.args if part.op == "matmul" else ()):
            bare = factor.args[0] if factor.op == "transpose" else factor
            for other in named if bare in named else []:
                turned = transpose(other) if factor.op == "transpose" else other
                pair = (turned, part.args[1]) if i == 0 else (part.args[0], turned)
                said = f"as if {symbols.said(other)} stood for {symbols.said(bare)}"
                wrong = make("matmul", pair, size(part))
                yield Slip("wrong_factor", said, replaced(form, {part: wrong}))


def ones_for_factors(form: Expr, formula: Expr, symbols: Symbols) -> Iterator[Slip]:
    """All ones for a factor of a matrix product: the other is summed, and spread again."""
    for part in parts(form):
        for i, factor in enumerate(part.args if part.op == "matmul" else ()):
            full = ones(size(factor))
            pair = (full, part.args[1]) if i == 0 else (part.args[0], full)
            said = f"as if {symbols.said(factor)} were left out, all ones instead"
            wrong = make("matmul", pair, size(part))
            yield Slip("factor_left_out", said, replaced(form, {part: wrong}))


def extra_functions(form: Expr, formula: Expr, symbols: Symbols) -> Iterator[Slip]:
    """A function of the formula, applied where none belongs."""
    used = {part.detail[0] for part in parts(formula) if part.op == "apply"}
    bent = {part.args[0] for part in parts(formula) if part.op == "apply"}
    for part in parts(formula):
        if part.op in ("plus", "matmul") and size(part) != ("1", "1"):
            for function in sorted(used):
                more = apply(function, part)
                said = f"as if {symbols.function(more)} were applied to {symbols.said(part)}"
                places = bare(form, part, more) if part in bent else [replaced(form, {part: more})]
                yield from (Slip("activation_twice", said, wrong) for wrong in places)


def bare(form: Expr, part: Expr, other: Expr) -> Iterator[Expr]:
    """The form with another term where the part stands inside no function."""
    changes = {
        parent: like(parent, tuple(other if a is part else a for a in parent.args))
        for parent in parents(form, part)
        if parent.op != "apply"
    }
    if changes or part is form:
        yield replaced(form, changes or {part: other})


def bent(form: Expr, formula: Expr, symbols: Symbols) -> Iterator[Slip]:
    """A softmax whose derivative is left out, or taken entry by entry."""
    adjoint = adjoints(formula)
    for part in parts(formula):
        if part.op == "softmax" and part in adjoint:
            true, passed = split(adjoint[part.args[0]])[1], split(adjoint[part])[1]
            name = symbols.said(part)
            left = replaced(form, {true: passed})
            yield Slip("derivative_left_out", f"as if the derivative of {name} were left out", left)
            slope = by_value(apply("sigmoid", part.args[0], 1), part)
            assert slope is not None
            alone = make("times", (passed, slope), size(passed))
            said = f"as if {name} were differentiated entry by entry"
            yield Slip("wrong_derivative", said, replaced(form, {true: alone}))


Misplaced = Callable[[Expr, Expr, Symbols], Iterator[Slip]]
MISPLACED: list[Misplaced] = [
    extra_functions,
    extra_derivatives,
    other_factors,
    ones_for_factors,
    slopes_outside,
    bent,
    entrywise_softmax,
]
