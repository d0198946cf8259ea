"""What is about to be stored, and what became of it.

`decide.py` has the rules.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

import msgspec

from feedback.identity import Who

# Workspace, survey, submission id, and whether it is a test.
Key = tuple[uuid.UUID, uuid.UUID, uuid.UUID, bool]
Status = Literal["created", "repeated", "updated", "ignored", "conflict"]


class StoreUnavailableError(Exception):
    """The database cannot write at the moment; nothing of the batch was stored, or nobody knows:
    the same message again is answered rightly in either case."""


# What a later message changes of the answer it completes.
CONTENT = ("rating", "comment", "answers", "properties", "seq")


class Answer(msgspec.Struct, frozen=True, gc=False):
    """One checked message, ready to be stored. `answers` and `properties` are JSON text.

    Its fields that a response has too are named as the columns are, which is how they get there.
    `respondent_key` is a hash of the first name in `who` until `people` has settled whose it is.
    row_id: of the row where no submission may lead to it (`unlinked`); None: `response_id` is it.
    """

    workspace_id: uuid.UUID
    survey_id: uuid.UUID
    series_id: uuid.UUID
    submission_id: uuid.UUID
    response_id: uuid.UUID
    seq: int
    digest: bytes
    rating: int
    channel: str
    answered_at: datetime
    received_at: datetime
    month: date
    state: str
    comment: str | None = None
    answers: str | None = None
    properties: str | None = None
    locale: str | None = None
    page: str | None = None
    import_id: uuid.UUID | None = None
    respondent_key: bytes | None = None
    changed_at: datetime | None = None
    excluded_from: str | None = None
    origin: bytes | None = None
    about_key: bytes | None = None
    late: bool = False
    who: Who | None = None
    row_id: uuid.UUID | None = None

    @property
    def id(self) -> uuid.UUID:
        return self.response_id if self.row_id is None else self.row_id

    @property
    def test(self) -> bool:
        return self.state == "test"

    @property
    def key(self) -> Key:
        return (self.workspace_id, self.survey_id, self.submission_id, self.test)

    @property
    def one_answer(self) -> Key | None:
        """The key that all messages of one person about one thing share, None without both."""
        if self.respondent_key is None or self.about_key is None:
            return None
        one = answer_id(self.survey_id, self.respondent_key, self.about_key)
        return (self.workspace_id, self.survey_id, one, self.test)


class Display(msgspec.Struct, frozen=True, gc=False):
    """The survey was shown or dismissed once."""

    workspace_id: uuid.UUID
    series_id: uuid.UUID
    channel: str
    month: date
    kind: str


class KnownSubmission(msgspec.Struct, frozen=True, gc=False):
    """A submission the database holds, or will: which response it became, and what of it won."""

    response_id: uuid.UUID
    first_seq: int
    seq: int
    digest: bytes


class KnownResponse(msgspec.Struct, frozen=True, gc=False):
    """What a response counts for. Several submissions may be about one."""

    series_id: uuid.UUID
    channel: str
    month: date
    rating: int
    state: str
    excluded_from: str | None = None
    has_text: bool = False


ResponseKey = tuple[uuid.UUID, uuid.UUID]


class Known(NamedTuple):
    """What the database holds of a batch; a response that is missing was erased."""

    submissions: Mapping[Key, KnownSubmission]
    responses: Mapping[ResponseKey, KnownResponse]


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """The reply to one message. `first` says whether the message (or its first sending) created."""

    status: Status
    response_id: uuid.UUID
    seq: int
    first: bool = False


CountKey = tuple[uuid.UUID, uuid.UUID, str, date, int]
DisplayKey = tuple[uuid.UUID, uuid.UUID, str, date, str]


# The first seq of a submission that joined an answer already there: no message has it, so that its
# first one, repeated, is answered as an update too.
JOINED = -1


@dataclass(slots=True)
class Plan:
    """What one transaction has to write: submissions, and each answer as its row is to be."""

    new: list[tuple[Key, KnownSubmission]] = field(default_factory=list)
    changed: list[tuple[Key, KnownSubmission]] = field(default_factory=list)
    created: list[Answer] = field(default_factory=list)
    updated: list[Answer] = field(default_factory=list)
    due: list[ResponseKey] = field(default_factory=list)
    counts: Counter[CountKey] = field(default_factory=Counter)
    displays: Counter[DisplayKey] = field(default_factory=Counter)

    @property
    def months(self) -> set[tuple[uuid.UUID, date]]:
        """The workspaces and months of which a count changes."""
        changed = [*(key for key, n in self.counts.items() if n), *self.displays]
        return {(workspace, month) for workspace, _series, _channel, month, _what in changed}


def answer_id(survey_id: uuid.UUID, person: bytes, which: bytes) -> uuid.UUID:
    """The submission id of one answer of a person: always the same, and none that a client makes.

    person, which: keyed hashes, so that nobody else can make it.
    """
    digest = hashlib.blake2b(survey_id.bytes + person + which, digest_size=16, person=b"answer")
    return uuid.UUID(bytes=digest.digest(), version=5)


def wanted_keys(batch: Iterable[Answer | Display]) -> set[Key]:
    """The submissions that `decide` has to know of."""
    answers = [item for item in batch if isinstance(item, Answer)]
    return {key for item in answers for key in (item.key, item.one_answer) if key}
