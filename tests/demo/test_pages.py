"""The demo's pages: there in the demo only, and only for who is signed in."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.db import Database
from feedback.demo.shop import IN_SHOP
from feedback.settings import Settings
from tests import cast
from tests.applications import application

Client = AsyncTestClient[Any]


@pytest.fixture
async def demo(settings: Settings, shop: cast.Shop, database: Database) -> AsyncIterator[Client]:
    with application(settings.model_copy(update={"demo": True})) as app:
        async with AsyncTestClient(app, raise_server_exceptions=False) as client:
            await cast.sign_in(client, database, shop.alice, shop.workspace)
            yield client


async def test_it_shows_the_shop_beside_the_board(demo: Client) -> None:
    page = await demo.get("/demo")
    assert page.status_code == 200
    assert 'src="/demo/shop"' in page.text and 'src="/board?month=' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("at", IN_SHOP)
async def test_each_page_of_the_shop_carries_the_real_tag(demo: Client, at: str) -> None:
    page = await demo.get(f"/demo/shop?at={at}")
    assert page.status_code == 200
    assert 'src="/widget.js"' in page.text and f'data-feedback-survey="demo-{at}"' in page.text
    assert 'data-feedback-test="off"' in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


async def test_a_page_the_shop_does_not_have_is_not_there(demo: Client) -> None:
    assert (await demo.get("/demo/shop?at=cellar")).status_code == 404


async def test_the_board_may_be_framed_by_the_demo_alone(demo: Client, alice: Client) -> None:
    policy = "Content-Security-Policy"
    assert "frame-ancestors 'self'" in (await demo.get("/board")).headers[policy]
    assert "frame-ancestors 'none'" in (await alice.get("/board")).headers[policy]


async def test_outside_the_demo_there_is_no_such_page(alice: Client) -> None:
    assert (await alice.get("/demo")).status_code == 404
    assert (await alice.get("/demo/shop")).status_code == 404


async def test_a_stranger_is_asked_to_sign_in(demo: Client) -> None:
    demo.cookies.clear()
    page = await demo.get("/demo", follow_redirects=False)
    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in?next=%2Fdemo")
