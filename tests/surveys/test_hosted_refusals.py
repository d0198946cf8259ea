"""`/s/{survey_key}`: what it refuses, and how it says so."""

import pytest

from feedback.db import Database
from feedback.responses import writer
from tests.cast import Shop
from tests.surveys.hosted import Client, answers, fill_in, hidden

REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "no rating": ({}, "Choose a number"),
    "off scale": ({"rating": "11"}, "Choose a number"),
    "not a number": ({"rating": "9.5"}, "Choose a number"),
}


@pytest.mark.parametrize(("typed", "said"), REFUSED.values(), ids=REFUSED.keys())
async def test_it_keeps_the_form_when_it_refuses(
    client: Client, shop: Shop, database: Database, typed: dict[str, str], said: str
) -> None:
    comment = typed.get("comment", "kept words")
    sent = await fill_in(client, f"/s/{shop.nps.key}?id=c-7", **{"comment": comment, **typed})
    assert sent.status_code == 422
    assert said in sent.text and comment in sent.text and hidden(sent.text)["id"] == "c-7"
    assert sent.headers["X-Feedback-Reason"]
    assert await answers(database, shop) == []


MALFORMED: dict[str, tuple[bytes, int]] = {
    "bad utf-8": (b"rating=9&comment=%ff", 400),
    "raw bad utf-8": (b"rating=9&comment=\xff", 400),
    "many fields": (b"rating=9" + b"&a=1" * 300, 400),
    "json": (b'{"rating": 9}', 422),
    "empty": (b"", 422),
    "too large": (b"rating=9&comment=" + b"a" * 66_000, 413),
}


@pytest.mark.parametrize(("body", "status"), MALFORMED.values(), ids=MALFORMED.keys())
async def test_it_refuses_with_a_page(
    client: Client, shop: Shop, database: Database, body: bytes, status: int
) -> None:
    sent = await client.post(f"/s/{shop.nps.key}", content=body)
    assert sent.status_code == status
    assert sent.headers["Content-Type"] == "text/html; charset=utf-8" and "<h1" in sent.text
    assert await answers(database, shop) == []


@pytest.mark.parametrize(
    ("comment", "kept", "named"),
    [
        ("a\x00b", "ab", "comment"),
        ("x" * 10_001, "x" * 10_000, "comment"),
        ("x" * 9_990 + "\r\n" * 9 + "y", "x" * 9_990 + "\n" * 9 + "y", None),
        ("👩‍👩‍👧‍👦 שלום", "👩‍👩‍👧‍👦 שלום", None),
        ("   ", None, None),
        ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")', None),
    ],
    ids=["nul", "long", "line breaks", "joined", "blank", "formula"],
)
async def test_no_comment_costs_the_rating(
    client: Client,
    shop: Shop,
    database: Database,
    comment: str,
    kept: str | None,
    named: str | None,
) -> None:
    sent = await fill_in(client, f"/s/{shop.nps.key}", rating="9", comment=comment)
    assert sent.status_code == 303
    assert sent.headers.get("X-Feedback-Dropped") == named
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment) == (9, kept)


async def test_a_link_with_too_much_still_takes_the_answer(
    client: Client, shop: Shop, database: Database
) -> None:
    many = "&".join(f"p_{n}={n}" for n in range(60))
    long = "&p_long=" + "x" * 501 + "&id=" + "y" * 201 + "&channel=pigeon&p_nul=%00%ff"
    sent = await fill_in(client, f"/s/{shop.nps.key}?{many}{long}", rating="9")
    assert sent.status_code == 303
    [stored] = await answers(database, shop)
    assert stored.properties is not None and len(stored.properties) == 50
    assert stored.channel == "page" and stored.respondent_key is None


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [("draft", 403, "not open yet"), ("paused", 403, "a break"), ("closed", 410, "is closed")],
)
async def test_it_says_why_a_survey_takes_no_answer(
    client: Client, shop: Shop, database: Database, state: str, status: int, said: str
) -> None:
    async with database.write() as session:
        shop.nps.state = state
        await session.merge(shop.nps)
    page = await client.get(f"/s/{shop.nps.key}")
    sent = await client.post(f"/s/{shop.nps.key}", data={"rating": "9"})
    for answer in (page, sent):
        assert answer.status_code == status and said in answer.text and "<form" not in answer.text
    assert await answers(database, shop) == []


async def test_it_keeps_the_form_when_the_server_is_busy(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUEUE_LIMIT", 0)
    sent = await fill_in(client, f"/s/{shop.nps.key}", rating="9", comment="kept words")
    assert (sent.status_code, sent.headers["Retry-After"]) == (503, "2")
    assert "kept words" in sent.text and " checked" in sent.text and "Send again" in sent.text


async def test_it_is_private_and_framed_by_us_alone(client: Client, shop: Shop) -> None:
    page = await client.get(f"/s/{shop.nps.key}?id=c-7", headers={"Cookie": "feedback_flash=x"})
    assert "set-cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "private, no-cache"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
    assert "style=" not in page.text
    assert page.text.count("<script") == page.text.count('<script src="/static/') == 1


async def test_it_refuses_another_method(client: Client, shop: Shop) -> None:
    assert (await client.put(f"/s/{shop.nps.key}")).status_code == 405


@pytest.mark.parametrize("key", ["nothing", "%00", "a" * 400, "%F0%9F%98%80"])
async def test_it_refuses_an_unknown_survey(client: Client, shop: Shop, key: str) -> None:
    for answer in (
        await client.get(f"/s/{key}"),
        await client.post(f"/s/{key}", data={"rating": "9"}),
        await client.get(f"/s/{key}/thanks"),
    ):
        assert answer.status_code == 404 and "There is no survey here" in answer.text
