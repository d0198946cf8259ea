"""Did it help? The same months a year before, recomputed here from the raw counts."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from scipy import stats

from feedback.db import Database, new_id
from feedback.journeys.models import Touchpoint
from feedback.scoring.months import months_between, shift
from feedback.surveys.models import Series
from tests.actions.conftest import Adder
from tests.cast import OPENED, TEXTS, Shop
from tests.dashboards.counted import Counted
from tests.forms import Client, send

pytestmark = pytest.mark.usefixtures("march")
WEAK, STRONG = {3: 30, 8: 30, 10: 40}, {3: 10, 8: 30, 10: 60}  # +10 and +50


def nps(score: int, n: int = 100) -> dict[int, int]:
    return {3: (100 - score) * n // 200, 10: (100 + score) * n // 200}


async def numbers(client: Client, address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await client.get(f"{address}.json")).json()["rows"]
    return rows


async def fill(counted: Counted, series: Series, first: str, last: str, counts: Any) -> None:
    await counted.monthly(series, months_between(first, last), counts)


async def line(counted: Counted, series: Series, first: str, *scores: int) -> None:
    """Months of 100 answers, one after the other from the first."""
    for at, each in enumerate(scores):
        await counted.answers(series, shift(first, at), nps(each))


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
    before, after = [20, 30, 40, 30], [44, 50, 58, 56]
    await line(counted, shop.nps_series, "2024-09", 30, 30, *before, *[30] * 8, *after)
    address = await add(done_on="2025-10-10")
    (row,) = await numbers(alice, address)
    expected = stats.ttest_rel(after, before).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high))
    assert (row["verdict"], row["difference"], row["months"]) == ("better", 22, 4)
    assert (row["before_n"], row["after_n"], row["compared"]) == (600, 400, "year")
    page = (await alice.get(address)).text
    assert "+30 before, +52 after." in page
    assert "Better: +22 points year on year, between +16 and +28." in page
    assert "After 4 months of 6; look again in May." in page
    assert "does not show that the action caused it" in page
    assert "Jan 2026" in page and "+58</a> <small>100</small>" in page
    assert "Better: +22 points year on year" in (await alice.get("/actions")).text


async def test_a_season_is_no_effect(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    season = [*[10] * 6, *[50] * 6]  # March to August, September to February
    await line(counted, shop.nps_series, "2024-03", *season, *season)
    address = await add(done_on="2025-09-10")
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["difference"], row["before_score"]) == ("unclear", 0, 10)
    page = (await alice.get(address)).text
    assert "+10 before, +50 after." in page and "No clear difference year on year" in page


async def test_after_a_bad_spell_it_is_not_yet_proof(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    for month in months_between("2025-01", "2026-02"):
        happy = 60 if month < "2025-09" else 56 if month < "2025-12" else 66
        await counted.answers(shop.csat_series, month, {2: 100 - happy, 5: happy})
    address = await add(place=f"touchpoint:{shop.delivery.id}")
    said = (
        "58\N{NO-BREAK SPACE}% before, 66\N{NO-BREAK SPACE}% after. Higher, not yet proof: you "
        "acted at a low point, and part of such a rise comes by itself. Look again in April."
    )
    (row,) = await numbers(alice, address)
    assert (row["effect"], row["after_bad_spell"]) == (said, True)
    assert (row["verdict"], row["known_from"], row["difference"]) == ("early", "2026-04", None)
    page = (await alice.get(address)).text
    for part in (*said.replace(". ", ".|").split("|"), "worst month, quarter or half-year"):
        assert part in page
    later = await add(place=f"touchpoint:{shop.delivery.id}", done_on="2026-01-10")
    assert (await numbers(alice, later))[0]["effect"].endswith("not yet proof. Look again in May.")
    await send(alice, "/language", language="fr", next="/actions")
    assert (await numbers(alice, address))[0]["effect"].replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    ) == (
        "58 % avant, 66 % après. Plus haut, mais pas encore une preuve : vous avez agi au plus "
        "bas, une partie de la hausse vient d’elle-même. À revoir en avril."
    )


async def test_its_own_month_and_the_running_one_stay_out(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2024-06", "2026-03", {10: 50})
    (row,) = await numbers(alice, await add(done_on="2025-08-31"))
    assert (row["before_first"], row["before_last"], row["before_n"]) == ("2025-02", "2025-07", 300)
    assert (row["after_first"], row["after_last"], row["after_n"]) == ("2025-09", "2026-02", 300)
    assert (row["own_month_n"], row["months"], row["verdict"]) == (50, 6, "unclear")
    (row,) = await numbers(alice, await add(done_on="2026-01-01"))
    assert (row["after_first"], row["after_last"], row["after_n"]) == ("2026-02", "2026-02", 50)
    assert (row["verdict"], row["months"], row["known_from"]) == ("early", 1, "2026-05")


async def test_worse_is_said_as_plainly(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.csat_series, "2024-09", "2025-10", {2: 10, 5: 90})
    await fill(counted, shop.csat_series, "2025-11", "2026-02", {2: 40, 5: 60})
    address = await add(place=f"touchpoint:{shop.delivery.id}", done_on="2025-11-10")
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["difference"]) == ("worse", pytest.approx(-30))
    assert "Worse: −30 points year on year" in (await alice.get(address)).text


async def test_a_low_mean_is_better_where_low_is_good(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    effort = await reword(database, shop.nps_series, OPENED, "ces_effort_5")
    await fill(counted, effort, "2024-09", "2025-10", {4: 60, 5: 40})
    await fill(counted, effort, "2025-11", "2026-02", {1: 40, 2: 60})
    address = await add(done_on="2025-11-10")
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["metric"]) == ("better", "ces_effort_5")
    assert row["difference"] == pytest.approx(1.6 - 4.4)
    assert "Better: −2.8 year on year" in (await alice.get(address)).text
    early = await add(done_on="2025-12-10")  # after the fall: lower is the good way
    assert "Lower, not yet proof" in (await alice.get(early)).text


NEVER = [
    pytest.param("2025-12-10", "2025-02", {10: 50}, "answers begin in February 2025", id="young"),
    pytest.param("2026-01-10", "2025-01", {10: 29}, "three months of 30 answers", id="29 a month"),
    pytest.param("2025-03-10", "2025-03", {10: 50}, "nobody had answered there", id="first month"),
    pytest.param("2025-04-10", "2025-03", {10: 50}, "begin in March 2025", id="second month"),
]


@pytest.mark.parametrize("day, first, counts, said", NEVER)
async def test_without_a_year_before_it_says_that_there_is_no_verdict(
    alice: Client, add: Adder, shop: Shop, counted: Counted,
    day: str, first: str, counts: dict[int, int], said: str,
) -> None:  # fmt: skip
    await fill(counted, shop.nps_series, first, "2026-02", counts)
    address = await add(done_on=day)
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["known_from"], row["difference"]) == ("early", None, None)
    page = (await alice.get(address)).text
    assert said in page and "Look again" not in page and "year on year" not in page
    assert row["after_n"] and "none after" not in page


async def test_eleven_months_after_the_first_answers_there_is_one(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2024-12", "2026-02", WEAK)
    (row,) = await numbers(alice, await add(done_on="2025-11-30"))
    assert (row["verdict"], row["known_from"], row["months"]) == ("unclear", "2026-03", 3)
    (row,) = await numbers(alice, await add(done_on="2025-10-31"))
    assert (row["verdict"], row["known_from"]) == ("early", None)


async def test_counts_corrected_two_years_back_are_the_counts(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2023-02", "2024-01", WEAK)
    await fill(counted, shop.nps_series, "2024-03", "2024-08", STRONG)
    address = await add(done_on="2024-02-29")  # a leap day
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["difference"]) == ("better", pytest.approx(40))
    corrected = months_between("2023-03", "2023-08")
    await counted.monthly(shop.nps_series, corrected, {10: 300}, "import")
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["months"]) == ("worse", 6)


async def test_one_enormous_month_counts_as_one(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await line(counted, shop.nps_series, "2024-09", *[30, 20, 34, 26, 30, 38] * 3)
    await counted.answers(shop.nps_series, "2025-11", {10: 90_000}, "import")
    address = await add(done_on="2025-10-10")
    (row,) = await numbers(alice, address)
    assert row["after_score"] > 99 and row["verdict"] == "unclear"


async def test_a_plan_is_compared_with_nothing(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2025-03", "2026-03", STRONG)
    address = await add(done_on="2026-03-16")
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["difference"], row["known_from"]) == ("planned", None, "2026-07")
    said = "Planned for 16 Mar 2026. Whether it helped can be said from July."
    assert row["effect"] == said and said in (await alice.get("/actions")).text
    (row,) = await numbers(alice, await add(done_on="2028-02-29"))
    assert (row["verdict"], row["known_from"]) == ("planned", "2028-06")


async def test_an_action_of_today_waits_for_three_months(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2025-03", "2026-03", STRONG)
    address = await add(done_on="2026-03-15")
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["known_from"], row["own_month_n"]) == ("early", "2026-07", 100)
    assert "+50 before, no complete month after it yet. Look again in July." in row["effect"]


async def test_a_line_without_answers_says_so(alice: Client, add: Adder) -> None:
    address = await add()
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["known_from"], row["after_n"]) == ("early", None, 0)
    assert "nobody had answered there before it" in (await alice.get(address)).text


async def test_a_line_of_one_month_is_a_number_and_no_verdict(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await counted.answers(shop.nps_series, "2025-11", STRONG)
    (row,) = await numbers(alice, await add())
    assert (row["before_score"], row["after_n"], row["verdict"]) == (50, 0, "early")
    assert row["effect"].startswith(
        "+50 before, no answers after it. No verdict: it takes the same"
    )


async def test_a_seam_before_it_leaves_no_year_to_compare(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    await fill(counted, shop.nps_series, "2024-06", "2025-09", WEAK)
    second = await reword(database, shop.nps_series, datetime(2025, 9, 20, tzinfo=UTC))
    await fill(counted, second, "2025-09", "2026-02", STRONG)
    address = await add(done_on="2025-11-10")
    (row,) = await numbers(alice, address)
    assert (row["before_first"], row["before_n"], row["left_out_n"]) == ("2025-09", 200, 500)
    assert (row["verdict"], row["known_from"], row["months"]) == ("early", None, 0)
    page = (await alice.get(address)).text
    assert "+50 before, +50 after." in page and "500 answers to questions that were worded" in page
    assert "the question was worded anew, so a year before does not compare" in page


async def test_a_seam_after_it_cuts_the_months_after(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    await fill(counted, shop.nps_series, "2024-10", "2026-01", WEAK)
    second = await reword(database, shop.nps_series, datetime(2026, 2, 1, tzinfo=UTC))
    await counted.answers(second, "2026-02", STRONG)
    (row,) = await numbers(alice, await add())
    assert (row["before_n"], row["after_n"], row["after_last"]) == (600, 100, "2026-01")
    assert (row["left_out_n"], row["verdict"], row["known_from"]) == (100, "early", None)


@pytest.mark.parametrize("metric", ["nps", "csat_5"])
async def test_a_seam_in_its_month_leaves_nothing_to_compare(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database, metric: str
) -> None:
    await fill(counted, shop.nps_series, "2024-09", "2025-12", WEAK)
    opened = datetime(2025, 12, 31, 22, tzinfo=UTC)  # 23:00 in Paris, still December
    second = await reword(database, shop.nps_series, opened, metric)
    await fill(counted, second, "2026-01", "2026-02", {5: 100})
    address = await add()
    (row,) = await numbers(alice, address)
    assert (row["verdict"], row["difference"], row["known_from"]) == ("anew", None, None)
    assert row["effect"] == "Nothing to compare with: the question was worded anew."
    assert row["effect"] in (await alice.get(address)).text


async def test_an_old_action_is_read_by_what_was_asked_then(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    await fill(counted, shop.nps_series, "2025-02", "2025-06", WEAK)
    await reword(database, shop.nps_series, datetime(2025, 12, 1, tzinfo=UTC), "csat_5")
    (row,) = await numbers(alice, await add(done_on="2025-04-10"))
    assert (row["metric"], row["before_n"], row["after_n"]) == ("nps", 200, 200)


async def archive(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        payment = await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))
        payment.archived_at = datetime(2026, 3, 8, tzinfo=UTC)
        session.add(payment)


async def test_a_touchpoint_archived_last_week_gets_no_more_answers(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    await fill(counted, shop.nps_series, "2024-09", "2026-02", STRONG)
    early, known = await add(done_on="2025-12-10"), await add(done_on="2025-10-10")
    assert (await numbers(alice, early))[0]["known_from"] == "2026-04"
    await archive(database, shop)
    (row,) = await numbers(alice, early)
    assert (row["verdict"], row["known_from"]) == ("early", None)
    assert "Look again" not in row["effect"]
    assert (await numbers(alice, known))[0]["verdict"] == "unclear"


async def test_a_pair_holds_what_was_asked_in_both_of_its_months(
    alice: Client, add: Adder, shop: Shop, counted: Counted, database: Database
) -> None:
    """A touchpoint that was added in between would lift the stage without anybody doing a thing."""
    async with database.write() as session:
        payment = await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))
        added = await session.get_one(Touchpoint, (shop.workspace.id, shop.delivery.id))
        added.stage_id = payment.stage_id
        session.add(added)
    happy = await reword(database, shop.csat_series, OPENED, "nps")
    await fill(counted, shop.nps_series, "2024-06", "2026-02", WEAK)
    await fill(counted, happy, "2025-06", "2026-02", {10: 100})
    (row,) = await numbers(alice, await add(place=f"stage:{shop.checkout.id}"))
    assert (row["before_n"], row["after_n"], row["after_score"]) == (1200, 400, 55)
    (row,) = await numbers(
        alice, await add(place=f"stage:{shop.checkout.id}", done_on="2025-09-10")
    )
    assert (row["verdict"], row["difference"], row["months"]) == ("unclear", 0, 5)


async def test_lines_read_together_get_wider_intervals(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    after = [20, 34, 40]
    for series, best in ((shop.nps_series, 10), (shop.csat_series, 5)):
        for at, each in enumerate([*[20] * 15, *after]):
            counts = {1: (100 - each) // 2, best: (100 + each) // 2}
            await counted.answers(series, shift("2024-09", at), counts)
    address = await add(place=f"journey:{shop.journey.id}", done_on="2025-11-10")
    first, second = await numbers(alice, address)
    assert (first["line"], second["line"]) == ("Checkout", "After-sales")
    assert first["level"] == second["level"] == 0.975
    expected = stats.ttest_rel(after, [20] * 3).confidence_interval(0.975)
    assert (first["low"], first["high"]) == pytest.approx((expected.low, expected.high))
    page = (await alice.get(address)).text
    assert "97.5" in page and "Of 2 stages: 0 better, 0 worse, 2 without a clear" in page


async def test_of_several_lines_without_a_verdict_the_first_to_come_is_told(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2025-01", "2026-02", WEAK)
    await add(place=f"journey:{shop.journey.id}", title="All")
    assert "No verdict yet. Look again in April." in (await alice.get("/actions")).text


async def test_a_note_has_a_chart_and_no_verdict(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2024-09", "2026-02", STRONG)
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


async def test_what_else_was_done_or_noted_there_is_named(
    alice: Client, add: Adder, shop: Shop
) -> None:
    address = await add()
    await add(title="Same month")
    await add(title="Fewer fields", done_on="2026-01-20")
    await add(title="Prices rise", done_on="2025-01-31", kind="note")
    await add(title="Long ago", done_on="2024-12-31")
    await add(title="Elsewhere", place=f"touchpoint:{shop.delivery.id}")
    page = (await alice.get(address)).text
    named = page.partition("Also here since a year before")[2].partition("</section>")[0]
    for title in ("Same month", "Fewer fields", "Prices rise"):
        assert title in named
    assert "Long ago" not in named and "Elsewhere" not in named
    (row,) = await numbers(alice, address)
    said = "2026-01-20 Fewer fields; 2025-12-10 Same month; 2025-01-31 Prices rise"
    assert row["also_here"] == said


async def test_page_and_files_agree(
    alice: Client, add: Adder, shop: Shop, counted: Counted
) -> None:
    await fill(counted, shop.nps_series, "2024-09", "2025-10", WEAK)
    await fill(counted, shop.nps_series, "2025-11", "2026-02", STRONG)
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
    await fill(counted, shop.nps_series, "2024-03", "2025-08", WEAK)
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
