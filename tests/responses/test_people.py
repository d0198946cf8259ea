"""Whose answers are whose: names apart, joined only by proof; one order, one answer."""

import hmac
import uuid
from itertools import permutations
from typing import Any

import pytest
from sqlmodel import select

from feedback.db import Database
from feedback.identity import identity_secret, old_name, sign
from feedback.responses.models import ContactKey, Response
from tests.cast import Shop
from tests.conftest import KEY
from tests.imports.conftest import Import
from tests.imports.conftest import import_rows as import_rows
from tests.imports.test_names import BOTH
from tests.surveys.hosted import Client, answers, counts, fill_in

ID, EMAIL = "Client 42", "Zoé+shop@Example.org"


def signature(shop: Shop, *names: str) -> str:
    return sign("\n".join(names), identity_secret(KEY.encode(), shop.workspace.id))


async def say(client: Client, shop: Shop, rating: int, **body: Any) -> Any:
    answer = await client.post(f"/r/{shop.nps.key}", json={"rating": rating, **body})
    assert answer.status_code in (200, 201), answer.text
    return answer


async def people(database: Database, shop: Shop) -> list[bytes | None]:
    """Who gave each answer, in the order given."""
    rows = sorted(await answers(database, shop), key=lambda row: (row.received_at, row.id))
    return [row.respondent_key for row in rows]


async def joins(database: Database, shop: Shop) -> int:
    async with database.read() as session:
        own = ContactKey.workspace_id == shop.workspace.id
        return len(list(await session.exec(select(ContactKey).where(own))))


WAYS = {"id": {"id": ID}, "email": {"email": EMAIL}, "both": {"id": ID, "email": EMAIL}}


@pytest.mark.parametrize("order", list(permutations(WAYS)), ids="-".join)
async def test_signed_over_both_they_are_one_person_in_any_order(
    client: Client, shop: Shop, database: Database, order: tuple[str, ...]
) -> None:
    for way in order:
        contact = WAYS[way]
        await say(client, shop, 9, contact=contact, signature=signature(shop, *contact.values()))
    assert len(set(await people(database, shop))) == 1
    assert await joins(database, shop) == 1


@pytest.mark.parametrize("order", list(permutations(WAYS)), ids="-".join)
async def test_unsigned_they_are_two_people_in_any_order(
    client: Client, shop: Shop, database: Database, order: tuple[str, ...]
) -> None:
    for way in order:
        await say(client, shop, 9, contact=WAYS[way])
    found = dict(zip(order, await people(database, shop), strict=True))
    assert found["both"] == found["id"] != found["email"]
    assert await joins(database, shop) == 0


async def test_an_attacker_joins_nobody(client: Client, shop: Shop, database: Database) -> None:
    await say(client, shop, 9, contact={"id": "victim"})
    await say(client, shop, 8, contact={"email": "victim@shop.example"})
    mine = {"id": "attacker", "email": "victim@shop.example"}
    for proof in (
        None,
        "",
        signature(shop, "attacker"),
        signature(shop, "victim@shop.example"),
        signature(shop, "victim", "victim@shop.example"),
        signature(shop, "attacker\nvictim@shop.example") + "0",
    ):
        await say(client, shop, 0, contact=mine, signature=proof)
    # A name that holds the line break passes for no pair, and a pair for no such name.
    broken = {"id": "attacker\nvictim@shop.example"}
    await say(client, shop, 0, contact=broken, signature=signature(shop, *broken.values()))
    assert await joins(database, shop) == 0
    found = await people(database, shop)
    assert len(set(found[:2])) == 2 and not set(found[:2]) & set(found[2:])


async def test_an_address_that_two_share_is_the_first_ones(
    client: Client, shop: Shop, database: Database
) -> None:
    for who in ("anna", "ben"):
        proof = signature(shop, who, EMAIL)
        await say(client, shop, 9, contact={"id": who, "email": EMAIL}, signature=proof)
    await say(client, shop, 9, contact={"email": EMAIL})
    anna, ben, shared = await people(database, shop)
    assert anna != ben and shared == anna


@pytest.mark.parametrize("is_hosted", [True, False], ids=["page", "program"])
async def test_a_join_brings_the_order_that_was_rated_by_the_other_name(
    client: Client, shop: Shop, database: Database, is_hosted: bool
) -> None:
    await say(client, shop, 3, contact={"email": EMAIL}, about="order-1")
    await say(client, shop, 5, contact={"email": EMAIL}, about="order-2")
    proof = signature(shop, ID, EMAIL)
    await say(client, shop, 9, contact=WAYS["both"], signature=proof, about="order-1")
    if is_hosted:
        assert (
            await fill_in(client, f"/s/{shop.nps.key}?id={ID}&about=order-2", rating="8")
        ).is_redirect
    else:
        await say(client, shop, 8, contact={"id": ID}, about="order-2")
    assert await counts(database, shop) == {9: 1, 8: 1}
    assert len(set(await people(database, shop))) == 1


