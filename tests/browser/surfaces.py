"""Widget and kiosk as two ways to give an answer, whose messages meet replies of a test."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from playwright.async_api import ConsoleMessage, Page, Route, expect

from feedback import clock
from tests.browser.acts import is_ready, moments
from tests.cast import Shop

SAVED = "Saved on this device. It will be sent."
FAILED = "This answer could not be stored."
OFFLINE = "No connection. Answers are kept on this device and sent later."
CHOSEN = "You chose 8. Tap another number to change it."
READABLE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After, X-Feedback-Dropped",
}


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
