r"""Formulas drawn for each student: readable, true, solved, all different and equally hard."""

import re
from collections import Counter
from functools import cache

import pytest
import torch

from grader import oracle
from grader.algebra.expressions import Expr
from grader.author.edition import drawn_cells
from grader.author.families import FAMILIES, draw, permuted
from grader.author.letters import root_of
from grader.author.own import own_task
from grader.author.solution import Solution, solution
from grader.author.tasks import Task

SEED = "a course's secret"
FEW = [(family, number) for family in FAMILIES for number in range(10)]
MANY = [(family, number) for family in FAMILIES for number in range(1, 201)]
SOME_OR_ALL = [
    pytest.param(FEW, id="50"),
    pytest.param(MANY, id="1000", marks=pytest.mark.slow),
]
every_draw = pytest.mark.parametrize("draws", SOME_OR_ALL)


@cache
def task(family: str, number: int) -> Task:
    return own_task("own", family, SEED, number)


@cache
def solved(family: str, number: int) -> dict[str, Solution]:
    one = task(family, number)
    return {variable: solution(one.problem, variable) for variable in one.variables}


@every_draw
def test_statements_read_well(draws) -> None:
    """No doubled sign, no factor 1, every variable with its shape; short enough for a phone."""
    for family, number in draws:
        one = task(family, number)
        text = drawn_cells(one)["own_formula"]
        assert not re.search(r"[+-] *[+-]|(?<!\d)[01](?=[A-Z\\])|\(\)|\s\s", one.formula), text
        assert text.count("{") == text.count("}")
        assert text.count("$") % 2 == 0
        assert len(one.formula) < 90
        for variable in one.problem.variables.values():
            assert f"${variable.name}$ is ${variable.rows} \\times {variable.columns}$" in text


@every_draw
def test_the_truth_agrees_with_finite_differences(draws) -> None:
    """Along a random direction, in float64, where the problem is asked."""
    generator = torch.Generator().manual_seed(0)
    for family, number in draws:
        one = task(family, number)
        values = one.problem.points(number, draws=1, corners=False)[0].values
        true = oracle.gradient(one.problem, values, one.variables)
        for name in one.variables:
            along = torch.randn(values[name].shape, generator=generator, dtype=torch.float64)
            ends = [
                one.problem.objective({**values, name: values[name] + step * along})
                for step in (-1e-5, 1e-5)
            ]
            slope = (ends[1] - ends[0]) / 2e-5
            expected = (true[name] * along).sum()
            size = true[name].norm() * along.norm()
            assert abs(slope - expected) < 1e-6 * size, (one.formula, name)


@every_draw
def test_solutions_pass_the_checks_and_derivations_are_right(draws) -> None:
    """`solution` gives code that `check` passes, and a derivation that earns all its points."""
    for family, number in draws:
        for variable, answer in solved(family, number).items():
            assert answer.missing == [], (task(family, number).formula, variable)


@every_draw
def test_all_of_a_family_are_equally_hard(draws) -> None:
    """The same operations as often, and derivations of as many lines."""
    seen: dict[str, set] = {}
    for family, number in draws:
        answers = solved(family, number)
        lines = tuple(len((a.derivation or "").splitlines()) for a in answers.values())
        operations = frozenset(Counter(map(operation, tree(root(family, number)))).items())
        seen.setdefault(family, set()).add((operations, lines))
    assert {family: len(kinds) for family, kinds in seen.items()} == dict.fromkeys(FAMILIES, 1)


def root(family: str, number: int) -> Expr:
    return root_of(task(family, number).problem)


def tree(term: Expr) -> list[Expr]:
    return [term, *(part for argument in term.args for part in tree(argument))]


def operation(term: Expr) -> str:
    """Which function is applied, which sign and which number makes nothing harder."""
    return "constant" if term.op == "number" else term.op


@pytest.mark.parametrize("family", FAMILIES)
def test_a_thousand_students_have_a_thousand_different_functions(family) -> None:
    """Different even after letters are renamed and sums are written in another order."""
    alike = Counter(shape_of(family, number) for number in range(1001))
    assert max(alike.values()) == 1


def shape_of(family: str, number: int) -> str:
    """The function that is meant, whatever its letters and the order of its sums."""
    one = task(family, number)
    letters: dict[str, str] = {}
    asked = {"X", "W", "V", "A", "M"}

    def named(letter: str) -> str:
        return letter if letter in asked else letters.setdefault(letter, f"v{len(letters)}")

    def said(term: Expr) -> str:
        if term.op == "leaf":
            return named(term.detail)
        args = [said(argument) for argument in term.args]
        if term.op == "plus":
            args = sorted([f"+{args[0]}", f"{term.detail:+}{args[1]}".replace("+1", "+")])
        detail = "" if term.op == "plus" else term.detail
        return f"{term.op}{detail}({','.join(args)})"

    return said(root_of(one.problem))


@pytest.mark.parametrize("size", [2, 7, 64, 1000, 4096])
def test_a_secret_permutes_all_numbers(size) -> None:
    """So a class gets different formulas by construction, not by luck."""
    orders = {tuple(permuted(n, size, secret) for n in range(size)) for secret in "abcdef"}
    assert all(sorted(order) == list(range(size)) for order in orders)
    assert len(orders) > 1


def test_another_secret_draws_others() -> None:
    ours, theirs = ([draw("factors", s, n) for n in range(50)] for s in ("ours", "theirs"))
    assert len(set(ours) & set(theirs)) < 5


def test_what_is_drawn_stays_the_same() -> None:
    """A change here would change the homework of running courses: never edit, add a family."""
    assert {family: draw(family, "autumn", 7).formula for family in FAMILIES} == {
        "residual": r"f = \|7X^\top W + 6Y\|_F^2 + 6\|W\|_F^2",
        "activation": r"f = \|3\cos(X^\top W) + 5B\|_F^2 + 3\|W\|_F^2",
        "weighted": r"f = \|M \odot (4W^\top X + 7T)\|_F^2 + 3\|W\|_F^2",
        "factors": r"f = \|7T + 6VWX^\top\|_F^2 + 9\|W\|_F^2",
        "trace": r"f = 9\operatorname{tr}(T^\top X) + 3\operatorname{tr}(XAX^\top) - 6\|X\|_F^2",
    }


def test_no_family_is_smaller_than_a_large_class() -> None:
    assert min(map(len, FAMILIES.values())) >= 4096


def test_a_number_beyond_the_family_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no 4096"):
        draw("trace", "autumn", 4096)
