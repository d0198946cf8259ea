"""The guide, from an empty folder to the first answer on the board, and its pictures.

`GUIDE_PICTURES=1 python -m pytest tests/browser/test_guide.py` takes the pictures anew; ports 8000
and 8080, which stand in them, have to be free.
"""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PageMaker
from tests.browser.guide import GUIDE, PICTURES, Reader, Step, answers, served_folder, steps
from tests.serving import free_port, serve

DRAWS = bool(os.environ.get("GUIDE_PICTURES"))
MOST_BYTES = 80_000
READERS_ZONE = "Europe/Madrid"  # what the browser knows is proposed
IMAGES = re.findall(r"!\[(.+)\]\(images/(.+?)\)", GUIDE)


@dataclass(frozen=True)
class Place:
    """A server that has just been started for the first time, and the folder of the shop."""

    base: str
    link: str
    shop: Path
    shop_port: int


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    shop, log = tmp_path / "shop", tmp_path / "log"
    shop.mkdir()
    port, shop_port = (8000, 8080) if DRAWS else (None, free_port())
    with ExitStack() as stack:
        printed = stack.enter_context(log.open("wb"))
        url = f"sqlite:///{tmp_path}/feedback.db"
        served = stack.enter_context(serve(url, port=port, log=printed))
        [command] = steps()[5].code()
        stack.enter_context(served_folder(shop, command, shop_port))
        first, second = log.read_text().splitlines()[:2]
        promised = steps()[1].code()[1].replace("http://127.0.0.1:8000", served.base)
        assert f"{first[:-32]}...\n{second}\n" == promised
        yield Place(served.base, first.split()[-1], shop, shop_port)


async def test_its_reader_gets_from_an_empty_folder_to_the_first_answer_on_the_board(
    place: Place, open_page: PageMaker
) -> None:
    guide = steps()
    rights = ["clipboard-read", "clipboard-write"]
    window = {"width": 1280, "height": 800}
    page = await open_page(
        place.link, viewport=window, permissions=rights, timezone_id=READERS_ZONE
    )
    console: list[str] = []
    page.on("console", lambda said: console.append(f"{said.type}: {said.text}"))
    await set_up(reader(page, guide[2]))
    await make_a_journey(reader(page, guide[3]))
    await make_a_survey(reader(page, guide[4]))
    await paste_the_tag(reader(page, guide[5]), place)
    shop = await page.context.new_page()
    await shop.set_viewport_size({"width": 800, "height": 400})
    await try_it(reader(shop, guide[6]), reader(page, guide[6]), place)
    await answer_as_a_visitor(reader(shop, guide[7]), reader(page, guide[7]), place)
    assert [step.unseen for step in guide] == [[] for _ in guide]
    # The clock of the test is refused by the mail's preview, which runs no scripts.
    assert [line for line in console if "frame is sandboxed" not in line] == []


def test_it_installs_as_the_readme_does() -> None:
    install, serve = steps()[1].code()[0].strip().rsplit("\n", 1)
    readme = (PICTURES.parents[1] / "README.md").read_text(encoding="utf-8")
    assert install.replace("\n", " && ") in readme and f" {serve}\n" in readme


@pytest.mark.parametrize(("alt", "name"), IMAGES, ids=[name for _, name in IMAGES])
def test_each_picture_is_described_and_small(alt: str, name: str) -> None:
    assert len(alt) > 40
    assert 0 < (PICTURES / name).stat().st_size < MOST_BYTES


def test_every_picture_of_it_is_shown() -> None:
    assert {path.name for path in PICTURES.glob("guide-*")} == {name for _, name in IMAGES}


def test_what_it_says_of_the_console_is_what_the_widget_says() -> None:
    rows = re.findall(r"^\| (`[a-z].*?) \|", GUIDE.partition("| The console says")[2], re.MULTILINE)
    told = [line for row in rows for line in re.findall(r"`([a-z ]{4,})`", row)]
    folder = PICTURES.parents[1] / "feedback" / "widget"
    said = [
        path.read_text(encoding="utf-8") for path in (*folder.glob("src/*"), *folder.glob("*.py"))
    ]
    assert len(told) >= 10
    assert [line for line in told if not any(f'"{line}' in text for text in said)] == []


