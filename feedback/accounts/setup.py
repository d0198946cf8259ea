"""The first minutes: a link on the console, a workspace, an owner."""

import secrets
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Membership, PublicKey, SetupLink, User, Workspace
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


async def make_link(
    session: AsyncSession, kind: str, now: datetime, user_id: uuid.UUID | None = None
) -> str:
    """The path of a new link. `first` makes workspace and owner, `password` sets one,
    `demo` signs in. Older links of the same kind and user end."""
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
    link = await session.get(SetupLink, token_hash(token))
    return link if link and link.expires_at > now else None


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
    role: str,
    now: datetime,
    password_hash: str | None = None,
) -> User:
    """The user of this e-mail, new or known, as a member with this role."""
    email = email.strip().lower()
    user = (await session.exec(select(User).where(User.email == email))).first()
    if user is None:
        user = User(id=new_id(), email=email, created_at=now)
    user.password_hash = password_hash or user.password_hash
    session.add(user)
    await session.flush()
    await session.merge(Membership(workspace_id=workspace.id, user_id=user.id, role=role))
    return user
