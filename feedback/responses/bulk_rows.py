"""Answers of a file or the demo as rows of the tables, and which of them are stored already."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from feedback.responses.statements import Statements


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
