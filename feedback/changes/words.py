"""What changed, in words: the sentence above board and trends, and the short note of a tile."""

from collections import Counter
from dataclasses import dataclass

from feedback.changes.find import JourneyChanges, NamedChange, Told
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import Metric, round_half_away
from feedback.scoring.months import shift
from feedback.wording import MINUS, PERCENT, month_alone, month_name

MOST_TOLD = 3  # changes in the sentence; the others are counted


@dataclass(frozen=True, slots=True)
class Verdict:
    """Good or bad by the metric's direction, in a word."""

    key: str  # better or worse
    word: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `verdict` where it tells of a change."""

    text: str
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class SaidChanges:
    """All that stands above board and trends. explained: what the words mean, a paragraph each."""

    sentences: tuple[Sentence, ...]
    moves: str
    explained: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """What a tile says of its line. No arrow unless the month has 30 answers: `arrow` up, down
    or blank."""

    text: str
    arrow: str = ""
    arrow_word: str = ""
    verdict: Verdict | None = None
    title: str = ""


def say_changes(found: JourneyChanges, *, is_newest: bool, has_channel: bool) -> SaidChanges:
    """The words of a journey. is_newest: the month looked at is the last complete one, so its
    year goes without saying; has_channel: the page shows one channel only."""
    sentences = _changed(found, is_newest=is_newest) if found.changed else _unchanged(found)
    if has_channel:
        sentences.append(Sentence(_("Changes are watched over all channels.")))
    return SaidChanges(tuple(sentences), _moves(found), tuple(_explained(found)))


def _changed(found: JourneyChanges, *, is_newest: bool) -> list[Sentence]:
    shown = found.changed[:MOST_TOLD]
    names = Counter(_own_name(told) for told in found.lines)
    month = month_alone(found.looked_at) if is_newest else month_name(found.looked_at)
    sentences = [
        Sentence(_sentence(told, names, found.looked_at, month if at == 0 else ""), _verdict(told))
        for at, told in enumerate(shown)
    ]
    more = len(found.changed) - len(shown)
    if more:
        sentences.append(
            Sentence(ngettext("And %(n)s more.", "And %(n)s more.", more) % {"n": more})
        )
    else:
        sentences.append(Sentence(_("Nothing else clearly moved.")))
    return sentences + _too_early(found)


def _sentence(told: Told, names: Counter[str], looked_at: str, month: str) -> str:
    change = _change_of(told)
    words = {
        "month": month,
        "place": _place(told, names),
        "amount": _amount(change, told.line.metric),
        "began": _since(change.began, looked_at),
    }
    is_new = change.began == looked_at
    if month and is_new and change.is_up:
        text = _("In %(month)s, %(place)s rose by %(amount)s, more than chance explains.")
    elif month and is_new:
        text = _("In %(month)s, %(place)s fell by %(amount)s, more than chance explains.")
    elif month and change.is_up:
        text = _(
            "In %(month)s, %(place)s rose by %(amount)s since %(began)s, more than chance explains."
        )
    elif month:
        text = _(
            "In %(month)s, %(place)s fell by %(amount)s since %(began)s, more than chance explains."
        )
    elif change.is_up:
        text = _("%(place)s rose by %(amount)s since %(began)s.")
    else:
        text = _("%(place)s fell by %(amount)s since %(began)s.")
    return text % words


def _unchanged(found: JourneyChanges) -> list[Sentence]:
    early = [told for told in found.lines if told.is_early]
    if len(early) < len(found.lines):
        return [Sentence(_("Nothing clearly changed in the last 12 months.")), *_too_early(found)]
    if not early:
        return [
            Sentence(
                _("Changes can be named after 12 months with 30 answers or more at one place.")
            )
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


def _explained(found: JourneyChanges) -> list[str]:
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
            "A change is real, and said to be one, when a CUSUM of the monthly scores against the "
            "12 months before passes its limit. A small move takes months to do so, a large one "
            "may at once."
        ),
        watched % {"n": found.series},
        _("On a page where nothing happens, this is said wrongly in %(rate)s of years.")
        % {"rate": format_number(100 * found.rate) + PERCENT[current_locale()]},
    ]


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
    change, since = told.change, _since(told.change.began, looked_at)
    number = _number(change.difference, told.line.metric)
    if not has_enough:
        number = ("+" if change.is_up else MINUS) + number
    return ChangeNote(
        text=_("%(number)s since %(month)s") % {"number": number, "month": since},
        arrow=("up" if change.is_up else "down") if has_enough else "",
        arrow_word=_("Up") if change.is_up else _("Down"),
        verdict=_verdict(told),
        title=_interval(change, told.line.metric),
    )


def _interval(change: NamedChange, metric: Metric) -> str:
    return _(
        "Difference from the months before, 95 %% sure to lie between %(low)s and %(high)s"
    ) % {
        "low": _signed(change.low, metric),
        "high": _signed(change.high, metric),
    }


def _change_of(told: Told) -> NamedChange:
    if told.change is None:
        raise ValueError("Nothing changed here.")
    return told.change


def _verdict(told: Told) -> Verdict:
    if _change_of(told).is_better(told.line.metric):
        return Verdict("better", _("Better"))
    return Verdict("worse", _("Worse"))


def _own_name(told: Told) -> str:
    return (told.line.touchpoint or told.line.stage).name


def _place(told: Told, names: Counter[str]) -> str:
    """The place's name; with its stage where two lines bear the same, and for a touchpoint that
    is all of its stage's headline."""
    line, name = told.line, _own_name(told)
    place = line.twin or (line.touchpoint if names[name] > 1 else None)
    if place is None or place.name == line.stage.name:
        return name
    return _("%(stage)s (%(touchpoint)s)") % {"stage": line.stage.name, "touchpoint": place.name}


def _since(month: str, looked_at: str) -> str:
    """`August`, with its year once a year has passed."""
    return month_alone(month) if month > shift(looked_at, -12) else month_name(month)


def _amount(change: NamedChange, metric: Metric) -> str:
    """`12 points`, `3 percentage points`, `0.4 on the scale 1–5`."""
    number = _number(change.difference, metric)
    n = int(round_half_away(abs(change.difference))) or 2  # a fraction below one is a plural
    if metric.headline == "net":
        return ngettext("%(n)s point", "%(n)s points", n) % {"n": number}
    if metric.headline == "top":
        return ngettext("%(n)s percentage point", "%(n)s percentage points", n) % {"n": number}
    words = {"n": number, "low": metric.minimum, "high": metric.maximum}
    return _("%(n)s on the scale %(low)s–%(high)s") % words


def _number(difference: float, metric: Metric) -> str:
    """Without its sign; a digit more where it would round to nothing."""
    digits = 1 if metric.headline == "mean" else 0
    if round_half_away(abs(difference), digits) == 0:
        digits += 1
    return format_number(round_half_away(abs(difference), digits), digits)


def _signed(difference: float, metric: Metric) -> str:
    sign = "+" if difference > 0 else MINUS
    return sign + _number(difference, metric)
