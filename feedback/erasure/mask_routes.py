"""The form on the page of an answer that takes words out of its comment."""

import uuid

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from feedback import clock
from feedback.accounts.visit import Answer, Visit
from feedback.erasure.masked import mask_for_good
from feedback.errors import FeedbackError
from feedback.i18n import gettext as _
from feedback.responses.masking.form import read_choice
from feedback.responses.masking.mask import MaskingError
from feedback.responses.models import Response
from feedback.responses.routes import response_page
from feedback.settings import Settings
from feedback.web.page import redirect


@post("/responses/{response_id:uuid}/mask", needs="editor")
async def mask_words(visit: NamedDependency[Visit], response_id: FromPath[uuid.UUID]) -> Answer:
    choice = read_choice(await visit.sent())
    settings: Settings = visit.request.app.state.settings
    try:
        async with visit.write() as session:
            response = await visit.need(session, Response, response_id, lock=True)
            await mask_for_good(
                session,
                response,
                choice,
                folder=settings.backups_folder,
                user_id=visit.viewer.user.id,
                now=clock.now(),
            )
    except MaskingError as error:
        return await response_page(visit, response_id, masking=(choice, str(error)))
    except FeedbackError:  # the list beside the backups
        said = _("Nothing is masked: the server could not write its list of what is erased.")
        return await response_page(visit, response_id, masking=(choice, said))
    said = _("The comment is erased.") if choice.all_of_it else _("The words are masked.")
    return redirect(f"/responses/{response_id}", said)


signed_in_handlers = [mask_words]
