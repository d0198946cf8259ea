"""Visitors at a kiosk, one after another, each in one go: its thanks stay for seconds only."""

from playwright.async_api import Page

VISIT = """async (rating) => {
  const part = (id) => document.getElementById(id);
  const until = async (id) => {
    for (let tries = 0; part(id).hidden; tries++) {
      if (tries > 5000) throw new Error(`${id} never came`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  await until("ask");
  part("ask").querySelector(`button[value="${rating}"]`).click();
  await until("thanks");
  part("thanks").querySelector("button").click();
  await until("ask");
}"""


async def tap(kiosk: Page, ratings: list[int]) -> None:
    for rating in ratings:
        await kiosk.evaluate(VISIT, rating)
