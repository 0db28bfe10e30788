"""Feedback and report as a browser shows them: nothing runs, all can be read, quickly.

`make test-browser` brings axe-core from the npm registry; without it the tests that need it skip.
"""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from nbformat.v4 import new_output

pytest.importorskip("playwright", reason="needs the browser extra")
from playwright.sync_api import Browser, Page

from browser.pictures import REPO
from grader.course.pages.classroom import Report, Row, report_of
from grader.course.pages.feedback import feedback_page
from grader.course.pages.reading import Check, Submission
from grader.course.pages.report import report_page
from pages import hostile, test_feedback_page
from pages.graded import answered, asked, derived, error, judged, ran, shown, submission

AXE = REPO / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
SIZES = {"laptop": (1366, 768), "phone": (360, 740)}
TABLE = "| a | b |\n|-|-|\n| 1 | 2 |"
LIMIT = 500_000  # bytes of a page without a student's figures

# Touch everything that might have been given a handler, and follow what looks like a script.
TOUCH = """() => {
    for (const it of document.querySelectorAll('details')) it.open = true;
    for (const it of document.querySelectorAll('body *')) {
        for (const kind of ['click', 'mouseover', 'mouseenter', 'focus', 'toggle', 'error', 'load'])
            if (it.tagName !== 'A' || kind !== 'click')
                it.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    const links = [...document.querySelectorAll('a[href], area[href], form[action]')];
    return links.map(it => it.href || it.action).filter(it => !/^(https?|mailto|file):/.test(it));
}"""


def usual() -> Submission:
    """A submission with one of everything a page can show."""
    wide = r"\begin{aligned} df &= 2\operatorname{tr}[((H - Y) \odot \max'(Z))^\top X\,dW]"
    return submission(
        asked("# Matrix derivatives"),
        asked("## 1 An affine map (9 points)\n\nWrite $\\partial f/\\partial W$.\n\n"
              "<details><summary>Help</summary>\n\n$x$\n\n</details>"),
        derived("f_derivation_W", f"$${wide} \\end{{aligned}}$$\n\n# Mine\n\n{TABLE}"),
        derived("f_derivation_X", "$df$", derivation=test_feedback_page.CHECKED),
        answered("grad_W", "def grad_W(X):  # one line\n    return 2 * 'text'"),
        judged("grad_W_test", 3, drawn(), error("CheckFailed", test_feedback_page.LINE)),
        judged("grad_W_test_stability", 1),
        asked("### Look at it"),
        ran("plot()", shown(image_png=test_feedback_page.PIXEL), shown(text_plain="printed")),
        ran("1/0", error("ZeroDivisionError", "division by zero")),
        repairs=["The file was named `x (1).ipynb`"],
    )  # fmt: skip


def drawn() -> object:
    """The picture of a failed check."""
    return new_output("display_data", **test_feedback_page.picture_of_two_by_three())


def class_of(size: int) -> Report:
    """A class as large as they come, in two assignments of 15 graded cells."""
    statuses = ("ok", "ok", "ok", "wrong", "manual", "missing", "error", "ok", "partial")
    points = {"ok": 3.0, "partial": 1.5}
    rows = []
    for i in range(size):
        for assignment in ("matrix_derivative", "two_layer_regression"):
            checks = {}
            for j in range(15):
                status = statuses[(i * 7 + j * (i % 5)) % len(statuses)]
                said = f"W | agrees: no | cause {(i + j) % 40}"
                name = f"network_grad_W{j}_test"
                score = points.get(status, 0.0)
                checks[name] = Check(name, "It is as asked.", score, 3.0, status, said)
            score = sum(check.points for check in checks.values())
            name = f"Emmy Noether {i}"
            row = Row(f"student{i:04}", name, assignment, "graded", score=score, seconds=1.5)
            rows.append(replace(row, checks=checks))
    return report_of(rows)


def address(row: Row) -> str:
    return f"../feedback/{row.student}/{row.assignment}/{row.assignment}.html"


