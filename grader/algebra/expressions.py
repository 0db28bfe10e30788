"""What a formula means: an Expr is one operation on others, of sizes in letters.

`make` gives the one object that says this: of what it made, equal expressions are one object, so
that equality is identity and what two of them share is computed once. They are kept for as long as
anyone holds them.
"""

from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from .sizes import Kind

Axes = tuple[tuple[str, str], ...]
CONSTANT = ("number", "size", "ones", "identity", "delta")


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Expr:
    """One operation on terms; `detail` is what the operation needs to know besides."""

    op: str
    args: "tuple[Expr, ...]"
    kind: Kind
    detail: Any = None
    at: int = 0
    closed: bool = field(init=False)  # every size and every name in it is known

    def __post_init__(self) -> None:
        kind = self.kind
        known = "?" not in kind.rows + kind.columns and not any("?" in s for _, s in kind.axes)
        known = known and kind.jacobian is None
        closed = (
            known and self.op not in ("unknown", "parameter") and all(a.closed for a in self.args)
        )
        object.__setattr__(self, "closed", closed)


Said = tuple[str, tuple[Expr, ...], Kind, Any]
POOL: WeakValueDictionary[Said, Expr] = WeakValueDictionary()


def _the_one(*said: Any) -> Expr:
    known = POOL.get(said)
    return POOL.setdefault(said, Expr(*said)) if known is None else known


def make(
    op: str, args: tuple[Expr, ...], sizes: tuple[str, str], detail: Any = None, axes: Axes = ()
) -> Expr:
    """The one term that says this."""
    return _the_one(op, args, Kind(*sizes, axes), detail)


def like(term: Expr, args: tuple[Expr, ...]) -> Expr:
    """The same operation on other arguments."""
    return make(term.op, args, size(term), term.detail, term.kind.axes)


def size(term: Expr) -> tuple[str, str]:
    """Its sizes in letters."""
    return term.kind.rows, term.kind.columns


def is_number(term: Expr) -> bool:
    """Whether it is 1 x 1 by its letters."""
    return size(term) == ("1", "1") and not term.kind.axes


def is_constant(term: Expr) -> bool:
    """Whether no variable stands in it."""
    return term.op in CONSTANT or (bool(term.args) and all(map(is_constant, term.args)))


def kindless(term: Expr) -> Expr:
    """A copy that is not the one term that says this: a place to put a value."""
    return replace(term)
