"""Statements as the text that a driver takes, and the names of its values in their order."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Dialect


@dataclass(frozen=True, slots=True)
class Statement:
    """Driver text and the names of its parameters, in order."""

    text: str
    names: tuple[str, ...]

    def times(self, n: int) -> str:
        """The text with its group of `?` repeated: n rows in one execution (SQLite only)."""
        return _repeated(self, n)


@lru_cache(maxsize=64)  # a text of 20,000 question marks costs as much as storing 20 rows
def _repeated(statement: Statement, n: int) -> str:
    group = f"({', '.join('?' * len(statement.names))})"
    return statement.text.replace(group, ", ".join([group] * n), 1)


def compile_insert(statement: Any, dialect: Dialect) -> Statement:
    """On PostgreSQL the values are arrays, one a column: however many rows, one message goes
    there and one comes back, and the server works a quarter less than row by row."""
    made = compiled(statement, dialect)
    values = re.search(r"VALUES \((\$1::.*?)\)(?= ON CONFLICT|$)", made.text)
    if values is None:
        return made
    arrays = ", ".join(f"{value}[]" for value in values[1].split(", "))
    rows = f"SELECT * FROM unnest({arrays})"
    return Statement(made.text.replace(values[0], rows), made.names)


def compiled(statement: Any, dialect: Dialect) -> Statement:
    """As it is."""
    made = statement.compile(dialect=dialect)
    text = str(made)
    # Of what is written as text the compiler knows no parameters.
    return Statement(text, tuple(made.positiontup or text.count("?") * ("",)))


def in_one(*statements: Statement) -> Statement:
    """All in one execution, which is a transaction of its own (PostgreSQL only)."""
    texts: list[str] = []
    names: tuple[str, ...] = ()
    for each in statements:
        before = len(names)
        texts.append(re.sub(r"\$(\d+)", lambda n: f"${int(n[1]) + before}", each.text))  # noqa: B023
        names += each.names
    first = ", ".join(f"part_{n} AS ({text})" for n, text in enumerate(texts[:-1]))
    return Statement(f"WITH {first} {texts[-1]}", names)
