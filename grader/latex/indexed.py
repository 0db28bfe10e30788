"""Read indices, and the sums over them."""

from dataclasses import replace

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind, Misfit

from . import tree
from .asking import Attempt, meaning
from .errors import Unreadable
from .indexing import entry, line, sum_over, unindexed
from .ranges import place
from .scope import COLUMN
from .tree import Node


@meaning.register
def _(node: tree.Index, attempt: Attempt) -> Expr:
    if _is_delta(attempt, node.base):
        return _delta(attempt, node)
    whole = meaning(node.base, attempt)
    if whole.op != "stacked":
        return entry(attempt, whole, node.indices, node.at)
    way = whole.detail[1]
    if len(node.indices) == 1:
        return line(attempt, whole, node.indices[0], way, node.at)
    indices = node.indices[::-1] if way == COLUMN else node.indices
    return entry(attempt, whole, indices, node.at)


@meaning.register
def _(node: tree.Entries, attempt: Attempt) -> Expr:
    typical = meaning(node.entry, attempt)
    if not node.ends:
        return unindexed(attempt, typical, node.indices, node.at)
    if len(node.indices) == 1 and attempt.vector(typical) and attempt.known(typical).rows != "1":
        raise Unreadable("columns are not put below one another", node.at)
    axes = dict(attempt.known(typical).axes)
    for index, end in zip(node.indices, node.ends, strict=True):
        size = axes.get(index, end)
        if (end in attempt.scope.sizes or end.isdigit()) and not attempt.sizes.same(size, end):
            raise Misfit(
                f"the index {index} runs over {attempt.sizes.of(size)}, not {end}", node.at
            )
    return unindexed(attempt, typical, node.indices, node.at)


@meaning.register
def _(node: tree.Matrix, attempt: Attempt) -> Expr:
    entries = [meaning(entry, attempt) for row in node.rows for entry in row]
    if not all(attempt.scalar(entry) for entry in entries):
        raise Unreadable("of a matrix written out the entries must be numbers", node.at)
    shape = str(len(node.rows)), str(len(node.rows[0]))
    return attempt.operation("written", node.at, *entries, what="a matrix", shape=shape)


def _is_delta(attempt: Attempt, base: Node) -> bool:
    if not isinstance(base, tree.Name) or base.name != "delta":
        return False
    return "delta" not in attempt.scope.definitions and "delta" not in attempt.scope.variables


def _delta(attempt: Attempt, node: tree.Index) -> Expr:
    if len(set(node.indices)) != 2:
        raise Unreadable("this delta is not understood", node.at)
    size = attempt.sizes.new()
    kind = Kind(axes=tuple((i, size) for i in node.indices))
    return Expr("delta", (), kind, node.indices, node.at)


# ------------------------------------------------------------ sums


@meaning.register
def _(node: tree.BigSum, attempt: Attempt) -> Expr:
    outside = list(attempt.summed)
    attempt.summed += node.indices
    try:
        body = _summand(attempt, node)
    finally:
        del attempt.summed[len(outside) :]
    carried = dict(body.kind.axes)
    if not attempt.scalar(body) and not any(i in carried for i in node.indices):
        return _bare_sum(attempt, node, body)
    if not node.indices and carried:
        attempt.liberty("sum", "a sum without an index is read as one over its indices")
    for bound in node.over.bounds:
        body = _bounded(attempt, body, bound, node.at)
    both = [i for i in node.over.paired if i in carried and i not in {*outside, *node.indices}]
    if both and not attempt.pick(("pairs", node.at), 2):
        both = [] if any(sign == "!=" for _, sign, _ in node.over.bounds) else both
    for index in (*(node.indices or carried), *both):
        body = _summed(attempt, body, node, index)
    return body


def _summand(attempt: Attempt, node: tree.BigSum) -> Expr:
    """What is summed; without an index, y log z of vectors is meant entry by entry."""
    try:
        return meaning(node.body, attempt)
    except Misfit:
        entries = _entry_by_entry(node.body)
        if node.indices or entries is None:
            raise
        return meaning(entries, attempt)


def _entry_by_entry(body: Node) -> Node | None:
    match body:
        case tree.Negative(inner=inner):
            inside = _entry_by_entry(inner)
            return inside and tree.Negative(body.at, inside)
        case tree.Product(factors=factors):
            signed = tuple((sign or "odot", factor) for sign, factor in factors[1:])
            return tree.Product(body.at, (factors[0], *signed))
    return None


