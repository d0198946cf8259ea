"""The list of responses and one response, as a person of the team sees them."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback.db import Database
from feedback.responses.models import RatingCount, Response
from feedback.responses.rollup import find_differences, shift_count
from tests import cast
from tests.cast import Shop

Client = AsyncTestClient[Any]


async def give(client: Client, survey: Any, rating: int, **more: Any) -> str:
    answer = await client.post(f"/r/{survey.key}", json={"rating": rating, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def csrf(html: str) -> str:
    found = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', html)
    assert found
    return found.group(1)


async def review(client: Client, response_id: str, act: str, reason: str) -> Any:
    token = csrf((await client.get(f"/responses/{response_id}")).text)
    return await client.post(
        f"/responses/{response_id}/{act}",
        data={"reason": reason, "_csrf_token": token},
        follow_redirects=False,
    )


async def total(database: Database, shop: Shop) -> int:
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
        rows = await session.exec(
            select(RatingCount).where(RatingCount.workspace_id == shop.workspace.id)
        )
        return sum(row.n for row in rows)


async def test_the_list_shows_the_newest_first(alice: Client, shop: Shop) -> None:
    await give(alice, shop.nps, 3, comment="Slow payment")
    await give(alice, shop.nps, 10, comment="Lovely")
    html = (await alice.get("/responses")).text
    assert 0 < html.index("Lovely") < html.index("Slow payment")


async def test_an_empty_list_says_what_will_be_here(alice: Client) -> None:
    assert "No responses yet" in (await alice.get("/responses")).text


async def test_the_list_pages_back_to_the_first_answer(alice: Client, shop: Shop) -> None:
    for number in range(55):
        await give(alice, shop.nps, number % 11, comment=f"remark {number:03d}")
    first = (await alice.get("/responses")).text
    assert "remark 054" in first and "remark 004" not in first
    older = re.search(r'href="(/responses\?[^"]*before=[^"]+)"', first)
    assert older
    second = (await alice.get(older.group(1))).text
    assert "remark 004" in second and "remark 000" in second and "remark 005" not in second


FILTERS = {
    "band=negative": {"low"},
    "band=positive": {"high", "happy"},
    "channel=widget": {"high"},
    "state=test": {"trial"},
    "comment=1": {"low", "high", "trial", "happy"},
    "month=2020-01": set(),
}


@pytest.mark.parametrize(("query", "expected"), FILTERS.items(), ids=FILTERS.keys())
async def test_the_list_filters(alice: Client, shop: Shop, query: str, expected: set[str]) -> None:
    await give(alice, shop.nps, 2, comment="low")
    await give(alice, shop.nps, 10, comment="high", channel="widget")
    await give(alice, shop.nps, 8, comment="trial", test=True)
    await give(alice, shop.csat, 5, comment="happy")
    await give(alice, shop.nps, 7)
    rows = (await alice.get(f"/responses.json?{query}")).json()["rows"]
    assert {row["comment"] for row in rows} == expected


async def test_the_list_filters_by_touchpoint(alice: Client, shop: Shop) -> None:
    await give(alice, shop.nps, 2)
    await give(alice, shop.csat, 5)
    rows = (await alice.get(f"/responses.json?touchpoint={shop.delivery.id}")).json()["rows"]
    assert [row["touchpoint"] for row in rows] == ["Delivery"]


async def test_csv_and_json_hold_the_same_rows_as_the_page(alice: Client, shop: Shop) -> None:
    await give(alice, shop.nps, 9, comment="=1+1", properties={"plan": "pro"})
    [row] = (await alice.get("/responses.json")).json()["rows"]
    assert (row["rating"], row["band"], row["properties"]) == (9, "positive", {"plan": "pro"})
    lines = (await alice.get("/responses.csv")).text.splitlines()
    assert len(lines) == 2 and "'=1+1" in lines[1] and row["id"] in lines[1]


@pytest.mark.parametrize("block", ["responses_page", "responses_list"])
async def test_a_fragment_is_a_part_of_the_page(alice: Client, shop: Shop, block: str) -> None:
    await give(alice, shop.nps, 9, comment="Lovely")
    whole = (await alice.get("/responses")).text
    part = (await alice.get("/responses", headers={"HX-Request": "true", "HX-Target": block})).text
    assert f'id="{block}"' in part and "<!doctype" not in part and part.strip() in whole


@pytest.mark.parametrize("query", ["band=angry", "channel=fax", "month=2026-13", "touchpoint=x"])
async def test_it_refuses_a_filter_that_names_nothing(alice: Client, query: str) -> None:
    answer = await alice.get(f"/responses?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.text


async def test_excluding_takes_it_out_of_the_score_and_restoring_brings_it_back(
    alice: Client, shop: Shop, database: Database
) -> None:
    response_id = await give(alice, shop.nps, 0, comment="spam")
    await give(alice, shop.nps, 9)
    assert (await review(alice, response_id, "exclude", "A robot")).status_code == 303
    assert await total(database, shop) == 1
    page = (await alice.get(f"/responses/{response_id}")).text
    assert "A robot" in page and "alice@shop.example" in page
    await review(alice, response_id, "restore", "Not a robot")
    assert await total(database, shop) == 2
    assert "Not a robot" in (await alice.get(f"/responses/{response_id}")).text


async def test_excluding_twice_counts_once(alice: Client, shop: Shop, database: Database) -> None:
    response_id = await give(alice, shop.nps, 0)
    await review(alice, response_id, "exclude", "A robot")
    await review(alice, response_id, "exclude", "A robot again")
    assert await total(database, shop) == 0


async def test_a_later_message_does_not_count_an_excluded_answer_again(
    alice: Client, shop: Shop, database: Database
) -> None:
    body = {"submission_id": str(uuid4()), "seq": 1}
    response_id = await give(alice, shop.nps, 0, **body)
    await review(alice, response_id, "exclude", "A robot")
    later = await alice.post(f"/r/{shop.nps.key}", json={**body, "seq": 2, "rating": 10})
    assert later.status_code == 200
    assert await total(database, shop) == 0


async def test_restoring_returns_it_to_what_it_was(
    alice: Client, shop: Shop, database: Database
) -> None:
    response_id = await give(alice, shop.nps, 9)
    async with database.write() as session:
        response = await session.get_one(Response, (shop.workspace.id, UUID(response_id)))
        await shift_count(session, response, -1)
        response.state = "unconfirmed"
        session.add(response)
    await review(alice, response_id, "exclude", "A robot")
    assert "/restore" in (await alice.get(f"/responses/{response_id}")).text
    await review(alice, response_id, "restore", "Not a robot")
    assert ">unconfirmed<" in (await alice.get(f"/responses/{response_id}")).text
    assert await total(database, shop) == 0


async def test_it_asks_for_a_reason(alice: Client, shop: Shop, database: Database) -> None:
    response_id = await give(alice, shop.nps, 0)
    answer = await review(alice, response_id, "exclude", "  ")
    assert answer.status_code == 422 and "Say why" in answer.text
    assert await total(database, shop) == 1


async def test_a_test_response_cannot_be_counted(
    alice: Client, shop: Shop, database: Database
) -> None:
    response_id = await give(alice, shop.nps, 0, test=True)
    assert "never counted" in (await alice.get(f"/responses/{response_id}")).text
    token = csrf((await alice.get("/settings")).text)
    await alice.post(
        f"/responses/{response_id}/restore", data={"reason": "why not", "_csrf_token": token}
    )
    assert await total(database, shop) == 0
    async with database.read() as session:
        found = await session.exec(
            select(Response).where(Response.workspace_id == shop.workspace.id)
        )
        assert found.one().state == "test"


async def test_a_viewer_may_read_and_not_exclude(
    client: Client, shop: Shop, database: Database
) -> None:
    response_id = await give(client, shop.nps, 0)
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    page = await client.get(f"/responses/{response_id}")
    assert page.status_code == 200 and "Take out" not in page.text
    answer = await client.post(
        f"/responses/{response_id}/exclude",
        data={"reason": "x", "_csrf_token": csrf(page.text)},
    )
    assert answer.status_code == 403
    assert await total(database, shop) == 1


async def test_a_form_without_its_token_is_refused(
    alice: Client, shop: Shop, database: Database
) -> None:
    response_id = await give(alice, shop.nps, 0)
    answer = await alice.post(f"/responses/{response_id}/exclude", data={"reason": "x"})
    assert answer.status_code == 403
    assert await total(database, shop) == 1


async def test_somebody_elses_response_is_not_found(
    alice: Client, shop: Shop, database: Database
) -> None:
    other = await cast.open_shop(database, key="other")
    response_id = await give(alice, other.nps, 0)
    assert (await alice.get(f"/responses/{response_id}")).status_code == 404
    await alice.post(
        f"/responses/{response_id}/exclude",
        data={"reason": "x", "_csrf_token": csrf((await alice.get("/settings")).text)},
    )
    assert await total(database, other) == 1


@pytest.mark.parametrize(
    "path", ["/responses/nonsense", f"/responses/{UUID(int=1)}"], ids=["bad id", "missing"]
)
async def test_an_unknown_response_is_not_found(alice: Client, path: str) -> None:
    assert (await alice.get(path)).status_code == 404


async def test_a_stranger_is_led_to_the_sign_in_page(client: Client, shop: Shop) -> None:
    answer = await client.get("/responses?band=negative", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")
