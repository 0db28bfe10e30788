"""Copies are found however they are dressed; honest works that agree are not called copies."""

import random
import re
from pathlib import Path

import pytest

from classroom import TINY, hand_in, make_course, shipped_course
from grader.course.release import release
from grader.course.similarity import Work, similar, works
from grader.course.similarity.works import Part, common

# Ways in which honest students write the same right answers; each picks one of each.
MASKS = [
    "(Z > 0).to(Z.dtype)",
    "torch.where(Z > 0, 1.0, 0.0)",
    "(Z > 0).double()",
    "torch.heaviside(Z, Z)",
]
RESIDUALS = ["torch.relu(Z) - Y", "Z.clamp(min=0) - Y", "torch.maximum(Z, torch.zeros_like(Z)) - Y"]
PRODUCTS = [
    "X.T @ {d}",
    "torch.matmul(X.T, {d})",
    "torch.einsum('np,nq->pq', X, {d})",
    "X.t().mm({d})",
]
NAMES = ["delta", "d", "dZ", "back", "grad_Z", "err", "G", "inner", "upstream", "tmp"]
THOUGHTS = re.findall(
    r"\w+",
    """first the forward pass then going back through kink where slope is one or zero we need shape
    of weights so transpose comes left because rows are samples sum over batch chain rule says
    multiply elementwise by mask here not matrix product remember factor two from square do not
    forget check sizes before handing in this took me ages to see finally""",
)
STEPS = [
    r"$df = 2\operatorname{tr}((h - Y)^T dh)$",
    r"$df = \operatorname{tr}(2(h - Y)^T dh)$",
    r"$f = \operatorname{tr}((h-Y)^T(h-Y))$, so $df = 2\langle h - Y, dh\rangle$",
    r"$dh = \max'(Z) \odot dZ$",
    r"$dZ = X\,dW$",
    r"$df = \langle 2(h-Y)\odot \max'(Z), X dW\rangle$",
    r"$\frac{\partial f}{\partial W} = 2X^T((h-Y)\odot\max'(Z))$",
    r"$\frac{\partial f}{\partial W} = X^T[2(h-Y)\odot\max'(Z)]$",
]


def honest(number: int) -> Work:
    """A student who thinks alone, and comes to a right answer as the others do."""
    dice = random.Random(number)
    delta, two = dice.choice(NAMES), dice.choice(["2 * ", "2.0 * "])
    said = " ".join(dice.sample(THOUGHTS, 9))
    code = (
        f"def relu_grad_W(X, W, Y):\n    # {said}\n    Z = X @ W\n"
        f"    {delta} = {two}({dice.choice(RESIDUALS)}) * {dice.choice(MASKS)}\n"
        f"    return {dice.choice(PRODUCTS).format(d=delta)}\n"
    )
    steps = "\n".join(
        f"{' '.join(dice.sample(THOUGHTS, 6))} {step}" for step in dice.sample(STEPS, 5)
    )
    return Work(
        f"student{number:03}",
        (Part("relu_grad_W", True, code), Part("relu_derivation_W", False, steps)),
    )


def changed(work: Work, how: str) -> Work:
    """A copy of a work, dressed up."""
    return Work("copier", tuple(DRESS[how](part) for part in work.parts))


def with_text(part: Part, text: str) -> Part:
    return Part(part.name, part.is_code, text)


def renamed(part: Part) -> Part:
    swap = {name: f"my_{place}" for place, name in enumerate([*NAMES, "Z"])} if part.is_code else {}
    return with_text(part, re.sub(r"\w+", lambda one: swap.get(one[0], one[0]), part.text))


def laid_out(part: Part) -> Part:
    tighter, looser = part.text.replace(" @ ", "@").replace(" * ", "*"), part.text
    looser = looser.replace(" = ", "=").replace(", ", " ,\n   ")
    return with_text(part, tighter if part.is_code else looser)


