"""Say a problem in words, as a student reads it: shapes, functions, what may help."""

from __future__ import annotations

from collections.abc import Iterable

from grader.algebra.expressions import Expr, is_number
from grader.algebra.forms import Unwritable
from grader.algebra.functions import FUNCTIONS, Function
from grader.algebra.parts import parts
from grader.algebra.sizes import typeset
from grader.algebra.write_latex import Latex
from grader.author.letters import letters_of, names_of, root_of
from grader.latex import Variable
from grader.problem import Problem
from grader.problem.statement import listed

NUMBERS = ("no", "One", "Two", "Three", "Four", "Five", "Six")
DOMAINS = {
    "one-hot": "has a single 1 in each row and zeros elsewhere",
    "probability": "has positive rows that sum to 1",
    "positive": "has positive entries",
    "invertible": "is invertible",
    "orthogonal": "is orthogonal",
    "symmetric": "is symmetric",
    "definite": "is symmetric and positive definite",
}
KINK = "Where its argument is exactly 0, any convention is right."
HELP = r"""$\langle P, Q \rangle = \operatorname{tr}(P^\top Q)$ is the sum of all entries of
$P \odot Q$, and $\odot$ multiplies entry by entry. Factors may be moved to the other side, turned:
$\langle P, QR \rangle = \langle Q^\top P, R \rangle = \langle PR^\top, Q \rangle$ and
$\langle P, Q \odot R \rangle = \langle P \odot Q, R \rangle$.
Where $df = \langle G, dX \rangle$, the gradient by $X$ is $G$."""


def formula(problem: Problem) -> str:
    """The formula with what is said of it: a paragraph or two of Markdown."""
    assert problem.formula is not None
    root = root_of(problem)
    said = [shapes(problem), *_notes(problem, root)]
    lines = [f"$${problem.formula.text}$$", wrapped(f"{'; '.join(said)}.")]
    if any(function.kink for function in _functions(root)):
        lines.append(KINK)
    if problem.named:
        lines.append(wrapped(_naming(problem)))
    return "\n\n".join(lines)


def shapes(problem: Problem) -> str:
    """What each variable is."""
    return listed([shape(variable) for variable in problem.variables.values()])


def shape(variable: Variable) -> str:
    name, rows, columns = f"${variable.name}$", *map(typeset, (variable.rows, variable.columns))
    if variable.row:
        return f"{name} is a row of ${columns}$ numbers, added to every row"
    said = f"{name} is ${rows} \\times {columns}$"
    if (rows, columns) == ("1", "1"):
        said = f"{name} is a number"
    return " and ".join([said, *(DOMAINS[word] for word in DOMAINS if word in variable.domain)])


def _notes(problem: Problem, root: Expr) -> list[str]:
    """What the signs of the formula mean."""
    terms = parts(root)
    assert problem.formula is not None
    notes = [_norm(problem, problem.formula.text)] if any(t.op == "squares" for t in terms) else []
    if r"\odot" in problem.formula.text:
        notes.append(r"$\odot$ multiplies entry by entry")
    if any(term.op == "apply" and not is_number(term) for term in terms):
        notes.append("functions are taken entry by entry")
    return [*notes, *(f"${function.meaning}$" for function in _functions(root) if function.meaning)]


def _functions(root: Expr) -> Iterable[Function]:
    """The functions that stand in a formula, each once."""
    names = [term.detail[0] for term in parts(root) if term.op == "apply"]
    return [FUNCTIONS[name] for name in dict.fromkeys(names)]


def _norm(problem: Problem, formula: str) -> str:
    """What the norm means, written as the formula writes it."""
    matrices = "_F" in formula
    letters, index = ("ACDEM", "_F") if matrices else ("acdez", "")
    letter = next(c for c in letters if c not in problem.variables)
    return rf"$\|{letter}\|{index}^2$ is the sum of the squares of all entries of ${letter}$"


def _naming(problem: Problem) -> str:
    """The names that the task gives."""
    named = listed([f"${name.text}$" for name in problem.named])
    return (
        f"We name {named}: a derivation may use {'them' if problem.named[1:] else 'it'} as defined."
    )


def names_for(problem: Problem) -> tuple[str, ...]:
    """The names that a derivation would choose, as equations."""
    letters = letters_of(problem, root_of(problem))
    writer = Latex(names_of(problem), letters)
    try:
        return tuple(f"{letter} = {writer.written_out(t)}" for t, letter in letters.items())
    except Unwritable:
        return ()


def wrapped(text: str, width: int = 100) -> str:
    """The text in lines; a formula between dollars stays whole."""
    lines, inside = [""], False
    for word in text.split(" "):
        fits = inside or len(lines[-1]) + len(word) < width
        lines[-1:] = [f"{lines[-1]} {word}".strip()] if fits else [lines[-1], word]
        inside ^= word.count("$") % 2 == 1
    return "\n".join(lines)


def how_many(lines: int) -> str:
    """A size hint, such as "Two lines."."""
    number = NUMBERS[lines] if lines < len(NUMBERS) else str(lines)
    return f"{number} line{'s' * (lines != 1)}."
