"""How scores, bands, metrics and channels are written for a reader."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale

from feedback.i18n import current_locale, format_month, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import Metric, Score, round_half_away
from feedback.scoring.scores import HIDDEN_BELOW, MEAN_FROM

MINUS = "\N{MINUS SIGN}"
PLUS_MINUS = "±\N{NO-BREAK SPACE}"
PERCENT = {"en": "\N{NO-BREAK SPACE}%", "fr": "\N{NARROW NO-BREAK SPACE}%"}
NO_SCORE = "–"


@dataclass(frozen=True, slots=True)
class WrittenBands:
    """The bands as (name, from, share) in percent; `n` is 0 where they must not be shown."""

    n: int
    parts: tuple[tuple[str, float, float], ...]
    label: str


@dataclass(frozen=True, slots=True)
class WrittenScore:
    """A score as pages print it. `exact` is the unrounded number, empty when it is hidden."""

    number: str
    margin: str
    answers: str
    range: str
    exact: str
    display: str
    n: int
    bands: WrittenBands
    has_few_people: bool = False

    @property
    def size(self) -> str:
        """The answers in a table's cell: `318`, in words where so many are of fewer people."""
        return self.answers if self.has_few_people else format_number(self.n)

    @property
    def note(self) -> str:
        """What stands small beside the number: `± 7 · 318 answers`."""
        return f"{self.margin} · {self.answers}" if self.margin else self.answers

    @property
    def short(self) -> str:
        """The same for a table's cell: `± 7 · 318`."""
        return f"{self.margin} · {self.size}" if self.margin else self.size

    @property
    def sentence(self) -> str:
        """All of it on one line: `+42 ± 7 · 318 answers`."""
        return self.note if self.number == NO_SCORE else f"{self.number} {self.note}"


def write_score(score: Score, metric: Metric, period: str = "") -> WrittenScore:
    """The words of a score; `period` ("March 2026") is named when nobody answered."""
    is_hidden = not score.has_number
    return WrittenScore(
        number=NO_SCORE if is_hidden else write_number(score.score or 0.0, metric),
        margin="" if is_hidden else write_margin(score, metric),
        answers=_answers(score, period),
        range="" if is_hidden else _range(score, metric),
        exact="" if is_hidden else repr(score.score),
        display="hidden" if is_hidden else score.display,
        n=score.n,
        bands=_bands(score, metric),
        has_few_people=not is_hidden and score.has_few_people,
    )


def write_number(value: float, metric: Metric) -> str:
    """`+42` for net scores, `82 %` for shares, `4.1` for means; rounded here and only here."""
    if metric.headline == "mean":
        return _signed(value, 1, sign="")
    if metric.headline == "top":
        return _signed(value, 0, sign="") + PERCENT[current_locale()]
    return _signed(value, 0, sign="+")


def write_share(part: float, whole: int = 1, *, decimals: int = 0) -> str:
    """So many of so many as `82 %`; of a share, 0..1, the whole is 1.

    29 of 200 are 15 %, but 100 * (29 / 200) lies below 14.5: shares are multiplied in decimals.
    """
    percent = 100 * part / whole if whole != 1 else float(Decimal(repr(float(part))).scaleb(2))
    return _signed(percent, decimals, sign="") + PERCENT[current_locale()]


def write_signed(value: float, decimals: int = 0, most: int = 0) -> str:
    """A difference as `+12` or `−3`; with up to `most` decimals where it would round to nothing."""
    while value and decimals < most and not round_half_away(value, decimals):
        decimals += 1
    return _signed(value, decimals, sign="+")


def write_level(value: float, metric: Metric) -> str:
    """A number beside an axis: as short as the scale allows."""
    decimals = 0 if value == int(value) else 1
    if metric.headline == "top":
        return _signed(value, decimals, sign="") + PERCENT[current_locale()]
    return _signed(value, decimals, sign="+" if metric.headline == "net" else "")


def write_margin(score: Score, metric: Metric) -> str:
    """Half the width of the interval; a digit more when it would round to nothing."""
    if score.low is None or score.high is None:
        return ""
    half = (score.high - score.low) / 2
    decimals = 1 if metric.headline == "mean" else 0
    if round_half_away(half, decimals + 1) < 10**-decimals:
        decimals += 1
    return PLUS_MINUS + format_number(round_half_away(half, decimals), decimals)


def _signed(value: float, decimals: int, *, sign: str) -> str:
    rounded = round_half_away(value, decimals)
    prefix = MINUS if rounded < 0 else sign if rounded > 0 else ""
    return prefix + format_number(abs(rounded), decimals)


def _answers(score: Score, period: str) -> str:
    if score.n == 0:
        return _("No answers in %(month)s") % {"month": period} if period else _("No answers")
    count = format_number(score.n)
    written = ngettext("%(count)s answer", "%(count)s answers", score.n) % {"count": count}
    if score.n >= HIDDEN_BELOW and not score.has_number:
        return _("%(answers)s: %(ratings)s") % {"answers": written, "ratings": _ratings(score)}
    if score.display == "hidden":
        missing = (MEAN_FROM if score.method == "t" else HIDDEN_BELOW) - score.n
        return ngettext(
            "%(answers)s, %(missing)s more to show a score",
            "%(answers)s, %(missing)s more to show a score",
            missing,
        ) % {"answers": written, "missing": missing}
    if score.has_few_people:
        return _of_people(count, score.people or 0, is_few=score.display == "few")
    if score.display == "few":
        return ngettext("only %(count)s answer", "only %(count)s answers", score.n) % {
            "count": count
        }
    return written


