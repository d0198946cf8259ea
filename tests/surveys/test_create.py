"""A new survey at one touchpoint, or one wording at several."""

import html

import pytest

from feedback.surveys.texts import suggested_texts
from tests.cast import TEXTS, Shop
from tests.forms import Client, id_in, send
from tests.surveys.conftest import Rows, question_fields

EN = {"en": TEXTS["en"]}


async def test_it_works(alice: Client, shop: Shop, rows: Rows) -> None:
    fields = question_fields("ces_ease_7", EN, touchpoint=str(shop.payment.id), do="publish")
    answer = await send(alice, "/surveys/new", **fields)
    assert answer.status_code == 303, answer.text
    survey = await rows.survey(id_in(answer.headers["Location"]))
    assert (survey.state, survey.name, survey.touchpoint_id) == (
        "live",
        "Payment",
        shop.payment.id,
    )
    [series] = await rows.series(survey)
    assert (series.metric, series.texts, series.closed_at) == ("ces_ease_7", EN, None)
    posted = await alice.post(f"/r/{survey.key}", json={"rating": 7})
    assert posted.status_code == 201


async def test_a_draft_has_no_line_and_takes_no_answer(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    fields = question_fields("nps", EN, touchpoint=str(shop.payment.id), do="draft")
    answer = await send(alice, "/surveys/new", **fields)
    survey = await rows.survey(id_in(answer.headers["Location"]))
    assert survey.state == "draft" and await rows.series(survey) == []
    assert (await alice.post(f"/r/{survey.key}", json={"rating": 9})).status_code >= 400


async def test_several_touchpoints_share_one_wording_and_have_a_key_each(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    at = [str(shop.payment.id), str(shop.delivery.id)]
    answer = await send(
        alice, "/surveys/new", **question_fields("csat_5", EN, touchpoint=at, do="publish")
    )
    assert answer.headers["Location"] == "/surveys"
    first, second = (await rows.surveys())[-2:]
    assert first.question_id == second.question_id and first.key != second.key
    assert [first.name, second.name] == ["Payment", "Delivery"]


async def test_a_language_left_empty_is_left_out(alice: Client, shop: Shop, rows: Rows) -> None:
    texts = TEXTS | {"en": dict.fromkeys(TEXTS["en"], " ")}
    fields = question_fields("nps", texts, touchpoint=str(shop.payment.id), do="draft")
    answer = await send(alice, "/surveys/new", **fields | {"default_language": "fr"})
    survey = await rows.survey(id_in(answer.headers["Location"]))
    question = await rows.question(survey)
    assert question.texts == {"fr": TEXTS["fr"]} and question.default_language == "fr"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"touchpoint": ""}, "Choose at least one touchpoint."),
        ({"touchpoint": "0198c0de-0000-7000-8000-000000000000"}, "Choose at least one touchpoint."),
        ({"metric": "stars"}, "Choose one from the list."),
        ({"default_language": "de"}, "Choose one from the list."),
        ({"text_en_thanks": ""}, "Write this text too, or empty every text of this language."),
        ({"text_en_question": "a\0b"}, "Leave out characters that cannot be seen."),
        ({"text_en_low": "x" * 61}, "Use at most 60 characters."),
        ({"name": "x" * 121}, "Use at most 120 characters."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_it_refuses(
    alice: Client, shop: Shop, rows: Rows, change: dict[str, str], says: str
) -> None:
    fields = question_fields("nps", EN, touchpoint=str(shop.payment.id), do="publish") | change
    answer = await send(alice, "/surveys/new", block="survey_form", **fields)
    assert answer.status_code == 422 and says in answer.text
    assert '<form id="survey_form"' in answer.text and "<html" not in answer.text
    assert len(await rows.surveys()) == 2


async def test_it_wants_one_complete_language(alice: Client, shop: Shop) -> None:
    fields = question_fields("nps", {}, touchpoint=str(shop.payment.id), do="publish")
    answer = await send(alice, "/surveys/new", **fields)
    assert answer.status_code == 422 and "at least one language" in answer.text


async def test_another_metric_brings_its_own_texts_and_leaves_yours(
    alice: Client, shop: Shop
) -> None:
    texts = suggested_texts("nps", "Alice's shop")
    texts["en"]["low"] = "Never ever"
    fields = question_fields("ces_effort_5", texts, do="suggest")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    assert answer.status_code == 200
    shown = html.unescape(answer.text)
    assert "How much effort did it take you" in shown and "Beaucoup d’effort" in shown
    assert "Never ever" in shown


async def test_it_adds_the_fields_of_another_language(alice: Client) -> None:
    fields = question_fields("nps", EN, do="language", new_language="pt_br")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    assert 'name="text_pt-BR_question"' in answer.text


async def test_it_says_that_it_does_not_know_a_language(alice: Client) -> None:
    fields = question_fields("nps", EN, do="language", new_language="qqq")
    answer = await send(alice, "/surveys/new", block="question_fields", **fields)
    assert "Choose a language, or write a code such as eu or pt-BR." in answer.text


async def test_the_form_opens_with_the_touchpoint_it_was_asked_for(
    alice: Client, shop: Shop
) -> None:
    answer = await alice.get(f"/surveys/new?touchpoint={shop.delivery.id}")
    assert f'value="{shop.delivery.id}" checked' in answer.text
    assert "recommend Alice&#39;s shop to a friend" in answer.text
