"""Every table, in one import: what migrations compare with the database."""

from sqlmodel import SQLModel

from feedback.accounts import models as accounts
from feedback.calendar import models as actions
from feedback.changes import models as changes
from feedback.clocks import models as clocks
from feedback.comments import models as comments
from feedback.erasure import models as erasure
from feedback.journeys import models as journeys
from feedback.outbox import models as outbox
from feedback.privacy import models as privacy
from feedback.repeats import models as repeats
from feedback.responses import models as responses
from feedback.surveys import models as surveys
from feedback.versions import CountVersion

# In every models.py: with `table=True` SQLModel validates nothing, so what comes in is checked by a
# schema at the edge; `from __future__ import annotations` breaks its relationships to lists.
metadata = SQLModel.metadata

__all__ = [
    "CountVersion", "accounts", "actions", "changes", "clocks", "comments", "erasure", "journeys",
    "metadata", "outbox", "privacy", "repeats", "responses", "surveys",
]  # fmt: skip
