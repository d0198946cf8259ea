"""Take words out of a comment for good, and keep who did it and when, without the words."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.i18n import gettext as _
from feedback.responses.masking.suggest import Span
from feedback.responses.masking.words import find_passage, masked, read_spans, says_nothing
from feedback.responses.models import MASKED, Response, ResponseChange


class MaskingError(ValueError):
    """What was asked for cannot be done; the sentence says what can. Nothing is changed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose of a comment: pieces that were ticked, and passages that were typed.

    seen: the name of the comment as it stood on their page. all_of_it: leave nothing.
    """

    seen: str
    ticked: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    all_of_it: bool = False


def name_of(comment: str) -> str:
    """Another one for each text: what was chosen was chosen of this one."""
    return blake2b(comment.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def mask_comment(
    session: AsyncSession, response: Response, choice: Choice, *, user_id: uuid.UUID, now: datetime
) -> list[Span]:
    """Put the mark where the chosen words stand, in the caller's transaction; it holds the row.

    Where they stood; nowhere for all of it. From then on the comment stays as it is, whatever a
    later message of its sender says: see `frozen`. Raises MaskingError.
    """
    text = response.comment or ""
    if not text or choice.seen != name_of(text):
        raise MaskingError(_("The comment has changed meanwhile. Read it again, then choose."))
    spans = [] if choice.all_of_it else _chosen(text, choice)
    response.comment = None if choice.all_of_it else _left(text, spans)
    note_masked(session, response, spans, user_id, now)
    return spans


def note_masked(
    session: AsyncSession,
    response: Response,
    spans: Sequence[Span],
    user_id: uuid.UUID,
    now: datetime,
) -> None:
    """Who did it, when and in how many places; from now on no message changes the comment."""
    response.changed_at = now
    session.add(
        ResponseChange(
            workspace_id=response.workspace_id,
            response_id=response.id,
            user_id=user_id,
            state=MASKED,
            reason=str(len(spans) or ""),
            changed_at=now,
        )
    )


def _chosen(text: str, choice: Choice) -> list[Span]:
    spans = read_spans(choice.ticked, text)
    for passage in choice.typed:
        found = find_passage(text, passage)
        if not found:
            raise MaskingError(_("The comment does not contain: %(words)s") % {"words": passage})
        spans += found
    if not spans:
        raise MaskingError(_("Tick the words to mask, or write them down."))
    return sorted({span[:2]: span for span in spans}.values())


def _left(text: str, spans: list[Span]) -> str:
    left = masked(text, spans)
    if says_nothing(left):
        raise MaskingError(
            _("This would leave nothing. Erase the comment instead, or the whole answer.")
        )
    return left
