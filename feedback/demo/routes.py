"""`/demo`: a shop that asks, beside the board that moves. Served only when the settings say so."""

from dataclasses import dataclass

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template
from sqlmodel import select

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.demo.shop import IN_SHOP, WORKSPACE
from feedback.i18n import gettext as _
from feedback.scoring.months import month_at
from feedback.web.page import page, security_headers


@dataclass(frozen=True, slots=True)
class Step:
    """Where a visitor of the shop can be."""

    key: str
    label: str

    @property
    def survey_key(self) -> str:
        return f"demo-{self.key}"


def _steps() -> list[Step]:
    labels = (_("Home"), _("Coffees"), _("Cart"), _("Payment"), _("Thank you"), _("Later"))
    return [Step(key, label) for key, label in zip(IN_SHOP, labels, strict=True)]


@get("/demo", needs="viewer", response_headers=security_headers(frames="'self'"))
async def demo_page(request: HTMXRequest, viewer: NamedDependency[Viewer]) -> Template:
    month = month_at(clock.now(), viewer.workspace.time_zone)
    return page(request, "demo/demo.html", shop=WORKSPACE, month=month)


@get("/demo/shop", needs="viewer", response_headers=security_headers(framed_by="'self'"))
async def demo_shop(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    at: FromQuery[str] = "payment",
) -> Template:
    steps = _steps()
    step = next((step for step in steps if step.key == at), None)
    if step is None:
        raise not_found()
    async with database.read() as session:
        found = await session.exec(
            select(PublicKey.key).where(
                PublicKey.workspace_id == viewer.workspace.id, PublicKey.kind == "site"
            )
        )
        site_key = found.first()
    if site_key is None:
        raise not_found()
    return page(
        request, "demo/shop.html", shop=WORKSPACE, steps=steps, step=step, site_key=site_key
    )


handlers = [demo_page, demo_shop]
