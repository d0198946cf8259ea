"""The rules of A9 and A10 by themselves: any batches of any messages, against a plain model."""

import uuid
from collections import Counter
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from feedback.responses.outcome import Answer, CountKey, Key, KnownSubmission, Outcome, Plan, decide

WORKSPACE, SURVEY, SERIES = (uuid.UUID(int=n) for n in (1, 2, 3))
NOW = datetime(2026, 1, 31, tzinfo=UTC)


def message(who: int, seq: int, rating: int, state: str) -> Answer:
    return Answer(
        workspace_id=WORKSPACE,
        survey_id=SURVEY,
        series_id=SERIES,
        submission_id=uuid.UUID(int=who),
        response_id=uuid.uuid4(),
        seq=seq,
        digest=bytes([rating]),
        rating=rating,
        channel="api",
        answered_at=NOW,
        received_at=NOW,
        month=date(2026, 1, 1),
        state=state,
    )


class Store(RuleBasedStateMachine):
    """Messages gather in a batch; a commit applies the plan to what plays the database."""

    def __init__(self) -> None:
        super().__init__()
        self.batch: list[Answer] = []
        self.rows: dict[Key, KnownSubmission] = {}
        self.counts: Counter[CountKey] = Counter()
        self.kept: dict[Key, Answer] = {}
        self.said: dict[Key, set[str]] = {}

    @rule(
        who=st.integers(0, 3),
        seq=st.integers(0, 4),
        rating=st.integers(0, 10),
        state=st.sampled_from(["counted", "unconfirmed", "quarantined", "test"]),
    )
    def send(self, who: int, seq: int, rating: int, state: str) -> None:
        self.batch.append(message(who, seq, rating, state))

    @rule()
    def commit(self) -> None:
        before = dict(self.rows)
        outcomes, plan = decide(self.batch, self.rows)
        for answer, outcome in zip(self.batch, outcomes, strict=True):
            assert outcome is not None
            self._check(answer, outcome)
        self._apply(plan, before)
        self.batch = []

    def _check(self, answer: Answer, outcome: Outcome) -> None:
        kept = self.kept.get(answer.key)
        if kept is None:
            assert outcome.status == "created"
        elif answer.seq == kept.seq:
            same = answer.digest == kept.digest
            assert outcome.status == ("repeated" if same else "conflict")
        else:
            assert outcome.status == ("updated" if answer.seq > kept.seq else "ignored")
        if outcome.status in ("created", "updated"):
            self.kept[answer.key] = answer
            self.said.setdefault(answer.key, set()).add(answer.state)

    def _apply(self, plan: Plan, before: dict[Key, KnownSubmission]) -> None:
        created = {answer.key for answer, _ in plan.created}
        assert created.isdisjoint(before) and len(created) == len(plan.created)
        assert {answer.key for answer, _ in plan.updated} <= before.keys()
        for answer, known in plan.created + plan.updated:
            self.rows[answer.key] = known
        self.counts.update(plan.counts)

    @invariant()
    def the_highest_seq_stays(self) -> None:
        final = {key: (answer.seq, answer.rating) for key, answer in self.kept.items()}
        assert {key: (known.seq, known.rating) for key, known in self.rows.items()} == final

    @invariant()
    def the_state_is_the_highest_said(self) -> None:
        # All messages that won say what it counts for: the highest stays. Tests are by themselves.
        for key, known in self.rows.items():
            order = ("counted", "unconfirmed", "quarantined", "test")
            assert known.state == next(state for state in order if state in self.said[key])

    @invariant()
    def the_counts_are_a_recount(self) -> None:
        recount = Counter(k.rating for k in self.rows.values() if k.state == "counted")
        assert {key[-1]: n for key, n in self.counts.items() if n} == dict(recount)


TestStore = Store.TestCase
TestStore.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
