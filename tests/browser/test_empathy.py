"""The empathy panel of a stage: read by everybody, and printed on one sheet."""

import re
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from playwright.async_api import Page, expect

from feedback import clock
from feedback.comments.models import CommentMark, StageNote
from feedback.scoring.months import month_at
from tests.browser.axe import Scheme, assert_well, four_looks
from tests.browser.conftest import Gallery
from tests.cast import open_shop

SAID = "The payment page asked for my card twice, and then it lost what I had typed before."
NOTES = ("Is my card charged twice?", "a" * 280, "Somebody else is cheaper.")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def panels(gallery: Gallery) -> list[Page]:
    """Full, with more than it shows, and empty."""
    database, shop = gallery.database, gallery.shop
    other = await open_shop(database, key=f"shop-{uuid.uuid4().hex[:12]}")
    for n in range(8):
        body = {"rating": 3 + n, "comment": f"{SAID} {n}"}
        given = httpx.post(f"{gallery.base}/r/{shop.nps.key}", json=body).json()["id"]
        async with database.write() as session:
            at: dict[str, Any] = {"starred_at": clock.now(), "starred_by": shop.alice.id}
            id = uuid.UUID(given)
            session.add(CommentMark(workspace_id=shop.workspace.id, response_id=id, **at))
    async with database.write() as session:
        own: dict[str, Any] = {"workspace_id": shop.workspace.id, "stage_id": shop.checkout.id}
        for second, text in enumerate(NOTES):
            moment = clock.now() + timedelta(seconds=second)
            for kind in ("thinks", "does"):
                note: dict[str, Any] = {"kind": kind, "text": text, "user_id": shop.alice.id}
                session.add(StageNote(**own, **note, written_at=moment))
    month = f"?month={month_at(clock.now(), shop.workspace.time_zone)}"
    full = await gallery.sign_in(f"/stages/{shop.checkout.id}/empathy{month}")
    empty = await gallery.sign_in(f"/stages/{other.checkout.id}/empathy", other)
    await expect(full.locator("blockquote")).to_have_count(6)
    return [full, empty]


@four_looks
async def test_axe_finds_nothing(panels: list[Page], width: int, scheme: Scheme) -> None:
    await assert_well(panels, width, scheme)


async def test_it_is_printed_on_one_sheet(panels: list[Page]) -> None:
    for page in panels:
        await page.emulate_media(media="print")
        printed = await page.pdf(prefer_css_page_size=True)
        await page.emulate_media(media="screen")
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
