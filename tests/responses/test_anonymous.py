"""An anonymous survey: what is stored leads to nobody, and a repeat stores nothing."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, select
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.db import Database
from feedback.responses.mixed_order import mix
from feedback.responses.models import RatingCount, Response, ResponseChange
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.forms import Client, send

ZONE = ZoneInfo("Europe/Paris")
CANARY = "ana.canary@example.org"
MINE = "https://shop.example/orders/canary-order-71"


async def make_anonymous(client: Client, database: Database, shop: Shop, *kept: str) -> None:
    async with database.write() as session:
        survey = await session.merge(shop.nps)
        survey.is_anonymous, survey.kept_properties = True, list(kept)
    client.app.state.catalog.forget()


async def dump(database: Database, shop: Shop) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    found = {}
    async with database.read() as session:
        connection = await session.connection()
        for table in SQLModel.metadata.sorted_tables:
            whole = sa.select(table)
            if "workspace_id" in table.c:
                whole = whole.where(table.c.workspace_id == shop.workspace.id)
            rows = await connection.execute(whole)
            found[table.name] = [dict(row._mapping) for row in rows]
    return found


def message(**more: Any) -> dict[str, Any]:
    return {
        "submission_id": str(uuid7()),
        "seq": 3,
        "rating": 9,
        "comment": "Fast",
        "contact": {"id": "canary-id", "email": CANARY},
        "about": "canary-order-71",
        "page": MINE,
        "properties": {"plan": "pro", "customer": "canary-7"},
        "locale": "fr",
        **more,
    }


async def test_it_works(client: Client, shop: Shop, database: Database) -> None:
    await make_anonymous(client, database, shop, "plan")
    body = message()
    answer = await client.post(f"/r/{shop.nps.key}", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["X-Feedback-Dropped"] == "contact, about, page, properties.customer"
    assert answer.json()["seq"] == 3
    rows = await dump(database, shop)
    [stored], [sent] = rows["response"], rows["submission"]
    assert (stored["rating"], stored["comment"], stored["locale"]) == (9, "Fast", "fr")
    assert stored["properties"] == {"plan": "pro"}
    assert rows["contact_key"] == []
    for name in ("respondent_key", "about_key", "origin", "page", "changed_at", "import_id"):
        assert stored[name] is None, name
    midnight = clock.now().astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    assert stored["answered_at"] == stored["received_at"] == midnight
    assert stored["id"].int >> 80 == int(midnight.timestamp() * 1000)
    # From a submission no way leads to its answer, nor back: they share no value but the workspace.
    own = {value for name, value in sent.items() if name != "workspace_id"}
    assert body["submission_id"] not in {str(value) for value in own}
    assert not {value for value in own if not isinstance(value, bool | int)} & set(
        map(str, stored.values())
    )
    assert stored["id"] not in own and str(stored["id"]) not in answer.text
    assert "canary" not in json.dumps(rows, default=str)


async def test_a_repeat_stores_nothing_and_says_so(
    client: Client, shop: Shop, database: Database
) -> None:
    await make_anonymous(client, database, shop)
    body = message(contact=None, about=None, page=None, properties=None)
    first = await client.post(f"/r/{shop.nps.key}", json=body)
    again = await client.post(f"/r/{shop.nps.key}", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert "X-Feedback-Dropped" not in first.headers
    later = await client.post(f"/r/{shop.nps.key}", json={**body, "seq": 4, "comment": "Slow"})
    other = await client.post(f"/r/{shop.nps.key}", json={**body, "rating": 2})
    for reply in (again, later, other):
        assert reply.status_code == 200
        assert "first message" in reply.headers["X-Feedback-Reason"]
    async with database.read() as session:
        own = Response.workspace_id == shop.workspace.id
        [stored] = await session.exec(select(Response).where(own))
        counts = await session.exec(
            select(RatingCount.rating, RatingCount.n).where(
                RatingCount.workspace_id == shop.workspace.id
            )
        )
        assert (stored.rating, stored.comment, stored.seq) == (9, "Fast", 1)
        assert list(counts) == [(9, 1)]


async def test_many_at_once_are_one_each(client: Client, shop: Shop, database: Database) -> None:
    await make_anonymous(client, database, shop)
    bodies = [message(rating=n % 11, seq=seq) for n in range(12) for seq in (1, 2, 2)]
    for n, body in enumerate(bodies):
        body["submission_id"] = bodies[n - n % 3]["submission_id"]
    replies = await asyncio.gather(
        *(client.post(f"/r/{shop.nps.key}", json=body) for body in bodies)
    )
    assert sorted(reply.status_code for reply in replies) == [200] * 24 + [201] * 12
    rows = await dump(database, shop)
    assert len(rows["response"]) == len(rows["submission"]) == 12
    assert len({row["answered_at"] for row in rows["response"]}) == 1
    assert {row["digest"] for row in rows["submission"]} == {bytes(16)}
    assert {row["seq"] for row in rows["submission"] + rows["response"]} == {1}


@pytest.mark.parametrize("zone", ["Asia/Manila", "America/New_York", "Pacific/Kiritimati"])
async def test_the_month_stays_the_workspaces(
    client: Client, shop: Shop, database: Database, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.write() as session:
        (await session.merge(shop.workspace)).time_zone = zone
    await make_anonymous(client, database, shop)
    for moment in (datetime(2026, 7, 31, 16, 30, tzinfo=UTC), datetime(2026, 8, 1, 3, tzinfo=UTC)):
        monkeypatch.setattr(clock, "now", lambda at=moment: at)
        await client.post(f"/r/{shop.nps.key}", json={"rating": 9})
        local = moment.astimezone(ZoneInfo(zone))
        async with database.read() as session:
            own = Response.workspace_id == shop.workspace.id
            rows = list(await session.exec(select(Response).where(own)))
        row = max(rows, key=lambda each: each.answered_at)
        assert row.month == local.date().replace(day=1)
        assert row.answered_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime(
            local.year, local.month, local.day
        )


async def test_the_answers_of_other_surveys_stay_as_they_are(
    client: Client, shop: Shop, database: Database
) -> None:
    await make_anonymous(client, database, shop)
    answer = await client.post(f"/r/{shop.csat.key}", json=message(rating=4))
    assert "X-Feedback-Dropped" not in answer.headers
    async with database.read() as session:
        own = Response.workspace_id == shop.workspace.id
        [stored] = await session.exec(select(Response).where(own))
    assert str(stored.id) == answer.json()["id"] and stored.respondent_key and stored.page == MINE


async def test_the_switch_is_turned_before_the_first_answer_only(
    alice: Client, shop: Shop, database: Database
) -> None:
    path = f"/surveys/{shop.nps.id}/anonymity"
    await alice.post(f"/r/{shop.nps.key}", json=message(test=True))
    answer = await send(alice, path, is_anonymous="1", kept_properties="plan,  country\nplan")
    assert answer.status_code == 303

    async def survey() -> Survey:
        async with database.read() as session:
            return await session.get_one(Survey, (shop.workspace.id, shop.nps.id))

    assert (await survey()).kept_properties == ["plan", "country"]
    rows = await dump(database, shop)
    assert rows["response"] == [] == rows["submission"]  # the test named somebody
    page = (await alice.get(f"/surveys/{shop.nps.id}")).text
    assert "Anonymous survey: do not record who answers" in page
    assert (await alice.post(f"/r/{shop.nps.key}", json=message())).status_code == 201
    await send(alice, path, kept_properties="")
    page = (await alice.get(f"/surveys/{shop.nps.id}")).text
    assert "Somebody has answered, so this stays as it is" in page
    assert (await survey()).is_anonymous and "Anonymous survey: do not record" not in page
    assert "Anonymous</span>" in (await alice.get("/surveys")).text
    await alice.post(f"/r/{shop.csat.key}", json={"rating": 4})
    await send(alice, f"/surveys/{shop.csat.id}/anonymity", is_anonymous="1")
    async with database.read() as session:
        assert not (await session.get_one(Survey, (shop.workspace.id, shop.csat.id))).is_anonymous


async def test_a_name_that_is_none_is_told(alice: Client, shop: Shop) -> None:
    path = f"/surveys/{shop.nps.id}/anonymity"
    await send(alice, path, is_anonymous="1", kept_properties="x" * 65)
    assert "is no name of a property" in (await alice.get(f"/surveys/{shop.nps.id}")).text
    await send(alice, path, is_anonymous="1", kept_properties=",".join(map(str, range(51))))
    assert "List at most 50 properties." in (await alice.get(f"/surveys/{shop.nps.id}")).text


async def test_the_rows_of_a_day_do_not_lie_as_they_came(
    alice: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_anonymous(alice, database, shop)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(days=1))
    for n in range(12):
        body = {"rating": 9, "comment": f"c{n:02}"}
        assert (await alice.post(f"/r/{shop.nps.key}", json=body)).status_code == 201
    async with database.read() as session:
        own = Response.workspace_id == shop.workspace.id
        first = (await session.exec(select(Response).where(own))).first()
    assert first is not None
    await send(alice, f"/responses/{first.id}/exclude", reason="spam")
    monkeypatch.undo()
    as_they_lie = sa.text("SELECT comment FROM response")
    await mix(database, now)
    async with database.read() as session:
        lying = [row[0] for row in await (await session.connection()).execute(as_they_lie)]
        ids = await session.exec(select(Response.comment).where(own).order_by(col(Response.id)))
        changes = ResponseChange.workspace_id == shop.workspace.id
        assert len(list(await session.exec(select(ResponseChange).where(changes)))) == 1
        by_chance = list(ids)
    assert sorted(lying) == [f"c{n:02}" for n in range(12)] != lying
    noted = first.comment  # a row that the team's note refers to stays where it is
    without = [[said for said in rows if said != noted] for rows in (lying, by_chance)]
    assert without[0] == without[1]
