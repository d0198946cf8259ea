"""Of an answer that others may change, a link opens what its own press wrote and nothing else."""

from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from feedback.db import Database
from feedback.responses.models import Submission
from tests.cast import Shop
from tests.receipts.links import change, press, read, send
from tests.surveys.hosted import Client, answers, counts
from tests.surveys.test_hosted import later as later


@pytest.mark.parametrize("first", ["attacker", "victim"])
@pytest.mark.parametrize("about", ["", "&about=order-1"], ids=["by name", "about a thing"])
async def test_a_stranger_never_reads_what_another_wrote(
    client: Client, shop: Shop, database: Database, later: Any, first: str, about: str
) -> None:
    address = f"/s/{shop.nps.key}?id=c-7{about}"
    told = {"attacker": "guess", "victim": "my secret"}
    links = {}
    for at, who in enumerate([first, "victim" if first == "attacker" else "attacker"]):
        later(60 * at)
        links[who] = await press(client, address, rating="9", comment=told[who])
    assert len(await answers(database, shop)) == 1
    old, new = links[first], links["victim" if first == "attacker" else "attacker"]
    outdated = await read(client, old)
    assert "There is a newer link" in outdated
    for secret in told.values():
        assert secret not in outdated and secret not in await read(client, f"{old}/change")
    assert "/erase" not in outdated
    assert (await client.post(f"{old}/erase")).status_code == 409
    assert (await client.post(f"{old}/change", data={"rating": "1"})).status_code == 409
    assert told[first] not in await read(client, new)
    assert await counts(database, shop) == {9: 1}


async def test_a_program_that_names_somebody_reads_nothing_of_theirs(
    client: Client, shop: Shop, database: Database
) -> None:
    theirs = {"contact": {"id": "c-7"}, "about": "order-1"}
    mine = {"submission_id": "0192f0c1-0000-7000-8000-000000000001"}
    first = await send(client, shop, **theirs, **mine, comment="guess")
    # Without the name the same submission is no longer about a shared answer, or so it says.
    second = await send(client, shop, **mine, seq=2, comment="guess")
    await send(client, shop, **theirs, comment="my secret")
    for link in (first, second):
        page = await read(client, link)
        assert "newer link" in page and "my secret" not in page
    third = await send(client, shop, **mine, seq=3, rating=1)
    assert "my secret" not in await read(client, third)
    assert len(await answers(database, shop)) == 1


async def test_the_link_of_a_shared_answer_does_not_tell_its_id(
    client: Client, shop: Shop, database: Database
) -> None:
    """Who knew it could change the answer for ever, and would get a link that lasts."""
    link = await press(client, f"/s/{shop.nps.key}?id=c-7", rating="9")
    async with database.read() as session:
        own = Submission.workspace_id == shop.workspace.id
        [id] = await session.exec(select(Submission.submission_id).where(own))
    token = urlsafe_b64decode(link.rsplit("/", 1)[1] + "==")
    assert id.bytes not in token
    wrong = await client.post(f"{link}/change", data={"rating": "x"})
    for page in (await read(client, f"{link}/change"), wrong.text):
        assert str(id) not in page and id.hex not in page


async def test_a_change_of_a_shared_answer_gives_the_next_link(
    client: Client, shop: Shop, database: Database, later: Any
) -> None:
    link = await press(client, f"/s/{shop.nps.key}?id=c-7", rating="9", comment="one")
    later(60)
    sent = await change(client, link, rating="3", comment="two")
    newest = sent.headers["Location"]
    assert newest.split("?")[0] != link
    page = await read(client, newest)
    assert "two" in page and "keep the address of this page" in page
    assert "newer link" in await read(client, link)
    [row] = await answers(database, shop)
    assert row.rating == 3 and row.respondent_key is not None


async def test_seven_days_later_a_press_is_another_answer_and_both_links_open(
    client: Client, shop: Shop, later: Any
) -> None:
    address = f"/s/{shop.nps.key}?id=c-7"
    first = await press(client, address, rating="9", comment="one")
    later(timedelta(days=8).total_seconds())
    second = await press(client, address, rating="2", comment="two")
    assert "one" in await read(client, first) and "two" in await read(client, second)
