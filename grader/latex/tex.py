"""Cut TeX as typed into tokens: `cut(text)`; every token remembers its offset in the document."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .errors import Unreadable

MOST_TOKENS = 4000  # of one formula; the longest real one met has 300


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
    "\\_": "_", "\\part": r"\partial",
}  # fmt: skip

_SPACING = r"""
\, \; \! \: \> \/ \displaystyle \textstyle \scriptstyle \nonumber \notag \space \enspace
\thinspace \blacksquare \square \Box \qed \checkmark \limits \nolimits \hline \noindent \middle
\mathstrut \ensuremath \strut \relax \mathopen \mathclose \mathrel \mathbin \mathord \mathinner
\allowbreak \( \) \tiny \small \large \Large \LARGE \huge \Huge \normalsize ~ $"""
_STYLES = """
mathbf boldsymbol bm mathrm mathit mathsf mathcal mathscr mathfrak mathbb text textbf textrm
textit operatorname mathop vec pmb mbox mathtt textsf texttt bold symbf symbfit mathnormal"""
SPACING = set(_SPACING.split()) | {"\\ ", "\\\n"}
STYLES = {f"\\{style}" for style in _STYLES.split()}
WORDY = {rf"\{w}" for w in ("text", "textbf", "textrm", "textit", "mbox", "mathrm", "operatorname")}
SWITCHES = {r"\rm", r"\bf", r"\it", r"\sf", r"\cal", r"\tt"}
ACCENTS = {r"\hat": "hat", r"\widehat": "hat", r"\bar": "bar", r"\overline": "bar",
           r"\tilde": "tilde", r"\widetilde": "tilde", r"\dot": "dot"}  # fmt: skip
LABEL = r"\named"  # behind what a brace spans, before its label in braces
BEFORE = r"\transposing"  # stands for the {}^t of {}^tX
OPEN = {"(", "[", r"\{", r"\lbrace", r"\lparen", r"\lbrack"}
CLOSE = {")", "]", r"\}", r"\rbrace", r"\rparen", r"\rbrack"}


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
