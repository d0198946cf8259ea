"""Bytes that no row holds are overwritten in a file that others write meanwhile, and no others."""

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from feedback.db import SQLITE_PRAGMAS
from feedback.erasure import scrub

GONE = "gone-7d2e91"
# Writes, reads and splits pages until it is ended; says each number that is committed.
WRITER = """
import random, sqlite3, sys
made = sqlite3.connect(sys.argv[1], isolation_level=None)
made.execute("PRAGMA busy_timeout=20000"); made.execute("PRAGMA secure_delete=1")
made.execute("PRAGMA synchronous=FULL"); made.execute("PRAGMA cache_size=-50000")
at = random.Random(3)
for n in range(10**6):
    made.execute("BEGIN IMMEDIATE")
    for _ in range(8):
        id = at.randrange(10**9) * 2 + 1
        made.execute("INSERT OR REPLACE INTO said VALUES (?, ?)", (id, f"mine {n} " * at.randrange(40)))
        made.execute("UPDATE said SET word = word || ? WHERE id = (SELECT id FROM said WHERE id > ? AND id % 2 LIMIT 1)", ("more", id))
    made.execute("INSERT INTO kept VALUES (?)", (n,))
    made.execute("COMMIT")
    print(n, flush=True)
"""  # noqa: E501


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A table whose pages were split a thousand times, with rows deleted from it since."""
    made, chance = tmp_path / "said.db", random.Random(7)
    with closing(connect(made)) as connection:
        connection.execute("CREATE TABLE said (id PRIMARY KEY, word) WITHOUT ROWID")
        connection.execute("CREATE INDEX words ON said (word)")
        connection.execute("CREATE TABLE kept (n)")
        connection.execute("BEGIN")
        for n in range(6_000):
            word = f"{GONE} " * chance.randrange(1, 30) if n % 3 == 0 else "stays " * (n % 60)
            connection.execute(
                "INSERT OR REPLACE INTO said VALUES (?, ?)", (chance.randrange(10**9) * 2, word)
            )
        connection.execute("COMMIT")
        connection.execute("DELETE FROM said WHERE word LIKE 'gone%'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


def program(path: Path) -> list[str]:
    return [sys.executable, "-I", str(Path(scrub.__file__)), str(path), "60"]


def digest(path: Path) -> list[tuple[int, str]]:
    with closing(connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute("SELECT id, word FROM said WHERE id % 2 = 0").fetchall()


@contextmanager
def writer(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None and run.stdout.readline() == "0\n"
        yield run
        run.kill()


def test_a_split_page_holds_what_was_deleted_until_it_is_scrubbed(path: Path) -> None:
    """Else there were nothing to do here."""
    assert GONE.encode() in path.read_bytes()
    before, size = digest(path), path.stat().st_size
    subprocess.run(program(path), check=True, stdout=subprocess.DEVNULL)
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert GONE.encode() not in path.read_bytes()
    assert digest(path) == before and path.stat().st_size == size
    again = subprocess.run(program(path), check=True, capture_output=True)
    assert again.stdout == b"0\n"


def test_those_who_write_meanwhile_lose_nothing_and_bring_nothing_back(path: Path) -> None:
    before = digest(path)
    with writer(path) as run:
        assert run.stdout is not None
        for _ in range(3):
            subprocess.run(program(path), check=True, stdout=subprocess.DEVNULL)
        said = [run.stdout.readline() for _ in range(20)]  # the writer went on
        run.kill()
        last = int(([*said, *run.stdout.read().splitlines()])[-1])
    with closing(connect(path)) as connection:
        kept = {n for (n,) in connection.execute("SELECT n FROM kept")}
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert set(range(last + 1)) <= kept
    assert digest(path) == before
    assert GONE.encode() not in path.read_bytes()


def test_killed_at_any_moment_it_does_no_harm(path: Path) -> None:
    before, chance = digest(path), random.Random(5)
    with writer(path):
        for _ in range(6):
            with subprocess.Popen(program(path), stdout=subprocess.DEVNULL) as run:
                time.sleep(chance.uniform(0.02, 0.2))
                run.kill()
    assert digest(path) == before


def test_a_file_of_another_layout_is_left_alone(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[20] = 32  # so many bytes of each page are an extension's
    path.write_bytes(raw)
    done = subprocess.run(program(path), check=False)
    assert done.returncode == scrub.CANNOT and path.read_bytes() == bytes(raw)
