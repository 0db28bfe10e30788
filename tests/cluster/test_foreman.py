"""Workers come, die and are refused; each paper ends with one answer, and the cluster goes on.

Scheduler and workers are real processes; in place of the engine the workers have a stand-in.
"""

import json
import signal
from concurrent.futures import Future
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

from dask import config as dask_config
from distributed.security import Security

from cluster.processes import STAND_IN, Cluster, cluster, ready
from grader.autograde.cluster import Cluster as OnCluster
from grader.autograde.engine import EngineError, Settings
from grader.autograde.foreman import Patience
from grader.autograde.judging import ClusterError, Paper
from grader.autograde.worker import notebook_from, tools, why_unfit
from sandbox.test_lives import eventually

SOON = 60.0  # seconds that no answer here may take


@pytest.fixture
def dask(tmp_path: Path):
    with cluster(tmp_path) as made:
        yield made


def on(dask: Cluster, told: list[str] | None = None, for_anybody: float = 40.0) -> OnCluster:
    said = [] if told is None else told
    return OnCluster(dask.address, said.append, Patience(for_anybody, for_better=1.0))


def paper(content: str) -> Paper:
    return Paper(content.encode(), (), None, Settings())  # type: ignore[arg-type]


def answer(future: "Future[object]") -> str:
    try:
        return future.result(SOON)["content"]  # type: ignore[index]
    except EngineError as error:
        return str(error)


def test_a_dead_worker_s_papers_are_judged_elsewhere(dask: Cluster) -> None:
    first, _ = (dask.start_worker(STAND_IN) for _ in range(2))
    told: list[str] = []
    with on(dask, told).at_work(None) as desks:
        assert ready(desks, 2)
        first.send_signal(signal.SIGSTOP)  # so that it keeps on its desk what it is given
        futures = [desks.hand(paper(f"wait {number}")) for number in range(12)]
        assert eventually(lambda: all(desk.errands for desk in desks.desks.values()))
        first.kill()
        assert [answer(one) for one in futures] == [f"wait {number}" for number in range(12)]
    assert len(told) == 1
    assert "is gone; 2 submissions are judged elsewhere" in told[0]


def test_a_paper_that_kills_fails_and_its_neighbours_do_not(dask: Cluster) -> None:
    """It is judged three times; after the first it has a desk to itself."""
    for _ in range(4):
        dask.start_worker(STAND_IN)
    contents = ["a", "b", "kill", *(f"wait {number}" for number in range(6))]
    with on(dask).at_work(None) as desks:
        answers = [answer(one) for one in [desks.hand(paper(content)) for content in contents]]
    assert answers.pop(2) == "3 workers of the cluster ended while they judged it"
    contents.pop(2)
    assert answers == contents
    assert sum(process.poll() is None for process in dask.started) == 2  # the scheduler and one


def test_an_unfit_worker_is_named_and_given_nothing(dask: Cluster) -> None:
    dask.start_worker(STAND_IN, NO_SANDBOX="1")
    dask.start_worker(STAND_IN, OTHER_TOOLS='{"torch": "1.0"}')
    dask.start_worker(STAND_IN, NO_GRADER="1")
    told: list[str] = []
    patient = OnCluster(dask.address, told.append, Patience(for_better=SOON))
    with patient.at_work(None) as desks:
        future = desks.hand(paper("a"))
        assert eventually(lambda: len(told) == 3)
        assert not future.done()
    said = " ".join(told)
    assert "is given no work: it cannot load grader" in said
    assert "is given no work: it has no sandbox (the kernel said no)" in said
    assert "is given no work: it has torch 1.0, and here is" in said


def test_with_unfit_workers_alone_it_ends_soon(dask: Cluster) -> None:
    dask.start_worker(STAND_IN, NO_SANDBOX="1")
    with (
        pytest.raises(ClusterError, match="none of the workers can be given work"),
        on(dask).at_work(None) as desks,
    ):
        desks.hand(paper("a")).result(SOON)


@pytest.mark.parametrize("tool", ["grader", "engine", "torch", "Python"])
def test_tools_must_be_the_same(tool: str) -> None:
    said = {"tools": tools() | {tool: "0"}, "sandbox": "L3"}
    assert f"it has {tool} 0, and here is" in str(why_unfit(json.dumps(said).encode()))


def test_who_comes_later_is_asked_too_and_helps(dask: Cluster) -> None:
    told: list[str] = []
    with on(dask, told).at_work(None) as desks:
        future = desks.hand(paper("a"))
        dask.start_worker(STAND_IN)
        assert answer(future) == "a"
        dask.start_worker(STAND_IN, NO_SANDBOX="1")
        while not told:
            assert answer(desks.hand(paper("wait"))) == "wait"
    assert "is given no work: it has no sandbox" in told[0]


def test_all_workers_gone_is_said_and_a_new_one_goes_on(dask: Cluster) -> None:
    only = dask.start_worker(STAND_IN)
    told: list[str] = []
    with on(dask, told).at_work(None) as desks:
        assert ready(desks, 1)
        only.kill()
        futures = [desks.hand(paper(f"wait {number}")) for number in range(4)]
        assert eventually(lambda: told)
        dask.start_worker(STAND_IN)
        assert [answer(one) for one in futures] == [f"wait {number}" for number in range(4)]
    assert len(told) == 1
    assert "is gone" in told[0]


def test_all_workers_gone_for_good_ends_it(dask: Cluster) -> None:
    only = dask.start_worker(STAND_IN)
    with on(dask).at_work(None) as desks:  # once it is there, we need not be patient
        desks.hand(paper("a")).result(SOON)
    with on(dask, for_anybody=5.0).at_work(None) as desks:
        assert ready(desks, 1)
        only.kill()
        with pytest.raises(ClusterError, match="no worker was ready for 5 s"):
            desks.hand(paper("a")).result(SOON)


def test_an_answer_that_is_not_data_is_not_taken() -> None:
    with pytest.raises(EngineError, match="a worker answered with dict, not with data"):
        notebook_from({"notebook": {}})


def test_a_scheduler_that_is_gone_ends_it(dask: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.autograde.cluster.CONNECT_SECONDS", 5.0)
    dask.start_worker(STAND_IN)
    with on(dask).at_work(None) as desks:
        assert answer(desks.hand(paper("a"))) == "a"
        dask.started[0].kill()
        with pytest.raises(ClusterError, match="the scheduler is gone"):
            desks.hand(paper("wait")).result(SOON)


def test_tls_is_as_dask_s_configuration_says(tmp_path: Path) -> None:
    """Only who has the key is heard: without it the scheduler might as well not be there."""
    settings = tls(tmp_path)
    environment = {f"DASK_{name.replace('.', '__').upper()}": v for name, v in settings.items()}
    with cluster(tmp_path, "--protocol=tls", **environment) as made:
        made.start_worker(STAND_IN)
        with dask_config.set(settings), on(made).at_work(None) as desks:
            assert answer(desks.hand(paper("a"))) == "a"
        with pytest.raises(ClusterError, match="no Dask scheduler answers"), on(made).at_work(None):
            pass


def tls(folder: Path) -> dict[str, str]:
    """A key made for this test, as docs/cluster.md has it set up."""
    own = Security.temporary()
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_text(own.tls_client_cert)
    key.write_text(own.tls_client_key)
    sides = ("client", "scheduler", "worker")
    pairs = {f"distributed.comm.tls.{side}.cert": str(cert) for side in sides}
    pairs |= {f"distributed.comm.tls.{side}.key": str(key) for side in sides}
    return pairs | {"distributed.comm.tls.ca_file": str(cert)}
