"""Decide what a tree means, on size letters alone: `readings(scope, order, nodes)`.

Two kinds of question stay open in a formula. Sizes that were not said (of a bold 1, of an
undeclared symbol) are found by trying; that is no liberty. Meanings (missing brackets, d(XW)
for dXW, a sum without an index) have a usual answer; the others are tried one at a time, by
the one who asks for them, and are always remarked.

Sums, powers, norms and names are read here; products, functions, indices and derivatives each in a
module of their own.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.algebra.expressions import Expr, constant_value
from grader.algebra.parts import settled
from grader.algebra.sizes import Kind, Misfit, Sizes, product

from . import applied, derived, families, indexed, products, tree  # noqa: F401 - what they register
from .asking import Attempt, Key, meaning
from .builder import Builder, Remark
from .errors import Unreadable
from .indexed import taking_the_rest
from .indexing import unindexed
from .scope import Definition, Scope
from .tree import Node

MOST_TRIALS = 60
MOST_UNDECLARED = 10
LARGEST_POWER = 12
OWN_SIZE = re.compile(r"[A-Za-z](_?\w)?")  # of the text: 1_N


@dataclass(frozen=True)
class Read:
    """The terms of some trees in one reading, and what was assumed for it."""

    terms: tuple[Expr, ...]
    sizes: Sizes
    remarks: tuple[Remark, ...]
    liberties: frozenset[str]
    meanings: Mapping[Key, int]  # questions of meaning that came up: key, number of answers
    unknown: tuple[str, ...]  # undeclared names
    ones: tuple[Kind, ...] = ()  # the sizes of each bold 1 that is read as a matrix


def readings(
    scope: Scope,
    order: float,
    nodes: Sequence[Node],
    meanings: Mapping[Key, int] | None = None,
    busy: frozenset[tuple[str, float]] = frozenset(),
) -> Iterator[Read]:
    """The readings whose sizes fit, one for each choice of sizes; Misfit when there is none."""
    choices = dict(meanings or {})
    first: Misfit | None = None
    found = False
    for _ in range(MOST_TRIALS):
        if scope.budget.spent():
            raise Unreadable("this takes too long to read", nodes[0].at)
        attempt = Attempt(scope, order, choices, busy)
        try:
            read = _read(attempt, nodes)
        except Misfit as misfit:
            first = first or misfit
            first.__dict__.setdefault("meanings", attempt.meanings())
        else:
            found = True
            yield read
        if not attempt.advance():
            break
    if not found and first is not None:
        raise first


def _read(attempt: Attempt, nodes: Sequence[Node]) -> Read:
    terms = tuple(meaning(node, attempt) for node in nodes)
    remarks, liberties = tuple(attempt.remarks), frozenset(attempt.liberties)
    return Read(
        terms, attempt.sizes, remarks, liberties, attempt.meanings(), tuple(attempt.unknown),
        tuple(attempt.free_ones),
    )  # fmt: skip


OPERATIONS: dict[type[Node], Callable[..., Expr]] = {
    tree.Negative: Attempt.negative,
    tree.Quotient: Attempt.quotient,
    tree.Transpose: Attempt.transpose,
    tree.Inverse: Attempt.inverse,
    tree.Inner: Attempt.inner,
    tree.Differential: Attempt.differential,
}


def _operation(node: Node, attempt: Attempt) -> Expr:
    """One operation on what stands inside."""
    inside = [meaning(child, attempt) for child in tree.children(node)]
    return OPERATIONS[type(node)](attempt, *inside, node.at)


for _kind in OPERATIONS:
    meaning.register(_kind, _operation)


@meaning.register
def _(node: tree.Number, attempt: Attempt) -> Expr:
    return attempt.number(node.value, node.at)


@meaning.register
def _(node: tree.Group, attempt: Attempt) -> Expr:
    return meaning(node.inner, attempt)


@meaning.register
def _(node: tree.Sum, attempt: Attempt) -> Expr:
    whole = taking_the_rest(node)
    if whole is not None and attempt.pick(("rest", node.at), 2):
        attempt.liberty("rest", "the sum is read as taking what follows it as well")
        return meaning(whole, attempt)
    sign, first = node.terms[0]
    result = meaning(first, attempt)
    result = result if sign > 0 else attempt.negative(result, node.at)
    for sign, term in node.terms[1:]:
        result = attempt.plus(result, meaning(term, attempt), term.at, sign)
    return result


@meaning.register
def _(node: tree.Primed, attempt: Attempt) -> Expr:
    inner = node.inner
    if isinstance(inner, tree.Call) and attempt.pick(("prime", node.at), 2):
        attempt.liberty("prime", "the prime behind the bracket is read as the derivative")
        return meaning(replace(inner, primes=inner.primes + 1), attempt)
    return attempt.transpose(meaning(inner, attempt), node.at)


@meaning.register
def _(node: tree.Bars, attempt: Attempt) -> Expr:
    inner = meaning(node.inner, attempt)
    kind = attempt.known(inner)
    if kind.rows == kind.columns != "1":
        return attempt.determinant(inner, node.at)
    return attempt.apply("abs", 0, inner, node.at)


@meaning.register
def _(node: tree.Compare, attempt: Attempt) -> Expr:
    return attempt.compare(
        node.relation, meaning(node.left, attempt), meaning(node.right, attempt), node.at
    )


# ------------------------------------------------------------ norms and powers


@meaning.register
def _(node: tree.Norm, attempt: Attempt) -> Expr:
    inner = meaning(node.inner, attempt)
    if node.kind == "1":
        return attempt.total(attempt.apply("abs", 0, inner, node.at), "all", node.at)
    return attempt.apply("sqrt", 0, _norm_squared(attempt, node, inner), node.at)


def _norm_squared(attempt: Attempt, node: tree.Norm, inner: Expr) -> Expr:
    if node.kind not in tree.FROBENIUS:
        raise Unreadable(f'the norm "{node.kind}" is not known', node.at, "write \\|...\\|_F")
    if node.kind in ("", "2") and not attempt.vector(inner) and not attempt.scalar(inner):
        code = "spectral" if node.kind == "2" else "norm"
        attempt.remark(code, "the norm of a matrix is read as the Frobenius norm")
    return attempt.squares(inner, node.at)


@meaning.register
def _(node: tree.Power, attempt: Attempt) -> Expr:
    base = tree.unwrapped(node.base)
    value = constant_value(meaning(node.exponent, attempt))
    if isinstance(base, tree.Norm) and base.kind != "1" and value == 2:
        return _norm_squared(attempt, base, meaning(base.inner, attempt))
    return _raised(attempt, node, meaning(node.base, attempt), value)


def _raised(attempt: Attempt, node: tree.Power, base: Expr, value: float | None) -> Expr:
    if base.kind.form:
        raise Unreadable("a power of a differential is not read", node.at)
    if value is None or base.kind.jacobian:
        raise Unreadable("this exponent is not understood", node.at)
    if abs(value) > LARGEST_POWER:
        raise Unreadable("this exponent is too large", node.at)
    if not attempt.scalar(base) and not node.entrywise:
        powered = _matrix_power(attempt, node, base, value)
        if powered is not None:
            return powered
        attempt.remark("power", "the power of a matrix is read entry by entry")
    kind = replace(base.kind, row=False, rigid=False)
    return Expr("power", (base,), kind, value, node.at)


def _matrix_power(attempt: Attempt, node: tree.Power, base: Expr, value: float) -> Expr | None:
    kind = attempt.known(base)
    if value == -1:
        return attempt.inverse(base, node.at)
    if kind.rows != kind.columns or base.kind.mask or value != int(value) or not value:
        return None
    if attempt.pick(("power", node.at), 2):
        return None
    base = base if value > 0 else attempt.inverse(base, node.at)
    result = base
    for _ in range(abs(int(value)) - 1):
        result = attempt.matmul(result, base, node.at)
    return result


# ------------------------------------------------------------ ones and their like


@meaning.register
def _(node: tree.Ones, attempt: Attempt) -> Expr:
    if node.sizes:
        sizes = [_said_size(attempt, s, node.at) for s in node.sizes[:2]]
        return attempt.ones(sizes[0], sizes[1] if len(sizes) > 1 else "1", node.at)
    if attempt.pick(("size", "ones", node.at), 2):
        whole = attempt.ones(attempt.sizes.new(), attempt.sizes.new(), node.at)
        attempt.free_ones.append(whole.kind)
        return whole
    if attempt.customs.taken.ones == "row":
        return attempt.ones("1", attempt.sizes.new(), node.at)
    return attempt.ones(attempt.sizes.new(), "1", node.at)


@meaning.register
def _(node: tree.Identity, attempt: Attempt) -> Expr:
    size = _said_size(attempt, node.size, node.at) if node.size else attempt.sizes.new()
    return Expr("identity", (), Kind(size, size, rigid=True), None, node.at)


@meaning.register
def _(node: tree.Zero, attempt: Attempt) -> Expr:
    return Expr("number", (), Kind(number=True), 0.0, node.at)


def _said_size(attempt: Attempt, size: str, at: int) -> str:
    if size in attempt.scope.sizes or size == "1":
        return size
    letters = [s for s in size if s in attempt.scope.sizes]
    if len(letters) == len(size) > 1:
        return product(*letters)
    if OWN_SIZE.fullmatch(size):
        return attempt.own_sizes.setdefault(size, attempt.sizes.new())
    raise Unreadable(f'the size "{size}" is not known', at)


# ------------------------------------------------------------ names


@meaning.register
def _(node: tree.Name, attempt: Attempt) -> Expr:
    for bound in reversed(attempt.parameters):
        if node.name in bound:
            return bound[node.name]
    if node.name in attempt.scope.variables:
        return attempt.scope.leaves[node.name]
    definition = attempt.scope.definition(node.name, attempt.order)
    if definition is not None:
        return _defined(attempt, node, definition)
    if node.name in attempt.scope.leaves:
        return _size(attempt, node)
    if node.name == "pi":
        return attempt.number(math.pi, node.at)
    return _undeclared(attempt, node)


def _size(attempt: Attempt, node: tree.Name) -> Expr:
    """A size, or what is called as a size is: p, where p_i was defined."""
    family = tree.Name(node.at, f"{node.name}_")
    if family.name in attempt.scope.definitions and attempt.pick(("family", node.name), 2):
        return meaning(family, attempt)
    return attempt.scope.leaves[node.name]


def _defined(attempt: Attempt, node: tree.Name, definition: Definition) -> Expr:
    key = (node.name, definition.order)
    if key in attempt.scope.read:
        return attempt.scope.read[key]
    if key in attempt.busy:
        raise Unreadable(f'"{node.name}" is defined through itself', node.at)
    term = _settled_definition(attempt, definition, key)
    if term is None:  # of sizes that depend on where it is used
        term = _inline(attempt, definition, key, node.at)
    return term


def _settled_definition(
    attempt: Attempt, definition: Definition, key: tuple[str, float]
) -> Expr | None:
    """The term of a definition, once and for all; None while its sizes are open."""
    node = definition.node
    read = next(readings(attempt.scope, definition.order, [node], busy=attempt.busy | {key}))
    term = settled(read.terms[0], read.sizes)
    if definition.indices and not read.unknown:
        builder = Builder()
        builder.sizes = read.sizes
        term = settled(unindexed(builder, term, definition.indices, node.at), read.sizes)
    if read.unknown or not term.closed:
        return None
    attempt.scope.read[key] = term
    return term


def _inline(attempt: Attempt, definition: Definition, key: tuple[str, float], at: int) -> Expr:
    outside = attempt.order, attempt.parameters, attempt.busy
    attempt.order, attempt.parameters, attempt.busy = definition.order, [], attempt.busy | {key}
    try:
        term = meaning(definition.node, attempt)
        return unindexed(attempt, term, definition.indices, at) if definition.indices else term
    finally:
        attempt.order, attempt.parameters, attempt.busy = outside


def _undeclared(attempt: Attempt, node: tree.Name) -> Expr:
    if node.name in attempt.unknown:
        return attempt.unknown[node.name]
    if len(attempt.unknown) >= MOST_UNDECLARED:
        raise Unreadable("too many symbols here are not declared", node.at)
    big = node.name[0].isupper() or len(node.name) > 1
    answer = attempt.pick(("size", "name", node.name), 3)
    rows, columns = (
        attempt.sizes.new() if (answer < 2 if big else answer > 0) else "1",
        attempt.sizes.new() if (answer == 0 if big else answer == 2) else "1",
    )
    term = Expr("unknown", (), Kind(rows, columns), node.name, node.at)
    attempt.unknown[node.name] = term
    return term
