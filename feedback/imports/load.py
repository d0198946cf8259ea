"""Import a file: read it whole first, then store it in short transactions that can be repeated."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.accounts.opening import open_database, open_workspace
from feedback.accounts.setup import create_workspace
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.imports.make import Maker, moment, who_in
from feedback.imports.mapping import MappingFile
from feedback.imports.mapping_file import read_mapping
from feedback.imports.place import Span, place_surveys
from feedback.imports.read import Entry, Reader
from feedback.imports.repeats import tell_apart
from feedback.imports.report import Report
from feedback.imports.source import open_rows
from feedback.imports.spool import Spool
from feedback.migrate import require_newest
from feedback.responses.bulk import no_search_for_cycles, store_all
from feedback.responses.bulk_rows import Batch, BatchResult, Origin
from feedback.responses.joining import MOST_AT_ONCE, has_names, join_people
from feedback.responses.models import ImportRun
from feedback.settings import Settings, secret_key

# One transaction: long enough to be cheap, short enough that a server beside it hardly waits.
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Request:
    """What to import, and how."""

    file: Path
    mapping: Path
    workspace: str | None = None
    skip_bad: bool = False


@dataclass(slots=True)
class Result:
    """What an import did. `problems` are those left out by --skip-bad."""

    run_id: uuid.UUID
    stored: int = 0
    already_stored: int = 0
    differing: int = 0
    blank: int = 0
    skipped: int = 0
    problems: Sequence[str] = ()

    def add(self, done: BatchResult) -> None:
        self.stored += done.new
        self.already_stored += done.known
        self.differing += done.differing


OnProgress = Callable[[str, int], None]


async def import_file(settings: Settings, request: Request, progress: OnProgress) -> Result:
    """Store the ratings of a file; nothing if any of it is wrong and bad ones are not skipped.

    Raises FeedbackError, with the lines, when the mapping or the file is refused. Stopped in the
    middle, whole transactions stay, and the same call goes on where it was.
    """
    mapping = read_mapping(request.mapping)
    now = clock.now()
    reader = Reader(mapping, open_rows(request.file, mapping.rows), now)
    report = Report(request.file.name)
    with Spool() as spool, no_search_for_cycles():
        first, last = _read(reader, report, spool, progress)
        if not request.skip_bad:
            report.raise_if_any()
        await require_newest(settings.url, migrate_empty=True)
        async with open_database(settings) as database:
            workspace = await _workspace(database, mapping, request.workspace, now)
            async with database.write() as session:
                run = await _start_run(session, workspace, request.file.name, now)
                span = Span(first, last, now)
                places = await place_surveys(session, workspace, mapping, reader.surveys, span)
            key = secret_key(settings)
            persons = await _persons(database, workspace, spool, key, mapping)
            maker = Maker(workspace, places, key, persons)
            result = Result(run.id, skipped=report.count, problems=report.lines)
            result.blank = reader.tally.blank
            origin = Origin(workspace.id, now, run.id)
            batches = _batches(spool, maker, progress)
            await store_all(settings, origin, batches, on_stored=result.add)
            await _finish_run(database, run, result)
    return result


def _read(
    reader: Reader, report: Report, spool: Spool, progress: OnProgress
) -> tuple[datetime, datetime]:
    """Check the whole file; the first and last moment in it. Raises FeedbackError if none is."""
    ends: list[int] = []
    for entries in reader.entries(report):
        spool.add(entries)
        ends += [entry[0] for entry in entries]
        ends = [min(ends), max(ends)]
        progress("Checked", reader.tally.ratings)
    if not ends:
        report.raise_if_any()
        raise FeedbackError(f"{report.file_name} holds no rating in its {reader.tally.rows} rows.")
    return moment(ends[0]), moment(ends[1])


async def _workspace(
    database: Database, mapping: MappingFile, key: str | None, now: datetime
) -> Workspace:
    """The workspace asked for; in an empty database a new one, `default`, from the mapping."""
    part = mapping.workspace
    async with database.write() as session:
        if (await session.exec(select(Workspace.id).limit(1))).first() is None:
            return await create_workspace(
                session,
                key=key or "default",
                name=part.name,
                time_zone=part.time_zone,
                language=part.language,
                now=now,
            )
    return await open_workspace(database, key)


async def _start_run(
    session: AsyncSession, workspace: Workspace, file_name: str, now: datetime
) -> ImportRun:
    """A new run, or the one of this file that was stopped in the middle."""
    statement = (
        select(ImportRun)
        .where(
            ImportRun.workspace_id == workspace.id,
            ImportRun.file_name == file_name[-255:],
            col(ImportRun.finished_at).is_(None),
            col(ImportRun.undone_at).is_(None),
        )
        .order_by(col(ImportRun.id).desc())
        .limit(1)
    )
    run = (await session.exec(statement)).first()
    if run is None:
        run = ImportRun(workspace_id=workspace.id, file_name=file_name[-255:], started_at=now)
        session.add(run)
        await session.flush()
    return run


async def _persons(
    database: Database, workspace: Workspace, spool: Spool, key: bytes, mapping: MappingFile
) -> dict[str, bytes]:
    """Who the names of the file are, where they are not simply themselves; what it joins is kept.

    Each piece in a transaction of its own, so that nobody waits long. Rows with both names come
    first: whose an address is must be known before a row that names nothing else.
    """
    persons: dict[str, bytes] = {}
    async with database.read() as session:
        if mapping.rows.email is None and not await has_names(session, workspace.id):
            return persons
    for only_pairs in (True, False):
        for texts in spool.names(MOST_AT_ONCE):
            named = {text: who_in(text, workspace.id, key) for text in texts}
            known = {
                text: who
                for text, who in named.items()
                if who is not None and (who.is_joined or not only_pairs)
            }
            async with database.write() as session:
                found = await join_people(session, workspace.id, list(known.values()))
            for (text, who), person in zip(known.items(), found, strict=True):
                if person != who.names[0].key:
                    persons[text] = person
    return persons


async def _finish_run(database: Database, run: ImportRun, result: Result) -> None:
    async with database.write() as session:
        stored = await session.get_one(ImportRun, (run.workspace_id, run.id))
        stored.finished_at = clock.now()
        stored.stored += result.stored
        stored.already_stored = result.already_stored + result.differing
        stored.skipped = result.skipped


def _batches(spool: Spool, maker: Maker, progress: OnProgress) -> Iterator[Batch]:
    done = 0
    for piece in tell_apart(spool.in_order(maker.orders), maker.order):
        for some in _cut(piece.entries):
            spares = piece.spares and piece.spares[some]
            batch = maker.batch(piece.orders[some], piece.entries[some], spares)
            yield batch
            done += len(batch)
            progress("Stored", done)


def _cut(entries: Sequence[Entry]) -> Iterator[slice]:
    """Pieces with about BATCH ratings in each."""
    start = ratings = 0
    for end, entry in enumerate(entries, start=1):
        ratings += len(entry[-1])
        if ratings >= BATCH or end == len(entries):
            yield slice(start, end)
            start, ratings = end, 0
