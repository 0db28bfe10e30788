r"""Set LaTeX as MathML, which browsers show without a script and screen readers speak.

    as_mathml(r"f = \|XW\|_F^2")     # '<math>...</math>', or the source where it cannot be set

What a student writes may be anything: what cannot be read is shown as it was written.
"""

from __future__ import annotations

import html
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from math_core import LatexToMathML

LONGEST = 4_000  # characters of source
LARGEST = 60_000  # characters of MathML: a macro can make much of little
WIDE = 26  # signs in a line

# What MathJax reads in a notebook and the converter calls by another name.
RENAMED = [
    (r"\\(begin|end)\{split\}", r"\\\1{aligned}"),
    (r"\\(begin|end)\{eqnarray(\*?)\}", r"\\\1{align*}"),
    (r"\\(begin|end)\{equation\}", r"\\\1{equation*}"),
    (r"\\(begin|end)\{align\}", r"\\\1{align*}"),
    (r"\\(begin|end)\{gather\}", r"\\\1{gather*}"),
    (r"\\mbox(?![A-Za-z])", r"\\text"),
    (r"\\(label|notag|nonumber)(?![A-Za-z])(\{[^{}]*\})?", r""),
    # A prime belongs beside a function's name, not above it.
    (r"\\(max|min)(?=\s*('|\^))", r"\\mathrm{\1}"),
]

ELEMENTS = """
    math mi mo mn mtext mspace mrow mfrac msqrt mroot msub msup msubsup munder mover munderover
    mmultiscripts mprescripts mtable mtr mtd mpadded mphantom mstyle menclose merror b i
"""
ATTRIBUTES = """
    display displaystyle scriptlevel mathvariant stretchy symmetric largeop movablelimits form
    fence separator lspace rspace minsize maxsize width height depth voffset linethickness
    accent accentunder columnspan rowspan style class
"""
TAG = re.compile(r"</?([A-Za-z]+)((?:\s+[a-z]+=\"[^\"<>]*\")*)\s*/?>")


@lru_cache(maxsize=4096)
def as_mathml(source: str, display: bool = False) -> Markup:
    """The formula as MathML; its source, quoted, where it cannot be set."""
    text = source.strip()
    if text and len(text) <= LONGEST:
        made = _converted(_readable(text), display)
        if made:
            return Markup(_scrolling(made, display) if _is_wide(made) else made)
    return as_source(text)


def as_source(source: str) -> Markup:
    """The formula as it was written."""
    return Markup('<code class="tex">{}</code>').format(source)


def _converted(text: str, display: bool) -> str:
    from math_core import LatexError

    try:
        made = _converter().convert_with_local_state(text, displaystyle=display)
    except LatexError:
        return ""
    return made if len(made) <= LARGEST and is_mathematics(made) else ""


@cache
def _converter() -> LatexToMathML:
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False, ignore_unknown_commands=False)


def _readable(text: str) -> str:
    for found, instead in RENAMED:
        text = re.sub(found, instead, text)
    has_lines = re.search(r"\\\\", text) and r"\begin" not in text
    if has_lines:  # lines without an environment, as MathJax allows
        name = "aligned" if "&" in text else "gathered"
        text = rf"\begin{{{name}}}{text}\end{{{name}}}"
    return text


def _is_wide(made: str) -> bool:
    """Whether a line of the formula may be wider than a phone."""
    lines = (html.unescape(re.sub(r"<[^>]*>", "", row)) for row in made.split("</mtr>"))
    return max(map(len, lines)) > WIDE


def _scrolling(made: str, display: bool) -> str:
    """The formula in a box that scrolls sideways, with the keyboard too."""
    kind = "wide" if display else "wide inline"
    return f'<span class="{kind}" role="group" aria-label="formula" tabindex="0">{made}</span>'


def is_mathematics(made: str) -> bool:
    """Whether there is nothing but MathML in it: the converter is trusted, and looked after.

    >>> is_mathematics('<math><mi mathvariant="normal">x</mi></math>')
    True
    >>> is_mathematics('<math href="x"></math>') or is_mathematics("<math><a>x</a></math>")
    False
    """
    tags = list(TAG.finditer(made))
    attributes = {name for tag in tags for name in re.findall(r"([a-z]+)=", _unquoted(tag[2]))}
    return (
        {tag[1] for tag in tags} <= set(ELEMENTS.split())
        and attributes <= set(ATTRIBUTES.split())
        and not re.search(r"[<>]", TAG.sub("", made))
    )


def _unquoted(attributes: str) -> str:
    return re.sub(r'"[^"]*"', "", attributes)
