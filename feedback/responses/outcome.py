"""What is about to be stored, and what became of it.

`decide` holds the rules of SAFETY.md A9 and A10 for one batch; it touches no database, so that
SQLite and PostgreSQL cannot differ in them.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import msgspec

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

    @property
    def id(self) -> uuid.UUID:
        return self.response_id

    @property
    def test(self) -> bool:
        return self.state == "test"

    @property
    def key(self) -> Key:
        return (self.workspace_id, self.survey_id, self.submission_id, self.test)


class Display(msgspec.Struct, frozen=True):
    """The survey was shown or dismissed once."""

    workspace_id: uuid.UUID
    series_id: uuid.UUID
    channel: str
    month: date
    kind: str


class KnownSubmission(msgspec.Struct, frozen=True):
    """A submission the database already holds; `rating` is None when its response was erased."""

    response_id: uuid.UUID
    first_seq: int
    seq: int
    digest: bytes
    series_id: uuid.UUID | None = None
    channel: str = ""
    month: date | None = None
    rating: int | None = None
    state: str = ""
    excluded_from: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """The reply to one message. `first` says whether the message (or its first sending) created."""

    status: Status
    response_id: uuid.UUID
    seq: int
    first: bool = False


CountKey = tuple[uuid.UUID, uuid.UUID, str, date, int]
DisplayKey = tuple[uuid.UUID, uuid.UUID, str, date, str]


@dataclass(slots=True)
class Plan:
    """What one transaction has to write: each answer as its row is to be, and its submission."""

    created: list[tuple[Answer, KnownSubmission]] = field(default_factory=list)
    updated: list[tuple[Answer, KnownSubmission]] = field(default_factory=list)
    counts: Counter[CountKey] = field(default_factory=Counter)
    displays: Counter[DisplayKey] = field(default_factory=Counter)

    @property
    def months(self) -> set[tuple[uuid.UUID, date]]:
        """The workspaces and months of which a count changes."""
        changed = [*(key for key, n in self.counts.items() if n), *self.displays]
        return {(workspace, month) for workspace, _series, _channel, month, _what in changed}


def decide(
    batch: Iterable[Answer | Display], known: Mapping[Key, KnownSubmission]
) -> tuple[list[Outcome | None], Plan]:
    """The outcome of each message in order, and the plan that makes them true.

    A new id creates; a higher seq updates; the same seq with the same digest is answered as the
    first time, with another digest it conflicts; a lower seq is ignored. How a batch is cut
    changes nothing.
    """
    seen = dict(known)
    plan = Plan()
    # What the batch itself creates may be updated again further down in it.
    first: dict[Key, Answer] = {}
    latest: dict[Key, Answer] = {}
    outcomes: list[Outcome | None] = []
    for item in batch:
        if isinstance(item, Display):
            shown = (item.workspace_id, item.series_id, item.channel, item.month, item.kind)
            plan.displays[shown] += 1
            outcomes.append(None)
            continue
        outcome = _judge(item, seen.get(item.key))
        outcomes.append(outcome)
        if outcome.status in ("created", "updated"):
            seen[item.key] = _after(item, seen.get(item.key))
            latest[item.key] = item
            first.setdefault(item.key, item)
    for key, answer in latest.items():
        _plan_answer(plan, first[key], answer, known.get(key), seen[key])
    return outcomes, plan


def _judge(answer: Answer, before: KnownSubmission | None) -> Outcome:
    if before is None:
        return Outcome("created", answer.response_id, answer.seq, first=True)
    reply_seq = max(answer.seq, before.seq)
    if answer.seq == before.seq and answer.digest != before.digest:
        return Outcome("conflict", before.response_id, reply_seq)
    if answer.seq == before.seq:
        return Outcome("repeated", before.response_id, reply_seq, answer.seq == before.first_seq)
    if answer.seq < before.seq or before.rating is None:
        return Outcome("ignored", before.response_id, reply_seq)
    return Outcome("updated", before.response_id, reply_seq)


def _after(answer: Answer, before: KnownSubmission | None) -> KnownSubmission:
    # Series, channel and month stay those of the first message: an answer that is completed
    # after midnight on the 31st does not move.
    if before is None:
        return KnownSubmission(
            response_id=answer.response_id,
            first_seq=answer.seq,
            seq=answer.seq,
            digest=answer.digest,
            series_id=answer.series_id,
            channel=answer.channel,
            month=answer.month,
            rating=answer.rating,
            state=answer.state,
        )
    standing = after_message(Standing(before.state, before.excluded_from), answer.state)
    return msgspec.structs.replace(
        before,
        seq=answer.seq,
        digest=answer.digest,
        rating=answer.rating,
        state=standing.state,
        excluded_from=standing.excluded_from,
    )


def _plan_answer(
    plan: Plan,
    first: Answer,
    latest: Answer,
    before: KnownSubmission | None,
    after: KnownSubmission,
) -> None:
    row = first
    if before is not None or latest is not first:
        row = msgspec.structs.replace(
            first,
            **{name: getattr(latest, name) for name in CONTENT},
            response_id=after.response_id,
            state=after.state,
            excluded_from=after.excluded_from,
            changed_at=latest.received_at,
        )
    (plan.created if before is None else plan.updated).append((row, after))
    assert after.series_id and after.month and after.rating is not None
    group = (first.workspace_id, after.series_id, after.channel, after.month)
    if after.state == "counted":
        plan.counts[(*group, after.rating)] += 1
    if before is not None and before.rating is not None and before.state == "counted":
        plan.counts[(*group, before.rating)] -= 1
