"""The sentence on top of priorities: where to start, as a finding only where it is one."""

from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.priorities.claims import LEAST, Item
from feedback.priorities.rank import Lead
from feedback.priorities.read import Known
from feedback.priorities.words import unhappy_phrase, write_monthly
from feedback.wording import write_share


def lead_sentence(known: Known) -> str:
    """Where to start, in a sentence or two; empty before any answer."""
    found = known.lead
    if not found.touchpoints:
        return _lead_of_nothing(known)
    names = [known.names[each] for each in found.touchpoints]
    monthly = known.a_month(found.touchpoints[0])
    words = {"name": names[0], "unhappy": unhappy_phrase(monthly), "n": write_monthly(monthly)}
    if found.is_sure:
        texts = {
            "both": _(
                "Start with %(name)s: unhappy customers name it, and its low ratings go with a "
                "low overall score."
            ),
            "said": _(
                "Start with %(name)s: unhappy customers name it more than happy ones do "
                "(%(bad)s against %(good)s)."
            ),
            "rated": _("Start with %(name)s: it matters, and it is rated lower than the others."),
            "counts": _("Start with %(name)s: nothing else goes with the overall score as much."),
        }
        item = next(item for item in known.items if item.touchpoint == found.touchpoints[0])
        if item.said:
            words["bad"] = write_share(item.said.share_negative or 0.0)
            words["good"] = write_share(item.said.share_positive or 0.0)
        return f"{texts[found.reason] % words} {_companions(item, known)}".strip()
    if found.reason in ("between", "differ"):
        return f"{_either(found, names)} {_most(found, known, words)}".strip()
    if len(names) > 1:
        return _(
            "%(names)s have as many unhappy answers (%(n)s a month): nothing tells them apart."
        ) % (words | {"names": ", ".join(names)})
    if found.reason == "unhappy":
        return _("Most unhappy answers come from %(name)s: %(unhappy)s.") % words
    text = _(
        "The answers cannot yet say which touchpoint counts most. %(name)s has the most unhappy "
        "answers (%(n)s a month): start there."
    )
    return text % words


def _companions(item: Item, known: Known) -> str:
    """Whose ratings go with those of the finding: it may be that one."""
    if not item.goes_with:
        return ""
    return ngettext(
        "%(names)s goes together with it: it may be that one.",
        "%(names)s go together with it: it may be one of those.",
        len(item.goes_with),
    ) % {"names": ", ".join(known.names[each] for each in item.goes_with)}


def _either(found: Lead, names: list[str]) -> str:
    words = {"names": ", ".join(names[:-1]), "last": names[-1]}
    if found.reason == "differ":
        return _("%(names)s or %(last)s: what customers say and what ratings show differ.") % words
    if len(names) > 2:
        return _("%(names)s or %(last)s: the answers cannot yet say which counts most.") % words
    return _("%(names)s or %(last)s: the answers cannot yet say which counts more.") % words


def _most(found: Lead, known: Known, words: dict[str, str]) -> str:
    """The one of them with more unhappy answers; empty where none has, or hardly any came."""
    n, others = known.unhappy.get(found.touchpoints[0], 0), found.touchpoints[1:]
    if n < LEAST or any(known.unhappy.get(each, 0) == n for each in others):
        return ""
    if len(others) > 1:
        return _("%(name)s has the most unhappy answers (%(n)s a month): start there.") % words
    return _("%(name)s has more unhappy answers (%(n)s a month): start there.") % words


def _lead_of_nothing(known: Known) -> str:
    if not known.unhappy_months:
        return ""
    if not sum(known.unhappy.values()):
        return _("Nobody was unhappy in these months: nothing has to be mended first.")
    if any(known.unhappy.get(item.touchpoint, 0) >= LEAST for item in known.items):
        return _("Nothing stands out: no touchpoint both matters and is rated low.")
    return _("Too few unhappy answers to say where to start: a touchpoint needs %(n)s of them.") % {
        "n": LEAST
    }


def look_again(known: Known) -> str:
    """How many more people would tell; empty where that is not known."""
    if known.lead.more is None:
        return ""
    more = known.lead.more
    return ngettext(
        "About %(n)s more answer will tell, if they differ as much as it looks.",
        "About %(n)s more answers will tell, if they differ as much as it looks.",
        more,
    ) % {"n": format_number(more)}
