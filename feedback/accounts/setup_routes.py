"""The links of the console: the first owner, a password, and what a link says that is over."""

from typing import Any
from zoneinfo import available_timezones

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.entering import Browser, enter, require_workspace
from feedback.accounts.guards import require_own_origin
from feedback.accounts.models import SetupLink, User, Workspace
from feedback.accounts.passwords import BusyError, hash_password
from feedback.accounts.schemas import read_setup
from feedback.accounts.sessions import cookie_name, session_cookie
from feedback.accounts.setup import (
    add_member,
    create_workspace,
    find_link,
    has_owner,
    set_password,
    take_link,
)
from feedback.db import Database
from feedback.i18n import LOCALES
from feedback.i18n import gettext as _
from feedback.settings import Settings
from feedback.web.address import address_of
from feedback.web.forms import Form
from feedback.web.page import page, redirect

BUSY_SECONDS = 3


@get("/setup/{token:str}", needs="nobody")
async def setup_page(
    request: HTMXRequest, database: NamedDependency[Database], token: FromPath[str]
) -> Template:
    link, user = await link_and_user(database, token)
    if link is None or link.kind not in ("first", "password"):
        return link_over(request, link)
    workspace = await _only_workspace(database)
    zone = workspace.time_zone if workspace else "Europe/Paris"
    values = {"email": "", "name": "", "time_zone": zone, "language": "", "password": ""}
    return _setup_form(request, Form(values, {}), user=user, workspace=workspace)


@post("/setup/{token:str}", needs="nobody")
async def set_up(
    request: HTMXRequest,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    token: FromPath[str],
) -> Template | Redirect:
    require_own_origin(request)
    link, user = await link_and_user(database, token)
    if link is None or link.kind not in ("first", "password"):
        return link_over(request, link)
    workspace = await _only_workspace(database)
    form = read_setup(
        await request.form(), with_workspace=workspace is None, with_email=user is None
    )
    if form.errors:
        return _setup_form(request, form, user=user, workspace=workspace)
    try:
        password_hash = await hash_password(form.values["password"])
    except BusyError:
        return _busy(request, form, user=user, workspace=workspace)
    browser, now = browser_of(request, settings), clock.now()
    async with database.write() as session:
        taken = await take_link(session, token, now)
        owner = await _store(session, taken, form, password_hash) if taken else None
        found = await enter(session, owner.id, browser, now) if owner else None
    if owner is None:  # another post of the same link came first
        link, _user = await link_and_user(database, token)
        return link_over(request, link)
    return go_in(settings, require_workspace(found), "/")


async def _store(
    session: AsyncSession, link: SetupLink, form: Form[None], password_hash: str
) -> User | None:
    """Who has the password now; the first owner comes with a workspace, if there is none."""
    now, values = clock.now(), form.values
    if link.kind == "password":
        user = await session.get(User, link.user_id)
        if user is not None:
            await set_password(session, user, password_hash)
        return user
    workspace = (await session.exec(_FIRST_WORKSPACE)).first()
    if workspace is None:
        workspace = await create_workspace(
            session,
            key="default",
            name=values["name"],
            time_zone=values["time_zone"],
            language=values["language"],
            now=now,
        )
    email = values["email"]
    return await add_member(
        session, workspace, email, role="owner", now=now, password_hash=password_hash
    )


async def link_and_user(database: Database, token: str) -> tuple[SetupLink | None, User | None]:
    """What a link is, if anything: of kind `done` where there is an owner already."""
    async with database.read() as session:
        link = await find_link(session, token, clock.now())
        if link and link.kind == "first" and await has_owner(session):
            link.kind = "done"
        user = await session.get(User, link.user_id) if link and link.user_id else None
    return link, user


def browser_of(request: HTMXRequest, settings: Settings) -> Browser:
    """Where nobody can tell whose address it is, the peer's: a lie in a header helps nobody."""
    peer: Any = request.scope.get("client") or ("",)
    return Browser(
        user_agent=request.headers.get("User-Agent", ""),
        session=request.cookies.get(cookie_name(settings.base_url)),
        address=address_of(request.scope, settings) or str(peer[0]),
    )


def go_in(settings: Settings, token: str, path: str) -> Redirect:
    """On to a page of ours, under this session."""
    answer = redirect(path)
    answer.cookies = [session_cookie(token, settings.base_url)]
    return answer


def link_over(request: HTMXRequest, link: SetupLink | None = None) -> Template:
    """Why a link does nothing any more."""
    is_set_up = link is not None and link.kind == "done"
    return page(request, "accounts/link_over.html", status=404, is_set_up=is_set_up)


_FIRST_WORKSPACE = select(Workspace).order_by(col(Workspace.id)).limit(1)


async def _only_workspace(database: Database) -> Workspace | None:
    async with database.read() as session:
        return (await session.exec(_FIRST_WORKSPACE)).first()


def _busy(request: HTMXRequest, form: Form[None], **shown: Any) -> Template:
    error = _("Many people sign in right now. Try again in a few seconds.")
    answer = _setup_form(request, Form(form.values, {"password": error}), **shown)
    answer.status_code = 503
    answer.headers["Retry-After"] = str(BUSY_SECONDS)
    return answer


def _setup_form(
    request: HTMXRequest, form: Form[None], *, user: User | None, workspace: Workspace | None
) -> Template:
    return page(
        request,
        "accounts/setup.html",
        status=422 if form.errors else 200,
        form=form,
        user=user,
        workspace=workspace,
        zones=_zones(),
        languages=list(LOCALES.items()),
    )


def _zones() -> list[tuple[str, str]]:
    names = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    return [(name, name.replace("_", " ")) for name in names]


public_handlers = [setup_page, set_up]
