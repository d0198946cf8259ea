"""Each refusal through widget and kiosk: what is kept, what is told, and after how long."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.db import Database
from tests.browser.acts import answers
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.browser.surfaces import FAILED, Kiosk, Row, Surface, Widget
from tests.cast import Shop

PAGE = "<!doctype html><title>Gateway</title><h1>Sign in to go on</h1>"
# When answers were sent, by the page's own clock.
TIMES = """
  const plain = fetch;
  window.times = [];
  window.fetch = (to, options) => {
    if (String(to).includes("/r/")) times.push(Date.now());
    return plain(to, options);
  };
"""

NEVER_AGAIN = [
    Row(404, "survey_unknown"),
    Row(409, "seq_conflict"),
    Row(413, "body_too_large"),
    Row(422, "rating_invalid"),
    Row(422, "rating_off_scale"),
    Row(422, "submission_id_invalid"),
    Row(422, "v_invalid"),
]
KEPT = [
    Row(0),
    Row(403, "survey_paused", rest=60),
    Row(403, "survey_draft", rest=60),
    Row(408, "too_slow"),
    Row(410, "survey_closed", rest=60),
    Row(425, "too_early"),
    Row(429, "too_many", {"Retry-After": "90"}, rest=90),
    Row(429, "too_many"),
    Row(500, "server_error"),
    Row(502, PAGE),
    Row(503, "busy", {"Retry-After": "7"}, rest=7),
    # Not a word of ours: a proxy's page, a captive portal's, another program's JSON.
    Row(200, PAGE),
    Row(201, "{}"),
    Row(403, PAGE, rest=60),
    Row(404, PAGE),
    Row(404, '{"status": 404, "error": "Not Found"}'),
    Row(413, PAGE),
    Row(422, PAGE),
]
DETAILS = [
    Row(422, "properties_invalid", gone=frozenset({"properties"})),
    Row(422, "locale_invalid", gone=frozenset({"locale"})),
    Row(422, "answered_at_too_old", gone=frozenset({"answered_at"})),
    Row(422, "of_another_kind", gone=frozenset({"properties", "page", "contact"})),
    Row(400, "body_malformed", gone=frozenset({"properties", "page", "contact"})),
    Row(403, "signature_invalid", gone=frozenset({"contact"})),
]


@pytest_asyncio.fixture(loop_scope="session", params=[Widget, Kiosk])
async def surface(
    request: pytest.FixtureRequest,
    site: Site,
    tag: Tag,
    base: str,
    open_page: PageMaker,
    shop: Shop,
) -> Surface:
    named = f'data-feedback-survey="{shop.nps.key}" data-feedback-property-desk="3" '
    named += 'data-feedback-contact-id="c-7"'
    address = site.add(tag(named))
    if request.param is Kiosk:
        address = f"{base}/k/{shop.nps.key}?p_desk=3"
    page = await open_page("about:blank", service_workers="block")
    made: Surface = request.param(page, address, shop)
    await made.begin()
    return made


async def test_what_is_refused_for_good_is_dropped_and_told(
    surface: Surface, database: Database, shop: Shop
) -> None:
    for row in NEVER_AGAIN:
        await surface.tap([row])
        await surface.tells(FAILED)
        assert not await surface.holds(), row
        assert f"feedback: because of {row.body}" in surface.said, row
        await surface.page.clock.run_for(2 * 3_600_000)
        assert len(surface.sent) == 1, row
    assert await answers(database, shop) == []


async def test_what_may_be_taken_later_is_kept_and_sent_after_its_rest(
    surface: Surface, database: Database, shop: Shop
) -> None:
    for n, row in enumerate(KEPT, 1):
        await surface.tap([row])
        await surface.tells(surface.told(row))
        assert await surface.holds(), row
        await surface.page.clock.run_for((row.rest - 1) * 900)
        assert len(surface.sent) == 1, row
        await surface.page.clock.run_for(row.rest * 200 + 1_000)
        await surface.is_done()
        await surface.tells(surface.good)
        first, *again = surface.sent
        assert again and all(each == first for each in again), (row, surface.said)
        assert [each.rating for each in await answers(database, shop)] == [8] * n, row


async def test_a_refused_detail_is_left_out_and_the_answer_counts(
    surface: Surface, database: Database, shop: Shop
) -> None:
    for n, row in enumerate(DETAILS, 1):
        await surface.tap([row])
        await surface.is_done()
        await surface.tells(surface.good)
        first, second = surface.sent
        gone = row.gone & first.keys()
        if gone:
            expected = {name: first[name] for name in first.keys() - gone}
            assert second == expected, row
        assert [each.rating for each in await answers(database, shop)] == [8] * n, row


async def test_it_rests_longer_each_time(surface: Surface) -> None:
    rests = (1, 2, 4, 8, 16, 32, 60, 60)
    await surface.page.add_init_script(TIMES)
    await surface.tap([Row(502, PAGE)] * len(rests))
    while await surface.holds():
        await surface.page.clock.run_for(2_000)
        await asyncio.sleep(0.02)
    at = await surface.page.evaluate("times")
    gaps = [(after - before) / 1000 for before, after in pairwise(at)]
    assert len(gaps) == len(rests)
    assert all(gap >= rest for gap, rest in zip(gaps, rests, strict=True)), gaps


async def test_what_the_server_left_out_is_one_line(surface: Surface) -> None:
    row = Row(
        201, '{"id": "0198", "seq": 1}', {"X-Feedback-Dropped": "comment, properties.na%C3%AFve"}
    )
    await surface.tap([row])
    await surface.is_done()
    assert surface.said == ["feedback: mended or left out: comment, properties.naïve"]


async def test_past_seven_days_it_is_sent_as_late_and_past_thirty_never(
    surface: Surface, database: Database, shop: Shop
) -> None:
    def of(days: float, rating: int) -> dict[str, Any]:
        at = clock.now() - timedelta(days=1 + days)  # the page's clock is a day behind
        moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"submission_id": str(uuid7()), "seq": 1, "rating": rating, "answered_at": moment}

    # What the server takes is counted by its own clock: six of its seven days.
    bodies = [of(5.9, 5), of(7.1, 7), of(29.9, 9), of(30.1, 10)]
    await surface.leave(bodies)
    await surface.is_done()
    assert {body["rating"]: body.get("late", False) for body in surface.sent} == {
        5: False,
        7: True,
        9: True,
    }
    assert all(("answered_at" in body) == (body["rating"] == 5) for body in surface.sent)
    assert surface.said == ["feedback: an answer was given up after 30 days"]
    arrived = {row.rating: row.answered_at for row in await answers(database, shop)}
    assert arrived.keys() == {5, 7, 9}
    assert arrived[7] > clock.now() - timedelta(minutes=30) > arrived[5]


async def test_what_no_browser_can_send_is_left_out(
    surface: Surface, database: Database, shop: Shop
) -> None:
    """More than 64 kB with `keepalive` fails as if there were no network."""
    body = {"submission_id": str(uuid7()), "seq": 1, "rating": 8, "comment": "Slow"}
    await surface.leave([body | {"properties": {"cart": "x" * 70_000}}])
    await surface.is_done()
    assert [(row.rating, row.comment) for row in await answers(database, shop)] == [(8, "Slow")]
