"""The ways to a survey: link, QR code, and the block for a mailing tool."""

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from feedback.i18n import gettext as _
from feedback.scoring import Metric
from feedback.surveys.customer_texts import page_words
from feedback.surveys.link import privacy_link, survey_link
from feedback.web.forms import Form, FormReader

DEFAULT_TAG = "{{contact_id}}"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class MailBlock:
    """A question for a mail: each rating is a link. `language` is that of the texts.

    privacy: the word and the address of the page that says what the answers are for.
    """

    language: str
    question: str
    low: str
    high: str
    links: tuple[tuple[int, str], ...]
    privacy: tuple[str, str]


@dataclass(frozen=True, slots=True)
class MailChoice:
    """The language of the block and the merge tag that names the reader, empty for none."""

    language: str
    tag: str


def base_url_problem(base_url: str, *, scheme: str, host: str) -> str:
    """One line when the public address does not fit the page being read; empty when it does."""
    public = urlsplit(base_url)
    if scheme == "https" and public.scheme == "http":
        return _(
            "You read this page over https, but FEEDBACK_BASE_URL is %(url)s: browsers refuse such "
            "a snippet on an https page. Set it to the https address and start the server again."
        ) % {"url": base_url}
    if public.netloc != host:
        return _(
            "You read this page at %(host)s, but links lead to FEEDBACK_BASE_URL, %(url)s. Set it "
            "to the address that your customers can reach."
        ) % {"host": host, "url": base_url}
    if (public.hostname or "") in LOCAL_HOSTS:
        return _(
            "Links with %(url)s open on this computer only. Set FEEDBACK_BASE_URL to the address "
            "that your customers can reach."
        ) % {"url": base_url}
    return ""


MAIL_NAMES = ("lang", "tag")


def read_mail_choice(
    query: Mapping[str, Any], languages: list[str], default: str
) -> Form[MailChoice]:
    reader = FormReader(query)
    language = reader.choice("lang", languages, default)
    tag = reader.line("tag", most=80) if "tag" in query else DEFAULT_TAG
    reader.values["tag"] = tag
    if re.search(r"[<>\"'&#\s]", tag):
        reader.fail("tag", _("A merge tag has no spaces, quotes, angle brackets, & or #."))
    return reader.result(MailChoice(language, tag))


def mail_block(
    texts: Mapping[str, str], metric: Metric, base_url: str, key: str, choice: MailChoice
) -> MailBlock:
    """The score question with a link per rating.

    The merge tag goes in as it is: the mailing tool replaces it before anybody sees the link.
    """
    identity = f"&id={choice.tag}" if choice.tag else ""
    links = (
        (r, survey_link(base_url, key, rating=str(r), lang=choice.language, channel="email"))
        for r in metric.scale
    )
    return MailBlock(
        choice.language,
        texts["question"],
        texts["low"],
        texts["high"],
        tuple((rating, link + identity) for rating, link in links),
        (
            page_words(choice.language)["privacy"],
            privacy_link(base_url, key, choice.language),
        ),
    )


def mail_text(block: MailBlock) -> str:
    """The same question for the plain text part of a mail."""
    ends = {block.links[0][0]: block.low, block.links[-1][0]: block.high}
    lines = [
        f"{rating}{f' ({ends[rating]})' if rating in ends else ''}: {link}"
        for rating, link in block.links
    ]
    return "\n".join([block.question, "", *lines, "", ": ".join(block.privacy)])


def inline_style_hashes(document: str) -> str:
    """The CSP sources that allow exactly the style attributes of this document."""
    styles = dict.fromkeys(html.unescape(s) for s in re.findall(r'style="([^"]*)"', document))
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in styles)
    return " ".join(["'unsafe-hashes'", *(f"'sha256-{digest}'" for digest in digests)])