async def test_one_order_is_one_answer_by_every_way(
    client: Client, shop: Shop, database: Database
) -> None:
    link = f"/s/{shop.nps.key}?id=c-7&about=order-1"
    submission = str(uuid.uuid4())
    first = {"contact": {"id": "c-7"}, "about": "order-1", "submission_id": submission}
    created = await say(client, shop, 9, **first)
    assert created.status_code == 201
    await fill_in(client, link, rating="4")
    assert await counts(database, shop) == {4: 1}
    again = await say(client, shop, 9, **first)  # a lost reply: the same message, the first reply
    assert (again.status_code, again.json()) == (201, created.json())
    assert await counts(database, shop) == {4: 1}
    other = await say(client, shop, 2, contact={"id": "c-7"}, about="order-1", comment="no")
    assert (other.status_code, other.json()["id"]) == (200, created.json()["id"])
    await say(client, shop, 3, **first | {"seq": 2})
    assert await counts(database, shop) == {3: 1}
    await say(client, shop, 6, contact={"id": "c-7"}, about="order-2")
    await say(client, shop, 7, contact={"id": "c-8"}, about="order-1")
    await say(client, shop, 8, about="order-1")
    assert await counts(database, shop) == {3: 1, 6: 1, 7: 1, 8: 1}


async def test_an_attached_message_sent_again_is_answered_as_it_was(
    client: Client, shop: Shop, database: Database
) -> None:
    await say(client, shop, 9, contact={"id": "c-7"}, about=1)
    body = {"contact": {"id": "c-7"}, "about": "1", "submission_id": str(uuid.uuid4())}
    first = await say(client, shop, 5, **body)
    again = await say(client, shop, 5, **body)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.status_code == 200 and await counts(database, shop) == {5: 1}


async def test_a_test_of_an_order_leaves_its_answer(
    client: Client, shop: Shop, database: Database
) -> None:
    for is_test in (True, False, True, False):
        rating = 1 if is_test else 9
        await say(client, shop, rating, contact={"id": "c-7"}, about="order-1", test=is_test)
    found = sorted((row.state, row.rating) for row in await answers(database, shop))
    assert found == [("counted", 9), ("test", 1)]
    assert await counts(database, shop) == {9: 1}


async def test_only_hashes_of_it_are_kept(client: Client, shop: Shop, database: Database) -> None:
    await say(client, shop, 9, contact={"id": "canary-7"}, about="canary-order")
    [row] = await answers(database, shop)
    assert row.about_key is not None and b"canary" not in row.about_key
    assert "canary" not in repr(row)


# 1. What an earlier version stored, under hashes that told names less apart.


async def give_as_before(database: Database, shop: Shop, who: str) -> bytes:
    """An answer as an earlier version left it, and what the migration makes of its hash."""
    text = shop.workspace.id.bytes + old_name(who)
    old = hmac.digest(KEY.encode(), text, "sha256")[:16]
    async with database.write() as session:
        own = Response.workspace_id == shop.workspace.id
        [row] = (await session.exec(select(Response).where(own).limit(1))).all()
        kept = row.model_dump() | {"id": uuid.uuid4(), "respondent_key": old, "rating": 1}
        session.add(Response(**kept))
        session.add(ContactKey(workspace_id=shop.workspace.id, key=old, person=old))
    return old


async def test_an_old_hash_belongs_to_the_first_name_that_meets_it(
    client: Client, shop: Shop, database: Database
) -> None:
    await say(client, shop, 9, contact={"id": "else"})
    old = await give_as_before(database, shop, "aBc")
    for who in ("aBc", "AbC", "aBc"):
        await say(client, shop, 9, contact={"id": who})
    found = (await people(database, shop))[-3:]
    assert found[0] == found[2] == old != found[1]
    assert await joins(database, shop) == 1


@pytest.mark.parametrize("way", ["message", "file"])
async def test_an_address_that_took_its_old_hash_can_still_be_joined(
    client: Client, shop: Shop, database: Database, import_rows: Import, way: str
) -> None:
    await say(client, shop, 9, contact={"id": "else"})
    await give_as_before(database, shop, EMAIL)
    await say(client, shop, 8, contact={"email": EMAIL})
    if way == "message":
        await say(client, shop, 7, contact=WAYS["both"], signature=signature(shop, ID, EMAIL))
    else:
        row = f"1,2024-04-01T10:00:00Z,{ID},7,,{EMAIL},"
        await import_rows(row, mapping=BOTH, workspace=shop.workspace.key)
    await say(client, shop, 6, contact={"email": EMAIL})
    await say(client, shop, 5, contact={"id": ID})
    rows = [row for row in await answers(database, shop) if row.rating != 9]
    assert len(rows) == 5 and len({row.respondent_key for row in rows}) == 1
    assert await joins(database, shop) == 1


@pytest.mark.parametrize("known", ["id", "email"])
async def test_a_signed_pair_claims_what_either_was(
    client: Client, shop: Shop, database: Database, known: str
) -> None:
    await say(client, shop, 9, contact={"id": "else"})
    await give_as_before(database, shop, WAYS[known][known])
    proof = signature(shop, ID, EMAIL)
    await say(client, shop, 9, contact=WAYS["both"], signature=proof)
    await say(client, shop, 9, contact={"email": EMAIL})
    await say(client, shop, 9, contact={"id": ID})
    rows = await answers(database, shop)
    own = {row.respondent_key for row in rows if row.rating == 1}
    assert len(set((await people(database, shop))[-3:]) | own) == 1
