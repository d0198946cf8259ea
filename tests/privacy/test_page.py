"""The page that tells people what their answers are for, and the form it is filled from."""

import asyncio
from typing import Any

import pytest

from feedback.db import Database
from feedback.privacy.models import Privacy
from feedback.privacy.schemas import contact_link
from feedback.surveys.models import Survey
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send

CONTACT = "privacy@shop.example"
FILLED: dict[str, Any] = {
    "contact": CONTACT,
    "responsible": "Alice's shop Ltd, 1 High Street, Leeds",
    "officer": "",
    "basis": "interest",
    "purpose_en": "To mend what went wrong.",
    "purpose_fr": "Pour réparer ce qui n’a pas marché.",
    "keep_texts_months": "24",
    "storage": "after-act",
}
PAGE = "/settings/privacy"


async def read(client: Client, key: str, language: str = "en") -> str:
    page = await client.get(f"/privacy/{key}", headers={"Accept-Language": language})
    assert page.status_code == 200
    return " ".join(page.text.split())


async def stored(database: Database, shop: Shop) -> Privacy | None:
    async with database.read() as session:
        return await session.get(Privacy, shop.workspace.id)


async def test_it_tells_what_was_written_to_a_reader_of_either_language(
    alice: Client, shop: Shop
) -> None:
    assert (await send(alice, PAGE, **FILLED)).status_code == 303
    english, french = await read(alice, shop.nps.key), await read(alice, shop.nps.key, "fr-CA")
    assert '<html lang="en">' in english and '<html lang="fr">' in french
    assert FILLED["purpose_en"] in english and FILLED["purpose_fr"] in french
    for page in (english, french):
        assert f'<a href="mailto:{CONTACT}" rel="noreferrer">' in page
        assert "Alice&#39;s shop Ltd, 1 High Street, Leeds" in page
    assert "24 months after the answer, or within the month that follows" in english
    assert "before you answer a question or close it: nothing" in english
    assert "pseudonymous" in english and "pseudonyme" in french
    assert "anonym" not in (english + french).lower()


async def test_it_is_found_by_the_site_key_and_by_a_language_that_was_asked_for(
    alice: Client, shop: Shop
) -> None:
    share = (await alice.get(f"/surveys/{shop.nps.id}/share")).text
    site_key = share.partition("data-feedback-site=&#34;")[2].partition("&#34;")[0]
    page = await alice.get(f"/privacy/{site_key}?lang=fr")
    assert '<html lang="fr">' in page.text


async def test_it_names_what_its_surveys_really_ask(
    alice: Client, shop: Shop, database: Database
) -> None:
    choice = {
        "id": "why", "kind": "single", "texts": {"en": {"question": "Why?"}},
        "choices": [{"id": c, "texts": {"en": c}} for c in ("a", "b")],
    }  # fmt: skip
    async with database.write() as session:
        nps = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        nps.follow_ups, nps.is_overall = [choice], True
    page = await read(alice, shop.nps.key)
    assert "what is chosen in the questions after the rating" in page
    assert "which moments counted most" in page
    assert "the comment, if one is written" not in page
    other = await read(alice, shop.csat.key)
    assert "the comment, if one is written" in other and "which moments" not in other


async def test_it_says_what_nobody_wrote_yet_and_warns_the_team(alice: Client, shop: Shop) -> None:
    page = await read(alice, shop.nps.key)
    assert "Alice&#39;s shop has not said so yet." in page
    assert "Alice&#39;s shop has named nobody yet." in page
    told = (await alice.get(f"/surveys/{shop.nps.id}")).text
    assert "lacks: what the answers are for, whom to write to." in told
    await send(alice, PAGE, **FILLED)
    assert "lacks:" not in (await alice.get(f"/surveys/{shop.nps.id}")).text


@pytest.mark.parametrize("contact", ["", "-", "the boss", "…"])
async def test_a_page_without_a_contact_is_refused_and_its_preview_says_so(
    alice: Client, shop: Shop, database: Database, contact: str
) -> None:
    answer = await send(alice, PAGE, **FILLED | {"contact": contact})
    assert answer.status_code == 422
    assert FILLED["purpose_en"] in answer.text and await stored(database, shop) is None
    sentence = "Say where people can write" if not contact else "Nobody can be reached by this."
    assert sentence in answer.text
    assert contact or "Alice&#39;s shop has named nobody yet." in answer.text


async def test_a_preview_shows_both_languages_and_saves_nothing(
    alice: Client, shop: Shop, database: Database
) -> None:
    answer = await send(alice, PAGE, **FILLED, do="preview")
    assert answer.status_code == 200 and await stored(database, shop) is None
    preview = answer.text.partition('id="preview"')[2]
    assert FILLED["purpose_en"] in preview and FILLED["purpose_fr"] in preview
    assert "À quoi servent vos réponses" in preview


@pytest.mark.parametrize("months", ["0", "121", "1.5", "soon", "1e9"])
async def test_months_are_whole_and_few(alice: Client, shop: Shop, months: str) -> None:
    answer = await send(alice, PAGE, **FILLED | {"keep_texts_months": months})
    assert answer.status_code == 422
    assert 'id="keep_texts_months_error"' in answer.text


