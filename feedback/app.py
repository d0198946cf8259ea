"""The only place that wires things together."""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.logging import LoggingConfig
from litestar.plugins.htmx import HTMXPlugin
from litestar.static_files import create_static_files_router
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from feedback import numbers
from feedback.accounts.guards import NotSignedInError, NoWorkspaceError
from feedback.accounts.needs import ways_in
from feedback.backups.folder import last_backup
from feedback.clocks.watch import Watch
from feedback.crossing import is_crossed
from feedback.db import Database, is_away
from feedback.errors import FeedbackError
from feedback.filters import FilterError, NotOursError
from feedback.health import routes as health
from feedback.health.ready import Probe
from feedback.hosted import routes as hosted
from feedback.kiosk import routes as kiosk
from feedback.log_lines import ASKED, logging_config, say_what_is_held
from feedback.logs import describe
from feedback.migrate import AwayError, require_newest
from feedback.outbox.worker import Worker
from feedback.receipts import routes as receipts
from feedback.resources import PACKAGE
from feedback.responses import public_routes
from feedback.responses.bursts.recognise import Bursts
from feedback.responses.catalog import Catalog
from feedback.responses.filters import answers_link
from feedback.responses.limits import Limits
from feedback.responses.writer import Writer, make_store
from feedback.settings import Settings, load_settings, secret_key
from feedback.web.again import answer_again
from feedback.web.edge import Patience, as_get, sealed, watched, without_body, without_words
from feedback.web.page import template_config
from feedback.web.refusals import (
    ask_to_sign_in,
    refuse_filter,
    say_no_workspace,
    say_problem,
)
from feedback.web.under import path_of, put_before, taken_off
from feedback.widget import frozen
from feedback.widget import routes as widget
from feedback.widget.sightings import Sightings
from feedback.widget.sites import Sites
from feedback.work import make_worker

log = logging.getLogger(__name__)


# What customers ask for: answered from the first moment on, before the pages are there.
AT_ONCE = ("/widget", "/w/", "/s/", "/k/", "/mine/", "/static/", "/health/", "/metrics")
PAGES = "feedback.pages"
MOST_FILE_NAME = 255
STOP_SECONDS = 6.5  # a process is killed after eight


