"""One request of somebody signed in: who asks, what they sent, and the answer they get."""

import uuid
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from litestar import Response
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.guards import Viewer, not_found
from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.versions import read_after_versions
from feedback.web.forms import Form, leave
from feedback.web.page import page

Row = TypeVar("Row")
Answer = Template | Redirect | Response[None]


@dataclass(frozen=True, slots=True)
class Visit:
    """What a handler of the signed-in pages is given."""

    request: HTMXRequest
    database: Database
    viewer: Viewer

    @property
    def workspace(self) -> Workspace:
        return self.viewer.workspace

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        return read_after_versions(self.database, self.workspace.id)

    def write(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.database.write()

    async def sent(self) -> FormMultiDict:
        return await self.request.form()

    async def act(self, default: str, *, field: str = "act") -> str:
        """Which button of a form was pressed."""
        return str((await self.sent()).get(field, default))

    async def need(
        self, session: AsyncSession, table: type[Row], id: uuid.UUID, *, lock: bool = False
    ) -> Row:
        """The workspace's row of this id, held until the transaction ends where `lock` says so.

        Raises 404 for a stranger's.
        """
        found = await session.get(table, (self.workspace.id, id), with_for_update=lock or None)
        if found is None:
            raise not_found()
        return found

    def page(self, template: str, form: Form[Any] | None = None, **context: Any) -> Template:
        """The page, or its block; with a form it is told what was wrong, and 422."""
        if form is None:
            return page(self.request, template, **context)
        status = 422 if form.errors else 200
        return page(self.request, template, status=status, form=form, **context)

    def leave(self, path: str, flash: str | None = None) -> Redirect | Response[None]:
        """To another page after a form that was saved."""
        return leave(self.request, path, flash)


async def provide_visit(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Visit:
    return Visit(request, database, viewer)
