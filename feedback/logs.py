"""What went wrong, said without anybody's data: SAFETY E8.

The text of an error may hold a comment, an address, a token: a database quotes the row it refused,
`int()` the text that was no number. So no log, no `job.last_error` and no command prints that
text, but what is here:

| | |
|---|---|
| `describe` | an error in one line: class, code, our words for that, place in our code |
| `safe_traceback` | the same under its frames, with its causes |
| `watch_threads` | what ends a thread is logged, not printed |

Where this module is imported, every log record of the process is made of the first two, whoever
writes it: `log.exception` and `log.warning("...: %s", error)` are safe.
"""

import errno
import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from feedback.errors import FeedbackError
from feedback.resources import PACKAGE

log = logging.getLogger(__name__)

SQLSTATE = re.compile(r"[0-9A-Z]{5}")
# By the first two characters of an SQLSTATE.
WORDS = {
    "08": "the connection failed",
    "22": "a value does not fit its column",
    "23": "a rule of the data would be broken",
    "25": "the transaction may not do this",
    "28": "signing in to the database failed",
    "3D": "there is no such database",
    "40": "another transaction was in the way",
    "42": "the statement, the schema or a right is wrong",
    "53": "the server ran out of room",
    "55": "somebody else holds it",
    "57": "the server is stopping or starting",
    "58": "the server's disk failed",
}
# By the name of an SQLite result, without its second half.
SQLITE_WORDS = {
    "BUSY": "the database is locked",
    "LOCKED": "the database is locked",
    "READONLY": "the database may only be read",
    "IOERR": "the disk failed",
    "CORRUPT": "the file is damaged",
    "FULL": "the disk is full",
    "CANTOPEN": "the file cannot be opened",
    "NOTADB": "the file is no database",
    "CONSTRAINT": "a rule of the data would be broken",
    "ERROR": "the statement or the schema is wrong",
}
# By a part of what is said above; the first that fits.
ADVICE = {
    "SQLSTATE 28": "Check the name and the password in FEEDBACK_DATABASE_URL.",
    "SQLSTATE 3D": "Check the name after the last / of FEEDBACK_DATABASE_URL, or create it.",
    "SQLSTATE 53300": "Let PostgreSQL take more connections (max_connections), or run fewer.",
    "SQLSTATE 42501": "Let this user own the database: it makes its tables itself.",
    "ENOSPC": "Make room on that disk.",
    "SQLITE_FULL": "Make room on that disk.",
    "SQLSTATE 53": "Make room on PostgreSQL's disk, or in its memory.",
    "SQLSTATE 57": "Wait until PostgreSQL has started.",
    "SQLITE_BUSY": "Another program holds it; end that one, or wait.",
    "SQLITE_READONLY": "Make the file and its folder writable for the user who runs this.",
    "EACCES": "Make the file and its folder writable for the user who runs this.",
    "SQLITE_NOTADB": "Check the path in FEEDBACK_DATABASE_URL.",
    "SQLITE_CORRUPT": "Restore the last backup.",
    "certificate": "Check sslmode and sslrootcert in FEEDBACK_DATABASE_URL, and the host's name.",
    "": "Check the address in FEEDBACK_DATABASE_URL, that the folder or server exists, and its "
    "permissions.",
}
MOST_CAUSES = 10


def describe(error: BaseException, *, with_place: bool = True) -> str:
    """The error in one line that holds nobody's data.

    Its own text is left out, but where it is ours and of this server: a FeedbackError that is no
    refused input (exit code 1).

    >>> describe(ValueError("ana@example.org is no number"))
    'ValueError'
    >>> describe(OSError(28, "No space left", "/home/ana/answers.csv"))
    'OSError: ENOSPC, No space left on device'
    """
    words = next(filter(None, map(_words, _causes(error))), "")
    place = _place(error.__traceback__) if with_place else ""
    return type(error).__name__ + (f": {words}" if words else "") + (f" ({place})" if place else "")


def what_to_do(error: BaseException) -> str:
    """What an operator looks at when the database cannot be used for this.

    >>> what_to_do(OSError(28, "No space left"))
    'Make room on that disk.'
    """
    said = " ".join(filter(None, map(_words, _causes(error))))
    return next((advice for part, advice in ADVICE.items() if part in said), ADVICE[""])


