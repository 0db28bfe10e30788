r"""What holds for some indices only: `$i = j$` or `$i \neq j$` in the words before some lines.

A case lasts until the next one, a heading, or words that put the cases together. Under it an
equation need only hold where it applies.
"""

import re
from dataclasses import dataclass, replace

from grader.catalogue import Reason

from .case import Case, case_of
from .compare import holds_where
from .equation import Equations
from .outcome import Outcome, Verdict
from .text import Statement

AROUND = re.compile(r"\b([i-n])\s*\$?\s*(=|\\neq?|≠|\\not\s*=)\s*\$?\s*((?!\1)[i-n])\b")
TOGETHER = re.compile(
    r"^#|\b(both|together|combin\w+|altogether|every|all|any)\b"
    r"|两种|兩種|合|综上|綜上|总之|總之|每个|每個|任意|所有",
    re.I | re.M,
)


@dataclass
class Cases:
    """The case that is spoken of."""

    equations: Equations
    now: Case | None = None

    def hear(self, statement: Statement) -> None:
        """Take note of a statement that is a case, and of words that end one."""
        if TOGETHER.search(statement.prose):
            self.now = None
        self.now = case_of(statement, self.equations.document.names) or self.now

    def under(self, wrong: Outcome, around: str) -> Outcome | None:
        """What a line says that does not hold for all indices, if it holds in a case that was
        spoken of, or is in what stands around it.
        """
        said = [Case((one, other), sign == "=") for one, sign, other in AROUND.findall(around)]
        for case in [self.now, *said]:
            outcome = self._in(case, wrong) if case else None
            if outcome is not None:
                return outcome
        return None

    def _in(self, case: Case, wrong: Outcome) -> Outcome | None:
        terms, numbers = wrong.terms, wrong.numbers
        if terms is None or numbers is None:  # its sizes do not fit: what is meant is not clear
            return Outcome(Verdict.CONDITION, Reason.of("derivation.some_indices"))
        if not holds_where(numbers, terms, case.pair, case.same):
            return None
        kind = "derivation.where_same" if case.same else "derivation.where_not_same"
        remark = Reason.of(kind, one=case.pair[0], other=case.pair[1])
        return replace(wrong, verdict=Verdict.REMARK, message=None, remarks=(remark,), assumed=True)