def _bounded(attempt: Attempt, body: Expr, bound: tree.Bound, at: int) -> Expr:
    """What is summed, 0 outside a bound."""
    index, sign, _ = bound
    size = dict(attempt.known(body).axes).get(index)
    other = _place(attempt, body, bound, size, at) if size else None
    if size is None or other is None:
        return body
    here = Expr("position", (), Kind(axes=((index, size),)), None, at)
    kept = attempt.compare(sign, here, other, at)
    return attempt.times(body, replace(kept, kind=replace(kept.kind, mask=False)), at)


def _place(attempt: Attempt, body: Expr, bound: tree.Bound, size: str, at: int) -> Expr | None:
    """The number that an index is compared with; None where that bounds nothing."""
    index, sign, said = bound
    known = place(said)
    if known is None:
        return None
    name, by = known
    axes = dict(attempt.known(body).axes)
    if not name:
        return attempt.number(by, at)
    beside = name in axes and sign != "<="  # k may be a size, and an index too
    if name in attempt.scope.sizes and not beside:
        if not attempt.sizes.same(size, name):
            raise Misfit(f"the index {index} runs over {attempt.sizes.of(size)}, not {name}", at)
        if sign == "<=" and not by:
            return None
        first = attempt.scope.leaves[name]
    elif len(name) == 1 and name.islower() and (name in axes or sign != "<="):
        first = Expr("position", (), Kind(axes=((name, axes.get(name, size)),)), None, at)
    else:  # a name of the writer's own for the size
        return None if not by else _refused(at)
    return attempt.plus(first, attempt.number(by, at), at) if by else first


def _refused(at: int) -> Expr:
    raise Unreadable("up to where this sum runs is not understood", at)


def _summed(attempt: Attempt, body: Expr, node: tree.BigSum, index: str) -> Expr:
    """The sum over an index; what does not carry it is added that many times."""
    upto = next((said for i, sign, said in node.over.bounds if (i, sign) == (index, "<=")), "")
    if index not in dict(body.kind.axes) and upto in attempt.scope.sizes:
        return attempt.times(body, attempt.scope.leaves[upto], node.at)
    return sum_over(attempt, body, index, node.at)


def _bare_sum(attempt: Attempt, node: tree.BigSum, body: Expr) -> Expr:
    axes = ["all"] if len(node.indices) == 2 else ["all", "rows", "columns"]
    chosen = axes[attempt.pick(("sum", node.at), len(axes))]
    said = {"all": "all entries", "rows": "the rows (the batch)", "columns": "the columns"}
    attempt.liberty("sum", f"a sum without an index is read as the sum over {said[chosen]}")
    return attempt.total(body, chosen, node.at)


def taking_the_rest(node: tree.Sum) -> Node | None:
    r"""The sum over i of all, where \sum_i a_i + b_i was typed; None where nothing hangs loose."""
    for number, (sign, term) in enumerate(node.terms[:-1]):
        rest = node.terms[number + 1 :]
        put = _into_sum(term, rest)
        if put is not None:
            terms = (*node.terms[:number], (sign, put))
            return tree.Sum(node.at, terms) if len(terms) > 1 or sign < 0 else put
    return None


def _into_sum(term: Node, rest: tuple[tuple[int, Node], ...]) -> Node | None:
    """The term with the rest in its last sum, over whose index the rest runs."""
    match term:
        case tree.Negative(inner=inner):
            inside = _into_sum(inner, rest)
            return inside and tree.Negative(term.at, inside)
        case tree.Product(factors=(*first, (sign, last))):
            inside = _into_sum(last, rest)
            return inside and tree.Product(term.at, (*first, (sign, inside)))
        case tree.BigSum(body=body, over=over) if all(
            any(_carries(other, index) for index in over.indices) for _, other in rest
        ):
            terms = ((1, body), *rest)
            return tree.BigSum(term.at, tree.Group(term.at, tree.Sum(term.at, terms)), over)
    return None


def _carries(node: Node, index: str) -> bool:
    """Whether an index stands in it, over which nothing in it sums."""
    parts = list(tree.walk(node))
    if any(isinstance(part, tree.BigSum) and index in part.indices for part in parts):
        return False
    return any(
        (isinstance(part, tree.Index) and index in part.indices)
        or (isinstance(part, tree.Line | tree.Member) and part.index == index)
        for part in parts
    )
