"""The survey as its widget shows it, alone in a page that the share page frames."""

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from feedback.accounts.visit import Visit
from feedback.editor.surveys.queries import site_keys
from feedback.editor.surveys.routes import need_survey
from feedback.i18n import current_locale
from feedback.surveys.languages import choose_language
from feedback.web.page import security_headers

# Nothing but our own scripts, which style the widget themselves; the frame is a survey's own page.
POLICY = (
    "default-src 'none'; script-src {ours}; connect-src {ours}; frame-src {ours}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@get("/surveys/{survey_id:uuid}/share/preview.html", needs="viewer")
async def widget_preview(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Template:
    """The real widget in test mode: it asks whatever the rules say, in the reader's language."""
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
        [site_key, *_rest] = await site_keys(session, visit.workspace.id)
    question = place.question
    languages = list(question.texts)
    # A frame without an origin of its own has no 'self': the address is named too.
    ours = f"'self' {str(visit.request.base_url).rstrip('/')}"
    return visit.page(
        "surveys/widget_preview.html",
        headers=security_headers() | {"Content-Security-Policy": POLICY.format(ours=ours)},
        survey=place.survey,
        site_key=site_key,
        language=choose_language([current_locale()], languages, question.default_language),
        is_inline=(place.survey.look or {}).get("place") == "inline",
    )
