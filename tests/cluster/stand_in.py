"""Loaded by a worker: it answers at once in place of the engine, as the papers tell it to."""

import json
import os
import signal
import sys
import time
from unittest.mock import MagicMock


def dask_setup(_worker):
    if "NO_GRADER" in os.environ:
        sys.modules["grader"] = None  # importing it fails
        return
    sys.modules["torch"] = MagicMock()  # nobody computes here, and loading it takes seconds
    from grader.autograde import worker

    worker.introduce, worker.judge_as_data = introduce, judge_as_data


def introduce(level):
    from grader.autograde.worker import tools

    said = {"tools": tools() | json.loads(os.environ.get("OTHER_TOOLS", "{}"))}
    if "NO_SANDBOX" in os.environ:
        return json.dumps(said | {"no_sandbox": "the kernel said no"}).encode()
    return json.dumps(said | {"sandbox": "L3"}).encode()


def judge_as_data(paper):
    if b"kill" in paper.content:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"wait" in paper.content:
        time.sleep(0.3)
    return json.dumps({"notebook": {"content": paper.content.decode()}}).encode()
