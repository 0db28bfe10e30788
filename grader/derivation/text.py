r"""A Markdown cell as typed, cut into statements: `statements(text)`.

A statement is a chain of expressions joined by relations, `A = B = C`, with its place. Formulas
stand in `$`, `$$`, `\[`, `\(` or an environment; rows end at `\\`; commas, arrows and words part
several statements in a row.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.latex.errors import TooLong, Unreadable
from grader.latex.macros import expanded, macros_in
from grader.latex.names import function_named
from grader.latex.tex import CLOSE, OPEN, WORDY, Tex, argument, cut, meaningful, words
from grader.latex.tree import Node

ENVIRONMENTS = (
    "equation|align|aligned|gather|gathered|eqnarray|multline|split|alignat|flalign|displaymath"
    "|array|alignedat|math"
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
PRINTED = re.compile(r"tensor\s*\(|requires\\?_grad|dtype\s*=")  # what torch printed, pasted
JOINS = re.compile(r"[ \t]*[=＝][ \t]*")
HEAD_OUTSIDE = re.compile(r"(?:^|[^\w\\])([A-Za-z]\w*)[ \t]*=[ \t]*$")
EQUAL = {"=", r"\equiv", r"\triangleq", r"\coloneqq", r"\doteq", r"\stackrel", r"\coloneq"}
NEARLY = {r"\approx", r"\propto", r"\simeq", r"\cong", r"\sim", r"\approxeq"}
_ARROWS = """
Rightarrow implies Longrightarrow therefore because iff Leftrightarrow to rightarrow longrightarrow
Longleftrightarrow quad qquad Leftarrow leadsto longmapsto mapsto leftarrow forall colon ldots dots
cdots hookrightarrow impliedby leftrightarrow vdots"""
ARROWS = {rf"\{name}" for name in _ARROWS.split()}
SPACES = {r"\quad", r"\qquad"}
ROW_ENDS = {"\\\\", r"\cr", r"\newline"}
BINARY = {"+", "-", "*", r"\odot", r"\circ", r"\cdot", r"\times", r"\otimes", "/"}
LONGEST_TEXT = 60_000  # characters; the longest real one met has 6,000
MOST_EXPRESSIONS = 600  # that are read, a third of a second; the longest real text has 106
OPENERS = {r"\[": 300, r"\(": 1000, r"\begin": 300, "$": 2000, "```": 100, "~~~": 100, "<!--": 100}
PROSE = re.compile(
    r"[\u4e00-\u9fff]|\b(where|with|since|if|and|so|then|because|for|otherwise|let|we|is|of|by"
    r"|thus|hence|here|as|when|that|the|using|therefore)\b",
    re.I,
)


@dataclass
class Part:
    """One expression of a chain and the relation before it; `node` is filled in by the checker."""

    relation: str  # "" at the head, "=" or "~"
    tokens: list[Tex]
    node: Node | Unreadable | None = None


@dataclass
class Statement:
    """A chain of expressions."""

    parts: list[Part]
    display: bool
    prose: str  # what stood before the formula, where this is its first statement
    segment: int
    row: int
    plain: bool = False  # typed without any $: kept only if every symbol of it is known
    mended: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Segment:
    """One formula of a text."""

    math: str
    at: int
    display: bool
    prose: str
    plain: bool = False


def segments(text: str) -> Iterator[Segment]:
    """The formulas of a text in order, each with the prose before it."""
    text = _without_code(text)
    last = 0
    joined: Segment | None = None  # the last formula, which `$a$ = $b$` may go on with
    for match in SEGMENT.finditer(text):
        prose = text[last : match.start()]
        plain = list(_plain_lines(text, last, match.start()))
        if plain and joined:
            yield joined
            joined = None
        yield from plain
        math, at, display = _formula(match)
        outside = HEAD_OUTSIDE.search(prose)
        if outside:  # f = $...$, the left side typed outside
            start = last + outside.start(1)
            math, at = text[start : match.start()] + " " * (at - match.start()) + math, start
        last = match.end()
        if PRINTED.search(math):
            continue
        if joined and JOINS.fullmatch(prose) and not display:
            joined = Segment(joined.math + " = ".rjust(at - joined.at - len(joined.math)) + math,
                             joined.at, False, joined.prose)  # fmt: skip
            continue
        if joined:
            yield joined
        joined = Segment(math, at, display, prose)
    if joined:
        yield joined
    yield from _plain_lines(text, last, len(text))


PLAIN = re.compile(
    r"^[ \t>]*+(?:(?:[-*+]|\d+[.)])[ \t]++)?+"
    r"(?:(?:Let|So|Then|Thus|Hence|Therefore|and|where|令|设|設|则|則|所以|故|得)[ \t:：,，]*+)*+"
    r"(?P<math>[^\s$`=][^\n$`=]{0,300}=(?!=)[^\n$`]{1,500})$",
    re.M,
)
WORD = re.compile(r"[A-Za-z]{4,}|[\u4e00-\u9fff]|\*\*|https?:|\|.*\|.*\|")


def _plain_lines(text: str, start: int, end: int) -> Iterator[Segment]:
    """Whole lines between two formulas that are an equation typed without any `$`."""
    for match in PLAIN.finditer(text, start, end):
        whole = match.start() == 0 or text[match.start() - 1] == "\n"
        ended = match.end() == len(text) or text[match.end()] == "\n"
        math = match["math"].rstrip(" \t.。,，;；")
        said = WORD.findall(math)
        if whole and ended and all(map(function_named, said)):
            yield Segment(math, match.start("math"), True, "", True)


def _formula(match: re.Match[str]) -> tuple[str, int, bool]:
    for group in ("dollars", "escaped", "bracket", "escaped_paren", "paren", "dollar"):
        if match[group] is not None:
            return match[group], match.start(group), group in ("dollars", "escaped", "bracket")
    return match.group(), match.start(), True


def _without_code(text: str) -> str:
    """Code blanked out; a fence that says math or latex keeps what is in it."""

    def blank(match: re.Match[str]) -> str:
        if match[2].lower() in ("math", "latex", "tex"):
            start, end = match.start(3) - match.start(), match.end(3) - match.start()
            whole = match.group()
            return f"{' ' * (start - 2)}$${whole[start:end].rstrip()}$$".ljust(len(whole))
        return re.sub(r"[^\n]", " ", match.group())

    text = TICKED.sub(lambda m: f"$ {m['math']} $", text)
    text = FENCE.sub(blank, text)
    text = re.sub(r"<!--.*?-->", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)
    return re.sub(r"(?<!`)`([^`\n$]+)`(?!`)", lambda m: " " * len(m.group()), text)


def statements(text: str) -> list[Statement]:
    """Every chain of a text, in order; a formula broken over two rows is put together."""
    if len(text) > LONGEST_TEXT or any(text.count(o) > most for o, most in OPENERS.items()):
        return [_unreadable(0, 0, TooLong("the text is too long to be checked", 0))]
    text, macros = macros_in(text)
    found: list[Statement] = []
    for number, segment in enumerate(segments(text)):
        prose = segment.prose
        try:
            found_tokens = expanded(cut(segment.math, segment.at), macros)
            rows = _rows(unboxed(meaningful(found_tokens, segment.at)))
        except Unreadable as error:
            found.append(_unreadable(number, segment.at, error))
            continue
        for row_number, row in enumerate(rows):
            for place, parts in enumerate(map(_trimmed, _pieces(row))):
                if not any(p.tokens for p in parts):
                    continue
                if place == 0 and row_number and _continues(found, number, parts):
                    continue
                statement = Statement(parts, segment.display, prose, number, row_number)
                statement.plain = segment.plain
                found.append(statement)
                prose = ""
    return _as_many_as_are_read(found)


def _as_many_as_are_read(found: list[Statement]) -> list[Statement]:
    """The first expressions of a text; where the rest begins, that it was not read."""
    left = MOST_EXPRESSIONS
    for place, statement in enumerate(found):
        parts = statement.parts
        if len(parts) > left:
            at = next(token.at for part in (*parts[left:], *parts) for token in part.tokens)
            said = f"more than {MOST_EXPRESSIONS} expressions are not read"
            statement.parts = parts[:left]
            rest = _unreadable(statement.segment, at, TooLong(said, at))
            return [*found[: place + bool(left)], rest]
        left -= len(parts)
    return found


def _unreadable(number: int, at: int, error: Unreadable) -> Statement:
    return Statement([Part("", [Tex("", at)], error)], True, "", number, 0)


def _continues(found: list[Statement], segment: int, parts: list[Part]) -> bool:
    """Join a row that goes on with the formula of the row before."""
    if not found or found[-1].segment != segment or parts[0].relation or not parts[0].tokens:
        return False
    before = found[-1].parts[-1].tokens
    broken = parts[0].tokens[0].text in BINARY or (before and before[-1].text in BINARY)
    if not broken and not _open(before):
        return False
    before.extend(parts[0].tokens)
    found[-1].parts.extend(parts[1:])
    return True


def _open(found: list[Tex]) -> bool:
    """Whether a bracket is still open at the end."""
    return sum((t.text in OPEN) - (t.text in CLOSE) for t in found) > 0


# ---- boxes around whole equations ----------------------------------------------------------------


def unboxed(found: list[Tex]) -> list[Tex]:
    r"""Without the braces of `\boxed{A = B}`, `{\color{red} A = B}` or a system in `cases`.

    A group that stands where a statement may, and holds a relation or rows of its own, is read as
    if its braces were not there, whatever it was put into them for.
    """
    ends = _group_ends(found)
    dropped: set[int] = set()
    for start, end in ends.items():
        if _may_begin(found, start, dropped) and _holds_equations(found, *_inmost(ends, start)):
            dropped |= {start, end}
    return [token for i, token in enumerate(found) if i not in dropped]


def _group_ends(found: list[Tex]) -> dict[int, int]:
    """Where each brace and each table that opens is closed, the outermost first."""
    waiting: list[int] = []
    ends: dict[int, int] = {}
    for i, token in enumerate(found):
        if token.text == "{" or _opens_table(token):
            waiting.append(i)
        elif waiting and (token.text == "}" or _closes_table(token)):
            ends[waiting.pop()] = i
    return dict(sorted(ends.items()))


def _inmost(ends: dict[int, int], start: int) -> tuple[int, int]:
    """The group itself, or the one that is all it holds."""
    while ends.get(start + 1) == ends[start] - 1:
        start += 1
    return start, ends[start]


def _may_begin(found: list[Tex], start: int, dropped: set[int]) -> bool:
    """Whether a statement may begin at this place, or go on after a relation."""
    before = start - 1
    while before in dropped:
        before -= 1
    if before < 0:
        return True
    text = found[before].text
    parts = {",", ";", ".", ":", "&"} | ROW_ENDS | ARROWS
    return text in (parts if _opens_table(found[start]) else parts | EQUAL)


def _holds_equations(found: list[Tex], start: int, end: int) -> bool:
    """Whether relations or rows stand in the group itself, and nothing hangs on it."""
    if end + 1 < len(found) and found[end + 1].text in ("^", "_", "'", r"\prime"):
        return False
    columns = _columns(found, start, end)
    if _opens_table(found[start]):  # of cases, the second column is a condition
        return all(any(t.text in EQUAL for t in row[0]) for row in columns)
    return len(columns) > 1 or any(t.text in EQUAL for row in columns for c in row for t in c)


def _columns(found: list[Tex], start: int, end: int) -> list[list[list[Tex]]]:
    """Rows and columns of a group's own tokens, what stands in its inner groups left out."""
    rows: list[list[list[Tex]]] = [[[]]]
    depth = 0
    for token in found[start + 1 : end]:
        depth += token.text == "{" or token.text in OPEN or _opens_table(token)
        depth -= token.text == "}" or token.text in CLOSE or _closes_table(token)
        if depth == 0 and token.text in ROW_ENDS:
            rows.append([[]])
        elif depth == 0 and token.text == "&":
            rows[-1].append([])
        elif depth == 0:
            rows[-1][-1].append(token)
    return [row for row in rows if any(row)] or [[[]]]


