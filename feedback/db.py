"""Engines, sessions and the rules every statement keeps.

| | |
|---|---|
| `Database` | engines and sessions; one write gate on SQLite |
| `is_away`, `is_away_state` | whether an error, or an SQLSTATE, is the database's absence |
| `Id`, `UtcDateTime`, `Json`, `new_id` | the column types and keys every model uses |
| `Owned` | the key of what belongs to a workspace |
"""

import asyncio
import sqlite3
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence, Set
from contextlib import asynccontextmanager, nullcontext, suppress
from copy import copy
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy import exc as sa_errors
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, Connection, Dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import ORMExecuteState, UOWTransaction
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, Session, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from feedback.crossing import COMMITTED
from feedback.postgres import CLOSE_SECONDS, STATEMENT_SECONDS, make_engine
from feedback.sqlite_driver import glancing_engine, sqlite_engine
from feedback.tenancy import check_tenancy

# Named, so that a later migration can drop a constraint: by itself SQLite leaves it without a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# What each database tells of a statement before it is run, with its values.
BEFORE_EXECUTE: list[Callable[..., None]] = [check_tenancy]

# Session.info: what its transaction does.
ENQUEUED = "enqueued"
READS_ONLY = "reads only"  # what it finds is committed, so it may be kept
WRITTEN = "written"

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "2",  # FULL: an acknowledged answer has reached the disk
    "busy_timeout": "5000",
    "foreign_keys": "1",
    "journal_size_limit": str(64 << 20),  # to this a log that grew is cut when it is begun anew
    "secure_delete": "1",  # what is deleted or replaced is overwritten, whoever built SQLite
}

# By SQLSTATE: the connection, room (a full disk, too many connections), an operator's stop, the
# system's own errors, a database that lets nobody in.
_AWAY_STATES = ("08", "53", "57", "58", "55000")


def new_id() -> uuid.UUID:
    """A UUIDv7 of this moment: keys made by the application, in the order of time."""
    return uuid7()


def is_away(error: BaseException) -> bool:
    """Whether the database could not be asked, now: it is down, starting, or out of room.

    A driver's own errors come from connecting (asyncpg is not imported where it is not used);
    later ones SQLAlchemy has wrapped. An OSError with a file name is a file's, not a socket's;
    SQLite calls a wrong statement operational too.
    """
    if isinstance(error, sa_errors.DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        if state is not None:
            return error.connection_invalidated or is_away_state(state)
        unasked = (sa_errors.OperationalError, sa_errors.InterfaceError)
        is_wrong = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
        return error.connection_invalidated or (isinstance(error, unasked) and not is_wrong)
    if isinstance(error, OSError):
        return error.filename is None
    is_driver = type(error).__module__.startswith("asyncpg.")
    return is_driver or isinstance(error, sa_errors.TimeoutError)


def is_unreadable(error: BaseException) -> bool:
    """Whether PostgreSQL refused a text for its letters: no column of its takes a NUL."""
    return isinstance(error, sa_errors.DBAPIError) and (
        getattr(error.orig, "sqlstate", None) == "22021"
    )


def is_away_state(state: str | None) -> bool:
    """Whether PostgreSQL says that it cannot be asked now; None: it says nothing at all."""
    return state is None or state.startswith(_AWAY_STATES)


class Id(TypeDecorator[uuid.UUID]):
    """A UUID: 16 bytes on SQLite, `uuid` on PostgreSQL."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(sa.LargeBinary(16))

    def process_bind_param(self, value: uuid.UUID | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return _id_of(value)


# The rows of a page name the same few ids over and over.
@lru_cache(maxsize=4096)
def _id_of(value: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=value)


# Text that is data: JSONB on PostgreSQL, text on SQLite.
Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Owned(SQLModel):
    """What belongs to a workspace: its key begins with the workspace's."""

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True, sa_type=Id)


class WritingSession(Session):
    """Notes which tables it writes, but for text statements and the writer of answers."""


@event.listens_for(WritingSession, "after_flush")
def _note_flushed(session: Session, _context: UOWTransaction) -> None:
    for rows in (session.new, session.dirty, session.deleted):
        _note_written(session, *(row.__tablename__ for row in rows))


