"""What stands beside a trend's number, in words: the same month of the year before, and where the
running month would usually lie."""

from collections.abc import Iterator

from feedback.changes.coming import Coming
from feedback.charts.lines import ComingBand
from feedback.charts.picture import Fact
from feedback.dashboards.behind import Behind
from feedback.dashboards.read import YEAR
from feedback.dashboards.strands import Strand
from feedback.i18n import format_number
from feedback.i18n import gettext as _
from feedback.scoring import Metric
from feedback.scoring.months import shift
from feedback.wording import month_alone, month_name, scale_of, write_number


def beside_number(strand: Strand, month: str, metric: Metric, behind: Behind) -> Iterator[Fact]:
    """The facts that go with the number of `month`, the one that is told of the strand."""
    before = strand.year_before(month) if month else None
    if before is not None:
        number = write_number(before.score or 0.0, metric)
        then = month_name(shift(month, -YEAR))
        text = _("%(number)s in %(month)s") % {"number": number, "month": then}
        yield Fact(text, behind.month(strand, shift(month, -YEAR)))
    if strand.coming is not None:
        yield Fact(usually(strand.coming, metric))
    elif strand.coming_from and strand.told and not strand.told.is_early:
        known = month_name(strand.coming_from)
        yield Fact(_("What is usual now is known from %(month)s") % {"month": known})


def usually(coming: Coming, metric: Metric) -> str:
    """`Usually in November: 66 % to 78 %`."""
    words = {"month": month_alone(coming.month), "range": usual_range(coming, metric)}
    return _("Usually in %(month)s: %(range)s") % words


def usual_range(coming: Coming, metric: Metric) -> str:
    """`66 % to 78 %`, within the scale."""
    lowest, highest = scale_of(metric)
    low, high = max(coming.low, lowest), min(coming.high, highest)
    words = {"low": write_number(low, metric), "high": write_number(high, metric)}
    return _("%(low)s to %(high)s") % words


def coming_band(coming: Coming, metric: Metric) -> ComingBand:
    """The band as it is drawn."""
    return ComingBand(coming.month, coming.low, coming.high, usually(coming, metric))


def explain_coming(coming: Coming, metric: Metric) -> str:
    """What the band rests on, behind the number."""
    return _(
        "Usually in %(month)s: while nothing changes, 19 months of 20 lie there. It rests on the "
        "%(months)s months of this level that have 30 answers or more (together %(score)s), and on "
        "%(n)s answers in the month, as lately. How much months differ by themselves is measured "
        "on all lines together."
    ) % {
        "month": month_alone(coming.month),
        "months": format_number(coming.months),
        "score": write_number(coming.score, metric),
        "n": format_number(coming.n),
    }
