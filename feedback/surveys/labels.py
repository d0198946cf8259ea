"""How states, acts, places and metrics are named on survey and journey pages."""

from feedback.i18n import gettext as _
from feedback.scoring import METRICS, Metric
from feedback.surveys.follow_ups import band_limits
from feedback.surveys.texts import language_name
from feedback.wording import metric_name


def state_names() -> dict[str, str]:
    return {
        "draft": _("Draft"),
        "live": _("Live"),
        "paused": _("Paused"),
        "closed": _("Closed"),
    }


def list_state_names() -> dict[str, str]:
    """What the list of surveys can be narrowed to."""
    all_states = {"": _("In use"), **state_names()}
    return all_states | {"unasked": _("Not asked yet"), "archived": _("Archived")}


def act_names() -> dict[str, str]:
    return {
        "publish": _("Publish"),
        "pause": _("Pause"),
        "resume": _("Resume"),
        "close": _("Close"),
        "reopen": _("Reopen"),
    }


def acts_done() -> dict[str, str]:
    """What to say after each act."""
    return {
        "publish": _("Published. It asks from now on."),
        "pause": _("Paused. Nobody is asked until you resume it."),
        "resume": _("It asks again, and its line goes on."),
        "close": _("Closed: answers are refused. Reopen it to take that back."),
        "reopen": _("Reopened. It asks again, and its line goes on."),
    }


def place_names() -> dict[str, str]:
    return {
        "site": _("Site"),
        "app": _("App"),
        "shop": _("Shop"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "other": _("Elsewhere"),
    }


def metric_names() -> dict[str, str]:
    return {key: metric_name(metric) for key, metric in METRICS.items()}


def metric_choices() -> list[tuple[str, str]]:
    """Metrics to choose from, each with what it is good for."""
    names = metric_names()
    hints = {
        "nps": _("recommendation, 0–10"),
        "csat_5": _("satisfaction just after, five points"),
        "ces_ease_7": _("how easy it was, agreement"),
        "ces_effort_5": _("how much effort it took"),
    }
    return [(k, f"{name} · {hints[k]}" if k in hints else name) for k, name in names.items()]


def kind_names() -> dict[str, str]:
    """What may be asked after the rating."""
    return {
        "comment": _("Comment"),
        "single": _("One choice"),
        "multiple": _("Several choices"),
        "rating": _("Rating"),
    }


def band_names(metric: Metric) -> dict[str, str]:
    """The bands with their ratings: `Unhappy (0–6)`."""
    names = {"negative": _("Unhappy"), "neutral": _("In between"), "positive": _("Happy")}
    limits = {band: sorted(set(ends)) for band, ends in band_limits(metric).items()}
    return {b: f"{name} ({'–'.join(map(str, limits[b]))})" for b, name in names.items()}


def language_names(codes: list[str]) -> dict[str, str]:
    return {code: language_name(code) for code in codes}
