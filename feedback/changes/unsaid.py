"""What was said and is true no longer, in words: struck through on the pages, with why."""

from collections import Counter
from collections.abc import Iterator

from feedback.changes.amounts import place_of, when
from feedback.changes.find import JourneyChanges, Unsaid
from feedback.i18n import gettext as _
from feedback.i18n import ngettext

MOST = 3  # told; the others are counted


def say_taken_back(found: JourneyChanges, names: Counter[str]) -> Iterator[tuple[str, str]]:
    """Each as it was said, and why it is taken back. names: how many lines bear each."""
    for each in found.taken_back[:MOST]:
        yield _taken_back(each, names, found.looked_at)
    more = len(found.taken_back) - MOST
    if more > 0:
        yield "", ngettext("And %(n)s more.", "And %(n)s more.", more) % {"n": more}


def _taken_back(each: Unsaid, names: Counter[str], looked_at: str) -> tuple[str, str]:
    said = each.said
    words = {
        "place": place_of(each.line, names),
        "began": when(said.began, looked_at),
        "month": when(said.month, looked_at),
        "changed": when(said.changed, looked_at),
    }
    text = _("%(place)s rose in %(began)s.") if said.is_up else _("%(place)s fell in %(began)s.")
    return text % words, _why(said.cause) % words


def _why(cause: str) -> str:
    if cause == "imported":
        return _("Taken back in %(month)s: answers of %(changed)s were imported.")
    if cause == "import undone":
        return _("Taken back in %(month)s: an import with answers of %(changed)s was undone.")
    if cause == "excluded":
        return _("Taken back in %(month)s: answers of %(changed)s were excluded.")
    if cause == "added":
        return _("Taken back in %(month)s: more answers of %(changed)s came in.")
    if cause == "left out":
        return _("Taken back in %(month)s: answers of %(changed)s were taken out.")
    return _("Taken back in %(month)s: answers of %(changed)s were corrected.")
