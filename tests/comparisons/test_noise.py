"""`/noise`: two months' counts in, the honest answer out, for anybody."""

from typing import Any

import pytest
from litestar.testing import AsyncTestClient

Client = AsyncTestClient[Any]
COUNTS = (
    "before_detractors=20&before_passives=35&before_promoters=45"
    "&after_detractors=30&after_passives=40&after_promoters=30"
)


async def test_it_works_without_signing_in(client: Client) -> None:
    text = (await client.get(f"/noise?{COUNTS}")).text
    assert "More than chance explains." in text
    assert "\N{MINUS SIGN}25 points; 95 % sure to lie between" in text
    assert "This month: 0 " in text


async def test_it_says_noise_and_how_many_answers_would_tell(client: Client) -> None:
    text = (await client.get(f"/noise?{COUNTS.replace('45', '40').replace('30&', '24&')}")).text
    assert "It may well be noise." in text and "answers a month." in text


async def test_it_compares_shares(client: Client) -> None:
    query = "before_satisfied=48&before_answers=80&after_satisfied=56&after_answers=70"
    text = (await client.get(f"/noise?kind=share&{query}")).text
    assert "+20 percentage points; 95 % sure to lie between +5 and +33." in text


@pytest.mark.parametrize(
    "query",
    [
        "before_detractors=4&after_promoters=4",
        "before_promoters=4&after_detractors=500",
        "kind=share&before_satisfied=0&before_answers=4&after_satisfied=90&after_answers=90",
    ],
)
async def test_under_five_a_side_are_too_few(client: Client, query: str) -> None:
    """A test would call each of these more than chance."""
    text = (await client.get(f"/noise?{query}")).text
    assert "Too few answers to tell." in text and "Each month needs 5 answers or more." in text
    assert "95 % sure" not in text.split("How many answers are needed?")[0]


async def test_five_a_side_are_enough_to_tell(client: Client) -> None:
    text = (await client.get("/noise?before_detractors=5&after_promoters=5")).text
    assert "More than chance explains." in text


async def test_it_says_how_many_answers_are_needed(client: Client) -> None:
    text = (await client.get("/noise?precision=10&difference=10")).text
    assert "255 answers" in text and "1,049 answers a month" in text


async def test_it_shows_the_table_of_the_reference(client: Client) -> None:
    text = (await client.get("/noise")).text
    for half in (57, 44, 33, 28, 22, 16, 11, 9, 7, 5, 4):
        assert f"±\N{NO-BREAK SPACE}{half}<" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("before_detractors=x&after_detractors=1", "is a whole number from 0 up"),
        ("before_detractors=1", "This month: there is no answer."),
        ("kind=share&before_satisfied=5&before_answers=4", "more satisfied answers than answers"),
        ("precision=0", "Points are a number between"),
        ("difference=many", "Points are a number between"),
        ("before_detractors=99999999999999", "is a whole number from 0 up"),
    ],
)
async def test_it_refuses_what_cannot_be(client: Client, query: str, said: str) -> None:
    answer = await client.get(f"/noise?{query}")
    assert answer.status_code == 422 and said in answer.text


async def test_it_speaks_the_readers_language(client: Client) -> None:
    assert '<html lang="fr"' in (await client.get("/noise?lang=fr")).text
