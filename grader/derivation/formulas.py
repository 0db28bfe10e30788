r"""The formulas of a Markdown text as typed: `formulas(text)`, each with the prose before it.

Formulas stand in `$`, `$$`, `\[`, `\(` or an environment; an equation of whole lines may be typed
without any. What is code, a comment or struck out holds none. Offsets are those of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.latex.names import CODE as CODE_WORDS
from grader.latex.names import function_named

ENVIRONMENTS = (
    "equation|align|aligned|gather|gathered|eqnarray|multline|split|alignat|flalign|displaymath"
    "|array|alignedat|math|cases"
)
SEGMENT = re.compile(
    r"(?<!\\)\$\$(?P<dollars>.+?)(?<!\\)\$\$"
    r"|\\\\\[(?P<escaped>.+?)\\\\\]"  # as Jekyll wants them: \\[ and \\(
    r"|\\\\\((?P<escaped_paren>.+?)\\\\\)"
    r"|\\\[(?P<bracket>.+?)\\\]"
    r"|\\\((?P<paren>.+?)\\\)"
    rf"|\\begin\{{(?P<name>{ENVIRONMENTS})\*?\}}.+?\\end\{{(?P=name)\*?\}}"
    r"|(?<![\\$])\$(?P<dollar>[^$]+?)(?<!\\)\$(?!\$)",
    re.S,
)
FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*(\w*)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.S | re.M)
TICKED = re.compile(r"\$`(?P<math>[^`$\n]+)`\$")  # GitHub's and GitLab's way to write $...$
COMMENT = re.compile(r"<!--.*?-->", re.S)
CODE = re.compile(r"(?<!`)`([^`\n$]+)`(?!`)")
QUOTED = re.compile(r"(?:^[ \t]*>[^\n]*(?:\n|\Z))+", re.M)  # lines of a quotation
STRUCK = re.compile(
    r"~~(?=\S)(?:(?!\n[ \t]*\n).)+?~~|<(del|s|strike)\b[^>]*>.*?</\1\s*>", re.S | re.I
)
ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " "}
ENTITY = re.compile("|".join(ENTITIES))
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
PRINTED = re.compile(r"tensor\s*\(|requires\\?_grad|dtype\s*=")  # what torch printed, pasted
JOINS = re.compile(r"[ \t]*[=＝][ \t]*")
CALLS = re.compile(r"[ \t]*(?:np|numpy|torch)\.\w+\([ \t]*")  # $\frac1m$ np.sum($dZ$, axis=1)
CALLED = re.compile(r"\$(?:[ \t]*,[ \t]*\w+[ \t]*=[ \t]*\w+)*[ \t]*\)")
HEAD_OUTSIDE = re.compile(r"(?:^|[^\w\\])([A-Za-z]\w*)[ \t]*=[ \t]*$")
PLAIN = re.compile(
    r"^[ \t>]*+(?:(?:[-*+]|\d+[.)])[ \t]++)?+"
    r"(?:(?:Let|So|Then|Thus|Hence|Therefore|and|where|令|设|設|则|則|所以|故|得)[ \t:：,，]*+)*+"
    r"(?:[A-Z][a-z]+(?: [a-z]+){0,3}:[ \t]++)?+"  # Forward pass:
    r"(?P<math>[^\s$`=][^\n$`=]{0,300}=(?!=)[^\n$`]{1,500})$",
    re.M,
)
PLAIN_WORDS = CODE_WORDS | {"grad"}
WORD = re.compile(r"[A-Za-z]{4,}|[\u4e00-\u9fff]|\*\*|https?:|\|.*\|.*\|")


@dataclass(frozen=True)
class Segment:
    """One formula of a text."""

    math: str
    at: int
    display: bool
    prose: str
    plain: bool = False  # a line typed without any $


def formulas(text: str) -> Iterator[Segment]:
    """The formulas of a text in order; `$a$ = $b$` is one."""
    joined: Segment | None = None
    text = _as_shown(text)
    for found in _outside_code(text):
        if joined and not found.display and CALLS.fullmatch(found.prose):
            joined = _called(text, joined, found)
            continue
        if joined and not found.display and JOINS.fullmatch(found.prose) and not found.plain:
            between = " = ".rjust(found.at - joined.at - len(joined.math))
            joined = Segment(joined.math + between + found.math, joined.at, False, joined.prose)
            continue
        if joined:
            yield joined
        joined = found
    if joined:
        yield joined


def _called(text: str, before: Segment, inside: Segment) -> Segment:
    """A formula and a call in code of another one, which are one expression."""
    end = inside.at + len(inside.math)
    rest = CALLED.match(text, end)
    math = text[before.at : rest.end() if rest else end]
    return Segment(math.replace("$", " "), before.at, False, before.prose)


def _outside_code(text: str) -> Iterator[Segment]:
    last = 0
    struck = _struck(text)
    for match in SEGMENT.finditer(text):
        prose = text[last : match.start()]
        yield from _plain_lines(text, last, match.start())
        math, at, display = _formula(match)
        outside = HEAD_OUTSIDE.search(prose)
        if outside:  # f = $...$, the left side typed outside
            start = last + outside.start(1)
            math, at = text[start : match.start()] + " " * (at - match.start()) + math, start
        last = match.end()
        if not PRINTED.search(math) and not any(a < match.start() < b for a, b in struck):
            yield Segment(math, at, display, prose)
    yield from _plain_lines(text, last, len(text))


def _struck(text: str) -> list[tuple[int, int]]:
    """From where to where text is struck out, as seen from outside formulas."""
    outside = SEGMENT.sub(lambda m: "x" * len(m.group()), text)
    return [match.span() for match in STRUCK.finditer(outside)]


def _plain_lines(text: str, start: int, end: int) -> Iterator[Segment]:
    """Whole lines between two formulas that are an equation typed without any `$`."""
    for match in PLAIN.finditer(text, start, end):
        whole = match.start() == 0 or text[match.start() - 1] == "\n"
        ended = match.end() == len(text) or text[match.end()] == "\n"
        math = match["math"].rstrip(" \t.。,，;；")
        said = WORD.findall(math)
        if whole and ended and all(function_named(word) or word in PLAIN_WORDS for word in said):
            yield Segment(math, match.start("math"), True, "", True)


def _formula(match: re.Match[str]) -> tuple[str, int, bool]:
    for group in ("dollars", "escaped", "bracket", "escaped_paren", "paren", "dollar"):
        if match[group] is not None:
            return match[group], match.start(group), group in ("dollars", "escaped", "bracket")
    return match.group(), match.start(), True


# ------------------------------------------------------------ what a reader of the page sees


def _as_shown(text: str) -> str:
    """The text without code, comments, marks of quotation and what is not seen, of one length."""
    text = INVISIBLE.sub(" ", text)
    text = ENTITY.sub(lambda m: ENTITIES[m.group()].ljust(len(m.group())), text)
    text = TICKED.sub(lambda m: f"$ {m['math']} $", text)
    text = FENCE.sub(_without_fence, text)
    text = COMMENT.sub(_blank, text)
    text = QUOTED.sub(_without_marks, text)
    return CODE.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _without_fence(match: re.Match[str]) -> str:
    """A fence that says math or latex keeps what is in it; other code is blanked out."""
    if match[2].lower() not in ("math", "latex", "tex"):
        return _blank(match)
    start, end = match.start(3) - match.start(), match.end(3) - match.start()
    whole = match.group()
    return f"{' ' * (start - 2)}$${whole[start:end].rstrip()}$$".ljust(len(whole))


def _without_marks(match: re.Match[str]) -> str:
    """A quotation without its `>`; inside a formula that began before, > is a sign."""
    if match.string[: match.start()].count("$$") % 2:
        return match.group()
    return re.sub(r"^[ \t]*>(?:[ \t]*>)*", _blank, match.group(), flags=re.M)
