"""What a student reads on the feedback page."""

import re
from typing import Any

import torch
from nbformat.v4 import new_output

from grader.course.pages.feedback import feedback_page
from grader.course.pages.scores import Grade, Scores
from grader.picture import output
from pages.graded import answered, asked, derived, error, judged, ran, shown, submission

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
)
LINE = "W | shape (3, 4) as asked | agrees: no | furthest 4.1e+00 at (2, 1) | as if transposed"
CHECKED = {
    "verdict": "wrong",
    "first_wrong_line": 2,
    "mistake": "a factor is missing",
    "missing": ["W"],
    "summary": ["Line 2 does not hold."],
    "steps": [
        {"line": 1, "column": 1, "text": "$f = x^2$", "verdict": "ok", "message": ""},
        {"line": 2, "column": 1, "text": "df &= x dx", "verdict": "wrong", "message": "2 is lost"},
    ],
}


def text_of(page: str) -> str:
    """The page as it is read: what stands between tags, in one line."""
    body = page.split("<body>")[1]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_the_score_stands_by_question() -> None:
    made = feedback_page(
        submission(
            asked("# Homework"),
            asked("## 1 Affine (3 points)\n\nWrite $\\partial f / \\partial W$."),
            answered("grad_W", "def grad_W(): return 1"),
            judged("grad_W_test", 3),
        )
    )
    assert '<a href="#grad_W"><code>grad_W</code></a>' in made
    assert 'id="grad_W"' in made
    assert "3 / of 3 points" in text_of(made)
    assert "<math>" in made
    assert "grad_W" in text_of(made)


def test_a_check_says_how_it_disagrees() -> None:
    made = feedback_page(
        submission(answered("grad_W", "x"), judged("grad_W_test", 3, error("CheckFailed", LINE)))
    )
    assert "<p>as if transposed</p>" in made
    assert "shape (3, 4) as asked, furthest 4.1e+00 at (2, 1)" in text_of(made)


def test_a_check_shows_where_the_answer_is_off() -> None:
    """The picture that the check drew, with its words for those who do not see it."""
    drawn = new_output("display_data", **picture_of_two_by_three())
    page = feedback_page(
        submission(
            answered("grad_W", "1"), judged("grad_W_test", 3, drawn, error("CheckFailed", LINE))
        )
    )
    (picture,) = re.findall(r'<figure><img src="([^"]*)" alt="([^"]*)"></figure>', page)
    assert picture[0].startswith("data:image/svg+xml;base64,")
    assert picture[1] == "|yours - true| for W, 2 by 3: furthest 1.0e+00 at row 1, column 2"


def picture_of_two_by_three() -> dict[str, Any]:
    made = output("W", torch.tensor([[0.0, 0, 0], [0, 0, 1]]), (1, 2))
    return {"data": made["data"], "metadata": made["metadata"]}


def test_nothing_of_a_test_but_its_claim_is_shown() -> None:
    made = feedback_page(submission(answered("f", "x"), judged("f_test", 1, error("E", "wrong"))))
    assert "HIDDEN" not in made
    assert "Traceback" not in made
    assert "It is as asked." in made


def test_a_derivation_that_nobody_read_is_no_zero() -> None:
    made = feedback_page(submission(derived("f_derivation_W", "$df = 2x\\,dx$")))
    assert "not yet read" in text_of(made)
    assert "open, of 4" in text_of(made)
    assert "0 / of 4 points so far; 4 not yet read by a person" in text_of(made)


def test_a_person_s_score_and_words_are_shown() -> None:
    scores = Scores({"f_derivation": Grade(4.0, None, 3.0)}, {"f_derivation": "Mind $dx$."})
    made = feedback_page(submission(derived("f_derivation", "$df$"), scores=scores))
    assert "partly right" in text_of(made)
    assert "Scored by a person." in made
    assert "Your instructor writes Mind d x ." in text_of(made)


def test_a_derivation_is_shown_line_by_line() -> None:
    scores = Scores({"f_derivation": Grade(4.0, 2.0)})
    made = feedback_page(
        submission(derived("f_derivation", "$df$", derivation=CHECKED), scores=scores)
    )
    assert "partly right Line 2 does not hold." in text_of(made)
    assert made.count("<math") >= 3
    assert "✗ wrong 2 is lost" in text_of(made)


def test_what_the_checker_gave_stands_until_a_person_has_looked() -> None:
    scores = Scores({"f_derivation": Grade(4.0, 1.0, needs_person=True)})
    made = feedback_page(
        submission(derived("f_derivation", "$df$", derivation=CHECKED), scores=scores)
    )
    assert "1 / of 4 points so far; 3 not yet read by a person" in text_of(made)
    assert "not yet read" in text_of(made)


def test_an_answer_left_as_it_was_is_said_to_be() -> None:
    from nbgrader.utils import compute_checksum

    left = answered("grad_W", "raise NotImplementedError")
    left.metadata.nbgrader.checksum = compute_checksum(left)
    made = feedback_page(submission(left, judged("t", 2, error("NameError", "no 'x'"))))
    assert "Nothing was written here." in made
    assert "not written" in text_of(made)


def test_figures_tables_and_errors_of_the_student_s_own_are_shown() -> None:
    page = feedback_page(
        submission(
            ran("plot()", shown(image_png=PIXEL)),
            ran("df", shown(text_html="<table><tr><td>42</td></tr></table>")),
            ran("1/0", error("ZeroDivisionError", "division by zero")),
        )
    )
    assert f'src="data:image/png;base64,{PIXEL}" alt="A figure drawn by your code"' in page
    assert "<td>42</td>" in page
    assert "ZeroDivisionError: division by zero" in page


def test_what_was_mended_and_what_lateness_cost_is_said() -> None:
    scores = Scores({"f_test": Grade(3.0, 3.0)}, name="Emmy N.", penalty=1.0, seconds_late=90_000.0)
    made = feedback_page(
        submission(answered("f", "x"), judged("f_test", 3), scores=scores, repairs=["It had a BOM"])
    )
    assert "Mended before grading: It had a BOM" in text_of(made)
    assert "Handed in 1 day 1 hour late: 1 point taken off." in text_of(made)
    assert "2 / of 3 points" in text_of(made)
    assert "Emmy N. (emmy)" in made


def test_tests_out_of_order_go_with_the_answer_they_name() -> None:
    made = submission(
        answered("f", "x"), answered("g", "y"), judged("f_test", 1), judged("g_test", 2)
    )
    assert [(q.name, q.points) for q in made.questions] == [("f", 1), ("g", 2)]
