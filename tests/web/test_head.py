"""HEAD: answered as GET, without the body, on every address."""

import pytest

from tests.cast import Shop
from tests.forms import Client
from tests.test_doors import READS


@pytest.mark.parametrize(
    "path",
    ["/s/{nps}", "/s/{nps}?rating=9", "/s/nothing", "/k/{nps}", "/widget.js", "/w/nothing"]
    + ["/noise", "/sign-in", "/static/feedback.css", "/nothing", "/r/{nps}", "/d/{nps}"],
)
async def test_in_public(client: Client, shop: Shop, path: str) -> None:
    await _is_the_same(client, path.replace("{nps}", shop.nps.key))


async def test_on_every_page_of_the_team(alice: Client) -> None:
    for path in READS:
        if "{" not in path:
            await _is_the_same(alice, path)


async def _is_the_same(client: Client, path: str) -> None:
    got = await client.get(path, follow_redirects=False)
    head = await client.head(path, follow_redirects=False)
    assert (head.status_code, head.content) == (got.status_code, b""), path
    for name in ("Content-Type", "ETag", "Location", "Cache-Control"):
        assert head.headers.get(name) == got.headers.get(name), (path, name)
