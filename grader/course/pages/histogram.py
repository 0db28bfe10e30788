"""A histogram of scores as a picture in the page itself (SVG), with labelled axes and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.course.pages.paper import template

MOST_BARS = 12
WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 18, 44
WIDTHS = (0.5, 1, 2, 3, 4, 5, 10, 20, 25, 50, 100)


@dataclass(frozen=True)
class Bar:
    """How many students have a score from `low` up to but not including `high`."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Mark:
    """A rectangle, or a number beside an axis."""

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0
    text: str = ""


def histogram(scores: Sequence[float], most: float, name: str) -> Markup:
    """The picture, or nothing where there is no score."""
    if not scores or most <= 0:
        return Markup()
    found = bars(scores, most)
    top = _round_up(max(bar.count for bar in found))
    drawn = template("histogram.svg.j2").render(
        width=WIDTH,
        height=HEIGHT,
        base=HEIGHT - BOTTOM,
        left=LEFT,
        right=WIDTH - RIGHT,
        rectangles=[_rectangle(bar, i, len(found), top) for i, bar in enumerate(found)],
        along=[_below(low, i, len(found)) for i, low in enumerate([*(b.low for b in found), most])],
        up=[_beside(count, top) for count in _ticks(top)],
        name=name,
        words=in_words(found, most),
    )
    return Markup(drawn)


def bars(scores: Sequence[float], most: float) -> list[Bar]:
    """The bars from 0 to the most that can be had; who has all of it counts in the last.

    >>> [(bar.low, bar.count) for bar in bars([0, 3, 4, 8], 8)]
    [(0.0, 1), (1.0, 0), (2.0, 0), (3.0, 1), (4.0, 1), (5.0, 0), (6.0, 0), (7.0, 1)]
    """
    width = next((w for w in WIDTHS if most / w <= MOST_BARS), math.ceil(most / MOST_BARS))
    count = math.ceil(most / width)
    places = [min(count - 1, max(0, int(score // width))) for score in scores]
    return [Bar(i * width * 1.0, min(most, (i + 1) * width), places.count(i)) for i in range(count)]


def in_words(found: Sequence[Bar], most: float) -> str:
    """The picture for those who do not see it."""
    parts = [f"{_range(bar, most)} points: {bar.count}" for bar in found if bar.count]
    return f"Students by score. {'; '.join(parts)}."


def _range(bar: Bar, most: float) -> str:
    return f"{bar.low:g} to {'' if bar.high >= most else 'under '}{bar.high:g}"


def _rectangle(bar: Bar, place: int, count: int, top: float) -> Mark:
    step, room = _step(count), HEIGHT - TOP - BOTTOM
    high = room * bar.count / top
    x = LEFT + place * step + 1.5
    return Mark(x, HEIGHT - BOTTOM - high, step - 3, high, str(bar.count) if bar.count else "")


def _below(points: float, place: int, count: int) -> Mark:
    return Mark(LEFT + place * _step(count), HEIGHT - BOTTOM + 16, text=f"{points:g}")


def _beside(count: int, top: float) -> Mark:
    return Mark(LEFT - 6, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / top, text=str(count))


def _step(count: int) -> float:
    return (WIDTH - LEFT - RIGHT) / count


def _ticks(top: int) -> list[int]:
    return [top] if top < 2 else [top // 2, top]


def _round_up(count: int) -> int:
    """The next even number, so that half of it is a whole one."""
    return max(1, count + count % 2) if count > 1 else 1
