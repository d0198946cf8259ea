"""The reader's language, and the settings of the workspace."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlmodel import col, delete

from feedback import clock
from feedback.accounts.models import Membership, Session, User, Workspace
from feedback.accounts.schemas import read_workspace
from feedback.accounts.sessions import open_session, session_cookie
from feedback.accounts.visit import Answer, Visit
from feedback.i18n import LOCALES
from feedback.i18n import gettext as _
from feedback.identity import identity_secret
from feedback.settings import Settings
from feedback.web.forms import Form
from feedback.web.page import local_path, redirect


@post("/language", needs="viewer")
async def choose_language(visit: NamedDependency[Visit]) -> Redirect:
    data = await visit.sent()
    language = str(data.get("language", ""))
    async with visit.write() as session:
        user = await session.get_one(User, visit.viewer.user.id)
        user.language = language if language in LOCALES else None
    return redirect(local_path(str(data.get("next", "/"))))


@get("/settings", needs="viewer")
async def settings_page(visit: NamedDependency[Visit]) -> Template:
    values = {"name": visit.workspace.name, "language": visit.workspace.language}
    return await _settings_form(visit, Form(values, {}))


@post("/settings", needs="editor")
async def save_settings(visit: NamedDependency[Visit]) -> Answer:
    form = read_workspace(await visit.sent())
    if form.errors:
        return await _settings_form(visit, form)
    async with visit.write() as session:
        workspace = await session.get_one(Workspace, visit.workspace.id)
        workspace.name = form.values["name"]
        workspace.language = form.values["language"]
    return redirect("/settings", _("Saved."))


@post("/settings/sign-out-others", needs="viewer")
async def sign_out_others(
    visit: NamedDependency[Visit], settings: NamedDependency[Settings]
) -> Redirect:
    async with visit.write() as session:
        await session.exec(delete(Session).where(col(Session.user_id) == visit.viewer.user.id))
        token = await open_session(
            session,
            visit.viewer.user.id,
            visit.workspace.id,
            clock.now(),
            user_agent=visit.request.headers.get("User-Agent", ""),
        )
    answer = redirect("/settings", _("Every other browser is signed out."))
    answer.cookies = [*answer.cookies, session_cookie(token, settings.base_url)]
    return answer


async def _settings_form(visit: Visit, form: Form[None]) -> Template:
    asked = {"user": visit.viewer.user.id, "now": clock.now()}
    return visit.page(
        "accounts/settings.html",
        form,
        browsers=await visit.database.glance(_browsers(), asked),
        members=await visit.database.glance(_members(), {"workspace": visit.workspace.id}),
        last_backup=visit.request.app.state.last_backup() if visit.viewer.may("owner") else None,
        jumps=await visit.request.app.state.watch.has_jumped(),
        languages=list(LOCALES.items()),
        proxy=visit.request.app.state.limits.unnamed_proxy,
        secret=identity_secret(visit.request.app.state.key, visit.workspace.id),
    )


@cache
def _browsers() -> Any:
    return (
        sa.select(col(Session.user_agent), col(Session.created_at))
        .where(
            col(Session.user_id) == sa.bindparam("user"),
            col(Session.expires_at) > sa.bindparam("now"),
        )
        .order_by(col(Session.created_at).desc())
    )


@cache
def _members() -> Any:
    return (
        sa.select(col(User.email), col(Membership.role))
        .join(Membership, col(Membership.user_id) == col(User.id))
        .where(col(Membership.workspace_id) == sa.bindparam("workspace"))
        .order_by(col(User.email))
    )


signed_in_handlers = [choose_language, settings_page, save_settings, sign_out_others]
