"""What a notebook calls: check a student's functions against a problem, one line for each.

    check(relu, W=relu_grad_W)                   # visible: two ordinary draws
    check(relu, W=relu_grad_W, seed=20261)       # hidden: three, every size at 1, large values
    check(network, P=predict)                    # the left side's name asks for the value itself
    check(network, W1=network_grad_W1, stable=True)   # arguments at which exp overflows

A check prints, and raises `CheckFailed` when an answer does not agree; it writes no stderr and ends
in no value, so it can stand in any test cell. A visible check that fails also shows where the
answer is off, as a small picture: in a notebook, or on the page that is made of its outputs. All it
needs of a function is to call it: with fresh float64 tensors in the order in which the problem
declares them, and float64 as default dtype (a referee that calls across processes must carry the
default dtype over, and copy changed arguments back; it may give its functions' type a method
`__call_each__`, which takes a list of arguments and gives a list of answers and exceptions, and
`__asked_for__`, which is told the problem, the variable and the seed of a gradient that is asked).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from textwrap import fill

import torch
from torch import Tensor

from grader import oracle, picture
from grader.catalogue import Reason
from grader.diagnosis import Asked, explain
from grader.graded.verdict import note
from grader.oracle import Question
from grader.precision import default_dtype
from grader.problem import Point, Problem
from grader.verdict import IN_FLOAT32, Outcome, Verdict, as_tensor, judge

Function = Callable[..., object]
GLUE = "\xa0"  # a space at which no line is folded
MOST_TIMES = 1_000  # more entries than the largest argument has, and no answer is explained
ROUNDINGS_32 = 2.0**-20  # sixteen of them, one after the other
FOLDED = 88  # columns; fits beside VS Code's file list


class CheckFailed(AssertionError):  # noqa: N818 - it reads as what it says in a notebook
    """An answer does not agree; the message is the check line that the student reads."""

    def __init__(
        self,
        message: str,
        verdicts: Sequence[Verdict] = (),
        pictures: Sequence[dict[str, object]] = (),
    ) -> None:
        super().__init__(message)
        self.verdicts = tuple(verdicts)  # what the message says, as values, for the record
        self.pictures = tuple(pictures)  # outputs, for a page where no notebook shows them

    def _render_traceback_(self) -> list[str]:
        """What IPython prints: the message alone; a traceback would show the test's own lines.

        Folded, because VS Code cuts a long line off, and the diagnosis stands at its end.
        """
        return [folded(line) for line in f"CheckFailed: {self}".splitlines()]


def folded(line: str) -> str:
    """A check line in several, with no field divided that fits on one."""
    short = FOLDED - 8
    fields = [field.replace(" ", GLUE) if len(field) < short else field
              for field in line.split(" | ")]  # fmt: skip
    return fill(" | ".join(fields), FOLDED, subsequent_indent="    ").replace(GLUE, " ")


def check(
    problem: Problem,
    /,
    *,
    seed: int | None = None,
    stable: bool = False,
    lists: str = "accept",
    **functions: Function,
) -> None:
    """Print one line for each function, then raise CheckFailed if any disagrees.

    Each keyword is a variable's Python name, whose gradient the function returns, or the name on
    the formula's left side, whose value it returns. Without `seed` the check is the visible one.
    """
    asked = oracle.asked(problem, list(functions), seed, stable)
    for name, function in functions.items():
        tell(function, problem, name, seed)
    verdicts = [verdict_on(problem, name, f, asked, lists) for name, f in functions.items()]
    settle(verdicts, pictures=seed is None)


def tell(function: Function, problem: Problem, name: str, seed: int | None) -> None:
    """Let what stands for a function know what it is asked for, so that it can be asked again."""
    hear = getattr(type(function), "__asked_for__", None)
    if hear and name in problem.variables:
        hear(function, problem, name, seed or oracle.VISIBLE_SEED)


def verdict_on(
    problem: Problem, name: str, function: Function, asked: Sequence[Question], lists: str
) -> Verdict:
    """The verdict on one function over all questions: the first that fails, else the last."""
    outcomes = outcomes_of(function, [question.point for question in asked])
    verdicts = [
        judge(name, outcome, question.truth[name], lists)
        for outcome, question in zip(outcomes, asked, strict=True)
    ]
    verdicts = [
        forgive_float32(verdict, question, function)
        for verdict, question in zip(verdicts, asked, strict=True)
    ]
    failed = next((i for i, verdict in enumerate(verdicts) if not verdict.agrees), None)
    if failed is None:
        remarks = dict.fromkeys(said for verdict in verdicts for said in verdict.remarks)
        worst = max(verdicts, key=lambda verdict: verdict.furthest or 0.0)
        return replace(worst, remarks=tuple(remarks))
    points = [question.point for question in asked]
    answered = list(map(answer_at, points, outcomes))
    verdict = diagnose(problem, verdicts[failed], points[failed], answered, function)
    return place(verdict, points[failed])


def forgive_float32(verdict: Verdict, question: Question, function: Function) -> Verdict:
    """The verdict, agreeing if only float32 somewhere on the way keeps it from doing so.

    A difference quotient is as near in float64. Asked in float32 it is far off; a formula is not.
    """
    if verdict.kind != "precision":
        return verdict
    truth = question.truth[verdict.name]
    near = ROUNDINGS_32 * float(truth.abs().max())
    if (verdict.furthest or 0.0) > near:
        return verdict
    (outcome,) = calls(function, [question.point.values], torch.float32)
    again = answer_at(question.point, outcome).answer
    if again is None or again.shape != truth.shape or not (again - truth).abs().max() <= 4 * near:
        return verdict
    said = (IN_FLOAT32, *verdict.remarks)
    return replace(verdict, agrees=True, kind="agrees", reasons=(), remarks=said)


def place(verdict: Verdict, point: Point) -> Verdict:
    """The verdict, saying where the answer fails if it is right at ordinary points."""
    if not point.kind or verdict.kind == "missing":
        return verdict
    where = Reason.of("remark.at", where=point.kind)
    return replace(verdict, remarks=(*verdict.remarks, where))


def diagnose(
    problem: Problem, verdict: Verdict, failed: Point, asked: Sequence[Asked], function: Function
) -> Verdict:
    """The verdict with a misconception named, if one explains the answer at every point asked."""
    if verdict.kind == "precision":
        return replace(verdict, diagnosis=("few_digits",))
    if verdict.kind == "nan" and failed.kind.startswith("large"):
        overflows = tuple(Reason("answer.overflows", why.values) for why in verdict.reasons)
        return replace(verdict, reasons=overflows, diagnosis=("overflow",))
    if verdict.kind not in ("differs", "shape", "raised"):
        return verdict

    def again(point: Point) -> Asked:
        return answer_at(point, *outcomes_of(function, [point]))

    found = explain(problem, verdict.name, asked, again)
    named = [Reason.of("answer.diagnosis", text=found.sentence)] if found.sentence else []
    known = verdict.reasons if says_more(verdict) or not named else ()
    said = [*named, *known] if verdict.kind == "raised" else [*known, *named]
    return replace(verdict, reasons=tuple(said), diagnosis=found.names)


def says_more(verdict: Verdict) -> bool:
    """Whether the reason for the shape says what a diagnosis does not: a dimension is lost."""
    return verdict.kind != "shape" or len(verdict.shape or ()) != len(verdict.asked or ())


def answer_at(point: Point, outcome: Outcome) -> Asked:
    """One point with the tensor that was returned there, if it was one."""
    answer = None if outcome.error else as_tensor(outcome.value)
    if answer is None or answer.is_complex():
        return Asked(point, None, outcome.error)
    most = MOST_TIMES * max(value.numel() for value in point.values.values())
    if not 0 < answer.numel() <= most:  # only its shape says anything, and it might take minutes
        return Asked(point, None, "ValueError: of no size that could be explained")
    answer = answer.detach().to_dense()
    return Asked(point, answer.double() if answer.dtype is torch.bool else answer, outcome.error)


def outcomes_of(function: Function, points: Sequence[Point]) -> list[Outcome]:
    """What a call does at each point; after a dtype error it is made once more in float32."""
    asked = [point.values for point in points]
    outcomes = calls(function, asked, torch.float64)
    for index, outcome in enumerate(outcomes):
        if "dtype" in outcome.error or "scalar type" in outcome.error:
            (again,) = calls(function, [asked[index]], torch.float32)
            outcomes[index] = outcome if again.error else replace(again, retried=True)
    return outcomes


def calls(
    function: Function, asked: Sequence[Mapping[str, Tensor]], dtype: torch.dtype
) -> list[Outcome]:
    """A call with fresh copies of each set of values, in the given dtype."""
    given = [{name: v.to(dtype, copy=True) for name, v in values.items()} for values in asked]
    with default_dtype(dtype):
        answers = answers_of(function, [tuple(copies.values()) for copies in given])
    return [outcome(*one) for one in zip(answers, given, asked, strict=True)]


def answers_of(function: Function, many: list[tuple[Tensor, ...]]) -> list[object]:
    """An answer, or what was raised, for each; one that lives elsewhere is asked all at once."""
    together = getattr(type(function), "__call_each__", None)
    if together:
        return list(together(function, many))
    return [attempt(function, arguments) for arguments in many]


def attempt(function: Function, arguments: tuple[Tensor, ...]) -> object:
    """The answer, or whatever a student's code raises."""
    try:
        return function(*arguments)
    except (Exception, SystemExit) as error:
        return error


