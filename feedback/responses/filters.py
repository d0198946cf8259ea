"""The address of a list of answers: which ones a reader asked for, in one language of filters.

Every page that shows a number leads to its answers by `answers_link`; the list, its files, the walk
from answer to answer and the comments all read what it wrote.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from feedback.filters import FilterError, no_such_choice, read_filters
from feedback.i18n import gettext as _
from feedback.responses.models import CHANNELS
from feedback.responses.states import STATES
from feedback.scoring import METRICS
from feedback.scoring.months import is_month
from feedback.surveys.seams import CURRENT, REPLACED

BANDS = ("negative", "neutral", "positive")
MARKS = ("starred", "done", "open", "hidden", "noted")
LANGUAGE = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*", re.IGNORECASE)
MOST_SERIES = 200
MOST_TEXT = 500  # characters of a property, and of a search there is no use for more in an address
MOST_SEARCH = 100_000  # cut where it is read as words


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for; all that is blank is no limit. `before` continues a list below
    that id.

    since, until: months, both included. wording: the answers to what was asked last as of the last
    of these months, or those to what it replaced, as the scores tell them apart. series: some lines
    of answers only, by their ids parted by commas, where a number is made of these. person: one of
    the person's answers. property: "name=value". person, property, language and importation never
    fit an answer to an anonymous survey.
    """

    journey: uuid.UUID | None = None
    stage: uuid.UUID | None = None
    touchpoint: uuid.UUID | None = None
    survey: uuid.UUID | None = None
    metric: str = ""
    wording: str = ""
    series: str = ""
    channel: str = ""
    band: str = ""
    state: str = ""
    since: str = ""
    until: str = ""
    language: str = ""
    comment: bool = False
    person: uuid.UUID | None = None
    property: str = ""
    importation: uuid.UUID | None = None
    q: str = ""
    tag: uuid.UUID | None = None
    mark: str = ""
    before: uuid.UUID | None = None

    def query(self, **changed: Any) -> str:
        """The address's query for these filters, `changed` ones replaced; "" without any.

        >>> Filters(metric="nps", since="2026-10", until="2026-10").query(band="negative")
        'metric=nps&band=negative&since=2026-10&until=2026-10'
        """
        return written(replace(self, **_named(changed)))

    def given(self) -> dict[str, Any]:
        """The filters that limit something, by name, as they stand in the address."""
        values = {name: getattr(self, field) for field, name in NAMES.items()}
        return {name: value for name, value in values.items() if value}


# The filters in the order of an address. `import` is a word of Python's.
NAMES = {
    each.name: "import" if each.name == "importation" else each.name for each in fields(Filters)
}
_FIELDS = {name: field for field, name in NAMES.items()}


def written(filters: Filters) -> str:
    """The query of an address for these filters."""
    return urlencode({n: "1" if v is True else v for n, v in filters.given().items()})


def answers_link(path: str = "/responses", **filters: Any) -> str:
    """The address of the list of the answers that a number was made of.

    Filters by their names in the address, ids as UUID or text; what is None or blank is left out.
    `month` means both `since` and `until`. A number counts answers of state `counted`: so does the
    link, unless another `state` is named ("" for all). Raises TypeError for a name that is unknown.

    >>> answers_link(metric="nps", month="2026-10", band="negative")
    '/responses?metric=nps&band=negative&state=counted&since=2026-10&until=2026-10'
    >>> answers_link("/comments", state="", comment=True, channel=None)
    '/comments?comment=1'
    """
    query = written(Filters(**_named({"state": "counted", **filters})))
    return f"{path}?{query}" if query else path


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same by the names of the fields; `month` as both ends."""
    asked = dict(given)
    month = asked.pop("month", "")
    if month:
        asked |= {"since": month, "until": month}
    if unknown := asked.keys() - _FIELDS.keys():
        raise TypeError(f"No filter of answers: {', '.join(sorted(unknown))}")
    return {_FIELDS[name]: value for name, value in asked.items()}


def parse_filters(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Read the address once. Raises FilterError naming the filter that makes no sense.

    A form says in `was` where it was filled in: once another journey or stage is chosen, the finer
    place of the old one is let go.
    """
    query = read_filters(pairs, (*_FIELDS, "month"), untold=("was", "more"))
    if was := query.get("was"):
        for name, before in zip(("journey", "stage"), (*was.split(","), ""), strict=False):
            if query.get(name, "") != before:
                finer = ("stage", "touchpoint", "survey")[name == "stage" :]
                query = {n: text for n, text in query.items() if n not in finer}
                break
    both = "month" if query.get("month") else ""
    if both and (query.get("since") or query.get("until")):
        raise FilterError("month", _("Ask for one month, or for the first and the last of them."))
    made: dict[str, Any] = {field: _READ[name](query, name) for name, field in _FIELDS.items()}
    if both:
        made |= dict.fromkeys(("since", "until"), _month(query, "month"))
    if made["since"] and made["until"] and made["since"] > made["until"]:
        raise FilterError("since", _("The first month must not come after the last."))
    return Filters(**made)


def _uuid(query: Mapping[str, str], name: str) -> uuid.UUID | None:
    value = query.get(name, "")
    try:
        return uuid.UUID(value) if value else None
    except ValueError:
        raise no_such_choice(name) from None


def _one_of(allowed: Iterable[str]) -> Callable[[Mapping[str, str], str], str]:
    def read(query: Mapping[str, str], name: str) -> str:
        value = query.get(name, "")
        if value and value not in allowed:
            raise no_such_choice(name)
        return value

    return read


def _month(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    # The id of an earlier moment cannot be written, and none was answered then.
    if value and not (is_month(value) and "2000" <= value[:4] <= "2100"):
        raise no_such_choice(name)
    return value


def _series(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    if value.count(",") >= MOST_SERIES:
        raise no_such_choice(name)
    return ",".join(str(_uuid({name: each}, name)) for each in value.split(",") if each)


def _language(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    if value and (len(value) > 16 or not LANGUAGE.fullmatch(value)):
        raise no_such_choice(name)
    return value


def _property(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    key, mark, _value = value.partition("=")
    if not value:
        return ""
    if not key or not mark or len(value) > 2 * MOST_TEXT or "\0" in value:
        raise FilterError(name, _("A property is asked for as name=value, as in plan=pro."))
    return value


def _text(query: Mapping[str, str], name: str) -> str:
    return query.get(name, "").replace("\0", "")[:MOST_SEARCH]


def _is_given(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "") not in ("", "0")


_READ: dict[str, Callable[[Mapping[str, str], str], Any]] = {
    **dict.fromkeys(("journey", "stage", "touchpoint", "survey", "person", "import"), _uuid),
    **dict.fromkeys(("tag", "before"), _uuid),
    "metric": _one_of(METRICS),
    "wording": _one_of((CURRENT, REPLACED)),
    "series": _series,
    "channel": _one_of(CHANNELS),
    "band": _one_of(BANDS),
    "state": _one_of(STATES),
    "mark": _one_of(MARKS),
    "since": _month,
    "until": _month,
    "language": _language,
    "property": _property,
    "comment": _is_given,
    "q": _text,
}
