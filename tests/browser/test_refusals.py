"""Each refusal through widget and kiosk: what is kept, what is told, and after how long."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import ConsoleMessage, Page, Route, expect
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.db import Database
from tests.browser.acts import answers, is_ready, moments
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

SAVED = "Saved on this device. It will be sent."
FAILED = "This answer could not be stored."
OFFLINE = "No connection. Answers are kept on this device and sent later."
CHOSEN = "You chose 8. Tap another number to change it."
PAGE = "<!doctype html><title>Gateway</title><h1>Sign in to go on</h1>"
READABLE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After, X-Feedback-Dropped",
}


# When answers were sent, by the page's own clock.
TIMES = """
  const plain = fetch;
  window.times = [];
  window.fetch = (to, options) => {
    if (String(to).includes("/r/")) times.push(Date.now());
    return plain(to, options);
  };
"""


@dataclass(frozen=True)
class Row:
    """One reply to an answer. `body`: the word for programs of a refusal of ours, else as it is.

    status 0: no reply. rest: seconds until the next try, of what is kept. gone: what the next
    message leaves out, of a detail that is refused.
    """

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    rest: int = 1
    gone: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        if self.body.startswith(("<", "{")):
            return self.body
        return json.dumps({"error": self.body, "reason": f"because of {self.body}"})


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


class Surface(ABC):
    """A way to answer, whose messages meet the replies of `script` first, then the server."""

    waits: str
    good: str

    def __init__(self, page: Page, address: str, shop: Shop) -> None:
        self.page, self.address, self.shop = page, address, shop
        self.script: list[Row] = []
        self.sent: list[dict[str, Any]] = []
        self.said: list[str] = []
        page.on("console", self._hear)

    async def begin(self) -> None:
        # Of yesterday: hours pass by here, and no answer is of the future.
        yesterday = clock.now() - timedelta(days=1)
        await self.page.clock.install(time=yesterday)
        await self.page.clock.pause_at(yesterday + timedelta(minutes=1))
        await self.page.route("**/r/*", self._reply)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.text.startswith("feedback: "):
            self.said.append(message.text)

    async def _reply(self, route: Route) -> None:
        self.sent.append(json.loads(route.request.post_data or "null"))
        row = self.script.pop(0) if self.script else None
        if row is None:
            await route.continue_()
        elif row.status == 0:
            await route.abort()
        else:
            headers = READABLE | row.headers
            await route.fulfill(status=row.status, body=row.text, headers=headers)

    async def tap(self, replies: Sequence[Row]) -> None:
        """A new visitor chooses 8; these are the first replies."""
        self.script[:], self.sent[:], self.said[:] = replies, [], []
        await self.page.goto(self.address)
        async with moments(self.page):
            await self.choose()

    async def tells(self, text: str) -> None:
        async with moments(self.page):
            await expect(self.page.get_by_role("status")).to_have_text(text)

    async def holds(self) -> bool:
        """Whether this device keeps an answer."""
        return bool(await self.page.evaluate(f"{self.waits}"))

    async def is_done(self) -> None:
        async with moments(self.page):
            await self.page.wait_for_function(f"() => !({self.waits})")

    def told(self, row: Row) -> str:
        return SAVED

    @abstractmethod
    async def choose(self) -> None: ...

    @abstractmethod
    async def leave(self, bodies: list[dict[str, Any]]) -> None:
        """Leave these answers on the device, as an earlier page did, and open the next."""


class Widget(Surface):
    waits = "localStorage['feedback-queue']"
    good = CHOSEN

    async def tap(self, replies: Sequence[Row]) -> None:
        await self.page.goto(self.address)
        await self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        await super().tap(replies)

    async def choose(self) -> None:
        await is_ready(self.page)
        await self.page.get_by_role("radio", name="8 of 10").click()

    async def leave(self, bodies: list[dict[str, Any]]) -> None:
        key = self.shop.nps.key
        queue = {body["submission_id"]: {"to": key, "body": body} for body in bodies}
        await self.page.goto(self.address)
        await _store(self.page, "feedback-queue", queue)
        await self.page.goto(self.address)


class Kiosk(Surface):
    waits = "localStorage.length"
    good = ""

    async def choose(self) -> None:
        await self.page.get_by_role("button", name="8 of 10", exact=True).press("Enter")

    async def leave(self, bodies: list[dict[str, Any]]) -> None:
        await self.page.goto(self.address)
        await _store(self.page, f"feedback-kiosk-{self.shop.nps.key}", bodies)
        await self.page.reload()

    def told(self, row: Row) -> str:
        return SAVED if row.status else OFFLINE


async def _store(page: Page, name: str, value: Any) -> None:
    await page.evaluate(
        "([name, text]) => { localStorage[name] = text; }", [name, json.dumps(value)]
    )


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
