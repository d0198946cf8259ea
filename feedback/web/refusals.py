"""When a page cannot be shown: a page that says what happened and what to do."""

import json
from pathlib import PurePosixPath
from typing import Any

from litestar import MediaType, Request, Response
from litestar.response import Redirect

from feedback import i18n
from feedback.crossing import is_crossed
from feedback.db import is_away, is_unreadable
from feedback.filters import FilterError
from feedback.i18n import gettext as _
from feedback.web.again import note_crossed
from feedback.web.page import security_headers

AnyRequest = Request[Any, Any, Any]

RETRY_SECONDS = 5


def refuse_filter(request: AnyRequest, error: FilterError) -> Response[Any]:
    """Which filter of the address cannot be read, and why: a page; for a file RFC 9457."""
    if PurePosixPath(request.url.path).suffix in ("", ".html"):
        return _say(request, 422, _("This cannot be asked here"), str(error))
    problem = {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": str(error),
        "filter": error.name,
    }
    # What a handler raises, Litestar answers without the headers that its router gives.
    given = request.route_handler.resolve_response_headers()
    return Response(
        json.dumps(problem, ensure_ascii=False),
        status_code=422,
        media_type="application/problem+json",
        headers={header.name: str(header.value) for header in given},
    )


def ask_to_sign_in(request: AnyRequest, _error: Exception) -> Response[Any]:
    """Lead to the sign-in page and back again; htmx is told to load it whole."""
    if "HX-Request" in request.headers:
        return Response(None, status_code=401, headers={"HX-Redirect": "/sign-in"})
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Redirect("/sign-in", status_code=303, query_params={"next": path})


def say_problem(request: AnyRequest, error: Exception) -> Response[Any]:
    """The status with a sentence in the reader's language; plain text for htmx."""
    _speak(request)
    status = _status(error)
    if is_crossed(error):
        note_crossed(request.scope)
    return _say(request, status, *_words(status))


def say_no_workspace(request: AnyRequest, _error: Exception) -> Response[Any]:
    """Whoever was a member when they signed in, or never was, is told; not led round in circles."""
    _speak(request)
    text = _(
        "You belong to no workspace here, or not any more. Ask whoever runs this server to add "
        "you again with: feedback user add E-MAIL. Or sign in with another e-mail."
    )
    return _say(request, 403, _("No workspace"), text, href="/sign-in", link=_("Sign in"))


def _speak(request: AnyRequest) -> None:
    if "viewer" not in request.scope.get("state", {}):
        accepted = request.headers.get("Accept-Language", "")
        i18n.set_locale(i18n.best_locale(accepted, list(i18n.LOCALES), i18n.DEFAULT))


def _say(
    request: AnyRequest, status: int, title: str, text: str, *, href: str = "/", link: str = ""
) -> Response[Any]:
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
    if "HX-Request" in request.headers:
        return Response(text, status_code=status, media_type=MediaType.TEXT, headers=headers)
    engine = request.app.template_engine
    assert engine is not None
    html = engine.get_template("problem.html").render(
        locale=i18n.current_locale(),
        title=title,
        text=text,
        href=href,
        link=link or _("Go to the board"),
    )
    headers |= security_headers()
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)


def _status(error: Exception) -> int:
    if is_away(error) or is_crossed(error):
        return 503
    if is_unreadable(error):
        return 400
    return getattr(error, "status_code", 500)


def _words(status: int) -> tuple[str, str]:
    if status in (404, 405):
        return _("There is nothing here"), _("The address is wrong, or what was here is gone.")
    if status == 403:
        return _("Not allowed"), _(
            "Your role does not allow this, or the page was open for too long. "
            "Load it again and retry."
        )
    if status == 413:
        return _("Too much at once"), _("What was sent is larger than this page takes.")
    if status == 400:
        return _("This cannot be read"), _(
            "Load the page again, and leave out what cannot be seen."
        )
    if status == 408:
        return _("That took too long"), _("What was sent did not arrive in time. Send it again.")
    if status == 503:
        return _("The database does not answer"), _("Load the page again in a moment.")
    return _("This did not work"), _(
        "Load the page again. If it stays like this, tell whoever runs this server."
    )
