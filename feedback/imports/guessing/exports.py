"""The exports that are known by their header: their columns, and how they are read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.offline.words import folded


@dataclass(frozen=True, slots=True)
class Export:
    """What is known of an export. All names are folded; the first that is there is used.

    needs: columns that all are there. own: columns of the tool that ask nothing, beside time and
    the others named here. all_asked: whether every other column is a question. submission: what
    several rows of one answer share. told: what its owner must know of it.
    """

    name: str
    needs: tuple[str, ...]
    time: tuple[str, ...]
    id: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    rating: str | None = None
    by: str | None = None
    told: str = ""
    all_asked: bool = False
    submission: tuple[str, ...] = ()


EXPORTS = (
    Export(
        "Delighted",
        ("score", "comment", "survey type"),
        ("created at", "responded at"),
        ("response id", "id"),
        ("email", "person email"),
        ("comment",),
        own=("name", "permalink", "locale", "tags", "notes", "updated at"),
        rating="score",
        by="survey type",
    ),
    Export(
        "Delighted",
        ("score", "comment", "survey_type", "created_at"),
        ("created_at",),
        ("id",),
        ("person.email", "email"),
        ("comment",),
        own=("person", "permalink", "updated_at", "notes", "tags", "additional_answers"),
        rating="score",
        by="survey_type",
    ),
    Export(
        "Formbricks",
        ("response id", "timestamp", "finished", "survey id"),
        ("timestamp",),
        ("response id",),
        ("person.email", "verified email"),
        own=(
            "no.", "quotas", "survey id", "formbricks id (internal)", "user id", "tags", "url",
            "source", "country", "action", "useragent - browser", "useragent - os",
            "useragent - device", "person.userid",
        ),
        told="Ratings of Formbricks carry no scale: say it, unless what was asked does.",
        all_asked=True,
    ),
    Export(
        "PostHog",
        ("event", "timestamp", "distinct_id"),
        ("timestamp",),
        ("uuid",),
        submission=("properties.$survey_submission_id", "$survey_submission_id"),
        told="A scale of 10 is 0 to 10 for NPS, and was 1 to 10 in old surveys of PostHog. Each "
        "event is an answer of its own unless $survey_submission_id is exported too.",
        own=(
            "event", "distinct_id", "elements_chain", "properties.$survey_id",
            "properties.$survey_name", "properties.$survey_iteration",
            "properties.$survey_language",
        ),
    ),
    Export(
        "Typeform",
        ("#", "submit date (utc)"),
        ("submit date (utc)",),
        ("#",),
        own=(
            "start date (utc)", "stage date (utc)", "network id", "tags", "ending",
            "response type", "response_type",
        ),
        all_asked=True,
    ),
    Export(
        "SurveyMonkey",
        ("respondent id", "collector id", "end date"),
        ("end date",),
        ("respondent id",),
        ("email address",),
        own=("collector id", "start date", "ip address", "first name", "last name",
             "custom data 1"),
        told="Times of SurveyMonkey are in the account's zone. It exports IP addresses: not taken.",
        all_asked=True,
    ),
    Export(
        "Qualtrics",
        ("startdate", "enddate", "responseid"),
        ("recordeddate", "enddate"),
        ("responseid",),
        ("recipientemail",),
        own=(
            "startdate", "status", "ipaddress", "progress", "duration (in seconds)", "finished",
            "recipientlastname", "recipientfirstname", "externalreference", "locationlatitude",
            "locationlongitude", "distributionchannel", "userlanguage",
        ),
    ),
    Export(
        "LimeSurvey",
        ("response id", "date submitted", "last page"),
        ("date submitted",),
        ("response id",),
        own=("last page", "start language", "seed", "date started", "date last action",
             "ip address", "referrer url", "token"),
        told="Times of LimeSurvey are in the zone of its server.",
        all_asked=True,
    ),
    Export(
        "Zendesk",
        ("ticket id", "satisfaction score"),
        ("satisfaction date", "rated at", "created at", "updated at"),
        ("ticket id",),
        ("requester email",),
        ("satisfaction comment",),
        own=("ticket id", "assignee", "group", "status", "subject", "requester"),
        rating="satisfaction score",
    ),
    Export(
        "Google Forms",
        (),
        (
            "timestamp", "horodateur", "zeitstempel", "marca temporal",
            "informazioni cronologiche", "carimbo de data/hora",
        ),
        email=(
            "email address", "adresse e-mail", "e-mail-adresse",
            "dirección de correo electrónico", "indirizzo email", "endereço de e-mail",
        ),
        all_asked=True,
    ),
)  # fmt: skip

# LimeSurvey heads a column by its code, by its question, or by both: "submitdate. Date submitted".
_LIME_CODES = {
    "id": "response id",
    "submitdate": "date submitted",
    "lastpage": "last page",
    "startlanguage": "start language",
    "startdate": "date started",
    "datestamp": "date last action",
    "ipaddr": "ip address",
    "refurl": "referrer url",
    "seed": "seed",
    "token": "token",
}
_LIME = re.compile(rf"({'|'.join(_LIME_CODES)})(?:\. .*)?")


def known_names(columns: Sequence[str]) -> list[str]:
    """The names of all columns as the exports have them.

    >>> known_names(["id. Response ID", "submitdate. Date submitted", "Q1.\\u00a0How"])
    ['response id', 'date submitted', 'q1. how']
    """
    names = [folded(column) for column in columns]
    codes = [found[1] if (found := _LIME.fullmatch(name)) else None for name in names]
    if "submitdate" in codes:
        return [
            _LIME_CODES[code] if code else name for code, name in zip(codes, names, strict=True)
        ]
    return names


def recognise(columns: Sequence[str]) -> Export | None:
    """The export whose header this is; None for one that is not known."""
    names = known_names(columns)
    for export in EXPORTS:
        if export.needs and set(export.needs) <= set(names):
            return export
    google = EXPORTS[-1]
    return google if names and names[0] in google.time else None
