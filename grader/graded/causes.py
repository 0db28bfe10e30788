"""Why an answer is not right, as what a class can be counted by: kinds and names, never words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.catalogue import Reason

from .cells import MEASURES, GradedCell
from .record import STOPPED
from .verdict import Verdict

NUMBER = re.compile(r"-?\b\d+(\.\d+)?(e[+-]?\d+)?\b")
COUNTED = {  # under one heading, whatever the values
    "answer.not_finite": "counted.not_finite",
    "answer.overflows": "counted.not_finite",
    "answer.single_number": "counted.dimensions",
    "answer.dimensions": "counted.dimensions",
    "answer.arguments": "counted.arguments",
    "answer.none": "counted.type",
    "answer.type": "counted.type",
    "answer.list_refused": "counted.type",
    "answer.numpy_refused": "counted.type",
    "answer.diagnosis": "counted.unknown",
    "cell.not_there": "counted.not_there",
    "cell.not_there_as": "counted.not_there",
}
BY_TYPE = {
    "answer.raised": "counted.raised",
    "cell.error": "counted.error",
    "cell.error_on_further": "counted.error",
}


def causes(cell: GradedCell) -> tuple[Reason, ...]:
    """Why an answer in code is not right; none of one that is, or that nobody wrote."""
    if cell.kind != "test" or cell.status in ("ok", "missing", "manual"):
        return ()
    if cell.diagnosis:
        return tuple(Reason.of("counted.diagnosis", name=name) for name in cell.diagnosis)
    found = cell.reasons or tuple(_of_verdicts(cell))
    return tuple(dict.fromkeys(map(counted, found)))


def _of_verdicts(cell: GradedCell) -> Iterator[Reason]:
    for verdict in cell.verdicts:
        if not verdict.agrees:
            yield verdict.reasons[0] if verdict.reasons else _unknown(verdict)


def _unknown(verdict: Verdict) -> Reason:
    """It differs, and nobody knows why; where, if it is right elsewhere."""
    where = [dict(one.values)["where"] for one in verdict.remarks if one.kind == "remark.at"]
    return Reason.of("counted.at", where=where[0]) if where else Reason.of("counted.unknown")


def counted(reason: Reason) -> Reason:
    """The reason without what is one student's alone."""
    values = dict(reason.values)
    if values.get("type") == STOPPED:
        return Reason.of("stop.text", text=values["text"])
    if reason.kind in BY_TYPE:
        return Reason.of(BY_TYPE[reason.kind], type=values["type"])
    if reason.kind == "cell.said":
        return _of_the_test(str(values["text"]))
    return Reason.of(COUNTED[reason.kind]) if reason.kind in COUNTED else reason


def _of_the_test(text: str) -> Reason:
    """What a test that is written by hand says; in a check line, numbers are the student's."""
    name, *fields = text.split(" | ")
    if not fields:
        return Reason.of("cell.said", text=name)
    why = [one for one in fields if not MEASURES.match(one)]
    if not why or why[0].startswith("with "):
        return Reason.of("counted.unknown")
    return Reason.of("cell.said", text=NUMBER.sub("…", "; ".join(why)))
