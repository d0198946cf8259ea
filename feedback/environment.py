"""What around the program keeps it from its work, in one line: for every command and the server.

| | |
|---|---|
| `check_names` | a variable that looks like a setting and is none |
| `said_of` | a failure of the database, a disk or a file, that no command expected |
"""

import re
import sys
from collections.abc import Collection, Iterable, Iterator

from feedback.errors import FeedbackError
from feedback.logs import describe, what_to_do

# Kubernetes and Docker tell every container about a service named "feedback" like this.
_TOLD_OF_A_SERVICE = re.compile(
    r"SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?|NAME|ENV_\w+"
)
NEAR = 0.75


def check_names(prefix: str, known: Collection[str], given: Iterable[str]) -> Iterator[str]:
    """A sentence for each variable that has the prefix and is no setting. Raises FeedbackError
    (exit code 1) for one that is nearly a setting: a slip would otherwise change nothing, silently.

    >>> list(check_names("APP_", ["APP_URL"], ["APP_URL", "APP_URL_FILE", "APP_COLOUR", "HOME"]))
    ['APP_COLOUR is no setting of this version, and changes nothing.']
    """
    from difflib import get_close_matches

    every = [*known, *(f"{name}_FILE" for name in known)]
    for name in sorted(given):
        if not name.upper().startswith(prefix) or name.upper() in every:
            continue
        if _TOLD_OF_A_SERVICE.fullmatch(name[len(prefix) :].upper()):
            continue
        if near := get_close_matches(name.upper(), every, n=1, cutoff=NEAR):
            raise FeedbackError(f"{name} is no setting. Is {near[0]} meant?", exit_code=1)
        yield f"{name} is no setting of this version, and changes nothing."


def said_of(error: Exception) -> str | None:
    """The failure in one line, where what is around us failed; None where we did."""
    if isinstance(error, OSError) and error.filename is not None:
        reason = describe(error, with_place=False).partition(": ")[2]
        return f"{error.filename}: {reason}."
    if isinstance(error, MemoryError):
        return "There is not enough memory for this."
    if not _is_around(error):
        return None
    reason = describe(error, with_place=False)
    return f"The database or its disk cannot be used: {reason}. {what_to_do(error)}"


def _is_around(error: Exception) -> bool:
    if "sqlalchemy" not in sys.modules:
        return isinstance(error, OSError)
    import sqlite3

    from feedback.crossing import is_crossed
    from feedback.db import is_away

    is_wrong = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    is_file = isinstance(error, sqlite3.OperationalError | sqlite3.DatabaseError) and not is_wrong
    is_rule = isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError)
    return is_away(error) or is_crossed(error) or (is_file and not is_rule)
