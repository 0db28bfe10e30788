"""The table of one text: `Atoms().atom(key, inside)` is the number of an entry.

A form is a sum: a tuple of (atom, factor); an atom is an entry of the table. Equal expressions are
one entry, so that an expression is as long as what it shares.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Form = tuple[tuple[int, float], ...]
ONE = 0
MOST_ATOMS = 20_000  # of one text
LIKE_ONE = 1e-12
WRAPPERS = {"t", "vec"}  # what holds all that its inside holds


class TooMuch(Exception):  # noqa: N818 - what it is
    """An expression that is too long once its names are written out."""


@dataclass(frozen=True)
class Atom:
    """An entry of the table, and what stands in it."""

    key: tuple[Any, ...]
    inside: tuple[int, ...]  # the atoms right below
    leaves: frozenset[str]  # declared variables
    needs: frozenset[int]  # derivatives, outermost
    strange: bool  # holds a name that nobody defined
    open: bool  # is strange, or holds a differential
    differentials: frozenset[int]


@dataclass
class Atoms:
    """The entries, each made once."""

    atoms: list[Atom] = field(default_factory=list)
    _numbers: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.atom(("one",))

    def atom(self, key: tuple[Any, ...], inside: Iterable[int] = (), leaf: str = "") -> int:
        """The number of an entry, made where it is new."""
        known = self._numbers.get(key)
        if known is not None:
            return known
        if len(self.atoms) > MOST_ATOMS:
            raise TooMuch
        below = tuple(dict.fromkeys(inside))
        parts = [self.atoms[i] for i in below]
        number, kind = len(self.atoms), key[0]
        needs = frozenset().union(*(p.needs for p in parts)) if parts else frozenset()
        differentials = frozenset(i for p in parts for i in p.differentials)
        strange = kind == "unknown" or any(p.strange for p in parts)
        self.atoms.append(
            Atom(
                key,
                below,
                frozenset([leaf]) if leaf else frozenset(n for p in parts for n in p.leaves),
                frozenset([number]) if kind == "D" else needs,
                strange,
                kind in ("unknown", "d") or (kind != "D" and any(p.open for p in parts)),
                frozenset([number]) if kind == "d" else differentials,
            )
        )
        self._numbers[key] = number
        return number

    def single(self, form: Form) -> tuple[int, float]:
        """A form as one atom times a number."""
        if len(form) == 1:
            return form[0]
        if not form:
            return ONE, 0.0
        lead = form[0][1]
        scaled = tuple((i, round(c / lead, 12)) for i, c in form)
        return self.atom(("sum", scaled), (i for i, _ in scaled)), lead

    def stripped(self, atom: int) -> int:
        """Without a transpose, vec, indices that run over all places, or a size as a factor."""
        while True:
            key = self.atoms[atom].key
            free = key[0] == "idx" and _runs_freely(key[2])
            if key[0] in WRAPPERS or free or (key[0] == "over" and self._is_size(key[2])):
                atom = key[1]
                continue
            rest = [i for _, i in key[1] if not self._is_size(i)] if key[0] == "prod" else []
            if len(rest) != 1:
                return atom
            atom = rest[0]

    def _is_size(self, atom: int) -> bool:
        return bool(self.atoms[atom].key[0] == "size")

    def below(self, atom: int) -> Iterator[int]:
        """The atom and all that it holds."""
        waiting, seen = [atom], {atom}
        while waiting:
            found = waiting.pop()
            yield found
            new = [i for i in self.atoms[found].inside if i not in seen]
            seen.update(new)
            waiting += new


def _runs_freely(indices: tuple[str, ...]) -> bool:
    letters = [i for i in indices if not i.isdigit()]
    return len(letters) == len(indices) and len(set(letters)) == len(letters)


def scaled(form: Form, factor: float) -> Form:
    return tuple((i, c * factor) for i, c in form) if factor else ()


def added(forms: Iterable[Form]) -> Form:
    total: dict[int, float] = {}
    for form in forms:
        for i, c in form:
            total[i] = total.get(i, 0.0) + c
    return tuple(sorted((i, c) for i, c in total.items() if abs(c) > LIKE_ONE))
