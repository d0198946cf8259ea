"""Sign in, sign out."""

import logging
from typing import Any, NamedTuple

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts import setup_routes
from feedback.accounts.entering import enter, require_workspace, sign_in_with
from feedback.accounts.guards import require_own_origin
from feedback.accounts.passwords import BusyError
from feedback.accounts.schemas import too_long
from feedback.accounts.sessions import cookie_name, end_session, session_cookie
from feedback.accounts.setup import has_users
from feedback.accounts.setup_routes import (
    BUSY_SECONDS,
    browser_of,
    go_in,
    link_and_user,
    link_over,
)
from feedback.accounts.tries import TooManyTriesError
from feedback.db import Database
from feedback.i18n import LOCALES, best_locale, ngettext, set_locale
from feedback.i18n import gettext as _
from feedback.settings import Settings
from feedback.web.page import local_path, page, redirect

log = logging.getLogger(__name__)


class _Typed(NamedTuple):
    email: str
    next: str


async def use_browser_language(request: Request[Any, Any, Any]) -> None:
    """Before every page that knows nobody yet."""
    accepted = request.headers.get("Accept-Language", "")
    set_locale(request.query_params.get("lang") or best_locale(accepted, list(LOCALES), "en"))


@get("/sign-in", needs="nobody")
async def sign_in_page(
    request: HTMXRequest, database: NamedDependency[Database], next: FromQuery[str] = "/"
) -> Template:
    async with database.read() as session:
        is_new = not await has_users(session)
    return _sign_in_form(request, _Typed("", next), is_new=is_new)


@post("/sign-in", needs="nobody")
async def sign_in(
    request: HTMXRequest, database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Template | Redirect:
    require_own_origin(request)
    data = await request.form()
    email = str(data.get("email", "")).strip().lower()
    password = str(data.get("password", ""))
    typed = _Typed(email, local_path(str(data.get("next", "/"))))
    if error := too_long(password):
        return _sign_in_form(request, typed, error=error)
    try:
        token = await sign_in_with(
            database,
            request.app.state.key,
            browser_of(request, settings),
            email=email,
            password=password,
            now=clock.now(),
        )
    except TooManyTriesError as many:
        log.warning("a sign-in was refused: too many tries", extra={"status": 429})
        return _wait(request, typed, _later(many.retry_seconds), 429, many.retry_seconds)
    except BusyError:
        error = _("Many people sign in right now. Try again in a few seconds.")
        return _wait(request, typed, error, 503, BUSY_SECONDS)
    if token is None:
        log.warning("a sign-in failed", extra={"status": 422})  # nothing of who tried
        error = _("This e-mail and password do not belong together.")
        return _sign_in_form(request, typed, error=error)
    return go_in(settings, token, typed.next)


@get("/sign-in/{token:str}", needs="nobody")
async def sign_in_by_link(
    request: HTMXRequest,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    token: FromPath[str],
    next: FromQuery[str] = "/",
) -> Template | Redirect:
    link, user = await link_and_user(database, token)
    if link is None or user is None or link.kind != "demo":
        return link_over(request)
    async with database.write() as session:
        found = await enter(session, user.id, browser_of(request, settings), clock.now())
    return go_in(settings, require_workspace(found), local_path(next))


@post("/sign-out", needs="viewer")
async def sign_out(
    request: HTMXRequest, database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Redirect:
    token = request.cookies[cookie_name(settings.base_url)]
    async with database.write() as session:
        await end_session(session, token)
    answer = redirect("/sign-in")
    answer.cookies = [session_cookie("", settings.base_url)]
    return answer


def _later(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many tries. Try again in %(n)s minute; a link that an administrator makes lets "
        "you in at once.",
        "Too many tries. Try again in %(n)s minutes; a link that an administrator makes lets "
        "you in at once.",
        minutes,
    ) % {"n": minutes}


def _wait(request: HTMXRequest, typed: _Typed, error: str, status: int, seconds: int) -> Template:
    answer = _sign_in_form(request, typed, error=error, status=status)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _sign_in_form(
    request: HTMXRequest,
    typed: _Typed,
    *,
    error: str = "",
    is_new: bool = False,
    status: int = 422,
) -> Template:
    return page(
        request,
        "accounts/sign_in.html",
        status=status if error else 200,
        next=local_path(typed.next),
        email=typed.email,
        error=error,
        is_new=is_new,
    )


public_handlers = [sign_in_page, sign_in, sign_in_by_link, *setup_routes.public_handlers]
signed_in_handlers = [sign_out]
