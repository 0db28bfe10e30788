"""Run cells as a notebook does, in this process: IPython's own shell, outputs caught as nbformat.

No kernel, no sockets: `Shell.run` runs one cell and hands each output to a `sink` as it appears.
"""

import base64
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.utils.text import SList
from traitlets import Type
from traitlets.config import Config

from .figures import Formatter
from .passing import PassesOver, is_python

Output = dict[str, Any]
Sink = Callable[[Output], None]


def ignore(output: Output) -> None:
    """The sink that keeps nothing."""


class Stream(io.TextIOBase):
    """stdout or stderr, sent on in lumps."""

    encoding = "utf-8"

    def __init__(self, name: str, sink: Sink) -> None:
        self.stream_name, self.sink, self.pending, self.size = name, sink, list[str](), 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.pending.append(text)
        self.size += len(text)
        if self.size > 8192:
            self.flush()
        return len(text)

    def flush(self) -> None:
        pending, self.pending, self.size = self.pending, [], 0
        if text := "".join(pending):
            self.sink({"output_type": "stream", "name": self.stream_name, "text": text})


class _Result(DisplayHook):
    """The value of a cell's last line."""

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        output = _bundle("execute_result", format_dict, md_dict)
        shell: Any = self.shell
        shell.sink({**output, "execution_count": shell.execution_count})

    def finish_displayhook(self) -> None:
        pass


class _Display(DisplayPublisher):
    """What display() shows."""

    def publish(self, data: Any, metadata: Any = None, *_: Any, **options: Any) -> None:
        kind = "update_display_data" if options.get("update") else "display_data"
        output = _bundle(kind, data, metadata)
        shell: Any = self.shell
        shell.sink({**output, "transient": options.get("transient") or {}})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.sink({"output_type": "clear_output", "wait": wait})


def _bundle(kind: str, data: Any, metadata: Any) -> Output:
    encoded = {
        mime: base64.b64encode(content).decode() if isinstance(content, bytes) else content
        for mime, content in data.items()
    }
    return {"output_type": kind, "data": encoded, "metadata": metadata or {}}


class Shell(PassesOver):
    """IPython's shell, whose outputs go to `sink`."""

    displayhook_class = Type(_Result)
    display_pub_class = Type(_Display)
    sink: Sink = staticmethod(ignore)

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        name, text = etype.__name__, str(evalue)
        output = {"output_type": "error", "ename": name, "evalue": text, "traceback": list(stb)}
        self.sink(output)

    def init_display_formatter(self) -> None:
        self.display_formatter = Formatter(parent=self)
        self.configurables.append(self.display_formatter)  # type: ignore[arg-type]

    def system(self, cmd: str) -> None:
        """`!cmd` and `%pip`: said, and passed over, so that the rest of the cell runs."""
        print(f"(there is no shell while grading, so this was not run: {cmd})")

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """`lines = !cmd`, which has no lines here."""
        self.system(cmd)
        return SList() if split else ""

    def ask_exit(self) -> None:
        """`exit()`, after which a notebook's next cells do not run; here they do."""

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def enable_matplotlib(self, gui: Any = None) -> Any:
        """`%matplotlib widget` and the like: figures are shown where they stand."""
        if gui not in (None, "auto", "inline"):
            self.pass_over(f"%matplotlib {gui}")
        return super().enable_matplotlib("inline")  # type: ignore[no-untyped-call]

    def pass_over(self, line: str) -> None:
        self.sink({"output_type": "passed_over", "line": line})

    def init_virtualenv(self) -> None:
        pass

    def transform_cell(self, raw_cell: str) -> str:
        """Python as it is; IPython looks for magics token by token, which takes longer.

        A single line may be a magic's bare name, which is Python too.
        """
        if raw_cell[:1].isspace() or "\n" not in raw_cell.strip() or not is_python(raw_cell):
            return str(super().transform_cell(raw_cell))  # type: ignore[no-untyped-call]
        return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"

    def run(self, source: str, sink: Sink) -> bool:
        """Run one cell; whether it ended without an exception."""
        with self.captured(sink):
            done = self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
            return bool(done.success)

    @contextmanager
    def captured(self, sink: Sink) -> Iterator[None]:
        """What is printed and shown meanwhile goes to the sink, in order."""
        streams = Stream("stdout", sink), Stream("stderr", sink)

        def in_order(output: Output) -> None:
            for stream in streams:
                stream.flush()
            sink(output)

        before, (sys.stdout, sys.stderr) = (sys.stdout, sys.stderr), streams
        self.sink = in_order
        try:
            yield
        finally:
            for stream in streams:
                stream.flush()
            sys.stdout, sys.stderr = before
            self.sink = ignore


def make_shell() -> Shell:
    """The shell of this process, without history (which would start a thread)."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    shell.enable_matplotlib("inline")
    shell.begin_to_pass_over()
    return shell
