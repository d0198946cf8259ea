"""The job: what is kept of each line and window is what its answers say; no other is read."""

import random
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import select

from feedback import clock
from feedback.db import Database, new_id
from feedback.journeys.models import Touchpoint
from feedback.kept import counts_name, shape_name
from feedback.outbox.worker import Work
from feedback.readings.people import widened
from feedback.repeats.count import differing_repeats, due_each_hour, recount_repeats
from feedback.repeats.models import RepeatCount
from feedback.repeats.read import KnownRepeats, read_repeats
from feedback.scoring import METRICS, Repeats, people_sums, score, watch_scores
from feedback.scoring.months import months_between, shift
from feedback.scoring.repeats import code_of
from feedback.settings import Settings
from feedback.surveys.models import Series, Survey
from feedback.work import HANDLERS, SCHEDULES
from tests.cast import TEXTS, Shop
from tests.repeats.conftest import People

Answer = tuple[int | None, int]


async def known(database: Database, shop: Shop) -> KnownRepeats:
    async with database.read() as session:
        return await read_repeats(session, shop.workspace.id)


def expected(answers: dict[str, list[Answer]], metric: str, months: int, month: str) -> Repeats:
    """Counted another way: every person's codes, and the sums of them less those of singles."""
    window = [
        a for each in months_between(shift(month, 1 - months), month) for a in answers.get(each, [])
    ]
    people: dict[Any, list[int]] = defaultdict(list)
    for number, (who, rating) in enumerate(window):
        people[("nobody", number) if who is None else who].append(code_of(rating, METRICS[metric]))
    sums, singles = (
        people_sums(people.values()),
        people_sums([c] for own in people.values() for c in own),
    )
    return Repeats(
        singles.people - sums.people,
        sums.squares - singles.squares,
        sums.products - singles.products,
        sums.sizes - singles.sizes,
    )


async def test_it_keeps_what_the_answers_say(
    people: People, database: Database, shop: Shop
) -> None:
    rng = random.Random(7)
    said: dict[str, dict[str, list[Answer]]] = {"nps": {}, "csat_5": {}}
    for series, metric, top in ((shop.nps_series, "nps", 10), (shop.csat_series, "csat_5", 5)):
        for month in months_between("2025-03", "2026-02"):
            answers = [(rng.choice([None, 1, 2, 3, 4, 5]), rng.randint(1, top)) for _ in range(12)]
            said[metric][month] = answers
            await people.answer(series, month, answers)
    await people.answer(shop.nps_series, "2026-02", [(1, 0), (1, 0)], state="excluded")
    await people.count()
    found = await known(database, shop)
    for place, metric in ((shop.checkout, "nps"), (shop.payment, "nps"), (shop.delivery, "csat_5")):
        for months in (1, 3, 12):
            for month in months_between("2025-03", "2026-02"):
                wanted = expected(said[metric], metric, months, month)
                assert found.of(place.id, metric, months).get(month, Repeats()) == wanted
    assert await differing_repeats(database, shop.workspace.id) == 0


async def test_a_stage_knows_who_answered_at_two_of_its_touchpoints(
    people: People, database: Database, shop: Shop
) -> None:
    async with database.write() as session:
        at: dict[str, Any] = {"workspace_id": shop.workspace.id}
        cart = Touchpoint(**at, id=new_id(), stage_id=shop.checkout.id, name="Cart")
        session.add(cart)
        await session.flush()
        survey = Survey(**at, **_like(shop.nps, cart))
        session.add(survey)
        await session.flush()
        series = Series(
            **at,
            id=new_id(),
            survey_id=survey.id,
            metric="nps",
            texts=TEXTS,
            opened_at=shop.nps_series.opened_at,
        )
        session.add(series)
    await people.answer(shop.nps_series, "2026-02", [(1, 10), (2, 0)])
    await people.answer(series, "2026-02", [(1, 9), (3, 5)])
    await people.count()
    found = await known(database, shop)
    assert found.of(shop.checkout.id, "nps", 1) == {"2026-02": Repeats(1, 2, 2, 2)}
    assert not found.of(shop.payment.id, "nps", 1) and not found.of(cart.id, "nps", 1)


def _like(survey: Survey, touchpoint: Touchpoint) -> dict[str, Any]:
    same = survey.model_dump(exclude={"id", "workspace_id", "touchpoint_id", "key"})
    return same | {"id": new_id(), "touchpoint_id": touchpoint.id, "key": "another-key"}


async def test_a_seam_parts_people_as_it_parts_the_line(
    people: People, database: Database, shop: Shop
) -> None:
    async with database.write() as session:
        opened = datetime(2026, 1, 10, tzinfo=UTC)
        newer = Series(
            workspace_id=shop.workspace.id,
            id=new_id(),
            survey_id=shop.nps.id,
            number=2,
            metric="nps",
            texts=TEXTS,
            opened_at=opened,
        )
        session.add(newer)
    await people.answer(shop.nps_series, "2025-12", [(1, 10), (1, 10)])
    await people.answer(shop.nps_series, "2026-01", [(1, 10), (1, 10)])
    await people.answer(newer, "2026-01", [(1, 10), (2, 0)])
    await people.answer(newer, "2026-02", [(1, 10), (2, 0)])
    await people.count()
    found = await known(database, shop)
    assert found.of(shop.payment.id, "nps", 1) == {"2025-12": Repeats(1, 2, 2, 2)}
    assert found.of(shop.payment.id, "nps", 12)["2026-02"] == Repeats(2, 4, 0, 4)


