"""A list holds what its filters say, says how many that are, and every page and file agrees."""

import csv
import io
import random
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
import time_machine

from feedback.db import Database
from feedback.responses import search
from feedback.responses.filters import BANDS, answers_link
from feedback.responses.ingest import id_at
from feedback.responses.models import ImportRun, Response
from feedback.responses.rollup import rebuild
from feedback.surveys.models import Series
from tests.cast import Shop, open_shop, sign_in
from tests.forms import Client

MONTHS = ("2025-11", "2025-12", "2026-02")  # nobody answered in January
CHANNELS = ("widget", "email", "qr")
TOTAL = re.compile(r'<p class="answers-total">([^<]*)</p>')
ROW = re.compile(r'href="/responses/([0-9a-f-]{36})([^"]*)">')


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2026-03-15T12:00:00+00:00"):
        yield


def rows_of(shop: Shop, n: int, **of_all: Any) -> list[dict[str, Any]]:
    """Answers of some people, ids in the order of time."""
    random.seed(16)
    people = [b"\1" * 16, b"\2" * 16, None, None]
    made = []
    for at in sorted(random.sample(range(len(MONTHS) * 28 * 24), k=n)):
        month, hours = MONTHS[at // (28 * 24)], at % (28 * 24)
        moment = datetime.fromisoformat(f"{month}-01T01:00:00+00:00") + timedelta(hours=hours)
        series = random.choice((shop.nps_series, shop.csat_series))
        usual: dict[str, Any] = {
            "workspace_id": shop.workspace.id, "id": id_at(moment), "series_id": series.id,
            "rating": random.randint(1, 5 if series.metric == "csat_5" else 10),
            "channel": random.choice(CHANNELS), "answered_at": moment, "received_at": moment,
            "month": date(moment.year, moment.month, 1),
            "comment": random.choice((None, None, "said")),
            "locale": random.choice(("fr", "fr-CA", "en", None)),
            "properties": random.choice(({"plan": "pro", "seats": 7}, {"vip": True}, None)),
            "respondent_key": random.choice(people),
            "state": random.choice(("counted", "counted", "counted", "excluded", "test")),
        }  # fmt: skip
        made.append(Response(**usual | of_all).model_dump())
    return made


async def fill(database: Database, shop: Shop, rows: list[dict[str, Any]]) -> None:
    async with database.write() as session:
        await (await session.connection()).execute(sa.insert(Response), rows)
        await rebuild(session, shop.workspace.id)


def total(html: str) -> str:
    found = TOTAL.search(html)
    return found.group(1) if found else ""


async def listed(client: Client, address: str) -> list[str]:
    """The ids of every page of a list, by its own links."""
    ids: list[str] = []
    while address:
        html = (await client.get(address)).text
        ids += [id for id, _ in ROW.findall(html)]
        older = re.search(r'id="older"[^>]*href="([^"]*)"', html)
        address = older.group(1).replace("&amp;", "&") if older else ""
    return ids


def band_of(row: dict[str, Any], series: Series) -> str:
    low, high = (2, 4) if series.metric == "csat_5" else (6, 9)
    return BANDS[0] if row["rating"] <= low else BANDS[2] if row["rating"] >= high else BANDS[1]


async def test_each_list_holds_as_many_as_are_counted(
    alice: Client, shop: Shop, database: Database
) -> None:
    rows = rows_of(shop, 300)
    await fill(database, shop, rows)
    by_id = {shop.nps_series.id: shop.nps_series, shop.csat_series.id: shop.csat_series}
    spans = (("", ""), ("2025-12", "2025-12"), ("2025-11", "2026-01"), ("2026-01", ""))
    for band, channel, (since, until), metric in product(
        ("", *BANDS), ("", "qr"), spans, ("", "csat_5")
    ):
        link = answers_link(band=band, channel=channel, since=since, until=until, metric=metric)
        fits = [
            row for row in rows
            if row["state"] == "counted"
            and band in ("", band_of(row, by_id[row["series_id"]]))
            and channel in ("", row["channel"])
            and (since or "0") <= f"{row['month']:%Y-%m}" <= (until or "9")
            and metric in ("", by_id[row["series_id"]].metric)
        ]  # fmt: skip
        expected = [str(row["id"]) for row in reversed(fits)]
        assert await listed(alice, link) == expected, link
        html = (await alice.get(link)).text
        n = len(expected)
        assert total(html) == (f"{n} answer{'s' if n != 1 else ''}" if n else ""), link


PRIVATE = {
    "language=fr": lambda row: row["locale"] in ("fr", "fr-CA"),
    "language=FR-ca": lambda row: row["locale"] == "fr-CA",
    "property=plan%3Dpro": lambda row: (row["properties"] or {}).get("plan") == "pro",
    "property=seats%3D7": lambda row: "seats" in (row["properties"] or {}),
    "property=vip%3Dtrue": lambda row: "vip" in (row["properties"] or {}),
    "property=vip%3D1": lambda row: False,
    "property=a%22b%3D1": lambda row: False,
    "comment=1": lambda row: row["comment"] is not None,
    "state=excluded": lambda row: row["state"] == "excluded",
    "state=test&band=negative": None,
    "": lambda row: True,
}


@pytest.mark.parametrize("query", PRIVATE)
async def test_what_counts_cannot_tell_is_looked_for(
    alice: Client, shop: Shop, database: Database, query: str
) -> None:
    rows = rows_of(shop, 130)
    await fill(database, shop, rows)
    found = await listed(alice, f"/responses?{query}")
    fits = PRIVATE[query]
    if fits is not None:
        assert found == [str(row["id"]) for row in reversed(rows) if fits(row)]
    said = total((await alice.get(f"/responses?{query}")).text)
    assert said == (f"{len(found)} answer{'s' if len(found) > 1 else ''}" if found else "")


async def test_a_search_that_stops_says_so_and_goes_on(
    alice: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(shop, 130, locale=None)
    rows[3]["locale"] = "de"
    await fill(database, shop, rows)
    monkeypatch.setattr(search, "LOOK_AT_MOST", 40)
    html = (await alice.get("/responses?language=de")).text
    assert "Looked back as far as" in html and "No response fits" not in html
    assert await listed(alice, "/responses?language=de") == [str(rows[3]["id"])]
    said = total((await alice.get("/responses?comment=1&state=counted")).text)
    assert said.startswith("at least ")


async def test_the_counts_lead_past_months_without_any(
    alice: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few of long ago are found at once, however many came since."""
    rows = rows_of(shop, 200, channel="widget", state="counted")
    for row in rows[:3]:
        row["channel"] = "qr"
    await fill(database, shop, rows)
    monkeypatch.setattr(search, "PASS_BY_KEY", 90)
    monkeypatch.setattr(search, "PASS_BY_SERIES", 90)
    html = (await alice.get("/responses?channel=qr&state=counted")).text
    assert total(html) == "3 answers" and html.count('<li class="answer ') == 3
    assert "Looked back" not in html
    monkeypatch.setattr(search, "PASS_BY_KEY", 10)  # fewer than came in the month itself
    monkeypatch.setattr(search, "PASS_BY_SERIES", 10)
    html = (await alice.get("/responses?channel=qr&state=counted")).text
    assert "Looked back as far as November 2025 only" in html
    assert len(await listed(alice, "/responses?channel=qr&state=counted")) == 3


@pytest.mark.parametrize(
    "query",
    ["band=negative&state=counted", "property=plan%3Dpro", "language=fr&comment=1",
     "since=2025-12&until=2026-02&channel=email", "metric=csat_5"],
)  # fmt: skip
async def test_the_three_files_hold_the_same_answers(
    alice: Client, shop: Shop, database: Database, query: str
) -> None:
    await fill(database, shop, rows_of(shop, 150))
    expected = await listed(alice, f"/responses?{query}")
    answered = {kind: await alice.get(f"/responses.{kind}?{query}") for kind in ("csv", "xlsx")}
    as_json = (await alice.get(f"/responses.json?{query}")).json()["rows"]
    as_csv = list(csv.DictReader(io.StringIO(answered["csv"].text)))
    sheet = openpyxl.load_workbook(io.BytesIO(answered["xlsx"].content)).active
    as_xlsx = [str(row[0].value) for row in list(sheet.iter_rows())[1:]]
    assert expected and [row["id"] for row in as_json] == expected
    assert [row["id"] for row in as_csv] == as_xlsx == expected


async def test_one_walks_through_a_list_and_back(
    alice: Client, shop: Shop, database: Database
) -> None:
    await fill(database, shop, rows_of(shop, 90, state="counted"))
    link = answers_link(band="negative", channel="widget")
    expected = await listed(alice, link)
    assert len(expected) > 5
    first = (await alice.get(link)).text
    address = f"/responses/{expected[0]}{dict(ROW.findall(first))[expected[0]]}"
    walked = []
    while address:
        html = (await alice.get(address.replace("&amp;", "&"))).text
        walked.append(address[11:47])
        back = re.search(r'class="crumb"><a href="([^"]*)"', html)
        assert back and "band=negative" in back.group(1)
        top = (await alice.get(back.group(1).replace("&amp;", "&").partition("#")[0])).text
        assert walked[-1] in top  # the place in the list is kept
        step = re.search(r'rel="next" data-walk="j" href="([^"]*)"', html)
        address = step.group(1) if step else ""
    assert walked == expected
    html, seen = (await alice.get(f"/responses/{walked[-1]}?{link.partition('?')[2]}")).text, []
    while step := re.search(r'rel="prev" data-walk="k" href="([^"]*)"', html):
        seen.append(step.group(1)[11:47])
        html = (await alice.get(step.group(1).replace("&amp;", "&"))).text
    assert seen == walked[-2::-1]


async def test_a_person_s_other_answers_stand_beside_each(
    alice: Client, shop: Shop, database: Database
) -> None:
    rows = rows_of(shop, 60)
    await fill(database, shop, rows)
    theirs = [str(row["id"]) for row in rows if row["respondent_key"] == b"\1" * 16]
    html = (await alice.get(f"/responses/{theirs[0]}")).text
    assert f"{len(theirs) - 1} other answers of this person" in html
    assert f'href="/responses?person={theirs[0]}"' in html
    assert await listed(alice, f"/responses?person={theirs[0]}") == theirs[::-1]
    part = await listed(alice, f"/responses?person={theirs[0]}&state=counted&metric=csat_5")
    assert 0 < len(part) < len(theirs) and set(part) < set(theirs)
    nobody = next(str(row["id"]) for row in rows if row["respondent_key"] is None)
    assert "of this person" not in (await alice.get(f"/responses/{nobody}")).text
    assert (await alice.get(f"/responses?person={nobody}")).status_code == 422


async def test_an_import_is_a_filter(alice: Client, shop: Shop, database: Database) -> None:
    run = ImportRun(
        workspace_id=shop.workspace.id, file_name="old.csv", started_at=datetime.now(UTC)
    )
    rows = rows_of(shop, 30)
    async with database.write() as session:
        session.add(run)
        await session.flush()
        for row in rows[:4]:
            row["import_id"] = run.id
    await fill(database, shop, rows)
    html = (await alice.get(f"/responses?import={run.id}")).text
    assert total(html) == "4 answers" and "Import of old.csv" in html


async def test_filters_that_fit_nothing_say_what_to_take_away(
    alice: Client, shop: Shop, database: Database
) -> None:
    await fill(database, shop, rows_of(shop, 30, channel="widget"))
    html = (await alice.get(f"/responses?stage={shop.checkout.id}&channel=kiosk")).text
    assert "No response fits these filters." in html
    assert f'href="/responses?stage={shop.checkout.id}">without “Kiosk”</a>' in html
    assert 'href="/responses?channel=kiosk">without “Checkout”</a>' in html


async def test_a_list_that_did_not_change_is_not_sent_again(
    alice: Client, shop: Shop, database: Database
) -> None:
    rows = rows_of(shop, 20)
    await fill(database, shop, rows[:19])
    poll = {"HX-Request": "true", "HX-Target": "responses_list"}
    tag = re.search(r"data-etag=\"([^\"]*)\"", (await alice.get("/responses", headers=poll)).text)
    assert tag
    known = {"If-None-Match": tag.group(1).replace("&#34;", '"')}
    assert (await alice.get("/responses", headers=poll | known)).status_code == 304
    async with database.write() as session:
        await (await session.connection()).execute(sa.insert(Response), rows[19:])
    assert (await alice.get("/responses", headers=poll | known)).status_code == 200


async def test_another_stage_lets_go_of_the_old_one_s_touchpoint(alice: Client, shop: Shop) -> None:
    query = f"was=,{shop.checkout.id}&stage=&touchpoint={shop.payment.id}&band=negative"
    answer = await alice.get(
        f"/responses?{query}", headers={"HX-Request": "true", "HX-Target": "responses_page"}
    )
    assert answer.headers["HX-Push-Url"] == "/responses?band=negative"


@pytest.mark.parametrize(
    "name", ["journey", "stage", "touchpoint", "survey", "person", "import", "series"]
)
async def test_what_there_is_not_is_said(alice: Client, shop: Shop, name: str) -> None:
    answer = await alice.get(f"/responses?{name}={uuid.uuid4()}")
    if name == "series":  # as of another workspace: none of its answers fits
        assert answer.status_code == 200 and "No response fits" in answer.text
        return
    assert answer.status_code == 422
    assert f"There is no such choice for the filter “{name}”." in answer.text


async def test_a_stranger_s_places_and_answers_are_not_filters(
    alice: Client, shop: Shop, database: Database
) -> None:
    other = await open_shop(database, key="other")
    rows = rows_of(other, 10)
    await fill(database, other, rows)
    for name, id in (("stage", other.checkout.id), ("touchpoint", other.payment.id)):
        assert (await alice.get(f"/responses?{name}={id}")).status_code == 422
    theirs = rows[-1]["id"]
    assert (await alice.get(f"/responses?person={theirs}")).status_code == 422
    await sign_in(alice, database, shop.bob, shop.workspace)
    assert (await alice.get(f"/responses/{theirs}")).status_code == 404
