"""What a student's answer may be instead of the truth: `candidates(problem, name)`.

They come from the formula: slips in its gradient as it is written, slips in the formula that is
then differentiated rightly, brackets lost, a derivative or function where none belongs. Whatever
is known of any gradient (its transpose, another variable's) comes first, and is all there is for a
problem given as a torch function, but for the mistakes its author names.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from grader.diagnosis.algebra import (
    apply,
    is_number,
    like,
    make,
    normal,
    ones,
    parts,
    replaced,
    size,
    split,
    total,
    transpose,
)
from grader.diagnosis.brackets import without_brackets
from grader.diagnosis.functions import by_value
from grader.diagnosis.gradient import adjoints
from grader.diagnosis.misconceptions import Slip, rank_of
from grader.diagnosis.slips import slips
from grader.diagnosis.symbols import Symbols, activation
from grader.diagnosis.values import batch_letters
from grader.latex.names import canonical
from grader.latex.terms import Term

if TYPE_CHECKING:
    from grader.problem import Problem

PLAIN = ("sqrt", "log", "square", "exp")  # functions whose slopes nobody adds by mistake

LIKELY = ("derivative_left_out", "batch_sum_missing", "activation_left_out", "term_left_out")

Make = Callable[["Problem", str], Iterator[Slip]]
_known: "WeakKeyDictionary[Problem, dict[object, list[Slip]]]" = WeakKeyDictionary()


def candidates(problem: "Problem", name: str) -> list[Slip]:
    """Every candidate for the answer called name, the plainest first."""
    return once(problem, name, singles)


def rarer(problem: "Problem", name: str) -> list[Slip]:
    """What is tried last: the chain rule cut short, and two slips, one of them a likely one."""
    return [*once(problem, name, unfinished), *once(problem, name, doubles)]


def once(problem: "Problem", name: str, make_all: Make) -> list[Slip]:
    """What is made once for a problem, without repetitions."""
    known = _known.setdefault(problem, {})
    if (name, make_all) not in known:
        found: dict[tuple[str, Term], Slip] = {}
        for slip in sorted(make_all(problem, name), key=lambda slip: rank_of(slip.name)):
            found.setdefault((slip.name, slip.term), slip)
        known[name, make_all] = list(found.values())
    return known[name, make_all]


def unfinished(problem: "Problem", name: str) -> Iterator[Slip]:
    """The gradients with respect to what is inside the formula."""
    if problem.formula is not None and name != problem.name:
        yield from cut_short(normal(problem.formula.term), Symbols(problem))


def doubles(problem: "Problem", name: str) -> Iterator[Slip]:
    """A slip in what a likely slip has left of the gradient; named by both."""
    if problem.formula is None or name == problem.name:
        return
    symbols, formula = Symbols(problem), normal(problem.formula.term)
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
    formula = normal(problem.formula.term)
    if name == problem.name:
        yield from of_form(formula, symbols)
        yield from extra_functions(formula, formula, symbols)
        return
    leaf = canonical(problem.variables[name].name)
    for form in forms(formula, leaf):
        yield from of_form(form, symbols)
        yield from extra_functions(form, formula, symbols)
        yield from extra_derivatives(form, formula, symbols)
        yield from other_factors(form, formula, symbols)
        yield from slopes_outside(form, formula, symbols)
        yield from bent(form, formula, symbols)
        yield from entrywise_softmax(form, formula, symbols)
    for slip in [
        *slips(formula, symbols, fitting=True),
        *extra_functions(formula, formula, symbols),
    ]:
        if slip.name == "derivative_extra":
            continue  # the derivative of a derivative is nobody's mistake
        for form in forms(normal(slip.term), leaf):
            yield Slip(slip.name, slip.sentence, form)


# ------------------------------------------------------------------ of any gradient


def truth(problem: "Problem", name: str, which: str = "") -> Term:
    """The right answer as a term whose value is given; `which` row alone, if said."""
    if name not in problem.variables:
        assert problem.formula
        return make("given", (), size(problem.formula.term), (name, which))
    variable = problem.variables[name]
    return make("given", (), (variable.rows, variable.columns), (name, which))


def generic(problem: "Problem", name: str) -> Iterator[Slip]:
    """What can go wrong with any gradient."""
    right = truth(problem, name)
    for place, mistake in enumerate(problem.mistakes):
        if mistake.variable == name:
            known = make("by_hand", (), size(right), place)
            yield Slip(mistake.name, mistake.sentence, known)
    turned = make("transpose", (right,), (right.kind.columns, right.kind.rows))
    yield Slip("transpose", "as if transposed", turned)
    reshaped = make("reshape", (turned,), size(right))
    yield Slip("reshape_for_transpose", "as if reshaped where a transpose is", reshaped)
    for axes, said in (("rows", "the rows"), ("columns", "the columns"), ("all", "all entries")):
        summed = total(right, axes)
        if summed is not right:
            yield Slip("extra_sum", f"as if the answer were summed over {said}", summed)
    if name not in problem.variables:
        return
    for other in problem.variables:
        if other != name:
            said = f"as if the gradient with respect to {other} were asked"
            yield Slip("other_variable", said, truth(problem, other))
    if problem.variables[name].rows not in batch_letters(problem):
        for which in ("first", "last"):
            said = f"as if only the {which} sample were counted"
            yield Slip("one_sample", said, truth(problem, name, which))


# ------------------------------------------------------------------ of a formula


def forms(formula: Term, leaf: str) -> list[Term]:
    """The gradient as it is usually written: with max'(Z), and with s (1 - s) for σ'(h)."""
    found = [g for part, g in adjoints(formula).items() if (part.op, part.detail) == ("leaf", leaf)]
    if not found:
        return []
    through = through_values(found[0])
    return found if through is found[0] else [*found, through]


def bent(form: Term, formula: Term, symbols: Symbols) -> Iterator[Slip]:
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


def cut_short(formula: Term, symbols: Symbols) -> Iterator[Slip]:
    """The gradient with respect to something inside the formula, such as σ(h)."""
    for part, adjoint in adjoints(formula).items():
        inner = part.op not in ("leaf", "transpose") and not part.kind.axes
        if inner and size(part) != ("1", "1"):
            said = f"as if the gradient with respect to {symbols.said(part)} were asked"
            yield Slip("chain_cut_short", said, adjoint)


def through_values(term: Term) -> Term:
    """The term with derivatives written by the values of their functions."""
    changes: dict[Term, Term] = {}
    for part in parts(term):
        if part.op == "apply" and part.detail[1] == 1:
            written = by_value(part, activation(part))
            if written is not None and part.detail[0] != "relu":
                changes[part] = written
    return replaced(term, changes) if changes else term


def of_form(form: Term, symbols: Symbols) -> Iterator[Slip]:
    """The slips in one way to write the answer, lost brackets among them."""
    yield from slips(form, symbols)
    for part in parts(form):
        for inside, torn in without_brackets(part):
            said = f"as if the brackets around {symbols.said(inside)} were lost"
            said += "" if inside.op == "plus" else "; @ and * bind alike"
            yield Slip("lost_brackets", said, replaced(form, {part: torn}))


def extra_derivatives(form: Term, formula: Term, symbols: Symbols) -> Iterator[Slip]:
    """A derivative of some function of the formula, where none belongs."""
    used = {p.detail[0] for p in parts(formula) if p.op == "apply"} - set(PLAIN)
    inside = [part for part in parts(formula) if not is_number(part)]
    for z in inside or parts(formula):
        for function in sorted(used):
            slope = apply(function, z, 1)
            for more in filter(None, (slope, by_value(slope, z))):
                yield from _multiplied(form, slope, more, symbols)


def _multiplied(form: Term, slope: Term, by: Term, symbols: Symbols) -> Iterator[Slip]:
    said = "were there twice" if slope in parts(form) else "belonged there"
    for part in parts(form):
        if size(part) == size(slope):
            more = make("times", (part, by), size(part))
            sentence = f"as if {symbols.said(slope)} {said}"
            yield Slip("derivative_extra", sentence, replaced(form, {part: more}))


def entrywise_softmax(form: Term, formula: Term, symbols: Symbols) -> Iterator[Slip]:
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


def slopes_outside(form: Term, formula: Term, symbols: Symbols) -> Iterator[Slip]:
    """A derivative outside its product, of what has the sizes there: (X.T @ E) * max'(W)."""
    leaves = [part for part in parts(formula) if part.op == "leaf" and not is_number(part)]
    for slope in parts(form):
        if slope.op != "apply" or slope.detail[1] != 1:
            continue
        without = replaced(form, {slope: ones(size(slope))})
        for leaf in leaves:
            if size(leaf) == size(form) != size(slope):
                other = like(slope, (leaf,))
                said = f"as if {symbols.said(other)} stood for {symbols.said(slope)}"
                wrong = make("times", (without, other), size(form))
                yield Slip("derivative_argument", f"{said}, after the product", wrong)


