"""Measure how the search for copies grows: a pair of hand-ins in a small class and in a large one.

    PYTHONPATH=tests:. python benchmarks/similarity.py 100 500

The hand-ins are those of the tests' honest students. The last line compares what a pair took in the
largest class with the smallest: at most 1 says that the time grows with the number of pairs.
"""

import sys
import time

from course.test_similarity import honest
from grader.course.similarity import similar


def measure(count: int) -> float:
    """CPU seconds to compare all pairs of so many hand-ins."""
    hand_ins = [honest(number) for number in range(count)]
    start = time.process_time()
    similar(hand_ins)
    return time.process_time() - start


def main(counts: list[int]) -> None:
    measure(10)  # starting up is not what grows
    pairs = {}
    for count in sorted(counts):
        taken, number = measure(count), count * (count - 1) // 2
        pairs[count] = taken / number
        print(f"{count:5} hand-ins: {taken:6.2f} s CPU, {1e6 * pairs[count]:5.0f} us a pair")
    few, many = min(pairs), max(pairs)
    print(f"from {few} to {many}: a pair {pairs[many] / pairs[few]:.2f} times")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
