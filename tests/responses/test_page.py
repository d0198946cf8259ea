"""The page of an answer is kept without what may name somebody, whatever way it came."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import AsyncTestClient
from sqlmodel import col, select

from feedback.db import Database
from feedback.responses.models import Response
from feedback.responses.page import kept_page
from feedback.surveys.models import Sighting
from feedback.widget.sightings import Sightings
from tests import waiting
from tests.cast import Shop

SECRET = "canary5e1f"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ("", None),
        ("/cart", "/cart"),
        ("/cart?", "/cart"),
        (f"/cart?mail={SECRET}@x.example", "/cart"),
        (f"https://shop.example?t={SECRET}", "https://shop.example"),
        (f"https://shop.example/#/reset/{SECRET}", "https://shop.example/"),
        (f"https://shop.example/a#x?t={SECRET}", "https://shop.example/a"),
        (f"https://{SECRET}:pw@shop.example:8443/a", "https://shop.example:8443/a"),
        (f"//{SECRET}@shop.example/a", "//shop.example/a"),
        (f"/a;jsessionid={SECRET}/b;v=1", "/a/b"),
        (f"file:///home/a.html?{SECRET}", "file:///home/a.html"),
        ("https://shop.example/@ana/posts", "https://shop.example/@ana/posts"),
        ("https://web.example/https://shop.example/a", "https://web.example/https://shop.example/a"),
        ("Cats; dogs", "Cats; dogs"),
        ("https://shop.example/caf\u00e9", "https://shop.example/caf\u00e9"),
    ],
)  # fmt: skip
def test_it_is_kept_so(given: str | None, kept: str | None) -> None:
    assert kept_page(given) == kept


@given(st.text(alphabet="ab/?#;=@:.% ", max_size=40))
def test_it_holds_no_query_and_keeping_it_again_changes_nothing(address: str) -> None:
    kept = kept_page(address) or ""
    assert not set(kept) & set("?#") and len(kept) <= len(address)
    assert (kept_page(kept) or "") == kept


async def test_an_answer_and_a_display_keep_no_query(
    client: AsyncTestClient[Any], shop: Shop, database: Database
) -> None:
    page = f"https://shop.example/cart?session={SECRET}#{SECRET}"
    sent = {"rating": 9, "page": page}
    assert (await client.post(f"/r/{shop.nps.key}", json=sent)).status_code == 201
    shown = {"kind": "shown", "channel": "widget", "page": page}
    assert (await client.post(f"/d/{shop.nps.key}", json=shown)).status_code == 204
    sightings: Sightings = client.app.state.sightings
    await waiting.until(lambda: sightings.is_idle)
    async with database.read() as session:
        pages = await session.exec(
            select(Response.page).where(Response.workspace_id == shop.workspace.id)
        )
        sites = await session.exec(
            select(Sighting.origin).where(col(Sighting.workspace_id) == shop.workspace.id)
        )
    assert list(pages) == ["https://shop.example/cart"]
    assert list(sites) == ["https://shop.example"]
