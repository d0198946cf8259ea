"""The rules of A9 and A10 by themselves: any batches of any messages, against a plain model."""

import uuid
from collections import Counter
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from feedback.responses.decide import decide
from feedback.responses.outcome import (
    Answer,
    CountKey,
    Key,
    Known,
    KnownResponse,
    KnownSubmission,
    Outcome,
    Plan,
    ResponseKey,
)

WORKSPACE, SURVEY, SERIES = (uuid.UUID(int=n) for n in (1, 2, 3))
NOW = datetime(2026, 1, 31, tzinfo=UTC)
ORDER = ("counted", "unconfirmed", "quarantined", "test")


def message(which: int, seq: int, rating: int, state: str, about: bytes | None) -> Answer:
    return Answer(
        workspace_id=WORKSPACE,
        survey_id=SURVEY,
        series_id=SERIES,
        submission_id=uuid.UUID(int=which),
        response_id=uuid.uuid4(),
        seq=seq,
        digest=bytes([rating]),
        rating=rating,
        channel="api",
        answered_at=NOW,
        received_at=NOW,
        month=date(2026, 1, 1),
        state=state,
        respondent_key=b"somebody",
        about_key=about,
    )


class Store(RuleBasedStateMachine):
    """Messages gather in a batch; a commit applies the plan to what plays the database."""

    def __init__(self) -> None:
        super().__init__()
        self.batch: list[Answer] = []
        self.submissions: dict[Key, KnownSubmission] = {}
        self.responses: dict[ResponseKey, KnownResponse] = {}
        self.counts: Counter[CountKey] = Counter()
        # What the model knows: the message that won a submission, the answer it belongs to, that
        # of each person's order, and all that was said of an answer.
        self.won: dict[Key, Answer] = {}
        self.answer_of: dict[Key, uuid.UUID] = {}
        self.order_of: dict[Key, uuid.UUID] = {}
        self.said: dict[uuid.UUID, list[Answer]] = {}

    @rule(
        which=st.integers(0, 3),
        seq=st.integers(0, 4),
        rating=st.integers(0, 10),
        state=st.sampled_from(ORDER),
        about=st.sampled_from([None, b"an order", b"another"]),
    )
    def send(self, which: int, seq: int, rating: int, state: str, about: bytes | None) -> None:
        self.batch.append(message(which, seq, rating, state, about))

    @rule()
    def commit(self) -> None:
        outcomes, plan = decide(self.batch, Known(self.submissions, self.responses))
        for answer, outcome in zip(self.batch, outcomes, strict=True):
            assert outcome is not None
            self._check(answer, outcome)
        self._apply(plan)
        self.batch = []

    def _check(self, answer: Answer, outcome: Outcome) -> None:
        before, order = self.won.get(answer.key), answer.one_answer
        if before is None:
            known = self.order_of.get(order) if order else None
            assert outcome.status == ("updated" if known else "created")
            assert known in (None, outcome.response_id)
            self.answer_of[answer.key] = outcome.response_id
            if order:
                self.order_of.setdefault(order, outcome.response_id)
        elif answer.seq == before.seq:
            same = answer.digest == before.digest
            assert outcome.status == ("repeated" if same else "conflict")
        else:
            assert outcome.status == ("updated" if answer.seq > before.seq else "ignored")
        assert outcome.response_id == self.answer_of[answer.key]
        if outcome.status in ("created", "updated"):
            self.won[answer.key] = answer
            self.said.setdefault(outcome.response_id, []).append(answer)

    def _apply(self, plan: Plan) -> None:
        new, changed = dict(plan.new), dict(plan.changed)
        assert len(new) == len(plan.new) and new.keys().isdisjoint(self.submissions)
        assert changed.keys() <= self.submissions.keys()
        self.submissions |= new | changed
        for answer in plan.created:
            assert (answer.workspace_id, answer.id) not in self.responses
        for answer in plan.updated:
            assert (answer.workspace_id, answer.id) in self.responses
        for answer in plan.created + plan.updated:
            self.responses[(answer.workspace_id, answer.id)] = KnownResponse(
                SERIES, "api", answer.month, answer.rating, answer.state, answer.excluded_from
            )
        self.counts.update(plan.counts)

    @invariant()
    def what_won_last_stays(self) -> None:
        final = {id: said[-1].rating for id, said in self.said.items()}
        assert {id: known.rating for (_, id), known in self.responses.items()} == final
        seqs = {key: answer.seq for key, answer in self.won.items()}
        assert {key: self.submissions[key].seq for key in seqs} == seqs

    @invariant()
    def the_state_is_the_highest_said(self) -> None:
        # All messages that won say what it counts for: the highest stays. Tests are by themselves.
        for (_, id), known in self.responses.items():
            said = {answer.state for answer in self.said[id]}
            assert known.state == next(state for state in ORDER if state in said)

    @invariant()
    def the_counts_are_a_recount(self) -> None:
        found = self.responses.values()
        recount = Counter(known.rating for known in found if known.state == "counted")
        assert {key[-1]: n for key, n in self.counts.items() if n} == dict(recount)


TestStore = Store.TestCase
TestStore.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
