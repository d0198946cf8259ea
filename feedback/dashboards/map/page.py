"""The journey map as its template takes it: words, and where each part can be moved to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from feedback.dashboards.map.cards import Column, period_of, read_map
from feedback.dashboards.map.paper import paper_fit
from feedback.dashboards.map.read import MapCounts
from feedback.dashboards.read import Counts, Scope
from feedback.dashboards.screen import (
    Nothing,
    board_choices,
    coarse_hint,
    mark_wrong,
    people_hint,
)
from feedback.editor.journeys.order import Position, order_version
from feedback.filters import FilterError
from feedback.i18n import current_locale, ngettext
from feedback.i18n import gettext as _
from feedback.memory import PAGE, memory
from feedback.readings.filters import Choice, place_of
from feedback.web.files import KINDS, file_links


@dataclass(frozen=True, slots=True)
class Undo:
    """What was moved just now, in words, and the place to put it back to."""

    said: str
    part: str
    to: str


@dataclass(frozen=True, slots=True)
class MapPage:
    """`seen` names the order shown: a move of another order is refused."""

    address: str = "/map"
    journey: str = ""
    journey_id: str = ""
    choices: tuple[Choice, ...] = ()
    was: str = ""
    exports: tuple[tuple[str, str], ...] = ()
    error: str = ""
    hint: str = ""
    period: str = ""
    month: str = ""
    columns: tuple[Column, ...] = ()
    seen: str = ""
    version: str = ""
    undo: Undo | None = None
    nothing: Nothing | None = None

    @property
    def fit(self) -> int:
        """How small it is printed, in percent, so that it fits one page."""
        return paper_fit(self.columns, has_notice=bool(self.hint))

    def after(self, undo: Undo | None) -> "MapPage":
        return replace(self, undo=undo)

    def saying(self, problem: str) -> "MapPage":
        return replace(self, error=problem)


def map_page(found: MapCounts | None, scope: Scope) -> MapPage:
    if found is None:
        return MapPage(nothing=_no_journey())
    counts, asked = found.counts, scope.asked
    columns = memory.keep(
        ("map", found.version, current_locale()), lambda: read_map(found), lambda _: PAGE
    )
    choices = board_choices(counts, scope)
    return MapPage(
        address=asked.address("/map"),
        journey=counts.journey.name,
        journey_id=str(counts.journey.id),
        choices=choices,
        was=place_of({choice.name: choice.value for choice in choices}),
        exports=file_links(asked.address("/map"), (*KINDS, "svg", "png", "pdf")),
        hint=(people_hint(counts) or coarse_hint(counts)) if columns else "",
        period=period_of(counts) or _("Last 30 days"),
        month=counts.window.chosen,
        columns=columns,
        seen=seen_order(columns),
        version=found.version,
        nothing=None if columns else _no_stage(counts),
    )


def refused_map(page: MapPage, error: FilterError) -> MapPage:
    """The page without its numbers, saying what could not be read."""
    choices = mark_wrong(page.choices, error)
    return replace(page, choices=choices, error=str(error), columns=(), hint="", nothing=None)


def seen_order(columns: Sequence[Column]) -> str:
    """The name of the order in which these stages and touchpoints stand."""
    return order_version(
        (column.stage.id, [card.touchpoint.id for card in column.cards]) for column in columns
    )


def _no_journey() -> Nothing:
    return Nothing(
        _("No journey yet"),
        _(
            "Here the stages of your customers' journey will stand side by side, with every "
            "touchpoint, its score and its target. Start with a journey and its stages."
        ),
        "/journeys/new",
        _("Make a journey"),
    )


def _no_stage(counts: Counts) -> Nothing:
    return Nothing(
        _("No stage yet"),
        _("This journey is empty. Its stages become the columns of this map."),
        f"/journeys/{counts.journey.id}",
        _("Add stages and touchpoints"),
    )


# After a move.


def write_undo(page: MapPage, before: Position, seams: int) -> Undo | None:
    """What to say about the move that was just made; None when the part is not on this map."""
    part = str(before.part)
    for number, column in enumerate(page.columns, start=1):
        if str(column.stage.id) == part:
            said = _("%(name)s is now stage %(at)s of %(n)s.") % {
                "name": column.stage.name,
                "at": number,
                "n": len(page.columns),
            }
            return Undo(said, part, write_position(None, before.at))
        for at, card in enumerate(column.cards, start=1):
            if str(card.touchpoint.id) == part:
                where = {"stage": column.stage.name, "at": at, "n": len(column.cards)}
                said = _moved(card.touchpoint.name, where, seams)
                return Undo(said, part, write_position(before.stage, before.at))
    return None


def _moved(name: str, where: dict[str, object], seams: int) -> str:
    words = {"name": name, **where, "seams": seams}
    if not seams:
        return _("%(name)s now stands in %(stage)s, place %(at)s of %(n)s.") % words
    return (
        ngettext(
            "%(name)s now stands in %(stage)s, place %(at)s of %(n)s, with its history; "
            "%(seams)s line goes on after a seam.",
            "%(name)s now stands in %(stage)s, place %(at)s of %(n)s, with its history; "
            "%(seams)s lines go on after a seam.",
            seams,
        )
        % words
    )


def write_position(stage: UUID | None, at: int) -> str:
    """A place as forms send it: `STAGE.AT` for a touchpoint, `.AT` for a stage."""
    return f"{stage or ''}.{at}"


def read_position(part: str, to: str) -> Position | None:
    """The place a form sent; None when it cannot be one."""
    stage, dot, at = to.rpartition(".")
    if not dot or not at.isdecimal() or len(at) > 4:
        return None
    try:
        return Position(UUID(part), UUID(stage) if stage else None, int(at))
    except ValueError:
        return None
