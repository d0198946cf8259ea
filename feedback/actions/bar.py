"""A difference as a mark on a line, as its template draws it."""

from dataclasses import dataclass

from feedback.actions.effect import LineEffect
from feedback.actions.words import WrittenDifference
from feedback.i18n import gettext as _

BAR_WIDTH = 320
BAR_EDGE = 12
LEAST_SPAN = {"net": 20.0, "top": 10.0, "mean": 0.5}


@dataclass(frozen=True, slots=True)
class Bar:
    """A difference and its interval on a line with zero in its middle, in SVG units."""

    zero: float
    low: float
    high: float
    at: float
    label: str


def bar_of(effect: LineEffect, written: WrittenDifference) -> Bar:
    """Of what was compared; `written`: the same in words."""
    found, half = effect.found, BAR_WIDTH / 2
    low, high, at = found.low or 0.0, found.high or 0.0, found.difference or 0.0
    span = max(abs(low), abs(high), abs(at), LEAST_SPAN[effect.metric.headline])

    def place(value: float) -> float:
        return round(half + (half - BAR_EDGE) * value / span, 1)

    words = {"difference": written.number, "range": written.range}
    label = _("Difference: %(difference)s, %(range)s") % words
    return Bar(zero=half, low=place(low), high=place(high), at=place(at), label=label)
