r"""What a sum runs over: `over(below, above, at)` of the `i=1` and the `m-1` of `\sum_{i=1}^{m-1}`.

Nothing that is typed there is dropped: what is neither index nor bound is kept as `said`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .errors import Unreadable
from .tex import CLOSE, OPEN, Tex, argument, flat
from .tree import Bound, Over

SIGNS = {
    "=": "=", "<": "<", ">": ">", r"\lt": "<", r"\gt": ">", r"\le": "<=", r"\leq": "<=",
    r"\leqslant": "<=", r"\ge": ">=", r"\geq": ">=", r"\geqslant": ">=", r"\ne": "!=",
    r"\neq": "!=", r"\in": "in",
}  # fmt: skip
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}
SUMS = {r"\sum", r"\Sigma"}
DOTS = {"dots", "ldots", "cdots", "..."}
INDICES = re.compile(r"([a-z])(?!\1)([a-z])?(?!\1|\2)([a-z])?|")
PLACE = re.compile(r"(?P<name>[A-Za-z]+(?:_\w+)?)?(?P<by>[+-]?\d+)?")


def over(below: Sequence[Tex], above: Sequence[Tex], at: int) -> Over:
    """What stands below and above a sum sign."""
    found = _Range(at)
    for item in _items(below):
        found.take(*_chain(item))
    found.end(flat(above))
    return Over(tuple(found.indices), tuple(found.bounds), tuple(found.paired), tuple(found.said))


def parted(below: Sequence[Tex]) -> tuple[list[Tex], list[Tex]]:
    r"""The index and the condition of \sum_{i : y_i > 0}."""
    colon = next((i for i, token in enumerate(below) if token.text in (":", r"\mid", "|")), None)
    if colon is None:
        return list(below), []
    return list(below[:colon]), list(below[colon + 1 :])


def sums(found: Sequence[Tex]) -> Iterator[Over]:
    """What the sums among these tokens run over."""
    for i, token in enumerate(found[:-2]):
        if token.text in SUMS and found[i + 1].text == "_":
            copy = list(found)
            below, end = argument(copy, i + 2)
            below = parted(below)[0]
            above = (
                argument(copy, end + 1)[0] if [t.text for t in copy[end : end + 1]] == ["^"] else []
            )
            try:
                yield over(below, above, token.at)
            except Unreadable:
                continue


def summed(found: Sequence[Tex]) -> set[str]:
    """The letters over which the sums among these tokens run."""
    return {index for one in sums(found) for index in (*one.indices, *one.paired)}


def place(text: str) -> tuple[str, int] | None:
    """The name and the number that m-1 adds up; None for what is neither."""
    match = PLACE.fullmatch(text)
    return (match["name"] or "", int(match["by"] or 0)) if match and text else None


@dataclass
class _Range:
    """What was read of it so far."""

    at: int
    indices: list[str] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    paired: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)  # the i of i,j=1
    from_zero: bool = False

    def take(self, sides: Sequence[str], signs: Sequence[str]) -> None:
        """One of the things between commas."""
        plain = re.sub(r"[(),]", "", sides[0])
        letters = list(plain) if INDICES.fullmatch(plain) else []
        if len(sides) > 1 and not all(sides):
            raise Unreadable("what this sum runs over is not understood", self.at)
        if not signs and self.said and self.said[-1] in DOTS:  # i = 1, ..., m
            self.end(sides[0])
        elif not signs:
            self.indices += letters
            self.without += letters
            self.said += [] if letters else [sides[0]]
        elif signs[0] == "in":
            self.indices += letters
            self.said.append("in".join(sides))
        elif signs == ["="]:
            self._begin(letters, sides)
        else:
            for left, sign, right in zip(sides, signs, sides[1:], strict=False):
                self._bound(left, sign, right)

    def _begin(self, letters: list[str], sides: Sequence[str]) -> None:
        self.indices += letters
        self.from_zero = sides[1] == "0"
        if sides[1] not in ("0", "1"):
            self.bounds += [(i, ">=", sides[1]) for i in [*self.without, *letters]]
        self.said += [] if letters else ["=".join(sides)]
        self.without = []

    def _bound(self, left: str, sign: str, right: str) -> None:
        """What i < j, or 1 <= i, says."""
        ordered = [(left, sign, right), (right, TURNED.get(sign, ""), left)]
        known = next((o for o in ordered if len(o[0]) == 1 and o[0].islower() and o[1]), None)
        if known is None:
            raise Unreadable("what this sum runs over is not understood", self.at)
        index, _, other = known
        if index not in (*self.indices, *self.paired):
            self.indices.append(index)
        if index == left and len(other) == 1 and other.islower():
            self.paired.append(other)
        if known[1:] not in ((">=", "1"), (">", "0")):
            self.bounds.append(known)

    def end(self, upper: str) -> None:
        """What stands above, or behind dots."""
        if not upper:
            return
        if not self.indices:
            self.said.append(upper)
            return
        known = place(upper)
        if self.from_zero and known is not None:
            name, number = known[0], known[1] + 1
            upper = f"{name}{number:+d}" if name and number else name or str(number)
        self.bounds.append((self.indices[-1], "<=", upper))


def _items(found: Iterable[Tex]) -> Iterator[list[Tex]]:
    r"""What stands between commas and row ends, in no bracket; `\substack` says nothing."""
    depth, item = 0, list[Tex]()
    for token in found:
        depth += (token.text in OPEN) - (token.text in CLOSE)
        if depth <= 0 and token.text in (",", ";", "\\\\"):
            yield item
            item = []
        elif token.text != r"\substack":
            item.append(token)
    if item:
        yield item


def _chain(item: Iterable[Tex]) -> tuple[list[str], list[str]]:
    """The sides of a chain of relations, and its signs."""
    sides: list[list[Tex]] = [[]]
    signs: list[str] = []
    for token in item:
        if token.text in SIGNS:
            signs.append(SIGNS[token.text])
            sides.append([])
        else:
            sides[-1].append(token)
    return [flat(side) for side in sides], signs