def _rows(found: list[Tex]) -> list[list[Tex]]:
    rows: list[list[Tex]] = [[]]
    tables = 0
    for token in found:
        tables += _opens_table(token) - _closes_table(token)
        if tables <= 0 and token.text in ROW_ENDS:
            rows.append([])
        elif tables > 0 or token.text != "&":
            rows[-1].append(token)
    return [row for row in rows if row]


def _opens_table(token: Tex) -> bool:
    return token.text.startswith(r"\begin") and len(token.text) > 6


def _closes_table(token: Tex) -> bool:
    return token.text.startswith(r"\end") and len(token.text) > 4


def _trimmed(parts: list[Part]) -> list[Part]:
    last, first = parts[-1].tokens, parts[0].tokens
    while last and last[-1].text in (".", ",", ":", ";", "~"):
        last.pop()
    while first and first[0].text in (":", ",", ";", "."):
        first.pop(0)
    return parts


class _Cutter:
    """One row into statements."""

    def __init__(self, row: list[Tex]) -> None:
        self.row, self.i = row, 0
        self.found: list[list[Part]] = []
        self.parts: list[Part] = []
        self.current: list[Tex] = []
        self.relation = ""
        self.braces = self.brackets = 0
        self.loose = self._unclosed()

    def _unclosed(self) -> bool:
        """An unclosed bracket: then a relation counts at whatever depth."""
        depth = 0
        for token in self.row:
            depth += self._opens(token)
            depth = max(0, depth - self._closes(token))
        return depth > 0

    def _opens(self, token: Tex) -> bool:
        return token.text in OPEN | {r"\langle", "{"} or _opens_table(token)

    def _closes(self, token: Tex) -> bool:
        return token.text in CLOSE | {r"\rangle", "}"} or _closes_table(token)

    def run(self) -> list[list[Part]]:
        while self.i < len(self.row):
            self._step(self.row[self.i])
        self._end_statement()
        return self.found

    def _step(self, token: Tex) -> None:
        self._count(token)
        top = self.braces == 0 and (self.brackets == 0 or self.loose)
        if not (top and self._separates(token)):
            if "\u4e00" <= token.text[0] <= "\u9fff":
                self._end_statement()
            else:
                self.current.append(token)
            self.i += 1

    def _count(self, token: Tex) -> None:
        if token.text == "{" or _opens_table(token):
            self.braces += 1
        elif token.text == "}" or _closes_table(token):
            self.braces = max(0, self.braces - 1)
        elif self._opens(token):
            self.brackets += 1
        elif self._closes(token):
            self.brackets = max(0, self.brackets - 1)

    def _separates(self, token: Tex) -> bool:
        """Deal with a token that ends an expression or a statement."""
        relation, length = self._relation()
        if relation == "=>":
            self._end_statement()
        elif relation:
            self._end_part()
            self.relation = relation
        elif token.text in SPACES and self.relation and not self.current:
            length = 1  # `= \quad A` goes on
        elif token.text in ARROWS or (self.brackets == 0 and token.text in (",", ";")):
            self._end_statement()
            length = 1
        elif token.text in WORDY:
            return self._said()
        elif token.text == r"\in" and self.current:
            return self._membership()
        else:
            return False
        self.i += length
        return True

    def _relation(self) -> tuple[str, int]:
        text = self.row[self.i].text
        after = self.row[self.i + 1] if self.i + 1 < len(self.row) else None
        joined = after.text if after and not after.spaced else ""
        if text == "=" and joined == ">":
            return "=>", 2
        if (text == "=" and joined == "=") or (text == ":" and joined == "="):
            return "=", 2
        if text in EQUAL:
            return "=", 1
        return ("~", 1) if text in NEARLY else ("", 0)

    def _said(self) -> bool:
        r"""`\text{ if }` ends a statement; `\text{tr}` is a name."""
        inside, after = argument(self.row, self.i + 1)
        said = words(inside)
        wordy = self.row[self.i].text in (r"\text", r"\textrm", r"\mbox", r"\textbf", r"\textit")
        loose = bool(inside) and (inside[0].spaced or " " in said)
        if function_named(said) or not (
            PROSE.search(said) or " " in said or (wordy and loose) or said == ""
        ):
            return False
        if said and self.relation and not self.current:
            self._words_instead(after)
            return True
        if said:
            self._end_statement()
        self.i = after
        return True

    def _words_instead(self, after: int) -> None:
        """Words where an expression should stand: the chain goes on at the next relation."""
        start = self.row[self.i]
        self.i = after
        while self.i < len(self.row) and not self._relation()[0]:
            if self.row[self.i].text in ARROWS or self.row[self.i].text in (",", ";"):
                break
            self.i += 1
        error = Unreadable("words, not a formula", start.at)
        self.parts.append(Part(self.relation, [start], error))
        self.relation = ""

    def _membership(self) -> bool:
        """`A in R^{n x m}`: the set is not checked."""
        while self.i < len(self.row):
            text = self.row[self.i].text
            if text in (",", ";", ".") or text in ARROWS | EQUAL:
                break
            self.i += 1
        if len(self.parts) == 0:
            self.current = []
        self._end_statement()
        return True

    def _end_part(self) -> None:
        if self.parts and not self.relation and not self.current:
            return  # words stood there
        self.parts.append(Part(self.relation, self.current))
        self.current = []

    def _end_statement(self) -> None:
        self._end_part()
        if any(p.tokens for p in self.parts):
            self.found.append(self.parts)
        self.parts, self.relation = [], ""


def _pieces(row: list[Tex]) -> list[list[Part]]:
    """The statements of one row."""
    return _Cutter(row).run()
