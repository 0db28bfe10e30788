"""Loaded by a worker: its kernel gives no sandbox."""

from tests.bare_machine import become_bare

become_bare()
