"""What the comparison page says of what was found: rows, choices, words."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.comparisons.compare import Group, Periods, Split
from feedback.comparisons.group_words import (
    against,
    best_estimate,
    group_lead,
    group_needed,
    group_notes,
    group_period,
    group_warning,
    no_groups,
)
from feedback.comparisons.read import Period, Subject
from feedback.comparisons.words import difference_sentence, not_over, verdict
from feedback.i18n import format_months, format_number
from feedback.i18n import gettext as _
from feedback.readings.answers import NO_LIST, Answers, answers_at
from feedback.readings.filters import (
    Asked,
    Choice,
    channel_choice,
    journey_choice,
    metric_choice,
    month_choice,
    stage_choice,
    touchpoint_choice,
)
from feedback.scoring import Metric, Score, pair_level
from feedback.wording import (
    metric_name,
    scale_of,
)

# What the page calls, from here and from the words of groups.
__all__ = [
    "against",
    "best_estimate",
    "difference_sentence",
    "group_choices",
    "group_lead",
    "group_needed",
    "group_period",
    "group_warning",
    "heading",
    "line_choices",
    "method_words",
    "no_groups",
    "notes",
    "period_choices",
    "period_lead",
    "rows",
    "tone",
]


@dataclass(frozen=True, slots=True)
class Strip:
    """A score and its interval as a mark on a line, in percent of the line's length."""

    at: float
    low: float
    high: float


def line_choices(asked: Asked, subject: Subject) -> list[Choice]:
    """The choices of the line that both kinds of comparison look at."""
    line = subject.focus
    stage = str(line.stage.id) if line.stage else ""
    touchpoint = str(line.touchpoint.id) if line.touchpoint else ""
    choices = [
        metric_choice(subject.journey, subject.metric.key),
        stage_choice(subject.journey, stage),
        touchpoint_choice(subject.journey, stage, touchpoint),
        channel_choice(asked),
    ]
    if len(subject.journeys) > 1:
        choices.insert(0, journey_choice(subject.journeys, subject.journey))
    return choices


def tone(group: Group, metric: Metric) -> str:
    """`better` or `worse` than the first, else blank."""
    return verdict(group.found, metric) if group.found else ""


def heading(subject: Subject) -> str:
    focus = subject.focus
    place = focus.touchpoint or focus.stage
    name = place.name if place else subject.journey.name
    return _("%(place)s: %(metric)s") % {"place": name, "metric": metric_name(subject.metric)}


def period_choices(subject: Subject, running: str, chosen: tuple[Period, Period]) -> list[Choice]:
    before, after = chosen
    first = subject.span.first or running
    return [
        month_choice("before_from", _("Before, from"), before.since, first, running),
        month_choice("before_to", _("to"), before.until, first, running),
        month_choice("after_from", _("After, from"), after.since, first, running),
        month_choice("after_to", _("to"), after.until, first, running),
    ]


def group_choices(
    subject: Subject, running: str, period: Period, names: Sequence[str], split: Split | None
) -> list[Choice]:
    first = subject.span.first or running
    name = split.name if split else ""
    offered = [*names, *([name] if name and name not in names else [])]
    choices = [
        Choice("property", _("Split by"), name, tuple((text, text) for text in offered)),
        month_choice("from", _("From"), period.since, first, running),
        month_choice("to", _("To"), period.until, first, running),
    ]
    if split:
        groups = tuple((group.name, group.name) for group in split.groups)
        choices.append(Choice("base", _("Compared with"), split.base, groups))
    return choices


def rows(
    subject: Subject, found: Periods | Split, channel: str
) -> list[tuple[Group, Strip | None, Answers]]:
    """The sides or groups, each with its mark and its answers; nothing is said of a side alone."""
    groups = found.groups if isinstance(found, Split) else _sides(found)
    marks = _strips([group.score for group in groups], subject.metric)
    lists = _answers(subject, found, groups, channel)
    return list(zip(groups, marks, lists, strict=True))


def _answers(
    subject: Subject, found: Periods | Split, groups: Sequence[Group], channel: str
) -> list[Answers]:
    place = subject.focus.touchpoint or subject.focus.stage or subject.journey
    if isinstance(found, Split):
        period = (found.period.since, found.period.until)
        each = [(period, f"{found.name}={group.name}") for group in groups]
    else:
        each = [((side.since, side.until), "") for side in (found.before, found.after)]
    return [
        answers_at(
            place,
            months,
            group.score.n,
            metric=subject.metric.key,
            channel=channel,
            property=own,
        )
        if group.score.n
        else NO_LIST
        for group, (months, own) in zip(groups, each, strict=True)
    ]


def _sides(found: Periods) -> tuple[Group, ...]:
    sides = (
        (_("Before, %(months)s"), found.before, found.found.b),
        (_("After, %(months)s"), found.after, found.found.a),
    )
    return tuple(
        Group(name % {"months": format_months(of.since, of.until)}, score, None, None)
        for name, of, score in sides
    )


def notes(found: Periods | Split) -> list[str]:
    return _period_notes(found) if isinstance(found, Periods) else group_notes(found)


def _period_notes(found: Periods) -> list[str]:
    said = []
    if found.is_reworded:
        said.append(
            _("A question was asked in other words in one period: the sides are not quite alike."),
        )
    if found.picked_from > 2:
        said.append(
            _(
                "The interval counts in that these months may have been picked for how they look, "
                "the best and the worst of %(n)s like them. If you chose them before seeing their "
                "numbers, say so above: it is narrower then."
            )
            % {"n": format_number(found.picked_from)}
        )
    else:
        said.append(
            _("One question, put before looking. On one page in twenty chance alone looks like it.")
        )
    if found.times > 1:
        said.append(
            _(
                "Months of this journey differ by more than their answers explain, as other people "
                "come in December: the interval counts that in."
            )
        )
    return said


def period_lead(found: Periods, metric: Metric) -> str:
    """The sentence of the page."""
    if found.is_over:
        return difference_sentence(found.found, metric)
    return not_over(found.found, metric, max(found.before.until, found.after.until))


def method_words(found: Periods | Split) -> str:
    if not (found.judged if isinstance(found, Split) else found.is_over):
        return ""
    level = pair_level(found.together, found.looks) if isinstance(found, Split) else found.level
    words = {"level": format_number(100 * level, 0 if level == 0.95 else 2)}
    return {
        "": "",
        "adjusted_wald": _("Differences by adjusted Wald, each at %(level)s %%.") % words,
        "newcombe": _("Differences by Newcombe's interval, each at %(level)s %%.") % words,
        "welch": _("Differences by Welch's t, each at %(level)s %%.") % words,
    }[found.method]


def _strips(scores: Sequence[Score], metric: Metric) -> list[Strip | None]:
    """Marks on one common line, as long as all intervals together."""
    lowest, highest = scale_of(metric)
    known = [s for s in scores if s.has_number and s.low is not None]
    limits = [v for s in known for v in (s.low, s.high, s.score) if v is not None]
    if not limits:
        return [None] * len(scores)
    low, high = max(min(limits), lowest), min(max(limits), highest)
    span = max(high - low, 1e-9)

    def at(value: float | None) -> float:
        return round(4 + 92 * (min(max(value or 0.0, low), high) - low) / span, 1)

    return [Strip(at(s.score), at(s.low), at(s.high)) if s in known else None for s in scores]
