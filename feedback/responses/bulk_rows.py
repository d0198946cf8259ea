"""Answers of a file or the demo as rows of the tables, and which of them are stored already."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from feedback.responses.columns import Columns, as_uuids
from feedback.responses.statements import Statements


class NewResponse(NamedTuple):
    """A checked answer of one workspace; ids are the 16 bytes of a UUID.

    `id` is a UUIDv7 of `answered_at`; it serves as submission id too. All fields but `survey_id`
    and `digest` are named as the columns of a response are, which is how they get there.
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
class BatchResult:
    """What became of a batch: stored now, there before, there before with another content."""

    new: int = 0
    known: int = 0
    differing: int = 0


Row = tuple[Any, ...]
# (survey, id): which answer it is, within one workspace.
Name = tuple[bytes, bytes]


class Rows:
    """Answers as rows of the tables, in the order of their columns."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.statements = Statements(is_sqlite=is_sqlite)

    def submissions(self, origin: Origin, batch: Sequence[NewResponse]) -> list[Row]:
        given = _by_field(batch)
        own = given["id"] if self.statements.is_sqlite else as_uuids(given["id"])
        return _rows(
            self.statements.submissions,
            given | {"submission_id": own, "response_id": own},
            {"workspace_id": origin.workspace_id, "first_seq": 1},
        )

    def responses(self, origin: Origin, batch: Sequence[NewResponse]) -> list[Row]:
        shared = {name: getattr(origin, name) for name in origin.__slots__}
        return _rows(self.statements.responses, _by_field(batch), shared)

    def counts(self, origin: Origin, batch: Iterable[NewResponse]) -> list[Row]:
        found = Counter([(a.series_id, a.channel, a.month, a.rating) for a in batch])
        keyed = [
            ((origin.workspace_id, UUID(bytes=series_id), channel, month, rating), n)
            for (series_id, channel, month, rating), n in found.items()
        ]
        return list(self.statements.count_rows(keyed))

    def versions(self, origin: Origin, batch: Iterable[NewResponse]) -> list[Row]:
        return self.statements.version_rows((origin.workspace_id, a.month) for a in batch)


def _by_field(batch: Sequence[NewResponse]) -> dict[str, Sequence[Any]]:
    return dict(zip(NewResponse._fields, zip(*batch, strict=True), strict=True))


def _rows(
    columns: Columns, given: Mapping[str, Sequence[Any]], shared: Mapping[str, Any]
) -> list[Row]:
    return list(zip(*columns.by_column(len(given["id"]), given, shared), strict=True))


def sort_out(
    batch: Sequence[NewResponse], known: dict[Name, bytes]
) -> tuple[list[NewResponse], BatchResult]:
    """The answers not stored yet, each once, and how the others compare with what is.

    known: the digest of each stored answer; those of the batch are added.
    """
    fresh: list[NewResponse] = []
    result = BatchResult()
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
