"""The recipes for consent managers, each run against a stand-in for the manager's own global."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.browser.test_recipes import site_key
from tests.cast import Shop

RECIPES = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
# What each manager does with what the recipe left it, by its own documentation: `refuse`, `agree`.
AXEPTIO = """
const sdk = { heard: [], on: (name, act) => name === "cookies:complete" && sdk.heard.push(act) };
const tell = (choices) => sdk.heard.forEach((listener) => listener(choices));
for (const callback of window._axcb) callback(sdk);
window.refuse = () => tell({ $$completed: true, feedback: false });
window.agree = () => tell({ $$completed: true, feedback: true });
"""
DIDOMI = """
let enabled = false;
const tell = () => window.didomiEventListeners
  .filter(({ event }) => event === "consent.changed").forEach(({ listener }) => listener({}));
const status = () => ({ id: "c:feedback", enabled });
window.Didomi = { getCurrentUserStatus: () => ({ vendors: { "c:feedback": status() } }) };
for (const callback of window.didomiOnReady) callback(window.Didomi);
window.refuse = tell;
window.agree = () => { enabled = true; tell(); tell(); };
"""
TARTEAUCITRON = """
const { job, services } = window.tarteaucitron;
window.refuse = () => {};
window.agree = () => job.forEach((name) => services[name].needConsent && services[name].js());
"""
MANAGERS = {
    "Axeptio": ("", AXEPTIO),
    "Didomi": ("", DIDOMI),
    "tarteaucitron": ("window.tarteaucitron = { services: {} };", TARTEAUCITRON),
}
LOADED = (
    "() => performance.getEntriesByType('resource').filter((r) => /widget/.test(r.name)).length"
)
KEPT = "() => localStorage.length + sessionStorage.length + document.cookie.length"


def recipe(name: str, base: str, key: str) -> str:
    found = re.search(rf"^### {name}$.*?^```js\n(.*?)^```$", RECIPES, re.DOTALL | re.MULTILINE)
    assert found
    return found[1].replace("https://feedback.example.org", base).replace("SITE", key)


@pytest.mark.parametrize("name", MANAGERS)
async def test_the_widget_comes_with_consent_and_no_sooner(
    site: Site, tag: Tag, base: str, open_page: PageMaker, shop: Shop, name: str
) -> None:
    before, after = MANAGERS[name]
    code = recipe(name, base, site_key(tag)).replace(
        'tag.setAttribute("data-feedback-storage"',
        'tag.setAttribute("data-feedback-delay", "0"); tag.setAttribute("data-feedback-storage"',
    )
    scripts = "".join(f"<script>{{{part}}}</script>" for part in (before, code, after))
    page: Any = await open_page(site.add(f"<h1>Cart</h1>{scripts}"))
    await page.evaluate("refuse()")
    assert await page.evaluate(LOADED) == 0 and await page.evaluate(KEPT) == 0
    await page.evaluate("agree()")
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    assert await page.locator("script[data-feedback-site]").count() == 1
