"""Beside a trend's number: the same month a year before, and where the running month would lie."""

import csv
import html
import io
import re
from datetime import UTC, datetime
from math import sqrt
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback import clock
from feedback.accounts.models import User
from feedback.charts.geometry import WIDE
from feedback.db import Database, new_id
from feedback.journeys.models import Touchpoint
from feedback.scoring.months import months_between
from feedback.surveys.models import Series
from tests.cast import Shop
from tests.dashboards.counted import Counted

Client = AsyncTestClient[Any]
Facts = dict[str, Any]
SPACE = "\N{NO-BREAK SPACE}"
NPS = "?metric=nps"


async def facts(client: Client, query: str = NPS, stage: str = "Checkout") -> Facts:
    answer = await client.get(f"/trends.json{query}")
    assert answer.status_code == 200, answer.text
    [found] = [each for each in answer.json()["beside"] if each["stage"] == stage]
    return dict(found)


async def page(client: Client, query: str = NPS) -> str:
    return html.unescape((await client.get(f"/trends{query}")).text)


def half_width(n: int, months: int, counts: dict[int, int]) -> float:
    """Twice the standard error of a month to come, written out anew; months are all alike."""
    answers, net = sum(counts.values()), counts[10] - counts[3]
    padded = months * answers + 3
    mean, square = months * net / padded, (months * (counts[10] + counts[3]) + 1.5) / padded
    return 200 * sqrt((square - mean**2) * (1 / n + 1 / (months * answers)))


async def test_it_says_where_the_running_month_would_usually_lie(
    alice: Client, years: Counted
) -> None:
    found, half = await facts(alice), half_width(100, 14, {3: 20, 8: 30, 10: 50})
    assert (found["usual_month"], found["usual_score"]) == ("2026-03", 30.0)
    assert (found["usual_low"], found["usual_high"]) == pytest.approx((30 - half, 30 + half))
    assert (found["usual_months"], found["usual_n"], found["usual_rho"]) == (14, 100, 0)
    text, low, high = await page(alice), round(30 - half), round(30 + half)
    assert f"<span>Usually in March: +{low} to +{high}</span>" in text
    assert f"<small>usually +{low} to +{high}</small>" in text
    assert "Where March would usually lie" in text
    assert "It rests on the 14 months of this level" in text
    assert f'<g class="coming"><title>Usually in March: +{low} to +{high}</title><rect' in text


async def test_it_says_the_same_month_of_the_year_before(alice: Client, years: Counted) -> None:
    found = await facts(alice)
    assert (found["month"], found["year_before_month"]) == ("2026-02", "2025-02")
    assert (found["year_before_score"], found["year_before_n"]) == (30.0, 100)
    assert ">+30 in February 2025</a></span>" in await page(alice)
    # Also where the months shown are fewer, and of one channel.
    assert ">+30 in February 2025</a></span>" in await page(alice, f"{NPS}&from=2026-01")
    by_mail = "?metric=csat_5&channel=email&from=2026-02"
    assert f">90{SPACE}% in February 2025</a></span>" in await page(alice, by_mail)


async def test_the_csv_says_it_in_the_last_complete_month(alice: Client, years: Counted) -> None:
    rows = list(csv.DictReader(io.StringIO((await alice.get(f"/trends.csv{NPS}")).text)))
    found = await facts(alice)
    told = {row["month"]: row for row in rows}
    for name in set(found) - {"stage", "touchpoint", "month"}:
        assert told["2026-02"][name] == str(found[name])
        assert told["2026-01"][name] == told["2026-03"][name] == ""


