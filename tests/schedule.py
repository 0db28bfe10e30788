"""Which tests share a worker, and which begin: `make test` lasts as long as its last worker."""

import pytest

# A file's tests share a worker; so do files that share what is costly to make, once a session.
TOGETHER = {
    "the graded classes": (
        "tests/test_one_record.py",
        "tests/test_example_class.py",
        "tests/cluster/test_grading.py",
        "tests/test_grade.py",
        "tests/test_cli.py",
        "tests/test_feedback.py",
    ),
    "a bench at each level": ("tests/referee/",),
    "a sandbox at each level": ("tests/sandbox/",),
}
# Those that take a minute or more, by their CPU; behind them come the others, to fill the gap.
FIRST = (
    "the graded classes",
    "tests/diagnosis/test_diagnosis.py",
    "tests/attacks/test_attacks.py",
    "tests/course/test_postgresql.py",
    "a sandbox at each level",
    "tests/cluster/test_foreman.py",
    "tests/author/test_own.py",
    "tests/test_budget.py",
    "tests/test_demos.py",
    "tests/fair/test_fair_marks.py",
    "tests/test_tutorial.py",
    "tests/test_trial.py",
    "tests/autograde/test_three_ways.py",
    "a bench at each level",
    "tests/course/test_late.py",
    "tests/author/test_families.py",
    "tests/autograde/test_resume.py",
    "tests/autograde/test_lost_cells.py",
)


def unit(nodeid: str) -> str:
    """What this test shares a worker with."""
    file = nodeid.partition("::")[0]
    return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)


def turn(item: pytest.Item) -> int:
    name = unit(item.nodeid)
    return FIRST.index(name) if name in FIRST else len(FIRST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    config.option.loadscopereorder = False  # the number of tests says little
    return Scheduling(config, log)
