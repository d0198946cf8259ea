"""The share page: snippet, links, QR code, mail block."""

import html
import re

import pytest
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.editor.share.ways import base_url_problem
from tests.cast import Shop
from tests.forms import Client
from tests.surveys.conftest import Rows

BASE = "http://testserver.local"


async def page_of(alice: Client, shop: Shop, query: str = "") -> str:
    answer = await alice.get(f"/surveys/{shop.nps.id}/share{query}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


async def test_it_works(alice: Client, shop: Shop, database: Database) -> None:
    async with database.read() as session:
        found = await session.exec(
            select(PublicKey.key).where(
                PublicKey.workspace_id == shop.workspace.id, PublicKey.kind == "site"
            )
        )
        site = found.one()
    text = await page_of(alice, shop)
    assert (
        f'<script src="{BASE}/widget.js" data-feedback-site="{site}" '
        f'data-feedback-survey="{shop.nps.key}" async></script>'
    ) in text
    assert f"{BASE}/s/{shop.nps.key}?feedback-test" in text
    assert f"script-src {BASE}; connect-src {BASE}" in text


async def test_each_rating_of_the_mail_block_is_a_cell_and_a_plain_link(
    alice: Client, shop: Shop
) -> None:
    text = await page_of(alice, shop, "?lang=fr&tag=*|UNIQID|*")
    source = text[text.index('<textarea id="mail_html"') : text.index('id="mail_text"')]
    for rating in range(11):
        link = f"{BASE}/s/{shop.nps.key}?rating={rating}&lang=fr&channel=email&id=*|UNIQID|*"
        assert source.count(f'href="{html.escape(link)}"') == 2
    assert "Recommanderiez-vous notre boutique" in source


async def test_the_merge_tag_stays_as_the_mailing_tool_wants_it(alice: Client, shop: Shop) -> None:
    assert "&id={{contact_id}}" in await page_of(alice, shop)
    assert "&id=" not in (await page_of(alice, shop, "?lang=en&tag=")).replace("&id={{", "")


@pytest.mark.parametrize("query", ["?tag=a%22b", "?tag=%3Cb%3E", "?tag=a%00b", "?lang=de"])
async def test_it_refuses_such_a_choice(alice: Client, shop: Shop, query: str) -> None:
    answer = await alice.get(f"/surveys/{shop.nps.id}/share{query}")
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


async def test_the_preview_is_the_source_under_a_policy_of_its_own(
    alice: Client, shop: Shop
) -> None:
    preview = await alice.get(f"/surveys/{shop.nps.id}/share/mail.html?lang=en")
    policy = preview.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy
    body = re.search("<main>(.*)</main>", preview.text, re.DOTALL)
    assert body and body[1] in await page_of(alice, shop)


async def test_the_mail_block_is_a_part_of_the_page(alice: Client, shop: Shop) -> None:
    path = f"/surveys/{shop.nps.id}/share"
    block = await alice.get(path, headers={"HX-Request": "true", "HX-Target": "mail_block"})
    assert block.text.strip().startswith('<div id="mail_block"')
    assert block.text.strip() in (await alice.get(path)).text


async def test_it_says_when_the_survey_does_not_ask(alice: Client, shop: Shop, rows: Rows) -> None:
    async with rows.database.write() as session:
        (await session.merge(shop.nps)).state = "paused"
    assert "This survey does not ask now: Paused." in await page_of(alice, shop)


@pytest.mark.parametrize(
    ("base", "scheme", "host", "says"),
    [
        ("http://f.example", "https", "f.example", "browsers refuse"),
        ("https://f.example", "https", "other.example", "links lead to"),
        ("http://localhost:8000", "http", "localhost:8000", "on this computer only"),
        ("https://f.example", "https", "f.example", ""),
    ],
)
def test_it_says_in_one_line_when_base_url_does_not_fit(
    base: str, scheme: str, host: str, says: str
) -> None:
    problem = base_url_problem(base, scheme=scheme, host=host)
    assert says in problem and bool(says) == bool(problem) and "\n" not in problem


async def test_the_qr_code_is_public_and_a_picture(client: Client, shop: Shop) -> None:
    answer = await client.get(f"/s/{shop.nps.key}/qr.svg")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/svg+xml"
    assert "<svg" in answer.text and "set-cookie" not in answer.headers


@pytest.mark.parametrize("key", ["nosuchkey", "a%00b", "..%2f"])
async def test_there_is_no_qr_code_for_an_unknown_key(client: Client, shop: Shop, key: str) -> None:
    assert (await client.get(f"/s/{key}/qr.svg")).status_code == 404
