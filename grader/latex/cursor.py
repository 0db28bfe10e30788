"""Go along the tokens of a formula: `Cursor` is what all that reads a symbol has in common.

What hangs on a symbol, its scripts, is read here, since it may hang on anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from lark import Token

from grader.algebra.functions import FUNCTIONS

from . import tree
from .brackets import PAIRS, mended
from .budget import UNBOUNDED, Budget
from .errors import Unreadable
from .names import CODE, Names, function_named
from .parser import parse
from .pieces import Script, index_list, is_place
from .tex import CLOSE, OPEN, Tex, argument
from .tree import Node

OPERATORS = {
    "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", ",": "COMMA", ";": "COMMA",
    ":": "COLON", r"\odot": "ODOT", r"\circ": "ODOT", r"\bigodot": "ODOT", r"\cdot": "CDOT",
    r"\bullet": "CDOT", "@": "CDOT", ".": "CDOT", r"\times": "TIMES", r"\otimes": "OTIMES",
    r"\ast": "STAR", r"\star": "STAR", r"\div": "SLASH", r"\colon": "COLON", r"\cdotp": "CDOT",
}  # fmt: skip
RELATIONS = {
    ">": ">", "<": "<", r"\gt": ">", r"\lt": "<", r"\ge": ">=", r"\geq": ">=", r"\le": "<=",
    r"\leq": "<=", r"\geqslant": ">=", r"\leqslant": "<=", r"\ne": "!=", r"\neq": "!=", "=": "==",
}  # fmt: skip
TRANSPOSES = {"T", "t", "top", "intercal", "Tr", "tr", "trans", "H", "transpose", "prime", "'"}
OPERANDS = {"NAME", "NUMBER", "WHOLE", "AFTER", *PAIRS.values()}
DOUBLE_BARS = {r"\|", r"\Vert", r"\lVert", r"\rVert"}
BARS = DOUBLE_BARS | {"|", r"\vert", r"\lvert", r"\rvert", r"\mid"}
LONGEST_WORD = 30


@dataclass
class Reading:
    """What happened while a formula was read: brackets mended, and until when it may take."""

    names: Names
    mended: list[tuple[int, str]] = field(default_factory=list)
    budget: Budget = UNBOUNDED


# What a sign means by its text, or by its sort; `lexer` says it. Some may take it first, or not.
MEANINGS: dict[str, Callable[["Cursor", Tex], None]] = {}
PERHAPS: list[Callable[["Cursor", Tex], bool]] = []


def _sort(token: Tex) -> str:
    if token.letter or token.number:
        return "a letter" if token.letter else "a number"
    if token.text.startswith((r"\begin", r"\end")) and len(token.text) >= 7:
        return "a table"
    return "a command" if token.text[0] == "\\" and token.text[1:].isalpha() else ""


class Cursor:
    """One pass over the tokens of a formula."""

    def __init__(self, tokens: list[Tex], reading: Reading) -> None:
        self.tokens, self.reading, self.names = tokens, reading, reading.names
        self.out: list[Token] = []
        self.i = 0
        self.bars = {"NORM": 0, "BAR": 0}  # how many of each are open

    def parsed(self) -> Node:
        """What the tokens say; Unreadable where that is nothing we know."""
        at = self.tokens[0].at
        if self.reading.budget.spent():
            raise Unreadable("this takes too long to read", at)
        try:
            found = self.run()
            if not found:
                raise Unreadable("nothing stands here", at)
            return parse(found)
        except RecursionError:
            raise Unreadable("too many things inside one another", at) from None

    def run(self) -> list[Token]:
        while self.i < len(self.tokens):
            before = self.i
            self.step(self.tokens[self.i])
            if self.i == before:
                raise Unreadable("this is not understood", self.tokens[before].at)
        return mended(self.out, self.reading.mended)

    def step(self, token: Tex) -> None:
        """Read one symbol, and go on behind it."""
        if any(perhaps(self, token) for perhaps in PERHAPS):
            return
        means = MEANINGS.get(token.text) or MEANINGS.get(_sort(token))
        if means is None:
            raise Unreadable(f'"{token.text}" is not understood', token.at)
        means(self, token)

    # ------------------------------------------------------------- what is read, and what is there

    def emit(self, kind: str, value: object, at: int) -> None:
        token = Token(kind, value)
        token.start_pos = at
        self.out.append(token)

    def whole(self, node: Node) -> None:
        self.emit("WHOLE", node, node.at)

    def read(self, tokens: list[Tex], at: int) -> Node:
        if not tokens:
            raise Unreadable("nothing stands here", at)
        return Cursor(list(tokens), self.reading).parsed()

    def peek(self, ahead: int = 0) -> str:
        j = self.i + ahead
        return self.tokens[j].text if j < len(self.tokens) else ""

    def after_operand(self) -> bool:
        return bool(self.out) and self.out[-1].type in OPERANDS

    def closing(self, i: int) -> int:
        depth = 0
        for j in range(i, len(self.tokens)):
            text = self.tokens[j].text
            depth += text in OPEN or text == "{"
            depth -= text in CLOSE or text == "}"
            if depth == 0:
                return j
        return len(self.tokens)

    def before_sizes(self, i: int) -> bool:
        """Whether nothing but sizes and numbers stands at i, on which no sign before it acts."""
        text = self.tokens[i].text if i < len(self.tokens) else ""
        if text in {"", "^", "_", "'", "&", *OPERATORS, *RELATIONS, *CLOSE, "}"}:
            return True
        if text not in OPEN:
            return text in self.names.sizes or text[0].isdigit()
        inside = self.tokens[i + 1 : self.closing(i)]
        signs = self.names.sizes | {"+", "-", "^"}
        return all(t.text in signs or t.number for t in inside)

    def word_at(self, i: int) -> str | None:
        """The known word longer than one letter that starts at i: diag, det, dist ..."""
        run = self.run_of_letters(i)
        if run in CODE:
            return run
        for length in range(len(run), 1, -1):
            word = run[:length]
            if function_named(word) or word in self.names.values or word == "delta":
                return word
        return None

    def run_of_letters(self, i: int) -> str:
        j = i
        while j < len(self.tokens) and self.tokens[j].letter:
            if j > i and (self.tokens[j].spaced or j - i > LONGEST_WORD):
                break
            j += 1
        return "".join(t.text for t in self.tokens[i:j])

    # ------------------------------------------------------------- scripts

    def scripts(self) -> list[Script]:
        """Take what hangs on the symbol just read."""
        found = []
        while self.peek() in ("_", "^", "'", r"\prime") and self.peek():
            token = self.tokens[self.i]
            if token.text in ("'", r"\prime"):
                found.append(Script("prime", [], token.at))
                self.i += 1
            else:
                inside, self.i = argument(self.tokens, self.i + 1)
                found.append(Script("sub" if token.text == "_" else "sup", inside, token.at))
        return found

    def hang(self, scripts: list[Script]) -> None:
        for script in scripts:
            for wrap in self.wraps(script):
                self.emit("AFTER", wrap, script.at)

    def wraps(self, script: Script) -> list[Callable[[Node], Node]]:  # noqa: PLR0911
        at, text = script.at, script.text
        if script.kind == "prime":
            return [lambda x: _primed(at, x)]
        if script.kind == "sub":
            return [self._subscript(script)]
        if text in TRANSPOSES and not (len(text) == 1 and text != "T" and self.names.known(text)):
            return [lambda x: tree.Transpose(at, x)]
        if text in ("-T", "-top", "-1T", "-1top", "T-1"):
            return [lambda x: tree.Transpose(at, tree.Inverse(at, x))]
        if text == "-1":
            return [lambda x: tree.Inverse(at, x)]
        if text == "dagger":
            raise Unreadable("the pseudoinverse is not read", at, r"write (X^\top X)^{-1} X^\top")
        if text == "+":
            return [lambda x: tree.Call(at, "relu", 0, (x,))]
        return self._power(script)

    def _power(self, script: Script) -> list[Callable[[Node], Node]]:
        at, inside = script.at, script.tokens
        if inside and inside[0].text in (r"\odot", r"\circ"):
            if len(inside) == 1:
                return []
            exponent = self.read(inside[1:], at)
            return [lambda x: tree.Power(at, x, exponent, entrywise=True)]
        if inside and inside[0].text in ("(", "[") and script.text.endswith(("T", "top")):
            raise Unreadable("this label is not known", at)
        exponent = self.read(inside, at)
        return [lambda x: tree.Power(at, x, exponent)]

    def _subscript(self, script: Script) -> Callable[[Node], Node]:
        at, text = script.at, script.text
        if text == "+":
            return lambda x: tree.Call(at, "relu", 0, (x,))
        if any(t.text == r"\times" for t in script.tokens):  # a note on its sizes
            return lambda x: x
        if not (self.names.is_index(text) or is_place(text)):
            raise Unreadable(f'the subscript "{text}" on a bracket is not understood', at)
        indices = index_list(text)
        return lambda x: tree.Index(at, x, indices)


def _primed(at: int, inner: Node) -> Node:
    """max(Z, 0)' may be the derivative; behind anything else a prime is a transpose."""
    called = isinstance(inner, tree.Call) and (
        inner.function in FUNCTIONS or inner.function == "max"
    )
    return tree.Primed(at, inner) if called else tree.Transpose(at, inner)
