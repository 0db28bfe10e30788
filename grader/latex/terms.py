"""What a formula means once it is decided which sizes everything has.

A Term says one operation; its Kind says the sizes in letters (`n`, `q`, `1`; `?3` is not yet
known, `n·q` is a product). Backends (torch, numpy with differentials) only walk terms.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import Misfit


@dataclass(frozen=True, slots=True)
class Kind:
    """The sizes of a value, and what kind of value it is."""

    rows: str = "1"
    columns: str = "1"
    axes: tuple[tuple[str, str], ...] = ()  # free indices: name, the size it runs over
    number: bool = False  # a literal; stands for a matrix filled with it where one is needed
    mask: bool = False  # an entry-wise derivative: in a chain it multiplies entry by entry
    form: bool = False  # linear in differentials
    row: bool = False  # declared to be added to every row
    rigid: bool = False  # ones and identities: never spread over rows or columns
    jacobian: "tuple[Kind, Kind] | None" = None  # derivative of the first by the second


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One operation on terms; `detail` is what the operation needs to know besides."""

    op: str
    args: "tuple[Term, ...]"
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


class Sizes:
    """Which letters the unknown sizes turned out to be."""

    def __init__(self) -> None:
        self.bound: dict[str, str] = {}
        self.made = 0

    def new(self) -> str:
        """A size not known yet."""
        self.made += 1
        return f"?{self.made}"

    def of(self, size: str) -> str:
        """The size as far as it is known, products in order."""
        if size in self.bound:
            return self.of(self.bound[size])
        if "·" not in size:
            return size
        parts = [p for part in size.split("·") for p in self.of(part).split("·") if p != "1"]
        return "·".join(sorted(parts)) or "1"

    def same(self, a: str, b: str) -> bool:
        """Make two sizes one; False when they are different letters."""
        a, b = self.of(a), self.of(b)
        if a == b:
            return True
        for x, y in ((a, b), (b, a)):
            if x[0] == "?" and "·" not in x:
                self.bound[x] = y
                return x not in y.split("·") or self._undo(x)
        return ("·" in a or "·" in b) and self._same_product(a.split("·"), b.split("·"))

    def _undo(self, unknown: str) -> bool:
        del self.bound[unknown]
        return False

    def _same_product(self, a: list[str], b: list[str]) -> bool:
        for factor in list(a):
            if factor in b:
                a.remove(factor)
                b.remove(factor)
        if len(b) == 1 and b[0][0] == "?":
            a, b = b, a
        if len(a) == 1 and a[0][0] == "?":
            self.bound[a[0]] = times(*b)
            return True
        return a == b

    def fits(self, *pairs: tuple[str, str]) -> bool:
        """Make all these pairs one, or leave everything as it was."""
        before = dict(self.bound)
        if all(self.same(a, b) for a, b in pairs):
            return True
        self.bound = before
        return False

    def known(self, kind: Kind) -> Kind:
        """The kind with its sizes as far as they are known."""
        if not self.bound:
            return kind
        axes = tuple((i, self.of(s)) for i, s in kind.axes)
        jacobian = kind.jacobian and (self.known(kind.jacobian[0]), self.known(kind.jacobian[1]))
        rows, columns = self.of(kind.rows), self.of(kind.columns)
        return replace(kind, rows=rows, columns=columns, axes=axes, jacobian=jacobian)

    def merged(self, *kinds: Kind) -> tuple[tuple[str, str], ...]:
        """The free indices of several values together."""
        found: dict[str, str] = {}
        for kind in kinds:
            for index, size in kind.axes:
                if not self.same(found.setdefault(index, size), size):
                    raise Misfit(f"the index {index} runs over {found[index]} and over {size}")
        return tuple(found.items())

    def shown(self, kind: Kind) -> str:
        """The sizes as a student reads them: n x q."""
        rows, columns = (self._shown(s) for s in (kind.rows, kind.columns))
        return "a number" if (rows, columns) == ("1", "1") else f"{rows} x {columns}"

    def _shown(self, size: str) -> str:
        known = self.of(size)
        return "?" if "?" in known else known.replace("·", "")


def times(*sizes: str) -> str:
    """The product of sizes."""
    parts = sorted(p for size in sizes for p in size.split("·") if p != "1")
    return "·".join(parts) or "1"


def settled(term: Term, sizes: Sizes, done: dict[int, Term] | None = None) -> Term:
    """The term with every size that turned out written into it; what is shared stays shared."""
    if term.closed:
        return term
    done = {} if done is None else done
    if id(term) not in done:
        args = tuple(settled(a, sizes, done) for a in term.args)
        done[id(term)] = Term(term.op, args, sizes.known(term.kind), term.detail, term.at)
    return done[id(term)]


def parts(terms: Iterable[Term]) -> list[Term]:
    """The terms and all below them, each once."""
    found: dict[int, Term] = {}
    waiting = list(terms)
    while waiting:
        term = waiting.pop()
        if id(term) not in found:
            found[id(term)] = term
            waiting += term.args
    return list(found.values())


def open_parts(terms: Iterable[Term]) -> list[Term]:
    """Those of the parts in which some size is not known, or a name was never declared."""
    found: dict[int, Term] = {}
    waiting = [t for t in terms if not t.closed]
    while waiting:
        term = waiting.pop()
        if id(term) not in found:
            found[id(term)] = term
            waiting += [a for a in term.args if not a.closed]
    return list(found.values())
