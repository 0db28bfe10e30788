"""Say in words what is known as a value: the one place where sentences are made.

    why = Reason.of("answer.transposed")
    sentence(why)                          # "the shape is transposed"

A `Reason` is a kind and the values that its sentence names. Whatever is decided, counted or
compared is decided by the kind; the sentence is made where it is shown. `GRADER_CATALOGUE=reversed`
shows each sentence backwards: nothing but what people read may change by it, and a test holds that.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import answers, derivations, people, repairs

Value = str | int | float | bool | None
Sentence = str | Callable[..., str]

SENTENCES: Mapping[str, Sentence] = {
    **answers.SENTENCES,
    **derivations.SENTENCES,
    **people.SENTENCES,
    **repairs.SENTENCES,
}


@dataclass(frozen=True)
class Reason:
    """Why something is as it is: a kind that SENTENCES knows, and what its sentence names."""

    kind: str
    values: tuple[tuple[str, Value], ...] = ()

    @classmethod
    def of(cls, kind: str, **values: Value) -> "Reason":
        """The reason of this kind; KeyError if the catalogue has no sentence for it."""
        SENTENCES[kind]
        return cls(kind, tuple(sorted(values.items())))

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, **dict(self.values)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Reason":
        """As it was written; of another version's kinds no more than the kind is known."""
        if given["kind"] not in SENTENCES:
            return cls.of("record.other_version", what=str(given["kind"]))
        return cls.of(**given)


def sentence(reason: Reason) -> str:
    """What a person reads of it."""
    made = SENTENCES[reason.kind]
    values = dict(reason.values)
    text = made.format(**values) if isinstance(made, str) else made(**values)
    return text[::-1] if os.environ.get("GRADER_CATALOGUE") == "reversed" else text


def sentences(reasons: Iterable[Reason]) -> list[str]:
    """What a person reads of several."""
    return [sentence(reason) for reason in reasons]
