"""Send forms as the pages do: with the session's token."""

import uuid
from typing import Any

from httpx import AsyncClient, Response
from litestar.testing import AsyncTestClient

from feedback.accounts.sessions import csrf_token
from tests.conftest import KEY

Client = AsyncTestClient[Any]
HTMX = {"HX-Request": "true"}


async def send(client: AsyncClient, path: str, *, block: str = "", **fields: Any) -> Response:
    """POST the fields; with `block` as htmx does for the block of that id."""
    token = csrf_token(KEY.encode(), client.cookies["feedback_session"])
    headers = HTMX | {"HX-Target": block} if block else {}
    return await client.post(
        path,
        data={"_csrf_token": token, **fields},
        headers=headers,
        follow_redirects=False,
    )


def id_in(address: str) -> uuid.UUID:
    """The id that a redirect leads to: `/journeys/<id>`."""
    return uuid.UUID(address.split("/")[2].partition("?")[0])
