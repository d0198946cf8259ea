"""Erasing answers: the rating stays in its month, what was said goes and does not come back."""

import asyncio
import stat
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from feedback import clock
from feedback.db import Database
from feedback.erasure import file
from feedback.erasure.erase import Erased, erase_responses
from feedback.erasure.ids import is_erased
from feedback.erasure.models import Erasure
from feedback.errors import FeedbackError
from feedback.readings.queries import first_answered_at
from feedback.responses.models import Response, ResponseChange, Submission
from feedback.responses.rollup import find_differences
from feedback.settings import Settings
from tests.cast import Shop
from tests.surveys.hosted import Client

SAID = {
    "comment": "canary in a comment",
    "properties": {"plan": "canary in a property"},
    "locale": "fr-FR",
    "page": "/canary",
    "contact": {"id": "canary"},
    "about": "canary order",
    "answered_at": None,
}


async def say(client: Client, shop: Shop, **body: Any) -> Any:
    said = {name: value for name, value in (SAID | body).items() if value is not None}
    return await client.post(f"/r/{shop.nps.key}", json={"rating": 3, **said})


async def rows(database: Database, shop: Shop) -> list[Response]:
    async with database.read() as session:
        own = Response.workspace_id == shop.workspace.id
        return list(await session.exec(select(Response).where(own)))


async def erase(database: Database, shop: Shop, folder: Path, *ids: str) -> Erased:
    async with database.write() as session:
        wanted = [uuid.UUID(id) for id in ids]
        now = clock.now()
        return await erase_responses(session, shop.workspace.id, wanted, folder=folder, now=now)


