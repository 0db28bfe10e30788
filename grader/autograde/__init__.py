"""Grade submissions through nbgrader, so that each ends with a result."""
