"""Where a change was, when, and how large, in a few words."""

from collections import Counter

from feedback.changes.find import NamedChange
from feedback.changes.lines import WatchedLine
from feedback.changes.moves import as_printed
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import Metric, round_half_away
from feedback.scoring.months import shift
from feedback.wording import MINUS, PLUS_MINUS, month_alone, month_name


def printed_size(change: NamedChange, metric: Metric) -> float:
    """The lasting size as pages print it: the difference of the two numbers beside it, wherever
    they stand; unrounded where they are printed alike. Of a change whose size is known."""
    difference = as_printed(change.now, metric) - as_printed(change.before, metric)
    return difference or change.difference or 0.0


def margin(change: NamedChange, metric: Metric) -> str:
    """`± 6`, half the width of the interval."""
    return PLUS_MINUS + number(((change.high or 0.0) - (change.low or 0.0)) / 2, metric)


def when(month: str, looked_at: str) -> str:
    """`August`, with its year once a year has passed."""
    return month_alone(month) if month > shift(looked_at, -12) else month_name(month)


def amount(difference: float, metric: Metric) -> str:
    """`12 points`, `3 percentage points`, `0.4 on the scale 1–5`."""
    written = number(difference, metric)
    n = int(round_half_away(abs(difference))) or 2  # a fraction below one is a plural
    if metric.headline == "net":
        return ngettext("%(n)s point", "%(n)s points", n) % {"n": written}
    if metric.headline == "top":
        return ngettext("%(n)s percentage point", "%(n)s percentage points", n) % {"n": written}
    words = {"n": written, "low": metric.minimum, "high": metric.maximum}
    return _("%(n)s on the scale %(low)s–%(high)s") % words


def number(difference: float, metric: Metric) -> str:
    """Without its sign; a digit more where it would round to nothing."""
    digits = 1 if metric.headline == "mean" else 0
    if round_half_away(abs(difference), digits) == 0:
        digits += 1
    return format_number(round_half_away(abs(difference), digits), digits)


def signed(difference: float, metric: Metric) -> str:
    """With its sign; otherwise as `number`."""
    sign = "+" if difference > 0 else MINUS
    return sign + number(difference, metric)


def own_name(line: WatchedLine) -> str:
    return (line.touchpoint or line.stage).name


def place_of(line: WatchedLine, names: Counter[str]) -> str:
    """The place's name; with its stage where two lines bear the same, and for a touchpoint that
    is all of its stage's headline."""
    name = own_name(line)
    place = line.twin or (line.touchpoint if names[name] > 1 else None)
    if place is None or place.name == line.stage.name:
        return name
    return _("%(stage)s (%(touchpoint)s)") % {"stage": line.stage.name, "touchpoint": place.name}
