"""A page of what was found is the page that every list of answers would show."""

import random
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, update

from feedback.comments.found import list_found, walk_found
from feedback.comments.models import CommentTag, Tag
from feedback.comments.query import parse_query
from feedback.comments.search import narrow
from feedback.comments.tags import narrowed
from feedback.db import Database
from feedback.responses.filters import Filters
from feedback.responses.handed import narrow_by
from feedback.responses.how_many import HowMany
from feedback.responses.listing import Page, list_responses
from feedback.responses.walk import walk_from
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


async def search(database: Database, shop: Shop, filters: Filters, **size: int) -> Page:
    async with database.read() as session:
        places = await load_asked_series(session, shop.workspace.id)
        query, asked = parse_query(filters.q), replace(filters, comment=True)
        return await list_found(session, shop.workspace.id, places, asked, query, ZONE, **size)


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
        assert [row.response.id for row in found.rows] == [row.response.id for row in page.rows]
        held += bool(page.rows)
    assert held > 5


async def test_it_goes_on_below_an_answer(database: Database, shop: Shop) -> None:
    await say_all(database, shop)
    whole = await search(database, shop, Filters(q="caisse"), size=WHOLE)
    assert whole.total == HowMany(len(whole.rows))
    read, before = [], None
    while True:
        part = await search(database, shop, Filters(q="caisse", before=before), size=9)
        read += part.rows
        if (before := part.older) is None:
            break
        assert part.total is not None
        assert part.total.is_least
    assert [row.response.id for row in read] == [row.response.id for row in whole.rows]
    assert len(read) > 18


async def test_it_walks_as_every_list_does(database: Database, shop: Shop) -> None:
    tag = await say_all(database, shop)
    walked = 0
    for filters in some_filters(shop, tag)[:8]:
        page = await listed(database, shop, filters)
        query = parse_query(filters.q)
        for row in [*page.rows[:2], *page.rows[-2:]]:
            async with database.read() as session:
                places = await load_asked_series(session, shop.workspace.id)
                asked, where = replace(filters, comment=True), (session, shop.workspace.id, places)
                walk = await walk_found(*where, asked, query, ZONE, row)
                assert walk == await walk_from(*where, asked, ZONE, row)
            walked += bool(walk.newer) + bool(walk.older)
    assert walked > 8


async def test_what_makes_no_sense_finds_nothing(database: Database, shop: Shop) -> None:
    await say_all(database, shop)
    found = await search(database, shop, Filters(q="the of"))
    assert found.rows == []
    assert found.total == HowMany(0)