class App(Litestar):
    """Litestar, with ingest answered before its router: half the cost of an answer is saved.

    The pages of the team are a third of the start: they may come right after it.
    """

    lacks_pages = True

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._patience = Patience()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            send = without_words(send)
        try:
            await self._answer(scope, receive, send)
        except Exception as error:
            if isinstance(error, FeedbackError) and scope["type"] == "lifespan":
                # As a command would; the server below has been told, and ends.
                log.error("feedback: %s", error.message)
                return
            # The server below prints what comes out of here, with every cause.
            log.exception("a request or the start failed")
            raise FeedbackError(describe(error), exit_code=1) from None

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        path = path_of(self.state.settings.base_url)
        if path and scope["type"] == "http":
            scope = taken_off(scope, path)
        # Litestar 2.25 cannot route an ASGI handler by a path parameter (KeyError: 'method'), and
        # matches a mounted one by prefix alone.
        if scope["type"] == "http" and scope["path"][:3] in public_routes.ACTS:
            await public_routes.answer(self.state, scope, receive, send, self._patience)
            return
        if scope["type"] == "http":
            if scope["method"] == "HEAD":
                scope, send = as_get(scope), without_body(send)
            send = sealed(watched(scope, send), is_https=self._is_https)
            receive = self._patience.in_time(receive)
            if path:
                send = put_before(send, path)
        if self.lacks_pages and scope["type"] == "http" and not scope["path"].startswith(AT_ONCE):
            self.add_pages()
        if scope["type"] == "http":
            await answer_again(self._route, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _route(self, scope: Any, receive: Any, send: Any) -> None:
        if asked := ASKED.get():
            asked.scope = scope  # of its copies the one in which the router writes the route
        await super().__call__(scope, receive, send)

    @property
    def _is_https(self) -> bool:
        settings: Settings = self.state.settings
        return (settings.base_url or "").startswith("https:")

    def add_pages(self) -> None:
        """Take in the pages; the first import of them takes a while."""
        from feedback.pages import all_pages

        self.lacks_pages = False
        self.register(all_pages(self.state.settings))
        ways_in(self.routes)  # raises where one says not whom it is for


def create_app(settings: Settings | None = None, *, pages_later: bool = False) -> Litestar:
    """The application. Granian calls it in each worker, with the settings of the environment.

    pages_later: the pages come when the server runs, or when the first is asked for.
    """
    settings = settings or load_settings()
    app = App(
        route_handlers=[
            health.router,
            widget.router,
            frozen.frozen_script,
            hosted.router,
            kiosk.router,
            receipts.router,
            _static_router(),
        ],
        lifespan=[_run_services, _bring_pages],
        state=State({"settings": settings}),
        dependencies={
            "settings": Provide(_settings, sync_to_thread=False),
            "database": Provide(_database, sync_to_thread=False),
        },
        plugins=[HTMXPlugin()],
        template_config=template_config(answers_link=answers_link),
        openapi_config=None,
        exception_handlers={
            NotSignedInError: ask_to_sign_in,
            NoWorkspaceError: say_no_workspace,
            FilterError: refuse_filter,
            NotOursError: say_problem,
            HTTPException: say_problem,
            HTTP_500_INTERNAL_SERVER_ERROR: say_problem,
        },
        logging_config=_logging(settings.log_format),
    )
    ways_in(app.routes)
    if not pages_later:
        app.add_pages()
    return app


def _logging(form: str) -> LoggingConfig:
    # What fails is always told to the operator; what a visitor mistyped is not.
    config = logging_config(form)
    silent = {"class": "logging.NullHandler"}  # Litestar's own, which starts a thread
    return LoggingConfig(
        root=config["root"],
        handlers={**config["handlers"], "console": silent, "queue_listener": silent},
        loggers={**config["loggers"], "litestar": {"level": "WARNING"}},
        log_exceptions="always",
        exception_logging_handler=_log_failure,
        disable_stack_trace={
            *(400, 403, 404, 405, 408, 413),
            *(NotSignedInError, NoWorkspaceError, FilterError, NotOursError),
        },
    )


def _log_failure(logger: Any, scope: Any, _traceback: list[str]) -> None:
    # The route, not the address: that may hold a token.
    what = scope.get("method"), scope.get("path_template", "?")
    error = sys.exception()
    # Of every page, or done again: the frames say no more than this.
    if error is not None and (is_away(error) or is_crossed(error)):
        logger.warning("%s %s waits for the database: %s", *what, error, extra={"status": 503})
    else:
        logger.exception("%s %s failed", *what, extra={"status": 500})


def _static_router() -> Router:
    # Pages name the files with a digest of their content (web.static_address).
    return create_static_files_router(
        path="/static",
        directories=[PACKAGE / "static"],
        cache_control=CacheControlHeader(max_age=31_536_000, public=True),
        opt={"needs": "nobody"},
        exception_handlers={HTTP_500_INTERNAL_SERVER_ERROR: _no_such_file},
    )


def _no_such_file(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A name that no file can have, of 3,000 letters or with a NUL, is no failure of ours."""
    is_name = isinstance(error, ValueError) or len(request.url.path) > MOST_FILE_NAME
    return say_problem(request, NotFoundException() if is_name else error)


@asynccontextmanager
async def _run_services(app: Litestar) -> AsyncIterator[None]:
    """Open the database, the writer and the worker; on the way down store what waits first."""
    settings: Settings = app.state.settings
    try:
        await require_newest(settings.url, migrate_empty=True)
    except AwayError as error:
        # The process before this one has seen the schema: answer, if only with 503.
        log.warning("started without the database: %s", error)
    app.state.key = secret_key(settings)
    app.state.last_backup = partial(last_backup, settings)
    app.state.database = database = Database(settings.url)
    app.state.catalog = Catalog(database)
    database.followers.append(app.state.catalog.follow)
    app.state.sites = Sites(database, app.state.catalog)
    app.state.writer = writer = Writer(make_store(settings), database)
    await writer.start()
    app.state.probe = probe = Probe(database, writer)
    sharing = asyncio.create_task(numbers.keep_sharing())
    app.state.watch = watch = Watch(database)
    watch.start()
    app.state.limits = Limits(settings)
    app.state.bursts = bursts = Bursts(writer, database)
    app.state.sightings = sightings = Sightings(database)
    worker = make_worker(database, settings) if settings.worker == "inside" else None
    if worker is not None:
        worker.start()
    try:
        yield
    finally:
        sharing.cancel()
        with suppress(TimeoutError):  # a database that is silent has had its time
            async with asyncio.timeout(STOP_SECONDS):
                await writer.stop()
                await asyncio.gather(
                    watch.stop(), probe.stop(), bursts.stop(), sightings.stop(), *_stopped(worker)
                )
        await database.close()
        say_what_is_held()


def _stopped(worker: Worker | None) -> list[Coroutine[Any, Any, None]]:
    return [worker.stop()] if worker is not None else []


@asynccontextmanager
async def _bring_pages(app: Litestar) -> AsyncIterator[None]:
    """The pages that were left for later, as soon as the server runs."""
    task = asyncio.create_task(_add_pages(app))
    yield
    task.cancel()


async def _add_pages(app: Litestar) -> None:
    if not isinstance(app, App) or not app.lacks_pages:
        return
    await asyncio.to_thread(import_module, PAGES)
    if app.lacks_pages:
        app.add_pages()
    gc.freeze()  # see commands/serve.py


def _settings(state: State) -> Settings:
    settings: Settings = state.settings
    return settings


def _database(state: State) -> Database:
    database: Database = state.database
    return database
