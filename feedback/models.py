"""Every table, in one import: what migrations compare with the database."""

from sqlmodel import SQLModel

from feedback.accounts import models as accounts
from feedback.calendar import models as actions
from feedback.journeys import models as journeys
from feedback.outbox import models as outbox
from feedback.responses import models as responses
from feedback.surveys import models as surveys

metadata = SQLModel.metadata

__all__ = ["accounts", "actions", "journeys", "metadata", "outbox", "responses", "surveys"]
