"""Say what each TeX token means: `read(tokens, names)` is the tree of a formula.

The ambiguity of this notation is lexical: `d` may be a differential, `T` a transpose, `'` a
derivative, `1` a matrix of ones, `W1` a name. Here, in `derivatives` and in `symbols`, and only
there, that is settled.
"""

from collections.abc import Callable

from . import tree
from .cursor import BARS, DOUBLE_BARS, OPERATORS, RELATIONS, Reading
from .derivatives import Derivatives
from .errors import Unreadable
from .pieces import split, sum_indices, without_prose
from .symbols import Symbols
from .tex import CLOSE, OPEN, SWITCHES, Tex, argument
from .tree import Node

DEEPEST_TREE = 120  # of the term that it becomes; Python takes twice as much


def read(tokens: list[Tex], reading: Reading) -> Node:
    """The tree of a formula; Unreadable where it says nothing we know."""
    if not tokens:
        raise Unreadable("nothing stands here")
    return Lexer(list(tokens), reading).parsed()


def read_whole(tokens: list[Tex], reading: Reading) -> Node:
    """The tree of a whole formula, which is never so deep that walking it is a danger."""
    node = read(tokens, reading)
    if tree.depth(node) > DEEPEST_TREE:
        raise Unreadable("too many things inside one another", tokens[0].at)
    return node


