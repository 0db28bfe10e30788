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


def test_an_answer_too_large_is_told_with_sizes_and_the_process_lives_on(trial) -> None:
    student = "kept = []\ndef f(x):\n    kept.append(x)\n    return torch.zeros(x << 17)"
    test = EACH.format("[(1,), (162,), (2,)]") + (
        "assert answers[0].numel() == 1 << 17 and answers[2].numel() == 2 << 17\n"
        "assert str(answers[1]) == 'too large: 81 MB, 64 allowed', answers[1]"
    )
    first, second = trial(student, test, "assert kept == [1, 162, 2]", names="f kept")
    assert first.passed, said(first)
    assert second.passed, said(second)


def test_a_text_too_large_leaves_the_process_alive(trial) -> None:
    student = "n = 0\ndef f(x):\n    global n\n    n += 1\n    return 'x' * x"
    test = "try: f(40 << 20)\nexcept ValueError as e: assert '41 MB, 32 allowed' in str(e), e"
    first, second = trial(student, test, "assert n == 1", names="f n")
    assert first.passed, said(first)
    assert second.passed, said(second)


def test_in_a_hidden_test_the_size_is_not_told(trial) -> None:
    """What a submission says there might speak of the hidden inputs."""
    test = (
        "### BEGIN HIDDEN TESTS\ntry: f(1)\nexcept ValueError as e: "
        "assert str(e) == 'too large: more than 64 MB', e\n### END HIDDEN TESTS"
    )
    (run,) = trial("def f(x): return torch.zeros(81 << 18)", test)
    assert run.passed, said(run)


OWN = "class {}: pass\ndef f(*x): return {}()"
CHECK = (
    "from grader import Problem, check\np = Problem(r'f = \\|X\\|_F^2', X='n,p')\ncheck(p, X=f{})"
)


def test_what_is_no_tensor_is_called_by_the_type_that_the_student_gave_it(trial) -> None:
    (run,) = trial(OWN.format("Wrapped", "Wrapped"), CHECK.format(""))
    assert "a tensor is asked for, this is a Wrapped" in said(run)


def test_a_type_with_a_wild_name_is_printed_tamely(trial) -> None:
    wild = "A = type('\\x1b[2J' + 'A' * 999, (), {})\ndef f(*x): return A()"
    (run,) = trial(wild, CHECK.format(""))
    assert f"this is a 2J{'A' * 38}" in said(run)
    assert "A" * 39 not in said(run)


def test_in_a_hidden_test_a_type_has_no_name(trial) -> None:
    hidden = f"### BEGIN HIDDEN TESTS\n{CHECK.format(', seed=3')}\n### END HIDDEN TESTS"
    (run,) = trial(OWN.format("Secret", "Secret"), hidden)
    assert not run.passed
    assert "Secret" not in said(run)
