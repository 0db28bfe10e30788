"""Texts that derive nothing earn the formula's share, and short honest ones all that is theirs.

Both sets were written, and marked by hand, by people who had not seen the rules; how they fared at
first contact is told in docs/derivations-first-contact.md.
"""

import json
from pathlib import Path

import pytest

from grader.derivation import Report
from grader.derivation.command import run

HERE = Path(__file__).parent
FORMULA = 0.6  # the share for the gradient itself
# What a wrong step costs is a matter of judgement: by hand definitions were counted as lines.
JUDGEMENT = 0.18


def named(folder: str) -> list[Path]:
    return sorted((HERE / folder).glob("*.md"))


def read(path: Path) -> tuple[Report, dict[str, object]]:
    problem = json.loads(path.with_suffix(".json").read_text())
    return run(path.read_text(), problem), problem["label"]


@pytest.mark.parametrize("path", named("lazy"), ids=lambda path: path.stem)
def test_what_derives_nothing_earns_no_more_than_the_formula(path: Path) -> None:
    report, label = read(path)
    alone = label["gradient_right"] and not label.get("guesses")
    assert report.score().total == pytest.approx(FORMULA if alone else 0)


@pytest.mark.parametrize("path", named("short"), ids=lambda path: path.stem)
def test_a_short_honest_derivation_keeps_what_is_its_own(path: Path) -> None:
    report, label = read(path)
    if label["right"]:
        assert report.verdict == "right"
        assert report.score().total == pytest.approx(1)
        assert report.person is None
    else:
        assert report.first_wrong_line == label["first_wrong_line"]
        assert report.score().total == pytest.approx(label["fair_share"], abs=JUDGEMENT)