@event.listens_for(WritingSession, "do_orm_execute")
def _note_executed(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _note_written(state.session, state.statement.table.name)  # type: ignore[attr-defined]


def _note_written(session: Any, *tables: str) -> None:
    session.info.setdefault(WRITTEN, set()).update(tables)


class Database:
    """The engine and the sessions of one process.

    `read()` sees a snapshot and takes no lock. `write()` commits when its block ends and rolls
    back when it raises; on SQLite all writers of the process queue at one gate, since SQLite's
    own busy wait is unfair (p99 of 637 ms against 60 ms in a trial with 16 clients). `work_waits`
    rings after a commit that left work for the outbox: the worker of this process need not poll.
    `followers` are told, after a commit, the names of the tables that it wrote. `glance()` reads a
    few rows by their key.
    """

    def __init__(self, url: URL, *, is_patient: bool = False) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._use(_make_engine(url, is_patient=is_patient))
        self._patient: Database | None = None
        self._glances: Connection | None = None
        self._gate = asyncio.Lock()
        self.work_waits = asyncio.Event()
        self.followers: list[Callable[[Set[str]], None]] = []

    def _use(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._read_engine = engine.execution_options(readonly=True)
        for listener in BEFORE_EXECUTE:
            event.listen(engine.sync_engine, "before_execute", listener)

    def patient(self) -> "Database":
        """The same database for work whose statements may take minutes: on PostgreSQL other
        connections, without the limit of a page. Closed with this one."""
        if self.is_sqlite:
            return self
        if self._patient is None:
            self._patient = copy(self)
            self._patient._use(_make_engine(self.url, is_patient=True))
        return self._patient

    def gate(self) -> asyncio.Lock | nullcontext[None]:
        """What every write transaction on SQLite holds; on PostgreSQL nothing."""
        return self._gate if self.is_sqlite else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        # A row that expired would be read again at the next touch of an attribute: outside its
        # session that raises MissingGreenlet. For the same reason no model has a relationship.
        async with AsyncSession(self._read_engine, expire_on_commit=False) as session:
            session.info[READS_ONLY] = True
            yield session

    async def glance(self, statement: Any, values: Mapping[str, Any]) -> Sequence[Any]:
        """The rows of a statement that looks a few up by their key, as they are now. It is made
        once, and given its `values` each time.

        On SQLite they are read at once, by a connection of this thread: handing over to the one
        that reads what takes longer, and back, takes ten times as long. Who must not wait here,
        for a lock or a disk, is answered by that one.
        """
        if self.is_sqlite:
            with suppress(sa_errors.OperationalError):
                self._glances = self._glances or self._glance_by().connect()
                return self._glances.execute(statement, values).all()
        async with self.read() as session:
            connection = await session.connection()
            return (await connection.execute(statement, values)).all()

    def _glance_by(self) -> sa.Engine:
        made = glancing_engine(self.url)
        event.listen(made, "before_execute", check_tenancy)
        return made

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        async with self.gate(), self._writing() as session:
            yield session
            await session.commit()
            COMMITTED.get([]).append(True)
            if ENQUEUED in session.info:
                self.work_waits.set()
            if written := session.info.get(WRITTEN):
                for follow in self.followers:
                    follow(written)

    def _writing(self) -> AsyncSession:
        return AsyncSession(self.engine, expire_on_commit=False, sync_session_class=WritingSession)

    async def close(self) -> None:
        if self._patient is not None and self._patient is not self:
            await self._patient.close()
        with suppress(TimeoutError):  # PostgreSQL is told good-bye, and may be silent
            await asyncio.wait_for(self.engine.dispose(), CLOSE_SECONDS)
        if self._glances is not None:
            self._glances.close()
            self._glances.engine.dispose()


def _make_engine(url: URL, *, is_patient: bool) -> AsyncEngine:
    if url.get_backend_name() == "postgresql":
        return make_engine(url, statement_seconds=None if is_patient else STATEMENT_SECONDS)
    made = sqlite_engine(url)
    _prepare_sqlite(made)
    return made


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        cursor = connection.cursor()
        for name, value in SQLITE_PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        readonly = connection.get_execution_options().get("readonly", False)
        # A transaction that reads first and writes later fails at once with "database is locked"
        # when somebody wrote in between, whatever the busy timeout: ask for the lock at the start.
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")
