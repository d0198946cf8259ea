"""What differences are made of, as its part of the page takes it: sentences and small tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.dashboards.mix.lines import MixLine, is_hidden, mix_lines
from feedback.dashboards.mix.words import Told, number, say_periods, say_splits, signed
from feedback.dashboards.read import Counts
from feedback.i18n import gettext as _
from feedback.scoring import Metric, MixGroup
from feedback.wording import NO_SCORE, write_share


@dataclass(frozen=True, slots=True)
class MixRow:
    """One group as the table prints it; `note` says where it has answers on one side only."""

    name: str
    share_before: str
    share_after: str
    score_before: str
    score_after: str
    within: str
    mix: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MixTable:
    """One split by `by`: its groups, and the whole last."""

    by: str
    caption: str
    rows: tuple[MixRow, ...]


@dataclass(frozen=True, slots=True)
class MixNote:
    """One line in view: its two periods, what its splits say, and their tables."""

    name: str
    periods: str
    sentences: tuple[str, ...]
    tables: tuple[MixTable, ...]


@dataclass(frozen=True, slots=True)
class MixPage:
    """untold: of which lines nothing is said, and why."""

    notes: tuple[MixNote, ...]
    untold: tuple[str, ...]


def say_mix(counts: Counts) -> MixPage | None:
    """The words under the trends; None where there is nothing to say."""
    lines = mix_lines(counts)
    notes = tuple(_note(line, counts.metric) for line in lines if line.splits)
    untold = tuple(_untold(lines))
    return MixPage(notes, untold) if notes or untold else None


def _untold(lines: Sequence[MixLine]) -> list[str]:
    said = []
    if few := _names(lines, "too few"):
        said.append(_("Fewer than 30 answers in one of the two periods: %(names)s.") % few)
    if anew := _names(lines, "asked anew"):
        said.append(_("Asked anew meanwhile, so the periods do not compare: %(names)s.") % anew)
    return said


def _names(lines: Sequence[MixLine], state: str) -> dict[str, str]:
    names = [line.name for line in lines if line.state == state]
    return {"names": ", ".join(names)} if names else {}


def _note(line: MixLine, metric: Metric) -> MixNote:
    told = [Told(line, split, metric) for split in line.splits]
    return MixNote(
        line.name,
        say_periods(line, metric),
        tuple(say_splits(told)),
        tuple(_table(each) for each in told),
    )


def _table(told: Told) -> MixTable:
    is_channel = told.split.by == "channel"
    return MixTable(
        by=told.split.by,
        caption=_("By channel") if is_channel else _("By touchpoint"),
        rows=(*(_row(told, group) for group in told.split.mix.groups), _whole(told)),
    )


def _row(told: Told, group: MixGroup) -> MixRow:
    is_shown = not is_hidden(group)
    return MixRow(
        name=told.name(group),
        share_before=write_share(group.share_before),
        share_after=write_share(group.share_after),
        score_before=number(group.score_before if is_shown else None, told.metric),
        score_after=number(group.score_after if is_shown else None, told.metric),
        within=signed(group.within, told.digits) if is_shown else NO_SCORE,
        mix=signed(group.mix, told.digits) if is_shown else NO_SCORE,
        note=_one_sided(group),
    )


def _one_sided(group: MixGroup) -> str:
    if not group.n_before:
        return _("new: no answers before")
    return "" if group.n_after else _("gone: no answers since")


def _whole(told: Told) -> MixRow:
    line, full = told.line, write_share(1.0)
    before, after = (number(s.score, told.metric) for s in (line.score_before, line.score_after))
    parts = (signed(part, told.digits) for part in told.parts(told.digits)[1:])
    return MixRow(_("All answers"), full, full, before, after, *parts)
