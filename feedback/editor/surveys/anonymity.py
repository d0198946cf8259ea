"""The switch that makes a survey anonymous, and the names of the properties it keeps."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.visit import Answer, Visit
from feedback.editor.surveys.archive import is_answered
from feedback.i18n import gettext as _
from feedback.responses.message import MAX_PROPERTIES, MOST_NAME
from feedback.responses.models import Response, Submission
from feedback.surveys.models import Series, Survey
from feedback.web.forms import FormReader, one_line
from feedback.web.page import redirect


@dataclass(frozen=True, slots=True)
class Anonymity:
    """What the switch is to say."""

    is_anonymous: bool
    kept_properties: list[str]


def read_anonymity(data: Any) -> Anonymity | str:
    """The form as sent, or what is wrong with it. Names are set apart by commas or lines."""
    reader = FormReader(data)
    typed = map(one_line, re.split(r"[,;\n]", reader.raw("kept_properties")))
    names = list(dict.fromkeys(name for name in typed if name))
    if len(names) > MAX_PROPERTIES:
        return _("List at most %(n)s properties.") % {"n": MAX_PROPERTIES}
    for name in names:
        if len(name) > MOST_NAME or not name.isprintable():
            return _("“%(name)s” is no name of a property.") % {"name": name[:MOST_NAME]}
    return Anonymity(reader.flag("is_anonymous"), names)


@post("/surveys/{survey_id:uuid}/anonymity", needs="editor")
async def change_anonymity(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Answer:
    """Only before the first answer: what was promised, or was not, holds for all of them."""
    wanted = read_anonymity(await visit.sent())
    path = f"/surveys/{survey_id}"
    if isinstance(wanted, str):
        return redirect(path, wanted, kind="bad")
    async with visit.write() as session:
        survey = await visit.need(session, Survey, survey_id, lock=True)
        if await is_answered(session, survey.workspace_id, [survey.id], with_tests=False):
            return redirect(path, too_late(), kind="bad")
        await change(session, survey, wanted)
    return redirect(path, _("Saved."))


async def change(session: AsyncSession, survey: Survey, wanted: Anonymity) -> None:
    """Turn the switch. Tests that were sent before go: they may name somebody."""
    survey.is_anonymous = wanted.is_anonymous
    survey.kept_properties = wanted.kept_properties if wanted.is_anonymous else None
    lines = select(Series.id).where(
        Series.workspace_id == survey.workspace_id, Series.survey_id == survey.id
    )
    for table, is_its in (
        (Response, col(Response.series_id).in_(lines)),
        (Submission, col(Submission.survey_id) == survey.id),
    ):
        own: Any = table.workspace_id == survey.workspace_id
        await session.exec(delete(table).where(own, is_its))


def too_late() -> str:
    return _(
        "Somebody has answered, so this stays as it is: what was promised to the first holds for "
        "all. Make a new survey instead."
    )
