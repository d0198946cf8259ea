"""The reader's language, and the settings of the workspace."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.guards import Viewer
from feedback.accounts.models import Membership, Session, User, Workspace
from feedback.accounts.schemas import Form, read_workspace
from feedback.accounts.sessions import open_session, session_cookie
from feedback.db import Database
from feedback.i18n import LOCALES
from feedback.i18n import gettext as _
from feedback.identity import identity_secret
from feedback.settings import Settings
from feedback.web.page import local_path, page, redirect


@post("/language", needs="viewer")
async def choose_language(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Redirect:
    data = await request.form()
    language = str(data.get("language", ""))
    async with database.write() as session:
        user = await session.get_one(User, viewer.user.id)
        user.language = language if language in LOCALES else None
    return redirect(local_path(str(data.get("next", "/"))))


@get("/settings", needs="viewer")
async def settings_page(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template:
    values = {"name": viewer.workspace.name, "language": viewer.workspace.language}
    return await _settings_form(request, database, viewer, Form(values))


@post("/settings", needs="editor")
async def save_settings(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Redirect:
    form = read_workspace(await request.form())
    if form.errors:
        return await _settings_form(request, database, viewer, form)
    async with database.write() as session:
        workspace = await session.get_one(Workspace, viewer.workspace.id)
        workspace.name = form.values["name"]
        workspace.language = form.values["language"]
    return redirect("/settings", _("Saved."))


@post("/settings/sign-out-others", needs="viewer")
async def sign_out_others(
    request: HTMXRequest,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
) -> Redirect:
    async with database.write() as session:
        found = await session.exec(select(Session).where(Session.user_id == viewer.user.id))
        for other in found:
            await session.delete(other)
        token = await open_session(
            session,
            viewer.user.id,
            viewer.workspace.id,
            clock.now(),
            user_agent=request.headers.get("User-Agent", ""),
        )
    answer = redirect("/settings", _("Every other browser is signed out."))
    answer.cookies = [*answer.cookies, session_cookie(token, settings.base_url)]
    return answer


async def _settings_form(
    request: HTMXRequest, database: Database, viewer: Viewer, form: Form
) -> Template:
    async with database.read() as session:
        browsers = (
            await session.exec(
                select(Session)
                .where(Session.user_id == viewer.user.id, Session.expires_at > clock.now())
                .order_by(col(Session.created_at).desc())
            )
        ).all()
        members = (
            await session.exec(
                select(User, Membership)
                .join(Membership, col(Membership.user_id) == User.id)
                .where(Membership.workspace_id == viewer.workspace.id)
                .order_by(User.email)
            )
        ).all()
    return page(
        request,
        "accounts/settings.html",
        status=422 if form.errors else 200,
        form=form,
        browsers=browsers,
        members=members,
        languages=list(LOCALES.items()),
        secret=identity_secret(request.app.state.key, viewer.workspace.id),
    )


signed_in_handlers = [choose_language, settings_page, save_settings, sign_out_others]