async def test_it_speaks_french(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        (await session.get_one(User, shop.alice.id)).language = "fr"
    text = await page(alice)
    assert "D’ordinaire en mars\N{NARROW NO-BREAK SPACE}: +14 à +46" in text
    assert "Là où mars se situerait d’ordinaire" in text and "+30 en février 2025" in text


async def test_other_words_a_year_ago_are_not_compared(
    alice: Client, counted: Counted, shop: Shop, database: Database, march: None
) -> None:
    series = Series(
        workspace_id=shop.workspace.id, id=new_id(), survey_id=shop.nps.id, number=2,
        metric="nps", texts={}, opened_at=datetime(2025, 6, 10, tzinfo=UTC),
    )  # fmt: skip
    async with database.write() as session:
        session.add(series)
    await counted.monthly(shop.nps_series, months_between("2025-01", "2025-06"), {8: 40})
    await counted.monthly(series, months_between("2025-06", "2026-02"), {10: 40})
    assert (await facts(alice))["year_before_score"] is None
    # Of the new wording there are nine months: the band rests on them alone.
    assert ((await facts(alice))["usual_months"], (await facts(alice))["usual_score"]) == (9, 100)
    assert "in February 2025" not in await page(alice)


@pytest.mark.parametrize("n", [0, 1, 29])
async def test_few_answers_a_year_ago_are_not_compared(
    alice: Client, counted: Counted, shop: Shop, march: None, n: int
) -> None:
    await counted.answers(shop.nps_series, "2025-02", {10: n})
    await counted.answers(shop.nps_series, "2026-02", {10: 100})
    assert (await facts(alice))["year_before_score"] is None


async def test_a_line_of_one_channel_has_no_band(alice: Client, years: Counted) -> None:
    text = await page(alice, "?metric=csat_5&channel=email")
    assert "Usually in" not in text and 'class="coming"' not in text
    assert "would usually lie" not in text


async def test_a_page_of_the_past_has_no_band(alice: Client, years: Counted) -> None:
    assert (await facts(alice, f"{NPS}&to=2026-01"))["usual_month"] is None
    assert "Usually in" not in await page(alice, f"{NPS}&to=2026-01")


async def test_an_archived_touchpoint_has_no_band(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    query = f"?stage={shop.checkout.id}"
    assert "Usually in March" in await page(alice, query)
    async with database.write() as session:
        place = await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))
        place.archived_at = clock.now()
    text = await page(alice, f"{NPS}&touchpoint={shop.payment.id}")
    assert "+30 in February 2025" in text and "Usually in March" not in text


async def test_after_a_change_it_says_from_when_the_usual_is_known(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    for at, month in enumerate(months_between("2024-11", "2026-02")):
        counts = {3: 20, 10: 20} if at > 11 else {3: 20, 10: 80}
        await counted.answers(shop.nps_series, month, counts)
    assert (await facts(alice))["usual_month"] is None
    assert "<span>What is usual now is known from June 2026</span>" in await page(alice)


async def test_a_young_line_says_it_once(alice: Client, counted: Counted, shop: Shop) -> None:
    await counted.monthly(shop.nps_series, months_between("2026-09", "2026-10"), {10: 50})
    text = await page(alice)
    assert "hanges can be named from" in text
    assert "What is usual" not in text and "Usually in" not in text


async def test_a_line_that_has_stopped_has_no_band(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await counted.monthly(shop.nps_series, months_between("2024-06", "2025-10"), {10: 50, 3: 50})
    text = await page(alice)
    assert "Usually in" not in text and "What is usual" not in text


async def test_an_answer_of_the_running_month_leaves_the_band_alone(
    alice: Client, years: Counted, shop: Shop
) -> None:
    before = await facts(alice)
    await years.answers(shop.nps_series, "2026-03", {0: 90}, "page")
    assert await facts(alice) == before


async def test_the_band_is_drawn_within_the_plot(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await counted.monthly(shop.nps_series, months_between("2025-01", "2026-02"), {10: 39, 9: 1})
    text = await page(alice)
    wide, *_narrow = re.findall(r'class="coming"><title>.*?<rect ([^>]*)/>', text)
    x, y, width, height = (float(value) for value in re.findall(r'"([\d.]+)"', wide))
    assert (
        y >= WIDE.top
        and y + height <= WIDE.height - WIDE.bottom
        and x >= WIDE.left
        and x + width <= WIDE.width - WIDE.right
    )
    assert "to +100</span>" in text
