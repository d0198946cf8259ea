"""The server under a path of another site: FEEDBACK_BASE_URL=https://shop.example/feedback.

Its pages are written as if they stood at the root. Here the path is taken off what is asked for,
whether or not the proxy in front did so already, and put before every address of ours that goes
out: in pages, in headers, and as the path of cookies. Scripts and styles name files relative to
themselves.
"""

import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

from litestar.types import HTTPScope, Message, Send

# Attributes that hold addresses. What people typed is escaped, so it never looks like one.
_IN_PAGES = re.compile(rb'(\s(?:href|src|action|formaction|hx-[a-z-]+)=")(?=/(?!/))')
_IN_HEADERS = (b"location", b"hx-redirect", b"hx-location", b"hx-push-url", b"hx-replace-url")
_COOKIE_PATH = re.compile(rb"(;\s*path=)/(?=;|$)", re.IGNORECASE)
Header = tuple[bytes, bytes]


@cache
def path_of(base_url: str | None) -> str:
    """The path under which the public address lies, "" at the root.

    >>> path_of("https://shop.example/feedback"), path_of("https://shop.example"), path_of(None)
    ('/feedback', '', '')
    """
    return urlsplit(base_url or "").path


def taken_off(scope: HTTPScope, path: str) -> HTTPScope:
    """The request as of a server at the root. A proxy may have taken the path off already."""
    asked = scope["path"]
    if asked != path and not asked.startswith(path + "/"):
        return scope
    raw = scope.get("raw_path") or b""
    inner = {"path": asked[len(path) :] or "/", "raw_path": raw.removeprefix(path.encode()) or b"/"}
    return {**scope, **inner}  # type: ignore[typeddict-item]


def put_before(send: Send, path: str) -> Send:
    """Sends what a server at the root sends, its addresses under this path."""
    prefix = path.encode()
    start: Message | None = None
    parts: list[bytes] = []

    async def send_under(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            headers = [_moved(header, prefix) for header in message.get("headers", [])]
            message = {**message, "headers": headers}
            if _is_page(headers):  # its length is known once it is changed
                start = message
                return
        elif message["type"] == "http.response.body" and start is not None:
            parts.append(message.get("body", b""))
            if message.get("more_body", False):
                return
            body = _IN_PAGES.sub(rb"\g<1>" + prefix, b"".join(parts))
            await send(_with_length(start, len(body)))
            message = {**message, "body": body}
        await send(message)

    return send_under


def _moved(header: Header, prefix: bytes) -> Header:
    name, value = header
    if name.lower() in _IN_HEADERS and value.startswith(b"/") and not value.startswith(b"//"):
        return name, prefix + value
    if name.lower() == b"set-cookie":
        return name, _COOKIE_PATH.sub(rb"\g<1>" + prefix, value)
    return header


def _is_page(headers: Iterable[Header]) -> bool:
    kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    return kind.startswith(b"text/html")


def _with_length(start: Message, length: int) -> Message:
    headers = [h for h in start["headers"] if h[0].lower() != b"content-length"]  # type: ignore[typeddict-item]
    headers.append((b"content-length", str(length).encode()))
    return {**start, "headers": headers}  # type: ignore[return-value]
