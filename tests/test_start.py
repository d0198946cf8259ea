"""The pages of the team may come after the start; customers are answered from the first moment."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.app import App, create_app
from feedback.settings import Settings

Client = AsyncTestClient[Any]


@pytest.fixture
def app(settings: Settings) -> App:
    made = create_app(settings, pages_later=True)
    assert isinstance(made, App)
    return made


@pytest.fixture
async def started(app: App) -> AsyncIterator[Client]:
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        yield client


async def test_it_starts_without_the_pages(app: App) -> None:
    assert app.lacks_pages
    assert not [route for route in app.routes if route.path == "/board"]


async def test_it_shows_a_page_that_is_asked_for_at_once(started: Client) -> None:
    answer = await started.get("/board", follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")


async def test_it_answers_customers_before_and_after(started: Client) -> None:
    assert (await started.get("/widget.js")).status_code == 200
    assert (await started.get("/noise")).status_code == 200
    assert (await started.get("/widget.js")).status_code == 200
    assert (await started.get("/no-such-page")).status_code == 404
