"""What differences are made of, in words: the two periods, a sentence for each split, its table."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.changes.moves import as_printed
from feedback.dashboards.mix.lines import (
    OTHERS,
    MixLine,
    Period,
    Split,
    group_names,
    is_hidden,
    mix_lines,
)
from feedback.dashboards.read import Counts
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import MEAN_FROM, Metric, MixGroup, Score, round_half_away
from feedback.wording import (
    NO_SCORE,
    channel_name,
    month_alone,
    month_short,
    write_number,
    write_score,
    write_share,
    write_signed,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A split with all that its words need."""

    line: MixLine
    split: Split
    metric: Metric

    @property
    def usual_digits(self) -> int:
        return 1 if self.metric.headline == "mean" else 0

    @property
    def digits(self) -> int:
        """As few as let the two parts printed add up to the difference printed."""
        usual = self.usual_digits
        if self.line.is_since:
            return usual
        for digits in (usual, usual + 1):
            change, within, mix = self.parts(digits)
            if round(change - within - mix, digits) == 0:
                return digits
        return usual

    def parts(self, digits: int) -> tuple[float, float, float]:
        """The difference, and of it within and mix, as printed. Of a change the difference is that
        of the two scores as they are printed, as it is wherever the change is told."""
        found = self.split.mix
        if self.line.is_since:
            change = as_printed(self.line.score_after, self.metric) - as_printed(
                self.line.score_before, self.metric
            )
            mix = round_half_away(found.mix, self.usual_digits)
            return change, round(change - mix, 1), mix
        change, within, mix = (
            round_half_away(part, digits) for part in (found.change, found.within, found.mix)
        )
        return change, within, mix

    @property
    def is_mixed(self) -> bool:
        """Whether the mix adds anything that scores print."""
        return bool(self.parts(self.usual_digits)[2])

    @property
    def move(self) -> str:
        """`the fall by 8 points`; blank where the score stands."""
        change = self.parts(self.digits)[0]
        if not change or _stands(self.line, self.metric):
            return ""
        amount = {"amount": _amount(change, self.metric, self.digits)}
        text = _("the rise by %(amount)s") if change > 0 else _("the fall by %(amount)s")
        return text % amount

    def name(self, group: MixGroup) -> str:
        if group.name == OTHERS:
            return _("Others")
        if self.split.by == "channel":
            return channel_name(group.name)
        return group_names(self.line)[group.name]

    # A group's row in the table; the score and parts of so few answers are not shown.

    def score(self, value: float | None, group: MixGroup) -> str:
        least = MEAN_FROM if self.metric.headline == "mean" else 0
        few = is_hidden(group) or any(0 < n < least for n in (group.n_before, group.n_after))
        return number(None if few else value, self.metric)

    def part(self, value: float, group: MixGroup) -> str:
        return NO_SCORE if is_hidden(group) else write_signed(value, self.digits)

    def note(self, group: MixGroup) -> str:
        """Said of a group that has answers on one side only."""
        if not group.n_before:
            return _("new: no answers before")
        return "" if group.n_after else _("gone: no answers since")

    # The row of them all.

    @property
    def scores(self) -> tuple[str, str]:
        before, after = self.line.score_before.score, self.line.score_after.score
        return number(before, self.metric), number(after, self.metric)

    @property
    def whole_parts(self) -> list[str]:
        return [write_signed(part, self.digits) for part in self.parts(self.digits)[1:]]


@dataclass(frozen=True, slots=True)
class MixPage:
    """lines: those that are told. untold: of which lines nothing is said, and why."""

    lines: tuple[MixLine, ...]
    untold: tuple[str, ...]
    metric: Metric

    def periods(self, line: MixLine) -> str:
        return say_periods(line, self.metric)

    def splits(self, line: MixLine) -> list[Told]:
        return [Told(line, split, self.metric) for split in line.splits]

    def sentences(self, line: MixLine) -> list[str]:
        return say_splits(self.splits(line))


