"""Check a derivation line by line: statements, verdicts, report.

The names below load the checker when first used: who shows what was found needs `render` alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .choosing import check_derivation
    from .outcome import Verdict
    from .report import Report, Score, Step

_ROOMS = {
    "check_derivation": "choosing",
    "Verdict": "outcome",
    "Report": "report",
    "Score": "report",
    "Step": "report",
}
__all__ = ["Report", "Score", "Step", "Verdict", "check_derivation"]


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module 'grader.derivation' has no attribute {name!r}")
    return getattr(import_module(f"grader.derivation.{_ROOMS[name]}"), name)
