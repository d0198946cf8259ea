"""axe-core in the page: what a machine can find of WCAG 2.2 AA and good practice."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[1] / "vendor" / "axe-core-4.14.1.min.js"
RUN = "() => axe.run({ resultTypes: ['violations', 'passes'] })"


async def audit(page: Page) -> dict[str, Any]:
    """The results of a run, once nothing moves any more: fading text has too little contrast."""
    await page.evaluate(
        "() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => 0)))"
    )
    await page.evaluate(AXE.read_text() + "; void 0")
    found: dict[str, Any] = await page.evaluate(RUN)
    return found


def violations(results: dict[str, Any]) -> list[str]:
    """One line for each thing that is wrong; empty when all is well."""
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]


async def find_violations(page: Page) -> list[str]:
    return violations(await audit(page))


def visited(results: dict[str, Any], host: str) -> list[str]:
    """The HTML of what axe looked at inside the shadow root of `host`."""
    return [
        node["html"]
        for rule in results["passes"]
        for node in rule["nodes"]
        for target in node["target"]
        if isinstance(target, list) and target[0].startswith(host)
    ]
