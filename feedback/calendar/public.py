"""What customers read of our actions: one sentence in the thank-you of the touchpoint it is about.

It names no colleague and nothing internal: only `public_texts` leaves the team.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date

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
    found = await session.exec(
        select(Action.touchpoint_id, Action.public_texts)
        .where(
            Action.workspace_id == workspace_id,
            col(Action.touchpoint_id).in_(set(touchpoint_ids)),
            Action.kind == "action",
            col(Action.archived_at).is_(None),
            col(Action.done_on) <= today,
        )
        .order_by(col(Action.done_on), col(Action.id))
    )
    newest: dict[uuid.UUID, Sentences] = {}
    for touchpoint_id, texts in found:
        written = {code: text.strip() for code, text in (texts or {}).items() if text.strip()}
        if written and touchpoint_id is not None:
            newest[touchpoint_id] = written
    return newest


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
