"""Import a file: read it whole first, then store it in short transactions that can be repeated."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.accounts.opening import open_database, open_workspace
from feedback.accounts.setup import create_workspace
from feedback.changes.job import judge_workspace
from feedback.db import Database
from feedback.erasure.ledger import erased_names
from feedback.errors import FeedbackError
from feedback.imports.make import Maker, moment, who_in
from feedback.imports.mapping import MappingFile
from feedback.imports.mapping_file import read_mapping
from feedback.imports.moments import EPOCH
from feedback.imports.moved import Choice, Moved, Stored, find_moved
from feedback.imports.place import Span, Target, place_surveys
from feedback.imports.read import Entry, Reader
from feedback.imports.repeats import tell_apart
from feedback.imports.report import Report
from feedback.imports.runs import Result, content_of, count_beside, finish_run, start_run
from feedback.imports.source import open_rows
from feedback.imports.spool import Spool
from feedback.imports.stopping import Stoppable
from feedback.imports.which import SurveySpec
from feedback.migrate import current_revision, require_newest
from feedback.responses.bulk import no_search_for_cycles, store_all
from feedback.responses.bulk_rows import Batch, Origin
from feedback.responses.joining import MOST_AT_ONCE, has_names, join_people
from feedback.responses.models import ImportRun
from feedback.settings import Settings, secret_key

# One transaction: long enough to be cheap, short enough that a server beside it hardly waits.
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Request:
    """What to import, and how.

    moved: what to do with ids that are stored already at another time; None refuses the file.
    """

    file: Path
    mapping: Path
    workspace: str | None = None
    skip_bad: bool = False
    moved: Choice | None = None


OnProgress = Callable[[str, int], None]


async def import_file(settings: Settings, request: Request, progress: OnProgress) -> Result:
    """Store the ratings of a file; nothing if any of it is wrong and bad ones are not skipped.

    Raises FeedbackError, with the lines, when the mapping or the file is refused. Stopped in the
    middle, whole transactions stay, and the same call goes on where it was; cancelled, it raises
    a FeedbackError (exit code 130) that says so.
    """
    mapping = read_mapping(request.mapping)
    now = clock.now()
    days = await _days_zone(settings, request.workspace)
    reader = Reader(mapping, open_rows(request.file, mapping.rows), now, days)
    report = Report(request.file.name)
    with Stoppable() as stoppable, Spool() as spool, no_search_for_cycles():
        span = Span(*_read(reader, report, spool, stoppable.following(progress)), now)
        if not request.skip_bad:
            report.raise_if_any()
        await require_newest(settings.url, migrate_empty=True)
        async with open_database(settings) as database:
            workspace = await _workspace(database, mapping, request.workspace, now)
            erased = await _leave_out_erased(database, workspace, spool, secret_key(settings))
            # What was said so far is written down before it can be taken for another.
            await judge_workspace(database, workspace.id, now)
            checked = _Checked(mapping, reader.surveys, span, spool)
            storing = _Storing(settings, database, workspace, checked)
            moved = await storing.find_moved()
            moved.refuse_unless(request.moved, request.file.name)
            run = await storing.begin(request)
            stoppable.run_id = run.id
            result = Result(run.id, skipped=report.count, problems=report.lines)
            result.blank, result.told = reader.tally.blank, reader.told
            result.moved, result.erased = moved.count, erased
            await storing.store(result, moved, progress)
            await finish_run(database, run, result)
            await judge_workspace(database, workspace.id, clock.now())
    return result


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a whole reading of the file came to."""

    mapping: MappingFile
    surveys: Sequence[SurveySpec]
    span: Span
    spool: Spool


