"""The page of the board: what was read, its filters and its words."""

from dataclasses import dataclass, replace
from itertools import takewhile

from feedback.board.read import Month
from feedback.board.words import Board
from feedback.changes.words import SaidChanges, Sentence
from feedback.dashboards import screen
from feedback.dashboards.rate_words import say_moved
from feedback.dashboards.read import Scope
from feedback.filters import FilterError
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.readings.filters import Choice, place_of, show_choice
from feedback.web.files import file_links
from feedback.wording import month_name

LINES = 2  # of the headline; all that is said stands behind it


@dataclass(frozen=True, slots=True)
class BoardPage:
    address: str = "/board"
    etag: str = ""
    choices: tuple[Choice, ...] = ()
    journey_id: str = ""
    was: str = ""
    exports: tuple[tuple[str, str], ...] = ()
    error: str = ""
    hint: str = ""
    said: SaidChanges | None = None
    rate_moved: str = ""
    board: Board | None = None
    period: str = ""
    running: str = ""
    nothing: screen.Nothing | None = None

    @property
    def headline(self) -> tuple[Sentence, ...]:
        """What changed, else that nothing did: two lines."""
        return self._changed[:LINES] or (self.said.sentences[:1] if self.said else ())

    @property
    def _changed(self) -> tuple[Sentence, ...]:
        """Up to the first sentence that tells of something else, such as of scores that joined."""
        return tuple(takewhile(lambda each: each.verdict, self.said.sentences if self.said else ()))

    @property
    def more(self) -> tuple[Sentence, ...]:
        """All sentences, in full, where the headline leaves any of them out or short."""
        sentences = self.said.sentences if self.said else ()
        is_all = all(each in self.headline and each.short in ("", each.text) for each in sentences)
        return () if is_all else sentences

    @property
    def more_said(self) -> str:
        """What opens all that is said."""
        n = len(self._changed) - LINES
        if n <= 0:
            return _("How this is decided")
        text = ngettext(
            "%(n)s more change, and how this is decided",
            "%(n)s more changes, and how this is decided",
            n,
        )
        return text % {"n": n}


def board_page(month: Month | None, scope: Scope, etag: str = "") -> BoardPage:
    """The board; with an `etag` it looks by itself whether something is new."""
    if month is None:
        return BoardPage(nothing=screen.no_journey())
    counts, asked = month.counts, scope.asked
    window = counts.window
    choices = (*screen.board_choices(counts, scope), show_choice(asked))
    page = BoardPage(
        address=asked.address("/board"),
        etag=etag,
        choices=choices,
        journey_id=str(counts.journey.id),
        was=place_of({choice.name: choice.value for choice in choices}),
        exports=file_links(asked.address("/board", show="")),
        nothing=screen.no_answers(),
    )
    if not counts.span.first:
        return page
    running = "" if counts.recent else window.running
    is_running = running == window.chosen
    return replace(
        page,
        hint=screen.coarse_hint(counts),
        said=screen.said(counts, scope),
        rate_moved=say_moved(month.rates, counts.looked_at),
        board=Board(month, bool(asked.get("show"))) if month.stages else None,
        period="" if counts.recent or is_running else month_name(window.chosen),
        running=month_name(running) if running else "",
    )


def refused_board(page: BoardPage, error: FilterError) -> BoardPage:
    """The page without its numbers, saying what could not be read."""
    choices = screen.mark_wrong(page.choices, error)
    return replace(
        page, choices=choices, error=str(error), board=None, said=None, hint="", nothing=None
    )
