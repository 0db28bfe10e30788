"""Read numbers and names: a bold 1, a letter, a word, a function with its argument.

Which letters are one name, and what below them belongs to it, depends on the names that are known.
"""

import re

from . import tree
from .cursor import OPERATORS, RELATIONS, TRANSPOSES, Cursor
from .errors import Unreadable
from .names import GREEK, function_named
from .pieces import Script, bare, index_like, layer_label, split_arguments
from .tex import ACCENTS, CLOSE, OPEN, STYLES, WORDY, Tex, argument, flat

TAKE_THE_RUN = {"tr", "vec", "diag", "det", "sum", "logdet"}
LIBRARIES = {"np", "numpy", "torch", "tf", "F"}  # np.where is where


class Symbols(Cursor):
    """The numbers and names among the tokens."""

    # ------------------------------------------------------------- numbers, ones

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

    # ------------------------------------------------------------- names

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
        if word not in GREEK and not function_named(word):
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
            if len(inside) >= 3 and inside.isalpha() and not function_named(inside):
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
        if name in self.names.values or (name in self.names.sizes and self._before_sizes(self.i)):
            return None
        if base == "log" and below is not None:
            return {"2": "log2", "10": "log10", "e": "log"}.get(below.text)
        if name == "sigma":
            return "sigmoid"
        return function_named(name) if len(name) > 1 else None

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
            found = type(self)(list(inside), self.reading).run()
        except Unreadable:
            return
        if found and all(t.type in ("NAME", "COMMA") for t in found):
            self.i = close + 1
