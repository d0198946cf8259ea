"""axe-core in the page: what a machine can find of WCAG 2.2 AA and good practice."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Frame, Page

from feedback.surveys.languages import direction

AXE = Path(__file__).parents[1] / "vendor" / "axe-core-4.14.1.min.js"
# A frame of another site is a page of its own, to be audited by itself.
OPTIONS: dict[str, Any] = {"resultTypes": ["violations", "passes"], "iframes": False}
RUN = "(options) => axe.run(options)"
# What another colour scheme and width can change; targets are not yet axe's own choice. Contrast is
# most of what axe takes: each colour and each width is looked at once.
LARGE: dict[str, Any] = {"rules": {"target-size": {"enabled": True}}}
SEEN: dict[str, Any] = {"runOnly": ["color-contrast", "target-size"]}
SIZED: dict[str, Any] = {"runOnly": ["target-size"]}
Scheme = Literal["light", "dark"]
LOOKS: dict[str, list[tuple[int, Scheme]]] = {
    "ltr": [(320, "dark"), (1280, "light")],
    "rtl": [(320, "light"), (1280, "dark")],
}
HOST = "feedback-widget"
four_looks = pytest.mark.parametrize(
    "width, scheme",
    [
        pytest.param(320, "light", id="phone, light"),
        pytest.param(320, "dark", id="phone, dark"),
        pytest.param(1280, "light", id="desk, light"),
        pytest.param(1280, "dark", id="desk, dark"),
    ],
)


async def audit(page: Page | Frame, **options: Any) -> dict[str, Any]:
    """The results of a run, once nothing moves any more: fading text has too little contrast."""
    await page.evaluate(
        "() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => 0)))"
    )
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text() + "; void 0")
    found: dict[str, Any] = await page.evaluate(RUN, OPTIONS | options)
    return found


def violations(results: dict[str, Any]) -> list[str]:
    """One line for each thing that is wrong; empty when all is well."""
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]


async def find_violations(page: Page | Frame) -> list[str]:
    return violations(await audit(page))


async def put_on(page: Page, width: int, scheme: Scheme) -> None:
    """This width and these colours, without loading the page again."""
    await page.set_viewport_size({"width": width, "height": 800})
    await page.emulate_media(color_scheme=scheme)


async def assert_well(pages: list[Page], width: int, scheme: Scheme) -> None:
    """Nothing is found on any of these, and nothing scrolls sideways."""
    options = {(1280, "light"): LARGE, (320, "dark"): SEEN}.get((width, scheme), SIZED)
    for page in pages:
        await put_on(page, width, scheme)
        found = violations(await audit(page, **options))
        assert found == [], (page.url, found)
        assert await page.evaluate("document.documentElement.scrollWidth") == width, page.url


def visited(results: dict[str, Any], host: str) -> list[str]:
    """The HTML of what axe looked at inside the shadow root of `host`."""
    return [
        node["html"]
        for rule in results["passes"]
        for node in rule["nodes"]
        for target in node["target"]
        # In the page its host lies in the shadow of its place, so it need not be the outermost.
        if isinstance(target, list) and any(outer.startswith(host) for outer in target[:-1])
    ]


async def audit_looks(page: Page, language: str, seen: str = "") -> None:
    """Assert that all is well on a phone and a desk, in light and dark, with nothing cut sideways.

    language: two of the four looks each, the other two of what is read from the right.
    seen: what axe must have looked at inside the widget's shadow root each time.
    """
    for options, (width, scheme) in zip((LARGE, SEEN), LOOKS[direction(language)], strict=True):
        await put_on(page, width, scheme)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        results = await audit(page, **options)
        found = violations(results)
        assert not found, (width, scheme, found)
        inside = visited(results, HOST)
        assert not seen or any(seen in html for html in inside), (width, scheme, inside)
