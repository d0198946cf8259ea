"""Which answers of a file are stored already under the same id at another time, by a join.

An answer's id is its time, then a hash of what it is known by, turned by its survey. The end of an
id is in no index, since nothing else asks for it: the file's ids go into a temporary table, and the
stored ones are read past it once, in the order of their key. Memory stays flat on either side.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

from feedback.db import SQLITE_PRAGMAS, is_away_state
from feedback.errors import FeedbackError
from feedback.logs import describe
from feedback.postgres import CLOSE_SECONDS
from feedback.responses.columns import as_uuids
from feedback.settings import Settings

T = TypeVar("T")

# The row of the file, the survey and the id of one of its answers.
Given = tuple[int, bytes, bytes]
# The row, and when its answer is stored instead, in milliseconds since 1970.
Found = tuple[int, int]
# Between which ids a survey may hold answers that were imported.
Spans = Mapping[UUID, tuple[bytes, bytes]]

_TOGETHER = 20_000
_TAIL, _SORTABLE = re.compile(r"TAIL\(([\w.]+)\)"), re.compile(r"SORTABLE\(([\w.]+)\)")


class Elsewhere(Protocol):
    """`add` what the file holds, then `find` what is stored at another time, by rows.

    Stored at a time that the file holds too is what it says: of such an id it says nothing. Raises
    FeedbackError (exit code 1) when the database cannot be asked."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def add(self, given: Sequence[Given]) -> None: ...
    def find(self, workspace_id: UUID, spans: Spans) -> AsyncGenerator[Sequence[Found]]: ...


def make_elsewhere(settings: Settings) -> Elsewhere:
    """That of the configured database."""
    if settings.sqlite_file is None:
        return _OnPostgres(settings)
    return _OnSqlite(settings.sqlite_file)


# TAIL(id) is the end of an id, SORTABLE(id) what `min` takes.
_BEGIN = (
    "CREATE TEMP TABLE given (row INTEGER, survey ID_TYPE, id ID_TYPE)",
    "CREATE TEMP TABLE elsewhere (id ID_TYPE)",
)
_ADDED = "CREATE INDEX given_by_tail ON given (TAIL(id), id)"
_LOOK = """
    INSERT INTO elsewhere SELECT s.submission_id FROM submission s
    WHERE s.workspace_id = ?1 AND s.survey_id = ?2 AND NOT s.test
    AND s.submission_id BETWEEN ?3 AND ?4
    AND EXISTS (SELECT 1 FROM given g WHERE TAIL(g.id) = TAIL(s.submission_id))
    AND NOT EXISTS (
        SELECT 1 FROM given g
        WHERE TAIL(g.id) = TAIL(s.submission_id) AND g.id = s.submission_id
    )
"""
_LOOKED = "CREATE INDEX elsewhere_by_tail ON elsewhere (TAIL(id), id)"
_FIND = """
    SELECT g.row, min(SORTABLE(e.id))
    FROM elsewhere e JOIN given g ON TAIL(g.id) = TAIL(e.id)
    WHERE NOT EXISTS (
        SELECT 1 FROM submission s WHERE s.workspace_id = ?1 AND s.survey_id = g.survey
        AND s.submission_id = g.id AND NOT s.test
    )
    GROUP BY g.row
"""


