"""The reading list of comments, as a person of the team sees it."""

import re
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.comments.index import follow_all
from feedback.db import Database
from tests.cast import Shop

Client = AsyncTestClient[Any]


async def give(client: Client, survey: Any, rating: int, **more: Any) -> str:
    answer = await client.post(f"/r/{survey.key}", json={"rating": rating, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_it_lists_what_was_written_newest_first(alice: Client, shop: Shop) -> None:
    await give(alice, shop.nps, 3, comment="Slow payment")
    await give(alice, shop.nps, 6)
    await give(alice, shop.csat, 5, comment="Lovely")
    html = (await alice.get("/comments")).text
    assert 0 < html.index("Lovely") < html.index("Slow payment")
    assert html.count('<li class="comment ') == 2


async def test_an_empty_page_says_what_will_be_here(alice: Client) -> None:
    html = (await alice.get("/comments")).text
    assert "No comments yet" in html and "Share a survey" in html


async def test_each_list_leads_to_the_other_with_the_same_filters(
    alice: Client, shop: Shop
) -> None:
    await give(alice, shop.nps, 3, comment="Slow payment")
    for here, there in (("responses", "comments"), ("comments", "responses")):
        html = (await alice.get(f"/{here}?channel=api&band=negative")).text
        found = re.search(rf'href="(/{there}\?[^"]*)">', html)
        assert found
        other = (await alice.get(found.group(1).replace("&amp;", "&"))).text
        assert "Slow payment" in other
        assert f'href="/{there}?channel=api&amp;band=negative" aria-current="page"' in other


async def test_its_files_hold_the_rows_of_the_page(alice: Client, shop: Shop) -> None:
    await give(alice, shop.nps, 3, comment="Slow payment")
    await give(alice, shop.nps, 3)
    rows = (await alice.get("/comments.json?band=negative")).json()["rows"]
    assert [row["comment"] for row in rows] == ["Slow payment"]
    lines = (await alice.get("/comments.csv?band=negative")).text.splitlines()
    assert len(lines) == 2 and "Slow payment" in lines[1]
    assert (await alice.get("/comments.xlsx")).content[:2] == b"PK"


@pytest.mark.parametrize("query", ["band=angry", "channel=fax", "month=2026-13", "touchpoint=x"])
async def test_it_refuses_a_filter_that_names_nothing(alice: Client, query: str) -> None:
    answer = await alice.get(f"/comments?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.text


@pytest.mark.parametrize("block", ["comments_page", "comments_list"])
async def test_a_fragment_is_a_part_of_the_page(
    alice: Client, shop: Shop, database: Database, block: str
) -> None:
    await give(alice, shop.nps, 9, comment="Lovely")
    await follow_all(database, shop.workspace.id)
    whole = (await alice.get("/comments")).text
    headers = {"HX-Request": "true", "HX-Target": block}
    part = (await alice.get("/comments", headers=headers)).text
    assert f'id="{block}"' in part and "<!doctype" not in part and part.strip() in whole


HOSTILE = {
    "markup": '<script>alert("x")</script>',
    "no space": "a" * 10_000,
    "emoji": "👩‍👩‍👧‍👦🔥" * 50,
    "right to left": "الدفع بطيء جدا",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_was_written_is_shown_as_it_is(alice: Client, shop: Shop, text: str) -> None:
    await give(alice, shop.nps, 2, comment=text)
    html = (await alice.get("/comments")).text
    assert "<script>alert" not in html
    assert text[:20].replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;") in html
    assert 'dir="auto"' in html
