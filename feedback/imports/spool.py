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
_LENGTH = 4

_Sortable = tuple[int, int, int, Entry]


class Spool(AbstractContextManager["Spool"]):
    """Entries in temporary files that have no name and vanish with the program."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._first = _Run(self._open)
        self._last_at: int | None = None
        self._rises = self._falls = True

    def add(self, entry: Entry) -> None:
        self._first.add(entry)
        at = entry[0]
        if self._last_at is not None:
            self._rises &= at >= self._last_at
            self._falls &= at <= self._last_at
        self._last_at = at

    def in_order(self, order: Callable[[Entry], int]) -> Iterator[tuple[int, Entry]]:
        """The entries by time and `order`, each with its order; the first of equal ones first.

        Rows that go into the database's trees side by side cost a tenth of scattered ones. A
        file that runs through time, either way, is sorted piece by piece; any other as a whole.
        """
        runs = self._runs(order)
        if not (self._rises or self._falls):
            runs = iter([heapq.merge(*[_stored(run, self._open) for run in runs])])
        for run in runs:
            for _, key, _, entry in run:
                yield key, entry

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _runs(self, order: Callable[[Entry], int]) -> Iterator[Iterable[_Sortable]]:
        entries = enumerate(self._first.read())
        while piece := [(e[0], order(e), n, e) for n, e in islice(entries, _SORTED)]:
            piece.sort()  # never looks at the entries: their numbers differ
            yield piece


def _stored(rows: Iterable[_Sortable], files: ExitStack) -> Iterator[_Sortable]:
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
        self._waiting.append(row)
        if len(self._waiting) >= _TOGETHER:
            self._write()

    def read(self) -> Iterator[Any]:
        self._write()
        self._file.seek(0)
        return self._rows()

    def _rows(self) -> Iterator[Any]:
        # In whole blocks: marshal.load would fetch each value from the file by itself.
        while head := self._file.read(_LENGTH):
            yield from marshal.loads(self._file.read(int.from_bytes(head)))

    def _write(self) -> None:
        if self._waiting:
            block = marshal.dumps(self._waiting)
            self._file.write(len(block).to_bytes(_LENGTH) + block)
            self._waiting = []
