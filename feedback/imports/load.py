"""Import a file: read it whole first, then store it in short transactions that can be repeated."""

import asyncio
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.accounts.setup import create_workspace
from feedback.commands.workspace import open_database, open_workspace
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.imports.mapping import MappingFile, read_mapping
from feedback.imports.place import Place, Span, place_surveys
from feedback.imports.read import Entry, OnProgress, Reader, validate
from feedback.imports.report import Report
from feedback.imports.source import open_rows
from feedback.migrate import require_newest
from feedback.responses.bulk import NewResponse, Origin, make_bulk_store
from feedback.responses.ingest import id_at, month_of, respondent_key
from feedback.responses.models import ImportRun
from feedback.settings import Settings, secret_key

# One transaction: long enough to be cheap, short enough that a server beside it hardly waits.
BATCH = 4000
# Lets a server that waits for SQLite's lock have it: its busy handler looks every few ms.
PAUSE_SECONDS = 0.004


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


async def import_file(settings: Settings, request: Request, progress: OnProgress) -> Result:
    """Store the ratings of a file; nothing if any of it is wrong and bad ones are not skipped.

    Raises FeedbackError, with the lines, when the mapping or the file is refused. Stopped in the
    middle, whole transactions stay, and the same call goes on where it was.
    """
    mapping = read_mapping(request.mapping)
    now = clock.now()
    before = _stamp(request.file)
    reader = Reader(mapping, open_rows(request.file), now)
    report = Report(request.file.name)
    first, last = validate(reader, report, progress)
    if not request.skip_bad:
        report.raise_if_any()
    if _stamp(request.file) != before:
        raise FeedbackError(f"{request.file.name} changed while it was read. Import it again.")
    await require_newest(settings.url, migrate_empty=True)
    async with open_database(settings) as database:
        workspace = await _workspace(database, mapping, request.workspace, now)
        async with database.write() as session:
            run = await _start_run(session, workspace, request.file.name, now)
            span = Span(first, last, now)
            places = await place_surveys(session, workspace, mapping, reader.surveys, span)
        maker = _Maker(workspace, places, secret_key(settings))
        result = Result(run.id, skipped=report.count, problems=report.lines)
        origin = Origin(workspace.id, now, run.id)
        await _store(settings, reader, maker, origin, result, progress)
        await _finish_run(database, run, result)
    return result


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise FeedbackError(f"Cannot read {path}: {error.strerror or error}.") from error
    return found.st_size, found.st_mtime_ns


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


async def _finish_run(database: Database, run: ImportRun, result: Result) -> None:
    async with database.write() as session:
        stored = await session.get_one(ImportRun, (run.workspace_id, run.id))
        stored.finished_at = clock.now()
        stored.stored += result.stored
        stored.already_stored = result.already_stored + result.differing
        stored.skipped = result.skipped


async def _store(
    settings: Settings,
    reader: Reader,
    maker: "_Maker",
    origin: Origin,
    result: Result,
    progress: OnProgress,
) -> None:
    store = make_bulk_store(settings)
    await store.open()
    try:
        for batch in _batches(reader, maker):
            done = await store.store(origin, batch)
            result.stored += done.new
            result.already_stored += done.known
            result.differing += done.differing
            progress(reader.tally)
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await store.close()
    result.blank = reader.tally.blank


def _batches(reader: Reader, maker: "_Maker") -> Iterator[list[NewResponse]]:
    batch: list[NewResponse] = []
    for entry in reader.entries(Report("")):  # all of it was reported by the first reading
        batch += maker.responses(entry)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Maker:
    """Turns entries into responses with the same ids every time.

    Who somebody is enters an id only through a hash under the server's key.
    """

    def __init__(self, workspace: Workspace, places: Sequence[Place], key: bytes) -> None:
        self._workspace_id = workspace.id
        self._zone = ZoneInfo(workspace.time_zone)
        self._key = key
        self._short_key = hashlib.blake2b(key, digest_size=32).digest()
        self._places = [(place, place.survey_id.bytes) for place in places]

    def responses(self, entry: Entry) -> Iterator[NewResponse]:
        at, identity = entry.at, entry.identity.encode()
        month = month_of(at, self._zone)
        who = entry.respondent
        person = respondent_key(who, self._workspace_id, self._key) if who else None
        content = f"{at.isoformat()}\0{entry.properties}\0{who}".encode()
        for number, rating, comment in entry.ratings:
            place, prefix = self._places[number]
            seed = hashlib.blake2b(prefix + identity, digest_size=10, key=self._short_key)
            said = b"%d\0%b\0" % (rating, (comment or "").encode())
            digest = hashlib.blake2b(said + content, digest_size=16, key=self._short_key)
            yield NewResponse(
                place.survey_id,
                place.series_id,
                id_at(at, seed.digest()),
                digest.digest(),
                rating,
                at,
                month,
                "import",
                comment,
                entry.properties,
                person,
            )
