"""Say whether a point is fair to every right answer: `is_fair` of each argument there."""

from typing import TYPE_CHECKING

from torch import Tensor

from grader.algebra.functions import FUNCTIONS

if TYPE_CHECKING:
    from grader.algebra.evaluate import Argument

OFF_KINK = 1e-3
SATURATION = 8.0


def is_fair(argument: "Argument") -> bool:
    """Whether this argument of a nonlinear function is tame, and on both sides of its kink."""
    one_number = argument.value.numel() == 1
    return is_tame(argument) and (not argument.kink or one_number or both_signs(argument.value))


def is_tame(argument: "Argument") -> bool:
    """Whether this argument of a nonlinear function is off its kink and does not saturate it."""
    size = argument.value.abs()
    function = FUNCTIONS.get(argument.function)
    if function and function.positive:  # positive numbers never saturate them
        return bool(argument.value.min() >= OFF_KINK) and bool(size.isfinite().all())
    if not bool(size.max() <= SATURATION):
        return False
    return not argument.kink or bool(size.min() >= OFF_KINK)


def both_signs(value: Tensor) -> bool:
    """Whether some entries are positive and some negative."""
    return bool((value > 0).any() and (value < 0).any())
