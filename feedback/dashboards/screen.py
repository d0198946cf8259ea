"""A page of numbers: what board, trends and map do alike around them, and with an address."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from typing import Generic, TypeVar

from litestar import Response
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.changes.words import SaidChanges, Sentence, say_changes
from feedback.charts.drawings import asked_pairs
from feedback.dashboards.read import Counts, Scope, changes_of
from feedback.db import Database
from feedback.filters import FilterError
from feedback.i18n import current_locale, ngettext
from feedback.i18n import gettext as _
from feedback.kept import counts_name, shape_name
from feedback.memory import memory
from feedback.readings.filters import (
    Asked,
    Choice,
    channel_choice,
    journey_choice,
    metric_choice,
    month_choice,
    parse_asked,
    stage_choice,
    touchpoint_choice,
)
from feedback.resources import resource_dir
from feedback.scoring.months import month_at, shift
from feedback.versions import read_after_versions
from feedback.web.files import file_pairs
from feedback.web.page import FLASH_COOKIE, page

COARSE_BELOW = 8  # touchpoints: a coarser journey says that something is wrong, not what

Found = TypeVar("Found")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Screen(Generic[Found, Shown]):
    """What one page differs in.

    names: its filters; filtering swaps the first of the blocks that its route names.
    load: what it is computed from, None as long as there is no journey; raises NotOursError.
    draw: the page, given what was loaded and the tag of the block that looks by itself (`polls`).
    refuse: the page without its numbers. version: of what was loaded.
    passes: whether what was loaded becomes another as time passes, without any answer.
    """

    names: Sequence[str]
    template: str
    load: Callable[[AsyncSession, Scope], Awaitable[Found | None]]
    draw: Callable[[Found | None, Scope, str], Shown]
    refuse: Callable[[Shown, FilterError], Shown]
    address: Callable[[Shown], str]
    version: Callable[[Found], str]
    passes: Callable[[Found], bool]
    polls: str = ""

    def scope(self, request: HTMXRequest, viewer: Viewer) -> Scope:
        """What is asked of it. Raises FilterError."""
        return self._scope(viewer, file_pairs(request))

    def picture_scope(self, request: HTMXRequest, viewer: Viewer) -> Scope:
        """What is asked of its picture. Raises FilterError."""
        return self._scope(viewer, asked_pairs(request))

    def _scope(self, viewer: Viewer, pairs: Iterable[tuple[str, str]]) -> Scope:
        now = clock.now()
        running = month_at(now, viewer.workspace.time_zone)
        return Scope(viewer.workspace, parse_asked(list(pairs), self.names, running), now)

    async def find(self, database: Database, scope: Scope) -> Found | None:
        async with read_after_versions(database, scope.workspace.id) as session:
            return await self.load(session, scope)

    async def need(self, database: Database, scope: Scope) -> Found:
        """What a file is made of; without a journey there is none."""
        found = await self.find(database, scope)
        if found is None:
            raise not_found()
        return found

    async def make(self, database: Database, scope: Scope) -> Shown:
        return self.draw(await self.find(database, scope), scope, "")

    async def answer(
        self, request: HTMXRequest, database: Database, viewer: Viewer
    ) -> Template | Response[None]:
        """The page or its block; 304 where the browser has this very answer already.

        For that, numbers are read and no counts: what their page is made of is known.
        """
        scope, target = self.scope(request, viewer), request.htmx.target or ""
        async with read_after_versions(database, scope.workspace.id) as session:
            place = await self._place(session, scope)
            known: str | None = memory.get(place)
            tag = known and self._tag(request, viewer, scope, known, target)
            if tag and _is_unchanged(request, tag):
                return Response(None, status_code=304, headers={"ETag": tag})
            found = await self.load(session, scope)
        version = "" if found is None else self.version(found)
        if found is not None and not self.passes(found):
            memory.put(place, version)
        tag = self._tag(request, viewer, scope, version, target)
        if _is_unchanged(request, tag):
            return Response(None, status_code=304, headers={"ETag": tag})
        polled = self._tag(request, viewer, scope, version, self.polls) if self.polls else ""
        made = self.draw(found, scope, polled)
        # Kept by the reader's browser, asked anew each time.
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.htmx.target == request.route_handler.opt["blocks"][0]:
            headers["HX-Push-Url"] = self.address(made)
        return self.show(request, made, headers=headers)

    async def refused(
        self, request: HTMXRequest, database: Database, viewer: Viewer, error: FilterError
    ) -> Template:
        """The page with nothing asked, saying what could not be read."""
        made = await self.make(database, Scope(viewer.workspace, Asked(), clock.now()))
        return self.show(request, self.refuse(made, error), status=422)

    def show(
        self,
        request: HTMXRequest,
        made: Shown,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Template:
        return page(request, self.template, status=status, headers=headers, page=made)

    async def _place(self, session: AsyncSession, scope: Scope) -> Hashable:
        """All that a page is made of besides its reader, by the names it has in the database."""
        workspace = scope.workspace
        names = (
            await counts_name(session, workspace.id),
            await shape_name(session, workspace.id),
        )
        asked = (tuple(sorted(scope.asked.values.items())), scope.asked.moved)
        return (self.template, workspace.id, workspace.time_zone, scope.running, asked, names)

    def _tag(
        self, request: HTMXRequest, viewer: Viewer, scope: Scope, version: str, target: str
    ) -> str:
        """Names this very answer: its data, its reader, its language, its block, its templates.

        A page and its block share an address, so they must not share a tag: a browser may offer
        the tag of the one when it asks for the other.
        """
        parts = (
            version,
            scope.asked,
            scope.running,
            current_locale(),
            viewer.workspace.name,
            *(viewer.user.email, viewer.role, viewer.has_comments),
            request.state.csrf_token,
            target,
            _look(),
        )
        return f'"{blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


@cache
def _look() -> tuple[str, float]:
    newest = max(path.stat().st_mtime for path in resource_dir("templates").rglob("*.html"))
    return version("feedback"), newest


def _is_unchanged(request: HTMXRequest, tag: str) -> bool:
    if FLASH_COOKIE in request.cookies:
        return False
    return tag in request.headers.get("If-None-Match", "").replace("W/", "").split(", ")


# What stands around the numbers.


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty page: what will be here, and the one next step."""

    title: str
    text: str
    href: str
    action: str


