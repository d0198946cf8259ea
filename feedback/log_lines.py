"""Every line that the server says, in one form; what repeats itself is summed up.

A line has its time, level and message, and of a request its id, route (the pattern, never the
path, which may hold a token), status and milliseconds. FEEDBACK_LOG_FORMAT makes it text or JSON.
What a record may say of an error, `logs` decides.
"""

import json
import logging
import logging.config
import os
import re
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

SUMMED_SECONDS = 60.0
# Kinds that are told apart within a minute; beyond, lines of one place count as one kind.
MOST_KINDS = 1_000
REQUEST_ID = b"x-request-id"
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_HEX_ID = re.compile(rb"[0-9a-fA-F-]{8,64}")


class Asked:
    """A request, as lines about it say: made when it comes, read when a line is written."""

    __slots__ = ("began", "id", "route", "scope")

    def __init__(self, scope: Mapping[str, Any], route: str = "", began: float = 0.0) -> None:
        self.scope = scope
        self.route = route
        self.began = began or time.perf_counter()
        self.id = request_id(scope["headers"])

    @property
    def known_route(self) -> str:
        # Anybody may send any word as a method: neither logs nor numbers grow by it.
        method = self.scope["method"] if self.scope["method"] in METHODS else "?"
        return f"{method} {self.route or self.scope.get('path_template') or '?'}"

    def facts(self, status: int | None) -> dict[str, Any]:
        milliseconds = round((time.perf_counter() - self.began) * 1000)
        said = {"request": self.id, "route": self.known_route}
        return said | ({"status": status} if status else {}) | {"ms": milliseconds}


ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)


def request_id(headers: Any) -> str:
    """The id that the proxy gave, where it can hold nobody's data; else a new one.

    >>> request_id([(b"x-request-id", b"5f1c2d3e4a5b6c7d")])
    '5f1c2d3e4a5b6c7d'
    >>> len(request_id([(b"x-request-id", b"ana@example.org")]))
    16
    """
    for name, value in headers:
        if name == REQUEST_ID and _HEX_ID.fullmatch(value):
            given: str = value.decode()
            return given
    return os.urandom(8).hex()


class Line(logging.Formatter):
    """One record as text or as one line of JSON."""

    def __init__(self, form: str = "text") -> None:
        super().__init__()
        self.is_json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        at = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        facts: dict[str, Any] = getattr(record, "facts", None) or {}
        again = getattr(record, "again", 0)
        message, trace = record.getMessage(), record.exc_text or ""
        if self.is_json:
            said = {"time": at, "level": record.levelname.lower(), "logger": record.name}
            said |= {"message": message, **facts} | ({"again": again} if again else {})
            return json.dumps(said | ({"trace": trace} if trace else {}), ensure_ascii=False)
        of = ", ".join(
            f"{value} ms" if name == "ms" else str(value) for name, value in facts.items()
        )
        times = f" ({again} more times in {SUMMED_SECONDS:.0f} s)" if again else ""
        line = f"{at} {record.levelname} {message}{times}" + (f" [{of}]" if of else "")
        return f"{line}\n{trace}" if trace else line


class Lines(logging.Handler):
    """Writes to the error output: of each kind one line at once, then at most one a minute that
    says how many more there were. A kind is a place in the code with what it says."""

    def __init__(self, form: str = "text", seconds: float = SUMMED_SECONDS) -> None:
        super().__init__()
        self.setFormatter(Line(form))
        self._seconds = seconds
        self._kinds: dict[Any, tuple[int, logging.LogRecord | None]] = {}
        self._timer: threading.Timer | None = None
        self._process = os.getpid()

    def emit(self, record: logging.LogRecord) -> None:
        self._forget_parent()
        _keep_facts(record)
        kind = _kind(record)
        if kind not in self._kinds and len(self._kinds) >= MOST_KINDS:
            kind = (record.name, record.msg)
        if kind in self._kinds:
            self._kinds[kind] = self._kinds[kind][0] + 1, record
            return
        self._kinds[kind] = 0, None
        self._write(record)
        if self._timer is None:
            self._start_minute()

    def _forget_parent(self) -> None:
        # A process that was forked has a copy of what its parent holds, and will say.
        if self._process != os.getpid():
            self._process, self._kinds, self._timer = os.getpid(), {}, None

    def _start_minute(self) -> None:
        self._timer = threading.Timer(self._seconds, self._end_minute)
        self._timer.daemon = True
        self._timer.start()

    def _end_minute(self) -> None:
        with self.lock:  # type: ignore[union-attr]
            self._timer = None
            held = {kind: each for kind, each in self._kinds.items() if each[0]}
            self._kinds = dict.fromkeys(held, (0, None))
            for again, record in held.values():
                assert record is not None
                record.again = again
                record.exc_text = None  # its frames were told the first time
                self._write(record)
            if held:  # what still goes on waits for the next minute
                self._start_minute()

    def flush(self) -> None:
        """Say now what is still held: the process ends."""
        self._forget_parent()
        if self._timer is not None:
            self._timer.cancel()
            self._end_minute()

    def _write(self, record: logging.LogRecord) -> None:
        # Where nobody listens, or the disk of the log is full, the server goes on. The output is
        # looked up each time: whoever captures it puts another in its place.
        with suppress(OSError, ValueError):
            print(self.format(record), file=sys.stderr, flush=True)


def _keep_facts(record: logging.LogRecord) -> None:
    asked = getattr(record, "asked", None) or ASKED.get()
    if asked is not None:
        record.facts = asked.facts(getattr(record, "status", None))


def _kind(record: logging.LogRecord) -> Any:
    values = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    failed = (record.exc_text or "").rpartition("\n")[2]
    return record.name, record.msg, *map(str, values), failed


def logging_config(form: str) -> dict[str, Any]:
    """For `logging.config`: handlers and loggers of a server or of a worker."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"lines": {"()": Lines, "form": form}},
        "root": {"level": "WARNING", "handlers": ["lines"]},
        # Granian's own, of its start and its workers; it says nothing of requests.
        "loggers": {
            "feedback": {"level": "INFO"},
            "_granian": {"handlers": ["lines"], "level": "INFO", "propagate": False},
        },
    }


def set_up(form: str) -> None:
    """From now on this process says everything in this form."""
    logging.config.dictConfig(logging_config(form))


def say_what_is_held() -> None:
    """At the end of a process that may not come to its own: the lines that were summed up."""
    for handler in logging.getLogger().handlers:
        handler.flush()


def tell(text: str, form: str) -> None:
    """To the output: what whoever starts the server should read."""
    if form == "json":
        record = logging.makeLogRecord({"name": "feedback", "msg": text, "levelname": "INFO"})
        text = Line(form).format(record)
    print(text, flush=True)
