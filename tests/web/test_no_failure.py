"""Whatever strangers send, no answer is a failure of the server (5xx)."""

import json
from typing import Any

import pytest

from tests.cast import Shop
from tests.forms import Client, send
from tests.test_doors import READS

GIANT = "9" * 5_000
TEXTS = ["a\x00b", GIANT, "1e999"]
PATHS = ["%00", "a%00b", "..%2f..%2fetc%2fpasswd", "%2e%2e", "a" * 3_000, "%ff", "%F0%9F%98%80"]
PLACES = ["/static/", "/s/", "/k/", "/w/", "/surveys/", "/responses/", "/actions/", "/setup/"]
PLACES += ["/sign-in/", "/", "/journeys/", "/widget-", "/jobs/", "/pictures/"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", PATHS, ids=[path[:12] for path in PATHS])
async def test_in_an_address(alice: Client, place: str, path: str) -> None:
    for method in ("GET", "POST", "HEAD"):
        answer = await alice.request(method, place + path, follow_redirects=False)
        assert answer.status_code < 500, (method, place + path)


@pytest.mark.parametrize("text", TEXTS, ids=[repr(text)[:12] for text in TEXTS])
async def test_in_any_query(alice: Client, shop: Shop, text: str) -> None:
    names = ["month", "from", "stage", "metric", "survey", "state", "next", "a", "rating", "id"]
    for path in [*(path for path in READS if "{" not in path), "/noise", f"/s/{shop.nps.key}"]:
        for name in names:
            answer = await alice.get(path, params={name: text}, follow_redirects=False)
            assert answer.status_code < 500, (path, name)


FORMS = ["/sign-in", "/language", "/noise", "/settings", "/journeys/new", "/surveys/new"]
FORMS += ["/actions/new", "/sign-out"]
FIELDS = [
    "email",
    "password",
    "name",
    "next",
    "language",
    "time_zone",
    "title",
    "place",
    "template",
]
FIELDS += ["metric", "touchpoint", "kind", "done_on", "question_en", "thanks_en", "before", "after"]


@pytest.mark.parametrize("text", TEXTS, ids=[repr(text)[:12] for text in TEXTS])
@pytest.mark.parametrize("path", FORMS)
async def test_in_any_form(alice: Client, shop: Shop, path: str, text: str) -> None:
    sent = await send(alice, path, **dict.fromkeys(FIELDS, text))
    assert sent.status_code < 500, path
    for name in FIELDS:
        sent = await send(alice, path, **{name: text})
        assert sent.status_code < 500, (path, name)


FLASHES = ["", "zz", "5b", b"5".hex(), b"[]".hex(), b"[1,2]".hex(), b"{}".hex(), b'["good"]'.hex()]
FLASHES += [b'["good", "a", "b"]'.hex(), (b"[" * 2_000).hex(), b"null".hex(), b'["good", {}]'.hex()]
FLASHES += [GIANT[:1000].encode().hex(), b'[["a"], "b"]'.hex(), b'[{}, "b"]'.hex()]


@pytest.mark.parametrize("value", FLASHES, ids=[value[:16] for value in FLASHES])
async def test_in_a_cookie(alice: Client, value: str) -> None:
    for name in ("feedback_flash", "feedback_session", "feedback_moved", "__Host-feedback"):
        cookies = {"feedback_session": alice.cookies["feedback_session"], name: value}
        header = "; ".join(f"{key}={text}" for key, text in cookies.items())
        answer = await alice.get("/board", headers={"Cookie": header}, follow_redirects=False)
        assert answer.status_code < 500, name


BODIES: list[Any] = [
    {"rating": int(GIANT[:400])},
    {"rating": 9, "seq": int(GIANT[:400])},
    {"rating": 9, "v": int(GIANT[:30])},
    {"rating": 9, "answers": {"counted_most": int(GIANT[:400])}},
    {"rating": 9, "properties": {"n": int(GIANT[:400]), "m": -(2**63) - 1, "k": 2**64}},
    {"rating": 9, "contact": {"id": int(GIANT[:400]), "email": 7, "name": [1]}},
    {"rating": 9, "submission_id": 7, "answered_at": int(GIANT[:400])},
    {"rating": 9, "answered_at": "0001-01-01T00:00:00+23:59"},
    {"rating": 9, "answered_at": "9999-12-31T23:59:59-23:59"},
    {"rating": 9, "answered_at": 1e300, "test": 2**70, "late": 2**70},
    {"kind": 2**70, "channel": [], "page": {}},
    {"kind": "shown", "page": 2**70},
    {"rating": 9, "about": 2**70, "locale": 2**70, "signature": {}, "channel": "x" * 400},
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_in_a_message(client: Client, shop: Shop, body: Any) -> None:
    for way in ("/r/", "/d/"):
        answer = await client.post(way + shop.nps.key, content=json.dumps(body))
        assert answer.status_code < 500, answer.text
    answer = await client.post(f"/s/{shop.nps.key}", content=json.dumps(body))
    assert answer.status_code < 500
