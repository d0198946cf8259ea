"""`feedback erase`: says what there is, asks, and forgets a person under all their names."""

from pathlib import Path
from typing import Any

import pytest
import typer
from sqlmodel import select

from feedback import clock
from feedback.commands.erase import As, Asked, erase
from feedback.db import Database
from feedback.erasure import file
from feedback.erasure.ids import is_erased
from feedback.errors import FeedbackError
from feedback.responses.models import ContactKey, Response
from feedback.settings import Settings
from tests.cast import Shop
from tests.responses.test_people import signature
from tests.surveys.hosted import Client, answers

ID, EMAIL = "client-42", "zoe@shop.example"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"backups": tmp_path / "backups"})


async def say(client: Client, shop: Shop, **body: Any) -> str:
    sent = {"rating": 3, "comment": "canary"} | body
    answer = await client.post(f"/r/{shop.nps.key}", json=sent)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


async def left(database: Database, shop: Shop) -> list[Response]:
    return [row for row in await answers(database, shop) if not is_erased(row.id)]


async def run(settings: Settings, who: str, **asked: Any) -> None:
    await erase(settings, Asked(who, **{"yes": True, **asked}))


async def test_a_person_goes_under_every_name_that_was_joined(
    client: Client, shop: Shop, database: Database, settings: Settings, capsys: Any
) -> None:
    both = {"contact": {"id": ID, "email": EMAIL}, "signature": signature(shop, ID, EMAIL)}
    await say(client, shop, contact={"id": ID})
    await say(client, shop, contact={"email": EMAIL})
    await say(client, shop, **both)
    other = await say(client, shop, contact={"id": "somebody else"})
    await run(settings, " Zoe@Shop.example")
    said = capsys.readouterr().out
    assert "By this address: 3 answers, 3 comments, 0 notes of the team" in said
    assert "under 2 names joined" in said and "last ten minutes" in said
    assert "Erased: 3 answers, 3 comments" in said
    assert [str(row.id) for row in await left(database, shop)] == [other]
    async with database.read() as session:
        joins = select(ContactKey).where(ContactKey.workspace_id == shop.workspace.id)
        assert not list(await session.exec(joins))
    await run(settings, EMAIL)
    assert "Erased already, on " in capsys.readouterr().out
    again = await say(client, shop, contact={"id": ID})  # later: another answer
    assert {str(row.id) for row in await left(database, shop)} == {other, again}


async def test_an_answer_goes_alone_or_with_all_of_its_person(
    client: Client, shop: Shop, database: Database, settings: Settings, capsys: Any
) -> None:
    first, _, third = [await say(client, shop, contact={"id": ID}) for _ in range(3)]
    await run(settings, first)
    assert "This answer: 1 answer, 1 comment" in capsys.readouterr().out
    assert len(await left(database, shop)) == 2
    await run(settings, first)
    assert "Erased already" in capsys.readouterr().out
    await run(settings, third, person=True)
    assert "This answer: 2 answers" in capsys.readouterr().out
    assert not await left(database, shop)


async def test_an_id_that_looks_like_an_address_is_found_too(
    client: Client, shop: Shop, database: Database, settings: Settings, capsys: Any
) -> None:
    await say(client, shop, contact={"id": EMAIL})
    await run(settings, EMAIL)
    assert "By this id: 1 answer" in capsys.readouterr().out
    assert not await left(database, shop)


async def test_what_is_an_answer_and_an_id_is_asked_for(
    client: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    answer = await say(client, shop)
    await say(client, shop, contact={"id": answer})
    with pytest.raises(FeedbackError, match="--as response or --as id"):
        await run(settings, answer)
    await run(settings, answer, named=As.id)
    assert [str(row.id) for row in await left(database, shop)] == [answer]


@pytest.mark.parametrize(
    "who", ["nobody@shop.example", "c-7", "01890000-0000-7000-8000-000000000000", "{{ id }}"]
)
async def test_nobody_is_one_line(shop: Shop, settings: Settings, who: str) -> None:
    with pytest.raises(FeedbackError, match="^Nothing is stored in shop of this ") as said:
        await run(settings, who)
    assert said.value.exit_code == 2 and "\n" not in said.value.message


async def test_nothing_goes_before_somebody_agreed(
    client: Client,
    shop: Shop,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await say(client, shop, contact={"id": ID})
    with pytest.raises(FeedbackError, match="Add --yes"):
        await run(settings, ID, yes=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", lambda _: False)
    with pytest.raises(FeedbackError, match="Nothing was erased"):
        await run(settings, ID, yes=False)
    assert len(await left(database, shop)) == 1
    monkeypatch.setattr(typer, "confirm", lambda _: True)
    await run(settings, ID, yes=False)
    assert not await left(database, shop)


async def test_killed_between_slices_the_same_call_goes_on(
    client: Client,
    shop: Shop,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = {"contact": {"id": ID, "email": EMAIL}, "signature": signature(shop, ID, EMAIL)}
    for _ in range(5):
        await say(client, shop, **both)
    monkeypatch.setattr("feedback.erasure.people.MOST_AT_ONCE", 2)
    written: list[Any] = []

    def append(folder: Path, entries: Any) -> None:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(entries)
        file_append(folder, entries)

    file_append = file.append
    monkeypatch.setattr(file, "append", append)
    with pytest.raises(KeyboardInterrupt):
        await run(settings, EMAIL)
    assert len(await left(database, shop)) == 1
    monkeypatch.setattr(file, "append", file_append)
    await run(settings, EMAIL)
    assert not await left(database, shop)
    (*_, last) = file.read(settings.backups_folder)
    assert len(last.persons) == 2 and last.erased_at <= clock.now()
