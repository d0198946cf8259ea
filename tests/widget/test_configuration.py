"""`/widget.js` and `/w/{site_key}`: what a page of the customer's site loads."""

import gzip
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import event
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.surveys.customer_texts import widget_words
from tests import cast
from tests.cast import Shop

Client = AsyncTestClient[Any]
MOST_BYTES = 6_000
MOST_BYTES_OF_ONE = 500


@pytest.fixture
async def site_key(shop: Shop, database: Database) -> str:
    async with database.read() as session:
        query = select(PublicKey.key).where(
            PublicKey.kind == "site", PublicKey.workspace_id == shop.workspace.id
        )
        return (await session.exec(query)).one()


async def test_the_script_needs_no_workspace(client: Client) -> None:
    answer = await client.get("/widget.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "set-cookie" not in answer.headers


async def test_the_script_says_first_what_it_sends(client: Client) -> None:
    first = (await client.get("/widget.js")).text.split("*/")[0]
    for word in ("server this file came from", "nobody else", "rating", "comment", "No cookie"):
        assert word in " ".join(first.replace("*", "").split())


async def test_the_script_is_sent_once(client: Client) -> None:
    first = await client.get("/widget.js")
    again = await client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_all_a_page_loads_stays_light(
    client: Client, shop: Shop, site_key: str, language: str
) -> None:
    zipped = {"Accept-Encoding": "gzip"}
    loaded: tuple[tuple[str, dict[str, str], int], ...] = (
        ("/widget.js", {}, MOST_BYTES),
        (f"/w/{site_key}", {"survey": "", "lang": language}, MOST_BYTES_OF_ONE),
        (f"/w/{site_key}", {"lang": language}, 2 * MOST_BYTES_OF_ONE),
    )
    for path, query, most in loaded:
        answer = await client.get(path, params=query, headers=zipped)
        assert answer.headers["Content-Encoding"] == "gzip"
        size = len(gzip.compress(answer.content, mtime=0))
        assert int(answer.headers["Content-Length"]) <= size <= most


async def test_what_follows_the_tap_is_a_second_script(client: Client) -> None:
    answer = await client.get("/widget-after.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


async def test_a_browser_without_gzip_gets_it_plain(client: Client, site_key: str) -> None:
    answer = await client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert answer.text.startswith("/*")


async def test_it_lists_the_live_surveys(client: Client, shop: Shop, site_key: str) -> None:
    answer = await client.get(f"/w/{site_key}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "set-cookie" not in answer.headers
    nps, csat = answer.json()["surveys"]
    assert nps == {
        "key": shop.nps.key,
        "metric": "nps",
        "minimum": 0,
        "maximum": 10,
        "low_is_good": False,
        "default_language": "en",
        "texts": cast.TEXTS,
    }
    assert (csat["key"], csat["minimum"], csat["maximum"]) == (shop.csat.key, 1, 5)
    assert answer.json()["words"] == {code: widget_words(code) for code in cast.TEXTS}


async def test_a_page_gets_only_what_it_shows(client: Client, shop: Shop, site_key: str) -> None:
    query = {"survey": shop.csat.key, "lang": "fr-CA,en-GB"}
    answer = (await client.get(f"/w/{site_key}", params=query)).json()
    assert [survey["key"] for survey in answer["surveys"]] == [shop.csat.key]
    assert answer["surveys"][0]["texts"] == {"fr": cast.TEXTS["fr"]}
    assert answer["words"] == {"fr": widget_words("fr")}


async def test_without_a_survey_a_page_gets_the_first(
    client: Client, shop: Shop, site_key: str
) -> None:
    answer = (await client.get(f"/w/{site_key}", params={"survey": "", "lang": "xx"})).json()
    assert [survey["key"] for survey in answer["surveys"]] == [shop.nps.key]
    assert list(answer["words"]) == ["en"]


async def test_a_page_that_names_another_survey_gets_none(client: Client, site_key: str) -> None:
    answer = await client.get(f"/w/{site_key}", params={"survey": "nothing"})
    assert (answer.status_code, answer.json()["surveys"]) == (200, [])


@pytest.mark.parametrize(
    ("lang", "is_theirs"),
    [("nn,fr", True), ("NO_no", True), (",,nb-NO", True), ("fr,nb", False), ("nbx", False)],
)
async def test_it_judges_for_whom_a_survey_is_by_the_first_language(
    client: Client, shop: Shop, database: Database, site_key: str, lang: str, is_theirs: bool
) -> None:
    async with database.write() as session:
        shop.nps.rules = {"languages": ["nb"], "devices": ["phone"]}
        await session.merge(shop.nps)
    for query in ({"lang": lang}, {"lang": lang, "survey": shop.nps.key}):
        answer = (await client.get(f"/w/{site_key}", params=query)).json()["surveys"]
        told = {survey["key"]: survey.get("rules") for survey in answer}
        language: dict[str, list[str]] = {} if is_theirs else {"@language": []}
        assert told[shop.nps.key] == {"is": {"@device": ["phone"]} | language}
        assert not told.get(shop.csat.key)


@pytest.mark.parametrize("state", ["draft", "paused", "closed"])
async def test_it_leaves_out_a_survey_that_is_not_live(
    client: Client, shop: Shop, database: Database, site_key: str, state: str
) -> None:
    async with database.write() as session:
        shop.nps.state = state
        await session.merge(shop.nps)
    surveys = (await client.get(f"/w/{site_key}")).json()["surveys"]
    assert [survey["key"] for survey in surveys] == [shop.csat.key]


async def test_an_edit_changes_the_next_configuration(
    client: Client, shop: Shop, database: Database, site_key: str
) -> None:
    before = await client.get(f"/w/{site_key}")
    async with database.write() as session:
        shop.nps.state = "paused"
        await session.merge(shop.nps)
    client.app.state.catalog.forget()
    known = {"If-None-Match": before.headers["ETag"]}
    assert (await client.get(f"/w/{site_key}", headers=known)).status_code == 200


async def test_what_did_not_change_is_not_sent_again(client: Client, site_key: str) -> None:
    first = await client.get(f"/w/{site_key}")
    again = await client.get(f"/w/{site_key}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"


async def test_a_page_view_reads_no_row(client: Client, site_key: str) -> None:
    statements = []
    engine = client.app.state.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    await client.get(f"/w/{site_key}")
    assert statements
    statements.clear()
    for language in ("en", "fr"):
        await client.get(f"/w/{site_key}", params={"survey": "", "lang": language})
    assert statements == []


@pytest.mark.parametrize("key", ["nothing", "%00", "a" * 400, "%F0%9F%98%80"])
async def test_it_refuses_an_unknown_site(client: Client, shop: Shop, key: str) -> None:
    answer = await client.get(f"/w/{key}")
    assert (answer.status_code, answer.json()["error"]) == (404, "site_unknown")
    assert answer.headers["X-Feedback-Reason"] == answer.json()["reason"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_it_refuses_a_survey_key(client: Client, shop: Shop) -> None:
    assert (await client.get(f"/w/{shop.nps.key}")).status_code == 404


async def test_it_refuses_another_method(client: Client, site_key: str) -> None:
    assert (await client.post(f"/w/{site_key}")).status_code == 405
    assert (await client.post("/widget.js")).status_code == 405
