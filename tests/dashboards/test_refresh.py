"""The board looks by itself whether something is new; unchanged data costs no page."""

import re
from typing import Any

from litestar.testing import AsyncTestClient

from tests.cast import Shop
from tests.dashboards.counted import Counted

Client = AsyncTestClient[Any]
POLL = {"HX-Request": "true", "HX-Target": "board_tiles"}


async def polled_tag(client: Client, path: str = "/board") -> str:
    text = (await client.get(path)).text
    [tag] = re.findall(r'data-etag="([^"]+)"', text)
    return str(tag).replace("&#34;", '"')


async def test_it_works(alice: Client, years: Counted) -> None:
    text = (await alice.get("/board?channel=email")).text
    assert 'hx-get="/board?channel=email" hx-trigger="every 5s" hx-target="#board_tiles"' in text


async def test_unchanged_tiles_answer_304(alice: Client, years: Counted) -> None:
    answer = await alice.get("/board", headers={**POLL, "If-None-Match": await polled_tag(alice)})
    assert answer.status_code == 304
    assert answer.content == b""


async def test_an_unchanged_page_answers_304(alice: Client, years: Counted) -> None:
    for path in ("/board", "/trends"):
        first = await alice.get(path)
        again = await alice.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)
        assert first.headers["Cache-Control"] == "private, no-cache"


async def test_a_page_and_its_block_have_different_tags(alice: Client, years: Counted) -> None:
    page = (await alice.get("/board")).headers["ETag"]
    answer = await alice.get("/board", headers={**POLL, "If-None-Match": page})
    assert answer.status_code == 200


async def test_a_new_answer_shows_at_the_next_look(
    alice: Client, years: Counted, shop: Shop
) -> None:
    path = "/board?month=2026-03"
    tag = await polled_tag(alice, path)
    await years.answers(shop.nps_series, "2026-03", {9: 1}, "email")
    answer = await alice.get(path, headers={**POLL, "If-None-Match": tag})
    assert answer.status_code == 200
    assert "101 answers" in answer.text


async def test_another_language_is_another_page(alice: Client, years: Counted) -> None:
    tag = (await alice.get("/board")).headers["ETag"]
    token = re.findall(r'name="_csrf_token" value="([^"]+)"', (await alice.get("/board")).text)[0]
    await alice.post("/language", data={"language": "fr", "next": "/board", "_csrf_token": token})
    assert (await alice.get("/board", headers={"If-None-Match": tag})).status_code == 200


async def test_a_refused_page_does_not_look_again(alice: Client, years: Counted) -> None:
    assert "every 5s" not in (await alice.get("/board?month=x")).text