class Lexer(Derivatives, Symbols):
    """All that a token may mean."""

    def __init__(self, tokens: list[Tex], reading: Reading) -> None:
        super().__init__(tokens, reading)
        self.bars = {"NORM": 0, "BAR": 0}  # how many of each are open

    def _step(self, token: Tex) -> None:
        for means in self._meanings(token):
            if means(token):
                return
        raise Unreadable(f'"{token.text}" is not understood', token.at)

    def _meanings(self, token: Tex) -> tuple[Callable[[Tex], bool], ...]:
        """What a token may mean, the first that takes it wins."""
        if token.letter:
            return self._differential, self._letters
        if token.text in OPERATORS or token.text in RELATIONS:
            return (self._operator,)
        if token.text in OPEN or token.text in CLOSE or token.text in "{}":
            return self._nothing, self._differential, self._bracket
        return (
            self._nothing, self._differential, self._bar, self._angle, self._fraction,
            self._root, self._big_sum, self._nabla, self._partial, self._table, self._number,
            self._styled, self._command, self._postfix,
        )  # fmt: skip

    def _nothing(self, token: Tex) -> bool:
        if token.text in SWITCHES or token.text in ("\\\\", r"\&", r"\quad", r"\qquad", "&"):
            self.i += 1
        elif token.text == "{" and self._peek(1) == "}":
            self.i += 2
        else:
            return False
        return True

    def _operator(self, token: Tex) -> bool:
        if token.text == "." and self._after_operand() and self._transposed_in_code(token):
            return True
        if token.text in OPERATORS:
            dot = token.text == "." and not self._after_operand()
            if not dot:
                self._emit(OPERATORS[token.text], token.text, token.at)
        elif token.text in RELATIONS:
            relation = RELATIONS[token.text]
            if token.text in "<>" and self._peek(1) == "=":
                relation, self.i = relation + "=", self.i + 1
            self._emit("COMPARE", relation, token.at)
        else:
            return False
        self.i += 1
        return True

    def _transposed_in_code(self, token: Tex) -> bool:
        """X.T and X.t(), as code has it."""
        called = [t.text for t in self.tokens[self.i + 1 : self.i + 4]]
        length = 3 if called == ["t", "(", ")"] else 1 if called[:1] == ["T"] else 0
        if not length or self.names.known("T"):
            return False
        self._emit("AFTER", lambda x: tree.Transpose(token.at, x), token.at)
        self.i += 1 + length
        return True

    def _postfix(self, token: Tex) -> bool:
        if token.text in ("'", r"\prime", "^", "_"):
            self._hang(self._scripts())
            return True
        return False

    # ------------------------------------------------------------- brackets and bars

    def _bracket(self, token: Tex) -> bool:
        if token.text in OPEN or token.text == "{":
            self._emit("OPEN", token.text, token.at)
            self.i += 1
        elif token.text in CLOSE or token.text == "}":
            self._emit("CLOSE", token.text, token.at)
            self.i += 1
            self._hang(self._scripts())
        else:
            return False
        return True

    def _bar(self, token: Tex) -> bool:
        if token.text not in BARS:
            return False
        kind = "NORM" if token.text in DOUBLE_BARS else "BAR"
        if token.text == "|" and self._peek(1) == "|" and not self.tokens[self.i + 1].spaced:
            kind, self.i = "NORM", self.i + 1
        self.i += 1
        if self._bar_opens(token.text, kind):
            self.bars[kind] += 1
            self._emit(f"{kind}_OPEN", token.text, token.at)
            return True
        self.bars[kind] -= 1
        scripts = self._scripts()
        below = "".join(s.text for s in scripts if s.kind == "sub")
        self._emit(f"{kind}_CLOSE", below, token.at)
        self._hang([s for s in scripts if s.kind != "sub"])
        return True

    def _bar_opens(self, text: str, kind: str) -> bool:
        if text in (r"\lVert", r"\lvert"):
            return True
        if text in (r"\rVert", r"\rvert"):
            return False
        return self.bars[kind] <= 0 or not self._after_operand()

    def _angle(self, token: Tex) -> bool:
        kinds = {r"\langle": "LANGLE", r"\lang": "LANGLE", r"\rangle": "RANGLE",
                 r"\rang": "RANGLE"}  # fmt: skip
        if token.text not in kinds:
            return False
        self._emit(kinds[token.text], token.text, token.at)
        self.i += 1
        scripts = self._scripts() if kinds[token.text] == "RANGLE" else []
        self._hang([s for s in scripts if s.kind != "sub"])  # <A, B>_F: the F says nothing new
        return True

    def _root(self, token: Tex) -> bool:
        if token.text != r"\sqrt":
            return False
        if self._peek(1) == "[":
            raise Unreadable("only square roots are read", token.at)
        inside, self.i = argument(self.tokens, self.i + 1)
        self._whole(tree.Call(token.at, "sqrt", 0, (self._read(inside, token.at),)))
        self._hang(self._scripts())
        return True

    # ------------------------------------------------------------- sums and tables

    def _big_sum(self, token: Tex) -> bool:
        is_sum = token.text == r"\sum" or (
            token.text == r"\Sigma" and not self.names.known("Sigma") and self._peek(1) in "_^"
        )
        if not is_sum:
            return False
        self.i += 1
        scripts = self._scripts()
        below = next((s.text for s in scripts if s.kind == "sub"), "")
        above = next((s.text for s in scripts if s.kind == "sup"), "")
        indices = sum_indices(below)
        upto = ((indices[0], above),) if len(indices) == 1 and above in self.names.sizes else ()
        self._emit("SUM", (indices, upto), token.at)
        return True

    def _table(self, token: Tex) -> bool:
        if not token.text.startswith((r"\begin", r"\end")) or len(token.text) < 7:
            return False
        if token.text != r"\begincases":
            raise Unreadable("matrices written out are not read", token.at)
        end = next(
            (j for j in range(self.i, len(self.tokens)) if self.tokens[j].text == r"\endcases"),
            len(self.tokens),
        )
        body, self.i = self.tokens[self.i + 1 : end], end + 1
        rows = [self._case(row) for row in split(body, "\\\\") if row]
        if not rows:
            raise Unreadable("no case is given", token.at)
        self._whole(tree.Cases(token.at, tuple(rows)))
        return True

    def _case(self, row: list[Tex]) -> tuple[Node, Node | None]:
        value, *conditions = split(row, "&")
        if not conditions and any(t.text == "," for t in value):
            value, *conditions = split(value, ",")
        while value and value[-1].text in ",;.":
            value = value[:-1]
        condition = without_prose([t for c in conditions for t in c])
        at = row[0].at
        return self._read(value, at), self._read(condition, at) if condition else None