def outcome(answer: object, given: Mapping[str, Tensor], asked: Mapping[str, Tensor]) -> Outcome:
    """What one call did: its answer or error, and what it changed of what it was given."""
    if isinstance(answer, BaseException):
        return Outcome(error=describe(answer))
    changed = [
        name for name, value in given.items() if not is_same(value, asked[name].to(value.dtype))
    ]
    return Outcome(answer, changed=tuple(changed))


def describe(error: BaseException) -> str:
    """An exception in one line; one that crossed processes says its own name."""
    name = getattr(error, "type_name", type(error).__name__)
    lines = str(error).strip().splitlines()
    return f"{name}: {lines[0]}" if lines else name


def is_same(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are equal in shape and every entry (nan equals nan)."""
    if one.shape != other.shape:
        return False
    return torch.equal(one, other) or torch.equal(one.nan_to_num(), other.nan_to_num())


def true_gradients(problem: Problem, *names: str) -> dict[str, Callable[..., Tensor]]:
    """The true gradient functions by name, each called with the problem's variables in order.

    For tests of code that is given gradients, such as a training loop.
    """

    def function_of(name: str) -> Callable[..., Tensor]:
        def true_gradient(*variables: Tensor) -> Tensor:
            values = dict(zip(problem.variables, variables, strict=True))
            return oracle.gradient(problem, values, [name])[name]

        return true_gradient

    return {name: function_of(name) for name in names}


def check_equal(**pairs: tuple[object, object]) -> None:
    """Print one line for each `name=(yours, true)`, then raise CheckFailed if any disagrees.

    Numbers, tensors and lists of them are compared as gradients are: in shape, then entry by entry.
    """
    settle([verdict_on_value(name, yours, true) for name, (yours, true) in pairs.items()])


def verdict_on_value(name: str, yours: object, true: object) -> Verdict:
    """The verdict on one value that is no function: a loss curve, a tuple of numbers."""
    truth = as_tensor(true)
    assert truth is not None, f"the true value of {name} is no number or tensor"
    truth = truth if truth.is_floating_point() else truth.double()
    return replace(judge(name, Outcome(yours), truth), remarks=())


def settle(verdicts: Sequence[Verdict], pictures: bool = False) -> None:
    """Print the lines of those that agree, then raise with the others', with pictures if wished."""
    for verdict in verdicts:
        if verdict.agrees:
            print(verdict.line())
            note(verdict)
    wrong = [verdict for verdict in verdicts if not verdict.agrees]
    if wrong:
        drawn = list(drawn_of(wrong)) if pictures else []
        raise CheckFailed("\n".join(verdict.line() for verdict in wrong), wrong, drawn)


def drawn_of(wrong: Sequence[Verdict]) -> Iterator[dict[str, object]]:
    """Where each of these answers is off, shown in a notebook, and as outputs."""
    for one in wrong:
        if one.distance is not None and one.distance.ndim == 2 and one.at:
            picture.show(one.name, one.distance, one.at)
            yield picture.output(one.name, one.distance, one.at)
