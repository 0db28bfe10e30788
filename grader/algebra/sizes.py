"""Say sizes in letters, and make two of them one: `Sizes().same("?1", "n")`.

A size is a letter (`n`), `1`, a product (`n·q`), or `?3`, which is not known yet.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace


class Misfit(Exception):  # noqa: N818 - an answer of the reader, not an error of ours
    """Sizes that do not fit together in the reading being tried."""

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.message, self.at = message, at


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
            self.bound[a[0]] = product(*b)
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


def product(*sizes: str) -> str:
    """The product of sizes."""
    parts = sorted(p for size in sizes for p in size.split("·") if p != "1")
    return "·".join(parts) or "1"


def length(size: str, lengths: Mapping[str, int]) -> int:
    """How long a size is: letters are looked up, factors multiplied."""
    return math.prod(int(f) if f.isdigit() else lengths[f] for f in size.split("·"))


def typeset(size: str) -> str:
    """A size in LaTeX: d_model is d_{model}."""
    return re.sub(r"_(\w\w+)", r"_{\1}", size.replace("·", ""))
