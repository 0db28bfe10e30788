"""Run a case: the student's cells in the sandbox, the set-up in both places, the tests here.

A test cell is one claim. It runs in a copy of the set-up's names, so no test depends on another,
and the names of the submission that it reads are fetched for it. Its visible part runs first; what
its hidden part prints, and what the submission says meanwhile, is for the instructor alone.
"""

import contextlib
import io
import re
import socket
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from types import CodeType
from typing import Any

from .. import huge, oracle
from ..catalogue import Reason, sentence
from ..graded.errors import Error
from ..graded.verdict import Verdict, noted
from ..names import needed_names, plain_python
from ..notebook import last_line
from ..sandbox.limits import Limits
from ..sandbox.wire import Wire
from . import again
from .case import Case, CellRun, CellToRun, Judgement
from .outputs import Output, Page, writable
from .plan import Place
from .submission import WITHHELD, ShelterError, StoppedError, Submission, SubmissionError

_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS.*?(?:^[ \t]*### END HIDDEN TESTS[^\n]*$|\Z)", re.M | re.S
)
_EVIDENCE = {
    again.AUTOGRAD: "autograd", again.DIFFERENCES: "finite differences",
    again.UNANSWERED: "no second answer",
}  # fmt: skip
_MAX_NOTE = 4000
MOST_PASSED_OVER, MOST_OF_A_LINE = 10, 200  # of what a cell says it did not run


def play(sockets: list[socket.socket], limits: Limits) -> None:
    """The life of a referee's process: one case in, one judgement out."""
    wire, lease = Wire(sockets[0]), sockets[1]
    message, _ = wire.receive()
    case = Case.from_dict(message["case"])
    their_limits = Limits.from_dict(message["limits"])
    submission = Submission(lease, their_limits, case.watched)
    answer: dict[str, Any]
    try:
        answer = {"judgement": Court(case, submission).judge().as_dict()}
    except ShelterError as error:
        answer = {"no_sandbox": str(error)}
    except SetUpError as error:
        answer = {"failed": str(error), "cell": error.cell}
    submission.close()
    wire.send(answer)


def learn(lesson: dict[str, Any]) -> None:
    """What the process is told from which referees are forked; nothing is run that is not ours."""
    if "test" in lesson:
        with contextlib.suppress(SyntaxError, ValueError):
            _halves(lesson["test"])
    if "query" in lesson:
        oracle.learn(lesson["query"])
    if "again" in lesson:
        huge.learn(lesson["again"])


class SetUpError(Exception):
    """A locked set-up cell raised in the referee: the course is at fault."""

    def __init__(self, cell: int, error: Exception) -> None:
        what = f"the set-up in cell {cell + 1} failed"
        super().__init__(f"{what}: {type(error).__name__}: {error}")
        self.cell = cell


@dataclass(frozen=True)
class Half:
    """The visible or the hidden part of a test cell."""

    code: CodeType
    needs: frozenset[str]
    hidden: bool


