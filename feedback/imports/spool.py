"""Checked answers on disk between checking and storing: a file is read once, memory stays flat."""

import heapq
import marshal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import islice
from typing import Any

from feedback.imports.read import Entry

# Rows written at once, and rows sorted in memory.
_TOGETHER = 256
_SORTED = 20_000


class Spool(AbstractContextManager["Spool"]):
    """Entries in temporary files that have no name and vanish with the program."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._first = _Run(self._open)
        self._last_at: int | None = None
        self._rises = self._falls = True

    def add(self, entry: Entry) -> None:
        self._first.add(entry)
        if self._last_at is not None:
            self._rises &= entry.at >= self._last_at
            self._falls &= entry.at <= self._last_at
        self._last_at = entry.at

    def in_order(self, order: Callable[[Entry], bytes]) -> Iterator[tuple[bytes, Entry]]:
        """The entries by time and `order`, each with its order.

        Rows that go into the database's trees side by side cost a tenth of scattered ones. A
        file that runs through time, either way, is sorted piece by piece; any other as a whole.
        """
        runs = self._runs(order)
        if not (self._rises or self._falls):
            runs = iter([heapq.merge(*[_stored(run, self._open) for run in runs])])
        for run in runs:
            for _, key, *entry in run:
                yield key, Entry(*entry)

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _runs(self, order: Callable[[Entry], bytes]) -> Iterator[Iterable[Any]]:
        entries = (Entry(*row) for row in self._first.read())
        while piece := [(entry.at, order(entry), *entry) for entry in islice(entries, _SORTED)]:
            piece.sort()
            yield piece


def _stored(rows: Iterable[Any], files: ExitStack) -> Iterator[Any]:
    run = _Run(files)
    for row in rows:
        run.add(row)
    return run.read()


class _Run:
    """Rows in one file, written and read a few at a time."""

    def __init__(self, files: ExitStack) -> None:
        file = tempfile.TemporaryFile(prefix="feedback-import-")  # noqa: SIM115 (files closes it)
        self._file = files.enter_context(file)
        self._waiting: list[Any] = []

    def add(self, row: tuple[Any, ...]) -> None:
        self._waiting.append(tuple(row))
        if len(self._waiting) >= _TOGETHER:
            self._write()

    def read(self) -> Iterator[Any]:
        self._write()
        self._file.seek(0)
        return self._rows()

    def _rows(self) -> Iterator[Any]:
        while True:
            try:
                rows = marshal.load(self._file)
            except EOFError:
                return
            yield from rows

    def _write(self) -> None:
        if self._waiting:
            marshal.dump(self._waiting, self._file)
            self._waiting = []
