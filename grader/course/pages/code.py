"""A student's code as HTML, with its words coloured; quoted plainly where it is not Python."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from grader.budget import costs_too_much

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

LONGEST = 30_000


def code(source: str) -> Markup:
    """Python source in which keywords, texts, numbers and comments can be told apart."""
    if len(source) > LONGEST:
        return escape(source[:LONGEST] + "\n...")
    return escape(source) if costs_too_much(source) else _coloured(source)


@lru_cache(maxsize=1024)
def _coloured(source: str) -> Markup:
    return Markup("").join(_span(kind, text) for kind, text in _lexer().get_tokens(source)).rstrip()


@cache
def _lexer() -> Lexer:
    from pygments.lexers import PythonLexer

    return PythonLexer()


def _span(kind: _TokenType, text: str) -> Markup:
    name = _class_of(kind)
    return Markup('<span class="{}">{}</span>').format(name, text) if name else escape(text)


@cache
def _class_of(kind: _TokenType) -> str:
    from pygments.token import Comment, Keyword, Number, Operator, String

    names = {Comment: "c", Keyword: "k", Operator.Word: "k", String: "s", Number: "n"}
    return next((name for token, name in names.items() if kind in token), "")
