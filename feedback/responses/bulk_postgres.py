"""Bulk storing on PostgreSQL: each batch travels by COPY."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import asyncpg
from asyncpg.exceptions import InterfaceError, PostgresError
from sqlalchemy.engine import URL

from feedback.crossing import again
from feedback.db import is_away_state
from feedback.errors import FeedbackError
from feedback.logs import describe
from feedback.postgres import CLOSE_SECONDS, connect, within
from feedback.responses.bulk_rows import Batch, BatchResult, Name, Origin, Rows, sort_out
from feedback.responses.columns import Columns, as_uuids

STORE_SECONDS = 60.0  # a batch; usually less than one

_FIND = """
    SELECT s.survey_id, s.submission_id, s.digest FROM submission s
    JOIN unnest($2::uuid[], $3::uuid[]) AS given(survey_id, id)
      ON s.workspace_id = $1 AND s.survey_id = given.survey_id AND s.submission_id = given.id
      AND NOT s.test
"""


@dataclass(frozen=True, slots=True)
class _Ready:
    origin: Origin
    batch: Batch
    submissions: Sequence[Sequence[Any]]
    responses: Sequence[Sequence[Any]]
    due: Sequence[Sequence[Any]]
    counts: Sequence[Sequence[Any]]
    versions: Sequence[Sequence[Any]]


class PostgresBulk:
    """Answers are copied in; only when one is known already are the known ones looked up."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._rows = Rows(is_sqlite=False)

    async def open(self) -> None:
        self._connection: asyncpg.Connection = await connect(self._url)

    async def close(self) -> None:
        with suppress(TimeoutError):
            await self._connection.close(timeout=CLOSE_SECONDS)

    def prepare(self, origin: Origin, batch: Batch) -> _Ready:
        rows, statements = self._rows, self._rows.statements
        return _Ready(
            origin,
            batch,
            _records(statements.submissions, len(batch), rows.submissions(origin, batch)),
            _records(statements.responses, len(batch), rows.responses(origin, batch)),
            rows.due(origin, batch),
            rows.counts(origin, batch),
            rows.versions(origin, batch),
        )

    async def store(self, ready: _Ready) -> BatchResult:
        try:
            with within(STORE_SECONDS, self._connection):
                return await again(lambda: self._store(ready))
        except (OSError, InterfaceError, PostgresError) as error:
            if not is_away_state(getattr(error, "sqlstate", None)):
                raise
            said = describe(error, with_place=False)
            raise FeedbackError(f"Cannot write the database: {said}.", exit_code=1) from error

    async def _store(self, ready: _Ready) -> BatchResult:
        with suppress(asyncpg.UniqueViolationError):
            await self._insert(ready)
            return BatchResult(new=len(ready.batch))
        fresh, result = sort_out(ready.batch, await self._known(ready.origin, ready.batch))
        if fresh:
            await self._insert(self.prepare(ready.origin, fresh))
        return result

    async def _insert(self, ready: _Ready) -> None:
        connection, statements = self._connection, self._rows.statements
        async with connection.transaction():
            await connection.copy_records_to_table(
                "submission", records=ready.submissions, columns=statements.submissions.names
            )
            await connection.copy_records_to_table(
                "response", records=ready.responses, columns=statements.responses.names
            )
            if ready.due:
                await connection.fetch(statements.insert_due.text, *zip(*ready.due, strict=True))
            counts, versions = (zip(*rows, strict=True) for rows in (ready.counts, ready.versions))
            await connection.fetch(statements.add_ratings.text, *counts)
            await connection.fetch(statements.next_version.text, *versions)

    async def _known(self, origin: Origin, batch: Batch) -> dict[Name, bytes]:
        surveys, ids = (as_uuids(values) for values in zip(*batch.names(), strict=True))
        async with self._connection.transaction():
            found = await self._connection.fetch(_FIND, origin.workspace_id, surveys, ids)
        return {(survey.bytes, own.bytes): digest for survey, own, digest in found}


def _records(
    columns: Columns, n: int, values: tuple[Mapping[str, Any], ...]
) -> list[tuple[Any, ...]]:
    return list(zip(*columns.by_column(n, *values), strict=True))
