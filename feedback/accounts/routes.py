"""Set up, sign in, sign out."""

from typing import Any
from zoneinfo import available_timezones

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.guards import require_own_origin
from feedback.accounts.models import Membership, SetupLink, User, Workspace
from feedback.accounts.passwords import hash_password, is_password
from feedback.accounts.schemas import read_setup
from feedback.accounts.sessions import (
    cookie_name,
    end_session,
    open_session,
    session_cookie,
)
from feedback.accounts.setup import add_member, create_workspace, find_link, has_users
from feedback.db import Database
from feedback.i18n import LOCALES, best_locale, set_locale
from feedback.i18n import gettext as _
from feedback.settings import Settings
from feedback.web.forms import Form
from feedback.web.page import local_path, page, redirect


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
    return _sign_in_form(request, next=next, email="", error="", is_new=is_new)


@post("/sign-in", needs="nobody")
async def sign_in(
    request: HTMXRequest, database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Template | Redirect:
    require_own_origin(request)
    data = await request.form()
    email = str(data.get("email", "")).strip().lower()
    next_path = local_path(str(data.get("next", "/")))
    async with database.read() as session:
        user = (await session.exec(select(User).where(User.email == email))).first()
    if not await is_password(str(data.get("password", "")), user.password_hash if user else None):
        error = _("This e-mail and password do not belong together.")
        return _sign_in_form(request, next=next_path, email=email, error=error, is_new=False)
    assert user is not None
    return await _enter(request, database, settings, user, next_path)


@get("/sign-in/{token:str}", needs="nobody")
async def sign_in_by_link(
    request: HTMXRequest,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    token: FromPath[str],
    next: FromQuery[str] = "/",
) -> Template | Redirect:
    link, user = await _link_and_user(database, token)
    if link is None or user is None or link.kind != "demo":
        return _link_over(request)
    return await _enter(request, database, settings, user, local_path(next))


@get("/setup/{token:str}", needs="nobody")
async def setup_page(
    request: HTMXRequest, database: NamedDependency[Database], token: FromPath[str]
) -> Template:
    link, user = await _link_and_user(database, token)
    if link is None or link.kind == "demo":
        return _link_over(request)
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
    link, user = await _link_and_user(database, token)
    if link is None or link.kind == "demo":
        return _link_over(request)
    workspace = await _only_workspace(database)
    form = read_setup(
        await request.form(), with_workspace=workspace is None, with_email=user is None
    )
    if form.errors:
        return _setup_form(request, form, user=user, workspace=workspace)
    owner = await _store_setup(database, link, form, user=user, workspace=workspace)
    return await _enter(request, database, settings, owner, "/")


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


async def _enter(
    request: HTMXRequest, database: Database, settings: Settings, user: User, next_path: str
) -> Redirect:
    """Sign this user in under a new session id and go on."""
    async with database.write() as session:
        workspace_id = (
            await session.exec(
                select(Membership.workspace_id).where(Membership.user_id == user.id).limit(1)
            )
        ).one()
        token = await open_session(
            session,
            user.id,
            workspace_id,
            clock.now(),
            user_agent=request.headers.get("User-Agent", ""),
            replacing=request.cookies.get(cookie_name(settings.base_url)),
        )
    answer = redirect(next_path)
    answer.cookies = [session_cookie(token, settings.base_url)]
    return answer


async def _store_setup(
    database: Database,
    link: SetupLink,
    form: Form[None],
    *,
    user: User | None,
    workspace: Workspace | None,
) -> User:
    now, values = clock.now(), form.values
    password_hash = await hash_password(values["password"])
    async with database.write() as session:
        await session.delete(await session.get_one(SetupLink, link.token_hash))
        if user is not None:
            user.password_hash = password_hash
            return await session.merge(user)
        if workspace is None:
            workspace = await create_workspace(
                session,
                key="default",
                name=values["name"],
                time_zone=values["time_zone"],
                language=values["language"],
                now=now,
            )
        return await add_member(
            session,
            workspace,
            values["email"],
            role="owner",
            now=now,
            password_hash=password_hash,
        )


async def _link_and_user(database: Database, token: str) -> tuple[SetupLink | None, User | None]:
    async with database.read() as session:
        link = await find_link(session, token, clock.now())
        user = await session.get(User, link.user_id) if link and link.user_id else None
    return link, user


async def _only_workspace(database: Database) -> Workspace | None:
    async with database.read() as session:
        return (await session.exec(select(Workspace).order_by(col(Workspace.id)).limit(1))).first()


def _sign_in_form(
    request: HTMXRequest, *, next: str, email: str, error: str, is_new: bool
) -> Template:
    return page(
        request,
        "accounts/sign_in.html",
        status=422 if error else 200,
        next=local_path(next),
        email=email,
        error=error,
        is_new=is_new,
    )


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


def _link_over(request: HTMXRequest) -> Template:
    return page(request, "accounts/link_over.html", status=404)


public_handlers = [sign_in_page, sign_in, sign_in_by_link, setup_page, set_up]
signed_in_handlers = [sign_out]
