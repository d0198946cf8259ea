"""The write path on PostgreSQL: one connection to asyncpg, few statements a batch."""

import logging
from collections.abc import Sequence
from typing import Any

import asyncpg
from asyncpg.exceptions import InterfaceError, PostgresError
from sqlalchemy.engine import URL

from feedback.crossing import again
from feedback.db import is_away_state
from feedback.migrate import refuse_unsafe
from feedback.postgres import CONNECT_SECONDS, connect, is_pooled, within
from feedback.responses.compiled import Statement
from feedback.responses.decide import decide
from feedback.responses.outcome import (
    Answer,
    Display,
    Key,
    Known,
    KnownResponse,
    KnownSubmission,
    Outcome,
    Plan,
    ResponseKey,
    StoreUnavailableError,
    wanted_keys,
)
from feedback.responses.people import Move, NameKey, Part, name_keys, settle, told_again
from feedback.responses.statements import Statements

log = logging.getLogger(__name__)

STORE_SECONDS = 5.0  # a batch; usually some hundredths of a second


class RaceLostError(Exception):
    """Another process has met or joined one of our names between our look and our write."""


# Another process stored the same submission between our look and our write: FOR UPDATE locks rows,
# not their absence. Start over.
_TRY_AGAIN = (RaceLostError, asyncpg.UniqueViolationError)


class PostgresStore:
    """Stores batches of answers, each batch in one transaction; nothing of a failed one stays.

    A batch of answers that are all new, as most are, is one statement after two looks: on its way
    to and fro each further one would wait for whatever the event loop is busy with.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._is_pooled = False
        self._statements = Statements(is_sqlite=False)
        self._connection: asyncpg.Connection | None = None

    async def open(self) -> None:
        """Connect; raises FeedbackError when a commit would not wait for the disk. A server that
        is away is asked again by the first batch."""
        try:
            await self._connect()
        except (OSError, InterfaceError, PostgresError) as error:
            if not is_away_state(getattr(error, "sqlstate", None)):
                raise
            log.warning("the database is away: %s", error)

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.terminate()

    async def store(self, batch: Sequence[Answer | Display]) -> list[Outcome | None]:
        return await again(lambda: self._store(batch), *_TRY_AGAIN)

    async def _connect(self) -> "asyncpg.Connection":
        connection: asyncpg.Connection = await connect(
            self._url, statement_seconds=STORE_SECONDS, is_cut=False
        )
        try:
            with within(CONNECT_SECONDS, connection):
                refuse_unsafe(await connection.fetchval("SHOW synchronous_commit"))
        except BaseException:
            connection.terminate()
            raise
        self._is_pooled = is_pooled(self._url)
        self._connection = connection
        return connection

    async def _store(self, batch: Sequence[Answer | Display]) -> list[Outcome | None]:
        try:
            connection = self._connection
            if connection is None or connection.is_closed():
                connection = await self._connect()
            # Cut off in the middle of its commit nobody knows whether the batch is stored: it is
            # refused, and the same ids again meet what is there.
            with within(STORE_SECONDS, connection):
                return await self._store_by(connection, batch)
        except (OSError, InterfaceError, PostgresError) as error:
            if not is_away_state(getattr(error, "sqlstate", None)):
                raise
            await self.close()
            raise StoreUnavailableError(str(error)) from error

    async def _store_by(
        self, connection: "asyncpg.Connection", batch: Sequence[Answer | Display]
    ) -> list[Outcome | None]:
        if not self._is_pooled:  # else two looks and a statement may meet three processes
            parts = settle(batch, await self._joined(connection, name_keys(batch)))
            if len(parts) == 1 and not parts[0].named:
                became, plan = await self._decide(connection, parts[0])
                if not (plan.changed or plan.updated):
                    await self._write(connection, plan)
                    return became
        outcomes: list[Outcome | None] = []
        async with connection.transaction():
            for part in settle(batch, await self._joined(connection, name_keys(batch))):
                await self._write_people(connection, part)
                became, plan = await self._decide(connection, part)
                await self._write(connection, plan)
                outcomes += became
        return outcomes

    async def _decide(
        self, connection: "asyncpg.Connection", part: Part
    ) -> tuple[list[Outcome | None], Plan]:
        return decide(part.answers, await self._known(connection, wanted_keys(part.answers)))

    async def _joined(
        self, connection: "asyncpg.Connection", keys: set[NameKey]
    ) -> dict[NameKey, bytes]:
        if not keys:
            return {}
        wanted = zip(*self._statements.name_key_rows(keys), strict=True)
        found = await connection.fetch(self._statements.find_names.text, *wanted)
        return {(workspace, key): person for workspace, key, person in found}

    async def _write_people(self, connection: "asyncpg.Connection", part: Part) -> None:
        s = self._statements
        for row in s.released_rows(part.released):
            if not await connection.fetch(s.release_name.text, *row):
                raise RaceLostError  # another process has met it meanwhile
        if part.named:
            won = await connection.fetch(s.insert_name.text, *s.name_columns(part.named))
            if len(won) < len(part.named):
                raise RaceLostError
        for move in part.moves:
            await self._move(connection, move)

    async def _move(self, connection: "asyncpg.Connection", move: Move) -> None:
        s = self._statements
        told = await connection.fetch(s.find_told.text, *s.moved_row(move))
        planned = told_again(move, (tuple(row) for row in told))
        known = (await self._known(connection, {key for key, _ in planned})).submissions
        if fresh := [(key, each) for key, each in planned if key not in known]:
            await connection.execute(s.insert_submission.text, *s.submission_columns(fresh))
        await connection.execute(s.note_moved.text, *s.moved_row(move))
        await connection.execute(s.move_answers.text, move.person, *s.moved_row(move))

    async def _known(self, connection: "asyncpg.Connection", keys: set[Key]) -> Known:
        if not keys:
            return Known({}, {})
        # Sorted, so that two batches take their locks in the same order.
        wanted = zip(*sorted(keys), strict=True)
        found = await connection.fetch(self._statements.find_submission.text, *wanted)
        submissions = {tuple(row[:4]): KnownSubmission(*row[4:]) for row in found}
        rows = sorted({(key[0], each.response_id) for key, each in submissions.items()})
        responses = [(row, await self._response(connection, row)) for row in rows]
        return Known(submissions, {row: found for row, found in responses if found})

    async def _response(
        self, connection: "asyncpg.Connection", row: ResponseKey
    ) -> KnownResponse | None:
        found = await connection.fetchrow(self._statements.find_response.text, *row)
        return KnownResponse(*found) if found else None

    async def _write(self, connection: "asyncpg.Connection", plan: Plan) -> None:
        s = self._statements
        many = connection.executemany
        if plan.changed:
            await many(s.update_submission.text, s.update_submission_rows(plan.changed))
        if plan.updated:
            await many(s.update_response.text, s.update_response_rows(plan.updated))
        if plan.new or plan.counts or plan.displays or plan.due:
            due = _columns(s.insert_due, s.due_rows(plan.due)) if plan.due else ()
            await connection.execute(
                s.add_all_with_texts.text if plan.due else s.add_all.text,
                *s.submission_columns(plan.new),
                *s.response_columns(plan.created),
                *due,
                *_columns(s.add_ratings, s.count_rows(plan.counts.items())),
                *_columns(s.add_displays, s.display_rows(plan.displays.items())),
                *_columns(s.next_version, s.version_rows(plan.months)),
            )


def _columns(statement: Statement, rows: Sequence[tuple[Any, ...]]) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) or [()] * len(statement.names)
