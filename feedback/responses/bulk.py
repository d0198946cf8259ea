"""Storing many new answers at once: what a file or the demo brings, never what a browser sends.

An answer stored before is left as it is. Each call is one transaction, so that a crash leaves
whole batches behind and the same file can simply be stored again.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import asyncpg
from sqlalchemy.engine import URL

from feedback.db import SQLITE_PRAGMAS
from feedback.errors import FeedbackError
from feedback.responses.statements import Statements
from feedback.settings import Settings


class NewResponse(NamedTuple):
    """A checked answer of one workspace. Its submission id is its own id."""

    survey_id: UUID
    series_id: UUID
    id: UUID
    digest: bytes
    rating: int
    answered_at: datetime
    month: date
    channel: str = "import"
    comment: str | None = None
    properties: str | None = None
    respondent_key: bytes | None = None
    locale: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """What all answers of one load share."""

    workspace_id: UUID
    received_at: datetime
    import_id: UUID | None = None


@dataclass(slots=True)
class Stored:
    """What became of a batch: stored now, there before, there before with another content."""

    new: int = 0
    known: int = 0
    differing: int = 0


class BulkStore(Protocol):
    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def store(self, origin: Origin, rows: Sequence[NewResponse]) -> Stored: ...


def make_bulk_store(settings: Settings) -> BulkStore:
    """The bulk store of the configured database."""
    if settings.sqlite_file is None:
        return PostgresBulk(settings.url)
    return SqliteBulk(settings.sqlite_file)


Row = tuple[Any, ...]
# (survey, id) of an answer: within one workspace, who it is.
Name = tuple[UUID, UUID]


class _Rows:
    """Answers as rows of the tables, in the order of the statements' parameters."""

    def __init__(self, statements: Statements) -> None:
        assert statements.insert_submission.names == SUBMISSION_COLUMNS
        assert statements.insert_response.names == RESPONSE_COLUMNS
        self._statements = statements
        self._id: Callable[[UUID], Any] = _bytes if statements.is_sqlite else _same

    def submissions(self, origin: Origin, rows: Iterable[NewResponse]) -> list[Row]:
        to_id, workspace = self._id, self._id(origin.workspace_id)
        return [
            (workspace, to_id(row.survey_id), (own := to_id(row.id)), own, 1, 1, row.digest)
            for row in rows
        ]

    def responses(self, origin: Origin, rows: Iterable[NewResponse]) -> list[Row]:
        s, to_id, workspace = self._statements, self._id, self._id(origin.workspace_id)
        received_at, import_id = s.time(origin.received_at), s.id(origin.import_id)
        return [
            (
                workspace,
                to_id(row.id),
                to_id(row.series_id),
                row.rating,
                row.comment,
                None,
                row.properties,
                row.channel,
                row.locale,
                row.page,
                s.time(row.answered_at),
                received_at,
                s.date(row.month),
                "counted",
                1,
                import_id,
                None,
                row.respondent_key,
            )
            for row in rows
        ]

    def counts(self, origin: Origin, rows: Iterable[NewResponse]) -> list[Row]:
        found = Counter([(row.series_id, row.channel, row.month, row.rating) for row in rows])
        named = [((origin.workspace_id, *key), n) for key, n in found.items()]
        return list(self._statements.count_rows(named))


SUBMISSION_COLUMNS = (
    "workspace_id", "survey_id", "submission_id", "response_id", "first_seq", "seq", "digest",
)  # fmt: skip
RESPONSE_COLUMNS = (
    "workspace_id", "id", "series_id", "rating", "comment", "answers", "properties", "channel",
    "locale", "page", "answered_at", "received_at", "month", "state", "seq", "import_id",
    "contact_id", "respondent_key",
)  # fmt: skip


def _bytes(value: UUID) -> bytes:
    return value.bytes


def _same(value: UUID) -> UUID:
    return value


def _sort_out(
    rows: Sequence[NewResponse], known: dict[Name, bytes]
) -> tuple[list[NewResponse], Stored]:
    """The answers not stored yet, each once, and how the others compare with what is."""
    fresh: list[NewResponse] = []
    result = Stored()
    for row in rows:
        digest = known.get((row.survey_id, row.id))
        if digest is None:
            known[(row.survey_id, row.id)] = row.digest
            fresh.append(row)
        elif digest == row.digest:
            result.known += 1
        else:
            result.differing += 1
    result.new = len(fresh)
    return fresh, result


