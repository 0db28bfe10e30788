"""What the lexer must know of names: which are declared or defined, and which are functions."""

import re
from collections.abc import Iterable

from grader.algebra.functions import FUNCTIONS
from grader.algebra.operations import called

from .conventions import Customs
from .pieces import index_like

# What is written like a function, and is made of several operations or takes several arguments.
COMPOSED = {"clamp", "where", "mean", "logdet", "pow"}
_GREEK = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho
sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi
Omega ell hbar"""
GREEK = set(_GREEK.split())
CODE = {"axis", "dim", "keepdims", "True", "False"}  # words of code that have no value
NO_VARIABLES = {"pi", "delta", *CODE}
ACCENTED = re.compile(r"\\?(hat|widehat|bar|overline|tilde|widetilde|dot)\{*\\?\s*([A-Za-z]+)\}*")
LETTERING = re.compile(r"\\(?:text|mathrm|mathbf|boldsymbol|bm|operatorname|vec)(?![A-Za-z])\s*")
NUMBERED = re.compile(r"^([A-Za-z])(\d+)$")
SAME_ACCENT = {"widehat": "hat", "overline": "bar", "widetilde": "tilde"}


def function_named(word: str) -> str | None:
    """The function or operation that this word, in whatever case, is the name of."""
    word = word.lower()
    if function := FUNCTIONS.get(word):
        return function.name
    if operation := called(word):
        return operation.spellings[0]
    return word if word in COMPOSED else None


def takes_run(function: str) -> bool:
    """Whether what is called without brackets takes a whole product, as tr AB does."""
    operation = called(function)
    return operation.run if operation else function == "logdet"


def canonical(name: str) -> str:
    r"""The one spelling of a declared name: W_{1} is W_1, \hat Y is hat.Y, W^{(1)} is W^(1)."""
    name = LETTERING.sub("", name).strip().lstrip("{")
    accent = ACCENTED.match(name)
    if accent:
        word = SAME_ACCENT.get(accent[1], accent[1])
        name = f"{word}.{accent[2]}{name[accent.end() :]}"
    name = NUMBERED.sub(r"\1_\2", name)
    return (
        name.replace("\\", "").replace("{", "").replace("}", "").replace("[", "(").replace("]", ")")
    )


class Names:
    """The names in force in one text: declared variables, sizes, and what the student defines."""

    def __init__(
        self, declared: Iterable[str], sizes: Iterable[str], customs: Customs | None = None
    ) -> None:
        self.variables = frozenset(declared)
        self.values = set(self.variables)
        self.sizes = set(sizes)
        self.customs = customs or Customs()
        self.objective = ""
        self.numbers: set[str] = set()  # variables that are no vector or matrix
        self.applied: dict[str, bool] = {}  # not known, written like a function; with a prime
        self.relu_task = False  # it has a relu, and no sigma
        self.functions: set[str] = set()
        self.objectives: set[str] = set()  # what the objective is called: a number
        self.functionlike: set[str] = set()  # scalars written with their argument, f(W)
        self.indices: set[str] = set()  # letters over which something sums
        self.families: dict[tuple[str, str], str] = {}  # z and _ of z_k, declared for every k

    def known(self, name: str) -> bool:
        """Whether the name has a value: declared, defined, or a size."""
        return name in self.values or name in self.sizes

    def is_index(self, text: str) -> bool:
        """Whether a subscript reads as indices rather than as part of a name."""
        return index_like(text) or text in self.indices

    def samples(self) -> set[str]:
        """The letters that count samples in x^{(i)}."""
        return {"i", "j"} | self.indices

    def resolved(self, name: str) -> str | None:
        """The known name meant: case does not matter once there is a subscript (B_1 is b_1), nor
        elsewhere where the text is found to ignore it.
        """
        if self.known(name):
            return name
        alike = [v for v in self.values if v.lower() == name.lower()]
        if len(alike) != 1:
            return None
        case = self.customs.ask("case")
        return alike[0] if case == "ignored" or ("_" in name and case != "apart") else None
