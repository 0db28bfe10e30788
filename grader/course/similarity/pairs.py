"""Compare all works with all, and show what each suspicious pair shares.

A work is cut into grams, runs of some tokens in which names are numbered as they come; so a gram
survives renaming, and most survive moving lines about. A gram that two of N students share is
worth log2(N / 2) bits, one that many share next to nothing, one of the edition or the solution
nothing. Grams overlap, so each counts by the part of it that is new: its bits over its length. The
bits of a pair are the sum; its share is what part they are of the smaller of both works.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import log2

from rapidfuzz.distance import Indel

from grader.budget import SECONDS, Budget, TooMuchError, costs_too_much, within
from grader.course.similarity.tokens import NAME, Token, logic, prose
from grader.course.similarity.works import Part, Work

LOGIC, PROSE = 8, 4  # tokens in a gram of code or mathematics, words in one of prose
LEAST_BITS, LEAST_SHARE = 12.0, 0.5
COMMON = 0.1  # a gram that more than this part of the class has is everybody's

Gram = tuple[str, ...]
Place = tuple[str, str, int]  # part, channel, position of the first token


@dataclass(frozen=True)
class Passage:
    """What two students share in one cell, as each of them wrote it."""

    cell: str
    bits: float
    left: str
    right: str


@dataclass(frozen=True)
class Pair:
    """Two students, how surprising it is what they share, and what it is."""

    left: str
    right: str
    bits: float
    share: float  # of what is rare in the smaller work, how much the other one has
    in_order: float  # of all tokens, how much stands in the same order in both
    passages: tuple[Passage, ...]


def similar(
    works: Iterable[Work],
    common: Iterable[Work] = (),
    least_bits: float = LEAST_BITS,
    least_share: float = LEAST_SHARE,
) -> list[Pair]:
    """The pairs that a person should look at, the most surprising first."""
    cut = {work.student: Cut(work) for work in works}
    given = {gram for work in common for gram in Cut(work).grams}
    worth = _worth(cut, given)
    own = {one: sum(worth.get(gram, 0.0) for gram in it.grams) for one, it in cut.items()}
    found = []
    for (left, right), grams in _shared(cut, worth).items():
        bits = sum(worth[gram] for gram in grams)
        share = bits / min(own[left], own[right])
        if bits >= least_bits and share >= least_share:
            found.append(_pair(cut[left], cut[right], bits, share, worth))
    return sorted(found, key=lambda pair: (-pair.bits, pair.left, pair.right))


class Cut:
    """A work cut into grams, with the places where each gram stands."""

    def __init__(self, work: Work) -> None:
        self.student = work.student
        self.parts = {part.name: part for part in _joined(work.parts)}
        self.tokens = _cut(tuple(self.parts.values()))
        self.grams: dict[Gram, list[Place]] = defaultdict(list)
        for (name, channel), tokens in self.tokens.items():
            for at, gram in enumerate(_grams(tokens, channel)):
                self.grams[gram].append((name, channel, at))


def _cut(parts: tuple[Part, ...]) -> dict[tuple[str, str], list[Token]]:
    """The tokens of each part; none of what is too much to read."""
    try:
        found: dict[tuple[str, str], list[Token]] = within(Budget(SECONDS / 2), tokens_of, parts)
    except TooMuchError:
        return {}
    return found


def tokens_of(parts: tuple[Part, ...]) -> dict[tuple[str, str], list[Token]]:
    """What a person thinks and what they say, part by part. A hand does this."""
    read = [part for part in parts if not costs_too_much(part.text)]
    logical = {(part.name, "logic"): logic(part) for part in read}
    return logical | {(part.name, "prose"): prose(part) for part in read}


def _joined(parts: Iterable[Part]) -> list[Part]:
    """One part a name: added cells, and those that a student split, are read one after another."""
    texts: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for part in parts:
        texts[part.name, part.is_code].append(part.text)
    several = {name for name, _ in texts if ((name, True) in texts) and ((name, False) in texts)}
    return [
        Part(
            f"{name} ({'code' if is_code else 'text'})" if name in several else name,
            is_code,
            "\n".join(said),
        )
        for (name, is_code), said in texts.items()
    ]


def _grams(tokens: list[Token], channel: str) -> Iterator[Gram]:
    length = LOGIC if channel == "logic" else PROSE
    for at in range(len(tokens) - length + 1):
        yield (channel, *_numbered(tokens[at : at + length]))


def _numbered(tokens: list[Token]) -> Iterator[str]:
    """The tokens of a gram, with names numbered in the order in which they come."""
    numbers: dict[str, str] = {}
    for token in tokens:
        if token.text == NAME:
            yield numbers.setdefault(token.spelling, f"{NAME}{len(numbers)}")
        else:
            yield token.text


def _worth(cut: Mapping[str, Cut], given: set[Gram]) -> dict[Gram, float]:
    """The bits of each gram; none for what was given and what many have."""
    having: dict[Gram, int] = defaultdict(int)
    for one in cut.values():
        for gram in one.grams:
            having[gram] += 1
    most = max(2.0, COMMON * len(cut))
    return {
        gram: log2(len(cut) / max(2, count)) / (len(gram) - 1)  # the first entry is the channel
        for gram, count in having.items()
        if gram not in given and count <= most
    }


def _shared(
    cut: Mapping[str, Cut], worth: Mapping[Gram, float]
) -> dict[tuple[str, str], set[Gram]]:
    """The rare grams of each pair that has any."""
    owners: dict[Gram, list[str]] = defaultdict(list)
    for student in sorted(cut):
        for gram in cut[student].grams:
            if worth.get(gram):
                owners[gram].append(student)
    found: dict[tuple[str, str], set[Gram]] = defaultdict(set)
    for gram, students in owners.items():
        for left, right in combinations(students, 2):
            found[left, right].add(gram)
    return found


def _pair(left: Cut, right: Cut, bits: float, share: float, worth: Mapping[Gram, float]) -> Pair:
    return Pair(
        left=left.student,
        right=right.student,
        bits=round(bits, 1),
        share=round(share, 3),
        in_order=round(_in_order(left, right), 3),
        passages=tuple(_passages(left, right, worth)),
    )


def _in_order(left: Cut, right: Cut) -> float:
    both = [
        [token.text for tokens in one.tokens.values() for token in tokens] for one in (left, right)
    ]
    return float(Indel.normalized_similarity(*both))


def _passages(left: Cut, right: Cut, worth: Mapping[Gram, float]) -> list[Passage]:
    """What both have, cell by cell: the lines on either side that hold shared rare grams."""
    bits: dict[tuple[str, str], float] = defaultdict(float)
    lines: dict[tuple[str, str], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for gram in left.grams.keys() & right.grams.keys():
        if not worth.get(gram):
            continue
        here, there = left.grams[gram][0], right.grams[gram][0]
        cells = here[0], there[0]
        bits[cells] += worth[gram]
        for side, (cut, place) in enumerate(((left, here), (right, there))):
            lines[cells][side].update(_lines(cut, place))
    passages = [
        Passage(
            cell=cells[0] if cells[0] == cells[1] else f"{cells[0]} / {cells[1]}",
            bits=round(bits[cells], 1),
            left=_text(left.parts[cells[0]], both[0]),
            right=_text(right.parts[cells[1]], both[1]),
        )
        for cells, both in lines.items()
    ]
    return sorted(passages, key=lambda passage: -passage.bits)


def _lines(cut: Cut, place: Place) -> Iterator[int]:
    name, channel, at = place
    length = LOGIC if channel == "logic" else PROSE
    return (token.line for token in cut.tokens[name, channel][at : at + length])


def _text(part: Part, lines: set[int]) -> str:
    said = part.text.splitlines()
    return "\n".join(said[line] for line in sorted(lines) if line < len(said))
