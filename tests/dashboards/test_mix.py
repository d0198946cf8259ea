"""What a difference is made of: other scores within the groups, or another mix of groups."""

import csv
import html
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from litestar.testing import AsyncTestClient
from sqlmodel import col

from feedback.db import Database, new_id
from feedback.journeys.models import Touchpoint
from feedback.responses.models import RatingCount
from feedback.scoring import METRICS
from feedback.scoring.months import months_between, shift
from feedback.surveys.models import Series, Survey
from feedback.versions import note_counts
from feedback.wording import write_number, write_share
from tests import cast
from tests.cast import Shop
from tests.dashboards.counted import Counted
from tests.dashboards.test_trends import reworded

Client = AsyncTestClient[Any]
Facts = dict[str, Any]
Counts = dict[int, int]
BEFORE = months_between("2025-09", "2025-11")
AFTER = months_between("2025-12", "2026-02")


async def mix(client: Client, query: str = "?metric=nps") -> list[Facts]:
    answer = await client.get(f"/trends.json{query}")
    assert answer.status_code == 200, answer.text
    found: list[Facts] = answer.json()["mix"]
    return found


async def text(client: Client, query: str = "?metric=nps") -> str:
    return html.unescape((await client.get(f"/trends{query}")).text)


async def asked(
    counted: Counted, series: Series, before: dict[str, Counts], after: dict[str, Counts]
) -> None:
    """So many answers by channel in each month of the two periods."""
    for months, channels in ((BEFORE, before), (AFTER, after)):
        for month in months:
            for channel, counts in channels.items():
                await counted.answers(series, month, counts, channel)


@pytest.fixture
async def shifted(counted: Counted, shop: Shop, march: None) -> Counted:
    """Widget +60 and then +50; e-mail 0 as before, but with half of the answers, not a fifth."""
    await asked(
        counted,
        shop.nps_series,
        {"widget": {10: 64, 0: 16}, "email": {10: 10, 0: 10}},
        {"widget": {10: 30, 0: 10}, "email": {10: 20, 0: 20}},
    )
    return counted


async def test_it_works(alice: Client, shifted: Counted) -> None:
    found = await text(alice)
    assert "Sep–Nov 2025: +48 ±" in found
    assert "Dec 2025 – Feb 2026: +25 ±" in found
    assert (
        "Of the fall by 23.0 points, 6.5 came from within the channels and 16.5 from another "
        "mix of channels (E-mail: 20\N{NO-BREAK SPACE}% of the answers before, "
        "50\N{NO-BREAK SPACE}% after)." in found
    )


async def test_the_parts_are_those_of_kitagawa(alice: Client, shifted: Counted) -> None:
    [line] = await mix(alice)
    [split] = line["splits"]
    shares = {"widget": (0.8, 0.5), "email": (0.2, 0.5)}
    scores = {"widget": (60.0, 50.0), "email": (0.0, 0.0)}
    within = sum((shares[g][0] + shares[g][1]) / 2 * (scores[g][1] - scores[g][0]) for g in shares)
    mixed = sum((scores[g][0] + scores[g][1]) / 2 * (shares[g][1] - shares[g][0]) for g in shares)
    assert split["within"] == pytest.approx(within) == -6.5
    assert split["mix"] == pytest.approx(mixed) == -16.5
    assert split["change"] == pytest.approx(25.0 - 48.0)
    assert (line["before"]["score"], line["after"]["score"]) == (48.0, 25.0)
    assert (line["before"]["n"], line["after"]["n"]) == (300, 240)
    for group in split["groups"]:
        assert (group["share_before"], group["share_after"]) == shares[group["group"]]
        assert (group["score_before"], group["score_after"]) == scores[group["group"]]


async def test_the_page_prints_what_the_file_says(alice: Client, shifted: Counted) -> None:
    [line] = await mix(alice)
    nps, page = METRICS["nps"], re.sub(r"<[^>]+>|\s+", " ", await text(alice))
    page = re.sub(r" +", " ", page)
    for group in line["splits"][0]["groups"]:
        name = {"widget": "Widget", "email": "E-mail"}[group["group"]]
        cells = [
            f"{write_share(group['share_before'])} → then {write_share(group['share_after'])}",
            f"{write_number(group['score_before'], nps)} → then "
            f"{write_number(group['score_after'], nps)}",
        ]
        assert all(re.sub(r"\s", " ", f"{cell} ") in page for cell in cells), (name, cells)