def safe_traceback(error: BaseException) -> str:
    """The frames of the error and of its causes, as Python prints them, each under `describe`."""
    return "\n".join(_parts(error, set()))


def _parts(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _parts(before, seen)
        is_cause = before is error.__cause__
        yield "\nwhich caused:\n" if is_cause else "\nand while that was handled:\n"
    if error.__traceback__ is not None:
        frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
        yield f"Traceback (most recent call last):\n{frames}"
    yield describe(error)
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield "\none of several:\n"
            yield from _parts(each, seen)


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: Any = error
    for _ in range(MOST_CAUSES):
        yield at
        at = at.__cause__ or getattr(at, "orig", None)  # SQLAlchemy's wrapped one
        if not isinstance(at, BaseException):
            return


def _words(error: BaseException) -> str:
    if isinstance(error, FeedbackError):
        return error.message if error.exit_code == 1 else ""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and SQLSTATE.fullmatch(state):
        rule = getattr(error.__cause__ or error, "constraint_name", None)
        said = WORDS.get(state[:2], "")
        return f"SQLSTATE {state}" + (f", {said}" if said else "") + (f": {rule}" if rule else "")
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str):
        said = SQLITE_WORDS.get(name.split("_")[1], "")
        return name + (f", {said}" if said else "")
    if isinstance(error, TimeoutError) and not error.errno:
        return "no answer in time"
    if (kind := type(error).__name__) == "gaierror":
        return "there is no such host"
    if kind.startswith("SSL"):  # the words of the TLS library, of the certificate
        said = getattr(error, "verify_message", "") or getattr(error, "reason", "") or ""
        return str(said).replace("_", " ")
    if isinstance(error, OSError) and (name := errno.errorcode.get(error.errno or 0)):
        return f"{name}, {os.strerror(error.errno or 0)}"
    return ""


def _place(at: TracebackType | None) -> str:
    """The last frame of ours, else the last of all."""
    found = ""
    is_ours = False
    for frame, line in traceback.walk_tb(at):
        path = Path(frame.f_code.co_filename)
        ours = path.is_relative_to(PACKAGE)
        if ours or not is_ours:
            name = path.relative_to(PACKAGE.parent).as_posix() if ours else path.name
            found, is_ours = f"{name}:{line}", ours
    return found


# What nobody awaited: asyncio goes on with the text of the error and the arguments of a call.
ASYNCIO = "asyncio"
_BEGINNING = re.compile(r"[^(<\n]*")
_make_record = logging.getLogRecordFactory()
# Lines of a web server about requests: an address may be a link that signs in.
ACCESS = ("uvicorn.access", "granian.access")
_QUERY = re.compile(r"\?\S*")
_TOKEN = re.compile(r"/(setup|sign-in|mine/[^/\s?#]+)/[^/\s?#]+")


def _safe_record(*args: Any, **given: Any) -> logging.LogRecord:
    record = _make_record(*args, **given)
    if record.exc_info:
        # Formatters print exc_text as it is, and make it of exc_info where there is none.
        error = record.exc_info[1]
        record.exc_text = safe_traceback(error) if error is not None else None
        record.exc_info = None
    if record.name == ASYNCIO and not record.args:
        found = _BEGINNING.match(str(record.msg))
        record.msg = found[0] if found else ""
    clean = _without_secrets if record.name in ACCESS else _without_text
    if isinstance(record.args, Mapping):
        record.args = {name: clean(value) for name, value in record.args.items()}
    elif record.args:
        record.args = tuple(map(clean, record.args))
    return record


def _without_text(value: Any) -> Any:
    return describe(value) if isinstance(value, BaseException) else value


def _without_secrets(value: Any) -> Any:
    return _TOKEN.sub(r"/\1/...", _QUERY.sub("", value)) if isinstance(value, str) else value


def watch_threads() -> None:
    """What ends a thread, or fails while an object is dropped, is logged, not printed."""

    def tell_thread(args: threading.ExceptHookArgs) -> None:
        log.error("a thread failed", exc_info=args.exc_value)

    def tell_dropped(args: "sys.UnraisableHookArgs") -> None:
        log.error("what was dropped failed", exc_info=args.exc_value)

    threading.excepthook = tell_thread
    sys.unraisablehook = tell_dropped


logging.setLogRecordFactory(_safe_record)
