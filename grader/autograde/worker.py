"""What a worker of a cluster does for us: it says what it can do, and it judges.

Both answers are plain data, JSON as bytes, so nothing that a submission made is ever unpickled. A
worker needs this package and a sandbox; it sees neither the course directory nor the gradebook.
"""

from __future__ import annotations

import json
import platform
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from grader import __version__
from grader.autograde.engine import ENGINE, ENGINE_OF_THIS_PROCESS, EngineError
from grader.autograde.judging import Paper, judge
from grader.autograde.reading import UnreadableError
from grader.sandbox.client import NoSandboxError
from grader.sandbox.isolation import Level

_KINDS = {kind.__name__: kind for kind in (UnreadableError, EngineError, NoSandboxError)}


def introduce(level: Level | None) -> bytes:
    """Which tools this worker has and how it shuts a submission in, tried: it warms up here."""
    said: dict[str, Any] = {"tools": tools()}
    try:
        said["sandbox"] = ENGINE_OF_THIS_PROCESS.warm_up(level).value
    except NoSandboxError as error:
        said["no_sandbox"] = str(error)
    return json.dumps(said).encode()


def why_unfit(introduction: object) -> str | None:
    """Why a worker that introduces itself so is given no work; None if it is."""
    said = _data(introduction)
    for name, ours in tools().items():
        if (theirs := said["tools"].get(name)) != ours:
            return f"it has {name} {theirs}, and here is {ours}"
    return f"it has no sandbox ({said['no_sandbox']})" if "no_sandbox" in said else None


def judge_as_data(paper: Paper) -> bytes:
    """What `judge` gives or raises."""
    try:
        return json.dumps({"notebook": judge(paper)}).encode()
    except tuple(_KINDS.values()) as error:
        return json.dumps({"kind": type(error).__name__, "why": str(error)}).encode()


def notebook_from(answer: object) -> Any:
    """The notebook in an answer of `judge_as_data`; raises what `judge` raised."""
    said = _data(answer)
    if "notebook" in said:
        return nbformat.from_dict(said["notebook"])
    raise _KINDS[said["kind"]](said["why"])


def _data(answer: object) -> dict[str, Any]:
    if not isinstance(answer, bytes):
        raise EngineError(f"a worker answered with {type(answer).__name__}, not with data")
    said: dict[str, Any] = json.loads(answer)
    return said


@cache
def tools() -> dict[str, str]:
    """What must be the same everywhere, so that scores and messages are."""
    return {
        "grader": f"{__version__} (sources {_fingerprint()})",
        "engine": ENGINE,
        "torch": version("torch").partition("+")[0],
        "Python": ".".join(platform.python_version_tuple()[:2]),
    }


def _fingerprint() -> str:
    """Tells one state of this package from another, whatever version it calls itself."""
    root = Path(__file__).parents[1]
    sources = sorted(path for path in root.rglob("*") if path.suffix in (".py", ".lark"))
    whole = sha256()
    for path in sources:
        whole.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return whole.hexdigest()[:10]
