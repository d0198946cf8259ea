"""What a SQLite file holds, read in plain SQL: the judge of the kill tests."""

import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from uuid import UUID

from tests.faults.clients import Ledger

COUNTED = """
    SELECT series_id, channel, month, rating, count(*) FROM response
    WHERE state = 'counted' GROUP BY 1, 2, 3, 4
"""
ROLLUP = "SELECT series_id, channel, month, rating, n FROM rating_count WHERE n <> 0"
STORED = """
    SELECT s.submission_id, s.seq, r.id, r.seq, r.rating
    FROM submission s LEFT JOIN response r
    ON r.workspace_id = s.workspace_id AND r.id = s.response_id
"""


def snapshot(file: Path, folder: Path) -> Path:
    """A copy as the kill left it; the server must mend the original by itself."""
    copy = folder / file.name
    shutil.copyfile(file, copy)
    log = Path(f"{file}-wal")
    if log.exists():
        shutil.copyfile(log, f"{copy}-wal")
    return copy


def assert_sound(file: Path) -> None:
    """No damage, and the counts are a recount's."""
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert set(connection.execute(ROLLUP)) == set(connection.execute(COUNTED))
    connection.close()


def assert_kept(file: Path, ledger: Ledger) -> None:
    """Every acknowledged answer is there once, as it was when acknowledged or newer."""
    connection = sqlite3.connect(file)
    orphans = [row for row in connection.execute(STORED) if row[2] is None]
    assert orphans == [], "a submission without its response"
    stored = {
        str(UUID(bytes=submission)): (seq, UUID(bytes=response), response_seq, rating)
        for submission, seq, response, response_seq, rating in connection.execute(STORED)
    }
    ids = [id for (id,) in connection.execute("SELECT id FROM response")]
    connection.close()
    final = ledger.final()
    lost = [ack for key, ack in final.items() if key not in stored or stored[key][0] < ack.seq]
    assert lost == []
    for key, ack in final.items():
        seq, response, response_seq, rating = stored[key]
        assert (str(response), response_seq) == (ack.response_id, seq)
        assert rating == ack.rating or seq > ack.seq
    doubled = [id for id, n in Counter(ids).items() if n > 1]
    assert doubled == []
    assert len(ids) == len(stored)


def submissions(file: Path) -> int:
    connection = sqlite3.connect(file)
    [(n,)] = connection.execute("SELECT count(*) FROM submission")
    connection.close()
    assert isinstance(n, int)
    return n
