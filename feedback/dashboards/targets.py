"""How far a score is from its target, and what is missing in words."""

from dataclasses import dataclass

from feedback.dashboards.board import Reading
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import round_half_away
from feedback.wording import scale_of


@dataclass(frozen=True, slots=True)
class Gap:
    """How far the score is from its target, in headline units, the good way: 22 is to go.

    None as long as there are too few answers to show a score, and for a target that was set for
    another metric and is off the scale of this one.
    """

    target: float
    to_go: float | None
    is_off_scale: bool = False

    @property
    def is_reached(self) -> bool | None:
        return None if self.to_go is None else self.to_go <= 0


def gap_of(reading: Reading) -> Gap | None:
    """The future state beside the current one; None without a target."""
    target, chosen = reading.target, reading.chosen
    if target is None:
        return None
    low, high = scale_of(reading.metric)
    if not low <= target <= high:
        return Gap(target, None, is_off_scale=True)
    if chosen.score is None or not chosen.has_number:
        return Gap(target, None)
    to_go = target - chosen.score
    # Only a mean keeps the direction of its scale; shares and net scores count what is good.
    is_turned = reading.metric.low_is_good and reading.metric.headline == "mean"
    return Gap(target, -to_go if is_turned else to_go)


def to_go(gap: Gap, reading: Reading) -> str:
    """What is missing between the two numbers as they are written, or less than one step."""
    score = reading.chosen.score or 0.0
    if reading.metric.headline == "mean":
        missing = abs(round_half_away(gap.target, 1) - round_half_away(score, 1))
        if missing < 0.1 - 1e-9:
            return _("less than 0.1 to go")
        return _("%(n)s to go") % {"n": format_number(missing, 1)}
    missing = abs(round_half_away(gap.target, 0) - round_half_away(score, 0))
    if missing < 1:
        return _("less than 1 point to go")
    return ngettext("%(n)s point to go", "%(n)s points to go", int(missing)) % {
        "n": format_number(missing)
    }
