"""Read what differentiates: `d`, a partial, a nabla, and fractions, which may be derivatives."""

from collections.abc import Callable

from . import tree
from .cursor import BARS, OPERATORS, TRANSPOSES, Cursor
from .errors import Unreadable
from .tex import CLOSE, OPEN, STYLES, SWITCHES, Tex, argument, flat
from .tree import Node

D_COMMANDS = {r"\dd", r"\diff", r"\differential", r"\differentialD"}


class Derivatives(Cursor):
    """The signs of derivatives among the tokens."""

    def _d_length(self, i: int) -> int:
        """How many tokens the differential sign at i takes; 0 when there is none."""
        text = [t.text for t in self.tokens[i : i + 4]]
        if not text:
            return 0
        if text[0] == "d" and "d" not in self.names.values:
            return int(not self._d_is_size(i))
        if text[0] in STYLES | SWITCHES and text[1:2] == ["d"] and not self._word_at(i + 1):
            return 2
        if text[0] in STYLES and text[1:4] == ["{", "d", "}"]:
            return 4
        if text[0] == "{" and text[1] in STYLES | SWITCHES and text[2:4] == ["d", "}"]:
            return 4
        return 1 if text[0] in D_COMMANDS else 0

    def _d_is_size(self, i: int) -> bool:
        """Whether d is a size here: alone, among sizes, or behind a slash and before a bracket."""
        if "d" not in self.names.sizes:
            return False
        after = self.tokens[i + 1].text if i + 1 < len(self.tokens) else ""
        slashed = i > 0 and self.tokens[i - 1].text == "/"
        return self._before_sizes(i + 1) or (slashed and after in OPEN | BARS)

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
        by = self._derivative_head(bottom)
        of = self._derivative_head(top) or int(bool(by) and flat(top) == "d")
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
        return type(self)(tokens, self.reading)._d_length(0)
