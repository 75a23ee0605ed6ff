"""One JSON object a log line, with the request or the job it belongs to, so that one press of a button can be followed
from nginx (X-Request-ID) through the page to the worker.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_context: ContextVar[dict[str, str]] = ContextVar("log_context", default={})  # noqa: B039  (never changed in place)


@contextmanager
def log_context(**ids: str) -> Iterator[None]:
    """Every line logged inside carries these ids (`request_id`, `job_id` …)."""
    token = _context.set({**_context.get(), **ids})
    try:
        yield
    finally:
        _context.reset(token)


def current_id(name: str) -> str:
    """The id set by `log_context`; empty outside."""
    return _context.get().get(name, "")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            **_context.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
