"""How a survey ends: a thank-you of its own by band, with a link where one helps.

=================  =============================================================
``read_endings``   the endings in a survey's column, by band
``write_endings``  the column that holds them
``shown``          one ending as the widget reads it
=================  =============================================================
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from feedback.surveys.follow_ups import BANDS, text_in

MOST_LINK = 500


class Ending(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last words for one band. `link` is empty, or an https address with its text."""

    texts: dict[str, str]
    link: str = ""
    link_texts: dict[str, str] = {}

    def text(self, language: str, default: str) -> str:
        return text_in(self.texts, language, default)

    def link_text(self, language: str, default: str) -> str:
        return text_in(self.link_texts, language, default)


def read_endings(column: Mapping[str, Any] | None) -> dict[str, Ending]:
    """The endings by band; a band without one ends with the survey's thank-you.

    A link that is not safe is left out, however it came into the column: it is shown to customers.
    """
    endings = msgspec.convert(column or {}, dict[str, Ending])
    for band, ending in endings.items():
        if ending.link and not is_safe_link(ending.link):
            endings[band] = msgspec.structs.replace(ending, link="", link_texts={})
    return endings


def write_endings(endings: Mapping[str, Ending]) -> dict[str, Any] | None:
    found: dict[str, Any] = msgspec.to_builtins(endings)
    return found or None


def shown(ending: Ending, languages: Iterable[str], default: str) -> dict[str, Any]:
    """The ending as the widget reads it, complete in these languages."""
    codes = list(languages)
    found: dict[str, Any] = {"texts": {code: ending.text(code, default) for code in codes}}
    if ending.link:
        found["link"] = ending.link
        found["link_texts"] = {code: ending.link_text(code, default) for code in codes}
    return found


# Sites that take reviews of businesses and forbid to ask only some customers: by name, since
# many have a domain in each country, or by address.
_REVIEW_NAMES = {
    *("trustpilot", "tripadvisor", "yelp", "capterra", "ekomi", "feefo", "glassdoor", "kununu"),
    *("provenexpert", "trustedshops", "holidaycheck", "trustradius", "sitejabber", "pagesjaunes"),
    "avis-verifies",
}
_REVIEW_SITES = ("g.page", "g2.com", "reviews.io", "apps.apple.com", "play.google.com")


def is_review_link(address: str) -> bool:
    """Whether it leads to a site that takes reviews.

    >>> is_review_link("https://fr.trustpilot.com/evaluate/x"), is_review_link("https://a.example/")
    (True, False)
    >>> is_review_link("https://search.google.com/local/writereview?placeid=x")
    True
    """
    host = urlsplit(address).hostname or ""
    names = host.split(".")
    is_site = any(host == site or host.endswith(f".{site}") for site in _REVIEW_SITES)
    is_google = "google" in names and re.search(r"review|/maps/|ludocid", address) is not None
    return is_site or is_google or not _REVIEW_NAMES.isdisjoint(names)


def gates_reviews(endings: Mapping[str, Ending]) -> bool:
    """Whether a review is asked of some bands only, which those sites forbid."""
    links = [endings[band].link if band in endings else "" for band in BANDS]
    return any(is_review_link(link) for link in links) and len(set(links)) > 1


def is_safe_link(address: str) -> bool:
    """Whether it leads to a named server by https, and hides no user before it.

    >>> is_safe_link("https://example.org/review?x=1"), is_safe_link("https://a@example.org")
    (True, False)
    >>> is_safe_link("http://example.org"), is_safe_link("javascript:alert(1)")
    (False, False)
    """
    if len(address) > MOST_LINK or not re.fullmatch(r"[!-~\u00a1-\uffff]+", address):
        return False
    try:
        found = urlsplit(address)
        return found.scheme == "https" and bool(found.hostname) and "@" not in found.netloc
    except ValueError:
        return False
