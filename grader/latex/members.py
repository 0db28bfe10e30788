r"""Which matrix a symbol with an index is a part of: `member_of(names, base, label, scripts, at)`.

`z_k` may be a sample that was declared once for every k, `x_i` and `x^{(i)}` a row or column of X,
`a_{ij}` an entry of A. A name that is known is what it says.
"""

import re

from . import tree
from .names import Names
from .pieces import Script, index_list, is_place
from .tree import Node

LABELLED = re.compile(r"(.*)\^\((\w+)\)")  # z^{[1](i)}: layers, and a sample last
SMALL = re.compile(r"((?:\w+\.)?)([a-z])((?:_\d+)?(?:\^\(\w+\))*)")
LINES = {"i", "j", "k", "l"}


def member_of(
    names: Names, base: str, label: str, scripts: list[Script], at: int
) -> tuple[Node | None, list[Script]]:
    """What it is a part of, and the scripts that still hang on it; None where it is a name."""
    below = next((s for s in scripts if s.kind == "sub"), None)
    above = [s for s in scripts if s.kind != "sub"]
    labels = LABELLED.fullmatch(label)
    if labels and not names.resolved(base + label):
        base, raised = base + labels[1], labels[2]
        layered = below is not None and not names.is_index(below.text)  # delta_2^{(i)}
        base, rest = (f"{base}_{below.text}", above) if layered and below else (base, scripts)
        found = _sample(names, base, raised, at)
        return (found, rest) if found is not None else (None, scripts)
    if below is None or label or names.resolved(f"{base}_{below.text}"):
        return None, scripts
    found = _below(names, base, below.text, at)
    return (found, above) if found is not None else (None, scripts)


def _sample(names: Names, base: str, index: str, at: int) -> Node | None:
    r"""What x^{(i)} is."""
    if (base, "^") in names.families and len(index) == 1 and index.isalpha():
        return tree.Member(at, names.families[base, "^"], index)
    if index not in names.samples():
        return None
    if base in names.values:
        if base[0].isupper():
            return tree.Line(at, base, index)
        return tree.Index(at, tree.Name(at, base), (index,))
    if names.known(f"{base}^"):  # defined in the text, one for each
        return tree.Index(at, tree.Name(at, f"{base}^"), (index,))
    capital = _capital(names, base)
    return tree.Line(at, capital, index) if capital else None


def _below(names: Names, base: str, text: str, at: int) -> Node | None:
    """What x_i or a_{ij} is."""
    if (base, "_") in names.families and len(text) == 1 and text.isalpha():
        return tree.Member(at, names.families[base, "_"], text)
    if names.known(f"{base}_") and names.is_index(text):  # defined in the text; a size is called so
        return tree.Index(at, tree.Name(at, f"{base}_"), index_list(text))
    capital = _capital(names, base)
    if not capital:
        return None
    if text in LINES or text in names.indices:
        return tree.Line(at, capital, text)
    indices = index_list(text)
    counted = names.is_index(text) or is_place(text)
    if len(indices) == 2 and counted and not any(i in ":*" for i in indices):
        return tree.Index(at, tree.Name(at, capital), indices)
    return None


def is_applied(names: Names, member: Node) -> bool:
    """Whether its variables may stand behind it, as in f_i(w)."""
    base = member.base if isinstance(member, tree.Index) else None
    return isinstance(base, tree.Name) and base.name in names.functionlike


def is_sample(names: Names, base: str, raised: str) -> bool:
    """Whether e^{(i)} is a sample rather than a power."""
    label = raised[1:-1] if raised.startswith("(") and raised.endswith(")") else ""
    return label in names.samples() and _sample(names, base, label, 0) is not None


def _capital(names: Names, base: str) -> str:
    """The matrix whose small letter this is, where the small letter has no meaning of its own."""
    small = SMALL.fullmatch(base)
    if base in names.values or small is None:
        return ""
    accent, letter, label = small.groups()
    capital = accent + letter.upper()
    layer = re.sub(r"\^\((\d+)\)", r"_\1", label)  # h^{(2)} beside H_2
    found = (capital + one for one in (label, layer) if names.known(capital + one))
    return next((name for name in found if name not in names.sizes), "")
