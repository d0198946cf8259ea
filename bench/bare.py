"""What we are measured against: Litestar on the same server, doing next to nothing."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, get, post
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession


@post("/r/{survey_key:str}")
async def receive(request: Request[Any, Any, Any]) -> dict[str, int]:
    """Reads the body, answers a little JSON, stores nothing."""
    return {"bytes": len(await request.body())}


def handler_app() -> Litestar:
    return Litestar([receive], openapi_config=None)


class Visit(SQLModel, table=True):
    """A table, so that the app has one."""

    id: int | None = Field(default=None, primary_key=True)
    page: str


def database_app() -> Litestar:
    """Litestar and SQLModel on SQLite: a table, a session, a page."""
    engine = create_async_engine(os.environ["BARE_DATABASE_URL"])

    @asynccontextmanager
    async def open_database(_app: Litestar) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        yield
        await engine.dispose()

    @get("/")
    async def visits() -> Sequence[Visit]:
        async with AsyncSession(engine) as session:
            return (await session.exec(select(Visit))).all()

    return Litestar([visits], lifespan=[open_database], openapi_config=None)
