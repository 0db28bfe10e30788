"""What the tests of an assignment ask the oracle is learnt once, from the course alone."""

from grader.autograde.engine import Engine
from grader.referee.bench import Bench
from grader.referee.case import Case, CellToRun, Judgement
from grader.referee.plan import Place

from .conftest import LIMITS

SET_UP = 'from grader import Problem, check\nq = Problem(r"f = \\|XA\\|_F^2", X="n,k", A="k,m")'
TEST = """check(q, A=f)
### BEGIN HIDDEN TESTS
check(q, A=f, seed=77)
### END HIDDEN TESTS"""
KNOWN = (
    "from grader import oracle\nprint([q['seed'] for q in oracle.learnt() if 'XA' in q['formula']])"
)


def judged(bench: Bench, *cells: tuple[Place, str]) -> Judgement:
    done = bench.judge(_case(*cells), LIMITS)
    assert isinstance(done, Judgement), done
    return done


def _case(*cells: tuple[Place, str]) -> Case:
    numbered = tuple(CellToRun(i, source, place) for i, (place, source) in enumerate(cells))
    return Case(numbered, frozenset({"f"}), frozenset())


def known(bench: Bench) -> str:
    (run,) = judged(bench, (Place.REFEREE, KNOWN)).runs
    return "".join(output["text"] for output in run.outputs)


def test_later_referees_know_what_a_rehearsal_asked_and_nothing_of_a_submission(bench) -> None:
    """A stub fails its visible test at once; the hidden one is rehearsed all the same."""
    right = "def f(X, A): return 2 * X.T @ X @ A"
    cells = (Place.BOTH, SET_UP), (Place.SANDBOX, right), (Place.REFEREE, TEST)
    assert judged(bench, *cells).runs[-1].passed
    assert known(bench) == "[]\n"
    stub = (Place.SANDBOX, "def f(X, A): raise NotImplementedError")
    bench.rehearse(_case(cells[0], stub, cells[2]), LIMITS)
    assert known(bench) == "[None, 77]\n"
    assert judged(bench, *cells).runs[-1].passed
    wrong = (Place.SANDBOX, "def f(X, A): return X.T @ X @ A")
    assert not judged(bench, cells[0], wrong, cells[2]).runs[-1].passed


def test_an_assignment_is_rehearsed_when_it_comes_again_and_only_then() -> None:
    """One submission alone would pay for it and gain nothing; so would a formula drawn once."""

    class Assignment:
        digest = "a"

    engine = Engine()
    assert [engine._comes_again(Assignment) for _ in range(4)] == [False, True, False, False]
