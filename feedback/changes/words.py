"""What changed, in words: the sentence above board and trends. Of one line alone: notes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.changes.amounts import (
    amount,
    margin,
    number,
    own_name,
    place_of,
    printed_size,
    when,
)
from feedback.changes.answers import change_answers
from feedback.changes.explained import explain_changes
from feedback.changes.find import JourneyChanges, NamedChange, Told
from feedback.changes.unsaid import say_taken_back
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.readings.answers import Answers
from feedback.scoring import Metric, round_half_away
from feedback.scoring.months import month_number, shift
from feedback.wording import (
    PLUS_MINUS,
    metric_name,
    month_alone,
    month_name,
    month_short,
    write_number,
)

YEAR = 12
RIGHT_BEFORE = 3  # months: the last ones before a change may have been in suspicion themselves
MOST_TOLD = 3  # changes in the sentence; the others are counted


@dataclass(frozen=True, slots=True)
class Verdict:
    """Good or bad by the metric's direction, in a word."""

    key: str  # better or worse
    word: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; where it tells of a change, its `verdict` and the answers it is shown by.

    short: the same without its months, for a page that has room for a line.
    """

    text: str
    verdict: Verdict | None = None
    answers: Answers | None = None
    short: str = ""


@dataclass(frozen=True, slots=True)
class SaidChanges:
    """All that stands above board and trends. explained: what the words mean, a paragraph each;
    taken_back: what was said and is true no longer, with why."""

    sentences: tuple[Sentence, ...]
    moves: str
    explained: tuple[str, ...]
    taken_back: tuple[tuple[str, str], ...] = ()


def say_changes(
    found: JourneyChanges, *, is_newest: bool, has_channel: bool, shown: str = ""
) -> SaidChanges:
    """The words of a journey. is_newest: the month looked at is the last complete one, so its
    year goes without saying; has_channel: the page shows one channel only; shown: the key of the
    metric that the page shows alone: others are named."""
    month = month_alone(found.looked_at) if is_newest else month_name(found.looked_at)
    sentences = _changed(found, month, shown) if found.changed else _unchanged(found)
    if has_channel:
        sentences.append(Sentence(_("Changes are watched over all channels.")))
    sentences += _joined(found, month, shown)
    taken_back = tuple(say_taken_back(found, _names(found)))
    return SaidChanges(tuple(sentences), _moves(found), tuple(explain_changes(found)), taken_back)


def _names(found: JourneyChanges) -> Counter[str]:
    """How many lines bear a name; those that joined later are not among them."""
    return Counter(own_name(told.line) for told in found.lines)


def _joined(found: JourneyChanges, month: str, shown: str) -> list[Sentence]:
    """What the past of lines shows that joined after the month looked at was over: there alone,
    since what was said of older ones stays as it was said."""
    next_month, n = shift(found.looked_at, 1), len(found.joined)
    changed = [told for told in found.joined_changed if told.joined == next_month]
    if not changed:
        return []
    text = ngettext(
        "%(n)s more score is watched from %(month)s on. In its past:",
        "%(n)s more scores are watched from %(month)s on. In their past:",
        n,
    )
    names = _names(found) + Counter(own_name(told.line) for told in found.joined)
    words = {"n": format_number(n), "month": month_alone(next_month)}
    return [Sentence(text % words), *_tell(changed, names, found.looked_at, month, shown)]


def _changed(found: JourneyChanges, month: str, shown: str) -> list[Sentence]:
    sentences = _tell(found.changed, _names(found), found.looked_at, month, shown)
    if len(found.changed) <= MOST_TOLD:
        sentences.append(Sentence(_("Nothing else clearly moved.")))
    return sentences + _too_early(found)


def _tell(
    changed: Sequence[Told], names: Counter[str], looked_at: str, month: str, shown: str
) -> list[Sentence]:
    """The first ones, and how many there are besides."""
    more = len(changed) - MOST_TOLD
    sentences = [
        Sentence(
            text,
            verdict(told),
            change_answers(told),
            text.replace(_held(_change_of(told)), "", 1),
        )
        for told in changed[:MOST_TOLD]
        for text in (_sentence(told, names, looked_at, month, shown),)
    ]
    if more > 0:
        text = ngettext("And %(n)s more.", "And %(n)s more.", more) % {"n": more}
        sentences.append(Sentence(text))
    return sentences


def _sentence(told: Told, names: Counter[str], looked_at: str, month: str, shown: str) -> str:
    """The fact, what it is worth, when to look again. month: the one looked at, in words."""
    change, metric = _change_of(told), told.line.metric
    began = when(change.began, looked_at)
    place = place_of(told.line, names)
    if shown and metric.key != shown:
        place = f"{place} ({metric_name(metric)})"
    words = {
        **{"place": place, "began": began},
        "now": _now(change, metric, month, began),
        "before": _before(change, metric),
    }
    if change.difference is None:
        words |= {"usual": _usual(change, metric), "known": when(change.known_from, looked_at)}
        if change.is_up:
            text = _(
                "%(place)s rose in %(began)s, beyond its usual ups and downs (%(usual)s): %(now)s, "
                "%(before)s. Its lasting size is known in %(known)s."
            )
        else:
            text = _(
                "%(place)s fell in %(began)s, beyond its usual ups and downs (%(usual)s): %(now)s, "
                "%(before)s. Its lasting size is known in %(known)s."
            )
        return text % words
    if change.is_up != (change.difference > 0):
        if change.is_up:
            return _("%(place)s rose in %(began)s and did not stay: %(now)s, %(before)s.") % words
        return _("%(place)s fell in %(began)s and did not stay: %(now)s, %(before)s.") % words
    words |= {
        "amount": amount(printed_size(change, metric), metric),
        "margin": margin(change, metric),
    }
    if change.is_up:
        text = _("%(place)s rose by %(amount)s in %(began)s (%(margin)s): %(now)s, %(before)s.")
    else:
        text = _("%(place)s fell by %(amount)s in %(began)s (%(margin)s): %(now)s, %(before)s.")
    return text % words


def _now(change: NamedChange, metric: Metric, month: str, began: str) -> str:
    value = write_number(change.now.score or 0.0, metric)
    if change.difference is not None:
        first, last = (month_alone(each) for each in (change.after[0], change.after[-1]))
        if first == last:
            return _("%(number)s in %(month)s") % {"number": value, "month": first}
        words = {"number": value, "first": first, "last": last}
        return _("%(number)s from %(first)s to %(last)s") % words
    if change.is_month:
        return _("%(number)s in %(month)s") % {"number": value, "month": month}
    return _("%(number)s since %(month)s") % {"number": value, "month": began}


def _before(change: NamedChange, metric: Metric) -> str:
    words = {"number": write_number(change.before.score or 0.0, metric), "n": change.months}
    if change.months == YEAR:
        text = _("%(number)s over the year before") % words
    else:
        text = _("%(number)s over the %(n)s months before") % words
    return text + _held(change)


def _held(change: NamedChange) -> str:
    """The months before, named where a level that is renewed once a year is of those before it."""
    first, last = change.held[0], change.held[-1]
    if month_number(change.began) - month_number(last) <= RIGHT_BEFORE:
        return ""
    months = _("%(first)s – %(last)s") % {"first": month_short(first), "last": month_short(last)}
    return f" ({months})"


def _usual(change: NamedChange, metric: Metric) -> str:
    written = number(change.usual, metric)
    if metric.headline == "mean":
        return PLUS_MINUS + written
    n = int(round_half_away(change.usual)) or 2
    return PLUS_MINUS + ngettext("%(n)s point", "%(n)s points", n) % {"n": written}


def _unchanged(found: JourneyChanges) -> list[Sentence]:
    early = [told for told in found.lines if told.is_early]
    if len(early) < len(found.lines):
        return [Sentence(_("Nothing clearly changed in the last 12 months.")), *_too_early(found)]
    if not early:
        return [
            Sentence(_("Changes can be named after 6 months with 30 answers or more at one place."))
        ]
    month = month_name(min(told.named_from for told in early))
    return [Sentence(_("Changes can be named from %(month)s.") % {"month": month})]


def _too_early(found: JourneyChanges) -> list[Sentence]:
    early, n = sum(told.is_early for told in found.lines), found.series
    if not early:
        return []
    text = ngettext(
        "For %(early)s of the %(n)s scores it is too early to say.",
        "For %(early)s of the %(n)s scores it is too early to say.",
        early,
    )
    return [Sentence(text % {"early": early, "n": n})]


def _moves(found: JourneyChanges) -> str:
    if not found.series:
        return ""
    if not found.real:
        text = ngettext(
            "%(moves)s move this year, none real",
            "%(moves)s moves this year, none real",
            found.moves,
        )
    elif found.real == 1:
        text = ngettext(
            "%(moves)s move this year, 1 real", "%(moves)s moves this year, 1 real", found.moves
        )
    else:
        text = ngettext(
            "%(moves)s move this year, %(real)s real",
            "%(moves)s moves this year, %(real)s real",
            found.moves,
        )
    return text % {"moves": format_number(found.moves), "real": format_number(found.real)}


def _change_of(told: Told) -> NamedChange:
    if told.change is None:
        raise ValueError("Nothing changed here.")
    return told.change


def verdict(told: Told) -> Verdict:
    """Of a line that changed."""
    if _change_of(told).is_better(told.line.metric):
        return Verdict("better", _("Better"))
    return Verdict("worse", _("Worse"))
