"""The button on the page of an answer: all that is stored of whoever gave it, as a ZIP."""

import asyncio
import uuid

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Visit
from feedback.disclosure.find import answers_beside
from feedback.disclosure.gather import gather
from feedback.disclosure.pack import zip_bytes
from feedback.responses.listing import find_response


@get("/responses/{response_id:uuid}/person.zip", needs="owner")
async def person_file(
    visit: NamedDependency[Visit], response_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    async with visit.read() as session:
        row = await find_response(session, visit.workspace.id, response_id)
        if row is None or row.is_anonymous:  # it would tell more of one answer than its page does
            raise not_found()
        ids, keys = await answers_beside(session, visit.workspace.id, response_id)
        if not ids:
            raise not_found()
        stored = await gather(session, visit.workspace, ids, keys, clock.now())
    made = await asyncio.to_thread(zip_bytes, stored)
    name = f"person-{stored.made_at:%Y-%m-%d}.zip"
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(made, media_type="application/zip", headers=headers)


signed_in_handlers = [person_file]
