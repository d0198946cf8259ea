"""A difference in one honest sentence."""

from collections.abc import Mapping

from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import HIDDEN_BELOW, Comparison, Metric, round_half_away
from feedback.scoring.months import shift
from feedback.wording import month_name, write_signed


def difference_sentence(found: Comparison, metric: Metric) -> str:
    """What may be said of a minus b: what its interval says."""
    if min(found.a.n, found.b.n) < HIDDEN_BELOW or found.observed is None:
        return _("Too few answers to compare.")
    if found.low is None or found.high is None:
        return _("The answers of each side are all alike: there is no test for that.")
    words = {
        "difference": write_difference(found.observed, metric),
        "low": signed(found.low, metric),
        "high": signed(found.high, metric),
    }
    if not found.is_clear:
        return _("No clear difference: between %(low)s and %(high)s.") % words
    return _("%(difference)s, between %(low)s and %(high)s: more than chance explains.") % words


def write_difference(value: float, metric: Metric) -> str:
    """`+12 points`, `+12 percentage points`; a mean's difference has the scale's own unit."""
    number = signed(value, metric)
    n = round(abs(round_half_away(value)))
    if metric.headline == "net":
        return ngettext("%(number)s point", "%(number)s points", n) % {"number": number}
    if metric.headline == "top":
        return ngettext("%(number)s percentage point", "%(number)s percentage points", n) % {
            "number": number
        }
    return number


def signed(value: float, metric: Metric) -> str:
    decimals = 1 if metric.headline == "mean" else 0
    return write_signed(value, decimals, decimals + 3)


def verdict(found: Comparison, metric: Metric) -> str:
    """`better`, `worse` or ``, by the metric's good end; nothing where chance explains it."""
    if min(found.a.n, found.b.n) < HIDDEN_BELOW or not found.is_clear or not found.observed:
        return ""
    is_up = found.observed > 0
    good_is_low = metric.low_is_good and metric.headline == "mean"
    return "better" if is_up != good_is_low else "worse"


def planned_sentence(planned: int, groups: Mapping[str, int]) -> str:
    """The warning against peeking, empty once every group has its planned answers."""
    behind = {name: n for name, n in groups.items() if n < planned}
    if not behind:
        return ""
    name = min(behind, key=lambda group: behind[group])
    return ngettext(
        "Too early: %(name)s has %(n)s of %(planned)s planned answers. Who stops as soon as a "
        "difference shows finds differences that are not there.",
        "Too early: %(name)s has %(n)s of %(planned)s planned answers. Who stops as soon as a "
        "difference shows finds differences that are not there.",
        behind[name],
    ) % {
        "name": name,
        "n": format_number(behind[name]),
        "planned": format_number(planned),
    }


def until_over(month: str) -> str:
    return _(
        "%(month)s is not over, so nothing is said of differences yet: who looks each day until "
        "one shows finds some that are not there. Look again in %(next)s."
    ) % {"month": month_name(month), "next": month_name(shift(month, 1))}


def not_over(found: Comparison, metric: Metric, month: str) -> str:
    if found.observed is None:
        return _("Too few answers to compare.")
    so_far = _("%(difference)s so far") % {"difference": write_difference(found.observed, metric)}
    return f"{so_far}. {until_over(month)}"
