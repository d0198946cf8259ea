"""The sentences of priorities: each item in one sentence with its numbers."""

from collections.abc import Mapping, Sequence

from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.priorities.claims import LEAST, LEAST_FOLLOW_UPS, Item, Said, Verdict
from feedback.priorities.findings import Driver, Findings, Matrix
from feedback.priorities.read import Known
from feedback.scoring import round_half_away
from feedback.wording import write_share, write_signed

Names = Mapping[str, str]  # touchpoint id -> name


def verdict_name(verdict: Verdict) -> str:
    """The four quadrants of Martilla and James (1977), and what the answers do not tell."""
    return {
        "concentrate_here": _("Concentrate here"),
        "keep_up": _("Keep up the good work"),
        "possible_overkill": _("Possible overkill"),
        "low_priority": _("Low priority"),
        "unclear": _("Not clear yet"),
    }[verdict]


def item_sentence(item: Item, known: Known) -> str:
    """What is claimed of a touchpoint, and whose ratings say the same; empty for nothing."""
    claim = "" if item.verdict == "unclear" else verdict_name(item.verdict) + "."
    return " ".join(filter(None, (claim, _reason(item), together(item, known))))


def _reason(item: Item) -> str:
    """Why it is to be mended first, where people say so."""
    said = item.said
    if item.verdict != "concentrate_here" or said is None or said.verdict != item.verdict:
        return ""
    bad, good = said.share_negative, said.share_positive
    if bad is None or good is None:
        return ""
    words = {"bad": write_share(bad), "good": write_share(good)}
    return _("%(bad)s of unhappy customers name it, %(good)s of happy ones.") % words


def together(item: Item, known: Known) -> str:
    """`Goes together with Delivery.`"""
    if not item.goes_with:
        return ""
    names = [known.names[each] for each in item.goes_with]
    return _("Goes together with %(names)s.") % {"names": ", ".join(names)}


def said_sentence(said: Said, findings: Findings) -> str:
    """What people said of one touchpoint, with its numbers."""
    if said.difference is None or said.share_negative is None or said.share_positive is None:
        return _("Named by %(all)s of %(answered)s.") % {
            "all": format_number(said.named.all),
            "answered": format_number(findings.mentions.answered),
        }
    words = {
        "negative": write_share(said.share_negative),
        "positive": write_share(said.share_positive),
        "difference": write_signed(100 * said.difference),
        "low": write_signed(100 * (said.low or 0.0), most=1),
        "high": write_signed(100 * (said.high or 0.0), most=1),
    }
    if findings.metric == "nps":
        return (
            _(
                "Named by %(negative)s of detractors and %(positive)s of promoters: "
                "%(difference)s points, between %(low)s and %(high)s."
            )
            % words
        )
    return (
        _(
            "Named by %(negative)s of unhappy and %(positive)s of happy customers: "
            "%(difference)s points, between %(low)s and %(high)s."
        )
        % words
    )


def shown_sentence(driver: Driver) -> str:
    """What the ratings of one touchpoint show, with its numbers."""
    words = _shown_words(driver)
    if driver.share_low is None or driver.share_high is None:
        text = _("%(share)s of what the overall score goes with; rated %(performance)s of 100.")
        return text % words
    text = _(
        "%(share)s of what the overall score goes with (%(low)s to %(high)s); "
        "rated %(performance)s of 100 by %(n)s people."
    )
    return text % words


def shown_facts(driver: Driver) -> str:
    """The numbers alone, where there is no room: `16 % (13 % to 19 %), 65 of 100`."""
    words = _shown_words(driver)
    if driver.share_low is None or driver.share_high is None:
        return _("%(share)s, %(performance)s of 100") % words
    return _("%(share)s (%(low)s to %(high)s), %(performance)s of 100") % words


def _shown_words(driver: Driver) -> dict[str, str]:
    return {
        "share": write_share(driver.share),
        "performance": format_number(round_half_away(driver.performance or 0.0)),
        "n": format_number(driver.n),
        "low": write_share(driver.share_low or 0.0),
        "high": write_share(driver.share_high or 0.0),
    }


def write_monthly(unhappy: float) -> str:
    """How many a month, as a whole number; something that is not nothing is at least 1."""
    return format_number(_monthly(unhappy))


def unhappy_phrase(unhappy: float) -> str:
    """`58 unhappy answers a month`."""
    rounded = _monthly(unhappy)
    return ngettext("%(n)s unhappy answer a month", "%(n)s unhappy answers a month", rounded) % {
        "n": format_number(rounded)
    }


