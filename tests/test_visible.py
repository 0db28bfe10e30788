"""The check beneath an answer is the graded check: what gets nothing there is told wrong here."""

import nbformat
import pytest

from classroom import REPOSITORY
from grader.checks import CheckFailed
from grader.notebook import is_test
from notebooks import ASSIGNMENTS, namespace

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


def test_no_visible_check_gives_an_answer_away() -> None:
    """What is expected stands there as numbers: a formula would be the answer to another cell."""
    for assignment in ASSIGNMENTS:
        tests = [cell.source for cell in released(assignment).cells if is_test(cell)]
        assert tests
        assert not [test for test in tests if "torch.sigmoid" in test or "clamp" in test]
