"""Who is looking, and whether a form really comes from our own page."""

import hmac
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from litestar import Request
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import QueryParameter
from sqlmodel import col

from feedback import clock
from feedback.accounts.models import Membership, Session, User, Workspace
from feedback.accounts.sessions import cookie_name, csrf_token, token_hash
from feedback.db import Database
from feedback.filters import read_filters
from feedback.i18n import set_locale
from feedback.memory import memory

AnyRequest = Request[Any, Any, Any]


# Each may use what those before it may; the last three are the roles of a membership.
NEEDS = ("nobody", "viewer", "editor", "owner")


class NotSignedInError(Exception):
    """The page needs somebody; the handler in app.py leads to the sign-in page."""


class NoWorkspaceError(Exception):
    """Somebody whom no workspace has as a member (any more); the handler in app.py says so."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in, where, and what they may do there."""

    user: User
    workspace: Workspace
    role: str
    has_comments: bool = False

    @property
    def may_edit(self) -> bool:
        return self.may("editor")

    def may(self, needs: str) -> bool:
        """Whether a route that needs this is for them; none is that says nothing known."""
        return needs in NEEDS and NEEDS.index(self.role) >= NEEDS.index(needs)


async def require_viewer(request: AnyRequest) -> None:
    """Before every signed-in page: find the viewer, speak their language, check their form, and
    whether the route is for them."""
    state = request.app.state
    token = request.cookies.get(cookie_name(state.settings.base_url))
    viewer = await find_viewer(state.database, token) if token else None
    if viewer is None or token is None:
        raise NotSignedInError
    set_locale(viewer.user.language or viewer.workspace.language)
    request.state.viewer = viewer
    request.state.csrf_token = csrf_token(state.key, token)
    if request.method not in ("GET", "HEAD"):
        require_own_origin(request)
        await _require_csrf_token(request)
    if not viewer.may(request.route_handler.opt.get("needs", "")):
        raise PermissionDeniedException
    _refuse_unasked(request)


def _refuse_unasked(request: AnyRequest) -> None:
    """No name of an address is silently ignored: a handler that reads filters (`filters=True`)
    refuses others itself; each other has the parameters it declares, and what it `asks`."""
    handler = request.route_handler
    if handler.opt.get("filters") or not request.query_params:
        return
    declared = handler.parsed_fn_signature.parameters.items()
    names = [name for name, field in declared if isinstance(field.kwarg_definition, QueryParameter)]
    read_filters(request.query_params.multi_items(), [*names, *handler.opt.get("asks", ())])


async def find_viewer(database: Database, token: str) -> Viewer | None:
    """The viewer of a session token; None when it is unknown, ended or expired.

    Raises NoWorkspaceError when they are no member of its workspace any more.
    """
    asked = {"token_hash": token_hash(token), "now": clock.now()}
    for found in await database.glance(_signed_in(), asked):
        if found.role is None:
            raise NoWorkspaceError
        return memory.keep(("viewer", *found), partial(_viewer, found))
    return None


def _viewer(found: Any) -> Viewer:
    own = (found.user_id, found.email, found.own_language, found.joined_at)
    user = User(**dict(zip(("id", "email", "language", "created_at"), own, strict=True)))
    workspace = Workspace.model_validate(found._mapping)
    return Viewer(user, workspace, found.role, bool(found.has_comments))


@cache
def _signed_in() -> Any:
    # Read off the metadata: the room of comments stands far above this one.
    comment = Workspace.metadata.tables["comment"]
    own = sa.select(comment.c.number).where(comment.c.workspace_id == col(Workspace.id)).limit(1)
    return (
        sa.select(
            col(User.id).label("user_id"),
            col(User.email),
            col(User.language).label("own_language"),
            col(User.created_at).label("joined_at"),
            *sa.inspect(Workspace).local_table.c,
            col(Membership.role),
            sa.exists(own).label("has_comments"),
        )
        .join(Session, col(Session.user_id) == User.id)
        .join(Workspace, col(Workspace.id) == Session.workspace_id)
        .outerjoin(
            Membership,
            sa.and_(
                col(Membership.user_id) == User.id,
                col(Membership.workspace_id) == Workspace.id,
            ),
        )
        .where(
            col(Session.token_hash) == sa.bindparam("token_hash"),
            col(Session.expires_at) > sa.bindparam("now"),
        )
    )


async def provide_viewer(request: AnyRequest) -> Viewer:
    viewer: Viewer = request.state.viewer
    return viewer


def require_own_origin(request: AnyRequest) -> None:
    """Refuse a form that another site sent. Browsers set Origin on every POST.

    The same host by http is another site where the public address is https.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in ("same-origin", "none") or (origin and not _is_ours(request, origin)):
        raise PermissionDeniedException


def _is_ours(request: AnyRequest, origin: str) -> bool:
    given = urlsplit(origin)
    public = urlsplit(request.app.state.settings.base_url or "")
    if given.netloc == public.netloc:
        return given.scheme == public.scheme
    # By another name of ours; a proxy may have taken its https off.
    is_encrypted = given.scheme == "https" or request.url.scheme == "http"
    return given.netloc == request.headers.get("Host", "") and is_encrypted


async def _require_csrf_token(request: AnyRequest) -> None:
    sent = request.headers.get("X-CSRF-Token")
    if sent is None:
        sent = (await request.form()).get("_csrf_token")
    if not isinstance(sent, str) or not hmac.compare_digest(
        sent.encode(), request.state.csrf_token.encode()
    ):
        raise PermissionDeniedException


def not_found() -> NotFoundException:
    """Somebody else's thing and no such thing look the same."""
    return NotFoundException()
