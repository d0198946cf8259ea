"""`/words`: the words of comments at a place, as a page and as files. A GET may ask for a job."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from feedback import clock
from feedback.accounts.visit import Visit
from feedback.comments.word_find import Said
from feedback.comments.words import (
    Where,
    Words,
    ask_for_months,
    read_for,
    where_of,
)
from feedback.filters import FilterError, no_such_choice, read_filters
from feedback.i18n import gettext as _
from feedback.responses.filters import parse_filters
from feedback.rows import Table, json_text
from feedback.scoring.months import month_at
from feedback.surveys.queries import load_asked_series
from feedback.web.files import file_links, file_pairs, send_file
from feedback.web.page import or_refused

BLOCKS = ("words_page",)
NAMES = ("journey", "stage", "touchpoint", "since", "until", "month")
HEAD = ("band", "word", "comments", "people", "others", "times", "low", "high", "z")


@dataclass(frozen=True, slots=True)
class Page:
    """The words, what the place is called ("" for the workspace), and how the job fares."""

    words: Words
    name: str
    waits: bool = False
    failed: bool = False

    @property
    def notes(self) -> list[str]:
        return how_sure(self.words)


async def _refused(visit: Visit, error: FilterError) -> Template:
    return visit.page("comments/words.html", status=422, found=None, error=str(error), exports=())


@get("/words", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def word_page(visit: NamedDependency[Visit]) -> Template:
    found = await _find(visit)
    address = found.words.address
    return visit.page(
        "comments/words.html",
        found=found,
        error="",
        address=address,
        exports=file_links(address) if found.words.found else (),
    )


@get(["/words.json", "/words.csv", "/words.xlsx"], needs="viewer", filters=True)
async def word_file(visit: NamedDependency[Visit]) -> Response[Any]:
    found = await _find(visit)
    return await send_file(visit.request, words_json, words_table, found)


async def _find(visit: Visit) -> Page:
    given = read_filters(file_pairs(visit.request), NAMES)
    filters, now = parse_filters(list(given.items())), clock.now()
    running = month_at(now, visit.workspace.time_zone)
    async with visit.read() as session:
        places = await load_asked_series(session, visit.workspace.id)
        where = where_of(visit.workspace.id, filters)
        name = _name(where, places)
        words = await read_for(session, visit.workspace.id, filters, running)
    if words is None:  # never: no other filter is taken
        raise no_such_choice("q")
    if words.found is not None:
        return Page(words, name)
    waits = await ask_for_months(visit.database, visit.workspace.id, words, now)
    return Page(words, name, waits=waits, failed=not waits)


def _name(where: Where, places: Mapping[uuid.UUID, Any]) -> str:
    """Raises FilterError for a place where nobody is asked."""
    if not where.kind:
        return ""
    named = (getattr(at, where.kind) for at in places.values())
    name = next((each.name for each in named if each.id == where.id), None)
    if name is None:
        raise no_such_choice(where.kind)
    return str(name)


def words_table(found: Page) -> Table:
    """A row a word: of unhappy comments first."""
    rows = [
        [band, *(row[name] for name in HEAD[1:])]
        for band, side in _sides(found).items()
        for row in side["words"]
    ]
    return Table(HEAD, rows)


def words_json(found: Page) -> str:
    """{"since", "until", "place", "is_claim", "tried", "computed_at", "negative", "positive"}; each
    side has its comments, the uses of all words in it, a person's of a word once, and its words."""
    words = found.words
    document = {
        "place": found.name or None,
        "since": words.since,
        "until": words.until,
        "is_claim": words.is_claim,
        "tried": words.found.tried if words.found else None,
        "passed": words.found.passed if words.found else None,
        "computed_at": words.at.isoformat() if words.at else None,
        **_sides(found),
    }
    return json_text(document)


def _sides(found: Page) -> dict[str, dict[str, Any]]:
    both = {"negative": found.words.unhappy, "positive": found.words.happy}
    return {
        band: {
            "comments": side.texts,
            "uses": side.uses,
            "words": [_row(each) for each in side.words],
        }
        for band, side in both.items()
    }


def _row(said: Said) -> dict[str, Any]:
    counts = {"word": said.form, "comments": said.texts, "people": said.people}
    odds = {"times": said.times, "low": said.low, "high": said.high, "z": said.z}
    return counts | {"others": said.others} | odds


def how_sure(words: Words) -> list[str]:
    """What the words rest on, in sentences."""
    if words.found is None:
        return []
    if not words.found.is_claim:
        return [
            _(
                "Nothing is claimed where fewer than 50 comments stand on a side: these are the "
                "words that most people wrote."
            )
        ]
    return [
        _(
            "Of %(tried)s words and pairs that five people or more wrote, %(passed)s set one side "
            "apart beyond chance: at most one in twenty of them by chance."
        )
        % {"tried": words.found.tried, "passed": words.found.passed},
        _(
            "A person counts once, however often they write a word. How many times as often: with "
            "limits that are right 19 times in 20, and drawn towards 1 where there are few."
        ),
    ]


signed_in_handlers = [word_page, word_file]
