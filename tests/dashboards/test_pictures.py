"""`/trends.svg`, `.png`, `.pdf`: the numbers of the page, drawn for paper."""

from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from tests.cast import Shop

Client = AsyncTestClient[Any]
STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


async def answer(client: Client, shop: Shop, *ratings: int) -> None:
    for rating in ratings:
        assert (await client.post(f"/r/{shop.nps.key}", json={"rating": rating})).is_success


@pytest.mark.parametrize(("kind", "start"), STARTS.items(), ids=STARTS.keys())
async def test_it_draws(alice: Client, shop: Shop, kind: str, start: bytes) -> None:
    await answer(alice, shop, *[9] * 6)
    found = await alice.get(f"/trends.{kind}")
    assert found.status_code == 200 and found.content.startswith(start)
    assert f"trends.{kind}" in found.headers["Content-Disposition"]


async def test_it_says_what_the_page_says(alice: Client, shop: Shop) -> None:
    await answer(alice, shop, *[9] * 6, 2)
    drawn = (await alice.get("/trends.svg?metric=nps")).text
    assert ">Checkout<" in drawn and "+71" in drawn


async def test_the_same_data_gives_the_same_bytes_and_new_data_others(
    alice: Client, shop: Shop
) -> None:
    await answer(alice, shop, *[9] * 6)
    first = (await alice.get("/trends.svg")).content
    assert (await alice.get("/trends.svg")).content == first
    await answer(alice, shop, 0)
    assert (await alice.get("/trends.svg")).content != first


async def test_it_refuses_a_filter_that_names_nothing(alice: Client, shop: Shop) -> None:
    assert (await alice.get("/trends.png?metric=fun")).status_code == 422
