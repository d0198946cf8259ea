"""What customers read of our actions: one sentence in the thank-you of the touchpoint it is about,
and the latest on the page of an answer given there.

It names no colleague and nothing internal: only `public_texts` leaves the team.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.calendar.models import Action

# The sentence of an action in each language it was written in.
Sentences = Mapping[str, str]


async def read_sentences(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    touchpoint_ids: Iterable[uuid.UUID],
    today: date,
) -> dict[uuid.UUID, Sentences]:
    """By touchpoint, the sentences of its newest action that has any.

    Notes, archived actions and those still to come say nothing.
    """
    said = _said(workspace_id, col(Action.touchpoint_id).in_(set(touchpoint_ids)), today)
    newest: dict[uuid.UUID, Sentences] = {}
    for touchpoint_id, _day, texts in await session.exec(said):
        written = _written(texts)
        if written and touchpoint_id is not None:
            newest[touchpoint_id] = written
    return newest


async def read_told(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoint_id: uuid.UUID, today: date
) -> list[tuple[date, Sentences]]:
    """What was done at one touchpoint, as `read_sentences` has it, and when; the newest first."""
    said = _said(workspace_id, col(Action.touchpoint_id) == touchpoint_id, today)
    found = [(day, _written(texts)) for _id, day, texts in await session.exec(said)]
    return [(day, written) for day, written in reversed(found) if written]


def _said(workspace_id: uuid.UUID, where: Any, today: date) -> Any:
    """What may be told of the actions of these touchpoints, in the order they were done."""
    columns: Any = (Action.touchpoint_id, Action.done_on, Action.public_texts)
    return (
        select(*columns)
        .where(
            Action.workspace_id == workspace_id,
            where,
            Action.kind == "action",
            col(Action.archived_at).is_(None),
            col(Action.done_on) <= today,
        )
        .order_by(col(Action.done_on), col(Action.id))
    )


def _written(texts: Mapping[str, str] | None) -> dict[str, str]:
    return {code: text.strip() for code, text in (texts or {}).items() if text.strip()}


def sentence_in(sentences: Sentences, language: str, default: str) -> str:
    """The sentence for a reader of `language`, else in the survey's `default`, else none.

    >>> sentence_in({"en": "Faster.", "fr": "Plus vite."}, "fr-CA", "en")
    'Plus vite.'
    >>> sentence_in({"fr": "Plus vite."}, "de", "en")
    ''
    """
    for wanted in (language, language.split("-")[0], default):
        if wanted in sentences:
            return sentences[wanted]
    return ""