def _monthly(unhappy: float) -> int:
    return int(max(round_half_away(unhappy), 1.0 if unhappy else 0.0))


def never_named(known: Known) -> str:
    """The touchpoints that nobody named, in one line; empty when each was named."""
    nobody = [known.names[i.touchpoint] for i in known.items if i.said and not i.said.named.all]
    if not nobody:
        return ""
    return _("Never named: %(names)s.") % {"names": ", ".join(nobody)}


def few_unhappy(items: Sequence[Item], known: Known) -> str:
    """The touchpoints of which nothing can be said yet, in one line."""
    names = ", ".join(known.names[item.touchpoint] for item in items)
    return _("Fewer than %(n)s unhappy answers: %(names)s.") % {"n": LEAST, "names": names}


def matrix_facts(matrix: Matrix) -> str:
    """On what the matrix rests: people, method, missing rule, intervals."""
    method = _("LMG") if matrix.method == "lmg" else _("Johnson's relative weights")
    rule = (
        _("only people who rated all of these touchpoints")
        if matrix.missing == "complete"
        else _("each pair of touchpoints from all who rated both; the smallest pair is counted")
    )
    return _(
        "%(n)s people (%(rule)s). Method: %(method)s, R² %(r_squared)s; 95 %% intervals from "
        "%(resamples)s resamples, seed %(seed)s."
    ) % {
        "n": format_number(matrix.n),
        "rule": rule,
        "method": method,
        "r_squared": format_number(round_half_away(matrix.r_squared, 2), 2),
        "resamples": format_number(matrix.resamples),
        "seed": str(matrix.seed),
    }


def matrix_notes(matrix: Matrix, names: Names) -> list[str]:
    """What a careful reader must know before using the matrix."""
    notes = []
    if matrix.method == "johnson":
        notes.append(
            _("More than 12 touchpoints: Johnson's relative weights are used instead of LMG.")
        )
    if "low_r_squared" in matrix.notes:
        notes.append(_("These touchpoints explain less than a tenth of the overall score."))
    if "few" in matrix.notes:
        notes.append(_("Fewer than 300 people: places may still change."))
    for first, second in matrix.twins:
        notes.append(
            _("%(first)s and %(second)s are rated almost alike: merge them, or leave one out.")
            % {"first": names.get(first, first), "second": names.get(second, second)}
        )
    return notes


def missing_people(findings: Findings) -> str:
    """How many are missing to a matrix."""
    missing = findings.missing_people
    return ngettext(
        "Derived importance needs %(needed)s people who rated the touchpoints and the whole "
        "journey; there are %(complete)s, so %(missing)s is missing.",
        "Derived importance needs %(needed)s people who rated the touchpoints and the whole "
        "journey; there are %(complete)s, so %(missing)s are missing.",
        missing,
    ) % {
        "needed": format_number(findings.needed),
        "complete": format_number(findings.complete),
        "missing": format_number(missing),
    }


def refused_words(findings: Findings, names: Names) -> str:
    """Why people enough give no matrix, and what to do."""
    listed = ", ".join(
        names.get(touchpoint, _("the whole journey")) for touchpoint in (findings.refused_for)
    )
    texts = {
        "constant": _(
            "Everybody gave the same rating to %(names)s, so nothing can be linked with it. "
            "Leave it out."
        ),
        "collinear": _(
            "Some of %(names)s are always rated alike, so they cannot be told apart. Leave one out."
        ),
        "contradiction": _(
            "Too different people rated %(names)s: pair by pair they contradict one another. "
            "Count only people who rated all of them."
        ),
    }
    return texts[findings.refused] % {"names": listed}


def said_note(findings: Findings) -> str:
    """How many answered the follow-up, or how many are missing."""
    answered = findings.mentions.answered
    if answered < LEAST_FOLLOW_UPS:
        missing = LEAST_FOLLOW_UPS - answered
        return ngettext(
            "%(answered)s of at least %(least)s answers so far: %(missing)s is missing.",
            "%(answered)s of at least %(least)s answers so far: %(missing)s are missing.",
            missing,
        ) % {"answered": format_number(answered), "least": LEAST_FOLLOW_UPS, "missing": missing}
    words = {
        "answered": format_number(answered),
        "none": format_number(findings.mentions.none_of_these),
    }
    if findings.mentions.is_newest:
        return _("The newest %(answered)s answers; %(none)s named none of these.") % words
    return _("%(answered)s answers; %(none)s named none of these.") % words
