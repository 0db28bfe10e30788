"""How hard a question was, and whether it tells those who know from those who do not.

Sources: difficulty as the mean share of the points (Crocker and Algina, Introduction to Classical
and Modern Test Theory, 1986, ch. 14). The upper-lower index compares the best and the last 27 % of
a class, a share that Kelley found best for it (The selection of upper and lower groups for the
validation of test items, Journal of Educational Psychology 30, 1939, 17-24). The correlation is the
point-biserial one where a question is right or wrong, Pearson's otherwise, with the score on all
*other* questions, so that no question is correlated with itself (Henrysson, Correction of
item-total correlations in item analysis, Psychometrika 28, 1963, 211-218).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean

GROUP = 0.27  # of the class, at either end
FEWEST = 10  # students, below which the indices say more of chance than of the question


@dataclass(frozen=True)
class Item:
    """One graded cell over the class; an index is None where it would mean nothing."""

    name: str
    claim: str
    max_score: float
    count: int  # students whose answer has a score
    waiting: int  # students whose answer a person has yet to read
    difficulty: float | None  # the mean share of its points: 1 is easy
    upper_lower: float | None  # -1 to 1
    correlation: float | None  # -1 to 1

    @property
    def is_doubtful(self) -> bool:
        """Whether those who did well elsewhere did no better here, though it can be missed."""
        weak = [index for index in (self.upper_lower, self.correlation) if index is not None]
        return bool(weak) and max(weak) < 0.1 and 0.05 < (self.difficulty or 0) < 0.95


def item(
    name: str,
    claim: str,
    max_score: float,
    scores: Mapping[str, float],
    totals: Mapping[str, float],
) -> Item:
    """A question's indices, from its scores by student and the students' totals."""
    shares = [score / max_score for score in scores.values()] if max_score else []
    rest = [totals[student] - score for student, score in scores.items()]
    many = len(shares) >= FEWEST
    return Item(
        name,
        claim,
        max_score,
        len(scores),
        len(totals) - len(scores),
        fmean(shares) if shares else None,
        upper_lower(shares, [totals[student] for student in scores]) if many else None,
        correlated(shares, rest) if many else None,
    )


def upper_lower(shares: Sequence[float], totals: Sequence[float]) -> float:
    """The mean share of the best 27 % less that of the last 27 %.

    >>> upper_lower([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    1.0
    """
    size = max(1, round(GROUP * len(shares)))
    best = _mean_of_first(shares, [-total for total in totals], size)
    return best - _mean_of_first(shares, totals, size)


def _mean_of_first(shares: Sequence[float], order: Sequence[float], size: int) -> float:
    """The mean over the first `size`; of those that tie at the border, each counts for a part."""
    border = sorted(order)[size - 1]
    inside = [share for share, place in zip(shares, order, strict=True) if place < border]
    tied = [share for share, place in zip(shares, order, strict=True) if place == border]
    return (sum(inside) + (size - len(inside)) * fmean(tied)) / size


def correlated(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Pearson's correlation; None where one of the two does not vary."""
    try:
        found = correlation(one, other)
    except StatisticsError:
        return None
    return found if math.isfinite(found) else None
