"""What is about to be stored, and what became of it.

`decide` holds the rules of SAFETY.md A9 and A10 for one batch; it touches no database, so that
SQLite and PostgreSQL cannot differ in them.
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
from feedback.responses.states import Standing, after_message

# Workspace, survey, submission id, and whether it is a test.
Key = tuple[uuid.UUID, uuid.UUID, uuid.UUID, bool]
Status = Literal["created", "repeated", "updated", "ignored", "conflict"]


class StoreUnavailableError(Exception):
    """The database cannot write at the moment; nothing of the batch was stored."""


# What a later message changes of the answer it completes.
CONTENT = ("rating", "comment", "answers", "properties", "seq")


class Answer(msgspec.Struct, frozen=True):
    """One checked message, ready to be stored. `answers` and `properties` are JSON text.

    Its fields that a response has too are named as the columns are, which is how they get there.
    `respondent_key` is a hash of the first name in `who` until `people` has settled whose it is.
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

    @property
    def id(self) -> uuid.UUID:
        return self.response_id

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


class Display(msgspec.Struct, frozen=True):
    """The survey was shown or dismissed once."""

    workspace_id: uuid.UUID
    series_id: uuid.UUID
    channel: str
    month: date
    kind: str


class KnownSubmission(msgspec.Struct, frozen=True):
    """A submission the database holds, or will: which response it became, and what of it won."""

    response_id: uuid.UUID
    first_seq: int
    seq: int
    digest: bytes


class KnownResponse(msgspec.Struct, frozen=True):
    """What a response counts for. Several submissions may be about one."""

    series_id: uuid.UUID
    channel: str
    month: date
    rating: int
    state: str
    excluded_from: str | None = None


ResponseKey = tuple[uuid.UUID, uuid.UUID]


class Known(NamedTuple):
    """What the database holds of a batch; a response that is missing was erased."""

    submissions: Mapping[Key, KnownSubmission]
    responses: Mapping[ResponseKey, KnownResponse]


class Outcome(msgspec.Struct, frozen=True):
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


def decide(batch: Iterable[Answer | Display], known: Known) -> tuple[list[Outcome | None], Plan]:
    """The outcome of each message in order, and the plan that makes them true.

    A new id creates, or changes the answer that this person has given about the same thing; a
    higher seq updates; the same seq with the same digest is answered as the first time, with
    another digest it conflicts; a lower seq is ignored. How a batch is cut changes nothing.
    """
    plan = Plan()
    batch_of = _Batch(known)
    outcomes: list[Outcome | None] = []
    for item in batch:
        if isinstance(item, Display):
            shown = (item.workspace_id, item.series_id, item.channel, item.month, item.kind)
            plan.displays[shown] += 1
            outcomes.append(None)
        else:
            outcomes.append(batch_of.take(item))
    for key, sent in batch_of.submissions.items():
        if sent.after is not sent.before and sent.after is not None:
            (plan.new if sent.before is None else plan.changed).append((key, sent.after))
    for row in batch_of.rows:
        _plan_answer(plan, row)
    return outcomes, plan


@dataclass(slots=True)
class _Row:
    """An answer as it was and becomes; the message that created it here, the last one that won."""

    id: uuid.UUID
    before: KnownResponse | None
    after: KnownResponse | None
    first: Answer | None = None
    latest: Answer | None = None


@dataclass(slots=True)
class _Sent:
    """A submission as it was and becomes, and the answer it is about; without one none is known."""

    before: KnownSubmission | None
    after: KnownSubmission | None
    row: _Row | None


class _Batch:
    """What the messages of a batch meet: what the batch itself creates may be changed by it again.

    Looked up once a key: hashing the ids of one takes as long as all the rest of a message.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self.submissions: dict[Key, _Sent] = {}
        self.rows: list[_Row] = []
        self._stored: dict[ResponseKey, _Row] = {}

    def take(self, item: Answer) -> Outcome:
        sent = self._find(item.key)
        one = None
        if item.about_key is not None and sent.after is None and (key := item.one_answer):
            one = self._find(key)
        found = sent if one is None or one.after is None else one
        outcome = _judge(item, sent.after, found)
        if outcome.status not in ("created", "updated"):
            return outcome
        if outcome.status == "created":
            sent.row = _Row(item.response_id, None, None)
            self.rows.append(sent.row)
            sent.row.first, seq = item, item.seq
        else:
            sent.row, seq = found.row, sent.after.first_seq if sent.after else JOINED
        sent.after = KnownSubmission(outcome.response_id, seq, item.seq, item.digest)
        if one is not None and outcome.status == "created":
            one.after, one.row = sent.after, sent.row
        row = sent.row
        assert row is not None
        row.after, row.latest = _standing(item, row.after), item
        return outcome

    def _find(self, key: Key) -> _Sent:
        sent = self.submissions.get(key)
        if sent is None:
            before = self._known.submissions.get(key) if self._known.submissions else None
            row = None if before is None else self._row((key[0], before.response_id))
            sent = self.submissions[key] = _Sent(before, before, row)
        return sent

    def _row(self, key: ResponseKey) -> _Row:
        row = self._stored.get(key)
        if row is None:
            stands = self._known.responses.get(key)
            row = self._stored[key] = _Row(key[1], stands, stands)
            self.rows.append(row)
        return row


def _judge(answer: Answer, before: KnownSubmission | None, found: _Sent) -> Outcome:
    if found.after is None or found.row is None:
        return Outcome("created", answer.response_id, answer.seq, first=True)
    id, is_erased = found.row.id, found.row.after is None
    if before is None:
        return Outcome("ignored" if is_erased else "updated", id, answer.seq)
    reply_seq = max(answer.seq, before.seq)
    if answer.seq == before.seq and answer.digest != before.digest:
        return Outcome("conflict", id, reply_seq)
    if answer.seq == before.seq:
        return Outcome("repeated", id, reply_seq, answer.seq == before.first_seq)
    if answer.seq < before.seq or is_erased:
        return Outcome("ignored", id, reply_seq)
    return Outcome("updated", id, reply_seq)


def _standing(answer: Answer, before: KnownResponse | None) -> KnownResponse:
    # Series, channel and month stay those of the first message: an answer that is completed
    # after midnight on the 31st does not move.
    if before is None:
        return KnownResponse(
            answer.series_id, answer.channel, answer.month, answer.rating, answer.state
        )
    standing = after_message(Standing(before.state, before.excluded_from), answer.state)
    return msgspec.structs.replace(
        before,
        rating=answer.rating,
        state=standing.state,
        excluded_from=standing.excluded_from,
    )


def _plan_answer(plan: Plan, row: _Row) -> None:
    before, after, latest = row.before, row.after, row.latest
    if latest is None or after is None:
        return  # nothing changed
    written = latest
    if latest is not row.first:
        written = msgspec.structs.replace(
            row.first or latest,
            **{name: getattr(latest, name) for name in CONTENT},
            response_id=row.id,
            state=after.state,
            excluded_from=after.excluded_from,
            changed_at=latest.received_at,
        )
    (plan.updated if row.first is None else plan.created).append(written)
    group = (latest.workspace_id, after.series_id, after.channel, after.month)
    if after.state == "counted":
        plan.counts[(*group, after.rating)] += 1
    if before is not None and before.state == "counted":
        plan.counts[(*group, before.rating)] -= 1
