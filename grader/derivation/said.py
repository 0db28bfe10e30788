r"""Definitions that a text gives in words or under a brace: `as_said(text, statements)`.

"Denote $CD - E$ by $R$" is $R = CD - E$; "let $j$ be the column of $m$ ones" is $j = 1_m$; "$M$ is
1 where $Z > 0$ and 0 elsewhere" is $M = [Z > 0]$; `\underbrace{CD - E}_{R}` is $R = CD - E$.
"""

import re
from collections.abc import Iterator

from grader.latex.dress import tokens
from grader.latex.tex import LABEL, Tex, argument

from .row import Part
from .text import Statement

# The words before, between and after two formulas, of which the first is a value or a name.
VALUE_FIRST = (
    re.compile(r"\b(?:denote|write|call|abbreviate|name)\s*$|[记記令把将將设設]\s*$", re.I),
    re.compile(r"by|as|记?为|記?為|[记記]?作|称为|稱為|记成", re.I),
)
NAME_FIRST = (
    re.compile(r"\b(?:let|write|where|with|and|here)\s*$|[记記令设設,，]\s*$", re.I),
    re.compile(r"be|denotes?|stands? for|abbreviates|表示|代表", re.I),
)
ONES = re.compile(
    r"(?:be|is|denotes?|for|als|是|为|為|表示)?\s*(?:the|a|an)?\s*"
    r"(?:column|vector|row)?\s*(?:of)?\s*(?:all)?\s*",
    re.I,
)
ONES_AFTER = re.compile(r"\s*(?:ones\b|个\s*1|個\s*1)", re.I)
ONES_ALONE = re.compile(
    r"\s*(?:be|is|denotes?|是|为|為|表示)\s*(?:the|a|an)?\s*"
    r"(?:column (?:vector )?of (?:all )?ones|all-?ones (?:column|vector)|vector of (?:all )?ones"
    r"|全\s*1\s*(?:列)?向量|全一(?:列)?向量|元素全为\s*1\s*的(?:列)?向量)",
    re.I,
)
MASK = re.compile(
    r"(?:is|be|equals|等于|等於|是|取)\s*\$?1\$?\s*(?:where|if|when|for|在|当|當)", re.I
)
MASK_AFTER = re.compile(
    r"\s*(?:(?:and|,|，|、)\s*)*(?:时|時)?\s*(?:and|,|，|、)?\s*(?:is|其余|其餘|其他|否则|否則)?\s*"
    r"\$?0\$?\s*(?:elsewhere|otherwise|else)?",
    re.I,
)
DELIMITERS = re.compile(r"^\s*(?:\$`?|\\\)|`\$)|(?:\$`?|\\\()\s*$")
LOOK_BACK = 40  # characters in which the words before stand


def as_said(text: str, found: list[Statement]) -> list[Statement]:
    """The statements, with those that stand in words and under braces among them."""
    out: list[Statement] = []
    i = 0
    while i < len(found):
        one = found[i]
        after = next((j for j in range(i + 1, len(found)) if not _is_number(found[j])), i)
        said = _in_words(text, one, found[after] if after > i else None)
        if said is not None:
            out.append(said[0])
            i = after + 1 if said[1] else i + 1
            continue
        out += _under_braces(one)
        out.append(one)
        i += 1
    return out


# ------------------------------------------------------------------ in words


def _in_words(text: str, one: Statement, other: Statement | None) -> tuple[Statement, bool] | None:
    """What one formula, or two in a row, define with the words around them; whether it is two."""
    if not _alone(one):
        return None
    if ONES_ALONE.match(_after(text, one)):
        return _defined(one, one, tokens(r"\mathbf{1}", _start(one))), False
    if other is None or not _alone(other):
        return None
    statement = _of_two(text, one, other)
    return (statement, True) if statement else None


def _of_two(text: str, one: Statement, other: Statement) -> Statement | None:
    before, between, after = _before(text, one), _between(text, one, other), _after(text, other)
    value = other.parts[0].tokens
    if ONES.fullmatch(between) and ONES_AFTER.match(after):
        size = "".join(t.text for t in value)
        return _defined(one, one, tokens(rf"\mathbf{{1}}_{{{size}}}", _start(other)))
    if VALUE_FIRST[0].search(before) and VALUE_FIRST[1].fullmatch(between):
        return _defined(one, other, one.parts[0].tokens)
    mask = MASK.fullmatch(between) and MASK_AFTER.match(after)
    if mask or (NAME_FIRST[0].search(before) and NAME_FIRST[1].fullmatch(between)):
        return _defined(one, one, value)
    return None


def _alone(statement: Statement) -> bool:
    """Whether it is one expression in a line of prose."""
    parts = statement.parts
    inline = not statement.display and not statement.plain
    return inline and len(parts) == 1 and not parts[0].relation and bool(parts[0].tokens)


def _is_number(statement: Statement) -> bool:
    """The 1 of "M is $1$ where $Z > 0$"."""
    return _alone(statement) and all(t.number for t in statement.parts[0].tokens)


def _defined(place: Statement, name: Statement, value: list[Tex]) -> Statement:
    parts = [Part("", name.parts[0].tokens), Part("=", value)]
    return Statement(parts, False, place.prose, place.segment, place.row, said=True)


def _start(statement: Statement) -> int:
    return statement.parts[0].tokens[0].at


def _end(statement: Statement) -> int:
    last = statement.parts[-1].tokens[-1]
    return last.at + len(last.text)


def _before(text: str, one: Statement) -> str:
    start = _start(one)
    return DELIMITERS.sub("", text[max(0, start - LOOK_BACK) : start])


def _after(text: str, one: Statement) -> str:
    end = _end(one)
    return DELIMITERS.sub("", text[end : end + 2 * LOOK_BACK])


def _between(text: str, one: Statement, other: Statement) -> str:
    return DELIMITERS.sub("", DELIMITERS.sub("", text[_end(one) : _start(other)])).strip()


# ------------------------------------------------------------------ under a brace


def _under_braces(statement: Statement) -> Iterator[Statement]:
    r"""A definition for each name below a brace, `\underbrace{XW}_{Z}`."""
    for part in statement.parts:
        for i, token in enumerate(part.tokens):
            if token.text == LABEL and i:
                label, _ = argument(part.tokens, i + 1)
                value = _braced_before(part.tokens, i)
                if label and value:
                    parts = [Part("", label), Part("=", value)]
                    yield Statement(parts, False, "", -1, 0, said=True)


def _braced_before(found: list[Tex], end: int) -> list[Tex]:
    """What the brace over a label holds: the group before it, or one sign."""
    if found[end - 1].text != "}":
        return [found[end - 1]]
    depth = 0
    for start in range(end - 1, -1, -1):
        depth += (found[start].text == "}") - (found[start].text == "{")
        if depth == 0:
            return found[start + 1 : end - 1]
    return []
