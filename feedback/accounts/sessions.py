"""Signed-in browsers: a random token in a cookie, its hash in the table."""

import hashlib
import hmac
import secrets
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Session

if TYPE_CHECKING:
    from litestar.datastructures import Cookie

LIFETIME = timedelta(days=14)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def open_session(
    session: AsyncSession,
    user_id: uuid.UUID,
    workspace_id: uuid.UUID,
    now: datetime,
    *,
    user_agent: str = "",
    replacing: str | None = None,
) -> str:
    """A new token; the one the browser came with, if any, ends: a planted token stays useless."""
    if replacing:
        await end_session(session, replacing)
    await session.exec(delete(Session).where(col(Session.expires_at) < now))
    token = secrets.token_urlsafe(32)
    session.add(
        Session(
            token_hash=token_hash(token),
            user_id=user_id,
            workspace_id=workspace_id,
            created_at=now,
            expires_at=now + LIFETIME,
            user_agent=browser_family(user_agent),
        )
    )
    return token


async def end_session(session: AsyncSession, token: str) -> None:
    await session.exec(delete(Session).where(col(Session.token_hash) == token_hash(token)))


def csrf_token(key: bytes, token: str) -> str:
    """What a form of this session must carry. It dies with the session."""
    return hmac.new(key, b"csrf:" + token.encode(), "sha256").hexdigest()


def cookie_name(base_url: str | None) -> str:
    """`__Host-` cookies need https; without it a plain name has to do.

    They also belong to the whole host: under a path of somebody's site ours is for that path alone.
    """
    public = urlsplit(base_url or "")
    if public.scheme != "https":
        return "feedback_session"
    return "__Secure-feedback" if public.path else "__Host-feedback"


def session_cookie(token: str, base_url: str | None) -> "Cookie":
    from litestar.datastructures import Cookie  # the web framework, which no command needs

    name = cookie_name(base_url)
    return Cookie(
        name,
        value=token,
        max_age=int(LIFETIME.total_seconds()) if token else 0,
        httponly=True,
        secure=name.startswith("__"),
        samesite="lax",
    )


def browser_family(user_agent: str) -> str:
    """All that is kept of a user agent.

    >>> browser_family("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox'
    """
    for mark, family in (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ):
        if mark in user_agent:
            return family
    return "other"
