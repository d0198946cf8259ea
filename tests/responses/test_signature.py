"""`signature` in `POST /r` and `sig` on the hosted page: nobody answers for somebody else."""

from typing import Any

import pytest
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.identity import identity_secret, sign
from feedback.surveys.models import Survey
from tests import cast
from tests.cast import Shop
from tests.conftest import KEY
from tests.forms import Client, send
from tests.surveys.hosted import answers, counts, fill_in

EMAIL = "zoé@shop.example"


def signed(shop: Shop, who: str) -> str:
    return sign(who, identity_secret(KEY.encode(), shop.workspace.id))


async def need_signature(client: Client, database: Database, shop: Shop) -> None:
    async with database.write() as session:
        (await session.merge(shop.nps)).needs_signature = True
    client.app.state.catalog.forget()


async def answer(client: Client, shop: Shop, contact: Any, signature: str | None) -> Any:
    body = {"rating": 9, "contact": contact, "signature": signature}
    return await client.post(f"/r/{shop.nps.key}", json=body)


CONTACTS = [
    pytest.param({"id": "Client 42"}, "Client 42", id="id"),
    pytest.param({"email": EMAIL}, EMAIL, id="e-mail"),
    pytest.param({"id": "42", "email": EMAIL}, "42", id="the id first"),
]


@pytest.mark.parametrize(("contact", "who"), CONTACTS)
@pytest.mark.parametrize("needed", [True, False], ids=["needed", "not needed"])
async def test_it_takes_a_signed_contact(
    client: Client, shop: Shop, database: Database, contact: Any, who: str, needed: bool
) -> None:
    if needed:
        await need_signature(client, database, shop)
    assert (await answer(client, shop, contact, signed(shop, who))).status_code == 201
    [stored] = await answers(database, shop)
    assert stored.respondent_key is not None


WRONG = [
    pytest.param({"id": "42"}, lambda shop: None, id="absent"),
    pytest.param({"id": "42"}, lambda shop: "", id="empty"),
    pytest.param({"id": "42"}, lambda shop: signed(shop, "43"), id="somebody else's"),
    pytest.param({"id": "42"}, lambda shop: signed(shop, "42").upper(), id="in capitals"),
    pytest.param({"id": "42 "}, lambda shop: signed(shop, "42"), id="not as sent"),
    pytest.param({"id": "42", "email": EMAIL}, lambda shop: signed(shop, EMAIL), id="e-mail's"),
    pytest.param({"email": EMAIL}, lambda shop: "é" * 64, id="not hexadecimal"),
    pytest.param({"id": "42"}, lambda shop: sign("42", "another secret"), id="another secret"),
]


@pytest.mark.parametrize(("contact", "wrong"), WRONG)
async def test_where_it_is_needed_anything_else_is_refused(
    client: Client, shop: Shop, database: Database, contact: Any, wrong: Any
) -> None:
    await need_signature(client, database, shop)
    refused = await answer(client, shop, contact, wrong(shop))
    assert (refused.status_code, refused.json()["error"]) == (403, "signature_invalid")
    assert refused.headers["X-Feedback-Reason"].startswith("signature_invalid")
    assert refused.headers["X-Feedback-Reason"] == refused.json()["reason"]
    assert await answers(database, shop) == [] and await counts(database, shop) == {}


@pytest.mark.parametrize(("contact", "wrong"), WRONG[1:])
async def test_where_it_is_not_needed_a_wrong_one_counts_without_the_contact(
    client: Client, shop: Shop, database: Database, contact: Any, wrong: Any
) -> None:
    assert (await answer(client, shop, contact, wrong(shop))).status_code == 201
    [stored] = await answers(database, shop)
    assert stored.respondent_key is None and await counts(database, shop) == {9: 1}


@pytest.mark.parametrize("contact", [None, {}, {"name": "Zoé"}], ids=["none", "empty", "a name"])
async def test_an_answer_that_names_nobody_needs_none(
    client: Client, shop: Shop, database: Database, contact: Any
) -> None:
    await need_signature(client, database, shop)
    assert (await answer(client, shop, contact, None)).status_code == 201
    assert await counts(database, shop) == {9: 1}


async def test_another_workspaces_secret_is_no_good(
    client: Client, shop: Shop, database: Database
) -> None:
    await need_signature(client, database, shop)
    theirs = sign("42", identity_secret(KEY.encode(), shop.nps.id))
    assert (await answer(client, shop, {"id": "42"}, theirs)).status_code == 403


async def test_a_signed_link_is_one_persons(client: Client, shop: Shop, database: Database) -> None:
    await need_signature(client, database, shop)
    link = f"/s/{shop.nps.key}?id=42&sig={signed(shop, '42')}"
    for rating in ("9", "3"):
        assert (await fill_in(client, link, rating=rating)).status_code == 303
    [stored] = await answers(database, shop)
    assert stored.rating == 3 and stored.respondent_key is not None


async def test_a_link_without_the_signature_that_is_needed_is_refused(
    client: Client, shop: Shop, database: Database
) -> None:
    await need_signature(client, database, shop)
    for link in ("?id=42", f"?id=42&sig={signed(shop, '43')}"):
        sent = await fill_in(client, f"/s/{shop.nps.key}{link}", rating="9")
        assert sent.status_code == 403
        assert sent.headers["X-Feedback-Reason"].startswith("signature_invalid")
    assert await answers(database, shop) == []


async def test_a_false_link_overwrites_nobodys_answer(
    client: Client, shop: Shop, database: Database
) -> None:
    page = f"/s/{shop.nps.key}?id=42&sig="
    await fill_in(client, page + signed(shop, "42"), rating="9")
    await fill_in(client, page + signed(shop, "43"), rating="0")
    stored = {row.rating: row.respondent_key for row in await answers(database, shop)}
    assert stored[9] is not None and stored[0] is None


async def test_an_editor_turns_it_on_and_off(alice: Client, shop: Shop, database: Database) -> None:
    path = f"/surveys/{shop.nps.id}"
    assert "Answers that name a person must be signed" in (await alice.get(path)).text
    for flag, status in (({"needs_signature": "1"}, 403), ({}, 201)):
        assert (await send(alice, f"{path}/signature", **flag)).status_code == 303
        assert (await answer(alice, shop, {"id": "42"}, None)).status_code == status


async def test_the_widget_is_told(client: Client, shop: Shop, database: Database) -> None:
    async with database.read() as session:
        query = select(PublicKey.key).where(
            PublicKey.kind == "site", PublicKey.workspace_id == shop.workspace.id
        )
        site = (await session.exec(query)).one()
    await need_signature(client, database, shop)
    surveys = (await client.get(f"/w/{site}")).json()["surveys"]
    assert [survey.get("signed") for survey in surveys] == [True, None]


async def test_who_only_reads_may_not(alice: Client, shop: Shop, database: Database) -> None:
    await cast.sign_in(alice, database, shop.bob, shop.workspace)
    sent = await send(alice, f"/surveys/{shop.nps.id}/signature", needs_signature="1")
    assert sent.status_code == 403
    async with database.read() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
    assert not survey.needs_signature


async def test_another_workspaces_survey_is_not_found(
    alice: Client, shop: Shop, database: Database
) -> None:
    other = await cast.open_shop(database, key="charlie")
    sent = await send(alice, f"/surveys/{other.nps.id}/signature", needs_signature="1")
    assert sent.status_code == 404
