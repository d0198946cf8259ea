"""What the tests of the kiosk read from its page."""

import html
import json
import re
from typing import Any


def told(page: str) -> dict[str, Any]:
    """What the page tells its script."""
    found = re.search(r'data-kiosk="([^"]*)"', page)
    assert found
    return dict(json.loads(html.unescape(found[1])))
