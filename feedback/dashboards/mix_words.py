"""What differences are made of, in words: a sentence and a small table for each split."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from feedback.dashboards.mix_lines import (
    OTHERS,
    MixLine,
    Period,
    Split,
    group_names,
    is_hidden,
    mix_lines,
)
from feedback.dashboards.trends import TrendsSource
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import Metric, MixGroup, Score, round_half_away
from feedback.wording import (
    MINUS,
    NO_SCORE,
    channel_name,
    month_short,
    write_number,
    write_score,
    write_share,
)


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
    """One split: what it says, and its groups with the whole last."""

    by: str
    caption: str
    sentence: str
    rows: tuple[MixRow, ...]


@dataclass(frozen=True, slots=True)
class MixNote:
    """One line in view: its two periods, and its splits."""

    name: str
    periods: str
    tables: tuple[MixTable, ...]


@dataclass(frozen=True, slots=True)
class MixPage:
    """untold: of which lines nothing is said, and why."""

    notes: tuple[MixNote, ...]
    untold: tuple[str, ...]


def say_mix(source: TrendsSource) -> MixPage | None:
    """The words under the trends; None where there is nothing to say."""
    lines = mix_lines(source)
    notes = tuple(_note(line, source.metric) for line in lines if line.splits)
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
    tables = tuple(_table(split, line, metric) for split in line.splits)
    return MixNote(line.name, _periods(line, metric), tables)


def _periods(line: MixLine, metric: Metric) -> str:
    words = {
        "before": _period(line.before),
        "after": _period(line.after),
        "old": _short(line.score_before, metric),
        "new": _short(line.score_after, metric),
    }
    if line.is_since:
        text = _("%(old)s in %(before)s, %(new)s since it changed, in %(after)s.")
    elif words["old"] == words["new"]:
        text = _("%(old)s in %(before)s as in %(after)s.")
    else:
        text = _(
            "%(old)s in %(before)s, %(new)s in %(after)s. Not a clear change: it may be chance."
        )
    return text % words


def _short(found: Score, metric: Metric) -> str:
    written = write_score(found, metric)
    return f"{written.number} {written.margin}"


def _period(period: Period) -> str:
    if period.first == period.last:
        return month_short(period.last)
    words = {"first": month_short(period.first), "last": month_short(period.last)}
    return _("%(first)s to %(last)s") % words


def _table(split: Split, line: MixLine, metric: Metric) -> MixTable:
    names = group_names(line)

    def name(group: MixGroup) -> str:
        if group.name == OTHERS:
            return _("Others")
        return channel_name(group.name) if split.by == "channel" else names[group.name]

    digits = _digits(split, metric)
    rows = [_row(group, name(group), metric, digits) for group in split.mix.groups]
    return MixTable(
        by=split.by,
        caption=_("By channel, in numbers")
        if split.by == "channel"
        else _("By touchpoint, in numbers"),
        sentence=_sentence(split, metric, digits, name),
        rows=(*rows, _whole(split, line, metric, digits)),
    )


def _row(group: MixGroup, name: str, metric: Metric, digits: int) -> MixRow:
    is_shown = not is_hidden(group)
    return MixRow(
        name=name,
        share_before=write_share(group.share_before),
        share_after=write_share(group.share_after),
        score_before=_number(group.score_before if is_shown else None, metric),
        score_after=_number(group.score_after if is_shown else None, metric),
        within=_signed(group.within, digits) if is_shown else NO_SCORE,
        mix=_signed(group.mix, digits) if is_shown else NO_SCORE,
        note=_one_sided(group),
    )


def _one_sided(group: MixGroup) -> str:
    if not group.n_before:
        return _("new: no answers before")
    return "" if group.n_after else _("gone: no answers since")


def _whole(split: Split, line: MixLine, metric: Metric, digits: int) -> MixRow:
    full = write_share(1.0)
    before, after = (_number(s.score, metric) for s in (line.score_before, line.score_after))
    parts = (_signed(part, digits) for part in (split.mix.within, split.mix.mix))
    return MixRow(_("All answers"), full, full, before, after, *parts)


def _number(value: float | None, metric: Metric) -> str:
    return NO_SCORE if value is None else write_number(value, metric)


def _sentence(split: Split, metric: Metric, digits: int, name: Callable[[MixGroup], str]) -> str:
    found = split.mix
    change, within, mix = (
        round_half_away(part, digits) for part in (found.change, found.within, found.mix)
    )
    if not mix:
        return _hardly(split.by, _move(change, metric, digits))
    same = change and within * change >= 0 and mix * change >= 0
    write = _plain if same else _signed
    words = {
        "move": _move(change, metric, digits),
        "within": write(within, digits),
        "mix": write(mix, digits),
        **_grown(found.groups, mix, name),
    }
    return _split_text(split.by, has_moved=bool(change)) % words


def _hardly(by: str, move: str) -> str:
    if by == "channel" and move:
        text = _("The mix of channels hardly matters here: %(move)s came from within the channels.")
    elif by == "channel":
        text = _("The mix of channels hardly matters here.")
    elif move:
        text = _(
            "The mix of touchpoints hardly matters here: %(move)s came from within the touchpoints."
        )
    else:
        text = _("The mix of touchpoints hardly matters here.")
    return text % {"move": move}


def _split_text(by: str, *, has_moved: bool) -> str:
    if by == "channel" and has_moved:
        return _(
            "Of %(move)s, %(within)s came from within the channels and %(mix)s from another mix of "
            "channels (%(name)s: %(before)s of the answers before, %(after)s after)."
        )
    if by == "channel":
        return _(
            "The score stands where it stood: %(within)s from within the channels and %(mix)s from "
            "another mix of channels (%(name)s: %(before)s of the answers before, %(after)s after)."
        )
    if has_moved:
        return _(
            "Of %(move)s, %(within)s came from within the touchpoints and %(mix)s from another mix "
            "of touchpoints (%(name)s: %(before)s of the answers before, %(after)s after)."
        )
    return _(
        "The score stands where it stood: %(within)s from within the touchpoints and %(mix)s from "
        "another mix of touchpoints (%(name)s: %(before)s of the answers before, %(after)s after)."
    )


def _grown(
    groups: Sequence[MixGroup], mix: float, name: Callable[[MixGroup], str]
) -> dict[str, str]:
    """The group whose share did most of it."""
    most = max(groups, key=lambda group: group.mix * mix)
    return {
        "name": name(most),
        "before": write_share(most.share_before),
        "after": write_share(most.share_after),
    }


def _move(change: float, metric: Metric, digits: int) -> str:
    """`the fall by 8 points`; blank where nothing moved."""
    if not change:
        return ""
    amount = {"amount": _amount(change, metric, digits)}
    return (_("the rise by %(amount)s") if change > 0 else _("the fall by %(amount)s")) % amount


def _amount(change: float, metric: Metric, digits: int) -> str:
    n = int(abs(change)) if abs(change) == int(abs(change)) else 2  # a fraction is a plural
    words = {"n": _plain(change, digits), "low": metric.minimum, "high": metric.maximum}
    if metric.headline == "net":
        return ngettext("%(n)s point", "%(n)s points", n) % words
    if metric.headline == "top":
        return ngettext("%(n)s percentage point", "%(n)s percentage points", n) % words
    return _("%(n)s on the scale %(low)s–%(high)s") % words


def _digits(split: Split, metric: Metric) -> int:
    """As few as let the two parts printed add up to the difference printed."""
    usual, found = (1 if metric.headline == "mean" else 0), split.mix
    for digits in (usual, usual + 1):
        change, within, mix = (
            round_half_away(part, digits) for part in (found.change, found.within, found.mix)
        )
        if round(change - within - mix, digits) == 0:
            return digits
    return usual


def _plain(value: float, digits: int) -> str:
    return format_number(round_half_away(abs(value), digits), digits)


def _signed(value: float, digits: int) -> str:
    rounded = round_half_away(value, digits)
    sign = MINUS if rounded < 0 else "+" if rounded > 0 else ""
    return sign + _plain(rounded, digits)
