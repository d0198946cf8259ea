"""The list of surveys, and the first minutes without any."""

import re
from html import unescape

import pytest

from feedback import clock
from feedback.db import Database
from feedback.editor.surveys.find import PAGE_SIZE
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.models import Survey
from tests import cast
from tests.cast import Shop
from tests.forms import HTMX, Client, send


async def test_it_works(alice: Client, shop: Shop) -> None:
    for rating in (9, 10, 3):
        await alice.post(f"/r/{shop.nps.key}", json={"rating": rating})
    text = (await alice.get("/surveys")).text
    places = [text.index(word) for word in ("Online shop", "Checkout", "Payment", "After-sales")]
    assert places == sorted(places)
    assert '<td class="number" data-after="answers">3</td>' in text
    assert f'href="/surveys/{shop.nps.id}/share"' in text


async def test_a_touchpoint_without_a_survey_offers_to_ask(alice: Client, shop: Shop) -> None:
    await send(alice, f"/surveys/{shop.nps.id}/archive", act="archive")
    text = (await alice.get("/surveys")).text
    assert f'href="/surveys/new?touchpoint={shop.payment.id}"' in text
    assert "Archived surveys (1)" in text


async def test_a_new_workspace_is_shown_the_two_journeys(
    alice: Client, shop: Shop, database: Database
) -> None:
    await send(alice, f"/journeys/{shop.journey.id}/archive", act="delete")
    async with database.read() as session:
        assert await session.get(Journey, (shop.workspace.id, shop.journey.id)) is None
    text = (await alice.get("/surveys")).text
    assert "/journeys/new?start=recognition" in text and "/journeys/new?start=contact" in text


async def test_a_viewer_reads_and_is_offered_no_change(
    client: Client, shop: Shop, database: Database
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    for path in ("/surveys", f"/surveys/{shop.nps.id}"):
        text = (await client.get(path)).text
        assert "Payment" in text and "/surveys/new" not in text and "/archive" not in text


async def fill(database: Database, shop: Shop, n: int) -> None:
    """So many more surveys in a second journey, a fifth of them paused."""
    async with database.write() as session:
        journey = Journey(workspace_id=shop.workspace.id, name="Abonnés", created_at=clock.now())
        session.add(journey)
        await session.flush()
        stage = Stage(
            workspace_id=shop.workspace.id, journey_id=journey.id, name="Étape", position=1
        )
        session.add(stage)
        await session.flush()
        for at in range(n):
            touchpoint = Touchpoint(
                workspace_id=shop.workspace.id,
                stage_id=stage.id,
                name=f"Réclamation {at}",
                position=at + 1,
                place="site",
            )
            session.add(touchpoint)
            await session.flush()
            session.add(
                Survey(
                    workspace_id=shop.workspace.id,
                    touchpoint_id=touchpoint.id,
                    question_id=shop.nps.question_id,
                    name=f"Réclamation {at}",
                    key=f"key{at:05}",
                    state="paused" if at % 5 == 0 else "live",
                    created_at=clock.now(),
                )
            )
        await session.flush()


def lines(text: str) -> int:
    return text.count('<th scope="row">')


async def test_many_surveys_are_shown_a_page_at_a_time(
    alice: Client, shop: Shop, database: Database
) -> None:
    await fill(database, shop, 120)
    first, seen, path = (await alice.get("/surveys")).text, 0, "/surveys"
    assert lines(first) == PAGE_SIZE and 'rel="prev"' not in first
    for _ in range(10):
        text = (await alice.get(path)).text
        seen += lines(text)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        if found is None:
            break
        path = unescape(found[1])
    assert seen == 120 + lines_of_shop and "page 3 of 3" in text
    past = (await alice.get("/surveys?page=99")).text
    assert "page 3 of 3" in past and len(first) < 80_000


lines_of_shop = 2


@pytest.mark.parametrize(
    "query, n",
    [
        ("q=RECLAMATION+77", 1),
        ("q=etape+119", 1),
        ("q=key00042", 1),
        ("q=reclamation&state=paused", 24),
        ("state=unasked", 0),
        ("q=nothing+of+this", 0),
        ("state=archived", 0),
        ("q=%00%F0%9F%98%80", 0),
    ],
)
async def test_it_finds_by_words_and_state(
    alice: Client, shop: Shop, database: Database, query: str, n: int
) -> None:
    await fill(database, shop, 120)
    whole = (await alice.get(f"/surveys?{query}")).text
    block = await alice.get(
        f"/surveys?{query}&page=", headers=HTMX | {"HX-Target": "surveys_found"}
    )
    assert lines(whole) == min(n, PAGE_SIZE) and lines(block.text) == lines(whole)
    assert f"{n} line" in whole and "Show everything" in whole
    assert block.headers["HX-Replace-Url"].startswith("/surveys?")
    assert "<!doctype" not in block.text


async def test_what_is_not_found_says_where_else_to_look(alice: Client, shop: Shop) -> None:
    await send(alice, f"/surveys/{shop.nps.id}/archive", act="archive")
    text = (await alice.get("/surveys?q=payment&state=paused")).text
    assert "/surveys?q=payment" in text and "Search in all states" in text
    text = (await alice.get("/surveys?q=" + shop.nps.key)).text
    assert "Search among the archived ones" in text
    text = (await alice.get(f"/surveys?q={shop.nps.key}&state=archived")).text
    assert lines(text) == 1 and "Archived" in text


@pytest.mark.parametrize("query", ["state=odd", "page=x", "page=-1", "q=a&q=b", "sort=name"])
async def test_it_refuses_odd_filters(alice: Client, query: str) -> None:
    assert (await alice.get(f"/surveys?{query}")).status_code == 422
