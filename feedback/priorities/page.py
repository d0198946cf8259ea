"""The priorities page as its template takes it: words and places, nothing to compute."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback.i18n import format_date, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.priorities.findings import Findings
from feedback.priorities.matrix import MatrixChart, draw_matrix
from feedback.priorities.rank import (
    LEAST_FOLLOW_UPS,
    Said,
    Shown,
    Verdict,
    rank_said,
    rank_shown,
)
from feedback.priorities.read import Known
from feedback.priorities.words import (
    lead,
    matrix_facts,
    matrix_notes,
    missing_people,
    never_named,
    refused_words,
    said_sentence,
    shown_facts,
    shown_sentence,
    unhappy_phrase,
    verdict_name,
    write_monthly,
)
from feedback.readings.filters import Asked, Choice, journey_choice
from feedback.wording import month_name

# Live answers change the findings with every tap; one look in ten minutes is enough.
FRESH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Item:
    """One touchpoint of a ranked list, in one sentence."""

    touchpoint: str
    name: str
    verdict: Verdict
    verdict_name: str
    sentence: str
    unhappy: str
    remark: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A touchpoint that can be weighed, and whether it is."""

    id: str
    name: str
    is_on: bool
    together: str


@dataclass(frozen=True, slots=True)
class PrioritiesPage:
    """`waits`: a job is at it, and the page looks again by itself."""

    address: str = "/priorities"
    choices: tuple[Choice, ...] = ()
    was: str = ""
    exports: tuple[tuple[str, str], ...] = ()
    journey_id: str = ""
    error: str = ""
    lead: str = ""
    computed: str = ""
    survey: str = ""
    period: str = ""
    has_journey: bool = True
    has_overall: bool = True
    waits: bool = False
    said: tuple[Item, ...] = ()
    said_note: str = ""
    never: str = ""
    shown: tuple[Item, ...] = ()
    facts: str = ""
    notes: tuple[str, ...] = ()
    missing: str = ""
    refused: str = ""
    chart: MatrixChart | None = None
    ticks: tuple[Tick, ...] = ()
    is_pairwise: bool = False
    unhappy: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """Both lists, as page, files and picture read them."""

    said: list[Said]
    shown: list[Shown]


def rank(known: Known) -> Ranked:
    """Both ways of ranking; a way without answers enough is empty."""
    findings = known.findings
    if findings is None:
        return Ranked([], [])
    mentions = findings.mentions
    offered = [str(touchpoint) for touchpoint in known.offered]
    said = rank_said(mentions, offered, known.unhappy) if is_said(findings) else []
    shown = rank_shown(findings.matrix, known.unhappy) if findings.matrix else []
    return Ranked(said, shown)


def is_said(findings: Findings) -> bool:
    """Whether enough people answered what counted most."""
    return findings.mentions.answered >= LEAST_FOLLOW_UPS


def wants_job(known: Known, now: datetime) -> bool:
    """Whether a job should look again: nothing is known, or other answers came since."""
    if known.overall is None or known.found_version == known.version:
        return False
    return known.found_at is None or now - known.found_at > FRESH


def priorities_page(known: Known, asked: Asked, zone: str, *, waits: bool) -> PrioritiesPage:
    """The page; `waits` as long as a job is at work for it."""
    findings, names = known.findings, known.names
    ranked = rank(known)
    matrix = findings.matrix if findings else None
    return PrioritiesPage(
        address=asked.address("/priorities"),
        choices=_choices(known),
        was=str(known.journey.id),
        exports=_exports(asked, has_matrix=matrix is not None),
        journey_id=str(known.journey.id),
        lead=lead(ranked.said, ranked.shown, known.unhappy, names),
        computed=format_date(known.found_at, zone, with_time=True) if known.found_at else "",
        survey=known.overall.name if known.overall else "",
        period=_period(findings),
        has_overall=known.overall is not None,
        waits=waits,
        said=tuple(
            _said_item(item, findings, names) for item in ranked.said if findings and item.named.all
        ),
        never=never_named(ranked.said, names),
        said_note=_said_note(findings),
        shown=tuple(_shown_item(item, names) for item in ranked.shown),
        facts=matrix_facts(matrix) if matrix else "",
        notes=tuple(matrix_notes(matrix, names)) if matrix else (),
        missing=missing_people(findings) if findings and findings.missing_people else "",
        refused=refused_words(findings, names) if findings and findings.refused else "",
        chart=draw_matrix(matrix, [item.driver for item in ranked.shown], names)
        if matrix
        else None,
        ticks=tuple(_ticks(known)),
        is_pairwise=known.selection.is_pairwise,
        unhappy=tuple(_unhappy_items(known)),
    )


def _choices(known: Known) -> tuple[Choice, ...]:
    if len(known.journeys) < 2:
        return ()
    return (journey_choice(known.journeys, known.journey),)


def _exports(asked: Asked, *, has_matrix: bool) -> tuple[tuple[str, str], ...]:
    kinds = ("csv", "json", *(("svg", "png", "pdf") if has_matrix else ()))
    return tuple((kind.upper(), asked.address(f"/priorities.{kind}")) for kind in kinds)


def _period(findings: Findings | None) -> str:
    if findings is None:
        return ""
    if findings.since == findings.until:
        return month_name(findings.since)
    words = {"since": month_name(findings.since), "until": month_name(findings.until)}
    return _("%(since)s to %(until)s") % words


def _said_item(item: Said, findings: Findings | None, names: dict[str, str]) -> Item:
    metric = findings.metric if findings else ""
    answered = findings.mentions.answered if findings else 0
    return Item(
        touchpoint=item.touchpoint,
        name=names[item.touchpoint],
        verdict=item.verdict,
        verdict_name=verdict_name(item.verdict),
        sentence=said_sentence(item, metric, answered),
        unhappy=unhappy_phrase(item.unhappy),
    )


def _shown_item(item: Shown, names: dict[str, str]) -> Item:
    return Item(
        touchpoint=item.driver.touchpoint,
        name=names.get(item.driver.touchpoint, ""),
        verdict=item.verdict,
        verdict_name=verdict_name(item.verdict),
        sentence=shown_sentence(item),
        unhappy=unhappy_phrase(item.unhappy),
        remark="" if item.is_sure else _("Near a dividing line: its place may be chance."),
        facts=shown_facts(item),
    )


def _said_note(findings: Findings | None) -> str:
    """How many answered the follow-up, or how many are missing."""
    if findings is None:
        return ""
    answered = findings.mentions.answered
    if not is_said(findings):
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


def _ticks(known: Known) -> list[Tick]:
    findings = known.findings
    used = set(findings.used) if findings else set()
    together = findings.together if findings else {}
    return [
        Tick(
            str(touchpoint),
            known.names[str(touchpoint)],
            str(touchpoint) in used,
            format_number(together[str(touchpoint)]) if str(touchpoint) in together else "",
        )
        for touchpoint in known.weighable
    ]


def _unhappy_items(known: Known) -> list[Item]:
    """Touchpoints by unhappy answers a month: what is known without any overall survey."""
    most = sorted(known.unhappy, key=lambda touchpoint: -known.unhappy[touchpoint])
    return [
        Item(name, known.names[name], "unclear", "", "", write_monthly(known.unhappy[name]))
        for name in most
        if name in known.names and known.unhappy[name] > 0
    ]
