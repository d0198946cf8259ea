"""The write path on PostgreSQL: one connection to asyncpg, few statements a batch."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg.exceptions import InterfaceError, PostgresError
from sqlalchemy.engine import URL

from feedback.db import is_away_state
from feedback.errors import FeedbackError
from feedback.responses.outcome import (
    Answer,
    Display,
    Key,
    KnownSubmission,
    Outcome,
    Plan,
    StoreUnavailableError,
    decide,
)
from feedback.responses.statements import Statement, Statements

# Another process stored the same submission, or two transactions crossed: start over.
_TRY_AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_TRIES = 5


class RaceLostError(Exception):
    """Another process inserted one of our submissions between our look and our write."""


class PostgresStore:
    """Stores batches of answers, each batch in one transaction; nothing of a failed one stays."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._statements = Statements(is_sqlite=False)
        self._connection: asyncpg.Connection | None = None

    async def open(self) -> None:
        """Connect; raises FeedbackError when a commit would not wait for the disk."""
        await self._connect()

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.terminate()

    async def store(self, batch: Sequence[Answer | Display]) -> list[Outcome | None]:
        for attempt in range(_TRIES):
            try:
                return await self._store(batch)
            except (RaceLostError, *_TRY_AGAIN):
                if attempt == _TRIES - 1:
                    raise
        raise AssertionError("the loop above returns or raises")

    async def _connect(self) -> "asyncpg.Connection":
        connection: asyncpg.Connection = await asyncpg.connect(self._dsn)
        found = await connection.fetchval("SHOW synchronous_commit")
        if found == "off":
            await connection.close()
            raise FeedbackError(
                "PostgreSQL: synchronous_commit is off, so an acknowledged answer could be lost. "
                "Set it to on for this database.",
                exit_code=1,
            )
        self._connection = connection
        return connection

    async def _store(self, batch: Sequence[Answer | Display]) -> list[Outcome | None]:
        try:
            connection = self._connection
            if connection is None or connection.is_closed():
                connection = await self._connect()
            async with connection.transaction():
                # Sorted, so that two batches take their locks in the same order.
                keys = sorted({item.key for item in batch if isinstance(item, Answer)})
                outcomes, plan = decide(batch, await self._known(connection, keys))
                await self._write(connection, plan)
            return outcomes
        except (OSError, InterfaceError, PostgresError) as error:
            if not is_away_state(getattr(error, "sqlstate", None)):
                raise
            await self.close()
            raise StoreUnavailableError(str(error)) from error

    async def _known(
        self, connection: "asyncpg.Connection", keys: list[Key]
    ) -> dict[Key, KnownSubmission]:
        if not keys:
            return {}
        wanted = zip(*keys, strict=True)
        found = await connection.fetch(self._statements.find_submission.text, *wanted)
        known = {}
        for workspace_id, survey_id, submission_id, test, response_id, *rest in found:
            response = await self._response(connection, workspace_id, response_id)
            key = (workspace_id, survey_id, submission_id, test)
            known[key] = KnownSubmission(response_id, *rest, *response)
        return known

    async def _response(
        self, connection: "asyncpg.Connection", workspace_id: UUID, response_id: UUID
    ) -> tuple[UUID, str, date, int, str, str | None] | tuple[()]:
        found = await connection.fetchrow(
            self._statements.find_response.text, workspace_id, response_id
        )
        return tuple(found) if found else ()

    async def _write(self, connection: "asyncpg.Connection", plan: Plan) -> None:
        s = self._statements
        if plan.created:
            submissions = s.submission_columns(plan.created)
            won = await connection.fetch(s.insert_submission.text, *submissions)
            if len(won) < len(plan.created):
                # FOR UPDATE locks rows, not their absence: who came second looks again.
                raise RaceLostError
            await connection.fetch(s.insert_response.text, *s.response_columns(plan.created))
        if plan.updated:
            many = connection.executemany
            await many(s.update_submission.text, s.update_submission_rows(plan.updated))
            await many(s.update_response.text, s.update_response_rows(plan.updated))
        await _add(connection, s.add_ratings, s.count_rows(plan.counts.items()))
        await _add(connection, s.add_displays, s.display_rows(plan.displays.items()))
        await _add(connection, s.next_version, s.version_rows(plan.months))


async def _add(
    connection: "asyncpg.Connection", statement: Statement, rows: Sequence[tuple[Any, ...]]
) -> None:
    if rows:
        await connection.fetch(statement.text, *zip(*rows, strict=True))
