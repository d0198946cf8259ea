"""SAFETY A5: the database is away for a while; what visitors and programs said meanwhile is kept,
sent again, and stored exactly once."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, Response, expect
from sqlalchemy.engine import URL

from feedback.db import Database
from feedback.migrate import upgrade
from feedback.responses.rollup import find_differences
from feedback.settings import Settings
from tests.browser.acts import answers
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.browser.taps import tap
from tests.cast import Shop
from tests.databases import SqliteMaker
from tests.faults import stored
from tests.faults.clients import Crowd
from tests.faults.cluster import Cluster, cluster
from tests.serving import Served, serve
from tests.waiting import PATIENCE, until

# `make test-long` does the whole of it.
IS_LONG = bool(os.environ.get("TEST_LONG"))
AWAY_SECONDS, VISITORS = (30.0, 12) if IS_LONG else (6.0, 4)
SAVED = "Saved on this device. It will be sent."
QUEUE = "localStorage['feedback-queue']"
WAITING = "Object.keys(localStorage).some((key) => /queue|kiosk/.test(key))"
TAPS = [3, 0, 10]  # at the kiosk
Absence = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Stage:
    """A database that can be taken away, and the server on it."""

    url: URL
    served: Served
    away: Absence


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    """Another program holds the file for itself: nobody writes, and the wait for it runs out."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@asynccontextmanager
async def _stopped(own: Cluster) -> AsyncIterator[None]:
    await asyncio.to_thread(own.pull_the_plug)
    try:
        yield
    finally:
        await asyncio.to_thread(own.start)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def stage(request: pytest.FixtureRequest, sqlite_maker: SqliteMaker) -> Iterator[Stage]:
    if request.param == "sqlite":
        url = sqlite_maker.make()
        with serve(url.render_as_string(hide_password=False)) as served:
            yield Stage(url, served, lambda: _locked(Path(url.database or "")))
        return
    with cluster() as own:
        upgrade(own.url.set(drivername="postgresql+asyncpg"))
        with serve(own.url.render_as_string(hide_password=False)) as served:
            yield Stage(own.url, served, lambda: _stopped(own))


@pytest.fixture
def base(stage: Stage) -> str:
    return stage.served.base


@pytest_asyncio.fixture(loop_scope="session")
async def database(stage: Stage) -> AsyncIterator[Database]:
    url = stage.url.render_as_string(hide_password=False)
    made = Database(Settings(database_url=url).url)
    yield made
    await made.close()


async def test_what_is_said_while_the_database_is_away_is_stored_once_after_it(
    stage: Stage, site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    address = site.add(tag(f'data-feedback-survey="{shop.nps.key}"'))
    pages = [await open_page(address) for _ in range(VISITORS)]
    for page in pages:
        await expect(page.get_by_role("radiogroup")).to_be_visible()
    kiosk, form = [await open_page(f"{stage.served.base}/{at}/{shop.nps.key}") for at in "ks"]
    crowd = Crowd(stage.served.base, shop.nps.key)
    async with _at_work(crowd):
        async with stage.away():
            begun = time.monotonic()
            visitors = (_answer(page, n) for n, page in enumerate(pages))
            await asyncio.gather(*visitors, tap(kiosk, TAPS), _submit(form))
            await _leave(pages[0], pages[1], site.add(tag(), "/next"))
            await asyncio.sleep(AWAY_SECONDS - (time.monotonic() - begun))
            await until(lambda: crowd.ledger.refused > 0)  # a program has met the absence too
            assert all([await page.evaluate(QUEUE) for page in (pages[0], *pages[2:])])
        back = time.monotonic()
        pages[1] = await pages[1].context.new_page()
        await pages[1].goto(address)
        await asyncio.gather(*map(_drained, [*pages, kiosk]), _resubmit(form))
        print(f"drained {time.monotonic() - back:.1f} s after {back - begun:.0f} s away")
    assert crowd.ledger.interrupted == 0, "the server itself was away"
    await _assert_stored_once(database, shop, crowd)


@asynccontextmanager
async def _at_work(crowd: Crowd) -> AsyncIterator[None]:
    """Programs that answer beside the visitors, and go home with their last acknowledgement."""
    crowd.up.set()
    clients = asyncio.create_task(crowd.run())
    try:
        yield
    except BaseException:
        clients.cancel()
        raise
    crowd.enough.set()
    await clients


async def _answer(page: Page, n: int) -> None:
    """Rate and comment; both are kept, and the visitor is told."""
    await page.get_by_role("radio", name=f"{n % 11} of 10", exact=True).click()
    await page.get_by_role("textbox").fill(f"visitor {n}")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("textbox")).to_have_count(0)
    await expect(page.get_by_role("status")).to_have_text(SAVED)


async def _submit(form: Page) -> None:
    """The page says that it did not work."""
    await form.get_by_role("radio", name="7 of 10").check()
    async with form.expect_response(_is_form_sent) as reply:
        await form.get_by_role("button", name="Send").click()
    assert (await reply.value).status == 503


def _is_form_sent(reply: Response) -> bool:
    """By Send, not by the tap before it."""
    return reply.request.method == "POST" and reply.request.is_navigation_request()


async def _resubmit(form: Page) -> None:
    """Until it works: a reload sends the form again."""
    async with asyncio.timeout(PATIENCE):
        while "/thanks?" not in form.url:
            await form.reload()


async def _leave(one: Page, other: Page, address: str) -> None:
    """One visitor goes on to another page of the site; another closes it."""
    await one.goto(address)
    await other.close(run_before_unload=False)


async def _drained(page: Page) -> None:
    await page.wait_for_function(f"() => !{WAITING}", timeout=PATIENCE * 1000)


async def _assert_stored_once(database: Database, shop: Shop, crowd: Crowd) -> None:
    """Every program's and every visitor's answer, in its newest state, and nothing more."""
    rows = await answers(database, shop)
    visitors = {row.comment: row for row in rows if row.channel == "widget" and row.page}
    assert {said: row.rating for said, row in visitors.items()} == {
        f"visitor {n}": n % 11 for n in range(VISITORS)
    }
    acked = crowd.ledger.final()
    kept = await stored.answers(database, shop)
    assert len(rows) == len(kept) == len(acked) + VISITORS + len(TAPS) + 1
    taps = sorted((row for row in rows if row.channel == "kiosk"), key=lambda row: row.answered_at)
    assert [row.rating for row in taps] == TAPS
    assert [row.rating for row in rows if row.channel == "page"] == [7]
    assert {key: (str(kept[key].response_id), kept[key].seq) for key in acked} == {
        key: (ack.response_id, ack.seq) for key, ack in acked.items()
    }
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
