"""Every block a page is willing to send alone is exactly a part of that page."""

from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.dashboards.routes import BOARD_BLOCKS, TRENDS_BLOCKS
from tests.dashboards.counted import Counted

Client = AsyncTestClient[Any]
BLOCKS = [
    *(("/board", block) for block in BOARD_BLOCKS),
    *(("/board?month=2025-06", block) for block in BOARD_BLOCKS),
    *(("/trends?metric=csat_5", block) for block in TRENDS_BLOCKS),
]


async def ask(client: Client, path: str, target: str) -> str:
    answer = await client.get(path, headers={"HX-Request": "true", "HX-Target": target})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Vary"] == "HX-Request, HX-Target"
    return answer.text


@pytest.mark.parametrize("path, block", BLOCKS)
async def test_a_block_is_a_part_of_its_page(
    alice: Client, years: Counted, path: str, block: str
) -> None:
    fragment = (await ask(alice, path, block)).strip()
    page = (await alice.get(path)).text
    assert fragment in page
    assert f'id="{block}"' in fragment.split(">")[0]
    assert "<!doctype" not in fragment


@pytest.mark.parametrize("path", ["/board", "/trends"])
async def test_no_other_block_can_be_asked_for(alice: Client, years: Counted, path: str) -> None:
    assert "<!doctype" in await ask(alice, path, "content")
    assert "<!doctype" in await ask(alice, path, "title")
