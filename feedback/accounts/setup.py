"""The first minutes: a link on the console, a workspace, an owner."""

import secrets
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import (
    Membership,
    PublicKey,
    Session,
    SetupLink,
    User,
    Workspace,
)
from feedback.accounts.sessions import token_hash
from feedback.db import new_id

LINK_LIFETIME = timedelta(days=7)
# No 0/O or 1/l: people read these aloud.
KEY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def make_public_key() -> str:
    """A short name for an address, of about 59 random bits."""
    return "".join(secrets.choice(KEY_LETTERS) for _ in range(12))


async def has_users(session: AsyncSession) -> bool:
    return (await session.exec(select(func.count()).select_from(User))).one() > 0


async def has_owner(session: AsyncSession) -> bool:
    """Whether any workspace has one; then no link makes another."""
    owner = select(Membership.user_id).where(Membership.role == "owner").limit(1)
    return (await session.exec(owner)).first() is not None


async def make_link(
    session: AsyncSession, kind: str, now: datetime, user_id: uuid.UUID | None = None
) -> str:
    """The path of a new link. `first` makes workspace and owner, `password` sets one,
    `demo` signs in. Older links of the same kind and user end; what is past its week is gone."""
    await session.exec(delete(SetupLink).where(col(SetupLink.expires_at) <= now))
    who = col(SetupLink.user_id) == user_id if user_id else col(SetupLink.user_id).is_(None)
    await session.exec(delete(SetupLink).where(sa.and_(col(SetupLink.kind) == kind, who)))
    token = secrets.token_urlsafe(24)
    session.add(
        SetupLink(
            token_hash=token_hash(token),
            kind=kind,
            user_id=user_id,
            expires_at=now + LINK_LIFETIME,
        )
    )
    return f"/sign-in/{token}" if kind == "demo" else f"/setup/{token}"


async def find_link(session: AsyncSession, token: str, now: datetime) -> SetupLink | None:
    """The link as it stands, of kind `done` too."""
    link = await session.get(SetupLink, token_hash(token))
    return link if link and link.expires_at > now else None


async def take_link(session: AsyncSession, token: str, now: datetime) -> SetupLink | None:
    """The link that sets a password, to be used in this transaction and by nobody else: of
    several at once one gets it. None when it is over."""
    wanted = select(SetupLink).where(
        SetupLink.token_hash == token_hash(token),
        SetupLink.expires_at > now,
        col(SetupLink.kind).in_(("first", "password")),
    )
    link = (await session.exec(wanted.with_for_update())).first()
    if link is None or (link.kind == "first" and await has_owner(session)):
        return None
    if link.kind == "first":
        link.kind = "done"
    else:
        await session.delete(link)
    await session.flush()
    return link


async def set_password(session: AsyncSession, user: User, password_hash: str) -> None:
    """From now on this password. Every session and every link of the user ends with it."""
    user.password_hash = password_hash
    session.add(user)
    # The row first: who signs in with the old password holds it until that session can be seen.
    await session.flush()
    await session.exec(delete(Session).where(col(Session.user_id) == user.id))
    await session.exec(delete(SetupLink).where(col(SetupLink.user_id) == user.id))


async def create_workspace(
    session: AsyncSession, *, key: str, name: str, time_zone: str, language: str, now: datetime
) -> Workspace:
    """A workspace and its site key."""
    workspace = Workspace(
        key=key, name=name, time_zone=time_zone, language=language, created_at=now
    )
    session.add(workspace)
    await session.flush()
    session.add(
        PublicKey(key=make_public_key(), workspace_id=workspace.id, kind="site", id=workspace.id)
    )
    return workspace


async def add_member(
    session: AsyncSession,
    workspace: Workspace,
    email: str,
    *,
    role: str | None,
    now: datetime,
    password_hash: str | None = None,
) -> User:
    """The user of this e-mail, new or known, as a member with this role.

    role: None leaves a member's as it is, and makes others viewers. A password that is given ends
    what `set_password` ends, an owner the link for the first one.
    """
    email = email.strip().lower()
    user = (await session.exec(select(User).where(User.email == email))).first()
    if user is None:
        user = User(id=new_id(), email=email, created_at=now)
        session.add(user)
        await session.flush()
    if password_hash is not None:
        await set_password(session, user, password_hash)
    before = await session.get(Membership, (workspace.id, user.id))
    role = role or (before.role if before else "viewer")
    await session.merge(Membership(workspace_id=workspace.id, user_id=user.id, role=role))
    if role == "owner":
        await session.flush()
        first = sa.update(SetupLink).where(col(SetupLink.kind) == "first").values(kind="done")
        await session.exec(first)
    return user
