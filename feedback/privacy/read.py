"""What is known of a workspace's privacy page: what was written, and what its surveys store."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import PublicKey, Workspace
from feedback.i18n import LOCALES
from feedback.privacy.models import Privacy
from feedback.surveys.follow_ups import asked, read_follow_ups
from feedback.surveys.models import Survey

# What is written by hand, in each language; each with its longest.
TEXTS = {"purpose": 1000, "how_long": 500, "recipients": 500, "details": 500}
# What a page cannot do without.
NEEDED = ("purpose", "contact")
Choice = Literal["", "softly", "first"]


@dataclass(frozen=True, slots=True)
class Collected:
    """What the surveys ask for besides the rating.

    names: some may record who answers. unnamed: some are anonymous, and keep the properties `kept`.
    """

    comment: bool
    choices: bool
    moments: bool
    names: bool = True
    unnamed: bool = False
    kept: tuple[str, ...] = ()


class Told(NamedTuple):
    """All that a privacy page says of its own; the words around it are the template's."""

    name: str
    time_zone: str
    language: str
    privacy: Privacy
    collected: Collected

    def text(self, field: str, language: str) -> tuple[str, str]:
        """A text and the language it is in: this one, else another; empty where there is none."""
        texts = self.privacy.texts
        for code in (language, *LOCALES):
            if text := texts.get(code, {}).get(field, ""):
                return text, code
        return "", language

    @property
    def lacks(self) -> tuple[str, ...]:
        """What people must be told and are not: of `NEEDED`."""
        has = {"purpose": self.text("purpose", "")[0], "contact": self.privacy.contact}
        return tuple(name for name in NEEDED if not has[name])

    def untranslated(self) -> Mapping[str, list[str]]:
        """By text, the languages in which it is missing though another has it."""
        missing: dict[str, list[str]] = {}
        for field in TEXTS:
            without = [code for code in LOCALES if self.text(field, code)[1] != code]
            if without and self.text(field, "")[0]:
                missing[field] = without
        return missing


async def load_privacy(session: AsyncSession, workspace_id: uuid.UUID) -> Privacy:
    """The workspace's row, or an empty one that is not stored."""
    found = await session.get(Privacy, workspace_id)
    return found or Privacy(workspace_id=workspace_id, updated_at=clock.now())


async def lock_privacy(session: AsyncSession, workspace_id: uuid.UUID) -> Privacy:
    """The workspace's row, made where there is none, held until the transaction ends: two people
    who write it first at one time make one row."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Any = sqlite.insert if is_sqlite else postgresql.insert
    empty = Privacy(workspace_id=workspace_id, updated_at=clock.now())
    await session.exec(insert(Privacy).values(empty.model_dump()).on_conflict_do_nothing())
    return await session.get_one(Privacy, workspace_id, with_for_update=True)


async def load_told(session: AsyncSession, workspace: Workspace) -> Told:
    """What the page of a workspace says, of all its surveys that were ever published."""
    surveys = await session.exec(
        select(Survey).where(
            Survey.workspace_id == workspace.id,
            col(Survey.published_at).is_not(None),
            col(Survey.archived_at).is_(None),
        )
    )
    return await _told(session, workspace, surveys)


async def find_told(session: AsyncSession, key: str) -> Told | None:
    """The same by a public key: a site's, or a survey's, whose page then tells of it alone."""
    public = await session.get(PublicKey, key) if key.isprintable() else None
    if public is None:
        return None
    workspace = await session.get_one(Workspace, public.workspace_id)
    if public.kind != "survey":
        return await load_told(session, workspace)
    return await _told(
        session, workspace, [await session.get_one(Survey, (workspace.id, public.id))]
    )


async def _told(session: AsyncSession, workspace: Workspace, surveys: Iterable[Survey]) -> Told:
    privacy = await load_privacy(session, workspace.id)
    return Told(
        workspace.name, workspace.time_zone, workspace.language, privacy, collected(surveys)
    )


def collected(surveys: Iterable[Survey]) -> Collected:
    """What these surveys ask for. Without any: a rating and a comment, as a new one does.

    >>> collected([])
    Collected(comment=True, choices=False, moments=False, names=True, unnamed=False, kept=())
    """
    surveys = list(surveys)
    kinds = {kind for survey in surveys for kind in _kinds(survey)}
    return Collected(
        comment="comment" in kinds or not surveys,
        choices=bool(kinds - {"comment"}),
        moments=any(survey.is_overall for survey in surveys),
        names=not surveys or any(not survey.is_anonymous for survey in surveys),
        unnamed=any(survey.is_anonymous for survey in surveys),
        kept=tuple(sorted({name for survey in surveys for name in survey.kept_properties or ()})),
    )


def _kinds(survey: Survey) -> set[str]:
    steps = asked(read_follow_ups(survey.follow_ups))
    return {step.kind for step in steps} or {"comment"}


async def storage_choice(session: AsyncSession, workspace_id: uuid.UUID) -> Choice:
    """Whether to ask what the widget may keep on a device: before the `first` survey is published,
    `softly` where surveys were published without that, not at all once it was chosen.

    An imported survey was published elsewhere, before it was made here: it asked nobody yet.
    """
    privacy = await load_privacy(session, workspace_id)
    if privacy.storage:
        return ""
    asked_here = sa.or_(
        col(Survey.published_at) >= col(Survey.created_at),
        col(Survey.state).in_(("live", "paused")),
    )
    published = select(Survey.id).where(Survey.workspace_id == workspace_id, asked_here)
    return "softly" if (await session.exec(published.limit(1))).first() else "first"


async def store_storage(session: AsyncSession, workspace_id: uuid.UUID, storage: str) -> None:
    """Keep the site's choice: one of `STORAGES`."""
    privacy = await lock_privacy(session, workspace_id)
    privacy.storage, privacy.updated_at = storage, clock.now()
