"""What the widget loads until a rating can be given."""

import gzip
import urllib.request
from collections.abc import Iterator

from bench import servers
from bench.databases import Shop
from bench.rows import Row, at_most
from bench.sizes import Sizes

LIMIT = 6_000


def widget(_sizes: Sizes, shop: Shop) -> Iterator[Row]:
    """The script; said with it, the configuration of a page that names its survey and language."""
    configuration = f"/w/{shop.site_key}?survey={shop.slots[0].key}&lang=en"
    with servers.feedback(shop.url) as server:
        script = _zipped(server.url("/widget.js"))
        settings = _zipped(server.url(configuration))
    said = f"{script:,} bytes, and a configuration of {settings:,}"
    yield at_most("widget until a rating can be given, gzipped", script, LIMIT, said)


def _zipped(url: str) -> int:
    """Bytes that travel to a browser, whether or not this server zips by itself."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        body: bytes = answer.read()
        is_zipped = answer.headers.get("Content-Encoding") == "gzip"
    return len(body if is_zipped else gzip.compress(body, 9))
