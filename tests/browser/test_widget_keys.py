"""Keys and focus: what is typed in the widget is nobody else's, and no key takes it away."""

import json

import pytest
from playwright.async_api import expect

from tests.browser.hostpage import HostPage

# As shortcuts do: it looks whether a field has the focus, acts, and keeps the letter.
SHORTCUTS = """<script>
  window.acted = [];
  const act = (event) => {
    if (event.target.matches("input, textarea, select, [contenteditable]")) return;
    acted.push(event.type + event.key);
    event.preventDefault();
  };
  for (const kind of ["keydown", "keypress", "keyup"]) {
    WHERE.addEventListener(kind, act, PHASE);
  }
</script>"""
LISTENERS = {
    "document": ("document", "false"),
    "document first": ("document", "true"),
    "window": ("window", "false"),
    "html": ("document.documentElement", "true"),
}
TYPED = "ask jack/sue? 100 % of 9"


def shortcuts(where: str, phase: str) -> str:
    return SHORTCUTS.replace("WHERE", where).replace("PHASE", phase)


@pytest.mark.parametrize("where", LISTENERS.values(), ids=LISTENERS.keys())
@pytest.mark.parametrize("place", ["", 'data-feedback-target="main"'], ids=["pop-up", "inline"])
async def test_letters_do_not_reach_the_shortcuts_of_the_page(
    host: HostPage, where: tuple[str, str], place: str
) -> None:
    comment = await host.comment(f"<main></main>{shortcuts(*where)}", place)
    await comment.click()
    await host.page.keyboard.type(TYPED)
    await expect(comment).to_have_value(TYPED)
    assert await host.page.evaluate("acted") == []


async def test_nor_does_a_digit_on_the_scale(host: HostPage) -> None:
    page = await host.visit(shortcuts("document", "true"))
    await page.get_by_role("radio").first.focus()
    await page.keyboard.press("7")
    await expect(page.get_by_role("radio", name="7 of 10")).to_have_attribute(
        "aria-checked", "true"
    )
    assert "keydown7" not in await page.evaluate("acted")


async def test_a_letter_that_the_page_takes_first_is_written_all_the_same(host: HostPage) -> None:
    comment = await host.comment(shortcuts("window", "true"))
    await comment.click()
    await host.page.keyboard.type(TYPED)
    await host.page.keyboard.press("Home")  # prevented too, and no letter
    await expect(comment).to_have_value(TYPED)


async def test_what_is_pasted_goes_to_the_comment_alone(host: HostPage) -> None:
    uploads = """<script>
      window.acted = [];
      document.addEventListener("paste", (event) => {
        acted.push(event.type);
        event.preventDefault();
      });
    </script>"""
    comment = await host.comment(uploads)
    await comment.fill("twice ")
    await host.page.keyboard.press("Control+A")
    for key in ("C", "End", "V"):
        await host.page.keyboard.press(key if key == "End" else f"Control+{key}")
    await expect(comment).to_have_value("twice twice ")
    assert await host.page.evaluate("acted") == []


# A composition's keys as browsers tell them; in Safari it has ended already.
COMPOSING = [{"isComposing": True}, {"keyCode": 229}]


@pytest.mark.parametrize("told", COMPOSING, ids=str)
@pytest.mark.parametrize("typed", ["", "Hello "])
async def test_escape_ends_a_composition_and_nothing_else(
    host: HostPage, told: dict[str, object], typed: str
) -> None:
    comment = await host.comment("")
    await comment.fill(typed)
    await comment.evaluate(
        """(area, told) => area.dispatchEvent(new KeyboardEvent("keydown", {
          key: "Escape", code: "Escape", bubbles: true, composed: true, cancelable: true, ...told
        }))""",
        told,
    )
    await expect(comment).to_be_visible()


async def test_an_input_method_writes_as_in_any_field(host: HostPage) -> None:
    comment = await host.comment(shortcuts("document", "true"))
    await comment.click()
    session = await host.page.context.new_cdp_session(host.page)
    for text in ("n", "に", "にほ"):
        at = {"selectionStart": len(text), "selectionEnd": len(text)}
        await session.send("Input.imeSetComposition", {"text": text, **at})
    await session.send("Input.insertText", {"text": "日本"})
    await expect(comment).to_have_value("日本")


@pytest.mark.parametrize("focused", ["textarea", "button.send", ".close", "[aria-checked=true]"])
async def test_no_escape_drops_a_typed_comment(host: HostPage, focused: str) -> None:
    comment = await host.comment("")
    await comment.fill("Minutes of typing")
    await host.page.locator(f"feedback-widget {focused}").focus()
    await host.page.keyboard.press("Escape")
    await expect(comment).to_have_value("Minutes of typing")
    async with host.page.expect_request("**/r/*") as sent:
        await host.page.locator("feedback-widget button.send").click()
    assert json.loads((await sent.value).post_data or "")["comment"] == "Minutes of typing"


DIALOG = "<button id=open>Open</button><dialog><button onclick=\"feedback('show')\">Rate</button>"
OPENS = "</dialog><script>document.querySelector('dialog').showModal()</script>"
# As pages close dialogs of their own: `closed` says that one of them has.
CLOSES = """<script>
  window.closed_ = [];
  for (const [where, kind, phase] of [
    [document, "keydown", false], [document, "keydown", true], [window, "keydown", false],
    [document, "keyup", false], [document, "keyup", true], [window, "keyup", false],
  ]) where.addEventListener(kind, ({ key }) => key === "Escape" && closed_.push(kind), phase);
</script>"""


