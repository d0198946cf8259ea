"""Rows out of JSON: an array of objects, one object a line, or pages of an API's answers.

An object within a row gives columns of dotted names, `person.email`. The file is read through a
window, once for its columns and once for its rows: only the window and one row are in memory.
"""

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from feedback.errors import FeedbackError
from feedback.offline.encodings import find_encoding
from feedback.offline.spreadsheets import Cells, Sheet, text_of

# What APIs call the list in an answer that says other things too.
_LISTS = frozenset({"data", "results", "responses", "items", "rows", "records"})
_WINDOW = 1 << 18
_MOST_VALUE = 8 << 20
_MOST_COLUMNS = 10_000
_DEEPEST = 20
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[\s,]*")


def open_json(path: Path) -> Sheet | None:
    """The rows of a JSON file, None if it does not begin like one.

    Rows are counted from 1. Raises FeedbackError for JSON that is broken, or holds no objects.
    """
    with path.open("rb") as file:
        start = file.read(512)
    if not re.match(rb'\s*(?:\[\s*(?:\{|\])|\{\s*")', _bare(start)):
        return None
    encoding = find_encoding(path)
    names: dict[str, None] = {}
    for _, row in _flat(path, encoding):
        names.update(dict.fromkeys(row))
        if len(names) > _MOST_COLUMNS:
            raise FeedbackError(f"{path.name}: its objects have more than {_MOST_COLUMNS} names.")
    if not names:
        raise FeedbackError(f"{path.name} holds no objects: no rows.")
    return Sheet("json", tuple(names), partial(_cells, path, encoding, tuple(names)))


def _bare(start: bytes) -> bytes:
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"")


def _cells(path: Path, encoding: str, columns: tuple[str, ...]) -> Iterator[Cells]:
    for number, row in _flat(path, encoding):
        yield number, [row.get(name, "") for name in columns]


def _flat(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding=encoding) as file, _told(path) as at:
        for number, row in enumerate(_rows(_Window(file)), start=1):
            at[0] = number
            yield number, flattened(row)


@contextmanager
def _told(path: Path) -> Iterator[list[int]]:
    at = [0]
    try:
        yield at
    except (ValueError, RecursionError) as error:
        raise FeedbackError(f"{path.name}, after row {at[0]}: broken JSON: {error}.") from error


def flattened(row: dict[str, Any]) -> dict[str, str]:
    """The values of an object and of objects within it, by dotted names, as a CSV file says them.

    Raises ValueError for a text with a NUL character.

    >>> flattened({"score": 9.0, "person": {"plan": "pro", "tags": ["a", "b"]}, "done": True})
    {'score': '9', 'person.plan': 'pro', 'person.tags': 'a; b', 'done': 'TRUE'}
    """
    flat: dict[str, str] = {}
    _flatten(row, "", flat, _DEEPEST)
    return flat


def _flatten(value: Any, name: str, flat: dict[str, str], deepest: int) -> None:
    if isinstance(value, dict) and value and deepest:
        for key, one in value.items():
            _flatten(one, f"{name}.{key}" if name else key, flat, deepest - 1)
    elif isinstance(value, list) and value and not any(isinstance(v, dict | list) for v in value):
        flat[name] = _checked("; ".join(map(text_of, value)))
    else:
        flat[name] = "" if value in ({}, []) else _checked(text_of(value))


def _checked(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text in it holds a NUL character")
    return text if text.isascii() else text.encode(errors="replace").decode()


def _rows(window: "_Window") -> Iterator[dict[str, Any]]:
    while (sign := window.peek()) is not None:
        if sign == "[":
            yield from _array(window)
        elif sign == "{":
            yield from _object(window)
        else:
            raise ValueError(f"{sign} where an object should begin")


def _array(window: "_Window") -> Iterator[dict[str, Any]]:
    window.take("[")
    while window.peek() != "]":
        row = window.value()
        if not isinstance(row, dict):
            raise ValueError("a list of something else than objects")
        yield row
    window.take("]")


def _object(window: "_Window") -> Iterator[dict[str, Any]]:
    """An object that holds a list of rows under a usual name, else one that is a row itself."""
    window.take("{")
    row: dict[str, Any] = {}
    is_row = True
    while window.peek() != "}":
        name = window.value()
        window.take(":")
        if name in _LISTS and window.peek() == "[" and window.peek(1) in ("{", "]"):
            is_row = False
            yield from _array(window)
        else:
            row[str(name)] = window.value()
    window.take("}")
    if is_row:
        yield row


class _Window:
    """A JSON text, of which a piece is held; commas between values are passed over as spaces."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0

    def peek(self, further: int = 0) -> str | None:
        """The next sign but so many that is no space; None at the end."""
        while True:
            at = self._at
            for _ in range(further + 1):
                at = self._past_space(at) + 1
            if at <= len(self._text):
                return self._text[at - 1]
            if not self._grow():
                return None

    def take(self, sign: str) -> None:
        if self.peek() != sign:
            raise ValueError(f"{self.peek() or 'the end'} where {sign} should be")
        self._at = self._past_space(self._at) + 1

    def value(self) -> Any:
        """Raises ValueError if what comes next is no value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._past_space(self._at))
            except json.JSONDecodeError:
                if len(self._text) > _MOST_VALUE or not self._grow():
                    raise
                continue
            # At the end of the window 12 may be the beginning of 123.
            if end < len(self._text) or not self._grow():
                self._at = end
                return value

    def _past_space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _grow(self) -> bool:
        more = self._file.read(_WINDOW)
        self._text = self._text[self._at :] + more
        self._at = 0
        return bool(more)
