"""Before and after, recomputed here from the raw counts by the textbook's formulas."""

import csv
import io
from datetime import UTC, datetime
from math import sqrt
from typing import Any

import pytest

from feedback.db import Database, new_id
from feedback.scoring.months import months_between
from feedback.surveys.models import Series
from tests.actions.conftest import Adder
from tests.cast import OPENED, TEXTS, Shop
from tests.dashboards.counted import Counted
from tests.forms import Client

pytestmark = pytest.mark.usefixtures("march")
Z = 1.959963984540054
WEAK, STRONG = {3: 30, 8: 30, 10: 40}, {3: 10, 8: 30, 10: 60}


def nps_difference(after: dict[int, int], before: dict[int, int], z: float = Z) -> Any:
    """(observed, low, high) in points: each side with 3/4, 3/2, 3/4 pseudo-answers."""

    def bands(counts: dict[int, int]) -> tuple[float, float, float]:
        low = sum(n for rating, n in counts.items() if rating <= 6)
        high = sum(n for rating, n in counts.items() if rating >= 9)
        return low, sum(counts.values()) - low - high, high

    def net(d: float, p: float, r: float) -> tuple[float, float]:
        n = d + p + r
        return (r - d) / n, ((r + d) / n - ((r - d) / n) ** 2) / n

    (one, _), (other, _) = net(*bands(after)), net(*bands(before))
    sides = []
    for counts in (after, before):
        d, p, r = bands(counts)
        sides.append(net(d + 0.75, p + 1.5, r + 0.75))
    (a, var_a), (b, var_b) = sides
    margin = z * sqrt(var_a + var_b)
    return 100 * (one - other), 100 * (a - b - margin), 100 * (a - b + margin)


def times(counts: dict[int, int], months: int) -> dict[int, int]:
    return {rating: n * months for rating, n in counts.items()}


async def numbers(client: Client, address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await client.get(f"{address}.json")).json()["rows"]
    return rows


async def fill(counted: Counted, series: Series, first: str, last: str, counts: Any) -> None:
    await counted.monthly(series, months_between(first, last), counts)


async def reword(database: Database, old: Series, opened: datetime, metric: str = "") -> Series:
    """The next series of the same survey, as another wording opens it."""
    async with database.write() as session:
        series = Series(
            workspace_id=old.workspace_id, id=new_id(), survey_id=old.survey_id,
            number=old.number + 1, metric=metric or old.metric, texts=TEXTS, opened_at=opened,
        )  # fmt: skip
        session.add(series)
    return series


async def test_it_works(alice: Client, add: Adder, shop: Shop, counted: Counted) -> None:
    await fill(counted, shop.nps_series, "2025-09", "2025-11", WEAK)
    await fill(counted, shop.nps_series, "2026-01", "2026-02", STRONG)
    address = await add()
    (row,) = await numbers(alice, address)
    observed, low, high = nps_difference(times(STRONG, 2), times(WEAK, 3))
    assert row["observed"] == pytest.approx(observed) == pytest.approx(40)
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=1e-9), pytest.approx(high))
    assert (row["before_n"], row["after_n"], row["verdict"]) == (300, 200, "better")
    page = (await alice.get(address)).text
    assert "After: +50 (200 answers), before: +10 (300): +40 points, between +26 and +53." in page
    assert "Clearly better" in page and "no proof of a cause" in page
    assert "+40 points, between +26 and +53." in (await alice.get("/actions")).text


