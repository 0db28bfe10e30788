"""What a student's answer may be instead of the truth: `candidates(problem, name)`.

They come from the formula: slips in its gradient as it is written, slips in the formula that is
then differentiated rightly, brackets lost, a derivative or function where none belongs. Whatever
is known of any gradient (its transpose, another variable's) comes first, and is all there is for a
problem given as a torch function, but for the mistakes its author names.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from grader.algebra.differentiate import adjoints
from grader.algebra.expressions import (
    Expr,
    addends,
    apply,
    is_number,
    make,
    number,
    ones,
    plus,
    power,
    scaled,
    size,
    split,
)
from grader.algebra.functions import function_of
from grader.algebra.matrices import factors_of, matmul
from grader.algebra.parts import parts, replaced
from grader.algebra.tidy import tidy
from grader.diagnosis.brackets import without_brackets
from grader.diagnosis.functions import by_value
from grader.diagnosis.generic import generic
from grader.diagnosis.misconceptions import Slip, rank_of
from grader.diagnosis.misplaced import MISPLACED, extra_functions
from grader.diagnosis.slips import slips, slips_once
from grader.diagnosis.symbols import Symbols
from grader.latex.names import canonical

if TYPE_CHECKING:
    from grader.problem import Problem

LIKELY = ("derivative_left_out", "batch_sum_missing", "activation_left_out", "term_left_out")

Make = Callable[["Problem", str], Iterator[Slip]]
_known: "WeakKeyDictionary[object, dict[object, list[Slip]]]" = WeakKeyDictionary()


def candidates(problem: "Problem", name: str) -> list[Slip]:
    """Every candidate for the answer called name, the plainest first."""
    return once(problem, name, singles)


def rarer(problem: "Problem", name: str) -> list[Slip]:
    """What is tried last: the chain rule cut short, and two slips, one of them a likely one."""
    return [*once(problem, name, unfinished), *once(problem, name, doubles)]


def once(problem: "Problem", name: str, make_all: Make) -> list[Slip]:
    """What is made once for a problem, and for all that say the same, without repetitions."""
    known = _known.setdefault(problem.formula or problem, {})  # equal texts have one formula
    key = name, make_all, problem.mistakes
    if key not in known:
        found: dict[tuple[str, Expr], Slip] = {}
        for slip in sorted(make_all(problem, name), key=lambda slip: rank_of(slip.name)):
            found.setdefault((slip.name, slip.term), slip)
        known[key] = list(found.values())
    return known[key]


def as_written(problem: "Problem", name: str) -> list[Expr]:
    """The ways in which the right answer is written; none where there is no formula."""
    if problem.formula is None:
        return []
    formula = tidy(problem.formula.term)
    if name == problem.name:
        return [formula]
    return forms(formula, canonical(problem.variables[name].name))


def unfinished(problem: "Problem", name: str) -> Iterator[Slip]:
    """A term cut short, and what is mistaken in one of the places where it stands."""
    if problem.formula is not None and name != problem.name:
        formula, symbols = tidy(problem.formula.term), Symbols(problem)
        leaf = canonical(problem.variables[name].name)
        yield from (slip for part, slip in cut_short(formula, symbols) if not holds(part, leaf))
        yield from cut_once(formula, leaf, symbols)
        for form in forms(formula, leaf):
            yield from slips_once(form, symbols)


def doubles(problem: "Problem", name: str) -> Iterator[Slip]:
    """A slip in what a likely slip has left of the gradient; named by both."""
    if problem.formula is None or name == problem.name:
        return
    symbols, formula = Symbols(problem), tidy(problem.formula.term)
    for form in forms(formula, canonical(problem.variables[name].name))[:1]:
        for first in [slip for slip in slips(form, symbols) if slip.name in LIKELY]:
            for second in of_form(first.term, symbols):
                sentence = f"{first.sentence}, and {second.sentence}"
                yield Slip(f"{first.name} {second.name}", sentence, second.term)


def singles(problem: "Problem", name: str) -> Iterator[Slip]:
    yield from generic(problem, name)
    if problem.formula is None:
        return
    symbols = Symbols(problem)
    formula = tidy(problem.formula.term)
    if name == problem.name:
        yield from of_form(formula, symbols)
        yield from extra_functions(formula, formula, symbols)
        return
    leaf = canonical(problem.variables[name].name)
    yield from (slip for part, slip in cut_short(formula, symbols) if holds(part, leaf))
    yield from of_exponentials(formula, leaf, symbols)
    for form in forms(formula, leaf):
        yield from of_form(form, symbols)
        yield from as_if_symmetric(form, symbols)
        for misplaced in MISPLACED:
            yield from misplaced(form, formula, symbols)
    for slip in [
        *slips(formula, symbols, fitting=True),
        *extra_functions(formula, formula, symbols),
    ]:
        if slip.name == "derivative_extra":
            continue  # the derivative of a derivative is nobody's mistake
        for form in forms(tidy(slip.term), leaf):
            yield Slip(slip.name, slip.sentence, form)


def forms(formula: Expr, leaf: str) -> list[Expr]:
    """The gradient as it is usually written: with max'(Z), and with s (1 - s) for σ'(h)."""
    found = [g for part, g in adjoints(formula).items() if (part.op, part.detail) == ("leaf", leaf)]
    if not found:
        return []
    short = replaced(found[0], sigmoids(found[0]))
    return list(dict.fromkeys([found[0], through_values(found[0]), gathered(short), short]))


def of_exponentials(formula: Expr, leaf: str, symbols: Symbols) -> Iterator[Slip]:
    """The derivative of exp, which is written like exp, left out or there twice."""
    ends = [part for part in parts(formula) if (part.op, part.detail) == ("leaf", leaf)]
    for end, part in product(ends, parts(formula)):
        if part.detail == ("exp", 0) and end in parts(part):
            (z,) = part.args
            slope = f"as if exp({symbols.said(z)}), the derivative of exp, were"
            left = adjoints(formula, {part: [(z, ones(size(z)))]})[end]
            twice = adjoints(formula, {part: [(z, power(part, 2.0))]})[end]
            yield Slip("derivative_left_out", f"{slope} left out", left)
            yield Slip("derivative_extra", f"{slope} there twice", twice)


def sigmoids(form: Expr) -> dict[Expr, Expr]:
    """What is σ(z), but written (1 + exp(z))^-1 exp(z), as it comes of log(1 + exp(z))."""
    found = {}
    for part in parts(form):
        for below, above in (part.args, part.args[::-1]) if part.op == "times" else ():
            inverse = above.detail == ("exp", 0) and (below.op, below.detail) == ("power", -1)
            if inverse and is_one_more(below.args[0], above):
                found[part] = apply("sigmoid", above.args[0])
    return found


def is_one_more(term: Expr, other: Expr) -> bool:
    """Whether a term is 1 more than another."""
    ways = [{one, other} for one in (number(1), ones(size(other)))]
    return term.op == "plus" and term.detail > 0 and set(term.args) in ways


def gathered(form: Expr) -> Expr:
    """The form with factors common to addends taken out: X^T (u - y) for X^T u - X^T y."""
    changes = {part: factored(part) for part in parts(form) if part.op == "plus"}
    return replaced(form, {part: whole for part, whole in changes.items() if whole})


def factored(part: Expr) -> Expr | None:
    """A sum whose addends share their first, or last, factor, as a product and what is left."""
    found = [(factor, factors_of(rest)) for factor, rest in addends(part)]
    for at, without in ((0, slice(1, None)), (-1, slice(None, -1))):
        for _, first in found:
            alike = [one for one in found if len(one[1]) > 1 and one[1][at] is first[at]]
            if len(first) > 1 and len(alike) > 1:
                inner = sum_of((factor, chain[without]) for factor, chain in alike)
                whole = matmul(first[0], inner) if at == 0 else matmul(inner, first[-1])
                rest = [one for one in found if one not in alike]
                return plus(whole, sum_of(rest)) if rest else whole
    return None


def sum_of(found: Iterable[tuple[float, Sequence[Expr]]]) -> Expr:
    return reduce(plus, (scaled(factor, reduce(matmul, chain)) for factor, chain in found))


def as_if_symmetric(form: Expr, symbols: Symbols) -> Iterator[Slip]:
    """No transposes: of square matrices, as if all were symmetric, or of any."""
    turned = [part for part in parts(form) if part.op == "transpose"]
    square = [part for part in turned if part.kind.rows == part.kind.columns]
    for some, how in ((square, "symmetric"), (turned, "not transposed")):
        if len(some) > 1:
            names = " and ".join(symbols.said(part.args[0]) for part in some)
            plain = replaced(form, {part: part.args[0] for part in some})
            yield Slip("transpose_left_out", f"as if {names} were {how}", plain)


def cut_short(formula: Expr, symbols: Symbols) -> Iterator[tuple[Expr, Slip]]:
    """Something inside the formula, such as σ(h), and the gradient with respect to it."""
    for part, adjoint in adjoints(formula).items():
        if is_inner(part) and not is_number(part):
            said = f"as if the gradient with respect to {symbols.said(part)} were asked"
            yield part, Slip("chain_cut_short", said, adjoint)


def holds(term: Expr, leaf: str) -> bool:
    return any((part.op, part.detail) == ("leaf", leaf) for part in parts(term))


def is_inner(part: Expr) -> bool:
    return part.op not in ("leaf", "transpose") and not part.kind.axes


def cut_once(formula: Expr, leaf: str, symbols: Symbols) -> Iterator[Slip]:
    """The gradient with one of its terms cut short: 1/det(S) where log det S is differentiated."""
    ends = [part for part in parts(formula) if (part.op, part.detail) == ("leaf", leaf)]
    for end, part in product(ends, parts(formula)):
        inner = is_inner(part) and part is not formula and end in parts(part)
        if inner and size(part) in (("1", "1"), size(end)):
            said = f"as if {symbols.said(part)} were not differentiated any further"
            for factor in ends_with(end, part):
                gradient = adjoints(formula, {part: [(end, factor)]})[end]
                yield Slip("chain_cut_short", said, gradient)


def ends_with(end: Expr, part: Expr) -> list[Expr]:
    """What a chain that stops at the part may have for its derivative: ones, or the identity."""
    square = end.kind.rows == end.kind.columns
    identity = [make("identity", (), size(end))] if square and is_number(part) else []
    return [ones(size(end)), *identity]


def through_values(term: Expr) -> Expr:
    """The term with derivatives written by the values of their functions."""
    changes: dict[Expr, Expr] = {}
    for part in parts(term):
        if part.op == "apply" and part.detail[1] == 1:
            written = by_value(part, function_of(part))
            if written is not None and part.detail[0] != "relu":
                changes[part] = written
    return replaced(term, changes) if changes else term


def of_form(form: Expr, symbols: Symbols) -> Iterator[Slip]:
    """The slips in one way to write the answer, lost brackets among them."""
    yield from slips(form, symbols)
    yield from lost_brackets(form, symbols)
    factor, rest = split(form)
    if rest.op == "plus" and factor != 1 and not form.kind.axes:  # 2 (A + B) as 2 A + 2 B
        addends = tuple(scaled(factor, a) for a in rest.args)
        yield from lost_brackets(make("plus", addends, size(form), rest.detail), symbols)


def lost_brackets(form: Expr, symbols: Symbols) -> Iterator[Slip]:
    """The form with one pair of its brackets lost."""
    for part in parts(form):
        for inside, torn in without_brackets(part):
            said = f"as if the brackets around {symbols.said(inside)} were lost"
            said += "" if inside.op == "plus" else "; @ and * bind alike"
            yield Slip("lost_brackets", said, replaced(form, {part: torn}))
