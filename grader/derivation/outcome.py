"""What comes of one equation: `Verdict` and `Outcome`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Misfit
from grader.catalogue import Reason
from grader.latex.asking import Key
from grader.latex.errors import TooLong, Unreadable
from grader.latex.values import Numbers

from .compare import Comparison


class Verdict(StrEnum):
    """What is said of a step."""

    OK = "ok"
    REMARK = "ok_with_remark"
    DEFINITION = "definition"
    WRONG = "wrong"
    NOT_UNDERSTOOD = "not_understood"
    CONDITION = "condition"
    RULE = "rule"
    CONFLICT = "conflict"
    NOT_CHECKED = "not_checked"


GOOD = {Verdict.OK, Verdict.REMARK}
DEFINES = {Verdict.DEFINITION, Verdict.CONFLICT}


@dataclass(frozen=True)
class Outcome:
    """The verdict on one equation and what it rests on."""

    verdict: Verdict
    message: Reason | None = None
    remarks: tuple[Reason, ...] = ()
    at: int | None = None
    comparison: Comparison | None = None
    terms: tuple[Expr, Expr] | None = None
    numbers: Numbers | None = None
    meanings: Mapping[Key, int] | None = None
    unknown: tuple[str, ...] = ()  # names in it that nobody declared
    assumed: bool = False  # it holds under what the text supposes, not always

    @property
    def good(self) -> bool:
        return self.verdict in GOOD


def unread(error: Unreadable) -> Outcome:
    """An expression that could not be read."""
    kind = "derivation.too_long" if isinstance(error, TooLong) else "derivation.unread"
    message = Reason.of(kind, said=error.message)
    return Outcome(Verdict.NOT_UNDERSTOOD, message, at=error.at)


def misfitting(misfit: Misfit) -> Reason:
    return Reason.of("derivation.misfit", said=misfit.message)


def rule(unknown: Sequence[str]) -> Outcome:
    message = Reason.of("derivation.rule", names=", ".join(unknown))
    return Outcome(Verdict.RULE, message, unknown=tuple(unknown))