def other_factors(form: Term, formula: Term, symbols: Symbols) -> Iterator[Slip]:
    """Another part of the formula for a factor, as X^T for s^T."""
    named = [
        part for part in parts(formula) if part.op in ("leaf", "apply") and not is_number(part)
    ]
    for part in parts(form):
        for i, factor in enumerate(part.args if part.op == "matmul" else ()):
            bare = factor.args[0] if factor.op == "transpose" else factor
            for other in named if bare in named else []:
                turned = transpose(other) if factor.op == "transpose" else other
                pair = (turned, part.args[1]) if i == 0 else (part.args[0], turned)
                said = f"as if {symbols.said(other)} stood for {symbols.said(bare)}"
                wrong = make("matmul", pair, size(part))
                yield Slip("wrong_factor", said, replaced(form, {part: wrong}))


def extra_functions(form: Term, formula: Term, symbols: Symbols) -> Iterator[Slip]:
    """A function of the formula, applied where none belongs."""
    used = {part.detail[0] for part in parts(formula) if part.op == "apply"}
    bent = {part.args[0] for part in parts(formula) if part.op == "apply"}
    for part in parts(formula):
        if part.op in ("plus", "matmul") and part not in bent and size(part) != ("1", "1"):
            for function in sorted(used):
                more = apply(function, part)
                said = f"as if {symbols.function(more)} were applied to {symbols.said(part)}"
                yield Slip("activation_twice", said, replaced(form, {part: more}))
