"""Coming in: by a password, by a link, and the session that either opens."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.guards import NoWorkspaceError
from feedback.accounts.models import Membership, User
from feedback.accounts.passwords import BusyError, is_password
from feedback.accounts.schemas import EMAIL
from feedback.accounts.sessions import open_session
from feedback.accounts.tries import record_try, take_back
from feedback.db import Database


@dataclass(frozen=True, slots=True)
class Browser:
    """What is known of a browser that wants to come in: `session` is the token it came with."""

    user_agent: str
    session: str | None
    address: str


async def sign_in_with(
    database: Database,
    secret: bytes,
    browser: Browser,
    *,
    email: str,
    password: str,
    now: datetime,
) -> str | None:
    """The token of a new session; None when e-mail and password do not belong together.

    Raises TooManyTriesError before any password is looked at, BusyError when too many wait for
    that (the try is taken back), and NoWorkspaceError.
    """
    async with database.write() as session:
        tried = await record_try(session, secret, email, browser.address, now)
    async with database.read() as session:
        user = await _find(session, email)
    known = user.password_hash if user else None
    try:
        is_right = await is_password(password, known, tried.rank)
    except BusyError:
        async with database.write() as session:
            await take_back(session, tried)
        raise
    if not is_right or user is None:
        return None
    async with database.write() as session:
        # Held: a password that is set now ends the session that is opened here, or is seen here.
        unchanged = select(User).where(User.id == user.id, User.password_hash == known)
        if (await session.exec(unchanged.with_for_update(read=True))).first() is None:
            return None
        await take_back(session, tried)
        token = await enter(session, user.id, browser, now)
    return require_workspace(token)


async def enter(
    session: AsyncSession, user_id: uuid.UUID, browser: Browser, now: datetime
) -> str | None:
    """The token of a new session in place of the browser's; None for who has no workspace."""
    found = await session.exec(
        select(Membership.workspace_id)
        .where(Membership.user_id == user_id)
        .order_by(col(Membership.workspace_id))
        .limit(1)
    )
    workspace_id = found.first()
    if workspace_id is None:
        return None
    return await open_session(
        session,
        user_id,
        workspace_id,
        now,
        user_agent=browser.user_agent,
        replacing=browser.session,
    )


def require_workspace(token: str | None) -> str:
    """The token that `enter` gave, once its transaction is stored. Raises NoWorkspaceError."""
    if token is None:
        raise NoWorkspaceError
    return token


async def _find(session: AsyncSession, email: str) -> User | None:
    # PostgreSQL refuses a NUL and half a character; no account has either.
    if not email.isprintable() or not EMAIL.fullmatch(email):
        return None
    return (await session.exec(select(User).where(User.email == email))).first()