async def test_its_own_month_the_running_one_and_what_is_far_stay_out(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2025-01", "2026-03", {10: 50})
    (row,) = await numbers(alice, await add(done_on="2025-08-31"))
    assert (row["before_first"], row["before_last"], row["before_n"]) == ("2025-02", "2025-07", 300)
    assert (row["after_first"], row["after_last"], row["after_n"]) == ("2025-09", "2026-02", 300)
    assert row["own_month_n"] == 50
    (row,) = await numbers(alice, await add(done_on="2026-01-01"))
    assert (row["after_first"], row["after_last"], row["after_n"]) == ("2026-02", "2026-02", 50)


async def test_it_names_no_difference_that_chance_explains(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await counted.answers(shop.nps_series, "2025-11", {3: 30, 8: 30, 10: 40})
    await counted.answers(shop.nps_series, "2026-01", {3: 28, 8: 30, 10: 42})
    address = await add()
    (row,) = await numbers(alice, address)
    assert row["verdict"] == "unclear" and row["low"] < 0 < row["high"]
    page = (await alice.get(address)).text
    assert "No clear difference" in page and "between −19 and +26 points" in page


async def test_worse_is_said_as_plainly(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await counted.answers(shop.csat_series, "2025-11", {2: 10, 5: 90})
    await counted.answers(shop.csat_series, "2026-01", {2: 40, 5: 60})
    address = await add(place=f"touchpoint:{shop.delivery.id}")
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["method"]) == ("worse", "newcombe")
    assert row["observed"] == pytest.approx(-30)
    assert "−30 points" in (await alice.get(address)).text


async def test_a_low_mean_is_better_where_low_is_good(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    effort = await reword(database, shop.nps_series, OPENED, "ces_effort_5")
    await counted.answers(effort, "2025-11", {4: 60, 5: 40})
    await counted.answers(effort, "2026-01", {1: 40, 2: 60})
    address = await add()
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["metric"]) == ("better", "ces_effort_5")
    assert row["observed"] == pytest.approx(1.6 - 4.4)
    assert "−2.8" in (await alice.get(address)).text


EARLY = [
    pytest.param("2026-01-10", 12, "12 of at least 30 answers; look again in May 2026", id="few"),
    pytest.param("2026-01-10", 0, "0 of at least 30 answers; look again in April 2026", id="none"),
    pytest.param("2026-01-10", 1, "1 of at least 30 answers; look again in August 2026", id="rare"),
    pytest.param("2026-03-01", 0, "look again in May 2026", id="this month"),
]


@pytest.mark.parametrize("day, n, said", EARLY)
async def test_it_says_when_to_look_again(
    alice: Client, add: Adder, shop: Shop, counted: Counted, day: str, n: int, said: str
) -> None:
    await counted.answers(shop.nps_series, "2025-12", WEAK)
    if n:
        await counted.answers(shop.nps_series, "2026-02", {10: n})
    address = await add(done_on=day)
    page = (await alice.get(address)).text
    assert "Too early to say" in page and said in page
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["observed"], row["low"]) == ("early", None, None)


SCARCE = [
    pytest.param("2025-05-10", 12, 99, "few_before", "12 of at least 30", id="before"),
    pytest.param("2025-05-10", 99, 12, "few_after", "12 of at least 30", id="after"),
    pytest.param("2025-05-10", 0, 99, "few_before", "0 of at least 30", id="nothing before"),
]


@pytest.mark.parametrize("day, before, after, verdict, said", SCARCE)
async def test_it_says_when_there_will_never_be_enough(
    alice: Client, add: Adder, shop: Shop, counted: Counted,
    day: str, before: int, after: int, verdict: str, said: str,
) -> None:  # fmt: skip
    for month, n in (("2025-04", before), ("2025-06", after)):
        if n:
            await counted.answers(shop.nps_series, month, {10: n})
    address = await add(done_on=day)
    (row,) = await numbers(alice, address)
    assert row["verdict"] == verdict
    assert said in (await alice.get(address)).text


async def test_a_plan_is_compared_with_nothing(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2025-09", "2026-03", STRONG)
    address = await add(done_on="2026-03-16")
    assert [row["verdict"] for row in await numbers(alice, address)] == ["planned"]
    assert "Planned for 16 Mar 2026." in (await alice.get(address)).text
    assert "Planned for 16 Mar 2026." in (await alice.get("/actions")).text


async def test_a_seam_before_it_cuts_the_months_before(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    await fill(counted, shop.nps_series, "2025-06", "2025-09", WEAK)
    second = await reword(database, shop.nps_series, datetime(2025, 9, 20, tzinfo=UTC))
    await fill(counted, second, "2025-09", "2025-11", STRONG)
    await fill(counted, second, "2026-01", "2026-02", STRONG)
    address = await add()
    (row,) = await numbers(alice, address)
    assert (row["before_first"], row["before_n"], row["left_out_n"]) == ("2025-09", 300, 400)
    assert (row["observed"], row["verdict"]) == (pytest.approx(0), "unclear")
    assert "400 answers to questions that were worded anew" in (await alice.get(address)).text


async def test_a_seam_after_it_cuts_the_months_after(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    await fill(counted, shop.nps_series, "2025-10", "2026-01", WEAK)
    second = await reword(database, shop.nps_series, datetime(2026, 2, 1, tzinfo=UTC))
    await counted.answers(second, "2026-02", STRONG)
    (row,) = await numbers(alice, await add())
    assert (row["before_n"], row["after_n"], row["after_last"]) == (200, 100, "2026-01")
    assert row["left_out_n"] == 100


@pytest.mark.parametrize("metric", ["nps", "csat_5"])
async def test_a_seam_in_its_month_leaves_nothing_to_compare(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database, metric: str
) -> None:
    await fill(counted, shop.nps_series, "2025-09", "2025-12", WEAK)
    opened = datetime(2025, 12, 31, 22, tzinfo=UTC)  # 23:00 in Paris, still December
    second = await reword(database, shop.nps_series, opened, metric)
    await fill(counted, second, "2026-01", "2026-02", {5: 100})
    address = await add()
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["observed"]) == ("anew", None)
    assert "the question was worded anew" in (await alice.get(address)).text


async def test_an_old_action_is_read_by_what_was_asked_then(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    await fill(counted, shop.nps_series, "2025-02", "2025-06", WEAK)
    await reword(database, shop.nps_series, datetime(2025, 12, 1, tzinfo=UTC), "csat_5")
    (row,) = await numbers(alice, await add(done_on="2025-04-10"))
    assert (row["metric"], row["before_n"], row["after_n"]) == ("nps", 200, 200)


async def test_a_stage_is_read_by_its_headline(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await counted.answers(shop.nps_series, "2025-11", WEAK)
    await counted.answers(shop.nps_series, "2026-01", STRONG)
    (row,) = await numbers(alice, await add(place=f"stage:{shop.checkout.id}"))
    assert (row["line"], row["metric"], row["touchpoint"]) == ("Checkout", "nps", None)
    assert (row["observed"], row["level"]) == (pytest.approx(40), 0.95)


async def test_lines_read_together_get_wider_intervals(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    for series, good in ((shop.nps_series, 10), (shop.csat_series, 5)):
        await counted.answers(series, "2025-11", {1: 30, good: 70})
        await counted.answers(series, "2026-01", {1: 30, good: 70})
    address = await add(place=f"journey:{shop.journey.id}")
    first, second = await numbers(alice, address)
    assert (first["line"], second["line"]) == ("Checkout", "After-sales")
    assert first["level"] == second["level"] == 0.975
    counts = {1: 30, 10: 70}
    assert first["low"] == pytest.approx(nps_difference(counts, counts, 2.241402727604947)[1])
    page = (await alice.get(address)).text
    assert "97.5" in page and "Of 2 stages: 0 clearly better, 0 clearly worse" in page


async def test_a_note_has_a_chart_and_no_verdict(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2025-09", "2026-02", STRONG)
    address = await add(kind="note", title="Prices rise")
    page = (await alice.get(address)).text
    assert "Did it help?" not in page and f"chart_{shop.payment.id}" in page
    (row,) = await numbers(alice, address)
    assert (row["kind"], row["verdict"], row["effect"], row["after_n"]) == (
        "note",
        None,
        None,
        None,
    )


async def test_what_else_was_done_there_is_named(alice: Client, add: Adder, shop: Shop) -> None:
    address = await add()
    await add(title="Fewer fields", done_on="2026-01-20")
    await add(title="Long ago", done_on="2025-05-31")
    await add(title="Elsewhere", place=f"touchpoint:{shop.delivery.id}")
    page = (await alice.get(address)).text
    named = page.partition("Also done here in these months")[2].partition("</section>")[0]
    assert "Fewer fields" in named
    assert "Long ago" not in named and "Elsewhere" not in named


async def test_page_and_files_agree(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2025-09", "2026-02", STRONG)
    everywhere = {"place": f"journey:{shop.journey.id}", "done_on": "2025-11-02"}
    addresses = [await add(), await add(kind="note", title="=Prices")]
    addresses.append(await add(title="All", **everywhere))
    whole = (await alice.get("/actions.json")).json()["rows"]
    assert [row["title"] for row in whole] == ["=Prices", "Wallets are in", "All", "All"]
    by_file = list(csv.DictReader(io.StringIO((await alice.get("/actions.csv")).text)))
    assert [row["title"] for row in by_file][:2] == ["'=Prices", "Wallets are in"]
    listed = (await alice.get("/actions")).text
    for address in addresses:
        rows = await numbers(alice, address)
        assert [row for row in whole if row["id"] == rows[0]["id"]] == rows
        lines = list(csv.DictReader(io.StringIO((await alice.get(f"{address}.csv")).text)))
        assert [line["low"] for line in lines] == [_text(row["low"]) for row in rows]
        assert len(rows) > 1 or not rows[0]["effect"] or rows[0]["effect"] in listed
        page = (await alice.get(address)).text
        for row in rows:
            for side in ("before", "after"):
                assert row[f"{side}_score"] is None or f'value="{row[f"{side}_score"]}"' in page


def _text(value: float | None) -> str:
    return "" if value is None else repr(value)


async def test_the_watch_for_changes_has_its_say(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2024-06", "2025-08", WEAK)
    await fill(counted, shop.nps_series, "2025-09", "2026-02", STRONG)
    said = "The watch for changes says that this line rose since September 2025."
    assert said in (await alice.get(await add(done_on="2025-08-20"))).text
    quiet = (await alice.get(await add(done_on="2025-02-20"))).text
    assert "The watch for changes names none on this line near that day." in quiet


async def test_its_own_flag_stands_out_on_the_chart(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2025-06", "2026-02", STRONG)
    address, other = await add(), await add(title="Fewer fields", done_on="2026-01-20")
    page = (await alice.get(address)).text
    assert f'class="flag" href="{address}#here"' in page and 'id="here"' in page
    assert f'class="flag" href="{other}"' in page
