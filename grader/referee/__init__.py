"""Run test cells in a trusted process, against a submission that runs somewhere else.

`plan` says of each cell of an instructor edition where it runs; `case` is what a referee is asked
and what it answers; `submission` is the line to the sandbox; `proxy` stands for the submission's
functions; `court` runs a case.

It fails closed: only names that a solution cell of the instructor edition binds are looked up in
the submission, and what a proxy cannot do it refuses to do.
"""