class _Nothing:
    """Stands for get_ipython() in set-up cells: magics concern the reader's screen."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class Court:
    """One submission, judged."""

    def __init__(self, case: Case, submission: Submission) -> None:
        self.case, self.submission = case, submission
        self.calls: dict[str, again.Call] = {}  # of watched functions, by tests that passed
        self.passed: dict[str, list[CellRun]] = {}
        self.names: dict[str, Any] = {"__name__": "__main__", "get_ipython": _Nothing}

    def judge(self) -> Judgement:
        runs = tuple(self._run(cell) for cell in self.case.cells)
        if not self.case.rehearsal:
            self._ask_again()
        return Judgement(runs, tuple(self._lessons()) if self.case.rehearsal else ())

    def _lessons(self) -> Iterator[dict[str, Any]]:
        """What `learn` takes: the tests, and what they asked."""
        for cell in self.case.cells:
            if cell.place is Place.REFEREE:
                yield {"test": cell.source}
        for about in self.submission.about.values():
            again.point_for(about)
        for query in oracle.learnt():
            yield {"query": query}
        for query in huge.learnt():
            yield {"again": query}

    def _run(self, cell: CellToRun) -> CellRun:
        if not cell.source.strip():
            return CellRun(cell.index)
        if cell.place is Place.REFEREE:
            return self._test_at_all_seeds(cell)
        if cell.place is Place.BOTH:
            self._set_up(cell)
        return self._student(cell)

    # ---- the student's cells, and the set-up ----

    def _student(self, cell: CellToRun) -> CellRun:
        page, run = Page(), CellRun(cell.index)
        self.submission.begin_cell()
        self.submission.sink = lambda output: _note_or_show(output, page, run)
        try:
            run.passed = self.submission.run(cell.source)
        except StoppedError as death:
            run.passed = False
            run.error = _as_data(death)
            page.add(_error("Stopped", str(death)))
        run.outputs = page.outputs
        if not run.passed and run.error is None:
            run.error = _shown(page)
        return run

    def _set_up(self, cell: CellToRun) -> None:
        quiet = io.StringIO()
        try:
            with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                exec(compile(plain_python(cell.source), "<set-up>", "exec"), self.names)
        except Exception as error:
            raise SetUpError(cell.index, error) from error

    # ---- tests ----

    def _test_at_all_seeds(self, cell: CellToRun) -> CellRun:
        """The test at its own seeds, or at others where an edition is tried: until one fails."""
        for shift in self.case.shifts:
            oracle.shift_seeds(shift)
            run = self._test(cell)
            if not run.passed or run.flags:
                break
        return run

    def _test(self, cell: CellToRun) -> CellRun:
        page, run = Page(), CellRun(cell.index)
        submission = self.submission
        submission.autograd, submission.last_calls = [], {}
        submission.sink = lambda output: self._heard(output, page, run)
        submission.begin_cell()
        names = dict(self.names)
        with noted() as agreeing:
            for half in _halves(cell.source):
                submission.withhold = half.hidden
                if not self._passes(half, names, cell, page, run):
                    run.passed = False
                    if not self.case.rehearsal:
                        break
        run.verdicts = [verdict.as_dict() for verdict in agreeing] + run.verdicts
        self._flag(run)
        run.outputs = page.outputs
        return run

    def _passes(
        self, half: Half, names: dict[str, Any], cell: CellToRun, page: Page, run: CellRun
    ) -> bool:
        """Run one half; what went wrong is shown as far as the half allows."""
        printed = io.StringIO()
        try:
            self._fetch(half.needs, names)
            with _prints_to(printed):
                exec(half.code, names)
            return True
        except Exception as error:
            self._explain(error, half, cell, page, run)
            return False
        finally:
            if half.hidden:
                run.notes += _noted("a hidden test printed", printed.getvalue())
            else:
                self._show(printed.getvalue(), page)

    def _fetch(self, needs: frozenset[str], names: dict[str, Any]) -> None:
        """Add the submission's values of the names that a test reads."""
        for name in sorted(needs & self.case.names - set(names)):
            with contextlib.suppress(NameError):
                names[name] = self.submission.get(name)

    def _heard(self, output: Output, page: Page, run: CellRun) -> None:
        """What the submission shows while a test calls it. Never as stderr, which costs points."""
        text = output.get("text", "") if isinstance(output, dict) else ""
        if self.submission.withhold:
            run.notes += _noted("printed during a hidden test", str(text))
        elif text:
            self._show(str(text), page)

    def _show(self, text: str, page: Page) -> None:
        if text:
            page.add({"output_type": "stream", "name": "stdout", "text": text})

    def _explain(
        self, error: Exception, half: Half, cell: CellToRun, page: Page, run: CellRun
    ) -> None:
        if isinstance(error, SubmissionError):
            run.notes += _noted("raised", error.report)
        if isinstance(error, SubmissionError) or not hasattr(error, "verdicts"):
            run.error = _as_data(error, half, cell.source)
        else:
            run.verdicts = [_told(verdict, cell.source).as_dict() for verdict in error.verdicts]
        if half.hidden and not _may_be_told(error):
            run.notes += _noted("a hidden test failed", f"{type(error).__name__}: {error}")
            name = getattr(error, "type_name", "") or type(error).__name__
            page.add(_error(name, "a hidden test of this cell failed"))
        else:
            where = [] if half.hidden else [_line_of(error, cell.source)]
            run.pictures += _pictures(error) if not half.hidden else ()
            for picture in run.pictures:
                page.add(picture)
            name = getattr(error, "type_name", "") or type(error).__name__
            page.add(_error(name, str(error), where))

    # ---- flags ----

    def _flag(self, run: CellRun) -> None:
        """Autograd that was seen at once; who passed unseen is asked again when all is done."""
        if self.submission.autograd:
            run.flags.append(again.AUTOGRAD)
            run.notes += _noted("autograd", "\n".join(self.submission.autograd))
        elif run.passed:
            for name, (arguments, answer) in self.submission.last_calls.items():
                self.calls[name] = again.Call(name, arguments, answer)
                self.passed.setdefault(name, []).append(run)

    def _ask_again(self) -> None:
        """Ask each watched function that passed its tests; its flags stand in those tests."""
        calls = list(self.calls.values())
        for found in again.ask_again(self.submission, calls):
            for run in self.passed[found.name]:
                run.flags += [found.flag] if found.flag not in run.flags else []
                run.notes += _noted(_EVIDENCE[found.flag], sentence(found.why))


