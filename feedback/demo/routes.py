"""`/demo`: a shop that asks, beside the board that moves. Served only when the settings say so."""

from dataclasses import dataclass

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Visit
from feedback.demo.shop import IN_SHOP, WORKSPACE
from feedback.editor.surveys.queries import site_keys
from feedback.i18n import gettext as _
from feedback.scoring.months import month_at
from feedback.web.page import security_headers


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
async def demo_page(visit: NamedDependency[Visit]) -> Template:
    month = month_at(clock.now(), visit.workspace.time_zone)
    return visit.page("demo/demo.html", shop=WORKSPACE, month=month)


@get("/demo/shop", needs="viewer", response_headers=security_headers(framed_by="'self'"))
async def demo_shop(visit: NamedDependency[Visit], at: FromQuery[str] = "payment") -> Template:
    steps = _steps()
    step = next((step for step in steps if step.key == at), None)
    if step is None:
        raise not_found()
    async with visit.read() as session:
        [site_key, *_rest] = await site_keys(session, visit.workspace.id)
    return visit.page("demo/shop.html", shop=WORKSPACE, steps=steps, step=step, site_key=site_key)


handlers = [demo_page, demo_shop]
