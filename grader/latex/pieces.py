"""Pieces of a formula that mean something together: scripts, indices, labels, cases."""

import re
from dataclasses import dataclass

from .tex import CLOSE, OPEN, WORDY, Tex, argument, flat, words

INDEX_LETTERS = set("ijklmnrstpquvab")
INDEX_ITEM = re.compile(r"cdot|[a-z]|\d|:|\*")


@dataclass(frozen=True)
class Script:
    """What hangs on a symbol: `_{...}`, `^{...}` or a prime."""

    kind: str  # sub, sup, prime
    tokens: list[Tex]
    at: int

    @property
    def text(self) -> str:
        return flat(self.tokens)

    @property
    def is_prime(self) -> bool:
        return self.kind == "prime" or (self.kind == "sup" and self.text in ("prime", "'"))


def index_like(text: str) -> bool:
    """Whether a subscript reads as indices (ij, i:, i,j) rather than as part of a name."""
    parts = index_list(text)
    if "".join(parts) != text.replace(",", "") or not 1 <= len(parts) <= 2:
        return False
    if len(parts) == 1:
        return text in ("i", "j", "k", "l")
    return any(p in INDEX_LETTERS for p in parts)


def is_place(text: str) -> bool:
    """Whether a subscript counts out one entry: 1, 12 or 1,2."""
    return re.fullmatch(r"[1-9](,?[1-9])?", text) is not None


def index_list(text: str) -> tuple[str, ...]:
    """The indices of a subscript."""
    return tuple(INDEX_ITEM.findall(text))


def layer_label(scripts: list[Script]) -> tuple[str, list[Script]]:
    """A layer label such as ^{(1)} or ^{*}, which is part of the name, apart from the rest."""
    label, rest = "", []
    for script in scripts:
        text = script.text
        match = re.match(r"[\(\[](\w+)[\)\]]", text) if script.kind == "sup" else None
        if match and script.tokens[0].text in ("(", "["):
            label += f"^({match[1]})"
            close = next(i for i, t in enumerate(script.tokens) if t.text in (")", "]"))
            if script.tokens[close + 1 :]:  # of h^{[2](i)T} a sample and a transpose
                more, others = layer_label([Script("sup", script.tokens[close + 1 :], script.at)])
                label += more
                rest += others
        elif script.kind == "sup" and text in ("*", "star", "ast"):
            label += "^*"
        else:
            rest.append(script)
    return label, rest


def split(tokens: list[Tex], at: str) -> list[list[Tex]]:
    parts: list[list[Tex]] = [[]]
    for token in tokens:
        if token.text == at:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def split_arguments(tokens: list[Tex]) -> list[list[Tex]]:
    parts: list[list[Tex]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.text in OPEN or token.text == "{"
        depth -= token.text in CLOSE or token.text == "}"
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def bare(tokens: list[Tex]) -> list[Tex]:
    while len(tokens) >= 2 and tokens[0].text in OPEN | {"{"} and tokens[-1].text in CLOSE | {"}"}:
        tokens = tokens[1:-1]
    return tokens


CASE_WORDS = re.compile(
    r"\s*(if|when|where|for|otherwise|else|其他|其它|其餘|其余|否则|否則|若|当|當)*\s*"
)


def without_prose(tokens: list[Tex]) -> list[Tex]:
    """The condition of a case without its if, otherwise, 若, 其他."""
    out: list[Tex] = []
    i = 0
    while i < len(tokens):
        if tokens[i].text in WORDY:
            inside, j = argument(tokens, i + 1)
            text = words(inside)
            if CASE_WORDS.fullmatch(text.lower()) or not text.isascii():
                i = j
                continue
        if tokens[i].text.isascii() and tokens[i].text not in (r"\quad", r"\qquad"):
            out.append(tokens[i])
        i += 1
    while out and out[-1].text in ",;.":
        out.pop()
    while out and out[0].text in ",;.":
        out.pop(0)
    return [] if flat(out).lower() in ("otherwise", "else", "if", "") else out
