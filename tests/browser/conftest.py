"""A real server, a real Chromium, and a customer's site on another port.

All of it lives in one event loop for the whole session, so every test here is marked
`asyncio(loop_scope="session")`; each gets a workspace and a browser profile of its own.
"""

import inspect
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    StorageStateCookie,
    async_playwright,
    expect,
)
from sqlalchemy.engine import make_url
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from tests import cast
from tests.browser.hostpage import HostPage
from tests.browser.sites import Site
from tests.databases import SqliteMaker
from tests.serving import Served, serve

# Each window brings two pages of the browser's own for its address bar, which nobody sees: two
# thirds of what a fresh profile costs. The last such switch holds, so it repeats Playwright's own.
UNUSED = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,"
    "OptimizationHints,PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning"
)
ARGUMENTS = [
    f"--disable-features={UNUSED}",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# In milliseconds; a busy machine is slow, and no test waits this long when all is well.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)
PageMaker = Callable[..., Awaitable[Page]]
Tag = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if inspect.iscoroutinefunction(getattr(item, "obj", None)):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def chromium() -> str:
    """The browser of CHROMIUM, else the first one found. Raises when there is none."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("no Chromium: `make test` says how to get one")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield made
        await made.close()


@pytest.fixture(scope="session")
def server(sqlite_maker: SqliteMaker) -> Iterator[tuple[Served, str]]:
    """The server all browser tests share, and its database's address."""
    url = sqlite_maker.make().render_as_string(hide_password=False)
    with serve(url) as served:
        yield served, url


@pytest.fixture
def base(server: tuple[Served, str]) -> str:
    return server[0].base


@pytest_asyncio.fixture(loop_scope="session")
async def database(server: tuple[Served, str]) -> AsyncIterator[Database]:
    made = Database(make_url(server[1].replace("sqlite:", "sqlite+aiosqlite:")))
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def shop(database: Database) -> cast.Shop:
    """A workspace nobody else uses: tests share the server, not their answers."""
    return await cast.open_shop(database, key=f"shop-{uuid.uuid4().hex[:12]}")


async def tag_of(base: str, database: Database, shop: cast.Shop) -> Tag:
    """Makes the script tag of the shop's site, with these attributes more."""
    async with database.read() as session:
        query = select(PublicKey.key).where(
            PublicKey.kind == "site", PublicKey.workspace_id == shop.workspace.id
        )
        key = (await session.exec(query)).one()

    def tag(attributes: str = "") -> str:
        source = f'src="{base}/widget.js" data-feedback-site="{key}"'
        # At once, unless the test says otherwise: of two attributes HTML takes the first.
        return f'<script {source} {attributes} data-feedback-delay="0" async></script>'

    return tag


@pytest_asyncio.fixture(loop_scope="session")
async def tag(base: str, database: Database, shop: cast.Shop) -> Tag:
    return await tag_of(base, database, shop)


@pytest.fixture
def site() -> Iterator[Site]:
    """The customer's own site, on another port than ours."""
    made = Site()
    yield made
    made.close()


@asynccontextmanager
async def profiles(browser: Browser) -> AsyncIterator[PageMaker]:
    """Opens an address in a fresh profile; keywords are Playwright's context options."""
    contexts: list[BrowserContext] = []

    async def open_page(address: str, **options: Any) -> Page:
        context = await browser.new_context(**{"locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = await context.new_page()
        await page.goto(address)
        return page

    yield open_page
    for context in contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[PageMaker]:
    async with profiles(browser) as opening:
        yield opening


@dataclass(frozen=True)
class Gallery:
    """A module's own shop, and pages that are loaded once and looked at in several ways."""

    base: str
    database: Database
    shop: cast.Shop
    open_page: PageMaker

    async def sign_in(self, path: str, shop: cast.Shop | None = None) -> Page:
        """Alice's page at this path; another shop's Alice has another."""
        return await self.open_page(
            self.base + path, storage_state=await signed_in(self.database, shop or self.shop)
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gallery(server: tuple[Served, str], browser: Browser) -> AsyncIterator[Gallery]:
    database = Database(make_url(server[1].replace("sqlite:", "sqlite+aiosqlite:")))
    shop = await cast.open_shop(database, key=f"shop-{uuid.uuid4().hex[:12]}")
    async with profiles(browser) as opening:
        yield Gallery(server[0].base, database, shop, opening)
    await database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def host(gallery: Gallery) -> AsyncIterator[HostPage]:
    """One page of one visitor, for a module that asks what many kinds of pages do to the widget."""
    shop, site = gallery.shop, Site()
    tag = await tag_of(gallery.base, gallery.database, shop)
    page = await gallery.open_page("about:blank", viewport={"width": 800, "height": 600})
    yield HostPage(page, site, tag, shop.nps.key)
    site.close()


async def signed_in(database: Database, shop: cast.Shop) -> StorageState:
    """What a browser holds in which Alice has signed in."""
    cookie = await cast.session_cookie(database, shop.alice, shop.workspace)
    cookie |= {"domain": "127.0.0.1", "path": "/"}
    return {"cookies": [StorageStateCookie(**cookie)], "origins": []}  # type: ignore[typeddict-item]


@pytest_asyncio.fixture(loop_scope="session")
async def sign_in(
    base: str, database: Database, shop: cast.Shop, open_page: PageMaker
) -> PageMaker:
    """Opens a path of the server with Alice signed in, in a fresh profile."""

    async def sign_in(path: str, **options: Any) -> Page:
        state = await signed_in(database, shop)
        page = await open_page(base + path, storage_state=state, **options)
        assert "/sign-in" not in page.url
        return page

    return sign_in
