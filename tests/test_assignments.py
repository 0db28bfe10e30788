"""The tests of both assignments accept every right answer we could think of, and say why not."""

from typing import Any

import pytest
import torch

from notebooks import ASSIGNMENTS, cells, namespace

WEIGHTS = (
    "W1, b1, W2, b2 = (0.5 * torch.randn(*s) "
    "for s in [(p, n_hidden), (1, n_hidden), (n_hidden, q), (1, q)])"
)


def outcome(assignment: str, test: str, answer: str) -> str:
    """What a test cell says of an answer: '' if it passes, else its message."""
    names: dict[str, Any] = dict(namespace(assignment))
    try:
        exec(answer, names)
        exec(cells(assignment)[test], names)
    except Exception as error:
        return str(error) or type(error).__name__
    return ""


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_an_instructor_edition_runs_whole_without_error(assignment) -> None:
    assert namespace(assignment)


BY_REFERENCE = """
w, x, b = (torch.tensor(v, requires_grad=True) for v in (2.0, 1.0, 3.0))
((w * x + b) ** 2).backward()
after_first = (w.grad, x.grad, b.grad)
(w * x + b).backward()
after_second = (w.grad, x.grad, b.grad)
{zero}
(w * x + b).backward()
after_zero = (w.grad, x.grad, b.grad)
"""
TUPLES = "after_first, after_second, after_zero = {}"


def of(*tuples: str) -> str:
    return TUPLES.format(", ".join(tuples))


@pytest.mark.parametrize(
    "answer",
    [
        of("(10, 20, 10)", "(11, 22, 11)", "(1, 2, 1)"),
        of("[10., 20., 10.]", "[11, 22, 11]", "[1, 2, 1]"),
        of("torch.tensor([10., 20, 10])", "(11, 22, 11)", "torch.tensor([1, 2, 1])"),
        of(
            *(
                f"tuple(torch.tensor([[v]]) for v in {t})"
                for t in ("(10., 20, 10)", "(11., 22, 11)", "(1., 2, 1)")
            )
        ),
    ],
)
def test_accumulation_takes_numbers_and_one_element_tensors(answer) -> None:
    assert not outcome("matrix_derivative", "accumulation_test", answer)


@pytest.mark.parametrize(
    "zero", ["for v in (w, x, b): v.grad.zero_()", "w.grad = x.grad = b.grad = None"]
)
def test_a_grad_kept_by_reference_is_told_as_such(zero) -> None:
    said = outcome("matrix_derivative", "accumulation_test", BY_REFERENCE.format(zero=zero))
    assert "was .grad kept by reference and changed later?" in said


def test_forgetting_to_accumulate_is_wrong() -> None:
    answer = of("(10, 20, 10)", "(1, 2, 1)", "(1, 2, 1)")
    assert outcome("matrix_derivative", "accumulation_test", answer).startswith("after_second")


NETS = {
    "modules": """
class Net(nn.Module):
    def __init__(self, n_feature, n_hidden, n_output):
        super(Net, self).__init__()
        self.linear1 = nn.Linear(n_feature, n_hidden)
        self.sigmoid = nn.Sigmoid()
        self.linear2 = nn.Linear(n_hidden, n_output)
    def forward(self, x):
        return self.linear2(self.sigmoid(self.linear1(x)))
""",
    "functional": """
class Net(nn.Module):
    def __init__(self, i, h, o):
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(i, h), nn.Linear(h, o)
    def forward(self, x):
        return self.linear2(1 / (1 + torch.exp(-self.linear1(x))))
""",
}


@pytest.mark.parametrize("dress", NETS)
def test_net_may_be_written_in_several_ways(dress) -> None:
    assert not outcome("two_layer_regression", "Net_test", NETS[dress])


def test_net_without_sigmoid_or_with_swapped_sizes_is_wrong() -> None:
    straight = NETS["modules"].replace("self.sigmoid(self.linear1(x))", "self.linear1(x)")
    assert "agrees: no" in outcome("two_layer_regression", "Net_test", straight)
    swapped = NETS["modules"].replace(
        "nn.Linear(n_feature, n_hidden)", "nn.Linear(n_hidden, n_feature)"
    )
    assert "linear1.weight has shape (3, 5)" in outcome("two_layer_regression", "Net_test", swapped)


