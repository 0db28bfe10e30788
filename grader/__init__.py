"""Say a matrix-calculus problem as its formula, and check answers to it.

    from grader import Problem, check

The names below are what notebooks import; they load torch only when first used, so that the command
line starts fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.checks import CheckFailed, check, check_equal, true_gradients
    from grader.derivation.notebook import check_derivations
    from grader.precision import default_dtype
    from grader.problem import Mistake, Problem

__version__ = "0.1.0"

_ROOMS = {
    "Mistake": "problem",
    "Problem": "problem",
    "check": "checks",
    "check_equal": "checks",
    "check_derivations": "derivation.notebook",
    "default_dtype": "precision",
    "CheckFailed": "checks",
    "true_gradients": "checks",
}
__all__ = [
    "CheckFailed",
    "Mistake",
    "Problem",
    "check",
    "check_derivations",
    "check_equal",
    "default_dtype",
    "true_gradients",
]


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    return getattr(import_module(f"grader.{_ROOMS[name]}"), name)
