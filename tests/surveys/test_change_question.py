"""A changed question: which words break the line, and in which surveys."""

from feedback.db import Database
from feedback.journeys.models import Touchpoint
from feedback.surveys.models import Survey
from feedback.surveys.texts import Texts
from tests.cast import TEXTS, Shop
from tests.forms import Client, send
from tests.surveys.conftest import Rows, changed, question_fields

REWORDED = changed(TEXTS, "en", question="Would you recommend us?")


async def save(
    alice: Client, survey: Survey, texts: Texts, metric: str = "nps", **more: str
) -> None:
    fields = question_fields(metric, texts, do="save", **more)
    answer = await send(alice, f"/surveys/{survey.id}/edit", **fields)
    assert answer.status_code == 303, answer.text


async def share(database: Database, shop: Shop) -> None:
    """Both surveys of the shop ask the question of the first."""
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.csat.id))
        survey.question_id = shop.nps.question_id


async def test_another_wording_opens_the_next_series(alice: Client, shop: Shop, rows: Rows) -> None:
    await save(alice, shop.nps, REWORDED)
    first, second = await rows.series(shop.nps)
    assert first.closed_at == second.opened_at and second.closed_at is None
    assert (first.number, second.number) == (1, 2)
    assert first.texts == TEXTS and second.texts == REWORDED


async def test_the_next_answer_goes_to_the_new_series(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await alice.post(f"/r/{shop.nps.key}", json={"rating": 3})
    await save(alice, shop.nps, REWORDED)
    await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})
    text = (await alice.get(f"/surveys/{shop.nps.id}")).text
    lines = text[text.index('id="series"') :]
    assert lines.count('<td class="number">1</td>') == 2


async def test_an_end_text_is_part_of_the_measurement(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await save(alice, shop.nps, changed(TEXTS, "fr", high="Oui"))
    assert len(await rows.series(shop.nps)) == 2


async def test_another_metric_opens_the_next_series_even_as_a_typo(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await save(alice, shop.nps, TEXTS, metric="csat_10", is_typo="1")
    first, second = await rows.series(shop.nps)
    assert (first.metric, second.metric) == ("nps", "csat_10")


async def test_another_metric_drops_the_target_written_for_the_old_one(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    async with rows.database.write() as session:
        (await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))).target = 50
    await save(alice, shop.nps, TEXTS, metric="csat_10")
    async with rows.database.read() as session:
        found = await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))
    assert found.target is None


async def test_comment_thanks_and_a_further_language_keep_the_line(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    texts = changed(TEXTS, "en", comment="Why?", thanks="Thanks!") | {"de": TEXTS["en"]}
    await save(alice, shop.nps, texts)
    [series] = await rows.series(shop.nps)
    assert series.closed_at is None and series.texts == texts


async def test_a_dropped_language_keeps_the_line(alice: Client, shop: Shop, rows: Rows) -> None:
    await save(alice, shop.nps, {"en": TEXTS["en"]})
    assert len(await rows.series(shop.nps)) == 1


async def test_a_declared_typo_keeps_the_line(alice: Client, shop: Shop, rows: Rows) -> None:
    await save(alice, shop.nps, REWORDED, is_typo="1")
    [series] = await rows.series(shop.nps)
    assert series.texts == REWORDED


async def test_spaces_are_no_change(alice: Client, shop: Shop, rows: Rows) -> None:
    spaced = f"  {TEXTS['en']['question']}\r\n"
    await save(alice, shop.nps, changed(TEXTS, "en", question=spaced))
    assert len(await rows.series(shop.nps)) == 1


async def test_a_no_break_space_is_kept_and_is_no_change(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    french = TEXTS["fr"]["question"].replace(" ?", "\N{NARROW NO-BREAK SPACE}?")
    texts = changed(TEXTS, "fr", question=french)
    await save(alice, shop.nps, texts)
    assert (await rows.question(shop.nps)).texts == texts
    assert len(await rows.series(shop.nps)) == 1


async def test_shared_words_change_in_every_survey(alice: Client, shop: Shop, rows: Rows) -> None:
    await share(rows.database, shop)
    assert "2 surveys ask in these words." in (await alice.get(f"/surveys/{shop.nps.id}/edit")).text
    await save(alice, shop.nps, REWORDED)
    assert len(await rows.series(shop.nps)) == len(await rows.series(shop.csat)) == 2


async def test_a_detached_survey_keeps_its_words_and_its_line(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await share(rows.database, shop)
    answer = await send(alice, f"/surveys/{shop.csat.id}/detach")
    assert answer.headers["Location"] == f"/surveys/{shop.csat.id}/edit"
    await save(alice, shop.nps, REWORDED)
    assert (await rows.question(shop.csat)).texts == TEXTS
    assert len(await rows.series(shop.csat)) == 1


async def test_detaching_what_is_not_shared_changes_nothing(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await send(alice, f"/surveys/{shop.nps.id}/detach")
    assert (await rows.survey(shop.nps.id)).question_id == shop.nps.question_id


async def test_a_draft_is_changed_without_opening_a_line(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    at = str(shop.payment.id)
    await send(alice, "/surveys/new", **question_fields("nps", TEXTS, touchpoint=at, do="draft"))
    draft = (await rows.surveys())[-1]
    await save(alice, draft, REWORDED)
    assert await rows.series(draft) == []
    assert (await rows.question(draft)).texts == REWORDED


async def test_it_says_before_saving_what_will_happen(alice: Client, shop: Shop) -> None:
    path = f"/surveys/{shop.nps.id}/edit"
    shown = {}
    for name, texts, more in [
        ("same", TEXTS, {}),
        ("reworded", REWORDED, {}),
        ("typo", REWORDED, {"is_typo": "1"}),
    ]:
        fields = question_fields("nps", texts, do="preview", **more)
        answer = await send(alice, path, block="question_effect", **fields)
        shown[name] = answer.text.strip()
        assert answer.status_code == 200 and shown[name].startswith('<div id="question_effect"')
    assert "A new line begins in 1 survey." in shown["reworded"]
    assert "No new line." in shown["same"] and "No new line." in shown["typo"]


async def test_a_preview_changes_nothing(alice: Client, shop: Shop, rows: Rows) -> None:
    fields = question_fields("csat_10", REWORDED, do="preview")
    await send(alice, f"/surveys/{shop.nps.id}/edit", **fields)
    assert (await rows.question(shop.nps)).texts == TEXTS
    assert len(await rows.series(shop.nps)) == 1


async def test_it_refuses_an_incomplete_language_beside_its_field(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    fields = question_fields("nps", changed(TEXTS, "fr", low=""), do="save")
    answer = await send(alice, f"/surveys/{shop.nps.id}/edit", block="survey_form", **fields)
    assert answer.status_code == 422 and 'id="text_fr_low_error"' in answer.text
    assert (await rows.question(shop.nps)).texts == TEXTS
