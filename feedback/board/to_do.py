"""What is to be done, in three lines at most: a place, a comment, an action."""

from collections.abc import Callable
from dataclasses import dataclass

from feedback.actions.words import summary, tone, worth, write_day
from feedback.board.read import LastAction, Month
from feedback.dashboards.board import Reading
from feedback.dashboards.targets import to_go
from feedback.i18n import gettext as _
from feedback.responses.filters import answers_link
from feedback.scoring import METRICS
from feedback.wording import write_margin, write_number, write_target


@dataclass(frozen=True, slots=True)
class ToDo:
    """One line. name: what it is; text: what it says; n: how many answers its link leads to;
    tone: `better` or `worse` where an action is known to have made a difference."""

    kind: str
    name: str
    text: str
    href: str
    n: int = 0
    tone: str = ""


def say_to_do(month: Month, link: Callable[[Reading], str]) -> list[ToDo]:
    """The place furthest below its target, a comment, the last action; what there is of them."""
    found = (_lowest(month, link), _comment(month), _action(month.action))
    return [each for each in found if each is not None]


def _lowest(month: Month, link: Callable[[Reading], str]) -> ToDo | None:
    lowest = month.lowest
    if lowest is None:
        return None
    reading, metric = lowest.reading, lowest.reading.metric
    words = {
        "place": reading.spot.place.name,
        "score": write_number(reading.chosen.score or 0.0, metric),
        "margin": write_margin(reading.chosen, metric),
        "target": write_target(lowest.gap.target, metric),
        "gap": to_go(lowest.gap, reading),
    }
    text = _("%(place)s: %(score)s (%(margin)s), target %(target)s, %(gap)s") % words
    name = _("Furthest from its target")
    return ToDo("lowest", name, text, link(reading), reading.chosen.n)


def _comment(month: Month) -> ToDo | None:
    found, counts = month.comment, month.counts
    if found is None:
        return None
    [(touchpoint, series)] = [
        (touchpoint, series)
        for _stage, touchpoint, series in counts.journey.placed_series
        if series.id == found.series_id
    ]
    window, metric = counts.window, METRICS[series.metric]
    query = answers_link(
        f"/responses/{found.response_id}",
        touchpoint=touchpoint.id,
        metric=metric.key,
        channel=counts.channel,
        band="negative",
        comment=True,
        since=window.months[0] if counts.recent else window.chosen,
        until=window.months[-1] if counts.recent else window.chosen,
    )
    words = {
        "text": " ".join(found.text.split()),
        "place": touchpoint.name,
        "rating": found.rating,
        "most": metric.maximum,
    }
    text = _("“%(text)s” %(place)s, %(rating)s of %(most)s") % words
    return ToDo("comment", _("Worth reading"), text, query)


def _action(last: LastAction | None) -> ToDo | None:
    if last is None:
        return None
    effects = last.effects
    said = worth(effects[0]) if len(effects) == 1 else ""
    words = {
        "title": last.flag.title,
        "day": write_day(last.flag.done_on),
        "said": said or summary(effects, last.calendar),
    }
    text = _("%(title)s (%(day)s). %(said)s") % words
    href = f"/actions/{last.flag.id}"
    return ToDo("action", _("Last action"), text, href, tone=tone(effects))
