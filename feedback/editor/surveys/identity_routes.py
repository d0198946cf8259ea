"""The switch on a survey's page: answers that name a person must be signed."""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect

from feedback.accounts.guards import Viewer
from feedback.db import Database
from feedback.editor.surveys.routes import lock_survey
from feedback.i18n import gettext as _
from feedback.web.forms import FormReader
from feedback.web.page import redirect


@post("/surveys/{survey_id:uuid}/signature", needs="editor")
async def change_signature(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    survey_id: FromPath[UUID],
) -> Redirect:
    is_wanted = FormReader(await request.form()).flag("needs_signature")
    async with database.write() as session:
        survey = await lock_survey(session, viewer, survey_id)
        survey.needs_signature = is_wanted
    return redirect(f"/surveys/{survey_id}", _("Saved."))


handlers = [change_signature]
