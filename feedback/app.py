"""The only place that wires things together."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router, get
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.logging import LoggingConfig
from litestar.plugins.htmx import HTMXPlugin
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from feedback.accounts import routes as accounts
from feedback.accounts import settings_routes as account_settings
from feedback.accounts.guards import NotSignedInError, provide_viewer, require_viewer
from feedback.actions import handlers as actions
from feedback.comparisons import routes as comparisons
from feedback.dashboards import map_files
from feedback.dashboards import map_routes as journey_map
from feedback.dashboards import picture_routes as pictures
from feedback.dashboards import routes as dashboards
from feedback.db import Database
from feedback.demo import routes as demo
from feedback.journeys import handlers as journeys
from feedback.migrate import require_newest
from feedback.priorities import routes as priorities
from feedback.problems import ask_to_sign_in, say_problem
from feedback.resources import PACKAGE
from feedback.responses import public_routes
from feedback.responses import routes as responses
from feedback.responses.writer import Writer, make_store
from feedback.settings import Settings, load_settings, secret_key
from feedback.surveys import handlers as surveys
from feedback.surveys import hosted, kiosk
from feedback.surveys.catalog import Catalog
from feedback.surveys.sightings import Sightings
from feedback.web import security_headers, template_config
from feedback.widget import frozen
from feedback.widget import routes as widget
from feedback.widget.sites import Sites
from feedback.work import make_worker

log = logging.getLogger(__name__)


class App(Litestar):
    """Litestar, with ingest answered before its router: half the cost of an answer is saved."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and public_routes.is_ours(scope["path"]):
            await public_routes.answer(self.state, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings | None = None) -> Litestar:
    """The application. Granian calls it in each worker, with the settings of the environment."""
    settings = settings or load_settings()
    return App(
        route_handlers=[
            widget.router,
            frozen.frozen_script,
            hosted.router,
            kiosk.router,
            _static_router(),
            _public_pages(),
            _signed_in_pages(settings),
        ],
        lifespan=[_run_services],
        state=State({"settings": settings}),
        dependencies={
            "settings": Provide(_settings, sync_to_thread=False),
            "database": Provide(_database, sync_to_thread=False),
        },
        plugins=[HTMXPlugin()],
        template_config=template_config(),
        openapi_config=None,
        exception_handlers={
            NotSignedInError: ask_to_sign_in,
            HTTPException: say_problem,
            HTTP_500_INTERNAL_SERVER_ERROR: say_problem,
        },
        logging_config=_logging(),
    )


def _logging() -> LoggingConfig:
    # What fails is always told to the operator; what a visitor mistyped is not.
    return LoggingConfig(
        root={"level": "WARNING", "handlers": ["queue_listener"]},
        log_exceptions="always",
        disable_stack_trace={400, 403, 404, 405, 413, NotSignedInError},
    )


def _static_router() -> Router:
    # Pages name the files with a digest of their content (web.static_address).
    return create_static_files_router(
        path="/static",
        directories=[PACKAGE / "static"],
        cache_control=CacheControlHeader(max_age=31_536_000, public=True),
    )


def _public_pages() -> Router:
    return Router(
        "/",
        route_handlers=[
            *accounts.public_handlers,
            *surveys.public_handlers,
            *comparisons.public_handlers,
        ],
        before_request=accounts.use_browser_language,
        response_headers=security_headers(),
    )


def _signed_in_pages(settings: Settings) -> Router:
    return Router(
        "/",
        route_handlers=[
            home,
            *dashboards.signed_in_handlers,
            *pictures.signed_in_handlers,
            *journey_map.signed_in_handlers,
            *map_files.signed_in_handlers,
            *priorities.signed_in_handlers,
            *comparisons.signed_in_handlers,
            *actions.handlers,
            *journeys.handlers,
            *surveys.handlers,
            *responses.signed_in_handlers,
            *accounts.signed_in_handlers,
            *account_settings.signed_in_handlers,
            *(demo.handlers if settings.demo else ()),
        ],
        before_request=require_viewer,
        dependencies={"viewer": Provide(provide_viewer)},
        # The demo shows the board beside a shop, in a frame of our own.
        response_headers=security_headers(framed_by="'self'" if settings.demo else "'none'"),
    )


@get("/")
async def home() -> Redirect:
    return Redirect("/board", status_code=303)


@asynccontextmanager
async def _run_services(app: Litestar) -> AsyncIterator[None]:
    """Open the database, the writer and the worker; on the way down store what waits first."""
    settings: Settings = app.state.settings
    await require_newest(settings.url, migrate_empty=True)
    app.state.key = secret_key(settings)
    app.state.database = database = Database(settings.url)
    app.state.catalog = Catalog(database)
    app.state.sites = Sites(database, app.state.catalog)
    app.state.writer = writer = Writer(make_store(settings), database)
    await writer.start()
    app.state.sightings = sightings = Sightings(database)
    worker = make_worker(database, settings) if settings.worker == "inside" else None
    if worker is not None:
        worker.start()
    try:
        yield
    finally:
        await writer.stop()
        await sightings.stop()
        if worker is not None:
            await worker.stop()
        await database.close()


def _settings(state: State) -> Settings:
    settings: Settings = state.settings
    return settings


def _database(state: State) -> Database:
    database: Database = state.database
    return database
