"""Whose answers are to be handed over: found as those that are to be erased are."""

import contextlib
import uuid
from collections.abc import Collection, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.erasure.people import keys_of, names_in, person_of_answer
from feedback.responses.models import Response

# Answers, and the keyed hashes of all names of the person who gave them.
Whole = tuple[Sequence[uuid.UUID], Sequence[bytes]]


async def answers_beside(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID
) -> Whole:
    """An answer with all others of the same person, alone where nobody is named; nothing where
    there is no such answer."""
    keys = await person_of_answer(session, workspace_id, response_id)
    if keys:
        return await _under(session, workspace_id, keys)
    is_there = await session.get(Response, (workspace_id, response_id)) is not None
    return ([response_id] if is_there else []), []


async def find_whole(
    session: AsyncSession, workspace_id: uuid.UUID, secret: bytes, text: str
) -> dict[str, Whole]:
    """By what a text names (`response`, `address`, `id`), where anything is stored of that.

    secret: the server's own.
    """
    found: dict[str, Whole] = {}
    with contextlib.suppress(ValueError):
        found["response"] = await answers_beside(session, workspace_id, uuid.UUID(text))
    for what, name in names_in(secret, workspace_id, text).items():
        keys = await keys_of(session, workspace_id, name)
        found[what] = await _under(session, workspace_id, keys)
    return {what: whole for what, whole in found.items() if whole[0]}


async def _under(session: AsyncSession, workspace_id: uuid.UUID, keys: Collection[bytes]) -> Whole:
    listed = sorted(keys)
    wanted = select(Response.id).where(
        Response.workspace_id == workspace_id, col(Response.respondent_key).in_(listed)
    )
    return (await session.exec(wanted)).all(), listed
