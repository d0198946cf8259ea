"""A page of what was found, and its chips: a count clicked is the count shown."""

import random
import uuid
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, update

from feedback.comments.found import FoundComments, Search
from feedback.comments.models import CommentTag, Tag
from feedback.comments.query import parse_query
from feedback.comments.search import narrow
from feedback.comments.tags import narrowed
from feedback.db import Database, new_id
from feedback.responses.filters import Filters
from feedback.responses.handed import narrow_by
from feedback.responses.listing import Page, list_responses
from feedback.surveys.models import Survey
from feedback.surveys.queries import load_asked_series
from tests.cast import OPENED, Shop
from tests.comments.said import comments
from tests.comments.searched import write_comments

ZONE = ZoneInfo("Europe/Paris")
WHOLE = 1000


@pytest.fixture(autouse=True)
def _handed() -> None:
    narrow_by("q", narrow)
    narrow_by("tag", narrowed)


async def search(database: Database, shop: Shop, filters: Filters, **size: int) -> FoundComments:
    async with database.read() as session:
        places = await load_asked_series(session, shop.workspace.id)
        query = parse_query(filters.q)
        made = Search(session, shop.workspace.id, places, filters, query, ZONE)
        return await made.read(**size)


async def listed(database: Database, shop: Shop, filters: Filters) -> Page:
    """By the conditions that every list of answers has, on the answers themselves."""
    async with database.read() as session:
        places = await load_asked_series(session, shop.workspace.id)
        asked = replace(filters, comment=True)
        return await list_responses(session, shop.workspace.id, places, asked, ZONE, size=WHOLE)


async def say_all(database: Database, shop: Shop, *, anonymous: bool = False) -> Tag:
    """Comments on two surveys, a third of them with a tag."""
    both = [shop.nps_series, shop.csat_series]
    ids = await write_comments(database, shop.workspace.id, comments(), both)
    own: dict[str, Any] = {"workspace_id": shop.workspace.id}
    tag = Tag(**own, name="Till", folded="till", user_id=shop.alice.id, created_at=OPENED)
    async with database.write() as session:
        session.add(tag)
        await session.flush()
        for at, id in enumerate(ids[::3]):
            session.add(
                CommentTag(
                    **own, tag_id=tag.id, response_id=id, removed=at % 5 == 0, tagged_at=OPENED
                )
            )
        if anonymous:
            named = col(Survey.id) == shop.csat.id
            own_survey = (col(Survey.workspace_id) == shop.workspace.id, named)
            await session.exec(update(Survey).where(*own_survey).values(is_anonymous=True))
    return tag


def some_filters(shop: Shop, tag: Tag) -> list[Filters]:
    chance = random.Random(29)
    choices: dict[str, list[Any]] = {
        "band": ["negative", "positive"],
        "stage": [shop.checkout.id, shop.care.id],
        "touchpoint": [shop.payment.id],
        "metric": ["nps", "csat_5"],
        "channel": ["widget", "email"],
        "language": ["fr", "en"],
        "state": ["counted", "excluded"],
        "since": ["2026-02"],
        "until": ["2026-05"],
        "tag": [tag.id],
        "journey": [shop.journey.id],
        "survey": [shop.nps.id],
    }
    queries = [
        "attente",
        "caisse",
        "wait*",
        '"the"',
        "-retard livraison",
        "qual*",
        '"too long"',
        "",
    ]
    made = []
    for _ in range(25):
        chosen = {name: chance.choice(choices[name]) for name in chance.sample([*choices], 3)}
        made.append(replace(Filters(q=chance.choice(queries)), **chosen))
    return made


@pytest.mark.parametrize("anonymous", [False, True], ids=["named", "anonymous"])
async def test_it_lists_what_every_list_of_answers_would(
    database: Database, shop: Shop, anonymous: bool
) -> None:
    tag = await say_all(database, shop, anonymous=anonymous)
    held = 0
    for filters in some_filters(shop, tag):
        found = await search(database, shop, filters, size=WHOLE)
        page = await listed(database, shop, filters)
        assert {row.response.id for row in found.page.rows} == {
            row.response.id for row in page.rows
        }, filters
        assert found.page.total is not None
        assert found.page.total.n == len(page.rows), filters
        held += bool(page.rows)
    assert held > 10


@pytest.mark.parametrize("anonymous", [False, True], ids=["named", "anonymous"])
async def test_a_chip_holds_as_many_as_it_says(
    database: Database, shop: Shop, anonymous: bool
) -> None:
    tag = await say_all(database, shop, anonymous=anonymous)
    clicked = 0
    for filters in some_filters(shop, tag)[:8]:
        counts = (await search(database, shop, filters, size=1)).counts
        for name, values in counts.items():
            for value, n in values.items():
                is_id = name in ("stage", "touchpoint", "tag")
                chosen: dict[str, Any] = {name: uuid.UUID(value) if is_id else value}
                there = await search(database, shop, replace(filters, **chosen), size=1)
                assert there.page.total is not None
                assert there.page.total.n == n, (filters, name, value)
                clicked += 1
    assert clicked > 50


async def test_it_goes_on_below_an_answer(database: Database, shop: Shop) -> None:
    await say_all(database, shop)
    whole = await search(database, shop, Filters(q="caisse"), size=WHOLE)
    read, before = [], None
    while True:
        part = await search(database, shop, Filters(q="caisse", before=before), size=9)
        read += part.page.rows
        if (before := part.page.older) is None:
            break
    assert [row.response.id for row in read] == [row.response.id for row in whole.page.rows]
    assert len(read) > 18


async def test_a_made_up_id_tells_no_day_of_an_anonymous_answer(
    database: Database, shop: Shop
) -> None:
    await say_all(database, shop, anonymous=True)
    found = await search(database, shop, Filters(q="caisse", before=new_id()), size=WHOLE)
    assert {row.is_anonymous for row in found.page.rows} == {False}


async def test_what_makes_no_sense_finds_nothing(database: Database, shop: Shop) -> None:
    await say_all(database, shop)
    found = await search(database, shop, Filters(q="the of"))
    assert found.page.rows == []
    assert found.page.total is not None
    assert found.page.total.n == 0
    assert not any(found.counts.values())