TRAIN = """
def train(X, Y, n_hidden, steps, lr, seed, gradients=None):
    torch.manual_seed(seed)
    p, q = X.shape[1], Y.shape[1]
    {weights}
    losses = []
    for _ in range(steps):
        {before}
        slopes = [gradients[k](X, Y, W1, b1, W2, b2) for k in ("W1", "b1", "W2", "b2")]
        for w, slope in zip((W1, b1, W2, b2), slopes):
            {move}
        {after}
    return losses, (W1, b1, W2, b2)
"""
LOSS = "losses.append(((Y - (torch.sigmoid(X @ W1 + b1) @ W2 + b2)) ** 2).sum(){item})"


def trained(*, item=".item()", before=True, move="w -= lr * slope", weights=WEIGHTS) -> str:
    note = LOSS.format(item=item)
    return TRAIN.format(
        weights=weights,
        before=note if before else "pass",
        move=move,
        after="pass" if before else note,
    )


@pytest.mark.parametrize(
    "answer",
    [
        trained(),
        trained(item=""),
        trained(before=False),
        trained(move="w.sub_(slope, alpha=lr)"),
        trained(move="w.data = w.data - lr * slope"),
    ],
)
def test_train_may_note_losses_before_or_after_and_move_in_place(answer) -> None:
    assert not outcome("two_layer_regression", "train_test", answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (trained(move="w += lr * slope"), "losses | shape (3,) as asked | agrees: no"),
        (trained(move="w -= lr * slope / len(X)"), "losses | shape (3,) as asked | agrees: no"),
        (trained().replace("in range(steps)", "in range(1)"), "1 losses were noted in 2 steps"),
        (trained(weights=WEIGHTS.replace("0.5 * ", "")), "agrees: no"),
    ],
)
def test_a_wrong_training_loop_is_told(answer, said) -> None:
    assert said in outcome("two_layer_regression", "train_test", answer)


def test_the_misplaced_bias_is_found_in_line_2_and_mended() -> None:
    given = "def fixed_forward(x, w1, b1, w2, b2):\n    return {} @ w2 + b2\n"
    right, still = "torch.sigmoid(x @ w1 + b1)", "(torch.sigmoid(x @ w1) + b1)"
    name = "two_layer_regression"
    assert not outcome(name, "misplaced_bias_test", given.format(right))
    assert "agrees: no" in outcome(name, "misplaced_bias_test", given.format(still))
    assert not outcome(name, "misplaced_bias_test_line", "bug_line = 2")
    assert outcome(name, "misplaced_bias_test_line", "bug_line = 3") == "line 3 is as it should be"


def test_training_on_the_data_of_the_assignment_learns_the_parabola() -> None:
    """2,000 steps bring the loss below twice the variance of the noise (0.04 / 12 a point)."""
    names = namespace("two_layer_regression")
    assert names["losses"][-1] < 2 * 100 * 0.04 / 12
    assert all(torch.isfinite(weight).all() for weight in names["weights"])


TAMPERING = {
    "misplaced_bias_test": """
def fixed_forward(x, w1, b1, w2, b2):
    w2.zero_(), b2.zero_()
    return torch.zeros(100, 1)
""",
    "Net_test": """
class Net(torch.nn.Module):
    def __init__(self, a, h, b):
        super().__init__()
        self.linear1, self.linear2 = torch.nn.Linear(a, h), torch.nn.Linear(h, b)
        torch.nn.init.zeros_(self.linear2.weight), torch.nn.init.zeros_(self.linear2.bias)
    def forward(self, x):
        return self.linear2(self.linear1(x))
""",
    "train_test": """
def train(X, Y, n_hidden, steps, lr, seed, gradients):
    torch.manual_seed(seed)
    p, q = X.shape[1], Y.shape[1]
    sizes = [(p, n_hidden), (1, n_hidden), (n_hidden, q), (1, q)]
    X.data, Y.data = torch.empty(0, p), torch.empty(0, q)
    return [0.0] * steps, tuple(0.5 * torch.randn(*size) for size in sizes)
""",
}


@pytest.mark.parametrize("test", TAMPERING)
def test_the_truth_does_not_depend_on_what_a_function_changes(test) -> None:
    """Changed arguments or weights of zero would make a zero of the truth too."""
    assert "agrees: no" in outcome("two_layer_regression", test, TAMPERING[test])
