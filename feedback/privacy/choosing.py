"""Before a workspace publishes its first survey it says what its widget may keep on a device."""

import uuid
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.i18n import gettext as _
from feedback.privacy.models import STORAGES
from feedback.privacy.read import Choice, storage_choice, store_storage


def left_open(choice: Choice, data: Any) -> str:
    """What to say to whoever would publish the first survey without a choice, whatever form they
    sent; else nothing."""
    if choice != "first" or data.get("storage") in STORAGES:
        return ""
    return _("Choose first what the widget may keep on a visitor's device. Then publish.")


async def settle_storage(session: AsyncSession, workspace_id: uuid.UUID, data: Any) -> str:
    """Keep the choice that came with a form; what to say where there is none yet."""
    storage = data.get("storage", "")
    if storage in STORAGES:
        await store_storage(session, workspace_id, storage)
        return ""
    return left_open(await storage_choice(session, workspace_id), data)
