"""What was taken for a whole text, said once at its top: `taken(document)`."""

from collections.abc import Iterator
from dataclasses import fields

from grader.catalogue import Reason
from grader.latex.conventions import USUAL

from .definitions import Document


def taken(document: Document) -> Iterator[Reason]:
    """A reason for each answer that is not the usual one."""
    conventions, objective = document.conventions, document.objective
    for field in fields(conventions):
        answer = getattr(conventions, field.name)
        if field.name == "meanings":
            for meaning in answer:
                said = {"name": meaning.name, "what": meaning.kind, "function": meaning.function}
                yield Reason.of("convention.meanings", **said)
        elif answer != getattr(USUAL, field.name):
            yield Reason.of(f"convention.{field.name}", answer=answer, objective=objective)
