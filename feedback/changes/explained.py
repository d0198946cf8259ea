"""What the words about changes mean, in words."""

from feedback.changes.find import JourneyChanges
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.wording import PERCENT, month_name


def explain_changes(found: JourneyChanges) -> list[str]:
    """A paragraph each."""
    watched = ngettext(
        "%(n)s line is watched: each stage's headline score and each touchpoint's own, over all "
        "channels.",
        "%(n)s lines are watched together: each stage's headline score and each touchpoint's own, "
        "over all channels.",
        found.series,
    )
    return [
        _(
            "A move: a score is printed differently from the month before, with 30 answers or more "
            "in both months, in the 12 months to %(month)s. Almost all moves are chance."
        )
        % {"month": month_name(found.looked_at)},
        _(
            "A change is real, and said to be one, when the monthly scores stray further from the "
            "months before than chance and restless months explain: far at once, or a little for "
            "long (a CUSUM). How much months differ by themselves is measured on all lines "
            "together. The months that show a change would overstate it, so its lasting size is "
            "measured in those that follow."
        ),
        watched % {"n": found.series},
        _(
            "What is said of a month is decided once, when it is over, and stays: scores added "
            "later change nothing in it. A score whose answers are added to or taken from is "
            "decided anew, and what no longer holds is struck through."
        ),
        _(
            "On a page where nothing happens, this is said wrongly in at most %(rate)s of years. "
            "In its first year a line is held against six months only, and a season would look "
            "like a change."
        )
        % {"rate": format_number(100 * found.rate) + PERCENT[current_locale()]},
    ]