def say_mix(counts: Counts) -> MixPage | None:
    """What stands under the trends; None where there is nothing to say."""
    lines = mix_lines(counts)
    told, untold = tuple(line for line in lines if line.splits), tuple(_untold(lines))
    return MixPage(told, untold, counts.metric) if told or untold else None


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


def say_periods(line: MixLine, metric: Metric) -> str:
    words = {
        "before": _period(line.before),
        "after": _period(line.after),
        "old": _short(line.score_before, metric),
        "new": _short(line.score_after, metric),
    }
    if line.is_since:
        text = _("%(before)s: %(old)s. Since it changed, %(after)s: %(new)s.")
    elif _stands(line, metric):
        text = _("%(before)s: %(old)s. %(after)s: %(new)s.")
    else:
        text = _("%(before)s: %(old)s. %(after)s: %(new)s. No clear change, so this may be chance.")
    return text % words


def _stands(line: MixLine, metric: Metric) -> bool:
    """Whether both periods print the same score."""
    one, other = (number(side.score, metric) for side in (line.score_before, line.score_after))
    return one == other


def _short(found: Score, metric: Metric) -> str:
    written = write_score(found, metric)
    return f"{written.number} {written.margin}"


def _period(period: Period) -> str:
    """`Oct 2026`, `Aug–Oct 2026`, `Dec 2025 – Feb 2026`."""
    first, last = period.first, period.last
    if first == last:
        return month_short(last)
    if first[:4] == last[:4]:
        words = {"first": month_alone(first, short=True), "last": month_short(last)}
        return _("%(first)s–%(last)s") % words
    return _("%(first)s – %(last)s") % {"first": month_short(first), "last": month_short(last)}


def say_splits(told: Sequence[Told]) -> list[str]:
    """What each split says; where the mix matters nowhere, one sentence."""
    if len(told) > 1 and not any(each.is_mixed for each in told):
        return [_neither(told[0])]
    return [_sentence(each) if each.is_mixed else _hardly(each) for each in told]


def number(value: float | None, metric: Metric) -> str:
    return NO_SCORE if value is None else write_number(value, metric)


def _explained(told: Told) -> str:
    """The move of which it is said where it came from: none that may be chance."""
    return told.move if told.line.is_since else ""


def _neither(told: Told) -> str:
    move = _explained(told)
    if not move:
        return _("The mix hardly matters here, neither of channels nor of touchpoints.")
    text = _(
        "The mix hardly matters here, neither of channels nor of touchpoints: %(move)s came from "
        "within them."
    )
    return text % {"move": move}


def _sentence(told: Told) -> str:
    digits, move = told.digits, told.move
    change, within, mix = told.parts(digits)
    same = move and within * change >= 0 and mix * change >= 0
    write = _plain if same else write_signed
    words = {"move": move, "within": write(within, digits), "mix": write(mix, digits)}
    return _split_text(told.split.by, has_moved=bool(move)) % (words | _grown(told))


def _hardly(told: Told) -> str:
    by, move = told.split.by, _explained(told)
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


def _grown(told: Told) -> dict[str, str]:
    """The group whose share did most of it."""
    mix = told.split.mix
    most = max(mix.groups, key=lambda group: group.mix * mix.mix)
    return {
        "name": told.name(most),
        "before": write_share(most.share_before),
        "after": write_share(most.share_after),
    }


def _amount(change: float, metric: Metric, digits: int) -> str:
    n = int(abs(change)) if abs(change) == int(abs(change)) else 2  # a fraction is a plural
    words = {"n": _plain(change, digits), "low": metric.minimum, "high": metric.maximum}
    if metric.headline == "net":
        return ngettext("%(n)s point", "%(n)s points", n) % words
    if metric.headline == "top":
        return ngettext("%(n)s percentage point", "%(n)s percentage points", n) % words
    return _("%(n)s on the scale %(low)s–%(high)s") % words


def _plain(value: float, digits: int) -> str:
    return format_number(round_half_away(abs(value), digits), digits)
