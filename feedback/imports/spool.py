"""Checked answers on disk between checking and storing: a file is read once, memory stays flat."""

import heapq
import marshal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from itertools import chain, count, islice
from operator import itemgetter
from typing import Any

from feedback.imports.read import Entry

# Rows written at once, and rows sorted in memory.
_TOGETHER = 1024
_SORTED = 20_000
_LENGTH = 4

# A moment, the order, the number of the row, the entry: what they are sorted by, and never more,
# since no two rows share a number.
Sorted = tuple[int, int, int, Entry]
_at = itemgetter(0)


class Spool(AbstractContextManager["Spool"]):
    """Entries in temporary files that have no name and vanish with the program."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._first = _Run(self._open)
        self._last_at: int | None = None
        self._rises = self._falls = True
        self.rows = 0

    def add(self, entries: Sequence[Entry]) -> None:
        self._first.add(entries)
        ats = [entry[0] for entry in entries]
        before, self._last_at = self._last_at, ats[-1]
        for border in range(-self.rows % _SORTED, len(ats), _SORTED):
            # Rows of one moment in two pieces would not come side by side: sorted as a whole.
            if ats[border] == (ats[border - 1] if border else before):
                self._rises = self._falls = False
        self.rows += len(ats)
        if before is not None:
            ats.insert(0, before)
        self._rises = self._rises and ats == sorted(ats)
        self._falls = self._falls and ats == sorted(ats, reverse=True)

    def keep_only(self, is_kept: Callable[[Entry], bool]) -> int:
        """Leave out all other entries; how many ratings that were."""
        kept, left_out = _Run(self._open), 0
        for piece in self.pieces():
            some = [entry for entry in piece if is_kept(entry)]
            left_out += sum(len(entry[-1]) for entry in piece) - sum(len(e[-1]) for e in some)
            kept.add(some)
        self._first = kept
        # Where the pieces end is another row now: see `add`.
        self._rises = self._falls = False
        return left_out

    def pieces(self) -> Iterator[list[Entry]]:
        """The entries in the order of the file, some at once."""
        entries = self._first.read()
        return iter(lambda: list(islice(entries, _SORTED)), [])

    def names(self, most: int) -> Iterator[list[str]]:
        """Who is named in the entries, at most so many at once, each of these once."""
        entries = self._first.read()
        while piece := list(islice(entries, most)):
            yield sorted({entry[2] for entry in piece if entry[2] is not None})

    def in_order(
        self, orders: Callable[[Sequence[Entry]], Sequence[int]]
    ) -> Iterator[Sequence[Sorted]]:
        """The entries by time and order, then as in the file; rows are numbered as in `pieces`.

        Rows that go into the database's trees side by side cost a tenth of scattered ones. A
        file that runs through time, either way, is sorted piece by piece; any other as a whole.
        """
        runs = self._runs(orders)
        if self._rises or self._falls:
            return runs
        whole = heapq.merge(*[_stored(run, self._open) for run in runs])
        return iter(lambda: list(islice(whole, _SORTED)), [])

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _runs(self, orders: Callable[[Sequence[Entry]], Sequence[int]]) -> Iterator[list[Sorted]]:
        numbers = count()
        for piece in self.pieces():
            yield sorted(zip(map(_at, piece), orders(piece), numbers, piece, strict=False))


def _stored(rows: Sequence[Sorted], files: ExitStack) -> Iterator[Sorted]:
    run = _Run(files)
    run.add(rows)
    return run.read()


class _Run:
    """Rows in one file, written and read a few at a time."""

    def __init__(self, files: ExitStack) -> None:
        file = tempfile.TemporaryFile(prefix="feedback-import-")  # noqa: SIM115 (files closes it)
        self._file = files.enter_context(file)

    def add(self, rows: Sequence[Any]) -> None:
        for start in range(0, len(rows), _TOGETHER):
            piece: Any = rows[start : start + _TOGETHER]
            block = marshal.dumps(piece)
            self._file.write(len(block).to_bytes(_LENGTH) + block)

    def read(self) -> Iterator[Any]:
        self._file.seek(0)
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[Sequence[Any]]:
        # In whole blocks: marshal.load would fetch each value from the file by itself.
        while head := self._file.read(_LENGTH):
            yield marshal.loads(self._file.read(int.from_bytes(head)))
