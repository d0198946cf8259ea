"""Before a workspace publishes its first survey it says what its widget may keep on a device."""

import uuid
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.i18n import gettext as _
from feedback.privacy.models import STORAGES
from feedback.privacy.read import Choice, storage_choice, store_storage

# Sent by a form that puts the question; what comes without it is asked on the share page.
ASKS_STORAGE = "asks_storage"


def left_open(choice: Choice, data: Any) -> str:
    """What to say where a form put the question in vain; else nothing."""
    if choice != "first" or not data.get(ASKS_STORAGE) or data.get("storage") in STORAGES:
        return ""
    return _("Choose first what the widget may keep on a visitor's device. Then publish.")


async def settle_storage(session: AsyncSession, workspace_id: uuid.UUID, data: Any) -> str:
    """Keep the choice that came with a form; what to say where it put the question in vain."""
    storage = data.get("storage", "")
    if storage in STORAGES:
        await store_storage(session, workspace_id, storage)
        return ""
    return left_open(await storage_choice(session, workspace_id), data)
