"""What becomes of each message of a batch: the rules of SAFETY.md A9 and A10.

No database is touched here, so that SQLite and PostgreSQL cannot differ in them.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from feedback.responses.outcome import (
    CONTENT,
    JOINED,
    Answer,
    Display,
    Key,
    Known,
    KnownResponse,
    KnownSubmission,
    Outcome,
    Plan,
    ResponseKey,
)
from feedback.responses.states import Standing, after_message


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
    id = found.row.id
    if found.row.after is None:  # erased: nothing is known of it by which to tell messages apart
        return Outcome("ignored", id, max(answer.seq, before.seq if before else 0))
    if before is None:
        return Outcome("updated", id, answer.seq)
    reply_seq = max(answer.seq, before.seq)
    if answer.seq == before.seq and answer.digest != before.digest:
        return Outcome("conflict", id, reply_seq)
    if answer.seq == before.seq:
        return Outcome("repeated", id, reply_seq, answer.seq == before.first_seq)
    if answer.seq < before.seq:
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
    if written.comment or (before is not None and before.has_text):
        plan.due.append((written.workspace_id, written.id))
    group = (latest.workspace_id, after.series_id, after.channel, after.month)
    if after.state == "counted":
        plan.counts[(*group, after.rating)] += 1
    if before is not None and before.state == "counted":
        plan.counts[(*group, before.rating)] -= 1
