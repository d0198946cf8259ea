"""Response rates by month: answers to displays and invitations."""

import html
import re
from math import sqrt
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.scoring.months import months_between
from tests.cast import Shop
from tests.dashboards.counted import Counted

Client = AsyncTestClient[Any]
Facts = dict[str, Any]
Z = 1.959963984540054
SPACE = "\N{NO-BREAK SPACE}"


async def rates(client: Client, query: str = "?metric=nps") -> Facts:
    answer = await client.get(f"/trends.json{query}")
    assert answer.status_code == 200, answer.text
    found: Facts = answer.json()["response_rates"]
    return found


async def months(client: Client, query: str = "?metric=nps") -> dict[str, Facts]:
    return {each["month"]: each for each in (await rates(client, query))["months"]}


async def page(client: Client, query: str = "?metric=nps") -> str:
    return html.unescape((await client.get(f"/trends{query}")).text)


def printed(text: str) -> dict[str, list[str]]:
    """The rows of the table: month -> rate, answers, displays, invitations."""
    [table] = re.findall(r'<table class="rate-table">(.*?)</table>', text, re.S)
    return {
        re.sub(r"<[^>]+>", "", head): [re.sub(r"<[^>]+>", "", cell) for cell in cells]
        for row in table.split("<tr>")[2:]
        for head in re.findall(r'<th scope="row">(.*?)</th>', row)
        for cells in [re.findall(r"<td[^>]*>(.*?)</td>", row)]
    }


def wilson(x: int, n: int) -> tuple[float, float]:
    """Written out anew."""
    p, spread = x / n, Z * sqrt(x * (n - x) / n**3 + Z * Z / (4 * n * n))
    return tuple(((p + Z * Z / (2 * n)) + s * spread) / (1 + Z * Z / n) for s in (-1, 1))  # type: ignore[return-value]


@pytest.fixture
async def asked(counted: Counted, shop: Shop, march: None) -> Counted:
    """From October to February each month 12 answers of 100 displays, 8 of 20 invitations, and
    30 imported ones that nobody was asked for; of March nothing but 5 answers to 50 displays."""
    for month in months_between("2025-10", "2026-02"):
        await counted.answers(shop.nps_series, month, {10: 7, 0: 5}, "widget")
        await counted.answers(shop.nps_series, month, {8: 8}, "email")
        await counted.answers(shop.nps_series, month, {9: 30}, "import")
        await counted.displays(shop.nps_series, month, 100)
        await counted.displays(shop.nps_series, month, 40, kind="dismissed")
        await counted.displays(shop.nps_series, month, 20, "email", "invited")
    await counted.answers(shop.nps_series, "2026-03", {10: 5})
    await counted.displays(shop.nps_series, "2026-03", 50)
    return counted


async def test_it_works(alice: Client, asked: Counted) -> None:
    found = await months(alice)
    low, high = wilson(20, 120)
    february = found["2026-02"]
    facts = [february[name] for name in ("shown", "invited", "dismissed", "answers", "left_out")]
    assert facts == [100, 20, 40, 20, 30]
    assert february["rate"] == 20 / 120
    assert (february["low"], february["high"]) == pytest.approx((low, high))
    assert found["2026-03"]["rate"] == 0.1


async def test_all_months_are_told_together(alice: Client, asked: Counted) -> None:
    overall = (await rates(alice))["overall"]
    assert (overall["answers"], overall["shown"], overall["invited"]) == (105, 550, 100)
    assert overall["rate"] == 105 / 650
    low, high = wilson(105, 650)
    assert (overall["low"], overall["high"]) == pytest.approx((low, high))
    margin = f"{50 * (high - low):.1f}"
    assert (
        f"16.2{SPACE}% ±{SPACE}{margin} in these months: 105 answers to 650 displays and "
        "invitations." in await page(alice)
    )


async def test_the_page_prints_what_the_file_says(alice: Client, asked: Counted) -> None:
    rows = printed(await page(alice))
    assert rows["Feb 2026"][0].startswith(f"16.7{SPACE}%")
    assert rows["Feb 2026"][1:] == ["20", "100", "20"]
    assert rows["Mar 2026 running month"][0].startswith(f"10.0{SPACE}%")
    found = await months(alice)
    assert len(rows) == len(found)
    assert [row[1:] for row in rows.values()] == [
        [str(each[name]) for name in ("answers", "shown", "invited")]
        for each in reversed(found.values())
    ]


async def test_answers_nobody_was_asked_for_are_left_out_and_said(
    alice: Client, asked: Counted
) -> None:
    assert (
        "Left out: 150 answers by channels that counted no display or invitation in their month "
        "(Import)." in await page(alice)
    )


async def test_a_month_without_displays_has_no_rate(
    alice: Client, asked: Counted, shop: Shop
) -> None:
    await asked.answers(shop.nps_series, "2025-09", {10: 40}, "widget")
    september = (await months(alice))["2025-09"]
    assert (september["rate"], september["low"], september["answers"]) == (None, None, 0)
    assert printed(await page(alice))["Sep 2025"] == ["–", "0", "0", "0"]


async def test_no_rate_is_above_one(alice: Client, asked: Counted, shop: Shop) -> None:
    await asked.displays(shop.nps_series, "2025-09", 3)
    await asked.answers(shop.nps_series, "2025-09", {10: 4}, "widget")
    found = await rates(alice)
    assert found["months"][0]["rate"] is None
    assert found["overall"]["answers"] == 105
    assert "more answers than asked for" in await page(alice)