def pages() -> dict[str, str]:
    return {
        "feedback": feedback_page(usual()),
        "report": report_page(class_of(12), address),
        "hostile_feedback": feedback_page(hostile.hostile_submission()),
        "hostile_report": report_page(hostile.hostile_report(), address),
    }


PAGES = list(pages())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, page in pages().items():
        (folder / f"{name}.html").write_text(page)
    return {name: folder / f"{name}.html" for name in PAGES}


def opened(browser: Browser, file: Path, size: str = "laptop", **more: object) -> Page:
    """A page in a fresh context; what it asked for is in page.wanted."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    page = context.new_page()
    page.wanted = []
    page.on("request", lambda asked: page.wanted.append(asked.url))
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("policy", ["with our policy", "without it"])
@pytest.mark.parametrize("name", ["hostile_feedback", "hostile_report"])
def test_nothing_a_student_wrote_runs(browser, written, tmp_path, name, policy) -> None:
    """Neither by itself nor when touched; the browser's policy is a second wall, not the only."""
    text = written[name].read_text()
    file = tmp_path / "page.html"
    file.write_text(text if policy == "with our policy" else POLICY.sub("", text))
    page = opened(browser, file)
    assert page.evaluate(TOUCH) == []
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert [url for url in page.wanted[1:] if not url.startswith("data:image/")] == []
    page.context.close()


def test_this_test_would_notice(browser, tmp_path) -> None:
    """The same page with the quoting taken away is hacked."""
    file = tmp_path / "page.html"
    file.write_text("<!doctype html>" + "".join(hostile.HTML[:5]))
    page = opened(browser, file)
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") == 1
    page.context.close()


@pytest.mark.skipif(not AXE.is_file(), reason="run make test-browser, which brings axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["feedback", "report"])
def test_axe_finds_nothing_serious(browser, written, name, size, scheme) -> None:
    page = opened(browser, written[name], size, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    told = [
        (one["impact"], one["id"], [n["html"][:120] for n in one["nodes"][:3]]) for one in found
    ]
    assert [one for one in told if one[0] in ("serious", "critical")] == []
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_the_page_without_scrolling_sideways(browser, written, name) -> None:
    page = opened(browser, written[name], "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()


def test_feedback_needs_no_script_and_the_report_can_do_without(browser, written) -> None:
    for name in ("feedback", "report"):
        page = opened(browser, written[name], java_script_enabled=False)
        assert page.get_by_role("table").count() >= 1
        assert not page.get_by_role("searchbox").count()
        page.context.close()
    assert "<script" not in written["feedback"].read_text()


def test_the_table_of_students_is_sorted_and_searched(browser, written) -> None:
    page = opened(browser, written["report"])
    box = page.locator(".sortable").first
    box.get_by_role("button", name="Points").click()
    scores = [float(text) for text in box.locator("td.t").all_text_contents()]
    assert scores == sorted(scores)
    assert box.get_by_role("columnheader", name="Points").get_attribute("aria-sort") == "ascending"
    box.get_by_role("button", name="Points").click()
    assert box.locator("td.t").first.text_content() == f"{max(scores):g}"
    page.get_by_role("searchbox").first.fill("noether 11")
    assert page.get_by_role("status").first.text_content() == "1 of 12"
    assert box.locator("tbody tr:visible").count() == 1
    page.context.close()


def test_a_class_of_500_opens_in_a_second(browser, tmp_path) -> None:
    """Timed in seconds of the page's own thread, which a busy machine does not lengthen."""
    file = tmp_path / "class.html"
    file.write_text(report_page(class_of(500), address))
    assert file.stat().st_size < LIMIT
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    start = time.perf_counter()
    page.goto(file.as_uri())
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    clock = time.perf_counter() - start
    found = session.send("Performance.getMetrics")["metrics"]
    work = next(one["value"] for one in found if one["name"] == "TaskDuration")
    print(
        f"{file.stat().st_size} bytes, opened in {work:.2f} s of work, {clock:.2f} s by the clock"
    )
    assert work < 1
    page.close()


def test_pages_are_small(written) -> None:
    assert all(file.stat().st_size < LIMIT for file in written.values())
