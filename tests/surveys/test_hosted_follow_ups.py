"""`/s/{survey_key}` of a survey with follow-up questions: the rating first, then what fits it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from feedback import clock
from feedback.db import Database
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from tests.cast import TEXTS, Shop
from tests.surveys.follow_ups import ENDINGS, FOLLOW_UPS, RATING
from tests.surveys.hosted import Client, answers, counts, fill_in, hidden

COMMENT, SINGLE, MULTIPLE, STAFF = (
    "What happened?",
    "What went wrong?",
    "What did you use",
    "staff?",
)


@pytest.fixture
async def asking(shop: Shop, database: Database) -> Shop:
    """The NPS survey asks a comment, and detractors and promoters more."""
    await set_up(shop, database, follow_ups=FOLLOW_UPS)
    return shop


async def set_up(shop: Shop, database: Database, **columns: Any) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        for name, value in columns.items():
            setattr(survey, name, value)


async def rate(client: Client, shop: Shop, link: str = "", **typed: str) -> Any:
    """Give the rating, and open the page that Send leads to."""
    sent = await fill_in(client, f"/s/{shop.nps.key}{link}", **typed)
    assert sent.status_code == 303
    return await client.get(sent.headers["Location"], follow_redirects=False)


async def send_more(client: Client, shop: Shop, page: Any, **typed: Any) -> Any:
    fields = hidden(page.text) | typed
    return await client.post(f"/s/{shop.nps.key}?send", data=fields, follow_redirects=False)


async def test_it_asks_the_rating_alone_at_first(client: Client, asking: Shop) -> None:
    page = (await client.get(f"/s/{asking.nps.key}")).text
    assert TEXTS["en"]["question"] in page
    for later in ("<textarea", TEXTS["en"]["comment"], COMMENT, SINGLE, 'name="f_'):
        assert later not in page


async def test_the_score_is_kept_when_the_visitor_leaves(
    client: Client, asking: Shop, database: Database
) -> None:
    await rate(client, asking, rating="3")
    [stored] = await answers(database, asking)
    assert (stored.rating, stored.comment, stored.answers) == (3, None, None)
    assert await counts(database, asking) == {3: 1}


@pytest.mark.parametrize(
    ("rating", "said", "unsaid"),
    [
        ("3", (COMMENT, SINGLE, MULTIPLE), (STAFF,)),
        ("8", (COMMENT,), (SINGLE, MULTIPLE, STAFF)),
        ("10", (COMMENT, MULTIPLE), (SINGLE, STAFF)),
    ],
)
async def test_the_next_page_asks_what_fits_the_band(
    client: Client, asking: Shop, rating: str, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    page = (await rate(client, asking, rating=rating)).text
    assert all(text in page for text in said) and not any(text in page for text in unsaid)
    assert f"You chose {rating}. Tap another number" in page and "Fax" not in page
    assert re.findall(r'name="rating" value="(\d+)"[^>]* checked', page) == [rating]


async def test_it_works(client: Client, asking: Shop, database: Database) -> None:
    link = "?id=c-7&p_plan=pro&channel=qr&lang=fr"
    more = await rate(client, asking, link, rating="3")
    assert "Que s’est-il passé" in more.text and "Le prix" in more.text
    assert "Wait" in more.text  # a text that French lacks falls back
    sent = await send_more(
        client, asking, more, rating="3", comment="Trop cher", f_f2="c1", f_f3=["c4", "c3"]
    )
    assert sent.status_code == 303
    thanks = f"/s/{asking.nps.key}/thanks?lang=fr&rating=3&receipt="
    assert sent.headers["Location"].startswith(thanks)
    [stored] = await answers(database, asking)
    assert stored.answers == {"f2": "c1", "f3": ["c4", "c3"]} and stored.comment == "Trop cher"
    assert (stored.rating, stored.locale, stored.channel) == (3, "fr", "qr")
    assert stored.properties == {"plan": "pro"} and stored.respondent_key is not None
    assert await counts(database, asking) == {3: 1}


async def test_a_rating_follow_up_is_stored_as_a_number(
    client: Client, shop: Shop, database: Database
) -> None:
    await set_up(shop, database, follow_ups=[RATING])
    more = await rate(client, shop, rating="9")
    assert STAFF in more.text and "Rude" in more.text and 'aria-label="7 of 7"' in more.text
    await send_more(client, shop, more, rating="9", f_f5="6")
    [stored] = await answers(database, shop)
    assert stored.answers == {"f5": 6}


async def test_what_is_no_choice_costs_nobody_an_answer(
    client: Client, asking: Shop, database: Database
) -> None:
    more = await rate(client, asking, rating="3")
    sent = await send_more(client, asking, more, rating="3", f_f2="c9", f_f3=["c3", "x"], f_f4="5")
    assert sent.status_code == 303
    [stored] = await answers(database, asking)
    assert stored.answers == {"f3": ["c3"]}


async def test_the_rating_can_be_changed_within_its_band(
    client: Client, asking: Shop, database: Database
) -> None:
    more = await rate(client, asking, rating="3")
    sent = await send_more(client, asking, more, rating="2", f_f2="c1")
    assert "rating=2&" in sent.headers["Location"]
    assert await counts(database, asking) == {2: 1}


async def test_another_band_asks_what_fits_it_and_keeps_what_was_typed(
    client: Client, asking: Shop, database: Database
) -> None:
    more = await rate(client, asking, rating="10")
    again = await send_more(client, asking, more, rating="1", comment="kept words", f_f3=["c4"])
    assert again.status_code == 200 and SINGLE in again.text and "kept words" in again.text
    assert 'name="f_f3" value="c4" checked' in again.text
    assert await counts(database, asking) == {1: 1}  # stored, should the visitor leave here
    sent = await send_more(
        client, asking, again, rating="1", comment="kept words", f_f3=["c4"], f_f2="c2"
    )
    assert sent.status_code == 303
    [stored] = await answers(database, asking)
    assert stored.answers == {"f2": "c2", "f3": ["c4"]}


async def test_fewer_questions_in_the_new_band_are_not_asked_again(
    client: Client, asking: Shop, database: Database
) -> None:
    more = await rate(client, asking, rating="3")
    sent = await send_more(client, asking, more, rating="8", comment="Well", f_f2="c1")
    assert sent.status_code == 303
    [stored] = await answers(database, asking)
    assert (stored.rating, stored.comment, stored.answers) == (8, "Well", None)


async def test_a_band_that_is_asked_nothing_is_thanked_at_once(
    client: Client, shop: Shop, database: Database
) -> None:
    await set_up(shop, database, follow_ups=FOLLOW_UPS[1:])
    sent = await fill_in(client, f"/s/{shop.nps.key}", rating="8")
    assert "/thanks?" in sent.headers["Location"]


async def test_a_long_comment_is_cut_and_nothing_else_is_lost(
    client: Client, asking: Shop, database: Database
) -> None:
    more = await rate(client, asking, "?id=c-7", rating="3")
    sent = await send_more(
        client, asking, more, rating="3", comment="a" * 10_001, f_f2="c2", f_f3=["c3"]
    )
    assert sent.status_code == 303 and sent.headers["X-Feedback-Dropped"] == "comment"
    [stored] = await answers(database, asking)
    assert stored.comment == "a" * 10_000 and stored.answers == {"f2": "c2", "f3": ["c3"]}


async def test_no_rating_is_said_and_nothing_is_lost(client: Client, asking: Shop) -> None:
    more = await rate(client, asking, rating="3")
    sent = await send_more(client, asking, more, comment="kept words", f_f2="c2")
    assert sent.status_code == 422 and "Choose a number" in sent.text
    assert SINGLE in sent.text and "kept words" in sent.text


async def test_a_get_never_writes(client: Client, asking: Shop, database: Database) -> None:
    sent = await fill_in(client, f"/s/{asking.nps.key}?id=c-7", rating="3")
    for _ in range(2):
        await client.get(sent.headers["Location"])
        await client.head(sent.headers["Location"])
    [stored] = await answers(database, asking)
    assert stored.seq > 0 and await counts(database, asking) == {3: 1}
    await client.get(sent.headers["Location"].replace("rating=3", "rating=9"))
    assert await counts(database, asking) == {3: 1}


async def test_an_address_passed_on_leads_into_nobodys_answer(
    client: Client, asking: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await fill_in(client, f"/s/{asking.nps.key}", rating="3")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=3700))
    later = await client.get(sent.headers["Location"], follow_redirects=False)
    assert later.status_code == 303
    assert later.headers["Location"] == f"/s/{asking.nps.key}/thanks?lang=en&rating=3"


async def test_what_counted_most_stays_last(
    client: Client, asking: Shop, database: Database
) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (asking.workspace.id, asking.nps.id))
        await mark_overall(session, survey)
    assert "What counted most?" not in (await client.get(f"/s/{asking.nps.key}")).text
    more = await rate(client, asking, rating="3")
    assert more.text.index(SINGLE) < more.text.index("What counted most?")
    delivery = str(asking.delivery.id)
    sent = await send_more(client, asking, more, rating="3", f_f2="c1", counted_most=[delivery])
    assert sent.status_code == 303
    [stored] = await answers(database, asking)
    assert stored.answers == {"counted_most": [delivery], "f2": "c1"}


async def test_without_follow_ups_one_form_is_all(client: Client, shop: Shop) -> None:
    page = (await client.get(f"/s/{shop.nps.key}")).text
    assert TEXTS["en"]["comment"] in page and "<textarea" in page
    sent = await fill_in(client, f"/s/{shop.nps.key}", rating="3", comment="Late")
    assert "/thanks?" in sent.headers["Location"]


async def test_each_band_ends_in_its_own_words(
    client: Client, shop: Shop, database: Database
) -> None:
    await set_up(shop, database, endings=ENDINGS)
    pages = {
        rating: (await client.get(f"/s/{shop.nps.key}/thanks?rating={rating}&lang=fr")).text
        for rating in ("2", "7", "9", "99")
    }
    assert "Nous sommes désolés." in pages["2"] and "<a class" not in pages["2"]
    assert TEXTS["fr"]["thanks"] in pages["7"] and TEXTS["fr"]["thanks"] in pages["99"]
    assert "Dites-le." in pages["9"] and "Écrire un avis</a>" in pages["9"]
    assert 'href="https://reviews.example.org/shop?a=1&amp;b=2"' in pages["9"]


@pytest.mark.parametrize("query", ["", "?rating=3", "?rating=99&at=x&answer=y", "?at=9" * 9])
async def test_an_address_made_up_ends_politely(client: Client, asking: Shop, query: str) -> None:
    answer = await client.get(f"/s/{asking.nps.key}/more{query}", follow_redirects=False)
    assert answer.status_code == 303
    assert (await client.get("/s/nothing/more?rating=3")).status_code == 404
