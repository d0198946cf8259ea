"""Bulk storing on PostgreSQL: each batch travels by COPY."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import asyncpg
from asyncpg.exceptions import InterfaceError, PostgresError
from sqlalchemy.engine import URL

from feedback.db import is_away_state
from feedback.errors import FeedbackError
from feedback.responses.bulk_rows import (
    BatchResult,
    Name,
    NewResponse,
    Origin,
    Rows,
    sort_out,
)

_FIND = """
    SELECT s.survey_id, s.submission_id, s.digest FROM submission s
    JOIN unnest($2::uuid[], $3::uuid[]) AS given(survey_id, id)
      ON s.workspace_id = $1 AND s.survey_id = given.survey_id AND s.submission_id = given.id
      AND NOT s.test
"""


class PostgresBulk:
    """Answers are copied in; only when one is known already are the known ones looked up."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._rows = Rows(is_sqlite=False)

    async def open(self) -> None:
        self._connection: asyncpg.Connection = await asyncpg.connect(self._dsn)

    async def close(self) -> None:
        await self._connection.close()

    async def store(self, origin: Origin, batch: Sequence[NewResponse]) -> BatchResult:
        try:
            with suppress(asyncpg.UniqueViolationError):
                await self._insert(origin, batch)
                return BatchResult(new=len(batch))
            fresh, result = sort_out(batch, await self._known(origin, batch))
            if fresh:
                await self._insert(origin, fresh)
            return result
        except (OSError, InterfaceError, PostgresError) as error:
            if not is_away_state(getattr(error, "sqlstate", None)):
                raise
            raise FeedbackError(f"Cannot write the database: {error}.", exit_code=1) from error

    async def _insert(self, origin: Origin, batch: Sequence[NewResponse]) -> None:
        connection, rows = self._connection, self._rows
        statements = rows.statements
        submissions, responses = rows.submissions(origin, batch), rows.responses(origin, batch)
        async with connection.transaction():
            await connection.copy_records_to_table(
                "submission", records=submissions, columns=statements.submissions.names
            )
            await connection.copy_records_to_table(
                "response", records=responses, columns=statements.responses.names
            )
            counts = rows.counts(origin, batch)
            await connection.fetch(statements.add_ratings.text, *zip(*counts, strict=True))
            changed = rows.versions(origin, batch)
            await connection.fetch(statements.next_version.text, *zip(*changed, strict=True))

    async def _known(self, origin: Origin, batch: Sequence[NewResponse]) -> dict[Name, bytes]:
        surveys = [UUID(bytes=answer.survey_id) for answer in batch]
        ids = [UUID(bytes=answer.id) for answer in batch]
        found = await self._connection.fetch(_FIND, origin.workspace_id, surveys, ids)
        return {(survey.bytes, own.bytes): digest for survey, own, digest in found}
