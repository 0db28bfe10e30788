"""The warm processes load while whoever will need them does other things."""

import os
import select
import threading
import time

from grader.autograde.engine import Engine
from grader.referee.bench import begun
from grader.sandbox.client import Starting
from grader.sandbox.isolation import Level


def test_what_was_begun_is_what_judges() -> None:
    """Begun once, however often it is foreseen; it ends with the engine."""
    engine = Engine()
    engine.foresee()
    early = engine.begun
    engine.foresee()
    assert early is engine.begun is not None
    engine.warm_up(None)
    assert engine.bench is not None
    assert engine.bench.warm.process is early.process
    engine.close()
    assert early.process.poll() is not None


def test_what_nobody_needed_ends_at_once() -> None:
    """A command that ends early, or wants another level, leaves nothing running."""
    engine = Engine()
    engine.foresee()
    early = engine.begun
    assert isinstance(early, Starting)
    engine.warm_up(Level.NONE)
    assert early.process.poll() is not None
    engine.foresee()  # a bench is there: no more is begun
    assert engine.begun is None
    engine.close()
    engine.foresee()
    late, before = engine.begun, time.monotonic()
    engine.close()
    assert late is not None
    assert late.process.poll() is not None
    assert time.monotonic() - before < 2
    assert not os.path.exists(f"/proc/{late.process.pid}")


def test_what_had_loaded_and_nobody_needed_ends_too() -> None:
    """What it forked held its stderr open, and the command that ended waited for minutes."""
    starting = begun()
    assert starting.referee_control
    select.select([starting.referee_control], [], [], 120)
    ending = threading.Thread(target=starting.give_up, daemon=True)
    ending.start()
    ending.join(30)
    assert not ending.is_alive()
