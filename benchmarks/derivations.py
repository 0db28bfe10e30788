"""How long a derivation takes: median CPU milliseconds a document and a step, set by set.

Run it as `python -m benchmarks.derivations`. Each document is checked five times, the fastest run
counts; CPU time is taken, so that other processes matter less.
"""

import json
import statistics
import time
from pathlib import Path

from grader.derivation.command import run

CORPUS = Path(__file__).parents[1] / "tests" / "derivations"
ROUNDS = 5


def milliseconds(path: Path) -> tuple[float, int]:
    """The fastest of some runs, and the number of steps."""
    text, problem = path.read_text(), json.loads(path.with_suffix(".json").read_text())
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        report = run(text, problem)
        times.append(time.process_time() - start)
    return 1e3 * min(times), len(report.steps)


def main() -> None:
    """Print the medians for each set of derivations."""
    for folder in ("corpus", "further", "second", "third", "strangers", "fourth"):
        found = [milliseconds(path) for path in sorted((CORPUS / folder).rglob("*.md"))]
        documents = statistics.median(ms for ms, _ in found)
        steps = statistics.median(ms / steps for ms, steps in found if steps)
        furthest = max(ms for ms, _ in found)
        print(f"derivations {folder}: {len(found)} documents, median {documents:.1f} ms a document")
        print(f"derivations {folder}: median {steps:.2f} ms a step, slowest {furthest:.0f} ms")


if __name__ == "__main__":
    main()
