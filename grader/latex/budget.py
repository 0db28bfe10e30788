"""How long something may take: a budget of CPU time, so that a busy machine changes no verdict.

Reading the CPU clock can cost half a millisecond in a sandbox; the wall clock is nearly free, and
no thread has used more CPU than time has passed. So the CPU clock is read only once the wall clock
says that the budget might be spent.
"""

import time


class Budget:
    """Some seconds of this thread, from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.wall = time.monotonic() + seconds
        self.cpu = time.thread_time() + seconds

    def spent(self) -> bool:
        """Whether it is used up."""
        return time.monotonic() > self.wall and time.thread_time() > self.cpu


UNBOUNDED = Budget(float("inf"))
