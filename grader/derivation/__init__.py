"""Check a derivation line by line: statements, verdicts, report."""

from .checker import check_derivation
from .equation import Verdict
from .report import Report, Score, Step

__all__ = ["Report", "Score", "Step", "Verdict", "check_derivation"]
