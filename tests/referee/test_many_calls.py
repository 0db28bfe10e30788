"""A check asks a function at all its points in one request, and each call stands for itself."""

import pytest

from .conftest import said

EACH = "answers = type(f).__call_each__(f, {})\n"
SERVANT = "import sys\nservant = sys.modules['sandbox.servant'].Servant\n"


def test_each_call_has_its_answer_or_its_exception(trial) -> None:
    test = EACH.format("[(1,), (0,), (4,)]") + (
        "assert answers[0] == 1 and answers[2] == 0.25\n"
        "assert isinstance(answers[1], ZeroDivisionError)"
    )
    (run,) = trial("def f(x): return 1 / x", test)
    assert run.passed, said(run)


def test_what_each_call_changes_in_place_changes_here(trial) -> None:
    test = (
        "x, y = torch.ones(1), torch.ones(2)\n"
        + EACH.format("[(x,), (y,)]")
        + ("assert x.tolist() == [2] and y.tolist() == [2, 2]")
    )
    (run,) = trial("def f(x): x += 1", test)
    assert run.passed, said(run)


def test_a_death_is_the_answer_to_all_calls_and_to_none_of_the_next_test(trial) -> None:
    student = "import os\ndef f(x):\n    if x == 2: os._exit(3)\n    return x"
    dies = EACH.format("[(1,), (2,)]") + "assert all(a.type_name == 'Stopped' for a in answers)"
    first, second = trial(student, dies, "assert f(1) == 1")
    assert first.passed, said(first)
    assert second.passed, said(second)


def test_what_came_before_time_was_up_counts(trial) -> None:
    student = "def f(x):\n    while x == 2: pass\n    return x"
    test = EACH.format("[(1,), (2,), (3,)]") + (
        "assert answers[0] == 1\nassert [a.type_name for a in answers[1:]] == ['Stopped'] * 2"
    )
    (run,) = trial(student, test)
    assert run.passed, said(run)


@pytest.mark.parametrize(
    "answers", ["[]", "[{'answer': 1}] * 3", "['garbage'] * 2", "[{'answer': 1, 'changed': 5}] * 2"]
)
def test_another_number_of_answers_or_garbage_ends_the_submission(trial, answers) -> None:
    """The student's process may answer what it likes; that it is no data is all that is seen."""
    forged = f"servant._call_each = lambda *_: iter({answers})\ndef f(x): return x"
    test = EACH.format("[(1,), (2,)]") + "assert all('no data' in str(a) for a in answers)"
    (run,) = trial(SERVANT + forged, test)
    assert run.passed, said(run)