async def test_it_counts_again_only_what_was_touched(
    people: People, database: Database, shop: Shop
) -> None:
    for month in months_between("2025-03", "2026-02"):
        await people.answer(shop.nps_series, month, [(1, 10), (2, 3)])
        await people.answer(shop.csat_series, month, [(1, 5), (2, 3)])
    assert await people.count() > 100
    assert await people.count() == 0
    await people.answer(shop.nps_series, "2026-02", [(2, 4)])
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM response" in statement:
            seen.append(statement)

    event.listen(database._read_engine.sync_engine, "before_cursor_execute", note)
    assert await people.count() == 6  # stage and touchpoint, of 1, 3 and 12 months
    assert len(seen) == 2
    event.remove(database._read_engine.sync_engine, "before_cursor_execute", note)
    assert (await known(database, shop)).of(shop.payment.id, "nps", 1)["2026-02"] == Repeats(
        1, 2, -2, 2
    )


async def test_without_repeats_pages_are_not_made_anew(
    people: People, database: Database, shop: Shop
) -> None:
    async def names() -> tuple[str, str]:
        async with database.read() as session:
            return await counts_name(session, shop.workspace.id), await shape_name(
                session, shop.workspace.id
            )

    await people.answer(shop.nps_series, "2026-02", [(1, 10), (2, 3), (None, 3), (None, 3)])
    before = await names()
    assert await people.count() == 6 and await names() == before
    assert (await known(database, shop)).lines == {}
    await people.answer(shop.nps_series, "2026-02", [(1, 10)])
    before = await names()
    await people.count()
    after = await names()
    assert after[0] == before[0] and after[1] != before[1]


async def test_what_went_is_forgotten(people: People, database: Database, shop: Shop) -> None:
    from feedback.responses.models import Response
    from feedback.responses.rollup import rebuild

    await people.answer(shop.nps_series, "2026-02", [(1, 10), (1, 3)])
    await people.count()
    async with database.write() as session:
        own: Any = Response.workspace_id == shop.workspace.id
        await session.exec(sa.update(Response).where(own).values(state="excluded"))
        await rebuild(session, shop.workspace.id)
    await people.count()
    assert (await known(database, shop)).lines == {}


async def test_rebuilt_they_are_what_was_counted(
    people: People, database: Database, shop: Shop
) -> None:
    await people.answer(shop.nps_series, "2026-01", [(1, 10), (1, 3)])
    await people.answer(shop.nps_series, "2026-02", [(1, 10)])
    await people.count()
    before = await known(database, shop)
    async with database.write() as session:
        own: Any = RepeatCount.workspace_id == shop.workspace.id
        await session.exec(sa.update(RepeatCount).where(own).values(fewer=7, sizes=9))
    assert await differing_repeats(database, shop.workspace.id) > 0
    await recount_repeats(database, shop.workspace.id)
    assert await differing_repeats(database, shop.workspace.id) == 0
    assert await known(database, shop) == before


async def test_each_hour_it_is_asked_of_who_knows_anybody(
    people: People, database: Database, shop: Shop, settings: Settings
) -> None:
    async def due() -> Any:
        async with database.read() as session:
            return await due_each_hour(session, datetime(2026, 3, 15, 12, 5, tzinfo=UTC))

    await people.answer(shop.nps_series, "2026-02", [(None, 10), (None, 3)])
    assert await due() == []
    await people.answer(shop.nps_series, "2026-02", [(1, 10), (1, 3)])
    ((key, payload),) = await due()
    assert key.endswith(":2026-03-15T12") and "repeats" in {each.kind for each in SCHEDULES}
    await HANDLERS["repeats"].handler(Work(database, settings, clock.now(), payload))
    assert (await known(database, shop)).of(shop.payment.id, "nps", 1)
    async with database.read() as session:
        row = (
            await session.exec(
                select(RepeatCount).where(RepeatCount.workspace_id == shop.workspace.id)
            )
        ).first()
        assert row is not None and not row.of_erased


async def test_it_tells_the_watch_how_much_each_month_is_widened(
    people: People, database: Database, shop: Shop
) -> None:
    alike = [(who, 10 if who % 2 else 2) for who in range(10) for _ in range(4)]
    await people.answer(shop.nps_series, "2026-01", [(100 + n, 10) for n in range(30)])
    await people.answer(shop.nps_series, "2026-02", alike)
    await people.count()
    months = [score({10: 30}, METRICS["nps"]), score({10: 20, 2: 20}, METRICS["nps"])]
    found = await known(database, shop)
    widening = widened(found, shop.payment.id, METRICS["nps"], "2026-01", months)
    assert widening == [1.0, pytest.approx(4.0)]
    watch_scores({"Payment": (METRICS["nps"], months)}, repeats={"Payment": widening})
