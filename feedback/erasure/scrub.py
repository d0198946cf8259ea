"""Overwrite, in a SQLite file that is in use, what no row holds any more: a program of its own,
called with the file and with the seconds that a reader may keep a slice waiting.

A page that is split leaves a copy of what moved away where nothing points, between the pointers to
its rows and the rows, and `secure_delete` does not look there. `VACUUM` would write the whole file
anew while all who write wait (25 s at a million answers beside a busy server); this writes zeros
over such bytes alone, some milliseconds at a time.

Why nothing else can be touched. A slice holds SQLite's write lock, so that nobody commits, and
begins when every page of the log stands in the file: so no checkpoint writes under it, and what a
page says of itself holds. Readers never look at these bytes. The commit that ends a slice makes
every connection forget the pages it kept, so that none writes the old bytes back. A kill or a power
cut leaves bytes that are zero or as they were. The layout is that of
https://sqlite.org/fileformat2.html#b_tree_pages.

In a process of its own: POSIX locks of a process end when it closes any of its files on the same
path, those of SQLite's connections too.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MAGIC = b"SQLite format 3\0"
TABLES = (5, 13)  # interior and leaf
INDEXES = (2, 10)
INTERIOR = (2, 5)
# An overflow page begins with the number of the next one: below this many pages that is no kind.
MOST_PAGES = 2 << 24
SLICE_SECONDS = 0.015
READ_AT_ONCE = 256  # pages
WAIT_MILLISECONDS = 1000
CANNOT, BUSY = 3, 4  # exit codes: another layout than this one; somebody reads all the time


class Cannot(Exception):
    """The file is laid out otherwise."""


class File:
    """The file's own bytes, beside a connection to it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR)
        head = os.pread(self._file, 100, 0)
        self.page_size = int.from_bytes(head[16:18]) or 0
        if self.page_size == 1:
            self.page_size = 65536
        # Bytes kept at the end of each page are an extension's, such as encryption.
        if head[:16] != MAGIC or head[20] or self.pages >= MOST_PAGES:
            raise Cannot

    @property
    def pages(self) -> int:
        return os.fstat(self._file).st_size // self.page_size

    def page(self, number: int, count: int = 1) -> bytes:
        return os.pread(self._file, self.page_size * count, (number - 1) * self.page_size)

    def clear(self, number: int, start: int, end: int) -> None:
        os.pwrite(self._file, bytes(end - start), (number - 1) * self.page_size + start)

    def sync(self) -> None:
        os.fsync(self._file)

    def unused(self, number: int, page: bytes) -> list[tuple[int, int]]:
        """The parts of this page that belong to no row and are not empty, from and to which byte;
        none of a page that is no b-tree's."""
        at = 100 if number == 1 else 0
        if len(page) < self.page_size or page[at] not in (*TABLES, *INDEXES):
            return []
        kind = page[at]
        rows = at + (12 if kind in INTERIOR else 8) + 2 * int.from_bytes(page[at + 3 : at + 5])
        content = int.from_bytes(page[at + 5 : at + 7]) or 65536
        if not rows <= content <= len(page):
            return []
        parts = [(rows, content), *self._free_blocks(page, at, content)]
        return [part for part in parts if page[slice(*part)].strip(b"\0")]

    def _free_blocks(self, page: bytes, at: int, content: int) -> Iterator[tuple[int, int]]:
        """Each begins with where the next one is and how long it is."""
        before, block = content - 1, int.from_bytes(page[at + 1 : at + 3])
        while before < block <= len(page) - 4:
            end = block + int.from_bytes(page[block + 2 : block + 4])
            if end > len(page):
                return
            yield block + 4, end
            before, block = block, int.from_bytes(page[block : block + 2])

    def free_pages(self) -> Iterator[tuple[int, int]]:
        """Those on the list of free pages, each with where its unused bytes begin."""
        trunk, left = int.from_bytes(self.page(1)[32:36]), self.pages
        while trunk and left > 0:
            page = self.page(trunk)
            count = int.from_bytes(page[4:8])
            yield trunk, 8 + 4 * count
            for n in range(count):
                yield int.from_bytes(page[8 + 4 * n : 12 + 4 * n]), 0
            trunk, left = int.from_bytes(page[:4]), left - 1


class Scrub:
    """One run over a file."""

    def __init__(self, path: Path, patience: float) -> None:
        self._patience = patience
        self._writes, self._checks = (_connect(path) for _ in range(2))
        self._until = time.monotonic() + patience
        self.file = File(path)

    def run(self) -> int:
        """How many pages held something that no row holds."""
        while not self._has_all_in_file():
            self._wait()
        waiting, cleared, is_done = [*self._suspects()], 0, False
        while waiting or not is_done:
            self._lock()
            try:
                ends = time.monotonic() + SLICE_SECONDS
                while waiting and time.monotonic() < ends:
                    cleared += self._clear_page(waiting.pop())
                if not waiting:
                    is_done = self._clear_free_pages(ends)
                (version,) = self._writes.execute("PRAGMA user_version").fetchone()
                self._writes.execute(f"PRAGMA user_version={version}")
            finally:
                self._writes.execute("COMMIT")
        self.file.sync()
        return cleared

    def _suspects(self) -> Iterator[int]:
        """Pages that seem to hold such bytes, read without a lock; each is looked at again."""
        for first in range(1, self.file.pages + 1, READ_AT_ONCE):
            some = self.file.page(first, READ_AT_ONCE)
            for n in range(len(some) // self.file.page_size):
                start = n * self.file.page_size
                if self.file.unused(first + n, some[start : start + self.file.page_size]):
                    yield first + n

    def _clear_page(self, number: int) -> bool:
        parts = self.file.unused(number, self.file.page(number))
        for start, end in parts:
            self.file.clear(number, start, end)
        return bool(parts)

    def _clear_free_pages(self, ends: float) -> bool:
        """Whether all are empty."""
        for number, start in self.file.free_pages():
            if self.file.page(number)[start:].strip(b"\0"):
                self.file.clear(number, start, self.file.page_size)
                if time.monotonic() > ends:
                    return False
        return True

    def _lock(self) -> None:
        """Hold the write lock, with every page of the log in the file."""
        while True:
            self._has_all_in_file()  # as much as can be done while others write
            try:
                self._writes.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            else:
                if self._has_all_in_file():
                    self._until = time.monotonic() + self._patience
                    return
                self._writes.execute("ROLLBACK")
            self._wait()

    def _has_all_in_file(self) -> bool:
        """Write the log's pages into the file; whether no reader of before was in the way."""
        checked = self._checks.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        is_busy, in_log, in_file = checked
        return not is_busy and in_log == in_file

    def _wait(self) -> None:
        if time.monotonic() > self._until:
            raise TimeoutError
        time.sleep(0.01)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout={WAIT_MILLISECONDS}")
    return connection


def main() -> int:
    os.nice(5)
    try:
        print(Scrub(Path(sys.argv[1]), float(sys.argv[2])).run())
    except Cannot:
        return CANNOT
    except TimeoutError:
        return BUSY
    return 0


if __name__ == "__main__":
    sys.exit(main())
