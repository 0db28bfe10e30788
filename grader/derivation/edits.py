"""Every single edit of a formula that a slip could have been: `edits(node, context)`.

An edit knows its cause, a kind of the catalogue, and, apart, the hint that gives the answer
away ("with W^T instead of W").
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from grader.latex import tree
from grader.latex.tree import Node

Put = Callable[[Node], Node]


@dataclass(frozen=True)
class Edit:
    """A neighbour of a formula, and what is wrong if it is the neighbour that holds."""

    node: Node
    cause: str
    hint: str
    function: str = ""  # the one that the cause is about


@dataclass(frozen=True)
class Context:
    """What an edit may bring in: names of the text, and the masks of its bending functions."""

    names: tuple[str, ...]
    masks: tuple[tree.Call, ...]


def places(
    node: Node, put: Put = lambda new: new, parent: Node | None = None
) -> Iterator[tuple[Node, Put, Node | None]]:
    """Every node with a way to put another in its place."""
    yield node, put, parent
    for field in fields(node):
        for inner, into in _inside(getattr(node, field.name)):
            name = field.name

            def place(new: Node, into: Callable[[Node], Any] = into, name: str = name) -> Node:
                return put(replace(node, **{name: into(new)}))

            yield from places(inner, place, node)


def _inside(value: Any) -> Iterator[tuple[Node, Callable[[Node], Any]]]:
    if isinstance(value, Node):
        yield value, lambda new: new
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            for inner, into in _inside(item):

                def rebuilt(
                    new: Node, i: int = i, into: Callable[[Node], Any] = into
                ) -> tuple[Any, ...]:
                    return (*value[:i], into(new), *value[i + 1 :])

                yield inner, rebuilt


def shown(node: Node) -> str:
    """A short name for a part of a formula."""
    match node:
        case tree.Name(name=name):
            return name.replace("hat.", "")
        case tree.Differential(inner=inner):
            return f"d{shown(inner)}"
        case tree.Transpose(inner=inner):
            return f"{shown(inner)}^T"
        case tree.Call(function=function, primes=primes):
            return f"{function}{chr(39) * primes}(...)"
        case tree.Number(value=value):
            return f"{value:g}"
    return "(...)"


def edits(node: Node, context: Context) -> Iterator[Edit]:
    """The neighbours of a formula, the likely ones first."""
    yield from _of_the_whole(node)
    found = list(places(node))
    for kind in (
        _ones, _spread, _transposes, _signs, _orders, _numbers, _names, _operators, _primes, _masks,
        _dropped, _indices, _regrouped, _added,
    ):  # fmt: skip
        for place, put, parent in found:
            yield from kind(place, put, parent, context)
    yield from _exchanged_indices(node)
    yield from _renamed(node, context)


def _of_the_whole(node: Node) -> Iterator[Edit]:
    group = tree.Group(node.at, node)
    yield Edit(tree.Transpose(node.at, group), "mistake.transposed", "the transpose of it holds")


def _transposes(node: Node, put: Put, parent: Node | None, _: Context) -> Iterator[Edit]:
    cause = "mistake.transpose"
    if isinstance(node, tree.Transpose):
        yield Edit(put(node.inner), cause, f"without the transpose on {shown(node.inner)} it holds")
    elif isinstance(node, tree.Name | tree.Group | tree.Call | tree.Differential | tree.Inverse):
        if isinstance(parent, tree.Transpose | tree.Differential | tree.Index | tree.Derivative):
            return
        hint = f"with the transpose of {shown(node)} it holds"
        yield Edit(put(tree.Transpose(node.at, node)), cause, hint)


def _signs(node: Node, put: Put, _parent: Node | None, _: Context) -> Iterator[Edit]:
    if isinstance(node, tree.Sum):
        for i, (sign, term) in enumerate(node.terms):
            terms = (*node.terms[:i], (-sign, term), *node.terms[i + 1 :])
            hint = f"with the other sign of term {i + 1} it holds"
            yield Edit(put(replace(node, terms=terms)), "mistake.sign_of_term", hint)
    elif isinstance(node, tree.Negative):
        yield Edit(put(node.inner), "mistake.sign", "without the minus it holds")


def _orders(node: Node, put: Put, _parent: Node | None, _: Context) -> Iterator[Edit]:
    if not isinstance(node, tree.Product):
        return
    for i in range(len(node.factors) - 1):
        (first, a), (second, b) = node.factors[i : i + 2]
        factors = (*node.factors[:i], (first, b), (second, a), *node.factors[i + 2 :])
        hint = f"with {shown(a)} and {shown(b)} in the other order it holds"
        yield Edit(put(replace(node, factors=factors)), "mistake.two_factors", hint)
    if len(node.factors) > 2:
        last = node.factors[-1]
        moved = ((node.factors[0][0], last[1]), (last[0], node.factors[0][1]), *node.factors[1:-1])
        hint = f"with {shown(last[1])} in front it holds"
        yield Edit(put(replace(node, factors=moved)), "mistake.order", hint)


def _numbers(node: Node, put: Put, parent: Node | None, _: Context) -> Iterator[Edit]:
    if isinstance(node, tree.Number) and not isinstance(parent, tree.Power):
        for value in {1.0, 2.0, 0.5} - {node.value}:
            yield Edit(put(replace(node, value=value)), "mistake.number",
                       f"with {value:g} instead of {node.value:g} it holds")  # fmt: skip
    if isinstance(node, tree.Power) and isinstance(node.exponent, tree.Number):
        for value in {1.0, 2.0, 3.0, -1.0} - {node.exponent.value}:
            exponent = replace(node.exponent, value=value)
            yield Edit(put(replace(node, exponent=exponent)), "mistake.power",
                       f"with the power {value:g} it holds")  # fmt: skip
    if isinstance(node, tree.Name) and isinstance(parent, tree.Quotient):
        for value in (2.0, 3.0):
            raised = tree.Power(node.at, node, tree.Number(node.at, value))
            yield Edit(put(raised), "mistake.power", f"with {shown(node)}^{value:g} it holds")
    if isinstance(node, tree.Sum):
        for i, (sign, term) in enumerate(node.terms):
            for value in (2.0, 0.5):
                factors = (("", tree.Number(term.at, value)), ("", tree.Group(term.at, term)))
                doubled = (sign, tree.Product(term.at, factors))
                terms = (*node.terms[:i], doubled, *node.terms[i + 1 :])
                yield Edit(put(replace(node, terms=terms)), "mistake.number_of_term",
                           f"with {value:g} times term {i + 1} it holds")  # fmt: skip


def _names(node: Node, put: Put, parent: Node | None, context: Context) -> Iterator[Edit]:
    if not isinstance(node, tree.Name) or isinstance(parent, tree.Derivative):
        return
    cause = "mistake.matrix"
    if isinstance(parent, tree.Call | tree.Compare):
        cause = "mistake.argument"
    for name in context.names:
        if name != node.name:
            hint = f"with {name} instead of {node.name} it holds"
            yield Edit(put(replace(node, name=name)), cause, hint)


def _operators(node: Node, put: Put, _parent: Node | None, _: Context) -> Iterator[Edit]:
    if not isinstance(node, tree.Product):
        return
    for i, (operator, factor) in enumerate(node.factors[1:], 1):
        other = "odot" if operator != "odot" else ""
        factors = (*node.factors[:i], (other, factor), *node.factors[i + 1 :])
        said = "entry-wise" if other else "matrix"
        yield Edit(put(replace(node, factors=factors)),
                   "mistake.product",
                   f"with the {said} product before {shown(factor)} it holds")  # fmt: skip


def _primes(node: Node, put: Put, _parent: Node | None, _: Context) -> Iterator[Edit]:
    if isinstance(node, tree.Call):
        for primes in {0, 1} - {node.primes}:
            said = "mistake.not_derived" if primes else (
                "mistake.derived")  # fmt: skip
            made = replace(node, primes=primes)
            yield Edit(put(made), said, f"with {shown(made)} it holds")


def _masks(node: Node, put: Put, parent: Node | None, context: Context) -> Iterator[Edit]:
    """An entry-wise derivative that was left out."""
    able = isinstance(node, tree.Name | tree.Group | tree.Differential | tree.Derivative)
    if not able and parent is not None:
        return
    for mask in context.masks:
        factors = (("", node if parent else tree.Group(node.at, node)), ("odot", mask))
        made = tree.Group(node.at, tree.Product(node.at, factors))
        yield Edit(put(made), "mistake.mask",
                   f"with {shown(node)} times {shown(mask)} entry by entry it holds",
                   mask.function)  # fmt: skip


def _dropped(node: Node, put: Put, _parent: Node | None, _: Context) -> Iterator[Edit]:
    if isinstance(node, tree.Product):
        for i, (_operator, factor) in enumerate(node.factors):
            rest = node.factors[:i] + node.factors[i + 1 :]
            rest = (("", rest[0][1]), *rest[1:])
            yield Edit(put(replace(node, factors=rest)), "mistake.factor_too_many",
                       f"without the factor {shown(factor)} it holds")  # fmt: skip
    if isinstance(node, tree.Sum):
        for i, (_sign, term) in enumerate(node.terms):
            kept = node.terms[:i] + node.terms[i + 1 :]
            yield Edit(put(replace(node, terms=kept)), "mistake.term_too_many",
                       f"without the term {shown(term)} it holds")  # fmt: skip
    if isinstance(node, tree.Inverse):
        yield Edit(put(node.inner), "mistake.inverse_too_many", "without the inverse it holds")


def _indices(node: Node, put: Put, _parent: Node | None, _: Context) -> Iterator[Edit]:
    if not isinstance(node, tree.Index):
        return
    for i in range(len(node.indices)):
        for letter in "ijklabmn":
            if letter != node.indices[i]:
                indices = (*node.indices[:i], letter, *node.indices[i + 1 :])
                said = "".join(indices)
                yield Edit(put(replace(node, indices=indices)), "mistake.index",
                           f"with the indices {said} it holds")  # fmt: skip
    if len(node.indices) == 2:
        turned = node.indices[::-1]
        yield Edit(put(replace(node, indices=turned)), "mistake.indices",
                   f"with the indices {''.join(turned)} it holds")  # fmt: skip


def _regrouped(node: Node, put: Put, _parent: Node | None, _context: Context) -> Iterator[Edit]:
    """(A o B) C in place of (A C) o B, and the like."""
    if not isinstance(node, tree.Product) or len(node.factors) < 2:
        return
    for i, (operator, factor) in enumerate(node.factors):
        inner = tree.unwrapped(factor)
        if not isinstance(inner, tree.Product) or len(inner.factors) != 2:
            continue
        (_first, a), (by, b) = inner.factors
        if by != "odot" or operator not in ("", "cdot"):
            continue
        for kept, masked in ((a, b), (b, a)):
            outer = (*node.factors[:i], (operator, kept), *node.factors[i + 1 :])
            whole = tree.Group(node.at, tree.Product(node.at, outer))
            made = tree.Product(node.at, (("", whole), ("odot", masked)))
            yield Edit(put(made), "mistake.place",
                       f"with {shown(masked)} multiplied last and entry-wise it holds")  # fmt: skip


def _ones(node: Node, put: Put, _parent: Node | None, _: Context) -> Iterator[Edit]:
    """A sum over the wrong axis: E 1 in place of 1^T E."""
    if not isinstance(node, tree.Product) or len(node.factors) < 2:
        return
    first, last = node.factors[0], node.factors[-1]
    cause = "mistake.axis"
    if isinstance(last[1], tree.Ones):
        moved = (("", tree.Transpose(node.at, last[1])), *node.factors[:-1])
        yield Edit(put(replace(node, factors=moved)), cause, "with 1^T in front it holds")
    if isinstance(first[1], tree.Transpose) and isinstance(first[1].inner, tree.Ones):
        moved = (*node.factors[1:], ("", first[1].inner))
        yield Edit(put(replace(node, factors=moved)), cause, "with 1 at the end it holds")


def _spread(node: Node, put: Put, _parent: Node | None, _: Context) -> Iterator[Edit]:
    """The row of a bias moves every row: 1 db in place of db."""
    if not isinstance(node, tree.Product):
        return
    for i, (operator, factor) in enumerate(node.factors[1:], 1):
        if isinstance(factor, tree.Differential) and operator != "odot":
            spread = ((operator, tree.Ones(node.at, ())), ("", factor))
            factors = (*node.factors[:i], *spread, *node.factors[i + 1 :])
            yield Edit(put(replace(node, factors=factors)),
                       "mistake.batch_sum",
                       f"with 1 {shown(factor)} in place of {shown(factor)} it holds")  # fmt: skip


def _added(node: Node, put: Put, parent: Node | None, context: Context) -> Iterator[Edit]:
    """A factor that was left out, at either end; and 2A in place of A + A^T."""
    if not isinstance(node, tree.Product):
        return
    if isinstance(node.factors[0][1], tree.Number) and node.factors[0][1].value == 2:
        rest = tree.Group(node.at, tree.Product(node.at, (("", node.factors[1][1]),
                                                          *node.factors[2:])))  # fmt: skip
        both = ((1, rest), (1, tree.Transpose(node.at, rest)))
        made = tree.Group(node.at, tree.Sum(node.at, both))
        yield Edit(put(made), "mistake.product_rule", "with A + A^T instead of 2A it holds")
    present = dict.fromkeys(n for _, factor in node.factors for n in _simple(factor))
    names = [tree.Name(node.at, n) for n in context.names]
    for extra in (*present, *names):
        for wrapped in (extra, tree.Transpose(node.at, extra)):
            for factors in (
                (*node.factors, ("", wrapped)), (("", wrapped), *node.factors),
            ):  # fmt: skip
                yield Edit(put(replace(node, factors=factors)), "mistake.factor_missing",
                           f"with the factor {shown(wrapped)} it holds")  # fmt: skip


def _simple(factor: Node) -> Iterator[Node]:
    if isinstance(factor, tree.Inverse | tree.Transpose):
        yield factor


def _renamed(node: Node, context: Context) -> Iterator[Edit]:
    """One name put for another throughout: sigma(A) (1 - sigma(A)) where Z was meant."""
    for old in dict.fromkeys(n.name for n, _, _ in places(node) if isinstance(n, tree.Name)):
        for name in context.names:
            if name != old:

                def change(found: Node, old: str = old, name: str = name) -> Node:
                    same = isinstance(found, tree.Name) and found.name == old
                    return tree.Name(found.at, name) if same else found

                yield Edit(tree.rebuilt(node, change), "mistake.matrix",
                           f"with {name} instead of {old} throughout it holds")  # fmt: skip


def _exchanged_indices(node: Node) -> Iterator[Edit]:
    """Two letters exchanged throughout."""
    letters = sorted(
        {i for n, _, _ in places(node) if isinstance(n, tree.Index) for i in n.indices}
    )
    for a in letters:
        for b in letters:
            if a < b:
                made = _with_indices(node, {a: b, b: a})
                yield Edit(made, "mistake.indices", f"with {a} and {b} exchanged it holds")


def _with_indices(node: Node, renamed: dict[str, str]) -> Node:
    def change(found: Node) -> Node:
        if isinstance(found, tree.Index):
            return replace(found, indices=tuple(renamed.get(i, i) for i in found.indices))
        return found

    return tree.rebuilt(node, change)
