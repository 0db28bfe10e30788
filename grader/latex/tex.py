"""Cut TeX as typed into tokens, and take off what carries no meaning (spacing, boxes, colours).

`tokens(text)` gives the plain tokens; every token remembers its offset in the document.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .errors import Unreadable

MOST_TOKENS = 4000  # of one formula; the longest real one met has 300
DEEPEST = 40  # brackets in brackets


@dataclass(frozen=True, slots=True)
class Tex:
    """One TeX token: a command with its backslash, a number, or a character."""

    text: str
    at: int
    spaced: bool = False  # white space stood before it

    @property
    def letter(self) -> bool:
        return len(self.text) == 1 and self.text.isalpha() and self.text.isascii()

    @property
    def number(self) -> bool:
        return self.text[0].isdigit()


PIECE = re.compile(
    r"\\\\\*?(?:\s*\[\s*-?[0-9.]+\s*[a-z]{2}\s*\])?"  # a row's end, with its spacing
    r"|\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|%[^\n]*|\s+|.",
    re.S,
)
GREEK_LETTERS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ℓ": "ell",
}  # fmt: skip
UNICODE = {letter: f"\\{name}" for letter, name in GREEK_LETTERS.items()} | {
    "⊙": r"\odot", "∘": r"\circ", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "⊗": r"\otimes",
    "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "Σ": r"\sum", "√": r"\sqrt", "−": "-",
    "∗": "*", "（": "(", "）": ")", "，": ",", "；": ";", "：": ":", "＝": "=", "＋": "+",
    "－": "-", "＞": ">", "＜": "<", "［": "[", "］": "]", "【": "[", "】": "]", "｛": r"\{",
    "｝": r"\}", "｜": "|", "、": ",", "。": ",", "′": "'", "’": "'", "‘": "'", "″": "''",
    "‖": r"\|", "∥": r"\|", "〈": r"\langle", "〉": r"\rangle", "⟨": r"\langle", "⟩": r"\rangle",
    "⇒": r"\Rightarrow", "⟹": r"\Rightarrow", "→": r"\to", "∴": r"\therefore", "∵": r"\because",
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "≡": r"\equiv", "∈": r"\in",
    "ᵀ": "^T", "⊤": r"\top", "²": "^2", "³": "^3", "⁻": "^-", "½": r"\frac12", "𝟙": r"\mathbb{1}",
    "ŷ": r"\hat{y}", "Ŷ": r"\hat{Y}", "ŵ": r"\hat{w}", "Ŵ": r"\hat{W}", "ĥ": r"\hat{h}",
    "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3", "ₙ": "_n", "…": r"\dots", "ℝ": r"\mathbb{R}",
}  # fmt: skip

_SPACING = r"""
\, \; \! \: \> \/ \displaystyle \textstyle \scriptstyle \nonumber \notag \space \enspace
\thinspace \blacksquare \square \Box \qed \checkmark \limits \nolimits \hline \noindent \middle
\mathstrut \ensuremath \strut \relax \mathopen \mathclose \mathrel \mathbin \mathord \mathinner
\allowbreak \tiny \small \large \Large \LARGE \huge \Huge \normalsize ~ $"""
_STYLES = """
mathbf boldsymbol bm mathrm mathit mathsf mathcal mathscr mathfrak mathbb text textbf textrm
textit operatorname mathop vec pmb mbox mathtt textsf texttt bold symbf symbfit mathnormal"""
_UNSAID = r"\tag \label \color \phantom \hspace \vspace \ref \eqref \require \hskip"
_BOXES = r"\boxed \underline \fbox \cancel \hbox \eqalign \colorbox \smash \mathclap"
SPACING = set(_SPACING.split()) | {"\\ ", "\\\n"}
SIDED = {f"\\{size}{side}": side for size in ("big", "Big", "bigg", "Bigg") for side in "lrm"}
SIDED |= {f"\\{size}": "" for size in ("big", "Big", "bigg", "Bigg")}
SIDED |= {r"\left": "l", r"\right": "r"}
STYLES = {f"\\{style}" for style in _STYLES.split()}
WORDY = {rf"\{w}" for w in ("text", "textbf", "textrm", "textit", "mbox", "mathrm", "operatorname")}
SWITCHES = {r"\rm", r"\bf", r"\it", r"\sf", r"\cal", r"\tt"}
ACCENTS = {r"\hat": "hat", r"\widehat": "hat", r"\bar": "bar", r"\overline": "bar",
           r"\tilde": "tilde", r"\widetilde": "tilde", r"\dot": "dot"}  # fmt: skip
UNSAID, BOXES = set(_UNSAID.split()), set(_BOXES.split())
BRACES = {r"\underbrace", r"\overbrace"}
STACKED = {r"\overset", r"\stackrel", r"\underset"}
OPEN = {"(", "[", r"\{", r"\lbrace", r"\lparen", r"\lbrack"}
CLOSE = {")", "]", r"\}", r"\rbrace", r"\rparen", r"\rbrack"}
INNER_TABLES = {"cases", "matrix", "pmatrix", "bmatrix", "vmatrix", "Bmatrix", "smallmatrix",
                "dcases", "rcases"}  # fmt: skip


def tokens(text: str, offset: int = 0) -> list[Tex]:
    """The meaningful TeX tokens of a formula that starts at `offset` of its document."""
    return meaningful(cut(text, offset), offset)


def meaningful(found: list[Tex], offset: int = 0) -> list[Tex]:
    """The tokens without their clothes."""
    try:
        found = undress(_infix_over(found))
    except RecursionError:
        raise Unreadable("too many things inside one another", offset) from None
    _check_depth(found)
    return found


def cut(text: str, offset: int = 0) -> list[Tex]:
    """Every token, white space and comments only remembered as `spaced`."""
    found: list[Tex] = []
    spaced = False
    for match in PIECE.finditer(text):
        piece = match.group()
        if piece.isspace() or piece[0] == "%":
            spaced = True
            continue
        found += _pieces(piece, offset + match.start(), spaced)
        spaced = False
        if len(found) > MOST_TOKENS:
            raise Unreadable(f"the formula is longer than {MOST_TOKENS} symbols", offset)
    return found


def _pieces(piece: str, at: int, spaced: bool) -> list[Tex]:
    plain = "\\\\" if piece.startswith("\\\\") else UNICODE.get(piece, piece)
    if plain == "\\\\":
        return [Tex(plain, at, spaced)]
    if plain is piece:
        return [Tex(piece, at, spaced)]
    return [Tex(part, at, spaced) for part in PIECE.findall(plain)]


def _check_depth(found: Iterable[Tex]) -> None:
    depth = 0
    for token in found:
        opens = token.text in OPEN or token.text == "{" or token.text.startswith(r"\begin")
        closes = token.text in CLOSE or token.text == "}" or token.text.startswith(r"\end")
        depth += opens - closes
        if depth > DEEPEST:
            raise Unreadable(f"more than {DEEPEST} brackets inside one another", token.at)


def braced(found: Sequence[Tex], i: int) -> int:
    """Where the brace that opens at i closes; the end when it never does."""
    depth = 0
    for j in range(i, len(found)):
        depth += (found[j].text == "{") - (found[j].text == "}")
        if depth == 0:
            return j
    return len(found)


def argument(found: list[Tex], i: int) -> tuple[list[Tex], int]:
    r"""The TeX argument at i and the place after it; `\frac12` splits its number in place."""
    if i >= len(found):
        return [], i
    token = found[i]
    if token.text == "{":
        j = braced(found, i)
        return found[i + 1 : j], j + 1
    if token.number and len(token.text) > 1:
        found[i] = Tex(token.text[1:], token.at + 1)
        return [Tex(token.text[0], token.at, token.spaced)], i
    if token.text in STYLES or token.text in ACCENTS:
        _, j = argument(found, i + 1)
        return found[i:j], j
    if token.text in (r"\frac", r"\dfrac", r"\tfrac"):
        _, j = argument(found, i + 1)
        _, j = argument(found, j)
        return found[i:j], j
    return [token], i + 1


def flat(found: Iterable[Tex]) -> str:
    r"""The letters and signs of a label such as `{\text{pred}}`, as one plain string."""
    kept = (t for t in found if t.text not in "{}" and t.text not in STYLES | SWITCHES | SPACING)
    return "".join(t.text[1:] if t.text[0] == "\\" else t.text for t in kept)


def words(found: Iterable[Tex]) -> str:
    r"""What stands in a `\text{...}`, with its spaces."""
    return "".join((" " if t.spaced else "") + t.text.lstrip("\\") for t in found).strip()


def undress(found: list[Tex]) -> list[Tex]:
    r"""Drop layout, unwrap boxes and braces, and say which side a `\left|` stands on."""
    out: list[Tex] = []
    i = 0
    while i < len(found):
        i = _undress_one(found, i, out)
    return _without_empty_braces(out)


def _without_empty_braces(found: list[Tex]) -> list[Tex]:
    r"""`\max{}'(Z)` is `\max'(Z)`; an empty group before a script stays nothing as well."""
    out: list[Tex] = []
    for token in found:
        if token.text == "}" and out and out[-1].text == "{":
            out.pop()
        else:
            out.append(token)
    return out


def _undress_one(found: list[Tex], i: int, out: list[Tex]) -> int:  # noqa: PLR0911, C901
    token = found[i]
    if token.text in SPACING:
        if i + 1 < len(found):
            found[i + 1] = Tex(found[i + 1].text, found[i + 1].at, True)
        return i + 1
    if token.text in SIDED:
        return _sided(found, i, out)
    if token.text in UNSAID:
        return argument(found, i + 1)[1]
    if token.text in BOXES | BRACES | STACKED or token.text == r"\textcolor":
        return _unwrap(found, i, out)
    if token.text in (r"\intertext", r"\shortintertext"):
        out.append(Tex("\\\\", token.at, token.spaced))
        return argument(found, i + 1)[1]
    if token.text in (r"\xlongequal", r"\xequal"):
        return _stands_for(found, i, out, "=")
    if token.text in (r"\xrightarrow", r"\xRightarrow"):
        return _stands_for(found, i, out, r"\Rightarrow")
    if token.text in (r"\begin", r"\end"):
        return _environment(found, i, out)
    if token.text == r"\not":
        out.append(Tex(r"\ne", token.at, token.spaced))
        return i + 2
    if token.text == "*" and out and out[-1].text == r"\operatorname":
        return i + 1
    out.append(token)
    return i + 1


def _sided(found: list[Tex], i: int, out: list[Tex]) -> int:
    side, i = SIDED[found[i].text], i + 1
    if i >= len(found):
        return i
    mark = found[i]
    if mark.text == ".":
        return i + 1
    doubled = mark.text == "|" and i + 1 < len(found) and found[i + 1].text == "|"
    if mark.text in ("|", r"\vert", r"\|", r"\Vert") and side in ("l", "r"):
        double = mark.text in (r"\|", r"\Vert") or (doubled and side == "l")
        out.append(Tex(f"\\{side}{'V' if double else 'v'}ert", mark.at, mark.spaced))
        return i + 1 + (doubled and double and mark.text == "|")
    out.append(mark)
    return i + 1


def _unwrap(found: list[Tex], i: int, out: list[Tex]) -> int:
    token = found[i]
    first, j = argument(found, i + 1)
    if token.text in STACKED or token.text in (r"\textcolor", r"\colorbox"):
        first, j = argument(found, j)
    if token.text in BRACES and j < len(found) and found[j].text in "_^":
        j = argument(found, j + 1)[1]
    inner = undress(list(first))
    bare = token.text == r"\eqalign" or len(inner) == 1
    open_, close = Tex("{", token.at, token.spaced), Tex("}", token.at)
    out += inner if bare else [open_, *inner, close]
    return j


def _stands_for(found: list[Tex], i: int, out: list[Tex], text: str) -> int:
    out.append(Tex(text, found[i].at, True))
    j = i + 1
    if j < len(found) and found[j].text == "[":
        while j < len(found) and found[j].text != "]":
            j += 1
        j += 1
    return argument(found, j)[1] if j < len(found) and found[j].text == "{" else j


def _environment(found: list[Tex], i: int, out: list[Tex]) -> int:
    token = found[i]
    name, j = argument(found, i + 1)
    plain = flat(name).rstrip("*")
    if plain in INNER_TABLES:
        plain = "cases" if plain in ("dcases", "rcases") else plain
        out.append(Tex(token.text + plain, token.at, token.spaced))
    elif plain in ("array", "alignat", "alignedat") and token.text == r"\begin":
        j = argument(found, j)[1]
    if plain in ("array", "aligned", "gathered"):
        _cases_by_hand(token, out)
    return j


def _cases_by_hand(token: Tex, out: list[Tex]) -> None:
    r"""`\left\{\begin{array}{ll} ... \end{array}\right.` means cases."""
    opened = sum((t.text == r"\begincases") - (t.text == r"\endcases") for t in out)
    if token.text == r"\begin" and out and out[-1].text in (r"\{", r"\lbrace"):
        out[-1] = Tex(r"\begincases", token.at, True)
    elif token.text == r"\end" and opened > 0:
        out.append(Tex(r"\endcases", token.at))


def _infix_over(found: list[Tex]) -> list[Tex]:
    r"""Rewrite `{a \over b}` as `\frac{a}{b}`."""
    for _ in range(sum(t.text == r"\over" for t in found)):
        k = next(i for i, t in enumerate(found) if t.text == r"\over")
        low, high = _edge(found, k, -1), _edge(found, k, +1)
        at = found[k].at
        open_, close = Tex("{", at), Tex("}", at)
        top, bottom = found[low + 1 : k], found[k + 1 : high]
        fraction = [Tex(r"\frac", at), open_, *top, close, open_, *bottom, close]
        found = found[: low + 1] + fraction + found[high:]
    return found


def _edge(found: list[Tex], k: int, step: int) -> int:
    opens, closes = ("}", "{") if step < 0 else ("{", "}")
    depth, i = 0, k + step
    while 0 <= i < len(found):
        text = found[i].text
        if depth == 0 and (text == closes or text in ("=", "&", "\\\\")):
            return i
        depth += (text == opens) - (text == closes)
        i += step
    return i
