"""The chips of the reading list: each leads to as many comments as it says."""

import html
import re
from typing import Any

import pytest

from feedback.comments.index import follow_all
from feedback.db import Database
from tests.cast import Shop
from tests.comments.test_acts import do
from tests.comments.test_page import give
from tests.forms import Client


def chips(page: str) -> dict[str, tuple[str, int]]:
    """By label: where it leads, and what it says it leaves."""
    found = re.findall(
        r'<a [^>]*href="([^"]+)"[^>]*><span[^>]*>([^<]*)</span>\s*<span class="n">([\d,]+)</span>',
        page,
    )
    return {
        html.unescape(label): (html.unescape(href), int(n.replace(",", "")))
        for href, label, n in found
    }


async def rows(client: Client, href: str) -> list[dict[str, Any]]:
    path, _mark, query = href.partition("?")
    found: list[dict[str, Any]] = (await client.get(f"{path}.json?{query}")).json()["rows"]
    return found


@pytest.fixture
async def said(alice: Client, shop: Shop, database: Database) -> list[str]:
    """Comments of both surveys, some marked and tagged, as the job knows them."""
    ids = [
        await give(alice, shop.nps, 2, comment="Waited at the till", channel="widget", locale="en"),
        await give(alice, shop.nps, 7, comment="Waiting, fine", channel="widget", locale="en-US"),
        await give(alice, shop.nps, 10, comment="Lovely", channel="email"),
        await give(alice, shop.csat, 1, comment="The driver waited", locale="en-GB"),
        await give(alice, shop.csat, 5, comment="Parfait", locale="fr", test=True),
    ]
    await give(alice, shop.nps, 1)
    await do(alice, "star", ids[0], ids[2])
    await do(alice, "done", ids[0])
    await do(alice, "hide", ids[3], reason="a name")
    await do(alice, "note", ids[1], text="Ask Ann")
    await do(alice, "tag", ids[0], ids[3], tag="Queue")
    await follow_all(database, shop.workspace.id)
    return ids


FILTERS = (
    *(
        "",
        "since=2020-01&until=2099-12",
        "band=negative",
        "channel=widget",
        "q=wait",
        "mark=starred",
        "mark=open",
        "mark=noted",
    ),
    *("language=en", "state=counted", "q=wait&band=negative&mark=open", "q=nothing-of-this"),
)


async def test_each_chip_leads_to_as_many_as_it_says(alice: Client, said: list[str]) -> None:
    for query in FILTERS:
        page = (await alice.get(f"/comments?{query}")).text
        for label, (href, n) in chips(page).items():
            is_on = f'aria-current="true"><span class="name">{label}' in page
            reached = f"/comments?{query}" if is_on else href
            assert len(await rows(alice, reached)) == n, (query, label, href)
        assert chips(page) or query.startswith("q=nothing")


async def test_values_that_would_leave_nothing_are_gone(alice: Client, said: list[str]) -> None:
    found = chips((await alice.get("/comments?q=lovely")).text)
    assert {"Happy"} <= found.keys()
    assert not {"Unhappy", "In between", "Hidden", "Queue"} & found.keys()


async def test_the_search_is_marked_and_says_how_many(alice: Client, said: list[str]) -> None:
    page = (await alice.get("/comments?q=wait")).text
    assert page.count("<mark>") == 3
    assert "<strong>3 comments</strong>" in page
    assert '<input type="search" id="q" name="q" value="wait"' in page


async def test_a_search_that_makes_no_sense_is_answered_by_a_sentence(
    alice: Client, said: list[str]
) -> None:
    for query in ("-", '"', "\N{FIRE}" * 3, "a*", "x " * 200, "the", "<script>"):
        answer = await alice.get("/comments", params={"q": query})
        assert answer.status_code == 200, query
        assert 'id="q_problem"' in answer.text or "No comment fits" in answer.text, query
        assert "<script>" not in answer.text.lower()


async def test_of_an_anonymous_survey_no_chip_tells_a_small_group(
    alice: Client, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        (await session.merge(shop.nps)).is_anonymous = True
    for n in range(6):
        text = "Waited" if n < 2 else "Lovely"
        await give(alice, shop.nps, 2 if n < 4 else 10, comment=f"{text} {n}", locale="en")
    await follow_all(database, shop.workspace.id)
    page = (await alice.get("/comments")).text
    assert "<strong>6 comments</strong>" in page
    assert chips(page).keys() == set(), "neither four unhappy nor two happy ones"
    assert "No comment fits" in (await alice.get("/comments?q=waited")).text
