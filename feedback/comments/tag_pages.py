"""`/comments/tags`: the tags of a workspace, each with its counts, its words and its name."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.visit import Answer, Visit
from feedback.charts.geometry import SPARK, ChartData, draw
from feedback.charts.lines import Axis, Point
from feedback.comments.changes import Changes, keep
from feedback.comments.models import NAME, Tag, TagCount
from feedback.comments.tag_counts import Counts, follow, read_counts, suggest
from feedback.comments.tag_names import read_name, read_words
from feedback.comments.tag_words import Preview, preview
from feedback.comments.tags import (
    archive_tag,
    load_tags,
    merge_tag,
    named_tag,
    rename_tag,
    restore_tag,
    set_words,
)
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.responses.filters import answers_link
from feedback.scoring.months import month_at, months_between, shift
from feedback.surveys.queries import load_asked_series
from feedback.web.forms import Form, FormReader
from feedback.web.page import redirect
from feedback.wording import month_name

ADDRESS = "/comments/tags"
SHOWN_MONTHS = 24
# Words that fit more of the comments than this tell nothing apart: said before they are kept.
NEARLY_ALL = 0.5


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag, and what jobs know of it so far."""

    tag: Tag
    state: TagCount | None
    counts: Counts
    spark: ChartData | None

    def link(self, **filters: Any) -> str:
        """The answers that were counted: where texts of some were erased, not as comments."""
        path = "/comments" if self.counts.texts == self.counts.n else "/responses"
        return answers_link(path, tag=self.tag.id, **filters)

    @property
    def progress(self) -> str:
        """How far its words were looked for, "" when there is nothing to wait for."""
        if self.state is None or self.state.is_whole:
            return ""
        looked, of = self.state.looked, max(self.state.looked, self.state.looked_of)
        said = _("Looked through %(n)s of %(of)s comments so far.")
        return said % {"n": format_number(looked), "of": format_number(of)}


@get(ADDRESS, needs="viewer", blocks=("tag_list",))
async def tag_list(visit: NamedDependency[Visit]) -> Template:
    return await _list(visit, Form({"name": "", "words": ""}, {}))


@get(f"{ADDRESS}/suggested", needs="viewer")
async def suggested_tags(
    visit: NamedDependency[Visit], start: FromQuery[str] = "", stage: FromQuery[str] = ""
) -> Template:
    """Names for a field of tags, as options: those used most on the stage first."""
    try:
        stage_id = uuid.UUID(stage) if stage else None
    except ValueError:
        stage_id = None
    async with visit.read() as session:
        tags = await suggest(session, visit.workspace.id, start=start[:NAME], stage_id=stage_id)
    return visit.page("comments/_tag_names.html", tags=tags)


@post(ADDRESS, needs="editor")
async def make_tag(visit: NamedDependency[Visit]) -> Answer:
    form, now = FormReader(await visit.sent()), clock.now()
    name, words = _typed_name(form), _typed_words(form)
    if form.errors:
        return await _list(visit, form.result(None))
    own, by = visit.workspace.id, visit.viewer.user.id
    async with visit.write() as session:
        made = Changes()
        tag = await named_tag(session, own, name, by, now, made)
        if not made.rows:
            form.fail("name", _("There is a tag of this name already."))
        elif words:
            made += await set_words(session, tag, words)
        undo_id = await _follow(session, visit, made, now)
    if form.errors:
        return await _list(visit, form.result(None))
    return redirect(f"{ADDRESS}/{tag.id}", _("The tag is made."), undo=undo_id)


@get(f"{ADDRESS}/{{tag_id:uuid}}", needs="viewer", blocks=("tag_counts",))
async def tag_page(visit: NamedDependency[Visit], tag_id: FromPath[uuid.UUID]) -> Template:
    async with visit.read() as session:
        tag = await visit.need(session, Tag, tag_id)
    return await _page(visit, tag, Form({"name": tag.name, "words": tag.words or ""}, {}))


@post(f"{ADDRESS}/{{tag_id:uuid}}", needs="editor")
async def change_tag(visit: NamedDependency[Visit], tag_id: FromPath[uuid.UUID]) -> Answer:
    """act: rename, merge (into `into`), words, archive, restore."""
    form = FormReader(await visit.sent())
    async with visit.read() as session:
        tag = await visit.need(session, Tag, tag_id)
    act = form.choice("act", tuple(_ACTS), "words" if form.flag("look") else "")
    if form.errors:
        return redirect(f"{ADDRESS}/{tag_id}")
    answer: Answer = await _ACTS[act](visit, tag, form)
    return answer


async def _rename(visit: Visit, tag: Tag, form: FormReader) -> Answer:
    form.values["words"] = tag.words or ""
    name = _typed_name(form)
    if form.errors:
        return await _page(visit, tag, form.result(None))
    now = clock.now()
    async with visit.write() as session:
        done = await rename_tag(session, await visit.need(session, Tag, tag.id, lock=True), name)
        undo_id = "" if isinstance(done, Tag) else await _follow(session, visit, done, now)
    if isinstance(done, Tag):
        return await _page(visit, tag, form.result(None), same_name=done)
    return redirect(f"{ADDRESS}/{tag.id}", _("The tag has its new name."), undo=undo_id)


async def _merge(visit: Visit, tag: Tag, form: FormReader) -> Answer:
    into, now = next(iter(form.ids("into")), uuid.UUID(int=0)), clock.now()
    async with visit.write() as session:
        other = await visit.need(session, Tag, into)
        mine = await visit.need(session, Tag, tag.id, lock=True)
        made = None if into == tag.id else await merge_tag(session, mine, into, now)
        undo_id = await _follow(session, visit, made, now) if made else ""
    if made is None:
        said = _("The two cannot be merged: more comments have this tag by hand than fit at once.")
        return redirect(f"{ADDRESS}/{tag.id}", said, kind="bad")
    said = _("“%(tag)s” is now a part of “%(other)s”.")
    names = {"tag": tag.name, "other": other.name}
    return redirect(f"{ADDRESS}/{into}", said % names, undo=undo_id)


