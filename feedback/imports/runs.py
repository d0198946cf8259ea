"""One run of an import: begun, or gone on with after it was stopped, and ended."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.imports.moments import EPOCH
from feedback.imports.place import Span, Target
from feedback.readings.queries import CountQuery, read_by_channel
from feedback.repeats.count import ask_for_repeats
from feedback.responses.bulk_rows import BatchResult
from feedback.responses.models import ImportRun, Response
from feedback.scoring.months import month_of

_CHUNK = 1 << 20
_MILLISECOND = timedelta(milliseconds=1)
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Result:
    """What an import did. `problems` are those left out by --skip-bad.

    moved: ids that are stored already at another time. erased: ratings of people who were erased
    since they gave them, which were left out. beside: answers of other imports among
    these, whose rows have no id: they may be the same answers, changed on the way. told: what
    else the reading took the file for.
    """

    run_id: uuid.UUID
    stored: int = 0
    already_stored: int = 0
    differing: int = 0
    blank: int = 0
    skipped: int = 0
    moved: int = 0
    erased: int = 0
    beside: int = 0
    problems: Sequence[str] = ()
    told: Sequence[str] = ()

    def add(self, done: BatchResult) -> None:
        self.stored += done.new
        self.already_stored += done.known
        self.differing += done.differing

    @property
    def answers(self) -> int:
        """All of the file that are stored, by this import or before."""
        return self.stored + self.already_stored + self.differing


def content_of(file: Path, mapping: Path) -> bytes:
    """16 bytes of what is imported: the file, its sheet, what its columns mean; no name of them."""
    book, _, sheet = ("", "", "") if file.exists() else file.name.rpartition("#")
    hashed = blake2b(sheet.encode("utf-8", "surrogateescape"), digest_size=16)
    for path in (mapping, file.with_name(book) if book else file):
        hashed.update(path.stat().st_size.to_bytes(8))
        with path.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                hashed.update(chunk)
    return hashed.digest()


async def start_run(
    session: AsyncSession, workspace: Workspace, file: Path, content: bytes, now: datetime
) -> ImportRun:
    """A new run, or the one of this content that was stopped in the middle. A name would not do:
    another file called the same would be taken back with it."""
    statement = (
        select(ImportRun)
        .where(
            ImportRun.workspace_id == workspace.id,
            ImportRun.content == content,
            col(ImportRun.finished_at).is_(None),
            col(ImportRun.undone_at).is_(None),
        )
        .order_by(col(ImportRun.id).desc())
        .limit(1)
    )
    run = (await session.exec(statement)).first()
    if run is None:
        run = ImportRun(
            workspace_id=workspace.id, file_name=file.name[-255:], content=content, started_at=now
        )
        session.add(run)
        await session.flush()
    return run


async def finish_run(database: Database, run: ImportRun, result: Result) -> None:
    async with database.write() as session:
        stored = await session.get_one(ImportRun, (run.workspace_id, run.id))
        stored.finished_at = clock.now()
        stored.stored += result.stored
        stored.already_stored = result.already_stored + result.differing
        stored.skipped = result.skipped
        await ask_for_repeats(session, run.workspace_id, clock.now())


async def count_beside(
    database: Database, workspace: Workspace, places: Sequence[Target], span: Span, result: Result
) -> int:
    """How many imported answers to the same questions lie among a file's own, which have no id.

    None among them: those within a day of its first and last, if they are half as many as were
    stored; fewer are the end of the month before.
    """
    around = span.first - 2 * _DAY, span.last + 2 * _DAY
    since, until = (month_of(moment.date()) for moment in around)
    series = tuple(sorted({place.series_id for place in places}))
    async with database.read() as session:
        # Whole months are counted at once; answers are only looked at where there may be others.
        query = CountQuery(series, since, until, channel="import")
        rows = await read_by_channel(session, workspace.id, query)
        if sum(sum(row.counts) for row in rows) <= result.answers:
            return 0
        for near, least in ((_MILLISECOND, 1), (_DAY, result.stored / 2)):
            listed = (
                select(func.count())
                .select_from(Response)
                .where(
                    Response.workspace_id == workspace.id,
                    col(Response.series_id).in_(series),
                    Response.channel == "import",
                    col(Response.id) >= _id_of(span.first - near),
                    col(Response.id) < _id_of(span.last + near),
                )
            )
            others = (await session.exec(listed)).one() - result.answers
            if others >= least:
                return others
    return 0


def _id_of(moment: datetime) -> uuid.UUID:
    """Before the ids of this millisecond, after all earlier ones."""
    return uuid.UUID(int=max(0, (moment - EPOCH) // _MILLISECOND) << 80)
