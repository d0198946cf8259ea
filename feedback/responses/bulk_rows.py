"""Answers of a file or the demo as rows of the tables, and which of them are stored already."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, compress
from typing import Any, NamedTuple
from uuid import UUID

from feedback.responses.statements import Statements

_NAMING = ("survey_id", "id", "digest", "spare")

# The digest of a submission whose answer was erased: what it was is known no more.
ERASED = b""

# (survey, id): which answer it is, within one workspace.
Name = tuple[bytes, bytes]


class NewResponse(NamedTuple):
    """A checked answer of one workspace; ids are the 16 bytes of a UUID, moments microseconds.

    `id` is a UUIDv7 of `answered_at`; it serves as submission id too. All fields but `survey_id`
    and `digest` are named as the columns of a response are, which is how they get there.
    """

    survey_id: bytes
    series_id: bytes
    id: bytes
    digest: bytes
    rating: int
    answered_at: int
    month: date
    channel: str
    comment: str | None = None
    properties: str | None = None
    respondent_key: bytes | None = None
    locale: str | None = None
    page: str | None = None
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Answers by column: the fields of NewResponse, without those that no answer says.

    `spare` may stand beside them: the id of an answer whose own may be that of another one.
    """

    columns: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, answers: Sequence[NewResponse]) -> "Batch":
        columns = zip(*answers, strict=True)
        return cls(dict(zip(NewResponse._fields, columns, strict=True)))

    def __len__(self) -> int:
        return len(self.columns["id"])

    @property
    def has_spares(self) -> bool:
        return "spare" in self.columns

    def names(self) -> Iterator[Name]:
        """Those that the answers have or may get."""
        surveys = self.columns["survey_id"]
        own = zip(surveys, self.columns["id"], strict=True)
        spare = zip(surveys, self.columns["spare"], strict=True) if self.has_spares else ()
        return chain(own, (name for name in spare if name[1] is not None))

    def only(self, wanted: Sequence[bool]) -> "Batch":
        return Batch({key: list(compress(of, wanted)) for key, of in self.columns.items()})


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


class Rows:
    """Answers as rows of the tables, in the order of their columns."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.statements = Statements(is_sqlite=is_sqlite)

    def submissions(self, origin: Origin, batch: Batch) -> tuple[Mapping[str, Any], ...]:
        """What each row of `submission` is given, and what all share."""
        ids = batch.columns["id"]
        given = dict(batch.columns) | {"submission_id": ids, "response_id": ids}
        return given, {"workspace_id": origin.workspace_id, "first_seq": 1}

    def responses(self, origin: Origin, batch: Batch) -> tuple[Mapping[str, Any], ...]:
        """The same of `response`."""
        return batch.columns, {name: getattr(origin, name) for name in origin.__slots__}

    def due(self, origin: Origin, batch: Batch) -> list[tuple[Any, ...]]:
        """The rows of `comment_due`: answers with a text."""
        comments = batch.columns.get("comment") or ()
        ids = compress(batch.columns["id"], comments)
        return self.statements.due_rows((origin.workspace_id, UUID(bytes=id)) for id in ids)

    def counts(self, origin: Origin, batch: Batch) -> list[tuple[Any, ...]]:
        counted = [batch.columns[name] for name in ("series_id", "channel", "month", "rating")]
        found = Counter(zip(*counted, strict=True))
        keyed = [
            ((origin.workspace_id, UUID(bytes=series_id), channel, month, rating), n)
            for (series_id, channel, month, rating), n in found.items()
        ]
        return list(self.statements.count_rows(keyed))

    def versions(self, origin: Origin, batch: Batch) -> list[tuple[Any, ...]]:
        return self.statements.version_rows(
            (origin.workspace_id, month) for month in set(batch.columns["month"])
        )


def sort_out(batch: Batch, known: dict[Name, bytes]) -> tuple[Batch, BatchResult]:
    """The answers not stored yet, each once, and how the others compare with what is.

    known: the digest of each stored answer; those of the batch are added.
    """
    is_fresh: list[bool] = []
    result = BatchResult()
    if batch.has_spares:
        batch = _with_own_ids(batch, known)
    named = zip(batch.columns["survey_id"], batch.columns["id"], strict=True)
    for name, digest in zip(named, batch.columns["digest"], strict=True):
        before = known.get(name)
        is_fresh.append(before is None)
        if before is None:
            known[name] = digest
        elif before in (digest, ERASED):
            result.known += 1
        else:
            result.differing += 1
    result.new = sum(is_fresh)
    return batch.only(is_fresh), result


def _with_own_ids(batch: Batch, known: Mapping[Name, bytes]) -> Batch:
    """The spare id for each answer whose own id is another answer's, here or stored before."""
    columns = dict(batch.columns)
    rows = list(zip(*(columns[name] for name in _NAMING), strict=True))
    here: dict[Name, set[bytes]] = {}
    for survey, own, digest, _ in rows:
        here.setdefault((survey, own), set()).add(digest)
    ids, taken = [], dict[Name, bytes]()
    for survey, own, digest, spare in rows:
        name = survey, own
        if spare is not None and taken.get(name) != spare:
            before = known.get(name, digest)
            # A digest ends with the rating: what differs in its properties alone is the same.
            is_its = before in (digest, ERASED) or (
                before[-1] == digest[-1] and before not in here[name]
            )
            if name in taken or (survey, spare) in known or not is_its:
                own = spare
            else:
                taken[name] = spare
        ids.append(own)
    del columns["spare"]
    return Batch(columns | {"id": ids})
