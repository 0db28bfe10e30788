"""A budget is spent by work, and by nothing else."""

import time
from collections.abc import Callable

from grader.latex.budget import UNBOUNDED, Budget


def busy(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def questions(budget: Budget, between: Callable[[], None], most: int) -> int:
    """How often it was asked until it was spent."""
    for count in range(most):
        if budget.spent():
            return count
        between()
    return most


def test_work_spends_it() -> None:
    assert 9 <= questions(Budget(0.1), lambda: busy(0.01), most=50) <= 12


def test_waiting_does_not() -> None:
    assert questions(Budget(0.02), lambda: time.sleep(0.01), most=20) == 20


def test_one_long_pause_does_not() -> None:
    """Such as Python's own, when it collects garbage among millions of objects."""
    budget = Budget(0.1)
    busy(0.3)
    assert not budget.spent()
    busy(0.3)
    assert not budget.spent()


def test_one_without_bounds_is_never_spent() -> None:
    assert questions(UNBOUNDED, lambda: None, most=100) == 100
