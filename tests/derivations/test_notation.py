"""Rewritings of the notation, and what may be put around an equation, change no verdict."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from grader.derivation.formulas import SEGMENT

from .texts import Written, written

TEXTS = written("corpus/right") + written("corpus/wrong") + written("further")
Rewriting = Callable[[str], str]


def in_formulas(change: Rewriting) -> Rewriting:
    """The change made inside formulas only."""
    return lambda text: SEGMENT.sub(lambda match: change(match.group()), text)


def sub(pattern: str, by: str) -> Rewriting:
    return in_formulas(lambda math: re.sub(pattern, lambda m: m.expand(by), math))


GRADIENT = r"\\d?frac\s*\{\\partial f\}\s*\{\\partial ([A-Za-z])\}"


def around(before: str, after: str) -> Rewriting:
    """Something put around each display that is one equation."""
    alone = re.compile(r"\$\$(?![^$]*(?:\\\\|&|\\begin))(\s*[^$=\s][^$]*=[^$]*?)([.,]?\s*)\$\$")
    return lambda text: alone.sub(lambda m: f"$${before}{m[1]}{after}{m[2]}$$", text)


def in_lines(pattern: str, by: str) -> Rewriting:
    return lambda text: re.sub(pattern, lambda m: m.expand(by), text, flags=re.M)


WRAPPINGS: dict[str, Rewriting] = {
    "in a box": around(r"\boxed{", "}"),
    "in a colour": around(r"{\color{blue} ", "}"),
    "in a size": around(r"{\Large ", "}"),
    "in braces": around("{{", "}}"),
    "in an array": around(r"\begin{array}{l} ", r" \end{array}"),
    "in cases": around(r"\begin{cases} ", r" \end{cases}"),
    "in a quotation": in_lines("^", "> "),
    "in a list": in_lines(r"^(\$\$[^$\n]+\$\$[.,]?)$", r"- \1"),
    "in a table": in_lines(r"^(\$[^$\n]+\$)$", r"| so | \1 |"),
}
REWRITINGS: dict[str, Rewriting] = WRAPPINGS | {
    "T to top": sub(r"\^T(?![a-zA-Z])|\^\{T\}", r"^{\\top}"),
    "top to T": sub(r"\^\{?\\top\}?(?![a-zA-Z])", r"^T"),
    "T to intercal": sub(r"\^T(?![a-zA-Z])|\^\{?\\top\}?(?![a-zA-Z])", r"^{\\intercal}"),
    "odot to circ": sub(r"\\odot", r"\\circ"),
    "tr to Tr": sub(r"\\(?:operatorname|mathrm|text)\{tr\}|(?<![a-zA-Z\\{])tr(?![a-zA-Z])",
                    r"\\operatorname{Tr}"),
    "sized brackets": sub(r"(?<![a-zA-Z])([()])(?![^{}]*\\(?:begin|end))", r"\\big\1"),
    "no thin spaces": sub(r"\\,", r" "),
    "upright d": sub(r"(?<![a-zA-Z\\{])(?<!\\mathrm )d(?=[A-Z](?![a-z]))", r"\\mathrm{d}"),
    "fraction to nabla": sub(GRADIENT, r"\\nabla_{\1} f"),
    "fraction to slash": sub(GRADIENT, r"\\partial f/\\partial \1 "),
    "dollars to brackets": lambda text: re.sub(
        r"\$\$(.+?)\$\$", lambda m: rf"\[{m[1]}\]", text, flags=re.S),
    "bold capitals": sub(r"(?<![a-zA-Z\\{])([XWY])(?![a-zA-Z])", r"\\mathbf{\1}"),
    "full-width brackets": sub(r"(?<![a-zA-Z])\((?=[^()]*\))([^()]*)\)", r"（\1）"),
}  # fmt: skip


def unchanged(text: Written, rewriting: Rewriting) -> bool:
    rewritten = replace(text, text=rewriting(text.text))
    if rewritten.text == text.text:
        return True
    before, after = text.report(), rewritten.report()
    same = [s.verdict for s in before.steps] == [s.verdict for s in after.steps]
    return same and before.verdict == after.verdict and before.missing == after.missing


@pytest.mark.parametrize("name", REWRITINGS)
def test_rewriting_changes_no_verdict_in_a_sample(name: str) -> None:
    """Every sixth text, rewritten, has the verdicts it had."""
    assert [t.name for t in TEXTS[::6] if not unchanged(t, REWRITINGS[name])] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", REWRITINGS)
def test_rewriting_changes_no_verdict(name: str) -> None:
    """Every text, rewritten, has the verdicts it had."""
    assert [t.name for t in TEXTS if not unchanged(t, REWRITINGS[name])] == []
