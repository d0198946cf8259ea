"""Loads of many answers: the lock is left to others in between, moments are written fast."""

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from feedback.responses.bulk_sqlite import Company
from feedback.responses.columns import Columns
from feedback.responses.models import Response


def version(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return found


def test_the_rest_is_longer_while_others_write(tmp_path: Path) -> None:
    ours, theirs = (sqlite3.connect(tmp_path / "a.db", isolation_level=None) for _ in range(2))
    ours.execute("PRAGMA journal_mode = wal")
    ours.execute("CREATE TABLE t (n)")
    company = Company()
    assert company.rest(version(ours), now=0, took=1) == 0.02
    ours.execute("INSERT INTO t VALUES (1)")
    assert company.rest(version(ours), now=1, took=1) == 0.02
    assert company.rest(version(ours), now=1, took=0.1) == 0.004
    theirs.execute("INSERT INTO t VALUES (2)")
    assert company.rest(version(ours), now=61, took=1) == 0.25
    assert company.rest(version(ours), now=63, took=1) == 0.25
    assert company.rest(version(ours), now=67, took=1) == 0.02
    ours.close()
    theirs.close()


def test_moments_in_microseconds_are_written_as_any_other() -> None:
    columns = Columns(Response, is_sqlite=True, only=["answered_at", "month"])
    begin = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    moments = [begin + n * timedelta(hours=7, microseconds=123_457) for n in range(2000)]
    microseconds = [
        (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta.resolution for at in moments
    ]
    shared = {"month": date(2000, 1, 1)}
    rows = columns.by_column(2000, {"answered_at": microseconds}, shared)
    assert rows == columns.by_column(2000, {"answered_at": moments}, shared)
    flat = columns.flat(2000, {"answered_at": microseconds}, shared)
    assert flat == [value for row in zip(*rows, strict=True) for value in row]
