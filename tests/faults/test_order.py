"""SAFETY A9 and A10: one key has one answer, and the highest seq is what stays."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import AsyncTestClient
from uuid_utils.compat import uuid7

from feedback.db import Database
from tests.cast import Shop
from tests.faults import stored

Client = AsyncTestClient[Any]


@dataclass(frozen=True)
class Step:
    """One message of one of three people."""

    who: int
    seq: int
    rating: int
    comment: str | None


steps = st.builds(
    Step,
    who=st.integers(0, 2),
    seq=st.integers(0, 3),
    rating=st.integers(0, 10),
    comment=st.sampled_from([None, "good", "bad"]),
)


def expected_status(kept: Step | None, step: Step) -> int:
    """What the contract says, in its own words."""
    if kept is None:
        return 201
    if step.seq == kept.seq:
        return 201 if step == kept else 409
    return 200


# One example costs as many requests as it has steps; the databases are shared between examples.
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=st.lists(steps, max_size=12))
async def test_any_order_of_messages_ends_at_the_highest_seq(
    client: Client, shop: Shop, database: Database, sent: list[Step]
) -> None:
    ids = [uuid7() for _ in range(3)]
    kept: dict[int, Step] = {}
    first: dict[int, Step] = {}
    for step in sent:
        answer = await client.post(f"/r/{shop.nps.key}", json=_body(ids[step.who], step))
        before = kept.get(step.who)
        status = expected_status(before, step)
        if status == 201 and before is not None and before != first[step.who]:
            status = 200  # a repeated update is answered as the update was
        assert answer.status_code == status, (step, before, answer.text)
        if before is None or step.seq > before.seq:
            kept[step.who] = step
            first.setdefault(step.who, step)
    found = await stored.answers(database, shop)
    mine = {who: found[str(id)] for who, id in enumerate(ids) if str(id) in found}
    assert {who: (a.seq, a.rating, a.comment) for who, a in mine.items()} == {
        who: (step.seq, step.rating, step.comment) for who, step in kept.items()
    }
    assert await stored.counts(database, shop) == Counter(a.rating for a in found.values())


def _body(submission_id: UUID, step: Step) -> dict[str, Any]:
    return {
        "submission_id": str(submission_id),
        "seq": step.seq,
        "rating": step.rating,
        "comment": step.comment,
    }
