"""What somebody who answers an anonymous survey sees, and what its ways in send: one message."""

import html
import re
from typing import Any

import pytest
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.resources import PACKAGE
from feedback.responses.models import Response
from feedback.surveys.customer_texts import FOLDER, page_words, respondent_texts
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.forms import Client
from tests.surveys.follow_ups import ENDINGS, FOLLOW_UPS
from tests.surveys.hosted import answers, fill_in, hidden
from tests.surveys.kiosk import told

ENGLISH = "We do not record who you are. Please name nobody."
FRENCH = "Nous n’enregistrons pas qui vous êtes. Ne nommez personne."
# As the languages of a survey call it, in what a respondent may read.
NEVER = re.compile(
    r"an[oó]n[iyíóôò]+m|аноним|анонім|ανώνυμ|匿名|익명|مجهول|אנונימי|นิรนาม|ẩn danh", re.I
)
LINK = (
    "?id=canary-7&email=ana%40canary.example&about=canary-1&p_plan=pro&p_customer=canary&rating=9"
)


async def make(client: Client, database: Database, shop: Shop, **more: Any) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        settings = {"is_anonymous": True, "kept_properties": ["plan"], **more}
        for name, value in settings.items():
            setattr(survey, name, value)
    client.app.state.catalog.forget()


async def test_the_page_passes_on_nobody_and_stores_it_all_at_once(
    client: Client, shop: Shop, database: Database
) -> None:
    await make(client, database, shop)
    page = html.unescape((await client.get(f"/s/{shop.nps.key}{LINK}")).text)
    assert ENGLISH in page and "canary" not in page and not NEVER.search(page)
    assert FRENCH in html.unescape((await client.get(f"/s/{shop.nps.key}?lang=fr")).text)
    sent = await fill_in(client, f"/s/{shop.nps.key}{LINK}", rating="3", comment="Slow")
    assert sent.status_code == 303 and "X-Feedback-Dropped" not in sent.headers
    assert sent.headers["Location"] == f"/s/{shop.nps.key}/thanks?lang=en"
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment, stored.respondent_key) == (3, "Slow", None)
    assert stored.properties == {"plan": "pro"}
    thanks = (await client.get(sent.headers["Location"])).text
    assert "go back" not in thanks and not NEVER.search(thanks)  # it cannot be changed


async def test_a_survey_with_follow_ups_stores_nothing_before_the_last_send(
    client: Client, shop: Shop, database: Database
) -> None:
    await make(client, database, shop, follow_ups=FOLLOW_UPS, endings=ENDINGS)
    more = await fill_in(client, f"/s/{shop.nps.key}", rating="2")
    assert more.status_code == 200 and "What went wrong?" in more.text
    assert ENGLISH in more.text and await answers(database, shop) == []
    fields = hidden(more.text) | {"rating": "2", "comment": "Late", "f_f2": "c1"}
    thanks = await client.post(f"/s/{shop.nps.key}?send", data=fields)
    assert thanks.status_code == 200 and "We are sorry." in thanks.text
    again = await client.post(f"/s/{shop.nps.key}?send", data=fields | {"comment": "Never"})
    assert again.status_code == 200
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment, stored.answers) == (2, "Late", {"f2": "c1"})
    wrong = await fill_in(client, f"/s/{shop.nps.key}", rating="99")
    assert wrong.status_code == 422 and len(await answers(database, shop)) == 1


async def test_widget_and_kiosk_are_told_to_send_at_the_end(
    client: Client, shop: Shop, database: Database
) -> None:
    await make(client, database, shop)
    async with database.read() as session:
        ours = (PublicKey.kind == "site", PublicKey.workspace_id == shop.workspace.id)
        site = (await session.exec(select(PublicKey.key).where(*ours))).one()
    found = (await client.get(f"/w/{site}?lang=fr")).json()["surveys"]
    [mine] = [survey for survey in found if survey["key"] == shop.nps.key]
    [other] = [survey for survey in found if survey["key"] != shop.nps.key]
    assert mine["at"] == "end" and mine["look"]["logo"] == FRENCH and not NEVER.search(str(mine))
    assert "at" not in other and FRENCH not in str(other)
    page = (await client.get(f"/k/{shop.nps.key}?lang=fr&p_plan=pro&p_customer=canary")).text
    assert FRENCH in html.unescape(page) and told(page)["at"] == "end"
    assert told(page)["properties"] == {"plan": "pro"} and not NEVER.search(page)
    assert "at" not in told((await client.get(f"/k/{shop.csat.key}")).text)
    async with database.read() as session:
        own = Response.workspace_id == shop.workspace.id
        assert list(await session.exec(select(Response).where(own))) == []


async def test_the_share_page_says_that_a_link_names_nobody(
    alice: Client, shop: Shop, database: Database
) -> None:
    await make(alice, database, shop)
    page = html.unescape((await alice.get(f"/surveys/{shop.nps.id}/share")).text)
    assert "whom a link or a page names is ignored" in page
    assert "id={{contact_id}}" not in page and "<code>id=" not in page
    assert "<code>p_plan=" in page and "integrity=" not in page
    other = html.unescape((await alice.get(f"/surveys/{shop.csat.id}/share")).text)
    assert "id={{contact_id}}" in other and "is ignored" not in other


def test_no_word_that_a_respondent_reads_claims_it() -> None:
    """Whoever writes a comment may name somebody: we say what we do, not what they are."""
    texts = [str(respondent_texts(path.stem)) for path in FOLDER.iterdir()]
    texts += [path.read_text() for path in (PACKAGE.parent / "templates/surveys").glob("hosted*")]
    texts += [
        (PACKAGE / name).read_text() for name in ("widget/widget.js", "widget/widget-after.js")
    ]
    # A name in a template's condition is read by nobody.
    told = [re.sub(r"\{%.*?%\}|/\*.*?\*/", "", text, flags=re.S) for text in texts]
    assert len(told) > 36 and not [text for text in told if NEVER.search(text)]
    assert page_words("en")["no_names"] == ENGLISH and page_words("fr")["no_names"] == FRENCH


@pytest.mark.parametrize("said", ["anonymous", "anonyme", "anónimo", "анонимно", "匿名"])
def test_the_search_would_find_it(said: str) -> None:
    assert NEVER.search(f"Your answer is {said}.")
