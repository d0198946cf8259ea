"""Which language a customer reads, and how an editor adds or leaves out one."""

import html
from typing import Any

import pytest
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.surveys.languages import BUILT_IN, built_in, choose_language, direction
from feedback.surveys.models import Question, Survey
from feedback.surveys.texts import suggested_texts
from tests.cast import TEXTS, Shop
from tests.forms import Client, send
from tests.surveys.conftest import Rows, question_fields

EN = {"en": TEXTS["en"]}


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        ("zh-TW", ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh-HK", ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh-Hant-MO", ["en", "zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh-CN", ["en", "zh-Hant", "zh-Hans"], "zh-Hans"),
        ("zh-SG", ["en", "zh-Hant", "zh-Hans"], "zh-Hans"),
        ("zh", ["en", "zh-Hant", "zh-Hans"], "zh-Hans"),
        ("zh-TW", ["en", "zh-CN", "zh-TW"], "zh-TW"),
        ("zh-TW", ["en", "zh-Hans"], "zh-Hans"),
        ("nn", ["en", "nb"], "nb"),
        ("no", ["en", "nb"], "nb"),
        ("nb-NO", ["en", "no"], "no"),
        ("nn-NO", ["nb", "nn"], "nn"),
        ("pt-PT", ["pt-BR", "pt"], "pt"),
        ("pt-BR", ["pt", "pt-BR"], "pt-BR"),
        ("pt-AO", ["pt-BR", "pt"], "pt"),
        ("pt", ["en", "pt-BR"], "pt-BR"),
        ("de_AT", ["en", "de"], "de"),
        ("es-419", ["en", "es"], "es"),
        ("iw", ["en", "he"], "he"),
        ("sr-Latn", ["en", "hr"], "en"),
        ("", ["en", "fr"], "en"),
    ],
)
def test_it_chooses_the_nearest_language(wanted: str, offered: list[str], chosen: str) -> None:
    assert choose_language([wanted], offered, "en") == chosen


def test_a_wish_that_is_met_exactly_comes_first() -> None:
    assert choose_language(["sr", "fr-CA", "de"], ["en", "de", "fr"], "en") == "fr"


@pytest.mark.parametrize("code", BUILT_IN)
def test_each_built_in_language_is_found_by_its_own_code(code: str) -> None:
    assert built_in(code) == built_in(code.lower()) == code


def test_it_knows_what_is_read_from_the_right() -> None:
    assert {code for code in BUILT_IN if direction(code) == "rtl"} == {"ar", "he"}
    assert [direction(code) for code in ("fa-IR", "iw", "ur", "tr", "ku")] == [
        "rtl",
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]


async def speak(database: Database, shop: Shop, texts: dict[str, Any], default: str) -> None:
    """The shop's first survey asks in these languages alone."""
    async with database.write() as session:
        place = (shop.workspace.id, shop.nps.question_id)
        question = await session.get_one(Question, place)
        question.texts, question.default_language = texts, default


async def site_key(database: Database, shop: Shop) -> str:
    async with database.read() as session:
        query = select(PublicKey.key).where(
            PublicKey.kind == "site", PublicKey.workspace_id == shop.workspace.id
        )
        return (await session.exec(query)).one()


async def test_the_hosted_page_turns_round_for_arabic(
    client: Client, shop: Shop, database: Database
) -> None:
    await speak(database, shop, suggested_texts("nps", "us", ["ar", "en"]), "en")
    page = (await client.get(f"/s/{shop.nps.key}?lang=ar-EG")).text
    assert '<html lang="ar" dir="rtl">' in page and "إرسال</button>" in page
    english = (await client.get(f"/s/{shop.nps.key}?lang=en")).text
    assert '<html lang="en">' in english


async def test_the_hosted_page_speaks_the_browser_language(
    client: Client, shop: Shop, database: Database
) -> None:
    await speak(database, shop, suggested_texts("nps", "us", ["en", "zh-Hant", "de"]), "en")
    wanted = {"Accept-Language": "sr, zh-TW;q=0.9, de;q=0.8"}
    page = (await client.get(f"/s/{shop.nps.key}", headers=wanted)).text
    assert "送出</button>" in page and "Deutsch</a>" in page


async def test_words_we_do_not_have_are_those_of_the_default_language(
    client: Client, shop: Shop, database: Database
) -> None:
    basque = {"eu": dict.fromkeys(TEXTS["en"], "Euskaraz")}
    await speak(database, shop, suggested_texts("nps", "us", ["es"]) | basque, "es")
    page = (await client.get(f"/s/{shop.nps.key}?lang=eu")).text
    assert '<html lang="es">' in page and "Enviar</button>" in page and "Euskaraz" in page


async def test_a_page_without_a_survey_speaks_any_built_in_language(client: Client) -> None:
    answer = await client.get("/s/nothing", headers={"Accept-Language": "ja-JP"})
    assert answer.status_code == 404 and "ここにアンケートはありません" in answer.text


