"""`/k/{survey_key}`: the survey on a screen of its own."""

import html
import re

import pytest

from feedback.db import Database
from tests.cast import TEXTS, Shop
from tests.forms import Client, send
from tests.surveys.hosted import answers
from tests.surveys.kiosk import told


async def test_it_works(client: Client, shop: Shop) -> None:
    answer = await client.get(f"/k/{shop.nps.key}?lang=fr&p_desk=3")
    assert answer.status_code == 200 and '<html lang="fr"' in answer.text
    assert html.escape(TEXTS["fr"]["question"]) in answer.text
    assert len(re.findall(r'name="rating" value="\d+"', answer.text)) == 11
    kiosk = told(answer.text)
    assert kiosk["properties"] == {"desk": "3"} and kiosk["language"] == "fr"
    assert set(kiosk["languages"]) == {"en", "fr"}
    assert kiosk["languages"]["en"]["question"] == TEXTS["en"]["question"]
    assert (kiosk["steps"], kiosk["test"]) == ([], False)


async def test_it_loads_own_files_only(client: Client, shop: Shop) -> None:
    answer = await client.get(f"/k/{shop.nps.key}")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert policy.endswith("; worker-src 'self'")
    assert not re.search(r"https?://|\sstyle=|\son\w+=|<script>", answer.text)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
        assert (await client.get(html.unescape(address))).status_code == 200, address


async def test_it_reads_no_cookie_and_sets_none(client: Client, alice: Client, shop: Shop) -> None:
    headers = {"Origin": "null", "Cookie": "feedback_session=nonsense"}
    answer = await client.get(f"/k/{shop.nps.key}", headers=headers)
    assert answer.status_code == 200 and "set-cookie" not in answer.headers


async def test_a_head_says_which_page_it_would_be(
    client: Client, shop: Shop, database: Database
) -> None:
    page = await client.get(f"/k/{shop.nps.key}")
    version = page.headers["X-Feedback-Version"]
    assert f'data-version="{version}"' in page.text
    head = await client.head(f"/k/{shop.nps.key}")
    assert (head.status_code, head.text) == (200, "")
    assert head.headers["X-Feedback-Version"] == version
    async with database.write() as session:
        (await session.merge(shop.nps)).state = "paused"
    client.app.state.catalog.forget()
    paused = await client.head(f"/k/{shop.nps.key}")
    assert paused.status_code == 403 and paused.headers["X-Feedback-Version"] != version


async def test_looking_writes_nothing(client: Client, shop: Shop, database: Database) -> None:
    for query in ("", "?rating=9&id=c-7", "?feedback-test"):
        await client.get(f"/k/{shop.nps.key}{query}")
        await client.head(f"/k/{shop.nps.key}{query}")
    assert await answers(database, shop) == []


@pytest.mark.parametrize(
    ("state", "status", "says"),
    [
        ("closed", 410, "This survey is closed"),
        ("paused", 403, "This survey is taking a break"),
        ("draft", 403, "This survey is not open yet"),
    ],
)
async def test_it_says_when_it_cannot_be_answered(
    client: Client, shop: Shop, database: Database, state: str, status: int, says: str
) -> None:
    async with database.write() as session:
        (await session.merge(shop.nps)).state = state
    answer = await client.get(f"/k/{shop.nps.key}?lang=en")
    assert answer.status_code == status and says in answer.text
    # What waits on the device is still sent: the script knows where to.
    assert told(answer.text)["key"] == shop.nps.key


async def test_a_paused_one_can_be_tried(client: Client, shop: Shop, database: Database) -> None:
    async with database.write() as session:
        (await session.merge(shop.nps)).state = "paused"
    answer = await client.get(f"/k/{shop.nps.key}?feedback-test&lang=en")
    assert answer.status_code == 200 and "Test, not counted" in answer.text
    assert told(answer.text)["test"] is True


@pytest.mark.parametrize("key", ["nothing", "a%00b", "%F0%9F%98%80", "a" * 400])
async def test_an_unknown_key_says_so(client: Client, shop: Shop, key: str) -> None:
    answer = await client.get(f"/k/{key}?lang=en")
    assert answer.status_code == 404 and "There is no survey here" in answer.text


async def test_it_rejects_the_wrong_method(client: Client, shop: Shop) -> None:
    assert (await client.post(f"/k/{shop.nps.key}")).status_code == 405


@pytest.mark.parametrize(("art", "drawn"), [("numbers", 0), ("faces", 5), ("stars", 5)])
async def test_satisfaction_is_drawn_as_its_look_says(
    alice: Client, shop: Shop, art: str, drawn: int
) -> None:
    await send(alice, f"/surveys/{shop.csat.id}/widget", art=art)
    page = (await alice.get(f"/k/{shop.csat.key}")).text
    assert page.count("<svg") == drawn and page.count(" of 5") == 5


async def test_what_a_workspace_writes_stays_text(
    client: Client, shop: Shop, database: Database
) -> None:
    bad = """"'><script>alert(1)</script>"""
    async with database.write() as session:
        survey = await session.merge(shop.nps)
        survey.endings = {"positive": {"texts": {"en": bad}}}
    page = (await client.get(f"/k/{shop.nps.key}", params={"p_x": bad, "lang": "en"})).text
    assert "<script>alert" not in page
    assert told(page)["languages"]["en"]["endings"]["positive"] == bad
    assert told(page)["properties"] == {"x": bad}


async def test_the_share_page_names_it(alice: Client, shop: Shop) -> None:
    page = (await alice.get(f"/surveys/{shop.nps.id}/share")).text
    assert f'value="http://testserver.local/k/{shop.nps.key}"' in page
