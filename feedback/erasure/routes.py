"""Erasing from the page of one response: what there is first, then one press."""

import uuid
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.erasure.people import (
    Found,
    erase_found,
    look_for_answer,
    look_for_person,
    person_of_answer,
)
from feedback.errors import FeedbackError
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.web.page import redirect


@get("/responses/{response_id:uuid}/erase", needs="editor")
async def erase_page(visit: NamedDependency[Visit], response_id: FromPath[uuid.UUID]) -> Answer:
    return await _page(visit, response_id)


@post("/responses/{response_id:uuid}/erase", needs="editor")
async def erase_response(visit: NamedDependency[Visit], response_id: FromPath[uuid.UUID]) -> Answer:
    answer, person = await _look(visit, response_id)
    wanted = person if await visit.act("answer") == "person" else answer
    if not answer or wanted is None:
        return await _page(visit, response_id)
    folder = visit.request.app.state.settings.backups_folder
    try:
        said = await erase_found(
            visit.database, visit.workspace.id, wanted, folder=folder, now=clock.now()
        )
    except FeedbackError:  # its sentence names a folder of the server
        return await _page(visit, response_id, is_unwritten=True)
    text = ngettext(
        "Erased. The rating stays in its month.",
        "%(n)s answers erased. The ratings stay in their months.",
        said.answers,
    )
    return redirect("/responses", text % {"n": said.answers})


async def _look(visit: Visit, response_id: uuid.UUID) -> tuple[Found, Found | None]:
    """What there is of the answer, and of its person where one is named."""
    async with visit.read() as session:
        answer = await look_for_answer(session, visit.workspace.id, response_id)
        keys = await person_of_answer(session, visit.workspace.id, response_id)
        person = await look_for_person(session, visit.workspace.id, keys) if keys else None
    return answer, person


async def _page(
    visit: Visit, response_id: uuid.UUID, *, is_unwritten: bool = False
) -> Template | Redirect:
    answer, person = await _look(visit, response_id)
    if not answer and answer.erased_at is not None:
        return redirect("/responses", _("This answer is erased already."))
    if not answer:
        raise not_found()
    context: dict[str, Any] = {"response_id": response_id, "answer": answer, "person": person}
    status = 503 if is_unwritten else 200
    return visit.page(
        "erasure/erase.html", status=status, is_unwritten=is_unwritten, counted=counted, **context
    )


def counted(found: Found) -> list[str]:
    """What goes, a line each."""
    lines = [
        ngettext("%(n)s answer", "%(n)s answers", found.answers) % {"n": found.answers},
        ngettext("%(n)s comment", "%(n)s comments", found.comments) % {"n": found.comments},
    ]
    if found.changes:
        said = ngettext("%(n)s note of the team", "%(n)s notes of the team", found.changes)
        lines.append(said % {"n": found.changes})
    if found.names:
        lines.append(_("%(n)s names that were joined") % {"n": found.names + 1})
    return lines


signed_in_handlers = [erase_page, erase_response]
