"""How this program connects to PostgreSQL: one way, for pages, answers, imports and migrations.

| | |
|---|---|
| `connect` | a connection of asyncpg |
| `make_engine` | an engine of SQLAlchemy, over such connections |
| `within` | cuts a connection that does not answer in time |
| `check_query` | refuses what a database address may not say |

A server that was stopped, or a network that swallows packets, says nothing at all: without a limit
of our own a statement waits for it as long as TCP does, which is minutes or for ever.
"""

import asyncio
import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

CONNECT_SECONDS = 3.0
PING_SECONDS = 3.0  # the look at a connection that has rested, before it is used again
STATEMENT_SECONDS = 8.0  # of a page; the slowest takes a hundredth
CLOSE_SECONDS = 2.0  # to say good-bye
POOL_SECONDS = 5.0  # for one of the connections that others use

TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SSL = dict.fromkeys(("true", "on", "1", "yes"), "require")
_SSL |= dict.fromkeys(("false", "off", "0", "no"), "disable")
# What the address may say after its `?`; the names of libpq, as far as asyncpg knows them.
QUERY = (
    *("application_name", "host", "port", "passfile", "sslmode", "sslrootcert", "sslcert"),
    *("sslkey", "sslpassword", "sslcrl", "sslnegotiation", "ssl_min_protocol_version"),
    *("ssl_max_protocol_version", "target_session_attrs", "options", "service"),
)
# Which servers hand a connection on to somebody else after each transaction, as pgbouncer does.
_pooled: dict[tuple[Any, ...], bool] = {}


def check_query(url: URL) -> URL:
    """The address with the one spelling of what it asks for. Raises ValueError with the reason.

    `ssl=true` and `ssl=require`, as other drivers write it, are `sslmode=require`.
    """
    query: dict[str, Any] = dict(url.query)
    given = query.pop("ssl", None)
    if given is not None:
        mode = _SSL.get(str(given).lower(), given)
        if query.setdefault("sslmode", mode) != mode:
            raise ValueError(f"says ssl={given} and sslmode={query['sslmode']}; leave one out")
    for name in query:
        if name not in QUERY:
            raise ValueError(f"says {name}=, which is unknown; there are {', '.join(QUERY)}")
    if (mode := query.get("sslmode")) not in (None, *TLS_MODES):
        raise ValueError(f"says sslmode={mode}; there are {', '.join(TLS_MODES)}")
    if query.get("sslrootcert") == "system":  # as libpq says it; asyncpg takes a file
        query["sslrootcert"] = ssl.get_default_verify_paths().cafile or ""
    return url.set(query=query)


async def connect(
    url: URL, *, statement_seconds: float | None = None, is_cut: bool = True, plain: bool = False
) -> Any:
    """A connection of asyncpg; TLS is as `sslmode` or PGSSLMODE say. Raises what asyncpg does,
    TimeoutError where nobody answers.

    statement_seconds: after so long a statement raises TimeoutError, and the server gives it up.
    is_cut: False where the caller cuts it himself, by `within`: that costs once, not a statement.
    plain: for a look or two; finds out whether the server is one that hands connections on.
    """
    import asyncpg

    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    settings: dict[str, Any] = {"command_timeout": statement_seconds if is_cut else None}
    if plain or is_pooled(url):
        settings["statement_cache_size"] = 0  # the next statement may meet another process
    elif statement_seconds is not None:
        # For who waits there for a lock when we have gone: he would keep his place for ever.
        given = f"{statement_seconds + 1:.0f}s"
        settings["server_settings"] = {"statement_timeout": given}
    made = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, **settings)
    if plain:
        # Of the real process; the other is what we were told when we connected.
        process = await made.fetchval("SELECT pg_backend_pid()")
        _pooled[_server(url)] = process != made.get_server_pid()
    return made


def is_pooled(url: URL) -> bool:
    """Whether the last `plain` connection met a server that hands connections on."""
    return _pooled.get(_server(url), False)


def _server(url: URL) -> tuple[Any, ...]:
    return url.host, url.port, url.database, *sorted(url.query.items())


@contextmanager
def within(seconds: float, connection: Any) -> Iterator[None]:
    """Cut the connection when the block takes longer: what waits for it then raises asyncpg's
    errors of a lost connection. Cancelling instead would wait for the server to agree."""
    timer = asyncio.get_running_loop().call_later(seconds, connection.terminate)
    try:
        yield
    finally:
        timer.cancel()


def make_engine(
    url: URL, *, statement_seconds: float | None = None, plain: bool = False
) -> "AsyncEngine":
    """An engine; `statement_seconds` and `plain` as for `connect`. A plain one keeps nothing.

    After a statement that took too long every connection is replaced before it is used again.
    """

    from sqlalchemy.ext.asyncio import create_async_engine

    async def creator(**_given: Any) -> Any:
        return await connect(url, statement_seconds=statement_seconds, plain=plain)

    args: dict[str, Any] = {"async_creator_fn": creator}
    if plain or is_pooled(url):
        args |= {"prepared_statement_cache_size": 0, "prepared_statement_name_func": _new_name}
    pool: dict[str, Any] = {"poolclass": NullPool}
    if not plain:
        pool = {"pool_size": 5, "max_overflow": 5, "pool_timeout": POOL_SECONDS}
        pool["pool_pre_ping"] = True
    made = create_async_engine(
        url.set(drivername="postgresql+asyncpg", query={}),
        hide_parameters=True,  # an error that says its statement says no value of it
        connect_args=args,
        **pool,
    )
    dialect: Any = made.sync_engine.dialect
    # Private to SQLAlchemy: one reason to stay below 2.1 until this is tried there. Without it
    # what took too long is no error of a database, and its connection would be used again.
    dialect.dbapi._asyncpg_error_translate[TimeoutError] = dialect.dbapi.InterfaceError
    dialect.do_ping = _answers
    event.listen(made.sync_engine, "handle_error", _cut_what_is_late)
    return made


def _new_name() -> str:
    return f"__feedback_{uuid.uuid4().hex}__"


def _answers(connection: Any) -> bool:
    """One way to the server and back; SQLAlchemy's own look is three."""
    from asyncpg.exceptions import InterfaceError, PostgresError

    try:
        connection.await_(connection._connection.execute("SELECT 1", timeout=PING_SECONDS))
    except (OSError, InterfaceError, PostgresError):
        connection._connection.terminate()
        return False
    return True


def _cut_what_is_late(context: Any) -> None:
    error = context.original_exception
    if isinstance(error.__cause__ or error, TimeoutError) and context.connection is not None:
        # By itself SQLAlchemy says good-bye first, and waits two seconds for the answer.
        context.connection.connection.dbapi_connection._connection.terminate()
        context.is_disconnect = True
