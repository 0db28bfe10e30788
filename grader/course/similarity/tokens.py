"""Turn code, mathematics and prose into tokens that do not change when somebody tidies up.

Names keep a mark instead of their spelling, so renaming changes nothing; brackets, spacing and
comments go, so layout changes nothing; 2 and 2.0 are the same number.
"""

from __future__ import annotations

import io
import keyword
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from grader.course.similarity.works import Part

NAME = "\0"  # what a name is until its gram gives it a number


@dataclass(frozen=True)
class Token:
    """One token: what is compared, the spelling, and the line it stands in (from 0)."""

    text: str
    spelling: str
    line: int


LAYOUT = {"(", ")", "{", "}", "$", "&", "\\\\", "\\left", "\\right", "\\big", "\\Big", "\\quad"}
LAYOUT |= {"\\,", "\\;", "\\!", "\\:", "\\ ", "\\displaystyle", "\\begin", "\\end", "aligned"}
LATEX = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[A-Za-z]+|[^\W\d_]|[^\s\w]", re.DOTALL)
CODE = re.compile(r"\d+(?:\.\d*)?(?:e-?\d+)?|\w+|[^\s\w]")
MATHS = re.compile(r"\$\$.*?\$\$|\$.*?\$|\\begin\{.*?\\end\{[a-z*]+\}|\\\[.*?\\\]", re.DOTALL)
WORD = re.compile(r"[a-zA-Z][\w'-]+|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
DROPPED = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
DROPPED |= {tokenize.ENCODING, tokenize.ENDMARKER}


def logic(part: Part) -> list[Token]:
    """The code of a cell, or the mathematics of a written one."""
    return list(_code(part.text) if part.is_code else _maths(part.text))


def prose(part: Part) -> list[Token]:
    """The words of a cell: its comments and strings, or its text around the mathematics."""
    text = _comments(part.text) if part.is_code else MATHS.sub(_blank, part.text)
    return [
        Token(word[0].casefold(), word[0], line)
        for line, said in enumerate(text.splitlines())
        for word in WORD.finditer(said)
    ]


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _code(text: str) -> Iterator[Token]:
    try:
        found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        yield from _broken_code(text)
        return
    before = ""
    for one in found:
        if one.type in DROPPED or one.string in LAYOUT or one.type == tokenize.STRING:
            continue
        yield Token(_neutral(one.string, before), one.string, one.start[0] - 1)
        before = one.string


def _broken_code(text: str) -> Iterator[Token]:
    """Code that Python cannot read is compared all the same."""
    before = ""
    for line, said in enumerate(text.splitlines()):
        for one in CODE.finditer(said.partition("#")[0]):
            if one[0] not in LAYOUT:
                yield Token(_neutral(one[0], before), one[0], line)
                before = one[0]


def _neutral(text: str, before: str) -> str:
    """A name of the writer's own becomes a mark; what follows a dot is a library's."""
    if text.isidentifier() and before != "." and not keyword.iskeyword(text):
        return NAME
    return _number(text)


def _number(text: str) -> str:
    try:
        return f"{float(text):g}" if text[0].isdigit() else text
    except ValueError:
        return text


def _maths(text: str) -> Iterator[Token]:
    for found in MATHS.finditer(text):
        first = text.count("\n", 0, found.start())
        for one in LATEX.finditer(found[0]):
            if one[0] not in LAYOUT:
                line = first + found[0].count("\n", 0, one.start())
                is_name = one[0].isalpha()
                yield Token(NAME if is_name else _number(one[0]), one[0], line)


def _comments(text: str) -> str:
    """Comments and strings alone, each in its line."""
    lines = [""] * (text.count("\n") + 1)
    try:
        for one in tokenize.generate_tokens(io.StringIO(text).readline):
            if one.type in (tokenize.COMMENT, tokenize.STRING):
                for offset, said in enumerate(one.string.splitlines()):
                    lines[one.start[0] - 1 + offset] += f" {said}"
    except (tokenize.TokenError, SyntaxError, IndexError):
        lines = [said.partition("#")[2] for said in text.splitlines()]
    return "\n".join(lines)
