"""What is put around a whole equation does not hide it."""

import pytest

from grader.derivation import Report
from grader.derivation.command import run

PROBLEM = {"vars": "X:n,p W:p,q Y:n,q", "given": [r"f = \|XW-Y\|_F^2"], "asked": ["W"]}
STEP = r"$$df = 2\operatorname{tr}((XW-Y)^T X\,dW)$$" + "\n\n"
RIGHT = r"\frac{\partial f}{\partial W} = 2X^T(XW-Y)"
WRONG = r"\frac{\partial f}{\partial W} = 5X(XW-Y)"
OTHER = r"\frac{\partial f}{\partial X} = 2(XW-Y)W^T"
AROUND = {
    "a box": r"$$\boxed{%s}$$",
    "a colour": r"$${\color{blue} %s}$$",
    "a colour and its argument": r"$$\color{blue}{%s}$$",
    "coloured text": r"$$\textcolor{red}{%s}$$",
    "a line beneath": r"$$\underline{%s}$$",
    "a size": r"$${\Large %s}$$",
    "a frame": r"$$\fbox{%s}$$",
    "a frame with dollars": r"$$\fbox{$%s$}$$",
    "braces in braces": r"$${{%s}}$$",
    "aligned in a box": r"$$\boxed{\begin{aligned} %s \end{aligned}}$$",
    "an array": r"$$\begin{array}{l} %s \end{array}$$",
    "a system": r"$$\begin{cases} %s \\ " + OTHER + r" \end{cases}$$",
    "a system by hand": r"$$\left\{\begin{array}{l} %s \\ " + OTHER + r"\end{array}\right.$$",
    "a row of a table": "| what | formula |\n|--|--|\n| gradient | $%s$ |",
    "backticks in dollars": r"$`%s`$",
    "a colour of mathtools": r"$$\mathcolor{blue}{%s}$$",
    "a coloured frame": r"$$\fcolorbox{red}{white}{$%s$}$$",
    "a frame of MathJax": r"$$\bbox[5px,border:2px solid red]{%s}$$",
    "bold type": r"$$\boldsymbol{%s}$$",
    "an old font": r"$${\bf %s}$$",
    "aligned by hand": r"$$\left\{\begin{aligned} %s \\ \frac{\partial f}{\partial X} &= "
    r"2(XW-Y)W^T \end{aligned}\right.$$",
    "a box of mathtools": r"$$\begin{aligned}\Aboxed{%s}\end{aligned}$$",
    "lines above and below": r"$$\overline{\underline{%s}}$$",
    "square brackets": r"$$\left[ %s \right]$$",
    "curly brackets": r"$$\{ %s \}$$",
    "a tag with signs": r"$$%s \tag*{(a=b)}$$",
    "a number at the margin": r"$$%s \hfill (2)$$",
    "words and a colon": r"$$\textbf{Answer: } %s$$",
    "dollars of another kind": r"$$\colorbox{yellow}{\(\displaystyle %s\)}$$",
    "an array with words": r"$$\begin{array}{l|l} %s & \text{gradient} \end{array}$$",
    "a list": "- so\n- $%s$",
    "a list and a display": "1. so\n   $$%s$$",
    "a quotation": "> hence\n> $$\n> %s\n> $$",
    "doubled backslashes": r"\\[%s\\]",
    "doubled backslashes in a line": r"\\(%s\\)",
}


def checked(last: str, around: str) -> Report:
    return run(STEP + AROUND[around].replace("%s", last), PROBLEM)


@pytest.mark.parametrize("around", AROUND)
def test_a_right_equation_is_read_in_it(around: str) -> None:
    report = checked(RIGHT, around)
    assert report.verdict == "right"
    assert report.score().total == 1


@pytest.mark.parametrize("around", AROUND)
def test_a_wrong_equation_is_found_in_it(around: str) -> None:
    report = checked(WRONG, around)
    assert report.verdict == "wrong"
    assert report.first_wrong_line == (STEP + AROUND[around]).split("%s")[0].count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        r"$$\begin{aligned} df = \quad & 2\operatorname{tr}((XW-Y)^T X\,dW) \\ = \quad & "
        r"2\operatorname{tr}((X^T(XW-Y))^T dW) \\ " + RIGHT + r"\end{aligned}$$",
        r"$$\begin{aligned} df &= 2\operatorname{tr}((XW-Y)^T X\,dW) \\ \intertext{and so} "
        + RIGHT.replace("=", "&=") + r"\end{aligned}$$",
    ],
    ids=["space after a relation", "words between rows"],
)  # fmt: skip
def test_layout_between_rows_says_nothing(text: str) -> None:
    assert run(text, PROBLEM).verdict == "right"


@pytest.mark.parametrize("side", [r"\boxed{2X^T(XW-Y)}", r"{\color{red} 2X^T(XW-Y)}"])
def test_a_side_may_stand_in_it_alone(side: str) -> None:
    whole = rf"$$\frac{{\partial f}}{{\partial W}} = {side}$$"
    assert run(STEP + whole, PROBLEM).verdict == "right"
    assert run(STEP + whole.replace("2X", "5X"), PROBLEM).verdict == "wrong"


RELATIONS = [r"{\color{red} = %s}", r"\mathrel{\color{red}{=}} %s", "&amp;= %s"]


@pytest.mark.parametrize("sign", RELATIONS)
def test_a_relation_may_stand_in_it_too(sign: str) -> None:
    left = r"\begin{aligned}\frac{\partial f}{\partial W} "
    for right, verdict in (("2X^T(XW-Y)", "right"), ("5X^T(XW-Y)", "wrong")):
        whole = left + sign.replace("%s", right) + r"\end{aligned}"
        assert run(f"{STEP}$${whole}$$", PROBLEM).verdict == verdict


@pytest.mark.parametrize("around", ["~~$%s$~~", "<del>$$%s$$</del>", "<s>$%s$</s>"])
def test_what_is_struck_out_says_nothing(around: str) -> None:
    right, wrong = f"$${RIGHT}$$", f"$${WRONG}$$"
    assert run(STEP + around.replace("%s", WRONG) + right, PROBLEM).verdict == "right"
    assert run(STEP + around.replace("%s", RIGHT) + wrong, PROBLEM).verdict == "wrong"
    assert run(STEP + around.replace("%s", RIGHT), PROBLEM).missing == ("W",)


def test_what_cannot_be_seen_says_nothing() -> None:
    unseen = RIGHT.replace("W", "W\u200b")
    assert run(f"{STEP}$${unseen}$$", PROBLEM).verdict == "right"


@pytest.mark.parametrize(
    "text",
    [r"$$f = \begin{cases} 1 & x > 0 \\ 0 & x = 0 \end{cases}$$", r"$$a_{i=1} = {x}^{y=2}$$"],
)
def test_a_condition_or_a_script_is_no_equation(text: str) -> None:
    """Only what stands where a statement may is one."""
    report = run(text, {"vars": "x:1,1", "given": [], "asked": []})
    assert len(report.steps) <= 1


def test_an_unknown_box_is_not_passed_over() -> None:
    """What stands in it is reported, as not understood."""
    report = run(STEP + rf"$$\mystery{{{WRONG}}}$$", PROBLEM)
    assert report.steps[-1].verdict == "not_understood"
    assert report.needs_person
