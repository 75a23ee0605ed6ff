"""Commands that answer JSON Lines: one question a line on standard input, one answer a line on standard output."""

import json
import sys
from collections.abc import Callable, Mapping


def answer_lines(answer: Callable[[str], Mapping[str, object]]) -> None:
    """Answer each line that is not empty, in order. What cannot be written as UTF-8 is replaced."""
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8-sig", errors="replace").strip()
        if line:
            text = json.dumps(answer(line), ensure_ascii=False) + "\n"
            sys.stdout.buffer.write(text.encode("utf-8", errors="replace"))
    sys.stdout.flush()