async def test_the_widget_is_told_to_turn_round_only_when_it_must(
    client: Client, shop: Shop, database: Database
) -> None:
    await speak(database, shop, suggested_texts("nps", "us", ["ar", "en"]), "en")
    site = f"/w/{await site_key(database, shop)}"
    told = {}
    for code in ("ar", "en"):
        answer = await client.get(site, params={"survey": shop.nps.key, "lang": code})
        told[code] = answer.json()["words"][code]
    assert told["ar"]["dir"] == "rtl" and told["ar"]["send"] == "إرسال"
    assert "dir" not in told["en"]


async def test_a_side_tab_without_a_label_is_named_in_the_readers_language(
    client: Client, shop: Shop, database: Database
) -> None:
    await speak(database, shop, suggested_texts("nps", "us", ["de", "en"]), "en")
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.look = {"place": "tab", "tab": {"en": "Say it"}}
    site = f"/w/{await site_key(database, shop)}"
    tabs = {}
    for code in ("de", "en"):
        found = (await client.get(site, params={"survey": shop.nps.key, "lang": code})).json()
        tabs[code] = found["surveys"][0]["look"]["tab"]
    assert tabs == {"de": "Ihre Meinung", "en": "Say it"}


async def test_a_language_is_added_with_its_texts(alice: Client, shop: Shop) -> None:
    fields = question_fields("ces_effort_5", EN, do="language", new_language="ja")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    shown = html.unescape(answer.text)
    assert 'name="text_ja_question"' in shown and "目的を果たすのに" in shown
    assert 'value="ほとんど手間がかからなかった"' in shown
    assert TEXTS["en"]["question"] in shown


async def test_adding_a_language_again_keeps_its_texts(alice: Client) -> None:
    fields = question_fields("nps", EN, do="language", other_language="en")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    assert TEXTS["en"]["question"] in html.unescape(answer.text)


async def test_it_offers_each_language_once_by_its_own_name(alice: Client) -> None:
    fields = question_fields("nps", EN, do="language", new_language="de")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    assert '<option value="fr" lang="fr">Français</option>' in answer.text
    assert '<option value="ar" lang="ar">العربية</option>' in answer.text
    assert '<option value="de" lang="de">' not in answer.text


async def test_a_language_is_left_out_with_one_press(alice: Client) -> None:
    fields = question_fields("nps", TEXTS, do="drop fr")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    assert 'name="text_fr_question"' not in answer.text
    assert TEXTS["en"]["question"] in html.unescape(answer.text)


async def test_leaving_out_a_language_saves_nothing_yet(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    fields = question_fields("nps", TEXTS, do="drop fr")
    answer = await send(alice, f"/surveys/{shop.nps.id}/edit", **fields)
    assert answer.status_code == 200 and 'name="text_fr_question"' not in answer.text
    assert (await rows.question(shop.nps)).texts == TEXTS


async def test_a_survey_says_a_word_in_its_own_way(
    alice: Client, shop: Shop, database: Database, rows: Rows
) -> None:
    fields = question_fields("nps", TEXTS, do="save", word_fr_send=" Poster ", word_en_send="")
    answer = await send(alice, f"/surveys/{shop.nps.id}/edit", **fields)
    assert answer.status_code == 303, answer.text
    assert (await rows.question(shop.nps)).texts["fr"] == TEXTS["fr"] | {"send": "Poster"}
    assert len(await rows.series(shop.nps)) == 1
    page = (await alice.get(f"/s/{shop.nps.key}?lang=fr")).text
    assert "Poster</button>" in page and "Envoyer" not in page
    site = f"/w/{await site_key(database, shop)}"
    told = await alice.get(site, params={"survey": shop.nps.key, "lang": "fr"})
    assert told.json()["words"]["fr"]["send"] == "Poster"
    both = (await alice.get(site, params={"lang": "fr"})).json()
    assert both["surveys"][0]["words"] == {"fr": {"send": "Poster"}}
    assert both["words"]["fr"]["send"] == "Envoyer" and "words" not in both["surveys"][1]
    form = (await alice.get(f"/surveys/{shop.nps.id}/edit")).text
    assert 'value="Poster" placeholder="Envoyer"' in form


async def test_a_word_of_ones_own_keeps_its_numbers(alice: Client, shop: Shop, rows: Rows) -> None:
    fields = question_fields("nps", TEXTS, do="save", word_en_of="{rating} points")
    answer = await send(alice, f"/surveys/{shop.nps.id}/edit", block="survey_form", **fields)
    assert answer.status_code == 422 and "Keep {maximum}, {rating}" in answer.text
    assert (await rows.question(shop.nps)).texts == TEXTS


async def test_words_of_ones_own_stay_when_the_metric_changes(alice: Client) -> None:
    fields = question_fields("csat_5", TEXTS, do="suggest", word_en_send="Go")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    assert 'value="Go" placeholder="Send"' in answer.text


async def test_another_metric_brings_the_texts_of_every_language(alice: Client) -> None:
    texts = suggested_texts("nps", "Alice's shop", ["de", "ko"])
    fields = question_fields("ces_ease_7", texts, do="suggest")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    assert "Stimme überhaupt nicht zu" in answer.text and "전혀 동의하지 않음" in answer.text
