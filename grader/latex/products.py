"""Read a product: usual precedence first, then the bracketings that fit where it does not.

Juxtaposition binds tightest, then the written operators from left to right, `:` last; a slash
takes one factor. When the sizes forbid that, brackets were left out: every other bracketing
that fits is a tolerated reading.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Misfit

from . import tree
from .asking import Attempt, meaning, names_quantity
from .builder import Builder
from .errors import Unreadable
from .indexing import sum_over
from .tree import Node

MOST_FACTORS = 9  # more are not tried in every bracketing
Factor = tuple[str, Expr]
Written = list[tuple[str, Node]]  # factors, each with the operator before it


@meaning.register
def _(node: tree.Product, attempt: Attempt) -> Expr:
    pairs = _with_tolerance(attempt, list(node.factors), node.at)
    if len(pairs) == 1:
        return meaning(pairs[0][1], attempt)
    try:
        factors = [(operator, meaning(factor, attempt)) for operator, factor in pairs]
    except Misfit as misfit:
        return _trace_of_the_rest(attempt, pairs, node.at, misfit)
    return _without_repeats(attempt, _folded(attempt, factors, node.at), factors, node.at)


def _without_repeats(attempt: Attempt, whole: Expr, factors: list[Factor], at: int) -> Expr:
    """The product, or the sum of it over each index that two factors have."""
    count = Counter(index for _, factor in factors for index, _ in factor.kind.axes)
    twice = [index for index, n in count.items() if n > 1 and index not in attempt.summed]
    if twice and attempt.customs.ask("repeats") == "summed":
        for index in twice:
            whole = sum_over(attempt, whole, index, at)
    return whole


def _folded(attempt: Attempt, factors: list[Factor], at: int) -> Expr:
    before, remarks = dict(attempt.sizes.bound), list(attempt.remarks)
    try:
        return fold(attempt, factors, at)
    except Misfit:
        attempt.sizes.bound, attempt.remarks = before, remarks
        found = bracketings(attempt, factors, at)
        if not found:
            raise
    chosen = found[attempt.pick(("brackets", at), len(found))]
    if chosen.liberties:
        attempt.liberty("juxtaposed", "matrices side by side are read as an entry-wise product")
    else:
        attempt.liberty("brackets", "brackets are missing; read in an order in which sizes fit")
    return bracketed(attempt, factors, chosen, at)


def _with_tolerance(attempt: Attempt, pairs: Written, at: int) -> Written:
    """The factors after the questions of meaning that a product can raise."""
    pairs = _quantity_of(attempt, pairs, at)
    for i, (operator, factor) in enumerate(pairs[:-1]):
        if pairs[i + 1][0] != "" or not isinstance(factor, tree.Differential):
            continue
        if isinstance(factor.inner, tree.Name) and attempt.pick(("d", factor.at), 2):
            attempt.liberty("d", '"dAB" is read as d(AB)')
            end = _run_end(pairs, i)
            inside = tree.Product(factor.at, (("", factor.inner), *pairs[i + 1 : end]))
            whole = tree.Differential(factor.at, inside)
            return [*pairs[:i], (operator, whole), *pairs[end:]]
    return pairs


def _quantity_of(attempt: Attempt, pairs: Written, at: int) -> Written:
    """f(W) where f is a quantity: its argument says nothing new."""
    said = [
        i
        for i in range(1, len(pairs))
        if pairs[i][0] == "" and names_quantity(pairs[i - 1][1], pairs[i][1], attempt.scope)
    ]
    listed = any(isinstance(pairs[i][1], tree.Listing) for i in said)
    if said and (listed or attempt.pick(("argument", at), 2)):
        attempt.remark("argument", "y(X) is read as the quantity y")
        return [pair for i, pair in enumerate(pairs) if i not in said]
    return pairs


def _trace_of_the_rest(attempt: Attempt, pairs: Written, at: int, misfit: Misfit) -> Expr:
    """tr(A)^T B where the bracket closes too early: the trace takes the whole product."""
    for i, (operator, factor) in enumerate(pairs[:-1]):
        wrapped = factor
        while isinstance(wrapped, tree.Transpose):
            wrapped = wrapped.inner
        if not isinstance(wrapped, tree.Call) or wrapped.function != "tr":
            continue
        first: Node = tree.Group(factor.at, wrapped.arguments[0])
        first = first if wrapped is factor else tree.Transpose(factor.at, first)
        inside = tree.Product(factor.at, (("", first), *pairs[i + 1 :]))
        whole = tree.Call(factor.at, "tr", 0, (inside,))
        attempt.liberty("trace", "the trace is read as taking the whole product")
        return meaning(tree.Product(at, (*pairs[:i], (operator, whole))), attempt)
    raise misfit


def _run_end(pairs: Written, i: int) -> int:
    end = i + 1
    while end < len(pairs) and pairs[end][0] == "":
        end += 1
    return end


# ------------------------------------------------------------------ the usual precedence


def operate(builder: Builder, operator: str, x: Expr, y: Expr, at: int) -> Expr:
    """One written operator between two terms; `*` and the dot by sizes."""
    if operator in ("", "after slash"):
        return builder.matmul(x, y, at)
    if operator == "odot":
        return builder.times(x, y, at)
    if operator == "otimes":
        return _otimes(builder, x, y, at)
    if operator == "slash":
        return builder.quotient(x, y, at)
    if operator == "colon":
        return builder.inner(x, y, at)
    return _dot(builder, operator, x, y, at)


def _otimes(builder: Builder, x: Expr, y: Expr, at: int) -> Expr:
    a, b = builder.known(x), builder.known(y)
    alike = (a.rows, a.columns) == (b.rows, b.columns)
    if alike and builder.customs.ask("otimes") == "entries":
        return builder.times(x, y, at)
    return builder.kron(x, y, at)


def _dot(builder: Builder, operator: str, x: Expr, y: Expr, at: int) -> Expr:
    if x.kind.jacobian or y.kind.jacobian or builder.scalar(x) or builder.scalar(y):
        return builder.matmul(x, y, at)
    a, b = builder.known(x), builder.known(y)
    alike = (a.rows, a.columns) == (b.rows, b.columns)
    if operator == "cdot" and alike and builder.customs.ask("dot") == "inner":
        return builder.inner(x, y, at)
    if operator == "star" and alike:
        return builder.times(x, y, at)
    if a.columns == b.rows or "?" in a.columns + b.rows:
        if operator == "star":
            builder.remark("star", "* read as the matrix product")
        return builder.matmul(x, y, at)
    if operator == "star":
        return builder.times(x, y, at)
    if alike:
        builder.remark("dot", "the dot between matrices of one size read as entry-wise")
        return builder.times(x, y, at)
    raise Misfit(f"the product of {builder.shown(x)} and {builder.shown(y)} does not exist", at)


def fold(builder: Builder, factors: list[Factor], at: int) -> Expr:
    """The product in the usual precedence."""
    groups: list[tuple[str, list[Expr]]] = []
    for operator, term in factors:
        if operator == "" and groups and groups[-1][0] != "slash":
            groups[-1][1].append(term)
        else:
            after = operator == "" and bool(groups)
            groups.append(("after slash" if after else operator, [term]))
    done = [(operator, _run(builder, terms, at)) for operator, terms in groups]
    return _left_to_right(builder, done, at)


def _left_to_right(builder: Builder, done: list[Factor], at: int) -> Expr:
    sides = [done[0][1]]
    for operator, term in done[1:]:
        if operator == "colon":
            sides.append(term)
        else:
            sides[-1] = operate(builder, operator, sides[-1], term, at)
    result = sides[0]
    for side in sides[1:]:
        result = operate(builder, "colon", result, side, at)
    return result


def _run(builder: Builder, terms: list[Expr], at: int) -> Expr:
    """Juxtaposed factors, from the left, or from the right when only that fits."""
    try:
        result = terms[0]
        for term in terms[1:]:
            result = builder.matmul(result, term, at)
        return result
    except Misfit:
        if len(terms) < 3:
            raise
        before = dict(builder.sizes.bound)
        try:
            result = terms[-1]
            for term in reversed(terms[:-1]):
                result = builder.matmul(term, result, at)
            return result
        except Misfit:
            builder.sizes.bound = before
        raise


# ------------------------------------------------------------------ other bracketings


@dataclass(frozen=True)
class Bracketing:
    """A way to put brackets: a factor's place, or an operator between two bracketings."""

    place: int = -1
    operator: str = ""
    left: "Bracketing | None" = None
    right: "Bracketing | None" = None
    liberties: int = 0  # juxtaposed matrices taken entry by entry
    same_as: tuple[object, ...] = ()  # equal for bracketings of equal value


