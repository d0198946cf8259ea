"""How a score was computed, in a sentence: behind the number, for who asks."""

from feedback.i18n import format_number
from feedback.i18n import gettext as _
from feedback.scoring import Metric, Score
from feedback.wording import band_names, best_ratings


def explain_score(score: Score, metric: Metric) -> str:
    """`Share of ratings 4–5: 364 of 512 answers, 95 % interval by Wilson.` Blank where the score
    is hidden."""
    if not score.has_number:
        return ""
    n = format_number(score.n)
    if metric.headline == "net":
        names = band_names(metric)
        return _(
            "%(positive)s less %(negative)s, as a share of all answers: (%(better)s − %(worse)s) "
            "of %(n)s, times 100. 95 %% interval by adjusted Wald."
        ) % {
            "positive": names[2].capitalize(),
            "negative": names[0],
            "better": format_number(score.positive),
            "worse": format_number(score.negative),
            "n": n,
        }
    if metric.headline == "top":
        return _(
            "Share of ratings %(ratings)s: %(positive)s of %(n)s answers. 95 %% interval by Wilson."
        ) % {"ratings": best_ratings(metric), "positive": format_number(score.positive), "n": n}
    return _(
        "Mean of %(n)s ratings on the scale %(low)s–%(high)s: their sum %(sum)s divided by %(n)s. "
        "95 %% interval by Student's t."
    ) % {
        "n": n,
        "low": metric.minimum,
        "high": metric.maximum,
        "sum": format_number(sum(rating * count for rating, count in score.counts.items())),
    }
