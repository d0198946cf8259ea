"""Retention on the page of the privacy settings: the look before it begins, and what it did."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.accounts.visit import Visit
from feedback.i18n import format_date, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.privacy.models import Privacy
from feedback.privacy.retention import (
    MOST_COUNTED,
    Preview,
    is_held,
    load_runs,
    preview,
)
from feedback.privacy.schemas import PrivacyIn
from feedback.responses.models import RetentionRun
from feedback.scoring.months import month_of
from feedback.web.forms import Form
from feedback.wording import month_name


@dataclass(frozen=True, slots=True)
class Retention:
    """What the page says of it. `asked`: what would be erased tonight, before it is agreed to."""

    workspace: Workspace
    runs: Sequence[RetentionRun]
    is_held: bool
    asked: Preview | None

    def said(self, run: RetentionRun) -> str:
        text = (
            ngettext(
                "On %(day)s: the texts of %(n)s answer of before %(month)s were erased.",
                "On %(day)s: the texts of %(n)s answers of before %(month)s were erased.",
                run.answers,
            )
            if run.ended_at
            else ngettext(
                "Since %(day)s, under way: the texts of %(n)s answer of before %(month)s erased.",
                "Since %(day)s, under way: the texts of %(n)s answers of before %(month)s erased.",
                run.answers,
            )
        )
        day = format_date(run.ended_at or run.began_at, self.workspace.time_zone)
        month = month_name(month_of(run.before))
        return text % {"day": day, "n": format_number(run.answers), "month": month}

    @property
    def warning(self) -> str:
        assert self.asked is not None
        n = self.asked.answers
        text = ngettext(
            "This erases what was written in %(n)s answer of before %(month)s: comment, properties "
            "and page, tonight and for good. The rating stays. Nothing is saved yet.",
            "This erases what was written in %(n)s answers of before %(month)s: comments, "
            "properties and pages, tonight and for good. The ratings stay. Nothing is saved yet.",
            n,
        )
        many = _("more than %(n)s") % {"n": format_number(n)}
        said = many if n >= MOST_COUNTED else format_number(n)
        return text % {"n": said, "month": month_name(month_of(self.asked.before))}

    @property
    def agreed(self) -> str:
        assert self.asked is not None
        return agreement(self.asked)


def agreement(asked: Preview) -> str:
    """What the button sends: it agrees to this month, and to no later one."""
    return asked.before.isoformat()


async def read_retention(visit: Visit, asked: Preview | None) -> Retention:
    async with visit.read() as session:
        runs = await load_runs(session, visit.workspace.id)
        held = await is_held(session, visit.workspace.id, clock.now())
    return Retention(visit.workspace, runs, held, asked)


async def refused_months(
    visit: Visit, form: Form[PrivacyIn]
) -> tuple[Form[PrivacyIn], Preview | None] | None:
    """Why the months of a checked form are not saved yet, None where they are: only an owner
    changes them, and whoever makes them fewer sees first what that erases."""
    assert form.checked is not None
    wanted = form.checked.keep_texts_months
    async with visit.read() as session:
        row = await session.get(Privacy, visit.workspace.id)
        stored = row.keep_texts_months if row else None
        if wanted == stored:
            return None
        if not visit.viewer.may("owner"):
            said = _("Only an owner changes how long texts are kept.")
            return replace(form, errors={"keep_texts_months": said}), None
        if wanted is None or (stored is not None and wanted > stored):
            return None
        asked = await preview(session, visit.workspace, wanted, clock.now())
    is_agreed = (await visit.sent()).get("agreed") == agreement(asked)
    return None if is_agreed or not asked.answers else (form, asked)
