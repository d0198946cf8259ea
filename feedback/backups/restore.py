"""Back from one file: prepared beside the database, then renamed into its place, or nothing."""

import asyncio
from collections.abc import Set
from contextlib import suppress
from datetime import UTC
from pathlib import Path

from sqlalchemy.engine import make_url

from feedback import clock
from feedback.backups import facts as facts_of
from feedback.backups import restore_postgres, sqlite
from feedback.backups.afterwards import finish
from feedback.backups.facts import Facts, never, read_facts
from feedback.backups.order import Order, Say
from feedback.backups.part import is_of_database, whole_file
from feedback.errors import FeedbackError
from feedback.migrate import AwayError, current_revision, known_revisions
from feedback.settings import Settings, known_secret, secret_file


def restore(
    settings: Settings,
    path: Path,
    *,
    replace: bool = False,
    other_secret: bool = False,
    without_erasures: bool = False,
    outside: Set[str] = frozenset(),
    say: Say,
) -> None:
    """Make the database of the settings what this backup holds. What was there is kept aside.

    Raises FeedbackError in one line, before anything of it has changed: a file that is cut off,
    damaged, not ours or of a newer schema; another secret; a database that is in use or, without
    `replace`, not empty; a list of erasures that is missing. The rest as in `Order`.
    """
    facts = read_facts(path)
    require_fit(settings, facts, path, other_secret=other_secret)
    keys = ", ".join(facts.workspaces) or "no workspace"
    say(f"{path}: {keys}; {facts.answers:,} answers; made {facts.made:%Y-%m-%d %H:%M} UTC.")
    now = f"{clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    order = Order(settings, path, facts, now, replace, outside, without_erasures, say)
    if settings.sqlite_file is None:
        aside: object = asyncio.run(restore_postgres.restore(order))
    else:
        aside = _restore_sqlite(settings.sqlite_file, order)
    if aside:
        say(f"What was there is kept as {aside}; delete it when you need it no more.")
    say("Restored. Start the server again: feedback serve")


def require_fit(settings: Settings, facts: Facts, path: Path, *, other_secret: bool) -> None:
    ours = "PostgreSQL" if settings.sqlite_file is None else "SQLite"
    theirs = "SQLite" if facts.database == "sqlite" else "PostgreSQL"
    if ours != theirs:
        raise FeedbackError(
            f"{path} is a backup of {theirs}, and FEEDBACK_DATABASE_URL names {ours}. Restore it "
            f"into {theirs}."
        )
    if facts.schema not in known_revisions():
        raise FeedbackError(
            f"{path} has schema {facts.schema}, of a newer program (feedback {facts.program}). "
            "Install that one, then restore."
        )
    secret = known_secret(settings)
    if other_secret or (secret and facts_of.fingerprint(secret) == facts.secret):
        return
    if secret is None:
        missing = f"There is no secret here. Put the old server's one into {secret_file(settings)}"
    else:
        missing = f"{path} belongs to another secret. Set FEEDBACK_SECRET_KEY to the old server's"
    raise FeedbackError(
        f"{missing}: with a new one nobody who answered is recognised, and what your servers sign "
        "is refused. To go on all the same: --other-secret"
    )


def _restore_sqlite(database: Path, order: Order) -> Path | None:
    path, say = order.path, order.say
    if is_of_database(path, database):
        raise FeedbackError(f"{path} is the database itself: there is nothing to restore.")
    if not database.parent.is_dir():
        raise FeedbackError(f"There is no folder {database.parent}.", exit_code=1)
    is_there = database.exists() and database.stat().st_size > 0
    if is_there:
        _require_nobody(database)
        with suppress(AwayError):  # it is damaged: the best of reasons to restore
            asyncio.run(current_revision(order.settings.url))  # another program's is refused
    if is_there and not order.replace:
        raise FeedbackError(f"{database} is not empty. To put it aside and go on: --replace")
    aside = database.with_name(f"{database.stem}-before-{order.now}{database.suffix}")
    with whole_file(database, over=True) as (part, file):
        facts_of.copy_whole(order.facts, path, file.write, never)
        file.flush()
        if found := sqlite.damage(part):
            raise FeedbackError(f"{path} is damaged: {found}.")
        say("The file is whole and sound.")
        asyncio.run(finish(make_url(f"sqlite+aiosqlite:///{part}"), order))
        sqlite.close_log(part)
        if is_there:
            _require_nobody(database)
            sqlite.keep_aside(database, aside)
        if cleared := sqlite.clear_sides(database):
            say(f"Removed what the old database had beside it: {', '.join(cleared)}.")
    return aside if is_there else None


def _require_nobody(database: Path) -> None:
    if sqlite.is_open_elsewhere(database):
        raise FeedbackError(f"{database} is in use: stop feedback serve and feedback worker first.")
