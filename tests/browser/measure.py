"""What a page looks like to someone who needs it larger: cut text, targets hard to hit."""

from playwright.async_api import Locator

# WCAG 1.4.12, for what stands in a shadow root: no page's own style gets there.
SPACED = """(host) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
  const root = host.shadowRoot || document;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}"""
# A pixel more is what rounding makes of a fraction.
CUT = """(whole) => [whole, ...whole.querySelectorAll("*")]
  .filter((e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.outerHTML.slice(0, 120))"""
# An input within its label is as large as the label.
SMALL = """(whole) => [...whole.querySelectorAll("a, button, summary, textarea, input")]
  .map((e) => (e.matches("input") && e.closest("label")) || e)
  .filter((e) => {
    const { width, height } = e.getBoundingClientRect();
    return width && (width < 24 || height < 44);
  })
  .map((e) => e.outerHTML.slice(0, 120))"""


async def cut(whole: Locator) -> list[str]:
    """The elements in here whose text is wider than they are."""
    found: list[str] = await whole.evaluate(CUT)
    return found


async def small_targets(whole: Locator) -> list[str]:
    """What can be tapped in here and is narrower than 24 pixels or lower than 44."""
    found: list[str] = await whole.evaluate(SMALL)
    return found