@lru_cache(maxsize=200)
def _halves(source: str) -> tuple[Half, ...]:
    """The cell's visible part and its hidden part, with their lines where they were.

    A hidden part that cannot stand alone, say inside a loop, makes the whole cell hidden.
    """
    hidden = _HIDDEN.findall(source)
    if not hidden:
        return (_half(source, hidden=False),)
    if any(part.startswith((" ", "\t")) for part in hidden):
        return (_half(source, hidden=True),)
    visible = _HIDDEN.sub(lambda found: "\n" * found.group().count("\n"), source)
    try:
        return _half(visible, hidden=False), _half(_only_hidden(source), hidden=True)
    except SyntaxError:
        return (_half(source, hidden=True),)


def _only_hidden(source: str) -> str:
    parts, end = [], 0
    for found in _HIDDEN.finditer(source):
        parts += ["\n" * source[end : found.start()].count("\n"), found.group()]
        end = found.end()
    return "".join(parts)


def _half(source: str, hidden: bool) -> Half:
    code = compile(plain_python(source), "<test>", "exec")
    return Half(code, needed_names(source), hidden)


def _may_be_told(error: Exception) -> bool:
    """Whether the text is ours alone: a check's or an assertion's, or how the process ended."""
    ours = isinstance(error, AssertionError | StoppedError | NameError)
    return ours and not isinstance(error, SubmissionError)


def _pictures(error: Exception) -> tuple[Output, ...]:
    """What a check drew, as outputs. What the submission raised has none to show here."""
    return () if isinstance(error, SubmissionError) else getattr(error, "pictures", ())


def _told(verdict: Verdict, source: str) -> Verdict:
    """The verdict without the submission's own words, where they may show what a hidden test drew.

    A function may keep what one test gave it until the next calls it.
    """
    if not _HIDDEN.search(source):
        return verdict
    return replace(verdict, reasons=tuple(map(_without_words, verdict.reasons)))


def _without_words(reason: Reason) -> Reason:
    kind = dict(reason.values).get("type")
    if reason.kind != "answer.raised" or kind == StoppedError.type_name:
        return reason
    return Reason.of(reason.kind, type=kind, text="")


def _as_data(error: Exception, half: Half | None = None, source: str = "") -> dict[str, Any]:
    """What a cell stopped with; of a hidden test, no text that could show what was drawn."""
    stopped, theirs = isinstance(error, StoppedError), isinstance(error, SubmissionError)
    hidden = half is not None and half.hidden
    text = last_line(str(error))
    if text and hidden and not _may_be_told(error):
        text = WITHHELD
    return Error(
        writable(getattr(error, "type_name", "") or type(error).__name__),
        writable(text)[:_MAX_NOTE],
        "engine" if stopped else "submission" if theirs else "test",
        hidden,
        _failing(error),
    ).as_dict()


def _shown(page: Page) -> dict[str, Any] | None:
    """The error that a cell of the submission showed last, as it ended with one."""
    errors = [output for output in page.outputs if output["output_type"] == "error"]
    if not errors:
        return None
    return Error(errors[-1]["ename"], last_line(errors[-1]["evalue"]), "submission").as_dict()


def _failing(error: Exception) -> int | None:
    """The number of the test's line that failed."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno for f in reversed(frames) if f.filename == "<test>"), None)


def _line_of(error: Exception, source: str) -> str:
    """The test's line that failed."""
    line = _failing(error)
    return f"line {line}: {source.splitlines()[line - 1].strip()}" if line else ""


def _note_or_show(output: Output, page: Page, run: CellRun) -> None:
    """What a cell shows; a line that it passed over is noted, and said."""
    if not isinstance(output, dict) or output.get("output_type") != "passed_over":
        page.add(output)
        return
    line = writable(output.get("line"))[:MOST_OF_A_LINE]
    if len(run.passed_over) < MOST_PASSED_OVER:
        run.passed_over.append(line)
        said = sentence(Reason.of("repair.not_run", line=line))
        page.add({"output_type": "stream", "name": "stdout", "text": f"({said})\n"})


def _error(name: str, text: str, where: list[str] | None = None) -> Output:
    told = [line for line in (where or []) if line] + [f"{name}: {text}"]
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": told}


def _noted(what: str, text: str) -> list[str]:
    return [f"{what}: {writable(text).strip()[:_MAX_NOTE]}"] if text.strip() else []


@contextlib.contextmanager
def _prints_to(stream: io.StringIO) -> Iterator[None]:
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(io.StringIO()):
        yield
