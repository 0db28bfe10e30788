"""The warm processes load while whoever will need them does other things."""

import os
import time

from grader.autograde.engine import Engine
from grader.sandbox.client import Starting
from grader.sandbox.isolation import Level


def test_what_was_begun_is_what_judges() -> None:
    """Begun once, however often it is foreseen; it ends with the engine."""
    engine = Engine()
    engine.foresee()
    begun = engine.begun
    engine.foresee()
    assert begun is engine.begun is not None
    engine.warm_up(None)
    assert engine.bench is not None
    assert engine.bench.warm.process is begun.process
    engine.close()
    assert begun.process.poll() is not None


def test_what_nobody_needed_ends_at_once() -> None:
    """A command that ends early, or wants another level, leaves nothing running."""
    engine = Engine()
    engine.foresee()
    begun = engine.begun
    assert isinstance(begun, Starting)
    engine.warm_up(Level.NONE)
    assert begun.process.poll() is not None
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
