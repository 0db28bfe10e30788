"""Each token of an expression is used: an unknown sign in its place does not go unnoticed."""

from dataclasses import fields

import pytest

from grader.derivation.command import variables_of
from grader.derivation.definitions import Document
from grader.derivation.source import Source
from grader.latex.cursor import Reading
from grader.latex.errors import Unreadable
from grader.latex.lexer import read_whole
from grader.latex.names import Names
from grader.latex.tex import Tex
from grader.latex.tree import Node

from .texts import Written, written

TEXTS = written("corpus") + written("further") + written("second") + written("third")
WITHOUT_MEANING = {"&", r"\quad", r"\qquad", "."}  # signs that only set things apart


def said(value: object) -> object:
    """A tree without its places in the text."""
    if isinstance(value, Node):
        return type(value).__name__, *(said(getattr(value, f.name)) for f in fields(value)[1:])
    return tuple(map(said, value)) if isinstance(value, tuple) else value


def read(tokens: list[Tex], names: Names) -> object:
    try:
        return said(read_whole(list(tokens), Reading(names)))
    except (Unreadable, IndexError):
        return None


def unused(text: Written) -> list[str]:
    """The tokens that may be anything, each with what stands around it."""
    variables = variables_of(text.problem["vars"])
    document = Document(Source(text.text, variables, text.problem["given"]))
    found = []
    for statement in document.statements:
        for part in statement.parts:
            whole = read(part.tokens, document.names) if isinstance(part.node, Node) else None
            for i, token in enumerate(part.tokens if whole else ()):
                if token.text in WITHOUT_MEANING:
                    continue
                other = Tex(r"\unknown", token.at)
                if read([*part.tokens[:i], other, *part.tokens[i + 1 :]], document.names) == whole:
                    found.append(" ".join(t.text for t in part.tokens[max(0, i - 6) : i + 6]))
    return found


@pytest.mark.parametrize("text", TEXTS[::4], ids=lambda text: text.name)
def test_each_token_is_used(text: Written) -> None:
    assert unused(text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_each_token_of_all_texts_is_used(text: Written) -> None:
    assert unused(text) == []