Placed = tuple[Bracketing, Expr]
Table = dict[tuple[int, int], list[Placed]]


def bracketings(builder: Builder, factors: list[Factor], at: int) -> list[Bracketing]:
    """The bracketings whose sizes fit, those of equal value once, fewest liberties first."""
    if len(factors) > MOST_FACTORS:
        return []
    table: Table = {}
    for i, (_, term) in enumerate(factors):
        kind = "s" if builder.scalar(term) else "f"
        table[i, i] = [(Bracketing(i, same_as=(kind, i)), term)]
    for length in range(1, len(factors)):
        for i in range(len(factors) - length):
            table[i, i + length] = _best(_spans(builder, factors, table, (i, i + length), at))
    return [b for b, _ in table[0, len(factors) - 1]]


def _spans(
    builder: Builder, factors: list[Factor], table: Table, span: tuple[int, int], at: int
) -> Iterator[Placed]:
    i, j = span
    for k in range(i, j):
        operator = factors[k + 1][0]
        for left in table[i, k]:
            for right in table[k + 1, j]:
                yield from _joined(builder, operator, left, right, at)


def _joined(
    builder: Builder, operator: str, left: Placed, right: Placed, at: int
) -> Iterator[Placed]:
    (before_it, x), (after_it, y) = left, right
    liberties = before_it.liberties + after_it.liberties
    for tried, cost in ((operator, 0), ("odot", 1)):
        if cost and (operator != "" or not _may_be_entrywise(builder, x, y)):
            return
        before, remarks = dict(builder.sizes.bound), list(builder.remarks)
        try:
            term = operate(builder, tried, x, y, at)
        except (Misfit, Unreadable):
            continue
        finally:
            builder.sizes.bound, builder.remarks = before, remarks
        same = _same_as(term.op, before_it.same_as, after_it.same_as)
        yield Bracketing(-1, tried, before_it, after_it, liberties + cost, same), term
        return