def no_journey() -> Nothing:
    return Nothing(
        _("No journey yet"),
        _(
            "Here each stage of your customers' journey will show its score of the month, "
            "its trend and its touchpoints. Start with a journey and its stages."
        ),
        "/journeys/new",
        _("Make a journey"),
    )


def no_answers() -> Nothing:
    return Nothing(
        _("No answers yet"),
        _(
            "Publish a survey at one touchpoint and share it: its first answer shows here "
            "within seconds. Tests are not counted."
        ),
        "/surveys",
        _("Go to the surveys"),
    )


def said(counts: Counts, scope: Scope, shown: str = "") -> SaidChanges:
    """The sentence above board and trends; shown: the metric of a page of one."""
    found = say_changes(
        changes_of(counts),
        is_newest=counts.looked_at == shift(scope.running, -1),
        has_channel=bool(scope.asked.get("channel")),
        shown=shown,
    )
    hint = people_hint(counts)
    return replace(found, sentences=(*found.sentences, Sentence(hint))) if hint else found


def people_hint(counts: Counts) -> str:
    """Says where it is not known by how many people the answers are."""
    if not counts.hides_repeats:
        return ""
    return _(
        "Some people answered several times: by channel ± is too narrow, over all channels it is "
        "by people."
    )


def coarse_hint(counts: Counts) -> str:
    """Says that a journey of few touchpoints tells that something is wrong, not what."""
    n = len(counts.journey.touchpoints)
    if n >= COARSE_BELOW:
        return ""
    return ngettext(
        "This journey has %(n)s touchpoint. With fewer than eight, a low score says that "
        "something is wrong, not what.",
        "This journey has %(n)s touchpoints. With fewer than eight, a low score says that "
        "something is wrong, not what.",
        n,
    ) % {"n": n}


def mark_wrong(choices: tuple[Choice, ...], error: FilterError) -> tuple[Choice, ...]:
    return tuple(replace(choice, is_wrong=choice.name == error.name) for choice in choices)


def board_choices(counts: Counts, scope: Scope) -> tuple[Choice, ...]:
    recent = [("", _("Last 30 days"))] if counts.recent else []
    chosen = counts.window.chosen
    first = counts.span.first or chosen or scope.running
    choices = [
        month_choice("month", _("Month"), chosen, first, scope.running, recent),
        channel_choice(scope.asked),
    ]
    if len(counts.journeys) > 1:
        choices.insert(0, journey_choice(counts.journeys, counts.journey))
    return tuple(choices)


def trends_choices(counts: Counts, scope: Scope) -> tuple[Choice, ...]:
    asked, window, focus = scope.asked, counts.window, counts.focus
    since, until = window.months[0], window.months[-1]
    first = counts.span.first or since
    stage = str(focus.stage.id) if focus.stage else ""
    touchpoint = str(focus.touchpoint.id) if focus.touchpoint else ""
    choices = [
        metric_choice(counts.journey, counts.metric.key),
        stage_choice(counts.journey, stage),
        touchpoint_choice(counts.journey, stage, touchpoint),
        channel_choice(asked),
        month_choice("from", _("From"), since, first, scope.running),
        month_choice("to", _("To"), until, first, scope.running),
    ]
    if len(counts.journeys) > 1:
        choices.insert(0, journey_choice(counts.journeys, counts.journey))
    return tuple(choices)
