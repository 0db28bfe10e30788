"""How long something may take: a budget of CPU time, so that a busy machine changes no verdict.

Reading the CPU clock can cost half a millisecond in a sandbox; the wall clock is nearly free, and
no thread has used more CPU than time has passed. So the CPU clock is read only once the wall clock
says that the budget might be spent.

Work asks often whether it may go on. A long time between two questions is something else: Python
collects garbage, or the whole machine stood still. It counts for a quarter of the budget at most.
"""

import time


class Budget:
    """Some seconds of this thread, from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.longest = seconds, seconds / 4
        self.passed, self.asked = 0.0, time.monotonic()
        self.cpu = time.thread_time() + seconds

    def spent(self) -> bool:
        """Whether it is used up."""
        now = time.monotonic()
        self.passed += min(now - self.asked, self.longest)
        self.asked = now
        return self.passed > self.seconds and time.thread_time() > self.cpu


UNBOUNDED = Budget(float("inf"))
