"""What was taken for a whole text, said once at its top: `taken(document)`."""

import re
from collections.abc import Iterator
from dataclasses import fields

from grader.catalogue import Reason
from grader.latex.conventions import USUAL

from .definitions import Document

ACCENT = re.compile(r"^([a-z]+)\.(\w)")


def taken(document: Document) -> Iterator[Reason]:
    """A reason for each answer that is not the usual one."""
    conventions, objective = document.conventions, document.objective
    for field in fields(conventions):
        answer = getattr(conventions, field.name)
        if field.name == "meanings":
            for meaning in answer:
                name = ACCENT.sub(r"\\\1{\2}", meaning.name.replace("cal.", "mathcal."))
                said = {"name": name, "what": meaning.kind, "function": meaning.function}
                yield Reason.of("convention.meanings", **said)
        elif answer != getattr(USUAL, field.name):
            yield Reason.of(f"convention.{field.name}", answer=answer, objective=objective)
