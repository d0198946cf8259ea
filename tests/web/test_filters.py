"""A filter that is not there, or is there twice, is refused by every page and file alike."""

from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.accounts.needs import ways_in
from feedback.app import create_app
from feedback.filters import FilterError, read_filters
from feedback.settings import Settings
from tests.cast import Shop
from tests.conftest import KEY

Client = AsyncTestClient[Any]
PAGES = ("/board", "/trends", "/map", "/priorities", "/compare", "/responses", "/actions", "/noise")
FILES = [
    way.path
    for way in ways_in(create_app(Settings(secret_key=KEY)).routes)
    if way.path.startswith(PAGES) and "." in way.path and "{" not in way.path
]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_says_which_filter_it_does_not_know(
    alice: Client, shop: Shop, path: str
) -> None:
    assert (await alice.get(path)).status_code == 200
    answer = await alice.get(f"{path}?colour=red")
    assert answer.status_code == 422
    assert "There is no filter colour. The filters are: " in answer.text
    assert answer.text.rstrip().endswith("</html>")


@pytest.mark.parametrize("path", FILES)
async def test_a_file_says_so_as_a_problem(alice: Client, shop: Shop, path: str) -> None:
    answer = await alice.get(f"{path}?colour=red")
    assert (answer.status_code, answer.headers["content-type"]) == (
        422,
        "application/problem+json",
    )
    kept = "content-security-policy"
    assert answer.headers[kept] == (await alice.get("/board")).headers[kept]
    problem = answer.json()
    assert problem["detail"].startswith("There is no filter colour. The filters are: ")
    assert (problem["filter"], problem["status"]) == ("colour", 422)


async def test_a_block_says_so_in_its_place(alice: Client, shop: Shop) -> None:
    for path, block in (("/board", "board_page"), ("/responses", "responses_page")):
        headers = {"HX-Request": "true", "HX-Target": block}
        answer = await alice.get(f"{path}?colour=red", headers=headers)
        assert answer.status_code == 422
        assert "There is no filter colour." in answer.text and "<html" not in answer.text


async def test_a_choice_that_is_not_there_is_a_problem_of_the_file_of_responses(
    alice: Client, shop: Shop
) -> None:
    answer = await alice.get("/responses.csv?channel=pigeon")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "There is no such choice for the filter “channel”."


def test_every_file_is_among_those_asked() -> None:
    assert {f"{page}.csv" for page in PAGES if page != "/noise"} <= set(FILES)


@pytest.mark.parametrize(
    ("query", "wrong"), [([("a", "1"), ("b", "2")], "b"), ([("a", "1"), ("a", "1")], "a")]
)
def test_the_filter_at_fault_is_named(query: list[tuple[str, str]], wrong: str) -> None:
    with pytest.raises(FilterError) as caught:
        read_filters(query, ["a"])
    assert caught.value.name == wrong
    assert read_filters([("a", " 1 "), ("was", "x")], ["a"], untold=["was"]) == {
        "a": "1",
        "was": "x",
    }


@pytest.mark.parametrize("query", ["style=fancy", "style=bom&style=bom"])
async def test_a_style_that_there_is_not_is_refused(alice: Client, shop: Shop, query: str) -> None:
    for page in ("responses", "board", "actions"):
        answered = await alice.get(f"/{page}.csv?{query}")
        assert (answered.status_code, answered.json()["filter"]) == (422, "style")
        assert (await alice.get(f"/{page}.xlsx?style=bom")).status_code == 422
