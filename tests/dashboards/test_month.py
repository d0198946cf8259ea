"""The month in one look: what is to be done, what stands beside each score, where each leads."""

import csv
import html
import io
import re
import uuid
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback import clock
from feedback.accounts.models import User
from feedback.comments.models import CommentMark
from feedback.db import Database
from feedback.journeys.models import Stage, Touchpoint
from feedback.responses.models import RatingCount, Response
from feedback.responses.review import change_state
from feedback.scoring.months import first_day, months_between
from feedback.surveys.models import Series
from feedback.versions import note_counts
from tests.cast import Shop
from tests.dashboards.counted import Counted

Client = AsyncTestClient[Any]
SLOW = "The payment page kept me waiting for ten minutes."


TICK = count()


def id_at(moment: datetime) -> uuid.UUID:
    """An id of version 7, as ingest makes them: they run with time."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | next(TICK))


async def answer(
    database: Database, series: Series, month: str, ratings: dict[int, int], comment: str = ""
) -> list[Response]:
    """So many answers of each rating as ingest would have stored them, in the tenth of a month."""
    tenth = datetime.fromisoformat(f"{month}-10T10:00:00+00:00")
    made = [
        Response(
            workspace_id=series.workspace_id,
            id=id_at(moment),
            series_id=series.id,
            rating=rating,
            comment=comment or None,
            channel="widget",
            answered_at=moment,
            received_at=moment,
            month=first_day(month),
        )
        for n, rating in enumerate(r for r, n in ratings.items() for _ in range(n))
        for moment in (tenth + timedelta(seconds=next(TICK)),)
    ]
    async with database.write() as session:
        session.add_all(made)
        for rating, n in ratings.items():
            key = (series.workspace_id, series.id, "widget", first_day(month), rating)
            names = ("workspace_id", "series_id", "channel", "month", "rating")
            row = await session.get(RatingCount, key)
            if row is None:
                at: dict[str, Any] = dict(zip(names, key, strict=True))
                session.add(RatingCount(**at, n=n))
            else:
                row.n += n
        await session.flush()
        await note_counts(session, series.workspace_id, (first_day(month),))
    return made


async def aim(database: Database, row: Stage | Touchpoint, target: float) -> None:
    async with database.write() as session:
        found = await session.get_one(type(row), (row.workspace_id, row.id))
        found.target = target


async def text_of(client: Client, path: str = "/board") -> str:
    answered = await client.get(path)
    assert answered.status_code == 200, answered.text
    return html.unescape(answered.text)


def to_do(text: str) -> dict[str, tuple[str, str]]:
    """Of each kind of line the address it leads to, and what it says."""
    found = re.findall(
        r'<li class="(\w+)">\s*<span class="to-do-name">[^<]*</span>\s*'
        r'<a href="([^"]*)"[^>]*>(.*?)</a>',
        text,
        re.DOTALL,
    )
    return {kind: (href, said) for kind, href, said in found}


def links(text: str) -> list[tuple[str, int]]:
    """Every link of the board that says of how many answers it is."""
    board = text[text.index('<div class="board">') :]
    return [
        (href, int(n)) for href, n in re.findall(r'<a[^>]*href="([^"]*)"[^>]*data-n="(\d+)"', board)
    ]


async def test_the_place_furthest_below_its_target_comes_first(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    await aim(database, shop.checkout, 40.0)  # of 200 points of its scale
    await aim(database, shop.care, 94.0)  # 4 of 100 are less than 10 of 200
    href, said = to_do(await text_of(alice))["lowest"]
    assert said == "Checkout: +30 (±\N{NO-BREAK SPACE}15), target +40, 10 points to go"
    assert f"stage={shop.checkout.id}" in href
    await aim(database, shop.care, 100.0)  # 10 of 100, and surely below
    assert to_do(await text_of(alice))["lowest"][1].startswith("After-sales: 90")


async def test_without_a_target_below_nothing_is_said_of_one(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    assert "lowest" not in to_do(await text_of(alice))
    await aim(database, shop.checkout, 20.0)
    text = await text_of(alice)
    assert "lowest" not in to_do(text)
    assert "<span>Target +20</span> <strong>reached</strong>" in text


async def test_a_comment_worth_reading_is_unhappy_and_of_that_place(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    await aim(database, shop.checkout, 60.0)
    await answer(database, shop.nps_series, "2026-02", {10: 1}, "All went well, thank you so much.")
    await answer(
        database, shop.csat_series, "2026-02", {1: 1}, "The parcel lay in the rain outside."
    )
    await answer(database, shop.nps_series, "2026-01", {0: 1}, "In January it was worse than ever.")
    await answer(database, shop.nps_series, "2026-02", {0: 1}, "no")
    [one] = await answer(database, shop.nps_series, "2026-02", {2: 1}, SLOW)
    href, said = to_do(await text_of(alice))["comment"]
    assert said == f"“{SLOW}” Payment, 2 of 10"
    assert href.startswith(f"/responses/{one.id}?touchpoint={shop.payment.id}&")
    assert (await alice.get(href)).status_code == 200


async def test_a_starred_comment_comes_before_newer_ones_and_a_hidden_one_never(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    [old] = await answer(database, shop.nps_series, "2026-02", {2: 1}, "The older of two: " + SLOW)
    [new] = await answer(database, shop.nps_series, "2026-02", {2: 1}, "The newer of two: " + SLOW)
    assert "The newer of two" in to_do(await text_of(alice))["comment"][1]
    await mark(database, old, starred_at=clock.now())
    assert "The older of two" in to_do(await text_of(alice))["comment"][1]
    await mark(database, old, hidden_at=clock.now())
    assert "The newer of two" in to_do(await text_of(alice))["comment"][1]
    await mark(database, new, done_at=clock.now())
    assert "comment" not in to_do(await text_of(alice))


async def mark(database: Database, response: Response, **at: Any) -> None:
    key: dict[str, Any] = {"workspace_id": response.workspace_id, "response_id": response.id}
    async with database.write() as session:
        row = await session.get(CommentMark, tuple(key.values())) or CommentMark(**key)
        for name, moment in at.items():
            setattr(row, name, moment)
        session.add(row)


@pytest.mark.parametrize("act", ["masked", "excluded"])
async def test_a_comment_that_was_masked_or_taken_out_is_gone_at_once(
    act: str, alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    [one] = await answer(database, shop.nps_series, "2026-02", {2: 1}, SLOW)
    first = await alice.get("/board")
    assert SLOW in html.unescape(first.text)
    async with database.write() as session:
        if act == "masked":
            row = await session.get_one(Response, (one.workspace_id, one.id))
            row.comment = None
        else:
            who = (await session.exec(select(User.id))).first()
            await change_state(
                session,
                one.workspace_id,
                one.id,
                "exclude",
                reason="",
                user_id=who or one.id,
                now=clock.now(),
            )
    again = await alice.get("/board", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert SLOW not in html.unescape(again.text)


async def test_each_number_leads_to_as_many_answers(
    alice: Client, counted: Counted, shop: Shop, database: Database, march: None
) -> None:
    for month in ("2025-02", "2026-01", "2026-02", "2026-03"):
        await answer(database, shop.nps_series, month, {3: 12, 8: 9, 10: 14}, SLOW)
        await answer(database, shop.csat_series, month, {2: 4, 4: 7})
    seen = 0
    for path in ("/board", "/board?show=unhappy", "/board?month=2026-03", "/board?channel=widget"):
        for href, n in links(await text_of(alice, path)):
            file = await alice.get(href.replace("/responses?", "/responses.csv?"))
            assert len(list(csv.DictReader(io.StringIO(file.text)))) == n, (path, href)
            seen += 1
    assert seen > 20


async def test_the_same_month_of_last_year_stands_beside_each_stage(
    alice: Client, years: Counted, shop: Shop
) -> None:
    text = await text_of(alice)
    assert re.search(r'<span>Feb 2025</span> <a [^>]*data-n="100"><strong>\+30</strong>', text)
    assert "Mar 2024" not in await text_of(alice, "/board?month=2025-03")


async def test_all_stages_stand_in_one_unit(alice: Client, years: Counted, shop: Shop) -> None:
    text = await text_of(alice, "/board?show=unhappy")
    assert re.findall(r'class="score \w+"><a [^>]*><data value="([\d.]+)"', text) == [
        "20.0",
        "10.0",
    ]
    assert text.count(">Unhappy answers</p>") == 2
    assert '<option value="unhappy" selected>' in text
    assert "band=negative" in text
    assert "show" not in re.findall(r'href="(/board\.csv[^"]*)"', text)[0]


async def test_the_share_of_unhappy_answers_is_in_the_address_alone(
    alice: Client, years: Counted
) -> None:
    await alice.get("/board?show=unhappy")
    assert '<data value="30.0">+30</data>' in await text_of(alice)
    answered = await alice.get("/board?show=happy")
    assert answered.status_code == 422
    assert "happy is not known" in answered.text


async def test_what_changed_has_a_mark_and_one_line_tells_of_the_others(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    for at, month in enumerate(months_between("2024-11", "2026-02")):
        await counted.answers(shop.nps_series, month, {3: 20, 10: 20 if at > 11 else 80})
        await counted.answers(shop.csat_series, month, {2: 20, 5: 80})
    text = await text_of(alice)
    assert text.count('<span class="verdict worse">Worse</span>') == 2  # the stage and its place
    assert "The other one: as usual" in text
    assert "no clear change" not in text


@pytest.mark.parametrize(
    "query", ["", "?month=2026-03", "?show=unhappy", "?month=2026-03&show=unhappy"]
)
@pytest.mark.parametrize("n", [1, 5, 30])
async def test_the_first_answers_make_a_board(
    query: str, n: int, alice: Client, shop: Shop, database: Database, march: None
) -> None:
    await aim(database, shop.checkout, 50.0)
    await answer(database, shop.nps_series, "2026-03", {3: n})
    text = await text_of(alice, f"/board{query}")
    assert 'class="stage"' in text and "No answers yet" not in text


async def test_the_response_rate_is_told_only_where_it_moved(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    for month in months_between("2025-10", "2026-02"):
        await counted.answers(shop.nps_series, month, {3: 20, 10: 80})
        await counted.displays(shop.nps_series, month, 200 if month == "2026-02" else 500)
    assert "More people answered: 50.0\N{NO-BREAK SPACE}%" in await text_of(alice)
    assert "people answered" not in await text_of(alice, "/board?month=2026-01")
    assert "people answered" not in await text_of(alice, "/board?month=2026-03")
