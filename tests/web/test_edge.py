"""What every answer has, whatever made it: no guessed types, https kept, slow bodies let go."""

import asyncio
from typing import Any

import pytest

from feedback.accounts.sessions import cookie_name, csrf_token
from feedback.web import edge
from tests.cast import Shop
from tests.conftest import KEY
from tests.forms import Client, send

PUBLIC = ["/s/{nps}", "/s/nothing", "/k/{nps}", "/k/worker.js", "/widget.js", "/widget-after.js"]
PUBLIC += [
    "/w/nothing",
    "/noise",
    "/sign-in",
    "/static/feedback.css",
    "/static/nothing",
    "/nothing",
]


@pytest.mark.parametrize("path", [*PUBLIC, "/board", "/responses.csv", "/settings"])
async def test_no_browser_guesses_what_it_got(alice: Client, shop: Shop, path: str) -> None:
    answer = await alice.get(path.replace("{nps}", shop.nps.key))
    assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]


@pytest.mark.parametrize("way", ["/r/", "/d/"])
async def test_nor_what_a_program_got(client: Client, shop: Shop, way: str) -> None:
    for key, body in ((shop.nps.key, b'{"rating": 9, "kind": "shown"}'), ("nothing", b"")):
        answer = await client.post(way + key, content=body)
        assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]


async def test_under_https_nothing_comes_back_by_http(
    alice: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = await alice.get("/board")
    assert "Strict-Transport-Security" not in plain.headers
    settings = alice.app.state.settings
    over_https = settings.model_copy(update={"base_url": "https://feedback.example.org"})
    monkeypatch.setattr(alice.app.state, "settings", over_https)
    for path in (f"/s/{shop.nps.key}", "/sign-in", "/nothing", "/static/feedback.css"):
        answer = await alice.get(path)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    name = cookie_name(over_https.base_url)
    alice.cookies.set(name, alice.cookies["feedback_session"])
    sent = await send(alice, "/language", language="fr", next="/board")
    told = sent.headers.get_list("Set-Cookie")
    other = await send(alice, "/sign-out")
    told += other.headers.get_list("Set-Cookie")
    assert told and all("; secure" in cookie.lower() for cookie in told)


async def _half_a_body(client: Client, path: str) -> Any:
    """Send the beginning of a form, then nothing, straight to the application."""
    sent: list[Any] = []
    pieces = [{"type": "http.request", "body": b"rating", "more_body": True}]

    async def receive() -> Any:
        if pieces:
            return pieces.pop()
        await asyncio.sleep(3600)

    async def take(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"testserver"),
            (b"content-length", b"100"),
            (b"content-type", b"application/x-www-form-urlencoded"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "state": {},
    }
    await client.app(scope, receive, take)
    assert (b"connection", b"close") in sent[0]["headers"]
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_half_a_body_is_let_go(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.05)
    status, body = await _half_a_body(client, f"/r/{shop.nps.key}")
    assert status == 408 and b'"too_slow"' in body
    status, body = await _half_a_body(client, f"/s/{shop.nps.key}")
    assert status == 408 and b"<h1" in body
    status, _body = await _half_a_body(client, "/sign-in")
    assert status == 408


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        ("https://feedback.example.org", True),
        ("http://feedback.example.org", False),
        ("https://evil.example", False),
        ("https://feedback.example.org.evil.example", False),
        ("null", False),
        ("http://testserver.local", True),
    ],
)
async def test_the_same_host_by_http_is_another_site(
    alice: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, origin: str, is_ours: bool
) -> None:
    settings = alice.app.state.settings
    over_https = settings.model_copy(update={"base_url": "https://feedback.example.org"})
    monkeypatch.setattr(alice.app.state, "settings", over_https)
    alice.cookies.set(cookie_name(over_https.base_url), alice.cookies["feedback_session"])
    sent = await alice.post(
        f"/surveys/{shop.nps.id}/signature",
        data={"_csrf_token": csrf_token(KEY.encode(), alice.cookies["feedback_session"])},
        headers={"Origin": origin},
        follow_redirects=False,
    )
    assert sent.status_code == (303 if is_ours else 403)
