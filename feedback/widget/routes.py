"""`/widget.js` and `/w/{site_key}`: what a page of the customer's site loads. No cookie is read."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.params import FromPath, FromQuery

from feedback.calendar.public import Sentences, sentence_in
from feedback.resources import PACKAGE
from feedback.scoring import METRICS
from feedback.surveys.customer_texts import complete_texts, page_words
from feedback.surveys.languages import choose_language, kin
from feedback.surveys.models import Question
from feedback.surveys.widget_settings.page import show_where
from feedback.widget.after_rating import after_rating
from feedback.widget.compiled import compiled, rarity
from feedback.widget.sites import Site, Sites
from feedback.widget.texts import said_otherwise, words_around

AnyRequest = Request[Any, Any, Any]

OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
MOST_LANGUAGES = 12
JAVASCRIPT = "text/javascript"


@dataclass(frozen=True, slots=True)
class Document:
    """A body, the same gzipped, and the tag that says whether a browser has it already."""

    body: bytes
    zipped: bytes
    etag: str


@get("/widget.js", needs="nobody")
async def widget_script(request: AnyRequest) -> Response[bytes]:
    # An hour in the browser, then a question by ETag: a repaired widget is everywhere the same day.
    return _send(request, script(), JAVASCRIPT, "public, max-age=3600")


@get("/widget-after.js", needs="nobody")
async def widget_after_script(request: AnyRequest) -> Response[bytes]:
    """What the widget loads after the first tap."""
    return _send(request, script("widget-after.js"), JAVASCRIPT, "public, max-age=3600")


@get("/w/{site_key:str}", needs="nobody")
async def widget_configuration(
    request: AnyRequest,
    site_key: FromPath[str],
    survey: FromQuery[str | None] = None,
    lang: FromQuery[str] = "",
) -> Response[bytes]:
    """All live surveys in all languages; `lang` gives each in one, `survey` only that one."""
    sites: Sites = request.app.state.sites
    site = await sites.find(site_key)
    if site is None:
        return _unknown_site()
    languages = _chosen(site, lang) if lang or survey is not None else None
    others = _for_others(site, lang) if languages else frozenset[str]()
    document = configuration(site, _asked_for(site, survey), languages, others)
    return _send(request, document, "application/json", "public, max-age=60")


@cache
def script(name: str = "widget.js") -> Document:
    """One of the widget's built files, as it lies in the package."""
    return _document((PACKAGE / "widget" / name).read_bytes())


def _asked_for(site: Site, survey_key: str | None) -> str | None:
    """The survey that a page names, the first where it names none; None for every survey.

    Empty where there is no such live survey.
    """
    if survey_key is None:
        return None
    keys = [survey.key for survey, _ in site.surveys]
    return survey_key if survey_key in keys else "" if survey_key or not keys else keys[0]


def _chosen(site: Site, languages: str) -> tuple[str, ...]:
    """Of each survey the language that suits its reader best."""
    wanted = [code for code in languages.split(",") if code][:MOST_LANGUAGES]
    return tuple(
        choose_language(wanted, list(question.texts), question.default_language)
        for _, question in site.surveys
    )


def _for_others(site: Site, languages: str) -> frozenset[str]:
    """The surveys, by key, that their rules keep from readers of the first of these languages."""
    first = re.split("[^a-z]", languages.lower().lstrip(","), maxsplit=1)[0]
    rules = {survey.key: (survey.rules or {}).get("languages") for survey, _ in site.surveys}
    return frozenset(key for key, spoken in rules.items() if spoken and first not in kin(spoken))


