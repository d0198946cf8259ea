"""What the browser tests do with a page, and what the database then holds."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from playwright.async_api import Page, Request
from sqlmodel import select

from feedback import clock
from feedback.db import Database
from feedback.responses.models import DisplayCount, Response
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.waiting import arrival

PROPERTIES = (
    'data-feedback-property-plan="pro" data-feedback-property-cart-value="120" '
    'data-feedback-contact-id="customer-7"'
)


async def answers(database: Database, shop: Shop) -> list[Response]:
    async with database.read() as session:
        found = await session.exec(
            select(Response).where(Response.workspace_id == shop.workspace.id)
        )
        return list(found)


async def arriving(database: Database, shop: Shop) -> list[Response]:
    """The answers as soon as there is one: no page hears when its last message has arrived."""
    return await arrival(lambda: answers(database, shop))


async def displays(database: Database, shop: Shop) -> dict[str, int]:
    async with database.read() as session:
        found = await session.exec(
            select(DisplayCount).where(DisplayCount.workspace_id == shop.workspace.id)
        )
        return {row.kind: row.n for row in found}


def messages(page: Page) -> list[dict[str, Any]]:
    """What the page sends from now on to `/r` and `/d`, in order."""
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if re.search(r"/[rd]/\w+$", request.url):
            sent.append(json.loads(request.post_data or "null"))

    page.on("request", note)
    return sent


async def rate(page: Page, rating: int) -> None:
    """Tap a rating and wait until the server has it."""
    async with page.expect_response("**/r/*") as reply:
        await page.get_by_role("radio", name=f"{rating} of", exact=False).first.click()
    assert (await reply.value).ok


async def is_ready(page: Page, name: str = "feedback", tags: int = 1) -> None:
    """Wait until the widget of so many tags has decided: what needs no delay is asked now."""
    await page.wait_for_function(
        "([name, tags]) => window[name]?.runs?.length === tags", arg=[name, tags]
    )
    # It asks in a task of its own.
    await page.evaluate("new Promise((done) => setTimeout(done, 100))")


async def stop_clock(page: Page) -> None:
    """Stop the time of this visitor's tabs, before they are opened: `page.clock.run_for` moves it.

    Without it a page's clock runs on by itself also when it is installed.
    """
    await page.clock.install()
    await page.clock.pause_at(clock.now() + timedelta(minutes=1))


@asynccontextmanager
async def moments(page: Page) -> AsyncIterator[None]:
    """Let a stopped clock go on slowly: the widget rests between its tasks."""

    over = asyncio.Event()

    async def pass_by() -> None:
        while not over.is_set():
            await page.clock.run_for(10)
            await asyncio.sleep(0.02)

    passing = asyncio.create_task(pass_by())
    try:
        yield
    finally:
        over.set()
        await passing


async def asked(page: Page) -> list[str | None]:
    """The keys of the surveys that the page asks at this moment."""
    found: list[str | None] = await page.locator("feedback-widget").evaluate_all(
        "all => all.map((each) => each.getAttribute('survey'))"
    )
    return found


async def change(database: Database, survey: Survey, **values: Any) -> None:
    """Change a survey before its page is opened."""
    async with database.write() as session:
        found = await session.get_one(Survey, (survey.workspace_id, survey.id))
        for name, value in values.items():
            setattr(found, name, value)


async def heard_by_console(page: Page, act: str) -> list[str]:
    """What the widget says in the console while this runs in the page."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.evaluate(act)
    return [line.removeprefix("feedback: ") for line in said if line.startswith("feedback: ")]


async def storage(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie]"
    )
    return [key for key in found if key]
