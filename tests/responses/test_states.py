"""What an answer counts for: any messages and any people, on both stores, beside a plain model."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from feedback import clock
from feedback.db import Database, new_id
from feedback.responses.ingest import id_at, month_of
from feedback.responses.models import Response, Submission
from feedback.responses.outcome import Answer
from feedback.responses.review import change_state
from feedback.responses.rollup import find_differences
from feedback.responses.states import STATES, Act, Standing, after_message, after_person
from feedback.responses.writer import make_store
from feedback.settings import Settings
from tests.cast import Shop

RISING = ["quarantined", "unconfirmed", "counted"]


@dataclass(frozen=True)
class Say:
    """A message of one of two people, who use one id for tests and for real answers."""

    who: int
    seq: int
    rating: int
    state: str


@dataclass(frozen=True)
class Review:
    """Somebody of the team excludes or restores an answer, or a test."""

    who: int
    is_test: bool
    act: Act


@dataclass
class Kept:
    """What the model says a row holds: `below` is the state without anybody's exclusion."""

    seq: int
    rating: int
    below: str
    is_out: bool = False


Key = tuple[int, bool]


@dataclass
class Model:
    rows: dict[Key, Kept] = field(default_factory=dict)

    def say(self, said: Say) -> None:
        key = said.who, said.state == "test"
        kept = self.rows.setdefault(key, Kept(-1, 0, said.state))
        if said.seq <= kept.seq:
            return
        kept.seq, kept.rating = said.seq, said.rating
        if said.state in RISING and RISING.index(said.state) > RISING.index(kept.below):
            kept.below = said.state

    def review(self, wanted: Review) -> bool:
        kept = self.rows.get((wanted.who, wanted.is_test))
        if kept is None or kept.below == "test" or kept.is_out == (wanted.act == "exclude"):
            return False
        kept.is_out = not kept.is_out
        return True

    def states(self) -> dict[Key, tuple[int, int, str]]:
        return {
            key: (kept.seq, kept.rating, "excluded" if kept.is_out else kept.below)
            for key, kept in self.rows.items()
        }


says = st.builds(
    Say,
    who=st.integers(0, 1),
    seq=st.integers(0, 4),
    rating=st.integers(0, 10),
    state=st.sampled_from([*RISING, "test"]),
)
reviews = st.builds(
    Review,
    who=st.integers(0, 1),
    is_test=st.booleans(),
    act=st.sampled_from(["exclude", "restore"]),
)


# The databases are shared between the examples, each of which has ids of its own.
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.lists(says, min_size=1, max_size=3) | reviews, max_size=12))
async def test_any_walk_keeps_to_the_table_and_to_a_recount(
    database: Database, settings: Settings, shop: Shop, steps: list[list[Say] | Review]
) -> None:
    ids, model = [new_id(), new_id()], Model()
    store = make_store(settings)
    await store.open()
    try:
        for step in steps:
            if isinstance(step, Review):
                assert await review(database, shop, ids, step) == model.review(step)
            else:
                await store.store([answer(shop, ids[said.who], said) for said in step])
                for said in step:
                    model.say(said)
            assert await stored(database, shop, ids) == model.states()
            async with database.read() as session:
                assert await find_differences(session, shop.workspace.id) == []
    finally:
        await store.close()


async def test_one_batch_and_many_store_the_same(
    database: Database, settings: Settings, shop: Shop
) -> None:
    store = make_store(settings)
    await store.open()
    said = [Say(0, 1, 3, "quarantined"), Say(0, 2, 7, "unconfirmed"), Say(0, 3, 9, "counted")]
    together, apart = new_id(), new_id()
    await store.store([answer(shop, together, each) for each in said])
    for each in said:
        await store.store([answer(shop, apart, each)])
    await store.close()
    found = await responses(database, shop, [together, apart])
    one, other = (found[at, False].model_dump(exclude={"id"}) for at in (0, 1))
    assert one == other and one["state"] == "counted" and one["changed_at"] is not None


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("said", STATES)
def test_no_message_lowers_a_state_or_excludes(state: str, said: str) -> None:
    before = Standing(state, "unconfirmed" if state == "excluded" else None)
    after = after_message(before, said)
    rises = state in RISING and said in RISING and RISING.index(said) > RISING.index(state)
    assert after.state == (said if rises else state)
    assert (after.excluded_from is None) == (state != "excluded")


@pytest.mark.parametrize("state", RISING)
def test_restoring_returns_the_state_before(state: str) -> None:
    taken_out = after_person(Standing(state), "exclude")
    assert taken_out == Standing("excluded", state)
    assert after_person(taken_out, "restore") == Standing(state)
    assert after_person(Standing(state), "restore") is None


def test_people_leave_tests_alone() -> None:
    assert after_person(Standing("test"), "exclude") is None
    assert after_person(Standing("test"), "restore") is None


def answer(shop: Shop, submission_id: uuid.UUID, said: Say) -> Answer:
    now = datetime(2026, 3, 2 + said.seq, tzinfo=UTC)
    return Answer(
        workspace_id=shop.workspace.id,
        survey_id=shop.nps.id,
        series_id=shop.nps_series.id,
        submission_id=submission_id,
        response_id=id_at(now),
        seq=said.seq,
        digest=bytes([said.rating]) * 16,
        rating=said.rating,
        channel="api",
        answered_at=now,
        received_at=now,
        month=month_of(now, ZoneInfo(shop.workspace.time_zone)),
        state=said.state,
        locale=f"l{said.seq}",
    )


async def review(database: Database, shop: Shop, ids: list[uuid.UUID], wanted: Review) -> bool:
    found = (await responses(database, shop, ids)).get((wanted.who, wanted.is_test))
    response_id = found.id if found else new_id()
    async with database.write() as session:
        state = await change_state(
            session, shop.workspace.id, response_id, wanted.act,
            reason="a walk", user_id=shop.alice.id, now=clock.now(),
        )  # fmt: skip
    return state is not None


async def responses(database: Database, shop: Shop, ids: list[uuid.UUID]) -> dict[Key, Response]:
    async with database.read() as session:
        found = await session.exec(
            select(Submission, Response)
            .join(
                Response,
                (col(Response.workspace_id) == Submission.workspace_id)
                & (col(Response.id) == Submission.response_id),
            )
            .where(
                Submission.workspace_id == shop.workspace.id,
                col(Submission.submission_id).in_(ids),
            )
        )
        return {
            (ids.index(submission.submission_id), submission.test): response
            for submission, response in found
        }


async def stored(
    database: Database, shop: Shop, ids: list[uuid.UUID]
) -> dict[Key, tuple[int, int, str]]:
    found = await responses(database, shop, ids)
    return {key: (row.seq, row.rating, row.state) for key, row in found.items()}
