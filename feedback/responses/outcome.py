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
    submissions, responses = dict(known.submissions), dict(known.responses)
    plan = Plan()
    written: dict[Key, None] = {}
    # What the batch itself creates may be updated again further down in it.
    first: dict[ResponseKey, Answer] = {}
    latest: dict[ResponseKey, Answer] = {}
    outcomes: list[Outcome | None] = []
    for item in batch:
        if isinstance(item, Display):
            shown = (item.workspace_id, item.series_id, item.channel, item.month, item.kind)
            plan.displays[shown] += 1
            outcomes.append(None)
            continue
        before, one = submissions.get(item.key), item.one_answer
        joins = submissions.get(one) if one and before is None else None
        outcome = _judge(item, before, joins, responses)
        outcomes.append(outcome)
        if outcome.status not in ("created", "updated"):
            continue
        row = (item.workspace_id, outcome.response_id)
        first_seq = before.first_seq if before else JOINED if joins else item.seq
        now = KnownSubmission(outcome.response_id, first_seq, item.seq, item.digest)
        for key in {item.key, one or item.key} if outcome.status == "created" else {item.key}:
            submissions[key] = now
            written[key] = None
        responses[row] = _standing(item, responses.get(row))
        latest[row] = item
        if outcome.status == "created":
            first[row] = item
    for key in written:
        kind = plan.changed if key in known.submissions else plan.new
        kind.append((key, submissions[key]))
    for row, answer in latest.items():
        _plan_answer(plan, first.get(row), answer, row, known.responses.get(row), responses[row])
    return outcomes, plan


def _judge(
    answer: Answer,
    before: KnownSubmission | None,
    joins: KnownSubmission | None,
    responses: Mapping[ResponseKey, KnownResponse],
) -> Outcome:
    found = before or joins
    if found is None:
        return Outcome("created", answer.response_id, answer.seq, first=True)
    is_erased = (answer.workspace_id, found.response_id) not in responses
    if before is None:
        return Outcome("ignored" if is_erased else "updated", found.response_id, answer.seq)
    reply_seq = max(answer.seq, before.seq)
    if answer.seq == before.seq and answer.digest != before.digest:
        return Outcome("conflict", before.response_id, reply_seq)
    if answer.seq == before.seq:
        return Outcome("repeated", before.response_id, reply_seq, answer.seq == before.first_seq)
    if answer.seq < before.seq or is_erased:
        return Outcome("ignored", before.response_id, reply_seq)
    return Outcome("updated", before.response_id, reply_seq)


def _standing(answer: Answer, before: KnownResponse | None) -> KnownResponse:
    # Series, channel and month stay those of the first message: an answer that is completed
    # after midnight on the 31st does not move.
    if before is None:
        return KnownResponse(
            series_id=answer.series_id,
            channel=answer.channel,
            month=answer.month,
            rating=answer.rating,
            state=answer.state,
        )
    standing = after_message(Standing(before.state, before.excluded_from), answer.state)
    return msgspec.structs.replace(
        before,
        rating=answer.rating,
        state=standing.state,
        excluded_from=standing.excluded_from,
    )


def _plan_answer(
    plan: Plan,
    first: Answer | None,
    latest: Answer,
    row: ResponseKey,
    before: KnownResponse | None,
    after: KnownResponse,
) -> None:
    written = latest
    if latest is not first:
        written = msgspec.structs.replace(
            first or latest,
            **{name: getattr(latest, name) for name in CONTENT},
            response_id=row[1],
            state=after.state,
            excluded_from=after.excluded_from,
            changed_at=latest.received_at,
        )
    (plan.updated if first is None else plan.created).append(written)
    group = (latest.workspace_id, after.series_id, after.channel, after.month)
    if after.state == "counted":
        plan.counts[(*group, after.rating)] += 1
    if before is not None and before.state == "counted":
        plan.counts[(*group, before.rating)] -= 1
