r"""What a text may mean by words of its own, tried and kept only where the text bears it out.

An `alias` is another name of the objective: texts say `dL` and `\nabla_W J` where the task says f.
A `claim` is a gradient that a sentence states: "the gradient with respect to W is ...".
A `delta` is a name given to a derivative by an intermediate without a word on how it was found.
"""

import re
from collections.abc import Iterator, Sequence

from grader.latex import tree
from grader.latex.names import canonical
from grader.latex.scope import Definition
from grader.latex.tree import Node

from .definitions import Document
from .equation import Equations
from .text import Statement

USUAL = ("L", "J", "E", "ell", "l", "C", "loss", "Loss", "cost")  # what an objective is called
GRADIENT = r"gradient|gradiente|derivative|Ableitung|dérivée|梯度|导数|導數|градиент"
SENTENCE = re.compile(  # "the gradient with respect to $W$ is therefore $"
    rf"(?:{GRADIENT})(?P<between>[^.。!?;\n]{{0,80}}?)"
    r"(?:\b(?:is|ist|est|es|equals|becomes|lautet|vaut)\b|[:：为為是])"
    r"[^.。!?;\n$\\]{0,30}$",
    re.I,
)
FORMULA = re.compile(r"\$([^$\n]{1,20})\$|\\\(([^()\n]{1,20})\\\)")
MULTIPLES = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)  # of a delta that a derivative may be
MOST_TRIED = 90  # equations, in looking for a delta
LOOK_BACK = 200  # characters before a formula in which its sentence may begin


def alias_of(document: Document) -> str:
    """The one undeclared name that the text derives as if it were the objective; "" if none."""
    if not document.objective:
        return ""
    derived = dict.fromkeys(
        name
        for statement in document.statements
        for part in statement.parts
        if isinstance(part.node, Node)
        for name in _derived(part.node)
        if not _means_something(name, document)
    )
    usual = [name for name in USUAL if name in derived]
    return usual[0] if usual else next(iter(derived), "") if len(derived) == 1 else ""


def _derived(node: Node) -> Iterator[str]:
    """The names that are derived by something, or whose differential is a side of its own."""
    whole = tree.unwrapped(node)
    tops = [n.top for n in tree.walk(node) if isinstance(n, tree.Derivative)]
    tops += [whole.inner] if isinstance(whole, tree.Differential) else []
    for top in tops:
        inner = tree.unwrapped(top)
        if isinstance(inner, tree.Product):  # L(W), which may be read as a product
            inner = tree.unwrapped(inner.factors[0][1])
        if isinstance(inner, tree.Name):
            yield inner.name


def _means_something(name: str, document: Document) -> bool:
    scope = document.scope
    known = (scope.variables, scope.definitions, scope.leaves, document.students)
    return name == document.objective or any(name in one for one in known)


def claimed(statement: Statement, text: str, asked: Sequence[str]) -> str:
    """The variable whose gradient the words before a formula say that it is; "" if they do not."""
    if len(statement.parts) != 1 or statement.parts[0].relation:
        return ""
    at = statement.parts[0].tokens[0].at
    before = re.sub(r"(\$\$?|\\\[|\\\()\s*$", "", text[max(0, at - LOOK_BACK) : at].rstrip())
    sentence = SENTENCE.search(before.rstrip())
    if sentence is None:
        return ""
    said = [canonical(a or b) for a, b in FORMULA.findall(sentence["between"])]
    named = [name for name in asked if canonical(name) in said]
    if said and not named:
        return ""
    return named[0] if named else asked[0] if len(asked) == 1 else ""


def delta_of(document: Document, equations: Equations) -> str:
    """A name that the text defines as a multiple of a derivative of f by an intermediate; a
    difference such as P - Y is none yet.
    """
    tried = 0
    known = [name for name in reversed(document.scope.definitions) if name in document.students]
    intermediates = _intermediates(document)
    for delta in (name for name in known if _multiplies(name, document)):
        for inner in (name for name in intermediates if name != delta):
            for multiple in MULTIPLES:
                tried += 1
                if tried > MOST_TRIED or document.budget.spent():
                    return ""
                if _is_derivative_by(inner, delta, multiple, document, equations):
                    return delta
    return ""


def _multiplies(name: str, document: Document) -> bool:
    """Whether its definition holds a product of two things that are no numbers."""
    return any(
        isinstance(node, tree.Product)
        and sum(not isinstance(factor, tree.Number) for _, factor in node.factors) > 1
        for definition in document.scope.definitions[name]
        for node in tree.walk(definition.node)
    )


def _intermediates(document: Document) -> list[str]:
    """What f takes a function of, given a name, and what the text or the task names."""
    found = dict(document.scope.definitions)
    bent = [
        argument
        for definitions in found.values()
        for definition in definitions
        for node in tree.walk(definition.node)
        if isinstance(node, tree.Call)
        for argument in node.arguments
        if not isinstance(tree.unwrapped(argument), tree.Name)
    ]
    for number, node in enumerate(bent):
        document.scope.define(f"inner.{number}", Definition(-1, node))
    inner = [f"inner.{number}" for number in range(len(bent))]
    return [*inner, *found]


def _is_derivative_by(
    inner: str, delta: str, multiple: float, document: Document, equations: Equations
) -> bool:
    whole = tree.Derivative(0, tree.Name(0, document.objective), tree.Name(0, inner))
    factors = (("", tree.Number(0, multiple)), ("", tree.Name(0, delta)))
    return equations.holds(whole, tree.Product(0, factors), float("inf"))