def _ratings(score: Score) -> str:
    """`6, 6, 8, 9, 9`; where all are alike `12 × 9`."""
    given = [(rating, n) for rating, n in score.counts.items() if n]
    if len(given) == 1:
        [(rating, n)] = given
        return f"{format_number(n)} × {rating}"
    return ", ".join(str(rating) for rating, n in given for _again in range(n))


def _of_people(count: str, people: int, *, is_few: bool) -> str:
    text = ngettext(
        "%(count)s answers of %(people)s person", "%(count)s answers of %(people)s people", people
    )
    if is_few:
        text = ngettext(
            "only %(count)s answers of %(people)s person",
            "only %(count)s answers of %(people)s people",
            people,
        )
    return text % {"count": count, "people": format_number(people)}


def _range(score: Score, metric: Metric) -> str:
    if score.low is None or score.high is None:
        return ""
    lowest, highest = scale_of(metric)
    return _("95 %% sure to lie between %(low)s and %(high)s") % {
        "low": write_number(max(score.low, lowest), metric),
        "high": write_number(min(score.high, highest), metric),
    }


def scale_of(metric: Metric) -> tuple[float, float]:
    """The lowest and highest headline a metric can have."""
    if metric.headline == "net":
        return -100.0, 100.0
    if metric.headline == "top":
        return 0.0, 100.0
    return float(metric.minimum), float(metric.maximum)


def _bands(score: Score, metric: Metric) -> WrittenBands:
    if score.display == "hidden":
        return WrittenBands(0, (), "")
    counts = (score.negative, score.neutral, score.positive)
    shares = [100 * count / score.n for count in counts]
    starts = (0.0, shares[0], 100 - shares[2])
    names = ("negative", "neutral", "positive")
    return WrittenBands(
        n=score.n,
        parts=tuple(
            (name, round(start, 2), round(share, 2))
            for name, start, share in zip(names, starts, shares, strict=True)
        ),
        label=", ".join(
            f"{_signed(share, 0, sign='')}{PERCENT[current_locale()]} {name}"
            for share, name in zip(shares, band_names(metric), strict=True)
        ),
    )


def band_names(metric: Metric) -> tuple[str, str, str]:
    """The three bands in the words of the metric, negative first."""
    if metric.key == "nps":
        return _("detractors"), _("passives"), _("promoters")
    if metric.key.startswith("ces"):
        return _("difficult"), _("neutral"), _("easy")
    return _("dissatisfied"), _("neutral"), _("satisfied")


def metric_name(metric: Metric) -> str:
    """The metric with its scale, and its direction where low is good."""
    scale = f"{metric.minimum}–{metric.maximum}"
    if metric.key == "nps":
        return _("NPS")
    if metric.key.startswith("ces_effort"):
        return _("CES %(scale)s, low is good") % {"scale": scale}
    if metric.key.startswith("ces"):
        return _("CES ease %(scale)s") % {"scale": scale}
    return _("CSAT %(scale)s") % {"scale": scale}


def headline_meaning(metric: Metric) -> str:
    """What the number is, in a few words."""
    if metric.headline == "net":
        return _("%(positive)s less %(negative)s, in points") % {
            "positive": band_names(metric)[2],
            "negative": band_names(metric)[0],
        }
    if metric.headline == "top":
        return _("share who gave %(ratings)s") % {"ratings": best_ratings(metric)}
    return _("mean rating")


def best_ratings(metric: Metric) -> str:
    """`4–5` of a share."""
    best = sorted(metric.positive)
    return str(best[0]) if len(best) == 1 else f"{best[0]}–{best[-1]}"


def channel_name(channel: str) -> str:
    """How the answer came, in the reader's language."""
    return {
        "widget": _("Widget"),
        "page": _("Survey page"),
        "email": _("E-mail"),
        "qr": _("QR code"),
        "kiosk": _("Kiosk"),
        "api": _("API"),
        "import": _("Import"),
    }.get(channel, channel)


def write_target(target: float, metric: Metric) -> str:
    """`+50`; an upper limit where low is good."""
    number = write_number(target, metric)
    return _("%(number)s or less") % {"number": number} if metric.low_is_good else number


def month_name(month: str) -> str:
    """`March 2026` from `2026-03`."""
    return format_month(month)


def month_short(month: str) -> str:
    """`Mar 2026` from `2026-03`, for lists and heads of columns."""
    return f"{month_alone(month, short=True)} {month[:4]}"


def month_alone(month: str, *, short: bool = False) -> str:
    """`March` from `2026-03`, where the year is clear; short `Mar`."""
    names = _month_names(current_locale(), "abbreviated" if short else "wide")
    return names[int(month[5:]) - 1]


def month_tick(month: str) -> str:
    """What stands under an axis that has a January: its year there, else the short month."""
    return month[:4] if month.endswith("-01") else month_alone(month, short=True)


@cache
def _month_names(locale: str, width: str) -> list[str]:
    names = Locale.parse(locale).months["stand-alone"][width]
    return [names[number] for number in range(1, 13)]
