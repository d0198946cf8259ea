"""Words that were masked stay so when a backup of before comes back.

The ledger's file says of each masking where in the comment the words stood, never what they were.
Replayed, they are masked again; where the restored comment is another text than was masked, all of
it goes: which of its words were meant nobody can tell.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import new_id
from feedback.erasure import file
from feedback.erasure.erase import record
from feedback.erasure.file import Masked
from feedback.responses.masking.frozen import was_masked
from feedback.responses.masking.mask import Choice, mask_comment, name_of, note_masked
from feedback.responses.masking.suggest import Span
from feedback.responses.masking.words import masked
from feedback.responses.models import Response


def masked_key(workspace_id: uuid.UUID, response_id: uuid.UUID) -> bytes:
    """What stands for an answer in the ledger once words of it were masked: not what would stand
    for it if it were erased."""
    hashed = workspace_id.bytes + response_id.bytes
    return blake2b(hashed, digest_size=16, person=b"masked").digest()


async def mask_for_good(
    session: AsyncSession,
    response: Response,
    choice: Choice,
    *,
    folder: Path,
    user_id: uuid.UUID,
    now: datetime,
) -> None:
    """`mask_comment`, with its line in the ledgers, in the caller's transaction, which is to be
    committed at once. Raises MaskingError; FeedbackError when the line cannot be written."""
    before = response.comment or ""
    spans = mask_comment(session, response, choice, user_id=user_id, now=now)
    places = [(span.start, span.end) for span in spans]
    key = masked_key(response.workspace_id, response.id).hex()
    said = {key: Masked(_check(before), places, user_id)}
    entry = file.Entry(new_id(), response.workspace_id, now, masked=said)
    await record(session, entry)
    await session.flush()
    file.append(folder, [entry])  # last: whatever fails before it leaves nothing behind


async def mask_again(
    session: AsyncSession, entry: file.Entry, ids: Mapping[str, uuid.UUID]
) -> None:
    """Mask what a restored database holds unmasked; the answers by `masked_key`, hexadecimal."""
    for key, each in entry.masked.items():
        if key not in ids:
            continue
        which = (entry.workspace, ids[key])
        response = await session.get(Response, which, with_for_update=True)
        if response is None or response.comment is None:
            continue
        # The line of an attempt that was given up after it was written, and then made again.
        if await was_masked(session, *which, since=entry.erased_at):
            continue
        text, spans = response.comment, [Span(*place) for place in each.places]
        is_same = bool(spans) and _check(text) == each.check
        response.comment = masked(text, spans) if is_same else None
        note_masked(session, response, spans if is_same else [], each.by, entry.erased_at)


def _check(text: str) -> str:
    """Enough to tell that it is the same text, too little to find out which."""
    return f"{len(text)}:{name_of(text)[:4]}"