def uncommented(part: Part) -> Part:
    return with_text(part, re.sub(r" *#.*", "", part.text)) if part.is_code else part


def shuffled(part: Part) -> Part:
    lines = part.text.splitlines()
    return part if part.is_code else with_text(part, "\n".join(lines[1:] + lines[:1]))


DRESS = {
    "as it is": lambda part: part,
    "renamed": renamed,
    "laid out": laid_out,
    "without comments": uncommented,
    "lines moved": shuffled,
    "all of it": lambda part: laid_out(uncommented(renamed(shuffled(part)))),
}
CLASS = [honest(number) for number in range(120)]


def test_honest_students_are_not_called_copies() -> None:
    """A hundred and twenty who come to the same answer alone: no pair is put forward."""
    assert similar(CLASS) == []


@pytest.mark.parametrize("how", DRESS)
@pytest.mark.parametrize("whose", [3, 17, 42, 99])
def test_a_copy_is_found(how: str, whose: int) -> None:
    """One copy among a hundred and twenty is found, whatever its dress, and is the only pair."""
    found = similar([*CLASS, changed(CLASS[whose], how)])
    assert [(pair.left, pair.right) for pair in found] == [("copier", f"student{whose:03}")]


def test_the_evidence_is_what_both_wrote() -> None:
    """A passage has the cell, and the lines as each of the two wrote them."""
    copy = changed(CLASS[3], "all of it")
    (pair,) = similar([*CLASS, copy])
    assert pair.passages
    for passage in pair.passages:
        for said, work in ((passage.left, copy), (passage.right, CLASS[3])):
            (part,) = [part for part in work.parts if part.name == passage.cell]
            assert set(said.splitlines()) <= set(part.text.splitlines())


def test_what_was_given_counts_nothing() -> None:
    """Two who write the solution's very words are two who know it."""
    model = Work("solution", CLASS[3].parts)
    twins = [Work(name, CLASS[3].parts) for name in ("noether", "dirac")]
    assert similar([*CLASS[10:], *twins], [model]) == []
    assert len(similar([*CLASS[10:], *twins])) == 1


def test_what_many_have_counts_nothing() -> None:
    """A line that a teaching assistant wrote on the board is in half the class."""
    board = "# as on the board the derivative of the kink is an indicator of where Z is over nought"
    told = []
    for work in CLASS[:60]:
        code, steps = work.parts
        told.append(Work(work.student, (with_text(code, code.text + board), steps)))
    assert similar([*told, *CLASS[60:]]) == []


@pytest.mark.parametrize(
    "text", ["def f(:\n  '''", "\x00", "$$" * 5000, "(" * 20000, "x = '\\", "\ud800", "#" * 100000]
)
def test_text_made_to_break_the_reader(text: str) -> None:
    """Broken code and broken mathematics are compared like any other text."""
    broken = [Work(name, (Part("a", True, text), Part("b", False, text))) for name in "xy"]
    assert isinstance(similar([*CLASS[:5], *broken]), list)


def test_the_example_class_holds_no_copies(tmp_path: Path) -> None:
    """Honest hand-ins in the words of real students, in a class too small to know what is rare."""
    from hand_in import hand_in as hand_in_all

    course = shipped_course(tmp_path / "course")
    hand_in_all(course)
    for name in course.assignments():
        assert similar(works(course, name), common(course, name)) == []


def test_works_are_read_from_the_course(tmp_path: Path) -> None:
    """Answer cells and added cells are compared; what is locked or given is not."""
    course = make_course(tmp_path / "course")
    release(course, [TINY])
    for student in ("noether", "dirac"):
        hand_in(course, student, {"double": "def double(x): return x + x", "setup": "ONE = 3"})
    damaged = course.submitted("curie", TINY)
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{ not json")
    found = works(course, TINY)
    assert [work.student for work in found] == ["dirac", "noether"]
    assert "setup" not in {part.name for part in found[0].parts}
    assert {part.name for work in common(course, TINY) for part in work.parts} >= {"double"}
