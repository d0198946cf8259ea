"""`/surveys/{id}/follow-ups`: write what is asked after the rating, and how the survey ends."""

import re
from html import unescape
from typing import Any

import pytest

from feedback.db import Database
from feedback.surveys.follow_ups import asked, read_follow_ups
from feedback.surveys.models import Survey
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send
from tests.surveys.conftest import Rows, changed, question_fields
from tests.surveys.follow_ups import ENDINGS, FOLLOW_UPS

ALL = ["negative", "neutral", "positive"]
SINGLE: dict[str, Any] = {
    "kind_0": "single",
    "id_0": "",
    "question_0_en": "What went wrong?",
    "question_0_fr": "Qu’est-ce qui n’a pas marché ?",
    "band_0": ["negative"],
    "choice_0_0_en": "Price",
    "choice_0_0_fr": "Le prix",
    "choice_0_1_en": "Wait",
}


@pytest.fixture
def path(shop: Shop) -> str:
    return f"/surveys/{shop.nps.id}/follow-ups"


@pytest.fixture
async def asking(shop: Shop, database: Database) -> Shop:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.follow_ups, survey.endings = FOLLOW_UPS, ENDINGS
    return shop


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    form = page[page.index('<form id="follow_up_form"') :]
    form = form[: form.index("</form>")]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name is None or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        fields.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name, value in re.findall(r'<textarea id="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        fields[name] = [unescape(value)]
    for name, options in re.findall(r'<select id="([^"]*)"[^>]*>(.*?)</select>', form):
        fields[name] = re.findall(r'value="(\d+)" selected', options)
    fields.pop("_csrf_token")
    return fields


async def stored(rows: Rows, shop: Shop) -> list[Any]:
    return (await rows.survey(shop.nps.id)).follow_ups or []


async def test_it_works(alice: Client, shop: Shop, rows: Rows, path: str) -> None:
    answer = await send(alice, path, do="save", **SINGLE)
    assert answer.status_code == 303, answer.text
    assert await stored(rows, shop) == [
        {
            "id": "f1",
            "kind": "single",
            "bands": ["negative"],
            "texts": {
                "en": {"question": "What went wrong?"},
                "fr": {"question": "Qu’est-ce qui n’a pas marché ?"},
            },
            "choices": [
                {"id": "c1", "texts": {"en": "Price", "fr": "Le prix"}},
                {"id": "c2", "texts": {"en": "Wait"}},
            ],
        }
    ]
    [series] = await rows.series(shop.nps)
    assert series.closed_at is None


async def test_the_next_visitor_is_asked_it(alice: Client, shop: Shop, path: str) -> None:
    await alice.get(f"/s/{shop.nps.key}")
    await send(alice, path, do="save", **SINGLE)
    sent = await alice.post(f"/s/{shop.nps.key}", data={"rating": "3"})
    assert "What went wrong?" in sent.text


async def test_a_survey_whose_questions_all_rest_ends_with_the_rating(
    alice: Client, shop: Shop, path: str
) -> None:
    resting: dict[str, Any] = {"kind_0": "comment", "question_0_en": "Tell us more?", "band_0": []}
    assert (await send(alice, path, do="save", **resting)).status_code == 303
    assert "rests" in (await alice.get(f"/surveys/{shop.nps.id}")).text
    sent = await alice.post(f"/s/{shop.nps.key}", data={"rating": "3"})
    assert "Thank you" in sent.text and "Tell us more?" not in sent.text


async def test_saving_what_is_shown_changes_nothing(
    alice: Client, asking: Shop, rows: Rows, path: str
) -> None:
    fields = fields_of((await alice.get(path)).text)
    assert (await send(alice, path, do="save", **fields)).status_code == 303
    assert await stored(rows, asking) == FOLLOW_UPS
    assert (await rows.survey(asking.nps.id)).endings == ENDINGS


async def test_a_button_adds_a_question_and_saves_nothing(
    alice: Client, shop: Shop, rows: Rows, path: str
) -> None:
    for kind, name in (("comment", "Comment"), ("multiple", "Several choices")):
        answer = await send(alice, path, block="follow_up_form", do=f"add_{kind}", **SINGLE)
        assert answer.status_code == 200 and f"2. {name}" in answer.text
        assert answer.text.strip().startswith('<form id="follow_up_form"')
        assert "What went wrong?" in answer.text and 'value="Le prix"' in answer.text
    assert await stored(rows, shop) == []


async def test_it_takes_three_questions_and_one_comment_at_most(
    alice: Client, asking: Shop, path: str
) -> None:
    page = (await alice.get(path)).text
    assert (
        "3. Several choices" in page and "And the staff?" not in page and 'value="add_' not in page
    )
    fields = fields_of(page)
    fewer = await send(alice, path, do="drop_1", **fields)
    assert "2. Several choices" in fewer.text and 'value="add_comment"' not in fewer.text
    assert 'value="add_rating"' in fewer.text
    doubled = fields | {"kind_1": "comment"}
    refused = await send(alice, path, do="save", **doubled)
    assert refused.status_code == 422 and "One question for a comment is enough" in refused.text


async def test_questions_change_their_order(
    alice: Client, asking: Shop, rows: Rows, path: str
) -> None:
    fields = fields_of((await alice.get(path)).text)
    moved = fields_of((await send(alice, path, do="up_2", **fields)).text)
    await send(
        alice, path, do="save", **fields_of((await send(alice, path, do="down_0", **moved)).text)
    )
    assert [item["id"] for item in await stored(rows, asking)] == ["f3", "f1", "f2", "f4"]


async def test_choices_change_their_order_and_keep_their_ids(
    alice: Client, asking: Shop, rows: Rows, path: str
) -> None:
    fields = fields_of((await alice.get(path)).text)
    raised = await send(alice, path, do="raise_1_1", **fields)
    await send(alice, path, do="save", **fields_of(raised.text))
    choices = (await stored(rows, asking))[1]["choices"]
    assert [(c["id"], c["texts"]["en"]) for c in choices] == [("c2", "Wait"), ("c1", "Price")]


async def test_a_renamed_choice_keeps_its_id_and_a_new_one_gets_a_fresh_one(
    alice: Client, asking: Shop, rows: Rows, path: str
) -> None:
    fields = fields_of((await alice.get(path)).text)
    fields |= {"choice_1_0_en": "Too expensive", "choice_1_2_en": "Staff"}
    await send(alice, path, do="save", **fields)
    choices = (await stored(rows, asking))[1]["choices"]
    named = {c["id"]: c["texts"]["en"] for c in choices}
    assert named == {"c1": "Too expensive", "c2": "Wait", "c6": "Staff"}


async def test_what_is_taken_away_keeps_its_words_and_its_id_for_ever(
    alice: Client, asking: Shop, rows: Rows, path: str
) -> None:
    fields = fields_of((await alice.get(path)).text)
    fields |= {"choice_2_1_en": "", "choice_2_1_fr": "", "choice_2_2_en": "Web"}
    await send(
        alice, path, do="save", **fields_of((await send(alice, path, do="drop_1", **fields)).text)
    )
    saved = read_follow_ups(await stored(rows, asking))
    assert [(item.id, item.gone) for item in saved] == [
        ("f1", False), ("f3", False), ("f2", True), ("f4", True)
    ]  # fmt: skip
    multiple = saved[1]
    assert [(c.id, c.text("en", "en"), c.gone) for c in multiple.choices] == [
        ("c3", "Shop", False), ("c6", "Web", False), ("c4", "App", True), ("c5", "Fax", True)
    ]  # fmt: skip
    await send(alice, path, do="save", **SINGLE)
    assert [item.id for item in asked(read_follow_ups(await stored(rows, asking)))] == ["f5"]


async def test_another_scale_makes_another_question(
    alice: Client, shop: Shop, rows: Rows, path: str
) -> None:
    rating: dict[str, Any] = {"kind_0": "rating", "question_0_en": "Staff?", "band_0": ALL}
    rating |= {"low_0_en": "Rude", "high_0_en": "Kind", "scale_0": "5"}
    await send(alice, path, do="save", **rating)
    await send(alice, path, do="save", **rating, id_0="f1")
    assert len(await stored(rows, shop)) == 1
    await send(alice, path, do="save", **rating | {"scale_0": "7"}, id_0="f1")
    first, gone = read_follow_ups(await stored(rows, shop))
    assert (first.id, first.maximum, gone.id, gone.gone) == ("f2", 7, "f1", True)


async def test_a_draft_keeps_nothing_of_what_nobody_was_asked(
    alice: Client, asking: Shop, rows: Rows, database: Database, path: str
) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (asking.workspace.id, asking.nps.id))
        survey.published_at = None
    await send(alice, path, do="save")
    assert (await rows.survey(asking.nps.id)).follow_ups is None


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no question": ({"question_0_en": ""}, "question_0_en", "Write the question."),
    "long question": ({"question_0_en": "x" * 301}, "question_0_en", "at most 300"),
    "one choice": ({"choice_0_1_en": ""}, "choices_0", "Write 2 to 12 choices."),
    "choice in French alone": (
        {"choice_0_0_en": ""}, "choice_0_0_en", "Write this choice, or empty it"
    ),
    "choice twice": ({"choice_0_1_en": " price "}, "choice_0_1_en", "there twice"),
    "choice that cannot be seen": ({"choice_0_1_en": "a\x00b"}, "choice_0_1_en", "cannot be seen"),
    "link without text": (
        {"ending_positive_en": "Thanks", "link_positive": "https://a.example"},
        "link_text_positive_en", "Write the text of the link.",
    ),
    "text without link": (
        {"ending_positive_en": "Thanks", "link_text_positive_en": "Go"},
        "link_positive", "Write the address",
    ),
    "plain link": (
        {"ending_positive_en": "T", "link_positive": "http://a.org", "link_text_positive_en": "G"},
        "link_positive", "begins with https://",
    ),
    "script as link": (
        {"ending_positive_en": "T", "link_positive": "javascript:1", "link_text_positive_en": "G"},
        "link_positive", "begins with https://",
    ),
    "link alone": (
        {"link_negative": "https://a.example", "link_text_negative_en": "G"},
        "ending_negative_en", "Write the thank-you text.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("typed", "field", "said"), REFUSED.values(), ids=REFUSED.keys())
async def test_it_says_beside_the_field_what_is_wrong_and_loses_nothing(
    alice: Client, shop: Shop, rows: Rows, path: str, typed: dict[str, Any], field: str, said: str
) -> None:
    answer = await send(alice, path, do="save", **SINGLE | typed)
    assert answer.status_code == 422
    error = re.search(rf'id="{field}_error">([^<]*)<', answer.text)
    assert error is not None and said in error[1]
    assert f'aria-describedby="{field}_error"' in answer.text
    assert "Qu’est-ce qui n’a pas marché ?" in answer.text and 'value="Le prix"' in answer.text
    assert await stored(rows, shop) == []


async def test_it_says_which_language_falls_back(alice: Client, asking: Shop, path: str) -> None:
    said = "French lacks 3 texts after the rating: customers read them in English."
    assert said in (await alice.get(path)).text
    assert said in (await alice.get(f"/surveys/{asking.nps.id}")).text


async def test_the_surveys_page_tells_what_is_asked(alice: Client, asking: Shop) -> None:
    page = (await alice.get(f"/surveys/{asking.nps.id}")).text
    assert "What did you use?" in page and "Shop · App" in page and "Fax" not in page
    assert "Unhappy (0–6), Happy (9–10)" in page and "Write a review</a>" in page
    assert cast.TEXTS["en"]["comment"] not in page  # the questions stand in its place
    other = (await alice.get(f"/surveys/{asking.csat.id}")).text
    assert "Everybody is asked for a comment." in other


async def test_another_wording_of_the_score_leaves_them_alone(
    alice: Client, asking: Shop, rows: Rows
) -> None:
    texts = changed(cast.TEXTS, "en", question="Would you recommend us?")
    fields = question_fields("nps", texts, do="save")
    await send(alice, f"/surveys/{asking.nps.id}/edit", **fields)
    assert await stored(rows, asking) == FOLLOW_UPS and len(await rows.series(asking.nps)) == 2


async def test_bob_reads_and_a_stranger_sees_nothing(
    client: Client, asking: Shop, database: Database, path: str, rows: Rows
) -> None:
    stranger = await cast.open_shop(database, key="charlie")
    for shop, user, status in ((asking, asking.bob, 403), (stranger, stranger.alice, 404)):
        await cast.sign_in(client, database, user, shop.workspace)
        assert (await client.get(path)).status_code == status
        assert (await send(client, path, do="save", **SINGLE)).status_code == status
    assert await stored(rows, asking) == FOLLOW_UPS
