"""Who answers, vouched for by the customer's server: from the page's call to the stored row."""

import pytest
from playwright.async_api import expect

from feedback.db import Database
from feedback.identity import identity_secret, sign
from tests.browser.acts import answers, change, is_ready
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop
from tests.serving import KEY


def identify(shop: Shop, signed_as: str | None) -> str:
    secret = identity_secret(KEY.encode(), shop.workspace.id)
    proof = f", signature: '{sign(signed_as, secret)}'" if signed_as else ""
    return f"feedback('identify', {{id: '42'{proof}}})"


@pytest.mark.parametrize(
    ("is_needed", "signed_as", "stored"),
    [
        (True, "42", "with its contact"),
        (True, None, "without"),
        (True, "43", "without"),
        (False, "43", "without"),
        (False, None, "with its contact"),
    ],
    ids=["signed", "unsigned", "another's", "another's, not needed", "unsigned, not needed"],
)
async def test_a_contact_counts_as_far_as_it_is_signed(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, is_needed: bool,
    signed_as: str | None, stored: str,
) -> None:  # fmt: skip
    await change(database, shop.nps, needs_signature=is_needed)
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    await is_ready(page)
    await page.evaluate(identify(shop, signed_as))
    await page.get_by_role("radio", name="8 of 10").click()
    told = "You chose 8. Tap another number to change it."
    await expect(page.get_by_role("status")).to_have_text(told)
    await page.wait_for_function("!localStorage['feedback-queue']")
    [row] = await answers(database, shop)
    assert (row.respondent_key is not None) == (stored == "with its contact")


async def test_somebody_unnamed_answers_where_contacts_must_be_signed(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, needs_signature=True)
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    async with page.expect_response("**/r/*"):
        await page.get_by_role("radio", name="8 of 10").click()
    assert [row.respondent_key for row in await answers(database, shop)] == [None]
