"""What changed on one line, in the few words of a tile or a panel."""

from dataclasses import dataclass

from feedback.changes.amounts import number, printed_size, signed, when
from feedback.changes.find import NamedChange, Told
from feedback.changes.words import Verdict, verdict
from feedback.i18n import gettext as _
from feedback.scoring import Metric
from feedback.wording import MINUS, month_name


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """What a tile says of its line. No arrow unless the month has 30 answers: `arrow` up, down
    or blank."""

    text: str
    arrow: str = ""
    arrow_word: str = ""
    verdict: Verdict | None = None
    title: str = ""


def note_change(told: Told | None, looked_at: str, *, has_enough: bool) -> ChangeNote:
    """The note of a tile. told: None where its line is not watched; has_enough: the month shown
    has 30 answers, so that an arrow may stand there."""
    if told is None:
        return ChangeNote(_("no month with 30 answers yet"))
    if told.change is None and not told.is_early:
        return ChangeNote(_("no clear change"))
    if told.change is None:
        month = month_name(told.named_from)
        return ChangeNote(_("changes can be named from %(month)s") % {"month": month})
    change, since = told.change, when(told.change.began, looked_at)
    return ChangeNote(
        text=_note(change, told.line.metric, since, has_arrow=has_enough),
        arrow=("up" if change.is_up else "down") if has_enough else "",
        arrow_word=_("Up") if change.is_up else _("Down"),
        verdict=verdict(told),
        title=_size(change, told.line.metric, looked_at),
    )


def _note(change: NamedChange, metric: Metric, since: str, *, has_arrow: bool) -> str:
    if change.difference is None or change.is_up != (change.difference > 0):
        if has_arrow:
            return _("since %(month)s") % {"month": since}
        text = _("up since %(month)s") if change.is_up else _("down since %(month)s")
        return text % {"month": since}
    written = number(printed_size(change, metric), metric)
    if not has_arrow:
        written = ("+" if change.is_up else MINUS) + written
    return _("%(number)s since %(month)s") % {"number": written, "month": since}


def _size(change: NamedChange, metric: Metric, looked_at: str) -> str:
    if change.low is None or change.high is None:
        known = when(change.known_from, looked_at)
        return _("Its lasting size is known in %(month)s") % {"month": known}
    return _(
        "Difference from the months before, 95 %% sure to lie between %(low)s and %(high)s"
    ) % {"low": signed(change.low, metric), "high": signed(change.high, metric)}