class SqliteBulk:
    """Each batch holds the database's write lock for as long as its inserts take, then lets go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._statements = Statements(is_sqlite=True)
        self._rows = _Rows(self._statements)
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        for name, value in SQLITE_PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")
        # Keys of people are scattered over their index: kept in memory, a bounded part of it.
        connection.execute("PRAGMA cache_size=-32768")
        self._connection = connection

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    async def store(self, origin: Origin, rows: Sequence[NewResponse]) -> Stored:
        """Raises FeedbackError (exit code 1) when the database cannot write; nothing is stored."""
        assert self._connection is not None
        try:
            # Nearly always all are new: look for known ones only when one is refused.
            with suppress(sqlite3.IntegrityError):
                self._insert(self._connection, origin, rows)
                return Stored(new=len(rows))
            return self._insert_unknown(self._connection, origin, rows)
        except sqlite3.OperationalError as error:
            raise FeedbackError(f"Cannot write {self._path}: {error}.", exit_code=1) from error

    def _insert(
        self, connection: sqlite3.Connection, origin: Origin, rows: Sequence[NewResponse]
    ) -> None:
        s = self._statements
        submissions = self._rows.submissions(origin, rows)
        responses = self._rows.responses(origin, rows)
        counts = self._rows.counts(origin, rows)
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(s.insert_submission.text, submissions)
            connection.executemany(s.insert_response.text, responses)
            connection.executemany(s.add_ratings.text, counts)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def _insert_unknown(
        self, connection: sqlite3.Connection, origin: Origin, rows: Sequence[NewResponse]
    ) -> Stored:
        workspace, known = origin.workspace_id.bytes, dict[Name, bytes]()
        for row in rows:
            found = connection.execute(_FIND, (workspace, row.survey_id.bytes, row.id.bytes))
            if digest := found.fetchone():
                known[(row.survey_id, row.id)] = digest[0]
        fresh, result = _sort_out(rows, known)
        if fresh:
            self._insert(connection, origin, fresh)
        return result


_FIND = "SELECT digest FROM submission WHERE workspace_id=? AND survey_id=? AND submission_id=?"
_FIND_MANY = """
    SELECT s.survey_id, s.submission_id, s.digest FROM submission s
    JOIN unnest($2::uuid[], $3::uuid[]) AS given(survey_id, id)
      ON s.workspace_id = $1 AND s.survey_id = given.survey_id AND s.submission_id = given.id
"""


class PostgresBulk:
    """Each batch travels by COPY."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._statements = Statements(is_sqlite=False)
        self._rows = _Rows(self._statements)
        self._connection: asyncpg.Connection[Any] | None = None

    async def open(self) -> None:
        self._connection = await asyncpg.connect(self._dsn)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def store(self, origin: Origin, rows: Sequence[NewResponse]) -> Stored:
        """Raises FeedbackError (exit code 1) when the database cannot write; nothing is stored."""
        try:
            with suppress(asyncpg.UniqueViolationError):
                await self._insert(origin, rows)
                return Stored(new=len(rows))
            return await self._insert_unknown(origin, rows)
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError) as error:
            raise FeedbackError(f"Cannot write the database: {error}.", exit_code=1) from error

    async def _insert(self, origin: Origin, rows: Sequence[NewResponse]) -> None:
        connection = self._connection
        assert connection is not None
        copy = connection.copy_records_to_table
        async with connection.transaction():
            submissions = self._rows.submissions(origin, rows)
            await copy("submission", records=submissions, columns=SUBMISSION_COLUMNS)
            responses = self._rows.responses(origin, rows)
            await copy("response", records=responses, columns=RESPONSE_COLUMNS)
            counts = self._rows.counts(origin, rows)
            await connection.executemany(self._statements.add_ratings.text, counts)

    async def _insert_unknown(self, origin: Origin, rows: Sequence[NewResponse]) -> Stored:
        assert self._connection is not None
        found = await self._connection.fetch(
            _FIND_MANY, origin.workspace_id, [row.survey_id for row in rows], [r.id for r in rows]
        )
        # asyncpg's UUID equals and hashes like the standard one.
        known: dict[Name, bytes] = {(survey, own): digest for survey, own, digest in found}
        fresh, result = _sort_out(rows, known)
        if fresh:
            await self._insert(origin, fresh)
        return result