async def test_displays_that_nobody_answered_are_zero(
    alice: Client, asked: Counted, shop: Shop
) -> None:
    await asked.answers(shop.nps_series, "2025-08", {10: 1}, "import")
    await asked.displays(shop.nps_series, "2025-09", 60)
    september = (await months(alice))["2025-09"]
    assert (september["rate"], september["low"]) == (0.0, 0.0)
    assert september["high"] == pytest.approx(Z**2 / (60 + Z**2))


async def test_ten_points_from_the_months_before_get_a_word(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    for month in months_between("2025-10", "2026-01"):
        n = 2000 if month < "2026-01" else 3000
        await counted.answers(shop.nps_series, month, {10: n})
        await counted.displays(shop.nps_series, month, 10_000)
    assert (await months(alice))["2026-01"]["flag"] == "higher"


@pytest.mark.parametrize(
    ("asked", "flag"),
    [(30, ""), (100, ""), (200, "lower"), (10_000, "lower"), (1_000_000, "lower")],
)
async def test_a_rate_has_moved_only_beyond_chance(
    alice: Client, counted: Counted, shop: Shop, march: None, asked: int, flag: str
) -> None:
    """From 30 to 15 %: of 100 asked that is chance once in a while."""
    for month in months_between("2025-11", "2026-02"):
        share = 0.3 if month < "2026-02" else 0.15
        await counted.answers(shop.nps_series, month, {10: round(share * asked)})
        await counted.displays(shop.nps_series, month, asked)
    assert (await months(alice))["2026-02"]["flag"] == flag
    text = await page(alice)
    assert ("Fewer people answered: 15.0" in text) is bool(flag)
    assert ("<details open>" in text) is bool(flag)
    if asked == 10_000:
        assert (
            f"Fewer people answered: 15.0{SPACE}% of 10,000 displays and invitations in February, "
            f"30.0{SPACE}% in the three months before. Who stays silent is in no score: compare "
            "the scores with care." in text
        )


async def test_what_the_silent_ones_do_is_said_behind_the_rate(
    alice: Client, asked: Counted
) -> None:
    text = await page(alice)
    assert "650 asked, 105 answered: the other 545 may think otherwise." in text
    assert "a true mean of 3.00 is read as 2.57." in text


async def test_more_than_ten_points_from_the_months_before_get_a_word(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    answers = {"2025-10": 20, "2025-11": 22, "2025-12": 18, "2026-01": 30, "2026-02": 40}
    for month, n in answers.items():
        await counted.answers(shop.nps_series, month, {10: n})
        await counted.displays(shop.nps_series, month, 100)
    found = await months(alice)
    assert found["2026-01"]["usual"] == pytest.approx(0.2)
    assert (found["2026-01"]["flag"], found["2026-02"]["flag"]) == ("", "higher")
    assert found["2026-02"]["usual"] == pytest.approx(0.7 / 3)
    text = await page(alice)
    assert text.count("unusually high") == 1
    assert f"unusually high, 23.3{SPACE}% before" in text
    assert (await months(alice, "?metric=nps&from=2026-02"))["2026-02"]["flag"] == "higher"


async def test_a_low_month_gets_its_word_and_the_running_one_none(
    alice: Client, asked: Counted, shop: Shop
) -> None:
    await asked.displays(shop.nps_series, "2026-02", 300, "page")
    found = await months(alice)
    assert (found["2026-02"]["flag"], found["2026-03"]["flag"]) == ("lower", "")
    assert found["2026-03"]["usual"] is None
    assert "unusually low, 16.7" in await page(alice)


async def test_few_displays_get_no_word(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    for month, n in (("2025-10", 2), ("2025-11", 2), ("2025-12", 2), ("2026-01", 20)):
        await counted.answers(shop.nps_series, month, {10: n})
        await counted.displays(shop.nps_series, month, 29)
    assert (await months(alice))["2026-01"]["flag"] == ""


async def test_a_channel_and_a_place_have_rates_of_their_own(
    alice: Client, asked: Counted, shop: Shop
) -> None:
    by_mail = (await months(alice, "?metric=nps&channel=email"))["2026-02"]
    assert (by_mail["answers"], by_mail["invited"], by_mail["rate"]) == (8, 20, 0.4)
    await asked.answers(shop.csat_series, "2026-02", {5: 9})
    await asked.displays(shop.csat_series, "2026-02", 90)
    assert (await months(alice))["2026-02"]["rate"] == 20 / 120
    assert (await months(alice, f"?stage={shop.care.id}"))["2026-02"]["rate"] == 0.1


async def test_without_any_display_it_says_so(alice: Client, years: Counted) -> None:
    text = await page(alice)
    assert "Nobody was counted as asked in these months, so there is no response rate." in text
    assert "rate-table" not in text
    assert (await rates(alice))["overall"]["rate"] is None


async def test_a_new_display_is_another_page(alice: Client, asked: Counted, shop: Shop) -> None:
    tag = (await alice.get("/trends?metric=nps")).headers["ETag"]
    same = await alice.get("/trends?metric=nps", headers={"If-None-Match": tag})
    await asked.displays(shop.nps_series, "2026-03", 1, "page")
    other = await alice.get("/trends?metric=nps", headers={"If-None-Match": tag})
    assert (same.status_code, other.status_code) == (304, 200)