def reader(page: Page, step: Step) -> Reader:
    return Reader(page, step, draws=DRAWS)


async def set_up(reader: Reader) -> None:
    await reader.look()
    await expect(reader.page.get_by_label("Time zone")).to_have_value(READERS_ZONE)
    await reader.write("Your organisation", "Coffee shop")
    await reader.write("Your e-mail", "me@example.org")
    await reader.write("Password", "a short sentence")
    await reader.picture("guide-setup.png", at=(340, 70, 600, 690))
    await reader.press("Start", leads_to="Board")


async def make_a_journey(reader: Reader) -> None:
    await reader.press("Make a journey", leads_to="New journey")
    await reader.write("Name of the journey", "Online shop")
    await reader.picture("guide-journey.png", at=(0, 0, 1280, 670))
    await reader.press("Make the journey", leads_to="Online shop")


async def make_a_survey(reader: Reader) -> None:
    page = reader.page
    await reader.press("Ask here", beside="Payment", leads_to="New survey")
    await expect(page.get_by_label("Payment", exact=True)).to_be_checked()
    metric = next(word for word in reader.step.words if word.startswith("CSAT"))
    await page.get_by_label("Metric").select_option(metric)
    question = page.get_by_label("Question").first
    await expect(question).to_have_value(re.compile("satisfied"))
    await reader.picture("guide-survey.png", at=(0, 0, 1280, 800))
    assert "One mark of the visit" in reader.step.words
    await page.get_by_label("One mark of the visit").check()
    await reader.press("Publish", leads_to="Payment")


async def paste_the_tag(reader: Reader, place: Place) -> None:
    page = reader.page
    await reader.press("Share", leads_to="Share")
    preview = page.frame_locator(".widget-preview").get_by_role("radio", name="4 of 5")
    await expect(preview).to_be_visible()
    await reader.picture("guide-share.png", at=(0, 0, 1280, 800))
    assert "Snippet for this survey" in reader.step.words and "Copy" in reader.step.words
    await (
        page.locator(".copyable", has=page.get_by_label("Snippet for this survey"))
        .get_by_role("button", name="Copy")
        .click()
    )
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    snippet = await page.evaluate("navigator.clipboard.readText()")
    [html] = reader.step.code("html")
    assert html.endswith("PASTE THE SNIPPET HERE\n")
    (place.shop / "index.html").write_text(html.replace("PASTE THE SNIPPET HERE", snippet))
    await answers(place.shop_port)


async def try_it(shop: Reader, board: Reader, place: Place) -> None:
    assert "`http://localhost:8080`" in shop.step.text
    await shop.page.goto(f"http://localhost:{place.shop_port}")
    await rate(shop, "5", "Just trying.", picture="guide-test.png")
    await board.press("Responses", leads_to="Responses")
    await board.press("Board", leads_to="Board")


async def answer_as_a_visitor(shop: Reader, board: Reader, place: Place) -> None:
    assert "`http://127.0.0.1:8080`" in shop.step.text
    await shop.page.clock.install()
    await shop.page.goto(f"http://127.0.0.1:{place.shop_port}")
    await shop.page.clock.fast_forward(10_000)
    await rate(shop, "4", "Quick and kind.")
    await board.press("Responses", leads_to="Responses")
    await board.picture("guide-responses.png", at=(0, 0, 1280, 355))
    await board.press("Board", leads_to="Board")
    await board.picture("guide-board.png", at=(0, 0, 1280, 570))
    await board.page.goto(f"{place.base}/surveys")
    await board.page.get_by_role("link", name="Share Payment").click()
    await expect(
        board.page.get_by_text(f"Seen on http://127.0.0.1:{place.shop_port}")
    ).to_be_visible()
    await board.look()


async def rate(shop: Reader, number: str, reason: str, *, picture: str = "") -> None:
    page = shop.page
    cell = page.get_by_role("radio", name=f"{number} of 5")
    await expect(cell).to_be_visible()
    await shop.look()
    if picture:
        await shop.picture(picture, at=(0, 0, 800, 400))
    async with page.expect_response("**/r/*"):
        await cell.click()
    await page.get_by_role("textbox").fill(reason)
    await shop.look()
    async with page.expect_response("**/r/*"):
        await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Thank you for your answer.")).to_be_visible()
    await shop.look()