def _may_be_entrywise(builder: Builder, x: Expr, y: Expr) -> bool:
    """Whether matrices side by side may mean entry by entry: S (1 - S), or with a derivative."""
    return any(
        z.kind.mask or (z.op == "plus" and any(a.kind.number for a in z.args)) for z in (x, y)
    ) and not any(
        z.op == "times" and not z.kind.mask and not builder.scalar(z) and _typed(z) for z in (x, y)
    )


def _typed(term: Expr) -> bool:
    """An entry-wise product of two matrices: whoever types one means none where he types none."""
    return not any(a.kind.number for a in term.args)


def _same_as(op: str, left: tuple[object, ...], right: tuple[object, ...]) -> tuple[object, ...]:
    """One form for bracketings of one value: products are associative, entry-wise ones commute."""
    parts = [*(left[1:] if left[0] == op else [left]), *(right[1:] if right[0] == op else [right])]
    return (op, *(sorted(parts, key=repr) if op == "times" else parts))


def _best(found: Iterator[Placed]) -> list[Placed]:
    kept: dict[tuple[object, ...], tuple[Bracketing, Expr]] = {}
    for bracketing, term in sorted(found, key=lambda pair: pair[0].liberties):
        kept.setdefault(bracketing.same_as, (bracketing, term))
    return list(kept.values())[:6]


def bracketed(builder: Builder, factors: list[Factor], chosen: Bracketing, at: int) -> Expr:
    """The product with its brackets put so."""
    if chosen.left is None or chosen.right is None:
        return factors[chosen.place][1]
    left = bracketed(builder, factors, chosen.left, at)
    right = bracketed(builder, factors, chosen.right, at)
    return operate(builder, chosen.operator, left, right, at)
