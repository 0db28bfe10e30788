"""Formulas as MathML."""

import json
import re

import pytest

from classroom import REPOSITORY
from grader.course.pages.formula import as_mathml, is_mathematics
from grader.course.pages.prose import FORMULA
from pages.hostile import MARKDOWN

SHIPPED = sorted(
    {
        found["display"] or found["inline"] or found["environment"]
        for path in REPOSITORY.glob("solutions/*/*.ipynb")
        for cell in json.loads(path.read_text())["cells"]
        if cell["cell_type"] == "markdown"
        for found in FORMULA.finditer("".join(cell["source"]))
        if not found["code"] and not found["block"] and not found["escaped"]
    }
)


def test_every_formula_of_the_assignments_is_set() -> None:
    assert len(SHIPPED) > 80
    assert [tex for tex in SHIPPED if not as_mathml(tex, display=True).count("<math")] == []


@pytest.mark.parametrize("name", ["aligned", "align", "align*", "split", "gathered", "eqnarray"])
def test_lines_are_set_beneath_one_another(name) -> None:
    """Whatever students call the environment; equations are not numbered."""
    ampersand = "" if name == "gathered" else "&"
    made = as_mathml(rf"\begin{{{name}}} a {ampersand}= b \\ {ampersand}= c \end{{{name}}}", True)
    assert made.count("<mtr>") == 2
    assert "(1)" not in made


def test_lines_need_no_environment() -> None:
    assert as_mathml(r"a = b \\ c = d", True).count("<mtr>") == 2


def test_what_cannot_be_set_is_shown_as_it_was_written() -> None:
    assert as_mathml(r"\frac{a <b}{") == r'<code class="tex">\frac{a &lt;b}{</code>'


@pytest.mark.parametrize("bomb", ["{" * 4000, "x^{" * 900, r"\left(" * 600, "x" * 10**6])
def test_a_bomb_is_shown_as_it_was_written(bomb) -> None:
    assert as_mathml(bomb).startswith('<code class="tex">')


def test_a_macro_that_calls_itself_ends() -> None:
    assert as_mathml(r"\def\a{\a\a}\a").startswith("<code")


def test_a_wide_formula_can_be_scrolled_with_the_keyboard() -> None:
    assert 'tabindex="0"' in as_mathml("a + " * 40 + "b", True)
    assert "tabindex" not in as_mathml("a + b", True)


@pytest.mark.parametrize("text", MARKDOWN)
def test_mathml_holds_nothing_else(text) -> None:
    made = re.sub(r"^<span[^<>]*>|</span>$", "", as_mathml(text))  # a box to scroll in
    assert made.startswith("<code") or is_mathematics(made)
    assert not re.search(r"<script|<img|<a ", made)