@dataclass(slots=True)
class _Storing:
    settings: Settings
    database: Database
    workspace: Workspace
    checked: _Checked
    places: Sequence[Target] = ()

    async def find_moved(self) -> Moved:
        """Rows whose id is stored at another time; surveys that are missing stay so meanwhile."""
        if self.checked.mapping.rows.known_by is None:
            return Moved(0)
        async with self.database.write() as session:
            places = await self._place(session)
            await session.rollback()
        maker = Maker(self.workspace, places, secret_key(self.settings))
        stored = Stored(self.settings, self.database, self.workspace.id, places)
        return await find_moved(stored, maker, self.checked.spool)

    async def begin(self, request: Request) -> ImportRun:
        content = content_of(request.file, request.mapping)
        async with self.database.write() as session:
            self.places = await self._place(session)
            now = self.checked.span.now
            return await start_run(session, self.workspace, request.file, content, now)

    async def store(self, result: Result, moved: Moved, progress: OnProgress) -> None:
        checked, key = self.checked, secret_key(self.settings)
        persons = await _persons(self.database, self.workspace, checked, key)
        maker = Maker(self.workspace, self.places, key, persons)
        origin = Origin(self.workspace.id, checked.span.now, result.run_id)
        batches = _batches(checked.spool, maker, moved, progress)
        await store_all(self.settings, origin, batches, on_stored=result.add)
        result.already_stored += moved.left_out
        if checked.mapping.rows.known_by is None and result.stored:
            result.beside = await count_beside(
                self.database, self.workspace, self.places, checked.span, result
            )

    async def _place(self, session: AsyncSession) -> list[Target]:
        checked = self.checked
        return await place_surveys(
            session, self.workspace, checked.mapping, checked.surveys, checked.span
        )


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


async def _days_zone(settings: Settings, key: str | None) -> ZoneInfo | None:
    """The zone that days are counted in: the workspace's, where there is one already."""
    if settings.sqlite_file is not None and not settings.sqlite_file.exists():
        return None
    if await current_revision(settings.url) is None:
        return None
    async with open_database(settings) as database:
        async with database.read() as session:
            if (await session.exec(select(Workspace.id).limit(1))).first() is None:
                return None
        return ZoneInfo((await open_workspace(database, key)).time_zone)


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


async def _leave_out_erased(
    database: Database, workspace: Workspace, spool: Spool, key: bytes
) -> int:
    """How many ratings of people who were erased since they gave them: no file brings them back.

    What they answered later is another answer.
    """
    async with database.read() as session:
        erased = await erased_names(session, workspace.id)
    if not erased:
        return 0
    until: dict[str | None, int] = {None: -1}

    def is_kept(entry: Entry) -> bool:
        at, _, who, *_ = entry
        if who not in until:
            named = who_in(who or "", workspace.id, key)
            keys = [hashed for name in named.names for hashed in name] if named else []
            until[who] = max([_microseconds(erased[k]) for k in keys if k in erased], default=-1)
        return at > until[who]

    return spool.keep_only(is_kept)


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


async def _persons(
    database: Database, workspace: Workspace, checked: _Checked, key: bytes
) -> dict[str, bytes]:
    """Who the names of the file are, where they are not simply themselves; what it joins is kept.

    Each piece in a transaction of its own, so that nobody waits long. Rows with both names come
    first: whose an address is must be known before a row that names nothing else.
    """
    persons: dict[str, bytes] = {}
    async with database.read() as session:
        if checked.mapping.rows.email is None and not await has_names(session, workspace.id):
            return persons
    for only_pairs in (True, False):
        for texts in checked.spool.names(MOST_AT_ONCE):
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


def _batches(spool: Spool, maker: Maker, moved: Moved, progress: OnProgress) -> Iterator[Batch]:
    done = 0
    for piece in tell_apart(spool.in_order(maker.orders), maker.order):
        kept = moved.without(piece)
        for some in kept.cut(BATCH):
            spares = kept.spares and kept.spares[some]
            batch = maker.batch(kept.orders[some], kept.entries[some], spares)
            yield batch
            done += len(batch)
            progress("Stored", done)