async def test_a_mix_that_stands_is_said_to(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    before = {"widget": {10: 40, 0: 10}, "email": {10: 25, 0: 25}}
    after = {"widget": {10: 30, 0: 20}, "email": {10: 15, 0: 35}}
    await asked(counted, shop.nps_series, before, after)
    found = await text(alice)
    # Where from is told of no fall that may be chance.
    assert "The mix of channels hardly matters here." in found and "came from" not in found
    assert "No clear change, so this may be chance." in found


async def test_parts_that_cancel_out_are_said_with_their_signs(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    before = {"widget": {10: 40, 0: 10}, "email": {10: 25, 0: 25}}  # +60 and 0: +30
    after = {"widget": {10: 18, 0: 2}, "email": {10: 47, 0: 33}}  # +80 and +17.5: +30
    await asked(counted, shop.nps_series, before, after)
    found = await text(alice)
    assert "The score stands where it stood: +18 from within the channels and −18 from" in found
    assert "No clear change, so this may be chance." not in found


async def test_a_group_of_one_side_only_is_mix_alone(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await asked(
        counted, shop.nps_series, {"widget": {10: 40, 0: 10}},
        {"widget": {10: 40, 0: 10}, "qr": {10: 10, 0: 40}},
    )  # fmt: skip
    [split] = (await mix(alice))[0]["splits"]
    new = next(group for group in split["groups"] if group["group"] == "qr")
    assert (new["score_before"], new["score_after"], new["within"]) == (None, -60.0, 0.0)
    assert split["within"] == 0.0 and split["mix"] == pytest.approx(-60.0)
    assert "new: no answers before" in await text(alice)


async def test_groups_of_under_five_answers_are_one(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    usual = {"widget": {10: 40, 0: 10}, "email": {10: 20, 0: 20}}
    await asked(counted, shop.nps_series, usual, usual)
    await counted.answers(shop.nps_series, "2026-01", {0: 4}, "qr")
    await counted.answers(shop.nps_series, "2026-02", {0: 3}, "kiosk")
    await counted.answers(shop.nps_series, "2025-10", {0: 9}, "kiosk")
    [split] = (await mix(alice))[0]["splits"]
    assert [group["group"] for group in split["groups"]] == ["widget", "email", "others"]
    others = split["groups"][-1]
    assert (others["n_before"], others["n_after"]) == (9, 7)
    assert (others["score_before"], others["score_after"]) == (-100.0, -100.0)


async def test_too_few_others_have_no_numbers(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    usual = {"widget": {10: 40, 0: 10}}
    await asked(counted, shop.nps_series, usual, usual)
    await counted.answers(shop.nps_series, "2026-02", {0: 4}, "qr")
    [split] = (await mix(alice))[0]["splits"]
    others = split["groups"][-1]
    assert others["n_after"] == 4
    shown = ("score_before", "score_after", "within", "mix")
    assert [others[name] for name in shown] == [None] * 4


async def test_nothing_is_said_below_thirty_answers_a_period(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await counted.answers(shop.nps_series, "2025-10", {10: 20}, "widget")
    await counted.answers(shop.nps_series, "2025-10", {0: 9}, "email")
    await counted.answers(shop.nps_series, "2026-01", {10: 60}, "widget")
    [line] = await mix(alice)
    assert (line["state"], line["splits"]) == ("too few", [])
    found = await text(alice)
    assert "Fewer than 30 answers in one of the two periods: Checkout." in found


async def test_one_channel_at_one_touchpoint_has_no_mix(alice: Client, years: Counted) -> None:
    [line] = await mix(alice)
    assert (line["state"], line["splits"]) == ("one group", [])
    assert "Where differences come from" not in await text(alice)


async def fallen(counted: Counted, shop: Shop, months: int) -> None:
    """A year of +20, then so many months of -50, which is all said to be the e-mails' doing."""
    for at, month in enumerate(months_between("2024-11", "2026-02")[: 12 + months]):
        await counted.answers(shop.nps_series, month, {10: 60, 0: 20}, "widget")
        await counted.answers(shop.nps_series, month, {0: 160 if at > 11 else 20}, "email")


async def test_a_change_is_split_over_the_months_that_its_size_is_measured_in(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await fallen(counted, shop, 4)
    [line] = await mix(alice)
    assert line["is_since_change"]
    assert (line["after"]["from"], line["after"]["to"]) == ("2025-12", "2026-02")
    assert (line["before"]["from"], line["before"]["to"]) == ("2024-11", "2025-10")
    found = await text(alice)
    assert "Nov 2024 – Oct 2025: +20 ±" in found
    assert "Since it changed, Dec 2025 – Feb 2026: −50 ±" in found


@pytest.mark.parametrize("months", [2, 3, 4])
async def test_one_change_has_one_size_on_the_whole_page_and_in_its_files(
    months: int, alice: Client, counted: Counted, shop: Shop
) -> None:
    await fallen(counted, shop, months)
    with time_machine.travel(f"{shift('2025-11', months)}-15T12:00:00Z"):
        facts = (await alice.get("/trends.json?metric=nps")).json()
        found = await text(alice)
        board = html.unescape((await alice.get("/board")).text)
        row = next(csv.DictReader(io.StringIO((await alice.get("/board.csv")).text)))
    [told], [line] = facts["changes"], facts["mix"]
    size = told["now"] - told["before"]
    assert size == pytest.approx(-70.0)
    assert told["difference"] in (None, pytest.approx(size))
    assert [each["change"] for each in line["splits"]] == [pytest.approx(size)]
    assert (line["before"]["score"], line["after"]["score"]) == (told["before"], told["now"])
    assert [float(row[f"change_{name}"]) for name in ("before", "now")] == [20.0, -50.0]
    assert "the fall by 70 points" in found or "Of the fall by 70 points" in found
    for page in (found, board):
        assert "−50" in page and "+20" in page
        assert ("fell by 70 points in November (±" in page) == (told["difference"] is not None)


async def test_touchpoints_are_groups_too(
    alice: Client, counted: Counted, shop: Shop, database: Database, march: None
) -> None:
    place = Touchpoint(
        workspace_id=shop.workspace.id, id=new_id(), stage_id=shop.checkout.id, name="Cart"
    )
    async with database.write() as session:
        session.add(place)
        await session.flush()
        survey = Survey(
            workspace_id=shop.workspace.id, id=new_id(), touchpoint_id=place.id,
            question_id=shop.nps.question_id, key="cart", name="Cart", state="live",
            created_at=cast.OPENED, published_at=cast.OPENED,
        )  # fmt: skip
        session.add(survey)
        await session.flush()
        cart = Series(
            workspace_id=shop.workspace.id, id=new_id(), survey_id=survey.id, metric="nps",
            texts={}, opened_at=cast.OPENED,
        )  # fmt: skip
        session.add(cart)
    await asked(counted, shop.nps_series, {"widget": {10: 40}}, {"widget": {10: 40}})
    await asked(counted, cart, {"widget": {0: 10}}, {"widget": {0: 40}})
    [line] = await mix(alice)
    [split] = line["splits"]
    assert (split["by"], split["within"]) == ("touchpoint", 0.0)
    assert split["mix"] == pytest.approx(-60.0)
    assert {group["group"] for group in split["groups"]} == {"Payment", "Cart"}
    assert "Of the fall by 60 points, 0 came from within the touchpoints and 60" in await text(
        alice
    )
    stages = await mix(alice, f"?metric=nps&stage={shop.checkout.id}")
    assert [line["touchpoint"] for line in stages] == [None, "Payment", "Cart"]


async def test_a_wording_asked_anew_is_not_split(
    alice: Client, counted: Counted, shop: Shop, database: Database, march: None
) -> None:
    new = await reworded(database, shop, datetime(2025, 11, 10, tzinfo=UTC))
    usual = {"widget": {10: 40, 0: 10}, "email": {10: 20, 0: 20}}
    await asked(counted, shop.nps_series, usual, {})
    await asked(counted, new, {}, usual)
    await counted.answers(new, "2025-11", {10: 50})
    [line] = await mix(alice)
    assert (line["state"], line["splits"]) == ("asked anew", [])
    assert "Asked anew meanwhile, so the periods do not compare: Checkout." in await text(alice)


async def test_a_chosen_channel_has_no_mix_of_channels(alice: Client, shifted: Counted) -> None:
    [line] = await mix(alice, "?metric=nps&channel=email")
    assert (line["state"], line["after"]["n"]) == ("one group", 120)


async def test_another_channel_is_another_page(alice: Client, shifted: Counted, shop: Shop) -> None:
    """The sums alone may stay: an answer taken from one channel and given to another."""
    tag = (await alice.get("/trends?metric=nps")).headers["ETag"]
    await counted_again(shifted, shop)
    answer = await alice.get("/trends?metric=nps", headers={"If-None-Match": tag})
    assert answer.status_code == 200


async def counted_again(counted: Counted, shop: Shop) -> None:
    async with counted.database.write() as session:
        await session.exec(
            sa.update(RatingCount)
            .where(
                col(RatingCount.workspace_id) == shop.workspace.id,
                col(RatingCount.channel) == "email",
            )
            .values(channel="qr")
        )
        await note_counts(session, shop.workspace.id)