class _OnSqlite:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="elsewhere")

    async def open(self) -> None:
        self._connection = await self._in_thread(self._connect)

    async def close(self) -> None:
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    async def add(self, given: Sequence[Given]) -> None:
        insert = "INSERT INTO given VALUES (?, ?, ?)"
        await self._in_thread(lambda: self._connection.executemany(insert, given).close())

    async def find(self, workspace_id: UUID, spans: Spans) -> AsyncGenerator[Sequence[Found]]:
        await self._run(_ADDED)
        for survey_id, span in spans.items():
            await self._run(_LOOK, workspace_id.bytes, survey_id.bytes, *span)
        await self._run(_LOOKED)
        await self._run(f"CREATE TEMP TABLE found AS {_FIND}", workspace_id.bytes)
        done = 0
        while rows := await self._in_thread(partial(self._found_after, done)):
            yield [(row, int.from_bytes(own[:6])) for row, own in rows]
            done += len(rows)

    def _found_after(self, done: int) -> list[tuple[int, bytes]]:
        select = "SELECT * FROM found WHERE rowid > ? ORDER BY rowid LIMIT ?"
        with closing(self._connection.execute(select, (done, _TOGETHER))) as found:
            return found.fetchall()

    async def _run(self, text: str, *values: bytes) -> None:
        written = _TAIL.sub(r"substr(\1, 7)", _SORTABLE.sub(r"\1", text))
        await self._in_thread(lambda: self._connection.execute(written, values).close())

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """What the work returns is no cursor: one that goes in another thread while the next
        statement runs in this one is SQLITE_MISUSE."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except asyncio.CancelledError:
            self._connection.interrupt()
            raise
        except sqlite3.OperationalError as error:
            said = describe(error, with_place=False)
            raise FeedbackError(f"Cannot search {self._path}: {said}.", exit_code=1) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for name, value in SQLITE_PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")
        # Bounded, and enough for the tree of half a million ids.
        connection.execute("PRAGMA temp_store=FILE")
        connection.execute("PRAGMA temp.cache_size=-32768")
        # One transaction, that ends with the connection: an insert by itself costs twice as much.
        # It holds nobody up: what is written is temporary.
        connection.execute("BEGIN")
        for table in _BEGIN:
            connection.execute(table.replace("ID_TYPE", "BLOB"))
        return connection


class _OnPostgres:
    def __init__(self, settings: Settings) -> None:
        self._url = settings.url

    async def open(self) -> None:
        from feedback.postgres import connect

        self._connection: Any = await self._asking(connect(self._url))
        # One transaction, that ends with the connection: through pgbouncer the next one might not
        # find the tables.
        await self._asking(self._connection.transaction().start())
        for table in _BEGIN:
            await self._run(table.replace("ID_TYPE", "uuid"))

    async def close(self) -> None:
        with suppress(TimeoutError):
            await self._connection.close(timeout=CLOSE_SECONDS)

    async def add(self, given: Sequence[Given]) -> None:
        rows, surveys, ids = zip(*given, strict=True)
        records = list(zip(rows, as_uuids(surveys), as_uuids(ids), strict=True))
        await self._asking(self._connection.copy_records_to_table("given", records=records))

    async def find(self, workspace_id: UUID, spans: Spans) -> AsyncGenerator[Sequence[Found]]:
        await self._run(_ADDED)
        await self._run("ANALYZE given")
        for survey_id, span in spans.items():
            await self._run(_LOOK, workspace_id, survey_id, *(UUID(bytes=end) for end in span))
        await self._run(_LOOKED)
        await self._run("ANALYZE elsewhere")
        async with self._connection.transaction():
            found = await self._connection.cursor(self._written(_FIND), workspace_id)
            while rows := await self._asking(found.fetch(_TOGETHER)):
                yield [(row, int(own.replace("-", "")[:12], 16)) for row, own in rows]

    async def _run(self, text: str, *values: UUID) -> None:
        await self._asking(self._connection.execute(self._written(text), *values))

    def _written(self, text: str) -> str:
        text = _TAIL.sub(r"substr(uuid_send(\1), 7)", _SORTABLE.sub(r"CAST(\1 AS text)", text))
        return text.replace("?", "$")

    async def _asking(self, asked: Any) -> Any:
        from asyncpg.exceptions import InterfaceError, PostgresError

        try:
            return await asked
        except (OSError, InterfaceError, PostgresError) as error:
            if not is_away_state(getattr(error, "sqlstate", None)):
                raise
            said = describe(error, with_place=False)
            raise FeedbackError(f"Cannot ask the database: {said}.", exit_code=1) from error
