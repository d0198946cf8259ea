"""The bursts of a survey: look at them, take them out of the scores, bring them back."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.responses.bursts.change import change_bursts
from feedback.responses.bursts.read import load_bursts
from feedback.responses.bursts.recognise import MANY, WINDOW_SECONDS
from feedback.responses.routes import reason_problem
from feedback.surveys.models import Survey
from feedback.web.forms import Form, FormReader
from feedback.web.page import redirect
from feedback.wording import channel_name

Act = Literal["exclude", "restore"]


@get("/surveys/{survey_id:uuid}/bursts", needs="viewer")
async def burst_list(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Template:
    return await _page(visit, survey_id, Form({"reason": ""}, {}))


@post("/surveys/{survey_id:uuid}/bursts", needs="editor")
async def review_bursts(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Answer:
    act: Act = "restore" if await visit.act("exclude") == "restore" else "exclude"
    form = FormReader(await visit.sent())
    origins = _origins(form.all("burst"))
    reason = form.typed("reason", strip=True)
    if not origins:
        form.fail("burst", _("Choose at least one burst."))
    if problem := reason_problem(reason):
        form.fail("reason", problem)
    if form.errors:
        return await _page(visit, survey_id, form.result(None), origins)
    async with visit.read() as session:
        await visit.need(session, Survey, survey_id)
    n = await change_bursts(
        visit.database,
        visit.workspace.id,
        survey_id,
        origins,
        act,
        reason=reason,
        user_id=visit.viewer.user.id,
        now=clock.now(),
    )
    return redirect(f"/surveys/{survey_id}/bursts", _said(act, n))


def _said(act: Act, n: int) -> str:
    if act == "exclude":
        said = ngettext(
            "%(n)s answer taken out of the scores.", "%(n)s answers taken out of the scores.", n
        )
    else:
        said = ngettext("%(n)s answer restored.", "%(n)s answers restored.", n)
    return said % {"n": n}


async def _page(
    visit: Visit, survey_id: UUID, form: Form[None], chosen: Collection[bytes] = ()
) -> Template:
    async with visit.read() as session:
        survey = await session.get(Survey, (visit.workspace.id, survey_id))
        if survey is None:
            raise not_found()
        bursts = await load_bursts(session, visit.workspace.id, survey_id)
    return visit.page(
        "responses/bursts.html",
        form,
        survey=survey,
        bursts=bursts,
        chosen=chosen,
        channel_name=channel_name,
        many=MANY,
        minutes=int(WINDOW_SECONDS // 60),
    )


def _origins(values: list[str]) -> set[bytes]:
    found = set()
    for value in values:
        try:
            found.add(bytes.fromhex(value))
        except ValueError:
            continue
    return found


signed_in_handlers = [burst_list, review_bursts]
