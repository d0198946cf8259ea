"""What the tests of private links do with them."""

from typing import Any

from tests.cast import Shop
from tests.surveys.hosted import Client, fill_in, hidden


async def send(client: Client, shop: Shop, **message: Any) -> str:
    """The private link that the reply to this message gives."""
    reply = await client.post(f"/r/{shop.nps.key}", json={"rating": 9} | message)
    assert reply.status_code in (200, 201), reply.text
    return str(reply.json()["receipt"])


async def press(client: Client, address: str, **typed: str) -> str:
    """The private link on the thanks after a press on the hosted page."""
    sent = await fill_in(client, address, **typed)
    thanks = (await client.get(sent.headers["Location"])).text
    return "/mine/" + thanks.split('href="/mine/')[1].split('"')[0]


async def read(client: Client, link: str) -> str:
    return (await client.get(link)).text


async def change(client: Client, link: str, **typed: str) -> Any:
    """Open the form of the link and press Send, as a browser does that has no session."""
    form = await client.get(f"{link}/change")
    assert form.status_code == 200
    return await client.post(
        f"{link}/change?send",
        data=hidden(form.text) | typed,
        headers={"Origin": "null"},
        follow_redirects=False,
    )