async def test_it_leaves_rating_month_and_channel(
    client: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    answer = (await say(client, shop)).json()
    (before,) = await rows(database, shop)
    said = await erase(database, shop, tmp_path, answer["id"])
    (after,) = await rows(database, shop)
    assert said == Erased(answers=1, comments=1)
    kept = ("series_id", "rating", "month", "channel", "state")
    assert all(getattr(after, name) == getattr(before, name) for name in kept)
    gone = {**after.model_dump(exclude={*kept, "workspace_id", "id", "seq", "late"})}
    begin = gone.pop("answered_at")
    assert begin == gone.pop("received_at") and begin < before.answered_at
    assert begin.astimezone(UTC).day in (1, 30, 31) and set(gone.values()) == {None}
    assert is_erased(after.id) and after.id != before.id
    async with database.read() as session:
        assert not await find_differences(session, shop.workspace.id)


@pytest.mark.parametrize("seq", [1, 0, 7])
async def test_a_resent_message_is_answered_and_revives_nothing(
    client: Client, shop: Shop, database: Database, tmp_path: Path, seq: int
) -> None:
    sent = {"submission_id": str(uuid.uuid4()), "seq": 1}
    answer = (await say(client, shop, **sent)).json()
    await erase(database, shop, tmp_path, answer["id"])
    before = [row.model_dump() for row in await rows(database, shop)]
    again = await say(client, shop, **sent | {"seq": seq}, comment="canary, later")
    assert again.status_code == 200
    assert [row.model_dump() for row in await rows(database, shop)] == before
    async with database.read() as session:
        for known in await session.exec(
            select(Submission).where(Submission.workspace_id == shop.workspace.id)
        ):
            assert is_erased(known.response_id) and known.digest == b""


async def erase_beside(settings: Settings, shop: Shop, folder: Path, id: str) -> Erased:
    """In a thread and a loop of its own: the test client lets this one stand while it asks."""

    async def alone() -> Erased:
        database = Database(settings.url)
        try:
            return await erase(database, shop, folder, id)
        finally:
            await database.close()

    return await asyncio.to_thread(asyncio.run, alone())


async def test_somebody_answering_right_now_finishes_into_nothing(
    client: Client, shop: Shop, database: Database, settings: Settings, tmp_path: Path
) -> None:
    for n in range(12):
        sent = {"submission_id": str(uuid.uuid4()), "seq": 1, "about": f"order {n // 2}"}
        answer = (await say(client, shop, **sent)).json()
        later = [
            say(client, shop, **sent | {"seq": seq}, comment="canary, later") for seq in (2, 3)
        ]
        later.append(say(client, shop, about=sent["about"], comment="canary, another message"))
        replies = await asyncio.gather(
            *later[:2], erase_beside(settings, shop, tmp_path, answer["id"]), *later[2:]
        )
        # 503: the disk was slower than a writer waits, and nothing was stored.
        assert {r.status_code for r in replies if not isinstance(r, Erased)} <= {200, 503}
    assert not [row for row in await rows(database, shop) if row.comment or row.respondent_key]
    async with database.read() as session:
        assert not await find_differences(session, shop.workspace.id)
        own = Submission.workspace_id == shop.workspace.id
        kept = (await session.exec(select(Submission).where(own))).all()
    assert all(is_erased(each.response_id) and not each.digest for each in kept)


async def test_it_can_be_done_twice(
    client: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    answer = (await say(client, shop)).json()
    await erase(database, shop, tmp_path, answer["id"])
    (row,) = await rows(database, shop)
    assert await erase(database, shop, tmp_path, answer["id"], str(row.id)) == Erased()
    assert await rows(database, shop) == [row]
    assert len(list(file.read(tmp_path))) == 1


async def test_a_young_workspace_stays_young(
    client: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    """Its board shows the last 30 days, counted from the oldest answer, however long the month."""

    async def oldest() -> datetime | None:
        async with database.read() as session:
            return await first_answered_at(session, shop.workspace.id, [shop.nps_series.id])

    ids = [(await say(client, shop, about=about)).json()["id"] for about in ("one", "two")]
    first, second = sorted(row.answered_at for row in await rows(database, shop))
    assert await oldest() == first
    await erase(database, shop, tmp_path, ids[0])
    assert await oldest() == second
    await erase(database, shop, tmp_path, ids[1])
    found = await oldest()
    assert found is not None and found >= second


async def test_the_teams_reasons_go_and_the_state_stays(
    alice: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    answer = (await say(alice, shop)).json()
    async with database.write() as session:
        own: dict[str, Any] = {
            "workspace_id": shop.workspace.id,
            "response_id": uuid.UUID(answer["id"]),
        }
        own |= {"user_id": shop.alice.id, "state": "excluded", "changed_at": clock.now()}
        session.add(ResponseChange(**own, reason="canary"))
    assert (await erase(database, shop, tmp_path, answer["id"])).changes == 1
    async with database.read() as session:
        kept = select(ResponseChange).where(ResponseChange.workspace_id == shop.workspace.id)
        assert not list(await session.exec(kept))


async def test_the_ledger_stands_in_the_database_and_in_the_file(
    client: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    answer = (await say(client, shop)).json()
    await erase(database, shop, tmp_path / "backups", answer["id"])
    (entry,) = file.read(tmp_path / "backups")
    async with database.read() as session:
        own = Erasure.workspace_id == shop.workspace.id
        (row,) = list(await session.exec(select(Erasure).where(own)))
    assert (entry.id, entry.workspace, entry.erased_at) == (row.id, row.workspace_id, row.erased_at)
    assert list(entry.answers) == [row.key.hex()] and entry.comments == row.comments == 1
    kept = tmp_path / "backups" / file.NAME
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "canary" not in kept.read_text() and answer["id"] not in kept.read_text()


async def test_where_the_file_cannot_be_written_nothing_is_erased(
    client: Client, shop: Shop, database: Database, tmp_path: Path
) -> None:
    answer = (await say(client, shop)).json()
    before = await rows(database, shop)
    (tmp_path / "backups").write_text("a file, no folder")
    with pytest.raises(FeedbackError, match="Nothing was erased"):
        await erase(database, shop, tmp_path / "backups", answer["id"])
    assert await rows(database, shop) == before


def test_a_torn_line_is_passed_over_and_written_after(tmp_path: Path) -> None:
    entries = [
        file.Entry(uuid.uuid4(), uuid.uuid4(), datetime(2026, 11, day, tzinfo=UTC))
        for day in (1, 2)
    ]
    file.append(tmp_path, entries[:1])
    with (tmp_path / file.NAME).open("a") as torn:
        torn.write('{"id":"0197')
    file.append(tmp_path, entries[1:])
    assert [entry.id for entry in file.read(tmp_path)] == [entry.id for entry in entries]
