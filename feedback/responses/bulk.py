"""Storing many new answers at once: what a file or the demo brings, never what a browser sends.

An answer stored before is left as it is. Each call is one transaction, so that a crash leaves
whole batches behind and the same answers can simply be stored again.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from feedback.responses.statements import Statements
from feedback.settings import Settings

# Lets a server that waits for SQLite's lock have it: its busy handler looks every few ms.
PAUSE_SECONDS = 0.004


class NewResponse(NamedTuple):
    """A checked answer of one workspace; ids are the 16 bytes of a UUID.

    `id` is a UUIDv7 of `answered_at`, which is in UTC; it serves as submission id too.
    """

    survey_id: bytes
    series_id: bytes
    id: bytes
    digest: bytes
    rating: int
    answered_at: datetime
    month: date
    channel: str
    comment: str | None = None
    properties: str | None = None
    respondent_key: bytes | None = None
    locale: str | None = None
    page: str | None = None
    answers: str | None = None


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
    """`store` raises FeedbackError (exit code 1) when the database cannot write; then nothing of
    the batch is stored."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def store(self, origin: Origin, batch: Sequence[NewResponse]) -> Stored: ...


def make_bulk_store(settings: Settings) -> BulkStore:
    """The bulk store of the configured database; only its driver is imported."""
    if settings.sqlite_file is None:
        from feedback.responses.bulk_postgres import PostgresBulk

        return PostgresBulk(settings.url)
    from feedback.responses.bulk_sqlite import SqliteBulk

    return SqliteBulk(settings.sqlite_file)


async def store_all(
    settings: Settings,
    origin: Origin,
    batches: Iterable[Sequence[NewResponse]],
    on_stored: Callable[[Stored], None],
) -> None:
    """Store batch after batch, each while the next one is made ready. Raises FeedbackError."""
    store = make_bulk_store(settings)
    await store.open()
    try:
        under_way: asyncio.Task[Stored] | None = None
        for batch in batches:
            if under_way is not None:
                on_stored(await under_way)
            under_way = asyncio.create_task(store.store(origin, batch))
            await asyncio.sleep(PAUSE_SECONDS)
        if under_way is not None:
            on_stored(await under_way)
    finally:
        await store.close()


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """For loads: millions of short-lived tuples, not one cycle; looking costs a quarter of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


Row = tuple[Any, ...]
# (survey, id): which answer it is, within one workspace.
Name = tuple[bytes, bytes]

SUBMISSION_COLUMNS = (
    "workspace_id", "survey_id", "submission_id", "response_id", "first_seq", "seq", "digest",
)  # fmt: skip
RESPONSE_COLUMNS = (
    "workspace_id", "id", "series_id", "rating", "comment", "answers", "properties", "channel",
    "locale", "page", "answered_at", "received_at", "month", "state", "seq", "import_id",
    "contact_id", "respondent_key",
)  # fmt: skip


class Rows:
    """Answers as rows of the tables, in the order of the columns above."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.statements = Statements(is_sqlite=is_sqlite)
        assert self.statements.insert_submission.names == SUBMISSION_COLUMNS
        assert self.statements.insert_response.names == RESPONSE_COLUMNS
        self._is_sqlite = is_sqlite
        self._time: Callable[[datetime], Any] = _text if is_sqlite else _same

    def submissions(self, origin: Origin, batch: Iterable[NewResponse]) -> list[Row]:
        workspace_id = self.statements.id(origin.workspace_id)
        if self._is_sqlite:
            return [(workspace_id, a.survey_id, a.id, a.id, 1, 1, a.digest) for a in batch]
        return [
            (workspace_id, UUID(bytes=a.survey_id), own := UUID(bytes=a.id), own, 1, 1, a.digest)
            for a in batch
        ]

    def responses(self, origin: Origin, batch: Sequence[NewResponse]) -> list[Row]:
        s = self.statements
        workspace_id, import_id = s.id(origin.workspace_id), s.id(origin.import_id)
        received_at = s.time(origin.received_at)
        months = {month: s.date(month) for month in {a.month for a in batch}}
        rows: list[Row] = [
            (
                workspace_id, a.id, a.series_id, a.rating, a.comment, a.answers, a.properties,
                a.channel, a.locale, a.page, self._time(a.answered_at), received_at,
                months[a.month], "counted", 1, import_id, None, a.respondent_key,
            )
            for a in batch
        ]  # fmt: skip
        if self._is_sqlite:
            return rows
        return [(row[0], UUID(bytes=row[1]), UUID(bytes=row[2]), *row[3:]) for row in rows]

    def counts(self, origin: Origin, batch: Iterable[NewResponse]) -> list[Row]:
        found = Counter([(a.series_id, a.channel, a.month, a.rating) for a in batch])
        keyed = [
            ((origin.workspace_id, UUID(bytes=series_id), channel, month, rating), n)
            for (series_id, channel, month, rating), n in found.items()
        ]
        return list(self.statements.count_rows(keyed))


def _text(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds")[:26]


def _same(moment: datetime) -> datetime:
    return moment


def sort_out(
    batch: Sequence[NewResponse], known: dict[Name, bytes]
) -> tuple[list[NewResponse], Stored]:
    """The answers not stored yet, each once, and how the others compare with what is.

    known: the digest of each stored answer; those of the batch are added.
    """
    fresh: list[NewResponse] = []
    result = Stored()
    for answer in batch:
        digest = known.get((answer.survey_id, answer.id))
        if digest is None:
            known[(answer.survey_id, answer.id)] = answer.digest
            fresh.append(answer)
        elif digest == answer.digest:
            result.known += 1
        else:
            result.differing += 1
    result.new = len(fresh)
    return fresh, result
