"""The folder of the backups that the worker makes: their names, which is the newest, which go."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from feedback import clock
from feedback.backups.facts import Facts, read_facts
from feedback.errors import FeedbackError
from feedback.settings import Settings

END = ".backup"
OLD = timedelta(days=7)  # where nothing says how often one is made
TIME = "%Y%m%dT%H%M%SZ"


class Kept(NamedTuple):
    path: Path
    facts: Facts


def name_of(settings: Settings, now: datetime) -> str:
    """A name of the database and the moment: names sort as time does."""
    return f"{_stem(settings)}-{now.astimezone(UTC):{TIME}}{END}"


def _stem(settings: Settings) -> str:
    if settings.sqlite_file is not None:
        return settings.sqlite_file.stem
    return re.sub(r"[^\w.-]", "_", settings.url.database or "feedback")


def made_folder(settings: Settings) -> Path:
    """The folder, which is made where it is not there, for its owner alone."""
    place = settings.backups_folder
    try:
        place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise FeedbackError(
            f"Cannot make the folder {place}: {error.strerror}. Make it, or set FEEDBACK_BACKUPS.",
            exit_code=1,
        ) from error
    return place


def names(settings: Settings) -> list[Path]:
    """Files of this database's that are called as `name_of` calls them, the newest first."""
    called = re.compile(rf"{re.escape(_stem(settings))}-\d{{8}}T\d{{6}}Z{re.escape(END)}")
    found = settings.backups_folder.glob(f"*{END}")
    return sorted((path for path in found if called.fullmatch(path.name)), reverse=True)


def newest(settings: Settings) -> Kept | None:
    """The newest one that is whole, by its last line."""
    for path in names(settings):
        try:
            return Kept(path, read_facts(path))
        except FeedbackError:
            continue
    return None


def is_late(settings: Settings, kept: Kept, now: datetime) -> bool:
    """Whether the next one should have been there: twice as long ago as they come, else a week."""
    due = 2 * timedelta(hours=settings.backup_every) or OLD
    return now - kept.facts.made > due


def prune(settings: Settings, secret: str) -> list[Path]:
    """Delete all but the newest ones, as many as are kept. Those of another secret's database, and
    what is no backup, are somebody else's. Those that went."""
    whole = []
    for path in names(settings):
        try:
            if read_facts(path).secret == secret:
                whole.append(path)
        except FeedbackError:
            continue
    old = whole[settings.backups_kept :]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def last_backup(settings: Settings) -> tuple[datetime, bool] | None:
    """When the newest one was made, and whether the next is late; of files, so ask seldom."""
    found = newest(settings)
    return (found.facts.made, is_late(settings, found, clock.now())) if found else None
