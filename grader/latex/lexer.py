"""Say what each TeX token means: `read(tokens, names)` is the tree of a formula.

The ambiguity of this notation is lexical: `d` may be a differential, `T` a transpose, `'` a
derivative, `1` a matrix of ones, `W1` a name. Here, and only here, that is settled.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lark import Token

from . import tree
from .brackets import PAIRS, mended
from .budget import UNBOUNDED, Budget
from .errors import Unreadable
from .names import FUNCTIONS, GREEK, Names
from .parser import parse
from .pieces import (
    Script,
    bare,
    index_like,
    index_list,
    layer_label,
    split,
    split_arguments,
    sum_indices,
    without_prose,
)
from .scope import ENTRYWISE
from .tex import ACCENTS, CLOSE, OPEN, STYLES, SWITCHES, WORDY, Tex, argument, flat
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
TAKE_THE_RUN = {"tr", "vec", "diag", "det", "sum", "logdet"}
DOUBLE_BARS = {r"\|", r"\Vert", r"\lVert", r"\rVert"}
BARS = DOUBLE_BARS | {"|", r"\vert", r"\lvert", r"\rvert", r"\mid"}
OPERANDS = {"NAME", "NUMBER", "WHOLE", "AFTER", *PAIRS.values()}
LONGEST_WORD = 30
LIBRARIES = {"np", "numpy", "torch", "tf", "F"}  # np.where is where
DEEPEST_TREE = 90
D_COMMANDS = {r"\dd", r"\diff", r"\differential", r"\differentialD"}


@dataclass
class Reading:
    """What happened while a formula was read: brackets mended, and until when it may take."""

    names: Names
    mended: list[tuple[int, str]] = field(default_factory=list)
    budget: Budget = UNBOUNDED


def read(tokens: list[Tex], reading: Reading) -> Node:
    """The tree of a formula; Unreadable where it says nothing we know."""
    if not tokens:
        raise Unreadable("nothing stands here")
    if reading.budget.spent():
        raise Unreadable("this takes too long to read", tokens[0].at)
    try:
        return parse(Lexer(list(tokens), reading).run())
    except RecursionError:
        raise Unreadable("too many things inside one another", tokens[0].at) from None


def read_whole(tokens: list[Tex], reading: Reading) -> Node:
    """The tree of a whole formula, which is never so deep that walking it is a danger."""
    node = read(tokens, reading)
    if tree.depth(node) > DEEPEST_TREE:
        raise Unreadable("too many things inside one another", tokens[0].at)
    return node


class Lexer:
    """One pass over the tokens of a formula."""

    def __init__(self, tokens: list[Tex], reading: Reading) -> None:
        self.tokens, self.reading, self.names = tokens, reading, reading.names
        self.out: list[Token] = []
        self.bars = {"NORM": 0, "BAR": 0}  # how many of each are open
        self.i = 0

    def run(self) -> list[Token]:
        while self.i < len(self.tokens):
            before = self.i
            self._step(self.tokens[self.i])
            if self.i == before:
                raise Unreadable("this is not understood", self.tokens[before].at)
        return mended(self.out, self.reading.mended)

    # -------------------------------------------------------------- one token after another

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

    def _emit(self, kind: str, value: object, at: int) -> None:
        token = Token(kind, value)
        token.start_pos = at
        self.out.append(token)

    def _whole(self, node: Node) -> None:
        self._emit("WHOLE", node, node.at)

    def _read(self, tokens: list[Tex], at: int) -> Node:
        if not tokens:
            raise Unreadable("nothing stands here", at)
        return read(tokens, self.reading)

    def _peek(self, ahead: int = 0) -> str:
        j = self.i + ahead
        return self.tokens[j].text if j < len(self.tokens) else ""

    def _after_operand(self) -> bool:
        return bool(self.out) and self.out[-1].type in OPERANDS

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

    def _postfix(self, token: Tex) -> bool:
        if token.text in ("'", r"\prime", "^", "_"):
            self._hang(self._scripts())
            return True
        return False

    # -------------------------------------------------------------- scripts

    def _scripts(self) -> list[Script]:
        """Take what hangs on the symbol just read."""
        found = []
        while self._peek() in ("_", "^", "'", r"\prime") and self._peek():
            token = self.tokens[self.i]
            if token.text in ("'", r"\prime"):
                found.append(Script("prime", [], token.at))
                self.i += 1
            else:
                inside, self.i = argument(self.tokens, self.i + 1)
                found.append(Script("sub" if token.text == "_" else "sup", inside, token.at))
        return found

    def _hang(self, scripts: list[Script]) -> None:
        for script in scripts:
            for wrap in self._wraps(script):
                self._emit("AFTER", wrap, script.at)

    def _wraps(self, script: Script) -> list[Callable[[Node], Node]]:  # noqa: PLR0911
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
            return [lambda x: tree.Call(at, "pinv", 0, (x,))]
        if text == "+":
            return [lambda x: tree.Call(at, "relu", 0, (x,))]
        return self._power(script)

    def _power(self, script: Script) -> list[Callable[[Node], Node]]:
        at, inside = script.at, script.tokens
        if inside and inside[0].text in (r"\odot", r"\circ"):
            if len(inside) == 1:
                return []
            exponent = self._read(inside[1:], at)
            return [lambda x: tree.Power(at, x, exponent, entrywise=True)]
        if inside and inside[0].text in ("(", "[") and script.text.endswith(("T", "top")):
            raise Unreadable("this label is not known", at)
        exponent = self._read(inside, at)
        return [lambda x: tree.Power(at, x, exponent)]

    def _subscript(self, script: Script) -> Callable[[Node], Node]:
        at, text = script.at, script.text
        if text == "+":
            return lambda x: tree.Call(at, "relu", 0, (x,))
        if not index_like(text):
            raise Unreadable(f'the subscript "{text}" on a bracket is not understood', at)
        indices = index_list(text)
        return lambda x: tree.Index(at, x, indices)

    # -------------------------------------------------------------- d and derivatives

    def _d_length(self, i: int) -> int:
        """How many tokens the differential sign at i takes; 0 when there is none."""
        text = [t.text for t in self.tokens[i : i + 4]]
        if not text:
            return 0
        if text[0] == "d" and not self.names.known("d"):
            return 1
        if text[0] in STYLES | SWITCHES and text[1:2] == ["d"] and not self._word_at(i + 1):
            return 2
        if text[0] in STYLES and text[1:4] == ["{", "d", "}"]:
            return 4
        if text[0] == "{" and text[1] in STYLES | SWITCHES and text[2:4] == ["d", "}"]:
            return 4
        return 1 if text[0] in D_COMMANDS else 0

    def _differential(self, token: Tex) -> bool:
        length = self._d_length(self.i)
        if not length or self._word_at(self.i):
            return False
        after = self._peek(length)
        if not after or after in CLOSE or after in ("^", "_", ",", "}", "'", "=", "&"):
            return False
        if after in OPERATORS and after not in "+-":
            return False
        if self._slashed(token, length, self._d_length):
            return True
        self._emit("D", "d", token.at)
        self.i += length
        return True

    def _word_at(self, i: int) -> str | None:
        """The known word longer than one letter that starts at i: diag, det, dist ..."""
        run = self._run_of_letters(i)
        for length in range(len(run), 1, -1):
            word = run[:length]
            if word.lower() in FUNCTIONS or word in self.names.values or word == "delta":
                return word
        return None

    def _run_of_letters(self, i: int) -> str:
        j = i
        while j < len(self.tokens) and self.tokens[j].letter:
            if j > i and (self.tokens[j].spaced or j - i > LONGEST_WORD):
                break
            j += 1
        return "".join(t.text for t in self.tokens[i:j])

    def _slashed(self, token: Tex, length: int, head: Callable[[int], int]) -> bool:
        r"""`\partial f/\partial W` or `df/dW` written on one line."""
        top_end = self._unit(self.i + length)
        if top_end >= len(self.tokens) or self.tokens[top_end].text != "/":
            return False
        below = head(top_end + 1)
        if not below or top_end == self.i + length:
            return False
        end = self._unit(top_end + 1 + below, transposes=False)
        top = self._read(self.tokens[self.i + length : top_end], token.at)
        bottom = self._read(self.tokens[top_end + 1 + below : end], token.at)
        self.i = end
        self._whole(tree.Derivative(token.at, top, bottom))
        self._hang(self._scripts())
        return True

    def _unit(self, i: int, transposes: bool = True) -> int:
        """Where the single thing that starts at i ends: a symbol and its scripts, or a bracket."""
        if i >= len(self.tokens):
            return i
        if self.tokens[i].text in OPEN:
            j = self._closing(i) + 1
        else:
            _, j = argument(list(self.tokens), i)
            if self.tokens[i].letter and j < len(self.tokens) and self.tokens[j].number:
                j += not self.tokens[j].spaced
        while j < len(self.tokens) and self.tokens[j].text in ("_", "^"):
            inside, after = argument(list(self.tokens), j + 1)
            if self.tokens[j].text == "^" and not transposes and flat(inside) in TRANSPOSES:
                break
            j = after
        return j

    def _partial(self, token: Tex) -> bool:
        if token.text != r"\partial":
            return False
        if self._peek(1) == "_":
            inside, self.i = argument(self.tokens, self.i + 2)
            self._emit("NABLA", self._read(inside, token.at), token.at)
            return True
        heads = lambda i: int(i < len(self.tokens) and self.tokens[i].text == r"\partial")  # noqa: E731
        if self._slashed(token, 1, heads):
            return True
        raise Unreadable(r"a \partial alone says nothing", token.at)

    def _nabla(self, token: Tex) -> bool:
        if token.text != r"\nabla":
            return False
        self.i += 1
        scripts = self._scripts()
        if any(s.kind != "sub" for s in scripts):
            raise Unreadable("second derivatives are not read", token.at)
        by = self._read(scripts[0].tokens, token.at) if scripts else None
        self._emit("NABLA", by, token.at)
        return True

    def _fraction(self, token: Tex) -> bool:
        if token.text not in (r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"):
            return False
        top, self.i = argument(self.tokens, self.i + 1)
        bottom, self.i = argument(self.tokens, self.i)
        by, of = self._derivative_head(bottom), self._derivative_head(top)
        if not (by and of):
            self._whole(self._quotient(token.at, top, bottom))
        elif any(t.text == r"\partial" for t in bottom[by:]):
            raise Unreadable("second derivatives are not read", token.at)
        elif len(top) == of:
            self._emit("NABLA", self._read(bottom[by:], token.at), token.at)
            return True
        elif top[of].text == "^":
            raise Unreadable("second derivatives are not read", token.at)
        else:
            inner = self._read(top[of:], token.at)
            self._whole(tree.Derivative(token.at, inner, self._read(bottom[by:], token.at)))
        self._hang(self._scripts())
        return True

    def _quotient(self, at: int, top: list[Tex], bottom: list[Tex]) -> Node:
        return tree.Quotient(at, self._read(top, at), self._read(bottom, at))

    def _derivative_head(self, tokens: list[Tex]) -> int:
        if tokens and tokens[0].text in (r"\partial", r"\nabla"):
            return 1
        return Lexer(tokens, self.reading)._d_length(0)

    # -------------------------------------------------------------- sums, tables, numbers

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

    def _number(self, token: Tex) -> bool:
        if not token.number:
            return False
        self.i += 1
        if token.text == "1" and self._ones_follow():
            self._ones(token.at)
            return True
        value = float(token.text)
        below = self._peek(1)
        if self._peek() == "/" and below[:1].isdigit() and not self._after_operand():
            value, self.i = value / float(below) if float(below) else float("inf"), self.i + 2
        self._emit("NUMBER", value, token.at)
        self._hang(self._scripts())
        return True

    def _ones_follow(self) -> bool:
        if self._peek() == "_":
            return True
        if self._peek() != "^":
            return False
        return flat(argument(list(self.tokens), self.i + 1)[0]) in TRANSPOSES

    def _ones(self, at: int, identity: bool = False) -> None:
        """What a bold 1 or I is: a column of ones, an identity, or an indicator."""
        scripts = self._scripts()
        below = next((s for s in scripts if s.kind == "sub"), None)
        if below and any(t.text in RELATIONS for t in below.tokens):
            self._whole(self._read(bare(below.tokens), at))
            self._hang([s for s in scripts if s.kind != "sub"])
            return
        if self._peek() in OPEN | {"{"} and self._indicator(at):
            return
        sizes = tuple(p for p in re.split(r"times|×|,|\*|x", below.text) if p) if below else ()
        if identity:
            self._whole(tree.Identity(at, sizes[0] if sizes else None))
        else:
            self._whole(tree.Ones(at, sizes))
        self._hang([s for s in scripts if s.kind != "sub"])

    def _indicator(self, at: int) -> bool:
        close = self._closing(self.i)
        inside = self.tokens[self.i + 1 : close]
        if not any(t.text in RELATIONS for t in inside):
            return False
        self.i = close + 1
        self._whole(tree.Group(at, self._read(bare(inside), at)))
        self._hang(self._scripts())
        return True

    def _closing(self, i: int) -> int:
        depth = 0
        for j in range(i, len(self.tokens)):
            text = self.tokens[j].text
            depth += text in OPEN or text == "{"
            depth -= text in CLOSE or text == "}"
            if depth == 0:
                return j
        return len(self.tokens)

    # -------------------------------------------------------------- names

    def _styled(self, token: Tex) -> bool:
        if token.text not in STYLES and token.text not in ACCENTS:
            return False
        at = token.at
        inside, after = argument(self.tokens, self.i + 1)
        inner = flat(inside)
        if token.text in ACCENTS:
            self.i = after
            self._name(f"{ACCENTS[token.text]}.{inner}", at)
        elif inner == "" or (token.text in WORDY and not re.search(r"[A-Za-z0-9]", inner)):
            self.i = after
        elif inner == "1" or (inner == "I" and not self.names.known("I")):
            self.i = after
            indicator = token.text == r"\mathbb" and self._peek() in OPEN | {"_"}
            self._ones(at, identity=inner == "I" and not (indicator and self._has_relation()))
        elif inner == "0":
            self.i = after
            self._scripts()
            self._whole(tree.Zero(at))
        elif len(inside) > 1 and not all(t.letter or t.number for t in inside):
            self.tokens[self.i : after] = inside  # \mathbf{W_1}, \mathbf{X^T}
        else:
            self.i = after
            self._digits_below()
            self._name(inner, at)
        return True

    def _has_relation(self) -> bool:
        close = self._closing(self.i if self._peek() in OPEN else self.i + 1)
        return any(t.text in RELATIONS for t in self.tokens[self.i : close])

    def _command(self, token: Tex) -> bool:
        word = token.text[1:]
        if token.text[0] != "\\" or not word.isalpha():
            return False
        if word not in GREEK and word.lower() not in FUNCTIONS:
            cure = "write it with letters, brackets, + - * / ^ _ and functions such as tr, log"
            raise Unreadable(f"the command {token.text} is not known", token.at, cure)
        self.i += 1
        self._name(word, token.at)
        return True

    def _letters(self, token: Tex) -> bool:
        if not token.letter:
            return False
        run = self._run_of_letters(self.i)
        if run in LIBRARIES and self._peek(len(run)) == ".":
            self.i += len(run) + 1
            return True
        word = self._word_at(self.i) or self._unknown_word(run) or run[0]
        self.i += len(word)
        at = token.at
        if word == "I" and not self.names.known("I"):
            self._ones(at, identity=True)
        elif word == "e" and not self.names.known("e") and self._peek() == "^":
            inside, self.i = argument(self.tokens, self.i + 1)
            self._whole(tree.Call(at, "exp", 0, (self._read(inside, at),)))
            self._hang(self._scripts())
        else:
            self._digits_below()
            self._word_below(word)
            self._name(word, at)
        return True

    def _word_below(self, word: str) -> None:
        """Y{pred} typed for Y_{pred}."""
        if self._peek() == "{" and len(word) == 1 and self.names.known(word):
            inside = flat(argument(self.tokens, self.i)[0])
            if len(inside) >= 3 and inside.isalpha() and inside.lower() not in FUNCTIONS:
                self.tokens.insert(self.i, Tex("_", self.tokens[self.i].at))

    def _unknown_word(self, run: str) -> str | None:
        """A word typed as one that we do not know: mask, loss, pred."""
        singly = all(self.names.known(c) or c in "dT" for c in run)
        return run if len(run) >= 3 and run[1:].islower() and not singly else None

    def _digits_below(self) -> None:
        """W1 typed for W_1."""
        digit = self.tokens[self.i] if self.i < len(self.tokens) else None
        if digit and digit.text.isdigit() and not digit.spaced:
            self.tokens[self.i : self.i + 1] = [Tex("_", digit.at), digit]

    def _name(self, base: str, at: int) -> None:
        """A symbol with what hangs on it: a name, a function, an entry of a matrix."""
        scripts = self._scripts()
        label, scripts = layer_label(scripts)
        below = next((s for s in scripts if s.kind == "sub"), None)
        name, marks = self._with_subscript(base, label, below, scripts)
        if name is None:
            return
        function = self._function(name, base, below)
        if function:
            self._call(function, marks, at)
            return
        applied = self._peek() in OPEN and any(s.is_prime for s in marks)
        if applied and not self.names.known(name):
            raise Unreadable(f"the function {name} is not defined", at)
        self._emit("NAME", name, at)
        if name in self.names.functionlike and self._peek() in OPEN:
            self._skip_argument()
        self._hang(marks)

    def _with_subscript(  # noqa: PLR0911
        self, base: str, label: str, below: Script | None, scripts: list[Script]
    ) -> tuple[str | None, list[Script]]:
        """The name meant, and the scripts that are not part of it (an index stays one)."""
        if below is None:
            return base + label, scripts
        others = [s for s in scripts if s.kind != "sub"]
        text = below.text
        full = self.names.resolved(f"{base}_{text}{label}")
        if full:
            return full, others
        if text == "+" or (self.names.known(base + label) and index_like(text)):
            return base + label, scripts
        if base == "delta" and re.fullmatch(r"[a-z],?[a-z]", text):
            return base, scripts
        head, _, tail = text.partition(",")
        if tail and self.names.known(f"{base}_{head}{label}") and index_like(tail):
            index = [t for t in below.tokens if t.text not in (head, ",")]
            return f"{base}_{head}{label}", [Script("sub", index, below.at), *others]
        if self._is_line(base, text):
            self._whole(tree.Line(below.at, base.upper(), text))
            self._hang(others)
            return None, []
        return f"{base}_{text}{label}", others

    def _is_line(self, base: str, index: str) -> bool:
        if len(base) != 1 or not base.islower() or self.names.known(base):
            return False
        return self.names.known(base.upper()) and index in ("i", "j", "k", "l")

    def _function(self, name: str, base: str, below: Script | None) -> str | None:
        if name in self.names.functions:
            return name
        if self.names.known(name):
            return None
        if base == "log" and below is not None:
            return {"2": "log2", "10": "log10", "e": "log"}.get(below.text)
        if name == "sigma":
            return "sigmoid"
        return FUNCTIONS.get(name.lower()) if len(name) > 1 else None

    def _call(self, function: str, marks: list[Script], at: int) -> None:
        primes = sum(s.is_prime for s in marks)
        powers = [s for s in marks if not s.is_prime and s.kind == "sup"]
        value = (function, primes)
        if self._peek() in OPEN or self._peek() == "{":
            if powers:  # \log^2(x)
                close = self._closing(self.i)
                inside = split_arguments(self.tokens[self.i + 1 : close])
                self.i = close + 1
                self._whole(
                    tree.Call(at, function, primes, tuple(self._read(a, at) for a in inside))
                )
                self._hang(powers)
                return
            self._emit("TAKES_BRACKET", value, at)
        elif function in TAKE_THE_RUN:
            self._emit("TAKES_RUN", value, at)
        elif not self._peek() or self._peek() in OPERATORS or self._peek() in CLOSE | {"}"}:
            self._whole(tree.Function(at, function, primes))
        else:
            self._emit("TAKES_ITEM", value, at)

    def _skip_argument(self) -> None:
        """The (W) of f(W), where f is a quantity that was introduced so."""
        close = self._closing(self.i)
        inside = self.tokens[self.i + 1 : close]
        try:
            found = Lexer(list(inside), self.reading).run()
        except Unreadable:
            return
        if found and all(t.type in ("NAME", "COMMA") for t in found):
            self.i = close + 1


def _primed(at: int, inner: Node) -> Node:
    """max(Z, 0)' may be the derivative; behind anything else a prime is a transpose."""
    called = isinstance(inner, tree.Call) and inner.function in ENTRYWISE | {"max"}
    return tree.Primed(at, inner) if called else tree.Transpose(at, inner)
