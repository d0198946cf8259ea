"""Every page that people of the team open, wired together. `app` takes them in."""

from litestar import Router, get
from litestar.di import Provide
from litestar.response import Redirect

import feedback.models  # noqa: F401 (what is erased is read off all the tables)
from feedback.accounts import routes as accounts
from feedback.accounts import settings_routes as account_settings
from feedback.accounts.guards import provide_viewer, require_viewer
from feedback.accounts.visit import provide_visit
from feedback.actions import handlers as actions
from feedback.board import routes as board
from feedback.clocks import routes as clocks
from feedback.comments import acts, tag_pages
from feedback.comments import marks as comment_marks
from feedback.comments import one as one_comment
from feedback.comments import page as comments
from feedback.comments import search as comment_search
from feedback.comments import tags as comment_tags
from feedback.comments import words_page as words
from feedback.comments.of_team import of_team
from feedback.comparisons import routes as comparisons
from feedback.dashboards import pictures
from feedback.dashboards import routes as dashboards
from feedback.dashboards.map import files as map_files
from feedback.dashboards.map import routes as journey_map
from feedback.demo import routes as demo
from feedback.disclosure import routes as disclosure
from feedback.editor.journeys import handlers as journeys
from feedback.editor.surveys import handlers as surveys
from feedback.empathy import routes as empathy
from feedback.erasure import mask_routes
from feedback.erasure import routes as erasure
from feedback.priorities import routes as priorities
from feedback.privacy import routes as privacy
from feedback.readings.rated import count_rated
from feedback.responses import routes as responses
from feedback.responses.bursts import routes as bursts
from feedback.responses.handed import count_by, narrow_by, tell_by
from feedback.settings import Settings
from feedback.web.page import security_headers


# Litestar reads the annotations of handlers at start: in routes.py nothing that a signature names
# may be imported under `if TYPE_CHECKING`.
def all_pages(settings: Settings) -> Router:
    count_by(count_rated)
    narrow_by("q", comment_search.narrow)
    narrow_by("tag", comment_tags.narrowed)
    narrow_by("mark", comment_marks.narrowed)
    tell_by(of_team)
    return Router("/", route_handlers=[_public_pages(), _signed_in_pages(settings)])


def _public_pages() -> Router:
    return Router(
        "/",
        route_handlers=[
            *accounts.public_handlers,
            *surveys.public_handlers,
            *comparisons.public_handlers,
            *privacy.public_handlers,
        ],
        before_request=accounts.use_browser_language,
        response_headers=security_headers(),
    )


def _signed_in_pages(settings: Settings) -> Router:
    return Router(
        "/",
        route_handlers=[
            home,
            *board.signed_in_handlers,
            *dashboards.signed_in_handlers,
            *pictures.signed_in_handlers,
            *journey_map.signed_in_handlers,
            *map_files.signed_in_handlers,
            *priorities.signed_in_handlers,
            *comparisons.signed_in_handlers,
            *actions.handlers,
            *journeys.handlers,
            *empathy.handlers,
            *surveys.handlers,
            *responses.signed_in_handlers,
            *bursts.signed_in_handlers,
            *comments.signed_in_handlers,
            *one_comment.signed_in_handlers,
            *words.signed_in_handlers,
            *acts.signed_in_handlers,
            *tag_pages.signed_in_handlers,
            *erasure.signed_in_handlers,
            *mask_routes.signed_in_handlers,
            *disclosure.signed_in_handlers,
            *accounts.signed_in_handlers,
            *account_settings.signed_in_handlers,
            *clocks.handlers,
            *privacy.signed_in_handlers,
            *(demo.handlers if settings.demo else ()),
        ],
        before_request=require_viewer,
        dependencies={"viewer": Provide(provide_viewer), "visit": Provide(provide_visit)},
        # The demo shows the board beside a shop, in a frame of our own.
        response_headers=security_headers(framed_by="'self'" if settings.demo else "'none'"),
    )


@get("/", needs="viewer")
async def home() -> Redirect:
    return Redirect("/board", status_code=303)
