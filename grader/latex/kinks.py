"""Move numbers until what bends is asked close to its kinks, on both sides of each: `beside`.

A threshold that is a little off agrees with the right one at nearly every point that is drawn.
Here numbers (the entries of all variables in a row) are moved a little, so that entries of the
arguments of kinked functions lie at `DISTANCES` from 0. Places come in pairs, in the second of
which the same entries lie on the other side: an argument that is off by more than its distance is
then on the wrong side at one of the two.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.algebra.expressions import Expr
from grader.algebra.functions import Array
from grader.algebra.operations import Bend, bend_of
from grader.algebra.parts import all_parts

from .duals import Seed
from .errors import Unreadable
from .values import Draw, Numbers

DISTANCES = (0.002, 0.005, 0.02, 0.1)  # not nearer, as float32 must see the right side too
MOST = 8  # entries of one argument that are moved at once: each distance, on both sides
PAIRS = 8  # of places: an argument that is one number takes one distance at a time
STEPS = 10
NEAR = 1e-3  # of a distance that may be missed
APART = 0.05  # of an entry's slopes that no entry chosen before it may share
FAR = 10.0  # no number is moved beyond this


@dataclass(frozen=True)
class Seen:
    """The argument of a function with a kink at 0, at some numbers."""

    entries: Array  # (entries,)
    slopes: Array  # (entries, numbers): each entry's derivative by each number
    blind: Array  # (entries,): how little of it is felt; only the lowest are moved


@dataclass(frozen=True)
class Target:
    """An entry of an argument, and where it is to lie."""

    argument: int
    entry: int
    distance: float  # with its sign
    blind: int

    @property
    def wish(self) -> tuple[int, float]:
        """What is fulfilled where the target is met, on whichever side."""
        return self.argument, abs(self.distance)


Look = Callable[[Array], Sequence[Seen]]


def beside(start: Array, look: Look) -> Iterator[tuple[Array, ...]]:
    """Yield pairs of places near the start, until each argument was seen at each distance.

    Where only one side can be reached, one place stands for the pair.
    """
    wishes = {(a, d) for a in range(len(look(start))) for d in DISTANCES}
    for _ in range(PAIRS):
        targets = chosen(look(start), wishes)
        place, met = reached(start, look, targets)
        across = [replace(target, distance=-target.distance) for target in met or targets]
        mirror, met_across = reached(start if place is None else place, look, across)
        if pair := tuple(p for p in (place, mirror) if p is not None):
            yield pair
        wishes -= {target.wish for target in [*met, *met_across] or targets}
        if not wishes:
            return


def chosen(seen: Sequence[Seen], wishes: set[tuple[int, float]]) -> list[Target]:
    """The entries to move, and whither.

    At most half of an argument's entries, and none that moves with those chosen before, or that
    stands in the place of one: what is inside a kink hides what is outside it.
    """
    found: list[Target] = []
    basis: list[Array] = []
    taken = set()
    for argument, entry in in_turn(seen):
        distances = [d for d in DISTANCES if (argument, d) in wishes]
        here = sum(target.argument == argument for target in found)
        place = len(seen[argument].entries), entry
        if not distances or here == most_of(seen[argument]) or place in taken:
            continue
        slope = apart(seen[argument].slopes[entry], basis)
        if slope is not None:
            basis.append(slope)
            taken.add(place)
            sign = (-1) ** (here + here // len(distances))
            distance = distances[here % len(distances)]
            blind = int(seen[argument].blind[entry])
            found.append(Target(argument, entry, sign * distance, blind))
    return found


def in_turn(seen: Sequence[Seen]) -> Iterator[tuple[int, int]]:
    """The entries felt most with their arguments, these in turn; what is near 0 first."""
    orders = [np.lexsort((np.abs(one.entries), one.blind)) for one in seen]
    felt = [np.sum(one.blind == one.blind.min()) for one in seen]
    orders = [order[:most] for order, most in zip(orders, felt, strict=True)]
    for place in range(max(map(len, orders), default=0)):
        for argument, order in enumerate(orders):
            if place < len(order):
                yield argument, int(order[place])


def most_of(one: Seen) -> int:
    return min(MOST, max(1, len(one.entries) // 2))


def apart(slope: Array, basis: Sequence[Array]) -> Array | None:
    """The direction in which an entry moves and no other of the basis does, if there is one."""
    rest = slope
    for direction in basis:
        rest = rest - (rest @ direction) * direction
    size, whole = np.linalg.norm(rest), np.linalg.norm(slope)
    if not np.isfinite(size) or size <= APART * whole or size == 0:
        return None
    unit: Array = rest / size
    return unit


def reached(
    start: Array, look: Look, targets: Sequence[Target]
) -> tuple[Array | None, list[Target]]:
    """The place where the targets are met, and those that are; the others are given up."""
    left = list(targets)
    while left:
        place, missed = moved(start, look, left)
        if not missed:
            return place, left
        kept = [target for target in left if target not in missed]
        left = kept or left[: len(left) // 2]
    return None, []


def moved(start: Array, look: Look, targets: Sequence[Target]) -> tuple[Array, list[Target]]:
    """Where Newton's steps, the shortest ones, lead, and the targets missed there.

    Missed is also an entry that is felt less there than it was.
    """
    place, missed = start, list(targets)
    for _ in range(STEPS):
        seen = look(place)
        misses = np.array([t.distance - seen[t.argument].entries[t.entry] for t in targets])
        slopes = np.array([seen[t.argument].slopes[t.entry] for t in targets])
        close = np.abs(misses) <= NEAR * np.abs([t.distance for t in targets])
        if close.all():
            return place, [t for t in targets if seen[t.argument].blind[t.entry] > t.blind]
        missed = [t for t, is_close in zip(targets, close, strict=True) if not is_close]
        if not (np.isfinite(misses).all() and np.isfinite(slopes).all()):
            break
        place = place + np.linalg.pinv(slopes) @ misses
        if np.abs(place).max() > FAR:
            return place, list(targets)
    return place, missed


# ------------------------------------------------------------------ of terms


def draws_beside(draw: Draw, root: Expr, names: Sequence[str]) -> Iterator[tuple[Draw, ...]]:
    """Yield pairs of draws with the named variables moved beside the kinks of a term."""
    bends = bends_of(root)
    if not names or not bends:
        return
    ends = np.cumsum([draw.leaves[name].size for name in names])
    dead = [unfelt(draw, root, bend.at) for bend in bends]

    def there(numbers: Array) -> Draw:
        rows = zip(names, np.split(numbers, ends[:-1]), strict=True)
        moved = {name: row.reshape(draw.leaves[name].shape) for name, row in rows}
        return Draw(draw.lengths, {**draw.leaves, **moved})

    def look(numbers: Array) -> list[Seen]:
        duals = arguments(there(numbers), bends, names)
        return [seen(*dual, ends, blind) for dual, blind in zip(duals, dead, strict=True)]

    start = np.concatenate([draw.leaves[name].ravel() for name in names])
    for pair in beside(start, look):
        yield tuple(map(there, pair))


def bends_of(root: Expr) -> list[Bend]:
    """The operations with a kink, and what has its kink at 0."""
    return [bend for part in all_parts([root]) if (bend := bend_of(part)) and bend.kink]


@np.errstate(all="ignore")  # what has no value there is seen to have none
def arguments(draw: Draw, bends: Sequence[Bend], names: Sequence[str]) -> list[tuple[Array, Array]]:
    """The arguments' entries at a draw, and their derivatives by all entries of some variables."""
    slices = Draw(draw.lengths, {name: draw.leaves[name] for name in names}).slices()
    count = sum(draw.leaves[name].size for name in names)
    each = np.eye(count)
    tangents = {n: each[:, slices[n]].reshape(count, *draw.leaves[n].shape) for n in names}
    numbers, seed = Numbers(draw), Seed(count, tangents)
    found = []
    for dual in (numbers.dual(bend.argument, seed) for bend in bends):
        slopes = np.zeros((count, dual.value.size)) if dual.tangent is None else dual.tangent
        found.append((dual.value.ravel(), slopes.reshape(count, -1).T))
    return found


def seen(entries: Array, slopes: Array, ends: Array, dead: Array) -> Seen:
    """What is blind: what the value does not feel, or what some variables do not move."""
    still = np.array([~each.any(1) for each in np.split(slopes, ends[:-1], axis=1)])
    return Seen(entries, slopes, len(ends) * dead + still.sum(0))


def unfelt(draw: Draw, root: Expr, function: Expr) -> Array:
    """Which entries of a function the root does not depend on there."""
    numbers = Numbers(draw)
    size = numbers.of(function).size
    try:
        slopes = numbers.derivative(root, function)
    except Unreadable:
        return np.zeros(size, dtype=int)
    return np.where(slopes.reshape(size, -1).any(1), 0, 1)
