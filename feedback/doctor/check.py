"""Whether the data are sound: the file, what refers to what, the counts."""

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select

from feedback.accounts.models import Workspace
from feedback.backups import sqlite
from feedback.comments.recount import differing_comments
from feedback.db import Database
from feedback.doctor.findings import Finding, look
from feedback.doctor.references import count_missing, references
from feedback.errors import FeedbackError
from feedback.migrate import NEWEST, require_newest
from feedback.models import metadata
from feedback.responses.rollup import find_differences
from feedback.responses.states import STATES
from feedback.scoring import METRICS
from feedback.settings import Settings

RESTORE = "Restore the last backup: feedback restore FILE --replace"
INDEXES = """
    SELECT c.oid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am a ON a.oid = c.relam JOIN pg_class t ON t.oid = i.indrelid
    WHERE a.amname = 'btree' AND i.indisvalid AND c.relpersistence = 'p'
    AND t.relname = ANY(:tables) AND pg_table_is_visible(t.oid)
"""


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """Each finding as soon as it is known. Reads only; the server may go on meanwhile."""
    if settings.sqlite_file is not None:
        for found in await look("file", partial(_file, settings)):
            yield found
            if not found.is_well:
                return
    for found in await look("schema", partial(_schema, settings)):
        yield found
        if not found.is_well:
            return
    database = Database(settings.url, is_patient=True)
    looks: dict[str, Any] = {} if database.is_sqlite else {"tables": _tables, "indexes": _indexes}
    looks |= {"references": _references, "answers": _answers, "addresses": _addresses}
    try:
        for name, each in looks.items():
            for found in await look(name, partial(_connected, database, each)):
                yield found
        for found in await look("counts", partial(_counts, database)):
            yield found
    finally:
        await database.close()


async def _file(settings: Settings) -> Iterable[Finding]:
    file = settings.sqlite_file
    if file is None or not file.is_file():
        raise FeedbackError(f"There is no database {file}. Is FEEDBACK_DATABASE_URL right?")
    if found := sqlite.damage(file):
        return [Finding("file", f"{file} is damaged: {found}", RESTORE)]
    return [Finding("file", f"{file} is sound, every page of it")]


async def _schema(settings: Settings) -> Iterable[Finding]:
    await require_newest(settings.url)
    return [Finding("schema", f"is the newest, {NEWEST}")]


async def _connected(database: Database, each: Any) -> Iterable[Finding]:
    async with database.read() as session:
        found: list[Finding] = await each(await session.connection())
        return found


async def _tables(connection: AsyncConnection) -> list[Finding]:
    """Every value of every row is read: a page that the disk has lost, or changed where the
    cluster has checksums, fails."""
    for table in metadata.sorted_tables:
        await connection.execute(text(f'SELECT max(length(t::text)) FROM "{table.name}" t'))
    sums = (await connection.execute(text("SHOW data_checksums"))).scalar()
    return [Finding("tables", f"every row can be read (checksums of pages: {sums})")]


async def _indexes(connection: AsyncConnection) -> list[Finding]:
    extension = text("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")
    if not (await connection.execute(extension)).scalar():
        said = "were not looked at; PostgreSQL can, after CREATE EXTENSION amcheck"
        return [Finding("indexes", said)]
    tables = [table.name for table in metadata.sorted_tables]
    names = (await connection.execute(text(INDEXES), {"tables": tables})).scalars().all()
    for name in names:
        asked = text("SELECT bt_index_check(CAST(CAST(:name AS text) AS regclass), true)")
        await connection.execute(asked, {"name": name})
    return [Finding("indexes", f"{len(names)} agree with their tables")]


async def _references(connection: AsyncConnection) -> list[Finding]:
    found = []
    for each in references():
        asked = text(count_missing(each, connection.dialect.name))
        if count := (await connection.execute(asked)).scalar():
            said = f"{count} rows of {each.table} name one of {each.of} that is missing"
            found.append(Finding("references", f"{said} ({', '.join(each.columns)})", RESTORE))
    return found or [Finding("references", "every row that is named is there")]


async def _answers(connection: AsyncConnection) -> list[Finding]:
    asked = """
        SELECT s.metric, min(r.rating), max(r.rating) FROM response r
        JOIN series s ON s.workspace_id = r.workspace_id AND s.id = r.series_id GROUP BY s.metric
    """
    found, total = [], 0
    for metric, lowest, highest in await connection.execute(text(asked)):
        scale = METRICS.get(metric)
        if scale is None or lowest < scale.minimum or highest > scale.maximum:
            said = f"ratings of {metric} go from {lowest} to {highest}, off its scale"
            found.append(Finding("answers", said, RESTORE))
    states = "SELECT state, count(*) FROM response GROUP BY state"
    for state, count in await connection.execute(text(states)):
        total += count
        if state not in STATES:
            said = f"{count} answers have a state that is unknown"
            found.append(Finding("answers", said, RESTORE))
    return found or [Finding("answers", f"{total:,}, each on its scale")]


async def _addresses(connection: AsyncConnection) -> list[Finding]:
    lost = """
        SELECT count(*) FROM survey s WHERE NOT EXISTS (SELECT 1 FROM public_key k
        WHERE k.workspace_id = s.workspace_id AND k.kind = 'survey' AND k.id = s.id
        AND k.key = s.key)
    """
    nothing = """
        SELECT count(*) FROM public_key k WHERE k.kind = 'survey' AND NOT EXISTS (SELECT 1
        FROM survey s WHERE s.workspace_id = k.workspace_id AND s.id = k.id AND s.key = k.key)
    """
    surveys, keys = [(await connection.execute(text(each))).scalar() for each in (lost, nothing)]
    if surveys or keys:
        said = f"{surveys} surveys have no address, {keys} addresses have no survey"
        return [Finding("addresses", said, RESTORE)]
    return [Finding("addresses", "every survey has its own")]


async def _counts(database: Database) -> Iterable[Finding]:
    async with database.read() as session:
        workspaces = list(await session.exec(select(Workspace).order_by(col(Workspace.key))))
    found = []
    for workspace in workspaces:
        async with database.read() as session:
            wrong = len(await find_differences(session, workspace.id))
        if wrong:
            said = f"{wrong} counts of {workspace.key} differ from a recount"
            todo = f"feedback rollups rebuild --workspace {workspace.key}"
            found.append(Finding("counts", said, todo))
        comments = await differing_comments(database, workspace.id, with_stems=False)
        if comments.wrong:
            said = f"search knows {comments.wrong} comments of {workspace.key} wrongly"
            todo = f"feedback rollups rebuild --workspace {workspace.key}"
            found.append(Finding("counts", said, todo))
    return found or [Finding("counts", f"agree with a recount, in {len(workspaces)} workspaces")]