async def _words(visit: Visit, tag: Tag, form: FormReader) -> Answer:
    form.values["name"] = tag.name
    words = _typed_words(form)
    if form.errors:
        return await _page(visit, tag, form.result(None))
    if words:
        async with visit.read() as session:
            found = await preview(session, visit.workspace.id, words)
        is_wide = found.fits > NEARLY_ALL * found.of and not form.flag("sure")
        if form.flag("look") or (is_wide and words != tag.words):
            return await _page(visit, tag, form.result(None), found=found, is_wide=is_wide)
    now = clock.now()
    async with visit.write() as session:
        row = await visit.need(session, Tag, tag.id, lock=True)
        undo_id = await _follow(session, visit, await set_words(session, row, words), now)
    said = _("The words are kept; comments with them get the tag now.")
    if not words:
        said = _("The tag holds no words any more.")
    return redirect(f"{ADDRESS}/{tag.id}", said, undo=undo_id)


async def _archive(visit: Visit, tag: Tag, _form: FormReader) -> Answer:
    now = clock.now()
    async with visit.write() as session:
        row = await visit.need(session, Tag, tag.id, lock=True)
        undo_id = await _follow(session, visit, await archive_tag(session, row, now), now)
    return redirect(ADDRESS, _("Archived: %(title)s") % {"title": tag.name}, undo=undo_id)


async def _restore(visit: Visit, tag: Tag, _form: FormReader) -> Answer:
    now = clock.now()
    async with visit.write() as session:
        row = await visit.need(session, Tag, tag.id, lock=True)
        undo_id = await _follow(session, visit, await restore_tag(session, row), now)
    return redirect(f"{ADDRESS}/{tag.id}", _("The tag is back."), undo=undo_id)


_ACTS: Mapping[str, Any] = {
    "rename": _rename, "merge": _merge, "words": _words, "archive": _archive, "restore": _restore,
}  # fmt: skip


async def _follow(session: AsyncSession, visit: Visit, made: Changes, now: Any) -> str:
    """What follows from an act; the id that undoes it, "" where nothing changed."""
    await follow(session, visit.workspace.id, made, now)
    id = await keep(session, visit.workspace.id, visit.viewer.user.id, made, now)
    return id.hex if id else ""


def _typed_name(form: FormReader) -> str:
    name, problem = read_name(form.typed("name"))
    if problem:
        form.fail("name", problem)
    return name


def _typed_words(form: FormReader) -> str:
    words, problem = read_words(form.typed("words"))
    if problem:
        form.fail("words", problem)
    return words


async def _list(visit: Visit, form: Form[Any]) -> Template:
    own = visit.workspace.id
    async with visit.read() as session:
        used, archived = [await load_tags(session, own, archived=each) for each in (False, True)]
        known = await read_counts(session, own)
    rows = [_row(visit, tag, known.get(tag.id)) for tag in used]
    rows.sort(key=lambda row: (-row.counts.n, row.tag.folded))
    return visit.page("comments/tags.html", form, rows=rows, archived=archived, comments=_comments)


def _row(visit: Visit, tag: Tag, known: tuple[TagCount, Counts] | None) -> TagRow:
    state, counts = known or (None, Counts())
    return TagRow(tag, state, counts, _line(visit, tag, counts))


def _line(visit: Visit, tag: Tag, counts: Counts) -> ChartData | None:
    """Its comments month by month, up to the running one."""
    if not counts.months:
        return None
    last = max(month_at(clock.now(), visit.workspace.time_zone), max(counts.months))
    first = max(min(counts.months), shift(last, 1 - SHOWN_MONTHS))
    values = {month: counts.months.get(month, (0, 0))[0] for month in months_between(first, last)}
    points = [
        Point(month, n, n, n, f"{month_name(month)}: {_comments(n)}", is_running=month == last)
        for month, n in values.items()
    ]
    title = _("Comments with “%(tag)s”, month by month") % {"tag": tag.name}
    return draw(points, title=title, axis=Axis(0, max(1, *values.values()), ()), box=SPARK)


def _comments(n: int) -> str:
    said = ngettext("%(n)s comment", "%(n)s comments", n)
    return said % {"n": format_number(n)}


async def _page(
    visit: Visit,
    tag: Tag,
    form: Form[Any],
    *,
    same_name: Tag | None = None,
    found: Preview | None = None,
    is_wide: bool = False,
) -> Template:
    async with visit.read() as session:
        known = await read_counts(session, visit.workspace.id, tag.id)
        places = await load_asked_series(session, visit.workspace.id)
    row = _row(visit, tag, known.get(tag.id))
    stages: dict[uuid.UUID, tuple[str, int, int]] = {}
    for series, place in places.items():
        if series in row.counts.series:
            n, bad = row.counts.series[series]
            name, so_far, bad_so_far = stages.get(place.stage.id, (place.stage.name, 0, 0))
            stages[place.stage.id] = (name, so_far + n, bad_so_far + bad)
    months: Sequence[Any] = sorted(row.counts.months.items(), reverse=True)[:SHOWN_MONTHS]
    return visit.page(
        "comments/tag.html",
        form,
        row=row,
        tag=tag,
        stages=stages,
        months=months,
        same_name=same_name,
        found=found,
        is_wide=is_wide,
        comments=_comments,
    )


signed_in_handlers = [tag_list, suggested_tags, make_tag, tag_page, change_tag]
