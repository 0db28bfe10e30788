"""Every relation sign of a text is in one statement, or an aside with its reason."""

import re
from collections import Counter

import pytest

from grader.derivation.formulas import formulas
from grader.derivation.text import found_in

from .texts import Written, written

TEXTS = [text for folder in ("corpus", "further", "second", "third") for text in written(folder)]
SIGN = re.compile(r":=|==?(?!>)|＝|\\equiv|\\triangleq|\\coloneqq?|\\doteq")
WITH_MACROS = re.compile(r"\\(?:def|newcommand)")


def signs_of(text: str) -> set[int]:
    """Where relation signs stand in formulas: of := the last character."""
    return {
        formula.at + (match.end() - 1 if match.group() in (":=", "==") else match.start())
        for formula in formulas(text)
        for match in SIGN.finditer(formula.math)
    }


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_each_sign_is_in_one_step_or_aside(text: Written) -> None:
    if WITH_MACROS.search(text.text):
        pytest.skip("a macro's signs stand where it is called")
    found = found_in(text.text)
    used = Counter(p.sign.at for s in found.statements for p in s.parts if p.sign)
    aside = Counter(one.at for one in found.asides)
    assert set(used) | set(aside) >= signs_of(text.text)
    assert set((used + aside).values()) <= {1}


def test_few_signs_make_no_statement() -> None:
    """They stand in a script, a bracket, a condition, or a label."""
    found = [found_in(text.text) for text in TEXTS]
    asides = Counter(one.why for each in found for one in each.asides)
    assert set(asides) <= {"bracket", "inside", "label"}
    stated = sum(p.sign is not None for each in found for s in each.statements for p in s.parts)
    assert sum(asides.values()) < 0.05 * stated


@pytest.mark.parametrize(
    ("formula", "whys"),
    [
        (r"\sum_{i=1}^n x_i = 0", ["inside"]),
        (r"D = \mathbb{1}[y = 1]", ["bracket"]),
        (r"\underbrace{A}_{= B} = C", ["label"]),
        (r"f = \begin{cases} 1 & x = 1 \\ 0 & \text{else} \end{cases}", ["inside"]),
    ],
)
def test_why_a_sign_makes_no_statement(formula: str, whys: list[str]) -> None:
    assert [one.why for one in found_in(f"$${formula}$$").asides] == whys
