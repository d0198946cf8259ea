"""Is it noise? Two months' counts in, the honest answer out. Nothing is stored or looked up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

from feedback.comparisons.words import signed, write_difference
from feedback.i18n import format_number
from feedback.i18n import gettext as _
from feedback.scoring import (
    HIDDEN_BELOW,
    METRICS,
    Comparison,
    Metric,
    compare_scores,
    net_difference_sample_size,
    net_sample_size,
    round_half_away,
    share_difference_sample_size,
)
from feedback.scoring.distributions import normal_quantile
from feedback.scoring.samples import TYPICAL_VARIANCE
from feedback.wording import PLUS_MINUS, WrittenScore, write_score

COUNTS = {"nps": ("detractors", "passives", "promoters"), "share": ("satisfied", "answers")}
KINDS = tuple(COUNTS)
# All that its address may hold.
NAMES = (
    "kind",
    *(
        f"{month}_{name}"
        for month in ("before", "after")
        for kind in KINDS
        for name in COUNTS[kind]
    ),
    "precision",
    "difference",
)
MOST = 1_000_000_000
TABLE = (5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000)
SURE_BELOW = 0.05


class WrongNumberError(ValueError):
    """What was typed is no number that can be computed with; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Month:
    """One side's fields."""

    key: str
    legend: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class NoisePage:
    """The forms as they were filled in, and the answers to them; an answer may be missing."""

    kind: str
    months: tuple[Month, ...]
    error: str = ""
    answer: str = ""
    detail: str = ""
    advice: str = ""
    before: WrittenScore | None = None
    after: WrittenScore | None = None
    difference: str = ""
    precision: str = ""
    size_error: str = ""
    sizes: tuple[str, ...] = ()


def noise_page(query: Mapping[str, str]) -> NoisePage:
    """Both answers; what cannot be read is said in `error` and `size_error`."""
    kind = query.get("kind", "nps")
    kind = kind if kind in KINDS else "nps"
    months = tuple(_month(kind, key, query) for key in ("before", "after"))
    asked = [field for month in months for field in month.fields if field.value]
    base = NoisePage(
        kind,
        months,
        difference=query.get("difference", "").strip(),
        precision=query.get("precision", "").strip(),
    )
    return _with_sizes(_with_answer(base, bool(asked)))


def _month(kind: str, key: str, query: Mapping[str, str]) -> Month:
    names = {
        "nps": (
            ("detractors", _("Detractors (0–6)")),
            ("passives", _("Passives (7–8)")),
            ("promoters", _("Promoters (9–10)")),
        ),
        "share": (("satisfied", _("Satisfied answers")), ("answers", _("All answers"))),
    }[kind]
    legend = _("The month before") if key == "before" else _("This month")
    fields = tuple(
        Field(f"{key}_{name}", label, query.get(f"{key}_{name}", "").strip())
        for name, label in names
    )
    return Month(key, legend, fields)


def _with_answer(page: NoisePage, is_asked: bool) -> NoisePage:
    if not is_asked:
        return page
    metric = METRICS["nps" if page.kind == "nps" else "csat_5"]
    try:
        before, after = (_counts(page.kind, month) for month in page.months)
    except WrongNumberError as error:
        return replace(page, error=str(error))
    found = compare_scores(after, before, metric)
    page = replace(
        page,
        answer=_answer(found),
        before=write_score(found.b, metric),
        after=write_score(found.a, metric),
    )
    if is_few(found):
        words = {"n": format_number(HIDDEN_BELOW)}
        return replace(page, detail=_("Each month needs %(n)s answers or more.") % words)
    return replace(page, detail=_detail(found, metric), advice=_advice(found, metric))


def is_few(found: Comparison) -> bool:
    """A side of fewer than five answers: whatever the test says of it, nobody should act on it."""
    return min(found.a.n, found.b.n) < HIDDEN_BELOW


def _counts(kind: str, month: Month) -> dict[int, int]:
    numbers = [_whole(field, month) for field in month.fields]
    if kind == "share":
        satisfied, answers = numbers
        if satisfied > answers:
            raise WrongNumberError(
                _("%(month)s: more satisfied answers than answers.") % _name(month)
            )
        numbers = [answers - satisfied, 0, satisfied]
    if not sum(numbers):
        raise WrongNumberError(_("%(month)s: there is no answer.") % _name(month))
    ratings = (0, 7, 10) if kind == "nps" else (1, 3, 5)
    return dict(zip(ratings, numbers, strict=True))


def _whole(field: Field, month: Month) -> int:
    text = field.value or "0"
    if not text.isdecimal() or int(text) > MOST:
        words = _name(month) | {"field": field.label}
        raise WrongNumberError(_("%(month)s: %(field)s is a whole number from 0 up.") % words)
    return int(text)


def _name(month: Month) -> dict[str, str]:
    return {"month": month.legend}


def _answer(found: Comparison) -> str:
    if found.p_value is None or is_few(found):
        return _("Too few answers to tell.")
    if found.p_value > SURE_BELOW:
        return _("It may well be noise.")
    return _("More than chance explains.")


def _detail(found: Comparison, metric: Metric) -> str:
    if found.observed is None or found.low is None or found.high is None:
        return ""
    return _("%(difference)s; 95 %% sure to lie between %(low)s and %(high)s.") % {
        "difference": write_difference(found.observed, metric),
        "low": signed(found.low, metric),
        "high": signed(found.high, metric),
    }


def _advice(found: Comparison, metric: Metric) -> str:
    """How many answers would have been enough to tell a true difference of this size."""
    if found.observed is None or not found.observed or found.p_value is None:
        return ""
    if found.p_value <= SURE_BELOW:
        return _(
            "This holds for one comparison that you chose beforehand. Who looks at ten a month "
            "finds one of these by chance every second month."
        )
    if metric.headline == "net":
        needed = net_difference_sample_size(found.observed)
    else:
        shares = ((found.a.score or 0) / 100, (found.b.score or 0) / 100)
        needed = share_difference_sample_size(*shares)
    return _("To tell such a difference four times in five: %(n)s answers a month.") % {
        "n": format_number(needed)
    }


def _with_sizes(page: NoisePage) -> NoisePage:
    sizes = []
    try:
        if page.precision:
            points = _points(page.precision)
            words = {"points": format_points(points), "n": format_number(net_sample_size(points))}
            sizes.append(_("An NPS within ±%(points)s points: %(n)s answers.") % words)
        if page.difference:
            points = _points(page.difference)
            n = net_difference_sample_size(points)
            words = {"points": format_points(points), "n": format_number(n)}
            sizes.append(
                _("To tell two months %(points)s points apart: %(n)s answers a month.") % words
            )
    except WrongNumberError as error:
        return replace(page, size_error=str(error))
    return replace(page, sizes=tuple(sizes))


def _points(text: str) -> float:
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = 0.0
    if not 0.1 <= points <= 200:
        raise WrongNumberError(_("Points are a number between 0.1 and 200."))
    return points


def format_points(points: float) -> str:
    return format_number(points, 0 if points == int(points) else 1)


def half_widths() -> list[tuple[str, str]]:
    """How far an NPS reaches at so many answers, with the spread that is usual (0.67)."""
    z = normal_quantile(0.95)
    reach = [100 * z * sqrt(TYPICAL_VARIANCE / (n + 3)) for n in TABLE]
    return [
        (format_number(n), PLUS_MINUS + format_number(round_half_away(half)))
        for n, half in zip(TABLE, reach, strict=True)
    ]
