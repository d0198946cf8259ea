"""`/widget/v1.js` and its successors: versions of the widget that never change."""

import gzip
from functools import cache
from typing import Any

from litestar import Request, Response, get

from feedback.widget.tag import releases

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
}


@get([release.path for release in releases()], needs="nobody")
async def frozen_script(request: Request[Any, Any, Any]) -> Response[bytes]:
    path, headers = request.scope["path"], HEADERS
    body = _contents(path)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers = _zipped(path), HEADERS | {"Content-Encoding": "gzip"}
    return Response(body, media_type="text/javascript", headers=headers)


@cache
def _contents(path: str) -> bytes:
    return {release.path: release.read() for release in releases()}[path]


@cache
def _zipped(path: str) -> bytes:
    return gzip.compress(_contents(path), mtime=0)
