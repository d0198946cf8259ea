"""How a score came about and how sure it is, in a sentence or two, behind *how sure?*."""

from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import Metric, Score
from feedback.wording import band_names, best_ratings


def explain_score(score: Score, metric: Metric) -> str:
    """`Share of ratings 4–5: 364 of 512 answers, 95 % interval by Wilson.` Blank where the score
    is hidden."""
    if not score.has_number:
        return ""
    return f"{_formula(score, metric)} {_interval(score)}"


def _formula(score: Score, metric: Metric) -> str:
    n = format_number(score.n)
    if metric.headline == "net":
        names = band_names(metric)
        return _(
            "%(positive)s less %(negative)s, as a share of all answers: (%(better)s − %(worse)s) "
            "of %(n)s, times 100."
        ) % {
            "positive": names[2].capitalize(),
            "negative": names[0],
            "better": format_number(score.positive),
            "worse": format_number(score.negative),
            "n": n,
        }
    if metric.headline == "top":
        return _("Share of ratings %(ratings)s: %(positive)s of %(n)s answers.") % {
            "ratings": best_ratings(metric),
            "positive": format_number(score.positive),
            "n": n,
        }
    return _(
        "Mean of %(n)s ratings on the scale %(low)s–%(high)s: their sum %(sum)s divided by %(n)s."
    ) % {
        "n": n,
        "low": metric.minimum,
        "high": metric.maximum,
        "sum": format_number(sum(rating * count for rating, count in score.counts.items())),
    }


def _interval(score: Score) -> str:
    """How sure the number is: by people where some gave several answers."""
    if score.people is None:
        return {
            "adjusted_wald": _("95 %% interval by adjusted Wald."),
            "wilson": _("95 %% interval by Wilson."),
            "t": _("95 %% interval by Student's t."),
        }[score.method] % {}
    if score.low is None:
        return _(
            "No interval: one person gave most of these answers, so they cannot tell how far "
            "another person's would lie from them."
        )
    text = ngettext(
        "Given by %(people)s person: 95 %% interval of so many people, by Student's t "
        "(cluster-robust).",
        "Given by %(people)s people: 95 %% interval of so many people, by Student's t "
        "(cluster-robust).",
        score.people,
    )
    return text % {"people": format_number(score.people)}
