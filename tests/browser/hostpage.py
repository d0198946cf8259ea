"""One page of somebody else's that is loaded anew for each case: a profile is what costs."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.async_api import Locator, Page

from tests.browser.sites import Site

# What the widget has told, from the first: `count("shown")` of it is what the server counts.
LISTENS = """<script>
  window.heard = [];
  document.addEventListener("feedback", (event) => heard.push(event.detail.kind));
</script>"""
# Whether a tap in the middle of the question's panel would reach it, as a finger would.
TAPPABLE = """() => {
  const find = (root) => root.querySelector("feedback-widget")
    || [...root.querySelectorAll("*")].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
  const panel = find(document)?.shadowRoot.querySelector("section");
  if (!panel) return false;
  const { x, y, width, height } = panel.getBoundingClientRect();
  const isWhole = x >= 0 && y >= 0 && x + width <= innerWidth && y + height <= innerHeight;
  const at = (root) => root.elementFromPoint(x + width / 2, y + height / 2);
  let found = at(document);
  while (found?.shadowRoot && at(found.shadowRoot) !== found) found = at(found.shadowRoot);
  return isWhole && panel.contains(found);
}"""


@dataclass(frozen=True)
class HostPage:
    """A site with the shop's tag, and the one visitor of it."""

    page: Page
    site: Site
    tag: Callable[..., str]
    survey: str

    async def visit(self, html: str, attributes: str = "") -> Page:
        """The page with this in it, for somebody who was never here."""
        await self.page.goto(self.site.add("", "/nothing"))
        await self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        only = f'data-feedback-survey="{self.survey}" {attributes}'
        await self.page.goto(self.site.add(LISTENS + html + self.tag(only)))
        await self.page.wait_for_function("window.feedback?.runs?.length")
        return self.page

    async def comment(self, html: str, attributes: str = "") -> Locator:
        """The field that follows a rating of 8, on the page with this in it."""
        await self.visit(html, attributes)
        await self.page.get_by_role("radio", name="8 of 10").click()
        return self.page.locator("feedback-widget textarea")

    async def is_counted(self) -> bool:
        """Once it was counted as shown: whether it can be tapped then."""
        await self.page.wait_for_function("heard.includes('shown')")
        found: bool = await self.page.evaluate(TAPPABLE)
        return found
