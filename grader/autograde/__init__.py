"""Grade submissions through nbgrader, so that each ends with a result."""

from grader.startup import start_soon

start_soon()  # a cluster's workers load this room by themselves, without our command line