@lru_cache(maxsize=1024)
def configuration(
    site: Site,
    survey_key: str | None = None,
    languages: tuple[str, ...] | None = None,
    for_others: frozenset[str] = frozenset(),
) -> Document:
    """The JSON configuration of a site: all its live surveys, or the one of this key.

    languages: of each live survey the one it is told in; None for all it has. A workspace of
    twenty surveys in five languages then costs a page little more than one in one.
    for_others: the surveys that are not for a reader of the page's first language.
    """
    surveys: list[dict[str, Any]] = []
    words: dict[str, Any] = {}
    for at, (survey, question) in enumerate(site.surveys):
        if survey_key not in (None, survey.key):
            continue
        codes = [languages[at]] if languages else list(question.texts)
        done = site.sentences.get(survey.touchpoint_id, {})
        told = _survey(question, codes, done)
        told |= _whole(question) if languages is None else {}
        where = show_where(survey, question, codes)
        steps = told["maximum"] - told["minimum"]
        is_theirs = survey.key not in for_others
        told |= compiled(where, codes[0], steps, site.time_zone, is_theirs) if languages else where
        told |= after_rating(survey, question, codes, site.moments.get(survey.id, ()), done)
        around = words_around(survey, question, codes, has_moments="counted_most" in told)
        own = said_otherwise(question, codes)
        if own and survey_key is None:  # else they are the words of all there is
            told["words"] = own
        for code, said in around.items():
            words[code] = words.get(code, {}) | said | (own.get(code, {}) if survey_key else {})
        if survey.is_anonymous:
            _say_nobody_is_recorded(told, codes, question.default_language)
        signed = {"signed": True} if survey.needs_signature else {}
        surveys.append({"key": survey.key} | told | signed)
    if languages:
        surveys.sort(key=rarity)
    return _document(msgspec.json.encode({"surveys": surveys, "words": words}))


def _survey(question: Question, languages: list[str], sentences: Sentences) -> dict[str, Any]:
    metric = METRICS[question.metric]
    return {
        "minimum": metric.minimum,
        "maximum": metric.maximum,
        "texts": {code: _texts(question, code, sentences) for code in languages},
    }


def _say_nobody_is_recorded(told: dict[str, Any], codes: list[str], default: str) -> None:
    """Above the question, where a logo's words are; `at`: its answers are sent at the end."""
    told["at"] = "end"
    for code, texts in told["texts"].items():
        texts["no_names"] = page_words(code, default)["no_names"]
    look = told.get("look", {})
    if len(codes) == 1 and look.get("place") != "frame":  # the page in it says so itself
        said = [look.get("logo"), told["texts"][codes[0]]["no_names"]]
        told["look"] = look | {"logo": " \N{MIDDLE DOT} ".join(filter(None, said))}


def _whole(question: Question) -> dict[str, Any]:
    """What only a reader of every language needs: a program rather than a page."""
    metric = METRICS[question.metric]
    return {
        "metric": metric.key,
        "low_is_good": metric.low_is_good,
        "default_language": question.default_language,
    }


def _texts(question: Question, language: str, sentences: Sentences) -> dict[str, str]:
    """The survey's texts in a language; what we did at its touchpoint follows the thanks."""
    texts = complete_texts(question.texts, language, question.default_language)
    done = sentence_in(sentences, language, question.default_language)
    return texts | {"thanks": f"{texts['thanks']} {done}"} if done else texts


def _document(body: bytes) -> Document:
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Document(body, gzip.compress(body, mtime=0), etag)


def _send(
    request: AnyRequest, document: Document, media_type: str, cache_control: str
) -> Response[bytes]:
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    known = document.etag in request.headers.get("If-None-Match", "")
    headers = {
        **OPEN_TO_ALL,
        "Cache-Control": cache_control,
        "ETag": document.etag,
        "Vary": "Accept-Encoding",
    }
    if known:
        return Response(b"", status_code=304, media_type=media_type, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    body = document.zipped if zipped else document.body
    return Response(body, media_type=media_type, headers=headers)


def _unknown_site() -> Response[bytes]:
    reason = "there is no site with this key"
    return Response(
        msgspec.json.encode({"error": "site_unknown", "reason": reason}),
        status_code=404,
        media_type="application/json",
        headers={
            **OPEN_TO_ALL,
            "Access-Control-Expose-Headers": "X-Feedback-Reason",
            "X-Feedback-Reason": reason,
        },
    )


router = Router("/", route_handlers=[widget_script, widget_after_script, widget_configuration])
