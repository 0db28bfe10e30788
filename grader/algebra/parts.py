"""Walk an expression: its parts, where they stand, and the whole with some of them exchanged."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from .expressions import Expr, like
from .sizes import Sizes


@lru_cache(maxsize=1 << 12)
def parts(root: Expr) -> tuple[Expr, ...]:
    """Every term in it, once, arguments first."""
    found: dict[Expr, None] = {}

    def visit(term: Expr) -> None:
        if term not in found:
            for argument in term.args:
                visit(argument)
            found[term] = None

    visit(root)
    return tuple(found)


Build = Callable[[Expr, tuple[Expr, ...]], Expr]


def rebuilt(root: Expr, changes: Mapping[Expr, Expr], build: Build) -> Expr:
    """The expression with some of its parts exchanged, the others built anew of their arguments."""
    done: dict[Expr, Expr] = dict(changes)

    def visit(e: Expr) -> Expr:
        if e not in done:
            done[e] = build(e, tuple(visit(a) for a in e.args))
        return done[e]

    return visit(root)


def replaced(root: Expr, changes: Mapping[Expr, Expr]) -> Expr:
    """The expression with some of its parts exchanged, not simplified."""
    return rebuilt(root, changes, lambda e, args: e if args == e.args else like(e, args))


def parents(root: Expr, child: Expr) -> Iterator[Expr]:
    """The parts that have this child as an argument."""
    yield from (part for part in parts(root) if child in part.args)


def in_each_place(root: Expr, child: Expr, other: Expr) -> Iterator[Expr]:
    """The root with another term for one of its parts, in one of its places at a time."""
    if child is root:
        yield other
    for parent in parents(root, child):
        args = tuple(other if a is child else a for a in parent.args)
        yield replaced(root, {parent: like(parent, args)})


def settled(term: Expr, sizes: Sizes, done: dict[int, Expr] | None = None) -> Expr:
    """The term with every size that turned out written into it; what is shared stays shared."""
    if term.closed:
        return term
    done = {} if done is None else done
    if id(term) not in done:
        args = tuple(settled(a, sizes, done) for a in term.args)
        done[id(term)] = Expr(term.op, args, sizes.known(term.kind), term.detail, term.at)
    return done[id(term)]


def all_parts(terms: Iterable[Expr], among: Callable[[Expr], bool] = lambda _: True) -> list[Expr]:
    """The terms and all below them, each once, from the top; only among some, and below these.

    The order is another than that of `parts`, and the points close to kinks depend on it.
    """
    found: dict[Expr, None] = {}
    waiting = list(filter(among, terms))
    while waiting:
        term = waiting.pop()
        if term not in found:
            found[term] = None
            waiting += filter(among, term.args)
    return list(found)


def open_parts(terms: Iterable[Expr]) -> list[Expr]:
    """Those of the parts in which some size is not known, or a name was never declared."""
    return all_parts(terms, lambda term: not term.closed)
