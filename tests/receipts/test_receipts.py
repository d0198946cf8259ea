"""The private link after an answer: seen, what was done, changed; and by no stranger."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback.db import Database
from feedback.identity import identity_secret, sign
from feedback.responses.models import Response
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.conftest import KEY
from tests.surveys.hosted import Client, answers, counts, fill_in, hidden
from tests.surveys.test_hosted import later as later
from tests.surveys.test_you_said_we_did import SAID, act


async def send(client: Client, shop: Shop, **message: Any) -> str:
    """The private link that the reply to this message gives."""
    reply = await client.post(f"/r/{shop.nps.key}", json={"rating": 9} | message)
    assert reply.status_code in (200, 201), reply.text
    return str(reply.json()["receipt"])


async def press(client: Client, address: str, **typed: str) -> str:
    """The private link on the thanks after a press on the hosted page."""
    sent = await fill_in(client, address, **typed)
    thanks = (await client.get(sent.headers["Location"])).text
    link = thanks.split('href="/mine/')[1].split('"')[0]
    return f"/mine/{link}"


async def read(client: Client, link: str, **given: Any) -> str:
    return (await client.get(link, **given)).text


async def change(client: Client, link: str, **typed: str) -> Any:
    """Open the form of the link and press Send, as a browser without a session does."""
    form = await client.get(f"{link}/change")
    assert form.status_code == 200
    return await client.post(
        f"{link}/change?send",
        data=hidden(form.text) | typed,
        headers={"Origin": "null"},
        follow_redirects=False,
    )


async def test_it_shows_the_answer_and_what_was_done(
    client: Client, shop: Shop, database: Database
) -> None:
    link = await send(client, shop, comment="Slow & <b>late</b>", properties={"plan": "gold"})
    page = await read(client, link)
    assert "9 of 10" in page and "Slow &amp; &lt;b&gt;late" in page and "plan: gold" in page
    assert "Nothing is told here yet" in page
    await act(database, shop, done_on=date(2026, 3, 1))
    earlier = await read(client, link)
    assert SAID["en"] in earlier and "March 1, 2026" in earlier
    assert "Nothing is told here yet" in earlier  # since this answer
    # The clock of the answers is later than the date above, and not tomorrow's.
