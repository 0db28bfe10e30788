"""Let through, of what a submission shows, only what nbformat knows, in the form it knows."""

from typing import Any

Output = dict[str, Any]
_MOST_WORDS = 1000
_SHOWN = ("display_data", "execute_result", "update_display_data")


def well_formed(given: Any) -> Output | None:
    """The output, rebuilt from its known fields; None if it is none."""
    if not isinstance(given, dict):
        return None
    kind = given.get("output_type")
    if kind == "stream":
        name = "stderr" if given.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": writable(given.get("text"))}
    if kind == "error":
        lines = given.get("traceback")
        traceback = [writable(line) for line in lines[:200]] if isinstance(lines, list) else []
        name, text = writable(given.get("ename")), writable(given.get("evalue"))
        return {"output_type": "error", "ename": name, "evalue": text, "traceback": traceback}
    if kind in _SHOWN:
        return _bundle(given)
    return {"output_type": "clear_output"} if kind == "clear_output" else None


def _bundle(given: Output) -> Output:
    data = given.get("data")
    items = data.items() if isinstance(data, dict) else ()
    shown = {
        writable(mime): writable(content) for mime, content in items if isinstance(content, str)
    }
    spoken = _words(given.get("metadata"), shown)
    output: Output = {"output_type": given["output_type"], "data": shown, "metadata": spoken}
    if given["output_type"] == "execute_result":
        count = given.get("execution_count")
        output["execution_count"] = count if type(count) is int else None
    transient = given.get("transient")
    if isinstance(transient, dict) and isinstance(transient.get("display_id"), str):
        output["display_id"] = transient["display_id"]
    return output


def _words(metadata: Any, shown: dict[str, str]) -> dict[str, dict[str, str]]:
    """The words for those who do not see a picture."""
    said = {mime: metadata.get(mime) for mime in shown} if isinstance(metadata, dict) else {}
    alts = {mime: one.get("alt") for mime, one in said.items() if isinstance(one, dict)}
    return {mime: {"alt": writable(alt)[:_MOST_WORDS]} for mime, alt in alts.items() if alt}


def writable(given: Any) -> str:
    """Text that can be written to a file: a lone surrogate cannot."""
    return "" if given is None else str(given).encode("utf-8", "replace").decode("utf-8")


class Page:
    """The outputs of one cell, put together as a notebook does."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.shown: dict[str, list[Output]] = {}

    def add(self, given: Any) -> None:
        output = well_formed(given)
        if output is None:
            return
        identity = output.pop("display_id", None)
        if output["output_type"] == "clear_output":
            self.outputs.clear()
        elif output["output_type"] == "update_display_data":
            for shown in self.shown.get(identity or "", []):
                shown["data"] = output["data"]
        elif not self._continues(output):
            self.outputs.append(output)
            if identity:
                self.shown.setdefault(identity, []).append(output)

    def _continues(self, output: Output) -> bool:
        """Add to the last stream, if this is more of it."""
        last = self.outputs[-1] if self.outputs else {}
        if output["output_type"] != "stream" or last.get("name") != output["name"]:
            return False
        last["text"] += output["text"]
        return True
