r"""Abbreviations a text defines for itself: `\def\p{\partial}`, `\newcommand{\tr}[1]{...}`."""

import re

from .errors import Unreadable
from .tex import MOST_TOKENS, Tex, argument, cut

Macros = dict[str, tuple[int, list[Tex]]]
DEFINES = re.compile(
    r"\\(?:def|gdef)\s*(?P<def>\\[A-Za-z]+)(?P<marks>(?:#\d)*)\s*(?=\{)"
    r"|\\(?:re)?newcommand\*?\s*\{?\s*(?P<new>\\[A-Za-z]+)\s*\}?(?:\[(?P<count>\d)\])?\s*(?=\{)"
    r"|\\DeclareMathOperator\*?\s*\{?\s*(?P<operator>\\[A-Za-z]+)\s*\}?\s*(?=\{)"
)
MOST_ROUNDS = 12  # of macros within macros


def macros_in(text: str) -> tuple[str, Macros]:
    """The text with its macro definitions blanked out, and what they define."""
    found: Macros = {}
    while (match := DEFINES.search(text)) and len(found) < 200:
        end = _end_of_group(text, match.end())
        body = cut(text[match.end() + 1 : end])
        if match["operator"]:
            body = [Tex(r"\operatorname", 0), Tex("{", 0), *body, Tex("}", 0)]
        marks = len(match["marks"] or "") // 2 or int(match["count"] or 0)
        found[match["def"] or match["new"] or match["operator"]] = (marks, body)
        blank = re.sub(r"[^\n]", " ", text[match.start() : end + 1])
        text = text[: match.start()] + blank + text[end + 1 :]
    return text, found


def _end_of_group(text: str, start: int) -> int:
    depth = 0
    for i in range(start, min(len(text), start + MOST_TOKENS)):
        depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return i
    return len(text)


def expanded(found: list[Tex], macros: Macros) -> list[Tex]:
    """The tokens with every macro put out; what comes from a macro stands where it was called."""
    for _ in range(MOST_ROUNDS):
        if not any(t.text in macros for t in found):
            return found
        found = _once(found, macros)
    raise Unreadable("macros within macros without an end", found[0].at)


def _once(found: list[Tex], macros: Macros) -> list[Tex]:
    out: list[Tex] = []
    i = 0
    while i < len(found):
        token = found[i]
        i += 1
        if token.text not in macros:
            out.append(token)
            continue
        marks, body = macros[token.text]
        arguments = []
        for _ in range(marks):
            inside, i = argument(found, i)
            arguments.append(inside)
        out += _filled(body, arguments, token)
        if len(out) > MOST_TOKENS:
            raise Unreadable("macros make this formula too long", token.at)
    return out


def _filled(body: list[Tex], arguments: list[list[Tex]], call: Tex) -> list[Tex]:
    out: list[Tex] = []
    i = 0
    while i < len(body):
        if body[i].text == "#" and i + 1 < len(body) and body[i + 1].number:
            place = int(body[i + 1].text[0]) - 1
            out += arguments[place] if place < len(arguments) else []
            i += 2
        else:
            out.append(Tex(body[i].text, call.at, body[i].spaced))
            i += 1
    return out
