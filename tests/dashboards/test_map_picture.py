"""`/map.svg`, `.png`, `.pdf`: the map of the page, every text within its card."""

import uuid
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.dashboards.map.cards import Card, Column
from feedback.dashboards.map.page import map_page
from feedback.dashboards.map.paper import LEAST, paper_fit
from feedback.dashboards.map.picture import Titles, _cut, _fitted, _wide, map_picture
from feedback.dashboards.map.read import MapCounts
from feedback.dashboards.read import Counts
from feedback.readings.journey import JourneyInfo, StageInfo, TouchpointInfo
from feedback.readings.queries import Span
from feedback.readings.scores import Window
from tests.cast import Shop
from tests.dashboards.counted import Counted
from tests.dashboards.test_pictures import drawn

Client = AsyncTestClient[Any]
STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
LONG = "Confirmation de commande par courriel électronique et par courrier postal recommandé"
FONT = (8.0, True)


ID = uuid.UUID(int=1)
FOUND = MapCounts(Counts("counted", (), JourneyInfo(ID, "", ()), Span(), Window(()), ()), None)


def card(name: str = LONG) -> Card:
    """One that was asked three times and not answered."""
    return Card(TouchpointInfo(ID, name, None, False, (), owner="Ada"), (), 3, FOUND)


def column(name: str, *cards: Card) -> Column:
    return Column(StageInfo(ID, name, None, None, False, ()), None, cards, FOUND)


def stages(columns: int, cards: int) -> tuple[Column, ...]:
    return (column(LONG, *(card(),) * cards),) * columns


@pytest.mark.parametrize(("kind", "start"), STARTS.items(), ids=STARTS.keys())
async def test_it_draws(alice: Client, years: Counted, shop: Shop, kind: str, start: bytes) -> None:
    found = await drawn(alice, f"/map.{kind}")
    assert found.status_code == 200, found.text
    assert found.content.startswith(start)
    assert f"map.{kind}" in found.headers["Content-Disposition"]


async def test_it_says_what_the_page_says(alice: Client, years: Counted) -> None:
    text = (await drawn(alice, "/map.svg?month=2025-03")).text
    assert ">Payment<" in text and ">+30<" in text
    assert "± 15 · 100 answers" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Mar 2025" in text


async def test_it_refuses_a_filter_that_names_nothing(alice: Client, years: Counted) -> None:
    assert (await alice.get("/map.png?month=2026-13")).status_code == 422
    assert (await alice.get("/map.png?journey=shop")).status_code == 404


async def test_a_name_is_no_formula_and_the_same_map_gives_the_same_bytes() -> None:
    columns = (column("$x_1$", card("$5 & <b>")),)
    titles = Titles("A $hop$", "", "")
    drawn = await map_picture(titles, columns, "svg")
    assert drawn == await map_picture(titles, columns, "svg")
    assert b"$x_1$" in drawn


@pytest.mark.parametrize("width", [30.0, 60.0, 108.0])
@pytest.mark.parametrize("text", [LONG, "x", "Rechtsschutzversicherungsgesellschaften", "", "… …"])
def test_no_line_is_wider_than_its_card(text: str, width: float) -> None:
    lines = _fitted(text, width, FONT, 2)
    assert len(lines) <= 2
    assert all(_wide(line, *FONT) <= width for line in lines)


def test_what_is_cut_says_so() -> None:
    assert _cut(LONG, 60.0, FONT).endswith("…")
    assert _cut("Cart", 60.0, FONT) == "Cart"


def test_a_deeper_journey_is_printed_smaller() -> None:
    sizes = [paper_fit(stages(3, cards), has_notice=False) for cards in (1, 6, 9, 60)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 100 and sizes[-1] == LEAST
    assert paper_fit((), has_notice=True) == 100


def test_without_a_journey_there_is_nothing_to_print() -> None:
    assert map_page(None, None).fit == 100  # type: ignore[arg-type]