async def test_without_months_texts_are_kept_until_somebody_erases_them(
    alice: Client, shop: Shop, database: Database
) -> None:
    await send(alice, PAGE, **FILLED | {"keep_texts_months": ""})
    row = await stored(database, shop)
    assert row is not None and row.keep_texts_months is None
    assert "Until Alice&#39;s shop erases the answer" in await read(alice, shop.nps.key)


async def test_a_missing_language_is_told_to_the_team_and_marked_for_readers(
    alice: Client, shop: Shop
) -> None:
    await send(alice, PAGE, **FILLED | {"purpose_fr": ""})
    assert "“What the answers are for” is missing in Français" in (await alice.get(PAGE)).text
    french = await read(alice, shop.nps.key, "fr")
    assert f'<p class="own" dir="auto" lang="en">{FILLED["purpose_en"]}</p>' in french


async def test_nobody_else_writes_it(client: Client, shop: Shop, database: Database) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    assert (await send(client, PAGE, **FILLED)).status_code == 403
    assert await stored(database, shop) is None


@pytest.mark.parametrize("key", ["nothing", "%00", "a" * 3000, "%F0%9F%98%80"])
async def test_an_unknown_key_has_no_page(client: Client, key: str) -> None:
    assert (await client.get(f"/privacy/{key}")).status_code == 404


async def test_the_register_entry_holds_the_same_facts_in_both_languages(
    alice: Client, shop: Shop
) -> None:
    await send(alice, PAGE, **FILLED)
    page = (await alice.get(f"{PAGE}/register")).text
    assert FILLED["purpose_en"] in page and CONTACT in page
    assert "[to be written: where the server and its backups stand]" in page
    file = await alice.get(f"{PAGE}/register.txt?lang=fr")
    assert file.headers["Content-Type"].startswith("text/plain")
    assert "Registre des traitements" in file.text and FILLED["purpose_fr"] in file.text
    assert "pseudonyme" in file.text and "[à compléter" in file.text


async def test_of_an_anonymous_survey_it_tells_that_nothing_leads_to_anybody(
    client: Client, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.is_anonymous, survey.kept_properties = True, ["plan", "country"]
    page, other = await read(client, shop.nps.key), await read(client, shop.csat.key)
    assert "its day without the time" in page and "these questions keep: country, plan" in page
    assert "whatever would lead from your device to the answer" in page
    for said in ("keyed hash", "address of the page", "private link", "nonym"):
        assert said not in page, said
    assert "keyed hash" in other and "does not record who you are" not in other
    french = await read(client, shop.nps.key, "fr")
    assert "son jour sans l’heure" in french and "anonym" not in french.lower()


async def test_every_way_to_answer_leads_to_it(client: Client, shop: Shop) -> None:
    address = f"/privacy/{shop.nps.key}"
    for path in (f"/s/{shop.nps.key}?lang=fr", f"/s/{shop.nps.key}/thanks?lang=fr&rating=9"):
        page = (await client.get(path)).text
        link = f'<a href="{address}?lang=fr" target="_blank" rel="noopener">Vos données</a>'
        assert link in page, path
    kiosk = (await client.get(f"/k/{shop.nps.key}")).text
    assert f"{address}</p>" in kiosk and 'src="data:image/svg+xml;base64,' in kiosk


async def test_two_people_who_write_it_first_make_one_row(
    alice: Client, shop: Shop, database: Database
) -> None:
    sent = [send(alice, PAGE, **FILLED | {"officer": name}) for name in ("One", "Two", "Three")]
    assert [answer.status_code for answer in await asyncio.gather(*sent)] == [303, 303, 303]
    row = await stored(database, shop)
    assert row is not None and row.officer in ("One", "Two", "Three")


async def test_what_the_team_writes_stays_text(alice: Client, shop: Shop) -> None:
    evil = '"><img src=x onerror=alert(1)><script>alert(1)</script>{{ 7777 * 7777 }}%(name)s'
    texts = ("purpose", "how_long", "recipients", "details")
    written = {f"{text}_{code}": evil for text in texts for code in ("en", "fr")}
    contact = f"a@b.example?bcc=x {evil}"
    fields = FILLED | written | {"contact": contact, "responsible": evil, "officer": evil}
    for do in ("preview", "save"):
        answer = await send(alice, PAGE, **fields, do=do)
        assert answer.status_code == (200 if do == "preview" else 303)
        assert "<img" not in answer.text and "<script>" not in answer.text
    for path in (f"/privacy/{shop.nps.key}", PAGE, f"{PAGE}/register"):
        page = (await alice.get(path)).text
        assert "<img src=x" not in page and "<script>" not in page and "60481729" not in page, path
        assert page.count("&lt;script&gt;alert(1)") >= 5, path


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("a@b.example?bcc=c@d.example", ""),
        ("a+b@c.example", "mailto:a%2Bb@c.example"),
        ("javascript:alert(1)//a@b.example", "mailto:javascript%3Aalert%281%29%2F%2Fa@b.example"),
        ("https://shop.example/privacy", "https://shop.example/privacy"),
        ("javascript://shop.example/%0aalert(1)", ""),
        ("https:/shop.example", ""),
    ],
)
def test_a_contact_leads_to_a_mail_or_a_page_or_nowhere(contact: str, link: str) -> None:
    assert contact_link(contact) == link
