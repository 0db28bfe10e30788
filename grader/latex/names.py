"""What the lexer must know of names: which are declared or defined, and which are functions."""

import re
from collections.abc import Iterable

from grader.algebra.functions import FUNCTIONS

# What is written like a function, and is an operation on matrices or on several arguments.
OPERATIONS = {
    "tr": "tr", "trace": "tr", "max": "max", "min": "min", "clamp": "clamp", "where": "where",
    "softmax": "softmax", "logsumexp": "logsumexp", "lse": "logsumexp", "diag": "diag",
    "vec": "vec", "sum": "sum", "mean": "mean", "det": "det", "logdet": "logdet",
    "transpose": "transpose", "inv": "inverse", "pow": "pow",
}  # fmt: skip
_GREEK = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho
sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi
Omega ell hbar"""
GREEK = set(_GREEK.split())
ACCENTED = re.compile(r"\\?(hat|widehat|bar|overline|tilde|widetilde|dot)\{?\\?\s*([A-Za-z]+)\}?")
SAME_ACCENT = {"widehat": "hat", "overline": "bar", "widetilde": "tilde"}


def function_named(word: str) -> str | None:
    """The function or operation that this word, in whatever case, is the name of."""
    function = FUNCTIONS.get(word.lower())
    return function.name if function else OPERATIONS.get(word.lower())


def canonical(name: str) -> str:
    r"""The one spelling of a declared name: W_{1} is W_1, \hat Y is hat.Y, W^{(1)} is W^(1)."""
    name = name.strip()
    accent = ACCENTED.match(name)
    if accent:
        word = SAME_ACCENT.get(accent[1], accent[1])
        name = f"{word}.{accent[2]}{name[accent.end() :]}"
    name = re.sub(r"\\(?:text|mathrm|mathbf|boldsymbol|bm|operatorname)", "", name)
    return (
        name.replace("\\", "").replace("{", "").replace("}", "").replace("[", "(").replace("]", ")")
    )


class Names:
    """The names in force in one text: declared variables, sizes, and what the student defines."""

    def __init__(self, declared: Iterable[str], sizes: Iterable[str]) -> None:
        self.values = set(declared)
        self.sizes = set(sizes)
        self.functions: set[str] = set()
        self.functionlike: set[str] = set()  # scalars written with their argument, f(W)

    def known(self, name: str) -> bool:
        """Whether the name has a value: declared, defined, or a size."""
        return name in self.values or name in self.sizes

    def resolved(self, name: str) -> str | None:
        """The known name meant: case does not matter once there is a subscript (B_1 is b_1)."""
        if self.known(name):
            return name
        alike = [v for v in self.values if v.lower() == name.lower()]
        return alike[0] if "_" in name and len(alike) == 1 else None
