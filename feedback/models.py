"""Every table, in one import: what migrations compare with the database."""

from sqlmodel import SQLModel

from feedback.accounts import models as accounts
from feedback.journeys import models as journeys
from feedback.responses import models as responses
from feedback.surveys import models as surveys

metadata = SQLModel.metadata

__all__ = ["accounts", "journeys", "metadata", "responses", "surveys"]
