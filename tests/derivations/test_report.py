"""What people and programs get: score, JSON, HTML, terminal, command."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.derivation.command import NotAProblem, derivation, run, variables_of
from grader.derivation.render import as_json, markdown, terminal
from grader.derivation.report import findings

PROBLEM = {
    "vars": "X:n,p W:p,q Y:n,q",
    "given": [r"f = \|XW - Y\|_F^2"],
    "asked": ["W", "Y"],
}
HALF = r"""Let $E = XW - Y$.

$$df = 2\operatorname{tr}(E^T dE)$$

$$\frac{\partial f}{\partial W} = 2X^TE$$

$$\frac{\partial f}{\partial Y} = 2E$$
"""


def test_score_is_sixty_for_gradients_and_forty_for_links() -> None:
    """One of two gradients stated is 30 %; all linking steps right is 40 %."""
    score = run(HALF, PROBLEM).score()
    assert (score.stated, score.linked) == (0.5, 1.0)
    assert score.total == pytest.approx(0.3 + 0.4)
    assert not score.needs_person


def test_gradients_without_a_derivation_are_sixty() -> None:
    """Right gradients alone, with nothing that links them to f."""
    text = r"$\nabla_W f = 2X^T(XW-Y)$, $\nabla_Y f = 2(Y-XW)$"
    assert run(text, PROBLEM).score().total == pytest.approx(0.6)


def test_identities_that_link_nothing_count_nothing() -> None:
    """X = X and tr(X^T X) = tr(X X^T) are no derivation."""
    text = r"$X = X$, $\operatorname{tr}(X^TX) = \operatorname{tr}(XX^T)$"
    assert run(text, PROBLEM).score().total == 0


def test_json_has_the_agreed_names() -> None:
    """The names of CONTRACT do not change."""
    found = as_json(findings(run(HALF, PROBLEM)))
    assert list(found) == [
        "verdict", "first_wrong_line", "mistake", "missing", "needs_person", "why", "conventions",
        "score", "steps",
    ]  # fmt: skip
    assert (found["verdict"], found["first_wrong_line"]) == ("wrong", 7)
    assert found["mistake"] == "the sign is wrong"
    assert found["missing"] == ["Y"]
    assert list(found["steps"][0]) == ["line", "column", "text", "verdict", "message"]
    assert [s["verdict"] for s in found["steps"]] == [
        "definition", "ok", "ok", "wrong",
    ]  # fmt: skip
    json.dumps(found)


def test_markdown_has_formulas_that_every_notebook_typesets() -> None:
    """Between dollars in a table of Markdown, with no bar or < that would end a cell or open a tag.

    VS Code typesets no formula in HTML.
    """
    lines = markdown(findings(run(r"$$f = \|XW\|_F^2 < |h|$$" + HALF, PROBLEM))).splitlines()
    assert lines[1:4] == ["", "| line | equation | verdict |", "| :-- | :-- | :-- |"]
    assert r"$f = \Vert XW\Vert _F^2 \lt \vert h\vert$" in lines[4]
    assert all(line.count("|") == 4 for line in lines[4:])
    assert "| **✗ wrong**<br>the sign is wrong" in lines[-1]


def test_hints_are_folded_and_only_on_request() -> None:
    """A row opens its hint where hints are asked for."""
    report = run(HALF, PROBLEM)
    steps = (replace(report.steps[0], hint="sizes *first*"),)
    hinted = findings(replace(report, steps=steps))
    assert "<details>" not in markdown(hinted)
    assert "<summary>hint</summary>sizes &#42;first&#42;</details>" in markdown(hinted, hints=True)


def test_markdown_takes_what_was_typed_literally() -> None:
    """No tag, emphasis, bar or link of a student's is read as Markdown."""
    text = r"$$f = <img src=x>|a| \href{javascript:alert(1)}{*X*} `c` [d](e)$$"
    shown = markdown(findings(run(text, PROBLEM)))
    row = shown.splitlines()[-1]
    assert row.count("|") == 4
    assert not set("`*[]\\") & set(row)
    assert "<img" not in row


def test_terminal_has_a_row_an_equation() -> None:
    """Line, mark, verdict, formula as typed; then the verdict in sentences."""
    lines = terminal(findings(run(HALF, PROBLEM))).splitlines()
    assert lines[0] == "1  ·  definition  E = XW - Y"
    assert lines[-5:] == [
        "There is a line that does not hold.",
        "The first wrong line is line 7: the sign is wrong.",
        "Not stated rightly: the gradient by Y.",
        "Gradient stated: 30 of 60 %.",
        "Steps: 40 of 40 %.",
    ]


def test_command_prints_and_exits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 when right, 1 when a person is needed or a line is wrong, 2 for a bad problem file."""
    text, problem = tmp_path / "a.md", tmp_path / "a.json"
    text.write_text(HALF)
    problem.write_text(json.dumps(PROBLEM))
    assert derivation(text, problem, as_data=True) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "wrong"
    text.write_text(r"$\nabla_W f = 2X^T(XW-Y)$, $\nabla_Y f = 2(Y-XW)$")
    assert derivation(text, problem) == 0
    problem.write_text("{")
    assert derivation(text, problem) == 2


@pytest.mark.parametrize(
    "given",
    [
        [r"f = \foo(X)"], ["XW"], ["f ="], [r"f = \|XW"], ["f = XW"], [""], 5, [5],
        [r"\|XW-Y\|^2 = f"], [r"f = \sum_{j>} X_{ij}"], [r"f = \begin{pmatrix} 1 & \end{pmatrix}"],
    ],
)  # fmt: skip
def test_a_given_that_cannot_be_read_is_one_line(
    given: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, problem = tmp_path / "a.md", tmp_path / "a.json"
    text.write_text("$$f = 1$$")
    problem.write_text(json.dumps({"vars": "X:n,p W:p,q Y:n,q", "given": given}))
    assert derivation(text, problem) == 2
    said = capsys.readouterr().err
    assert said.startswith("grader derivation: ")
    assert said.count("\n") == 1


def test_sizes_and_domains_of_a_problem_file() -> None:
    """A mark or a word after the sizes is a domain; a first size of 1 is a row."""
    found = {v.name: v for v in variables_of("Y:n,q* b:1,q S:n,n:definite c:1,1+")}
    assert found["Y"].domain == {"one-hot"}
    assert found["b"].row
    assert found["S"].domain == {"definite"}
    assert not found["c"].row
    with pytest.raises(NotAProblem, match="NAME:ROWS,COLUMNS"):
        variables_of("X:n")
