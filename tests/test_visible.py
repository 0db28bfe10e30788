"""The check beneath an answer is the graded check: what gets nothing there is told wrong here."""

import json
from pathlib import Path

import nbformat
import pytest

from classroom import REPOSITORY
from grader.checks import CheckFailed
from grader.cli import main
from grader.notebook import is_test
from notebooks import ASSIGNMENTS, namespace

NO_SIGMOID = """class Net(nn.Module):
    def __init__(self, n_feature, n_hidden, n_output):
        super().__init__()
        self.linear1 = nn.Linear(n_feature, n_hidden)
        self.linear2 = nn.Linear(n_hidden, n_output)

    def forward(self, x):
        return self.linear2(self.linear1(x))"""
TRAIN = """def train(X, Y, n_hidden, steps, lr, seed, gradients=None):
    torch.manual_seed(seed)
    p, q = X.shape[1], Y.shape[1]
    sizes = {{"W1": (p, n_hidden), "b1": (1, n_hidden), "W2": (n_hidden, q), "b2": (1, q)}}
    weights = {{name: {draw} for name, size in sizes.items()}}
    losses = []
    for _ in range(steps):
        s = torch.sigmoid(X @ weights["W1"] + weights["b1"])
        losses.append((Y - (s @ weights["W2"] + weights["b2"])).square().{total}().item())
        {update}
    return losses, tuple(weights.values())"""
AT_ONCE = """slopes = {name: gradients[name](X, Y, *weights.values()) for name in weights}
        weights = {name: weights[name] - lr * slopes[name] for name in weights}"""
IN_TURN = """for name in weights:
            weights[name] = weights[name] - lr * gradients[name](X, Y, *weights.values())"""
HALF = "0.5 * torch.randn(*size)"
BUGGY = """bug_line = 3
def fixed_forward(x, w1, b1, w2, b2):
    return (torch.sigmoid(x @ w1) + b1) @ w2 + b2"""


def train(draw: str = HALF, total: str = "sum", update: str = AT_ONCE) -> str:
    return TRAIN.format(draw=draw, total=total, update=update)


TRAINS = {
    "right": (train(), True),
    "updates one after the other": (train(update=IN_TURN), False),
    "mean loss": (train(total="mean"), False),
    "draws without 0.5": (train(draw="torch.randn(*size)"), False),
    "ascent": (train(update=AT_ONCE.replace("- lr", "+ lr")), False),
}


def released(assignment: str):
    path = REPOSITORY / "notebooks" / assignment / f"{assignment}.ipynb"
    return nbformat.read(path, as_version=4)


def said(folder: Path, capsys, assignment: str, **answers: str) -> dict[str, dict[str, str]]:
    """What `grader check` says of each graded cell of a student edition with these answers."""
    notebook = released(assignment)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    path = folder / f"{assignment}.ipynb"
    nbformat.write(notebook, path)
    main(["check", str(path), "--json"])
    return {cell["grade_id"]: cell for cell in json.loads(capsys.readouterr().out)["cells"]}


def test_a_student_is_told_of_wrong_values(tmp_path: Path, capsys) -> None:
    """`grader check` said ok to all of these, and grading gave nothing."""
    wrong = {"Net": NO_SIGMOID, "train": train(update=IN_TURN), "misplaced_bias": BUGGY}
    found = said(tmp_path, capsys, "two_layer_regression", **wrong)
    assert {found[f"{name}_test"]["status"] for name in wrong} == {"wrong"}
    assert found["misplaced_bias_test_line"]["status"] == "ok"
    assert "form only, values when graded" in found["misplaced_bias_test_line"]["message"]


@pytest.mark.parametrize("what", TRAINS)
def test_the_visible_check_of_train_knows_a_wrong_loop(what: str, capsys) -> None:
    source, agrees = TRAINS[what]
    names = dict(namespace("two_layer_regression"))
    exec(source, names)
    (test,) = [cell for cell in released("two_layer_regression").cells if cell.id == "train_test"]
    try:
        exec(test.source, names)
    except CheckFailed:
        assert not agrees
    else:
        assert agrees


def test_where_a_prediction_is_asked_only_its_form_is_looked_at(tmp_path: Path, capsys) -> None:
    guess = "after_first, after_second, after_zero = (1, 2, 3), (4, 5, 6), (7, 8, 9)"
    found = said(tmp_path, capsys, "matrix_derivative", accumulation=guess)
    assert found["accumulation_test"]["status"] == "ok"
    assert "form only, values when graded" in found["accumulation_test"]["message"]


def test_no_visible_check_gives_an_answer_away() -> None:
    """What is expected stands there as numbers: a formula would be the answer to another cell."""
    for assignment in ASSIGNMENTS:
        tests = [cell.source for cell in released(assignment).cells if is_test(cell)]
        assert tests
        assert not [test for test in tests if "torch.sigmoid" in test or "clamp" in test]
