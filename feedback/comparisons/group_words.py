"""What is said of groups: in what order they stand, which differ, and when that can be known."""

from collections.abc import Sequence

from feedback.comparisons.compare import Group, Split
from feedback.comparisons.groups import Found
from feedback.comparisons.words import (
    difference_sentence,
    planned_sentence,
    until_over,
    write_difference,
)
from feedback.i18n import format_date, format_months, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import HIDDEN_BELOW, Metric
from feedback.wording import month_name, write_number, write_score


def group_period(found: Split, counted: Found, zone: str) -> str:
    """Which answers the table is made of: all of these months."""
    words = {
        "name": found.name,
        "months": format_months(found.period.since, found.period.until),
        "answers": ngettext("%(n)s answer", "%(n)s answers", _answers(found))
        % {"n": format_number(_answers(found))},
    }
    said = _("By %(name)s, %(months)s: %(answers)s.") % words
    if counted.counted_at is None:
        return said
    when = format_date(counted.counted_at, zone, with_time=True)
    return said + " " + _("Counted %(when)s.") % {"when": when}


def _answers(found: Split) -> int:
    return sum(group.score.n for group in found.groups)


def against(group: Group, split: Split, metric: Metric) -> str:
    if group.name == split.base:
        return _("the others are compared with this one")
    if group.found is None or group.found.observed is None:
        return ""
    if group.is_behind:
        words = {"n": format_number(group.score.n), "planned": format_number(split.planned)}
        return _("%(n)s of %(planned)s planned answers") % words
    if group.score.n < HIDDEN_BELOW or split.by_name[split.base].score.n < HIDDEN_BELOW:
        return _("Too few answers to compare.")
    if group.found.p_value is None and (not split.judged or split.by_name[split.base].is_behind):
        return _("%(difference)s so far") % {
            "difference": write_difference(group.found.observed, metric)
        }
    return difference_sentence(group.found, metric)


def best_estimate(group: Group, metric: Metric) -> str:
    return "" if group.shrunk is None else write_number(group.shrunk, metric)


def group_lead(found: Split, metric: Metric) -> str:
    """What may be said of the whole table, the fact first; blank where nothing is judged."""
    if found.lead is None:
        return ""
    better, worse, pair = found.lead
    named = found.by_name
    words = {
        "better": better,
        "worse": worse,
        "high": write_score(named[better].score, metric).number,
        "low": write_score(named[worse].score, metric).number,
    }
    if not pair.is_clear:
        return (
            _("The groups cannot be told apart yet: %(low)s (%(worse)s) to %(high)s (%(better)s).")
            % words
        )
    return (
        _("%(better)s does better than %(worse)s: %(high)s against %(low)s.") % words
        + " "
        + difference_sentence(pair, metric)
    )


def group_notes(found: Split) -> list[str]:
    said = []
    if found.lost_base:
        words = {"name": found.lost_base, "base": found.base}
        said.append(
            _(
                "%(name)s has no answers among the groups of these months: they are compared with "
                "%(base)s."
            )
            % words
        )
    if found.without:
        said.append(
            ngettext(
                "%(n)s answer does not say it and is left out.",
                "%(n)s answers do not say it and are left out.",
                found.without,
            )
            % {"n": format_number(found.without)}
        )
    if found.others:
        said.append(
            ngettext(
                "%(n)s smaller group is not shown.",
                "%(n)s smaller groups are not shown.",
                found.others,
            )
            % {"n": format_number(found.others)}
        )
    if found.judged:
        said.append(_judged_note(found))
    if not found.planned:
        said.append(
            _(
                "Decide before you start how many answers each group must have, and look once they "
                "are there: who stops as soon as a difference shows finds differences that are not "
                "there."
            )
        )
    if found.common is not None and len(found.groups) > 2:
        said.append(
            _(
                "Best estimate: the score drawn towards what all groups have in common, the more "
                "the fewer its answers. Groups stand in its order, since the highest of many "
                "scores owes part of its lead to chance."
            )
        )
    return said


def _judged_note(found: Split) -> str:
    said = ""
    if found.together > 2:
        said = _(
            "Intervals hold for all %(n)s groups at once: whichever two you compare, the best and "
            "the worst too, on one page in twenty chance alone looks like a difference."
        ) % {"n": format_number(found.together)}
    if found.looks > 1 and not found.planned:
        more = _("They also hold if you look again each month.")
        said = f"{said} {more}".strip()
    if found.planned:
        more = _("Judged once, at the end of %(month)s, when the planned answers were there.") % {
            "month": month_name(found.period.until)
        }
        said = f"{said} {more}".strip()
    return said


def group_warning(found: Split) -> str:
    """Why nothing is judged, and when it will be; blank where it is."""
    if found.judged:
        return ""
    if found.planned:
        return planned_sentence(
            found.planned, {group.name: group.score.n for group in found.groups}
        ) or until_over(found.period.until)
    judgeable = [group for group in found.groups if group.score.n >= HIDDEN_BELOW]
    return until_over(found.period.until) if len(judgeable) > 1 else ""


def group_needed(found: Split) -> str:
    if not found.needed:
        return ""
    return _("To find that difference four times in five: %(n)s answers in each group.") % {
        "n": format_number(found.needed)
    }


def no_groups(names: Sequence[str]) -> str:
    """Why nothing is split. names: of the properties that answers carry."""
    if not names:
        return _(
            "The newest answers here carry no properties. Send some with the answers, such as the "
            "variant of a page, and compare them here."
        )
    return _("No answer of these months says it. Choose other months or another property.")
