"""`POST /r/{survey_key}`: one message in, one answer stored and counted, or a reason."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import select
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.db import Database
from feedback.journeys.models import Touchpoint
from feedback.responses.models import DisplayCount, RatingCount, Response
from tests.cast import Shop, open_shop

Client = AsyncTestClient[Any]


async def counts(database: Database, shop: Shop) -> dict[int, int]:
    async with database.read() as session:
        found = await session.exec(
            select(RatingCount).where(RatingCount.workspace_id == shop.workspace.id)
        )
        return {row.rating: row.n for row in found if row.n}


async def responses(database: Database, shop: Shop) -> list[Response]:
    async with database.read() as session:
        found = await session.exec(
            select(Response).where(Response.workspace_id == shop.workspace.id)
        )
        return list(found)


async def test_it_works(client: Client, shop: Shop, database: Database) -> None:
    body = {
        "v": 1,
        "submission_id": str(uuid7()),
        "seq": 1,
        "rating": 9,
        "comment": "Fast",
        "properties": {"plan": "pro", "age": 41, "member": True},
        "locale": "fr",
        "channel": "widget",
        "contact": {"id": "customer-7"},
        "page": "https://shop.example/cart",
        "something": "unknown",
    }
    answer = await client.post(
        f"/r/{shop.nps.key}",
        content=json.dumps(body),
        headers={"Content-Type": "text/plain", "Origin": "null"},
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["seq"] == 1
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "set-cookie" not in answer.headers
    [stored] = await responses(database, shop)
    assert stored.id == UUID(answer.json()["id"])
    assert (stored.rating, stored.comment, stored.channel) == (9, "Fast", "widget")
    assert stored.properties == {"plan": "pro", "age": 41, "member": True}
    assert stored.series_id == shop.nps_series.id and stored.respondent_key is not None
    assert await counts(database, shop) == {9: 1}


async def test_it_answers_a_repeated_message_as_the_first_time(
    client: Client, shop: Shop, database: Database
) -> None:
    body = {"submission_id": str(uuid7()), "seq": 1, "rating": 9}
    first = await client.post(f"/r/{shop.nps.key}", json=body)
    again = await client.post(f"/r/{shop.nps.key}", json=body)
    assert (again.status_code, again.json()) == (201, first.json())
    assert await counts(database, shop) == {9: 1}


async def test_it_refuses_another_content_under_the_same_seq(
    client: Client, shop: Shop, database: Database
) -> None:
    body = {"submission_id": str(uuid7()), "seq": 1, "rating": 9}
    await client.post(f"/r/{shop.nps.key}", json=body)
    other = await client.post(f"/r/{shop.nps.key}", json=body | {"rating": 2})
    assert other.status_code == 409
    assert other.json()["error"] == "seq_conflict"
    assert other.headers["X-Feedback-Reason"] == other.json()["reason"]
    assert await counts(database, shop) == {9: 1}


async def test_the_highest_seq_wins_and_moves_the_count(
    client: Client, shop: Shop, database: Database
) -> None:
    body = {"submission_id": str(uuid7()), "seq": 1, "rating": 9}
    created = await client.post(f"/r/{shop.nps.key}", json=body)
    changed = await client.post(
        f"/r/{shop.nps.key}", json=body | {"seq": 3, "rating": 4, "comment": "Late"}
    )
    late = await client.post(f"/r/{shop.nps.key}", json=body | {"seq": 2, "rating": 10})
    assert (changed.status_code, changed.json()["id"]) == (200, created.json()["id"])
    assert (late.status_code, late.json()["seq"]) == (200, 3)
    [stored] = await responses(database, shop)
    assert (stored.rating, stored.comment, stored.seq) == (4, "Late", 3)
    assert await counts(database, shop) == {4: 1}


async def test_a_test_response_is_stored_and_never_counted(
    client: Client, shop: Shop, database: Database
) -> None:
    answer = await client.post(f"/r/{shop.nps.key}", json={"rating": 9, "test": True})
    assert answer.status_code == 201
    [stored] = await responses(database, shop)
    assert stored.state == "test"
    assert await counts(database, shop) == {}


@pytest.mark.parametrize("order", [(True, False), (False, True)], ids=["test-first", "real-first"])
async def test_a_test_and_an_answer_share_an_id_and_no_row(
    client: Client, shop: Shop, database: Database, order: tuple[bool, bool]
) -> None:
    body = {"submission_id": str(uuid7()), "rating": 9}
    replies = [
        await client.post(f"/r/{shop.nps.key}", json=body | {"test": is_test}) for is_test in order
    ]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].json()["id"] != replies[1].json()["id"]
    changed = {"test": True, "seq": 2, "rating": 1}
    assert (await client.post(f"/r/{shop.nps.key}", json=body | changed)).status_code == 200
    assert (await client.post(f"/r/{shop.nps.key}", json=body | {"test": True})).json()["seq"] == 2
    found = {(row.state, row.rating, row.seq) for row in await responses(database, shop)}
    assert found == {("counted", 9, 1), ("test", 1, 2)}
    assert await counts(database, shop) == {9: 1}


async def test_the_month_is_the_workspaces_own(
    client: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight_in_paris = clock.now().replace(2026, 7, 31, 22, 30)
    monkeypatch.setattr(clock, "now", lambda: midnight_in_paris)
    await client.post(f"/r/{shop.nps.key}", json={"rating": 9})
    [stored] = await responses(database, shop)
    assert stored.month.isoformat() == "2026-08-01"


async def test_an_older_answer_keeps_its_moment(
    client: Client, shop: Shop, database: Database
) -> None:
    given = clock.now() - timedelta(days=3)
    answer = await client.post(
        f"/r/{shop.nps.key}", json={"rating": 9, "answered_at": given.isoformat()}
    )
    assert answer.status_code == 201
    [stored] = await responses(database, shop)
    assert stored.answered_at == given


REFUSED: dict[str, tuple[bytes, int, str]] = {
    "off scale": (b'{"rating": 11}', 422, "rating_off_scale"),
    "negative": (b'{"rating": -1}', 422, "rating_off_scale"),
    "huge": (b'{"rating": 99999999999999999999}', 422, "rating_invalid"),
    "fraction": (b'{"rating": 7.5}', 422, "rating_invalid"),
    "whole float": (b'{"rating": 9.0}', 422, "rating_invalid"),
    "boolean": (b'{"rating": true}', 422, "rating_invalid"),
    "text": (b'{"rating": "9"}', 422, "rating_invalid"),
    "null": (b'{"rating": null}', 422, "rating_invalid"),
    "missing": (b"{}", 422, "rating_invalid"),
    "bad id": (b'{"rating": 9, "submission_id": "x"}', 422, "submission_id_invalid"),
    "bad seq": (b'{"rating": 9, "seq": -1}', 422, "seq_invalid"),
    "bad version": (b'{"rating": 9, "v": 2}', 422, "v_invalid"),
    "no yes or no": (b'{"rating": 9, "test": "perhaps"}', 422, "test_invalid"),
    "bad channel": (b'{"rating": 9, "channel": "import"}', 422, "channel_invalid"),
    "no zone": (
        b'{"rating": 9, "answered_at": "2026-01-01T00:00:00"}',
        422,
        "answered_at_invalid",
    ),
    "too old": (
        b'{"rating": 9, "answered_at": "2020-01-01T00:00:00Z"}',
        422,
        "answered_at_too_old",
    ),
    "ahead": (b'{"rating": 9, "answered_at": "2099-01-01T00:00:00Z"}', 422, "answered_at_ahead"),
    "empty": (b"", 400, "body_malformed"),
    "not json": (b"rating=9", 400, "body_malformed"),
    "not an object": (b"[9]", 400, "body_malformed"),
    "bad utf-8": (b'{"rating": 9, "comment": "\xff"}', 400, "body_malformed"),
    "utf-16": ('{"rating": 9}'.encode("utf-16"), 400, "body_malformed"),
    "infinite": (b'{"rating": 9, "properties": {"a": 1e999}}', 400, "body_malformed"),
    "not a number": (b'{"rating": NaN}', 400, "body_malformed"),
    "doubled key": (b'{"rating": 9, "rating": 8}', 400, "body_malformed"),
    "doubled inner key": (b'{"rating": 9, "properties": {"a": 1, "a": 2}}', 400, "body_malformed"),
    "deep": (
        b'{"rating": 9, "answers": ' + b"[" * 9_000 + b"]" * 9_000 + b"}",
        400,
        "body_malformed",
    ),
    "33 levels": (
        b'{"rating": 9, "answers": ' + b'{"a":' * 33 + b"1" + b"}" * 34,
        400,
        "body_malformed",
    ),
    "long number": (b'{"rating": ' + b"9" * 5_000 + b"}", 422, "rating_invalid"),
    "too large": (b'{"rating": 9, "comment": "' + b"a" * 66_000 + b'"}', 413, "body_too_large"),
}


@pytest.mark.parametrize(("body", "status", "error"), REFUSED.values(), ids=REFUSED.keys())
async def test_it_refuses_with_a_reason_and_stores_nothing(
    client: Client, shop: Shop, database: Database, body: bytes, status: int, error: str
) -> None:
    answer = await client.post(f"/r/{shop.nps.key}", content=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["reason"] and answer.headers["X-Feedback-Reason"]
    assert await responses(database, shop) == []
    assert await counts(database, shop) == {}


# A detail as it comes, what is kept of it, and what the reply names.
DETAILS: dict[str, tuple[bytes, Any, str]] = {
    "half an emoji": (b'"comment": "so \\ud83d"', "so \ufffd", "comment"),
    "half an emoji first": (b'"comment": "\\ude00 so"', "\ufffd so", "comment"),
    "a whole one": (b'"comment": "\\ud83d\\ude00"', "\U0001f600", ""),
    "nul": (b'"comment": "a\\u0000b"', "ab", "comment"),
    "long comment": (b'"comment": "' + b"a" * 10_001 + b'"', "a" * 10_000, "comment"),
    "comment as a number": (b'"comment": 7', None, "comment"),
    "half in a property": (b'"properties": {"a": "x\\ud83d"}', {"a": "x\ufffd"}, "properties.a"),
    "nul in a name": (b'"properties": {"a\\u0000": 1, "b": 2}', {"a": 1, "b": 2}, "properties.a"),
    "a list": (b'"properties": {"a": [1], "b": 2}', {"b": 2}, "properties.a"),
    "an object": (b'"properties": {"a": {}, "b": 2}', {"b": 2}, "properties.a"),
    "no object": (b'"properties": [1]', None, "properties"),
    "long property": (
        json.dumps({"properties": {"a": "b" * 501, "b": 2}}).encode()[1:-1],
        {"b": 2},
        "properties.a",
    ),
    "long name": (
        json.dumps({"properties": {"a" * 65: 1, "b": 2}}).encode()[1:-1],
        {"b": 2},
        "properties." + "a" * 64,
    ),
    "51 properties": (
        json.dumps({"properties": {str(n): n for n in range(51)}}).encode()[1:-1],
        {str(n): n for n in range(50)},
        "properties.50",
    ),
    "giant number": (
        b'"properties": {"a": ' + b"9" * 5_000 + b', "b": 2}',
        {"b": 2},
        "properties.a",
    ),
    "large number": (b'"properties": {"a": 99999999999999999999}', {"a": "9" * 20}, ""),
    "a placeholder": (
        b'"properties": {"a": "{{plan}}", "b": "None"}',
        {"b": "None"},
        "properties.a",
    ),
    "an accent": (b'"properties": {"pr\xc3\xa9nom": []}', None, "properties.pr%C3%A9nom"),
    "answers nobody asked for": (
        b'"answers": {"why": "' + b"x" * 60_000 + b'"}',
        None,
        "answers.why",
    ),
    "answers as a list": (b'"answers": [1]', None, "answers"),
    "a long language": (b'"locale": "' + b"x" * 17 + b'"', None, "locale"),
    "a page as a number": (b'"page": 7', None, "page"),
    "a contact as a text": (b'"contact": "anna"', None, "contact"),
    "an id as a list": (b'"contact": {"id": [1]}', None, "contact.id"),
    "a long id": (b'"contact": {"id": "' + b"x" * 201 + b'"}', None, "contact.id"),
    "no address": (b'"contact": {"email": "anna"}', None, "contact.email"),
    "half a name": (b'"contact": {"name": "Anna \\ud83d"}', None, "contact.name"),
    "late as a text": (b'"late": "yes"', None, "late"),
    "a long order": (b'"about": "' + b"x" * 201 + b'"', None, "about"),
    "a header in a name": (
        b'"properties": {"a\\r\\nb: c": []}',
        None,
        "properties.a%0D%0Ab%3A%20c",
    ),
}


@pytest.mark.parametrize(("told", "kept", "named"), DETAILS.values(), ids=DETAILS.keys())
async def test_a_bad_detail_never_costs_the_rating(
    client: Client, shop: Shop, database: Database, told: bytes, kept: Any, named: str
) -> None:
    answer = await client.post(f"/r/{shop.nps.key}", content=b'{"rating": 9, ' + told + b"}")
    assert answer.status_code == 201, answer.text
    assert answer.headers.get("X-Feedback-Dropped", "").split(", ")[0] == named
    assert "x-feedback-dropped" in answer.headers["Access-Control-Expose-Headers"]
    [stored] = await responses(database, shop)
    assert kept in (stored.comment, stored.properties) and stored.answers is None
    assert stored.respondent_key is None
    assert await counts(database, shop) == {9: 1}


async def test_bad_details_beside_good_ones_cost_only_themselves(
    client: Client, shop: Shop, database: Database
) -> None:
    body = b"""{"rating": 9, "comment": "good", "contact": {"id": 42, "name": "\\ud83d"},
        "properties": {"plan": "pro", "roles": ["admin"]}, "answers": {"x": 1}}"""
    answer = await client.post(f"/r/{shop.nps.key}", content=body)
    assert answer.headers["X-Feedback-Dropped"] == "contact.name, properties.roles, answers.x"
    [stored] = await responses(database, shop)
    assert (stored.comment, stored.properties) == ("good", {"plan": "pro"})
    assert stored.respondent_key is not None


async def test_what_names_too_much_is_cut_short(client: Client, shop: Shop) -> None:
    body = {"rating": 9, "answers": {f"q{n}": n for n in range(500)}}
    answer = await client.post(f"/r/{shop.nps.key}", json=body)
    assert answer.status_code == 201 and answer.headers["X-Feedback-Dropped"].endswith(", ...")


async def test_a_late_answer_counts_when_it_arrives(
    client: Client, shop: Shop, database: Database
) -> None:
    now = clock.now()
    sent: dict[str, dict[str, Any]] = {
        "late": {"late": True},
        "dated": {"late": True, "answered_at": now.isoformat()},
    }
    for comment, more in sent.items():
        body = {"rating": 9, "comment": comment} | more
        assert (await client.post(f"/r/{shop.nps.key}", json=body)).status_code == 201
    stored = {row.comment: row for row in await responses(database, shop)}
    assert stored["late"].late and stored["late"].answered_at >= now
    assert not stored["dated"].late


@pytest.mark.parametrize(
    ("state", "status"), [("draft", 403), ("paused", 403), ("closed", 410)], ids=str
)
async def test_it_refuses_a_survey_that_is_not_live(
    client: Client, shop: Shop, database: Database, state: str, status: int
) -> None:
    async with database.write() as session:
        shop.nps.state = state
        await session.merge(shop.nps)
    answer = await client.post(f"/r/{shop.nps.key}", json={"rating": 9})
    assert (answer.status_code, answer.json()["error"]) == (status, f"survey_{state}")


async def test_it_counts_displays(client: Client, shop: Shop, database: Database) -> None:
    for kind in ("shown", "shown", "dismissed"):
        answer = await client.post(f"/d/{shop.nps.key}", json={"kind": kind, "channel": "widget"})
        assert answer.status_code == 204
    async with database.read() as session:
        found = await session.exec(
            select(DisplayCount).where(DisplayCount.workspace_id == shop.workspace.id)
        )
        assert {row.kind: row.n for row in found} == {"shown": 2, "dismissed": 1}


async def test_it_refuses_an_unknown_display(client: Client, shop: Shop) -> None:
    answer = await client.post(f"/d/{shop.nps.key}", json={"kind": "stared at"})
    assert (answer.status_code, answer.json()["error"]) == (422, "kind_invalid")


async def test_it_refuses_an_unknown_survey(client: Client) -> None:
    answer = await client.post("/r/nothing", json={"rating": 9})
    assert (answer.status_code, answer.json()["error"]) == (404, "survey_unknown")


async def test_it_refuses_a_site_key(client: Client, shop: Shop, database: Database) -> None:
    from feedback.accounts.models import PublicKey

    async with database.read() as session:
        key = (await session.exec(select(PublicKey.key).where(PublicKey.kind == "site"))).one()
    answer = await client.post(f"/r/{key}", json={"rating": 9})
    assert answer.status_code == 404


async def test_it_refuses_another_method(client: Client, shop: Shop) -> None:
    assert (await client.get(f"/r/{shop.nps.key}")).status_code == 405


async def test_it_takes_what_counted_most(client: Client, shop: Shop, database: Database) -> None:
    delivery = str(shop.delivery.id)
    for given, kept in (
        ({"counted_most": [delivery.upper()]}, {"counted_most": [delivery]}),
        ({"counted_most": []}, {"counted_most": []}),
        ({"counted_most": None}, None),
        ({"counted_most": [], "why": "price"}, {"counted_most": []}),
    ):
        answer = await client.post(f"/r/{shop.nps.key}", json={"rating": 9, "answers": given})
        assert answer.status_code == 201, answer.text
        stored = {row.id: row.answers for row in await responses(database, shop)}
        assert stored[UUID(answer.json()["id"])] == kept


async def test_an_archived_touchpoint_was_offered_once_and_is_still_taken(
    client: Client, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        delivery = await session.get_one(Touchpoint, (shop.workspace.id, shop.delivery.id))
        delivery.archived_at = clock.now()
    body = {"rating": 9, "answers": {"counted_most": [str(shop.delivery.id)]}}
    assert (await client.post(f"/r/{shop.nps.key}", json=body)).status_code == 201


COUNTED_MOST: dict[str, Any] = {
    "no list": "{delivery}",
    "a number": [7],
    "an object": {"{delivery}": 1},
    "three": ["{delivery}"] * 3,
    "one twice": ["{delivery}", "{delivery}"],
    "no id": ["Payment"],
    "its own touchpoint": ["{payment}"],
    "an unknown one": [str(uuid7())],
}


@pytest.mark.parametrize("given", COUNTED_MOST.values(), ids=list(COUNTED_MOST))
async def test_what_cannot_have_counted_most_costs_neither_rating_nor_comment(
    client: Client, shop: Shop, database: Database, given: Any
) -> None:
    text = json.dumps({"rating": 9, "comment": "kept", "answers": {"counted_most": given}})
    text = text.replace("{delivery}", str(shop.delivery.id))
    text = text.replace("{payment}", str(shop.payment.id))
    answer = await client.post(f"/r/{shop.nps.key}", content=text)
    assert answer.status_code == 201
    assert answer.headers["X-Feedback-Dropped"] == "answers.counted_most"
    [stored] = await responses(database, shop)
    assert (stored.rating, stored.comment, stored.answers) == (9, "kept", None)


async def test_a_touchpoint_of_somebody_else_cannot_have_counted(
    client: Client, shop: Shop, database: Database
) -> None:
    other = await open_shop(database, key="other")
    body = {"rating": 9, "answers": {"counted_most": [str(other.delivery.id)]}}
    answer = await client.post(f"/r/{shop.nps.key}", json=body)
    assert answer.headers["X-Feedback-Dropped"] == "answers.counted_most"
    [stored] = await responses(database, shop)
    assert stored.answers is None