@pytest.mark.parametrize("rating", ["before", "after", "typed"])
async def test_escape_leaves_the_dialog_of_the_page_open(host: HostPage, rating: str) -> None:
    page = await host.visit(CLOSES + DIALOG + OPENS, "data-feedback-storage=after-act")
    await page.get_by_role("button", name="Rate").click()
    cell = page.get_by_role("radio", name="8 of 10")
    if rating == "before":
        await cell.focus()
    else:
        await cell.click()
        await page.locator("feedback-widget textarea").fill("x" if rating == "typed" else "")
        await page.locator("feedback-widget textarea").focus()
    await page.keyboard.press("Escape")
    await expect(page.locator("feedback-widget")).to_have_count(int(rating == "typed"))
    assert await page.evaluate("[closed_, document.querySelector('dialog').open]") == [[], True]
    if rating != "typed":  # the second is the page's
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_be_hidden()
        assert len(await page.evaluate("closed_")) == 6


async def test_escape_in_an_inline_survey_is_the_dialogs_until_something_is_typed(
    host: HostPage,
) -> None:
    html = CLOSES + "<dialog><main></main>" + OPENS
    comment = await host.comment(html, 'data-feedback-target="main"')
    await comment.fill("typed")
    await host.page.keyboard.press("Escape")
    await expect(comment).to_have_value("typed")
    assert await host.page.evaluate("closed_") == []
    await comment.fill("")
    await host.page.keyboard.press("Escape")
    await expect(host.page.locator("dialog")).to_be_hidden()


CALLERS = {
    "button": "<button id=b>Give feedback</button>",
    "input button": "<input type=button id=b value=Feedback>",
    "submit": "<form onsubmit='return false'><input type=submit id=b></form>",
    "checkbox": "<input type=checkbox id=b>",
    "radio": "<input type=radio id=b>",
    "range": "<input type=range id=b>",
    "link": "<a href='#' id=b>Feedback</a>",
    "summary": "<details><summary id=b>Feedback</summary></details>",
    "text field": "<input id=b>",
    "choice": "<select id=b><option>Feedback</select>",
    "editable": "<div contenteditable id=b>Feedback</div>",
}
SHOWS = "<script>b.addEventListener('click', () => feedback('show'))</script>"


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS.keys())
async def test_what_the_page_shows_is_seen_at_once(host: HostPage, caller: str) -> None:
    page = await host.visit(caller + SHOWS, "data-feedback-storage=after-act")
    await page.locator("#b").click()
    await expect(page.locator("#b")).to_be_focused()
    assert await host.is_counted()


@pytest.mark.parametrize("field", ["button", "checkbox", "color", "file", "radio", "range"])
async def test_what_asks_by_itself_waits_for_no_field_without_letters(
    host: HostPage, field: str
) -> None:
    await host.visit(f"<input type={field} id=b autofocus>")
    await host.page.wait_for_function("document.activeElement.id === 'b'")
    assert await host.is_counted()


# How pages and libraries keep the focus in a dialog of theirs; the last takes every tap outside.
BACK = "const back = () => box.querySelector('input').focus();"
OUTSIDE = "const isOut = (at) => at && !box.contains(at);"
TRAPS = {
    "focusin": "document.addEventListener('focusin', (e) => isOut(e.target) && back());",
    "focus first": "document.addEventListener('focus', (e) => isOut(e.target) && back(), true);",
    "window": "window.addEventListener('focusin', (e) => isOut(e.target) && back());",
    "later": "document.addEventListener('focusin', (e) => isOut(e.target) && setTimeout(back));",
    "focusout": "document.addEventListener('focusout', (e) => isOut(e.relatedTarget) && back());",
    "left": "box.addEventListener('focusout', (e) => isOut(e.relatedTarget) && setTimeout(back));",
    "taps": """for (const kind of ["mousedown", "touchstart", "click"]) {
        document.addEventListener(kind, (e) => {
          if (!isOut(e.target)) return;
          e.preventDefault();
          e.stopImmediatePropagation();
        }, { capture: true, passive: false });
      }
      document.addEventListener("focusin", (e) => {
        if (isOut(e.target)) { e.stopImmediatePropagation(); back(); }
      }, true);""",
}


@pytest.mark.parametrize("field", ["text", "checkbox"])
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS.keys())
async def test_a_focus_trap_does_not_keep_the_comment_from_being_typed(
    host: HostPage, trap: str, field: str
) -> None:
    box = f"<div id=box role=dialog><input aria-label=Name type={field} id=field></div>"
    comment = await host.comment(f"{box}<script>{BACK}{OUTSIDE}{trap}</script>")
    await comment.click()
    await host.page.keyboard.type("all of it")
    await expect(comment).to_have_value("all of it")
    async with host.page.expect_request("**/r/*") as sent:
        await host.page.locator("feedback-widget button.send").click()
    assert json.loads((await sent.value).post_data or "")["comment"] == "all of it"


async def test_the_pages_own_field_hears_that_it_was_left(host: HostPage) -> None:
    comment = await host.comment("<input type=checkbox id=b onblur='heard.push(\"left\")'>")
    await host.page.locator("#b").evaluate("e => e.focus()")
    await comment.evaluate("e => e.focus()")
    await host.page.wait_for_function("heard.includes('left')")
