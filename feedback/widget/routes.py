"""`/widget.js` and `/w/{site_key}`: what a page of the customer's site loads. No cookie is read."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.params import FromPath, FromQuery

from feedback.actions.public import Sentences, sentence_in
from feedback.resources import PACKAGE
from feedback.scoring import METRICS
from feedback.surveys.languages import DEFAULT, choose_language, direction
from feedback.surveys.models import Question, Survey
from feedback.surveys.words import complete_texts, survey_words, widget_words
from feedback.widget.after_rating import after_rating
from feedback.widget.sites import Site, Sites

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


@get("/widget.js")
async def widget_script(request: AnyRequest) -> Response[bytes]:
    # An hour in the browser, then a question by ETag: a repaired widget is everywhere the same day.
    return _send(request, script(), JAVASCRIPT, "public, max-age=3600")


@get("/w/{site_key:str}")
async def widget_configuration(
    request: AnyRequest,
    site_key: FromPath[str],
    survey: FromQuery[str | None] = None,
    lang: FromQuery[str] = "",
) -> Response[bytes]:
    """All live surveys in all languages; `survey` and `lang` narrow it to what one page needs."""
    sites: Sites = request.app.state.sites
    site = await sites.find(site_key)
    if site is None:
        return _unknown_site()
    document = configuration(site) if survey is None else _narrowed(site, survey, lang)
    return _send(request, document, "application/json", "public, max-age=60")


@cache
def script() -> Document:
    """The widget, as it lies in the package."""
    return _document((PACKAGE / "widget" / "widget.js").read_bytes())


def _narrowed(site: Site, survey_key: str, languages: str) -> Document:
    # The widget names its survey, or none for the first, and what its reader speaks: a workspace
    # of twenty surveys in five languages then costs a page no more than one in one.
    keys = [survey.key for survey, _ in site.surveys]
    if not keys or (survey_key and survey_key not in keys):
        return configuration(site, "", DEFAULT)
    at = keys.index(survey_key) if survey_key else 0
    _, question = site.surveys[at]
    wanted = languages.split(",")[:MOST_LANGUAGES]
    language = choose_language(wanted, list(question.texts), question.default_language)
    return configuration(site, keys[at], language)


@lru_cache(maxsize=1024)
def configuration(
    site: Site, survey_key: str | None = None, language: str | None = None
) -> Document:
    """The JSON configuration of a site: all its live surveys, or one of them in one language."""
    surveys = [
        _survey(survey, question, language, site.sentences.get(survey.touchpoint_id, {}))
        | after_rating(
            survey,
            question,
            [language] if language else list(question.texts),
            site.moments.get(survey.id, ()),
        )
        for survey, question in site.surveys
        if survey_key in (None, survey.key)
    ]
    words = _words(site, survey_key, language)
    return _document(msgspec.json.encode({"surveys": surveys, "words": words}))


def _survey(
    survey: Survey, question: Question, language: str | None, sentences: Sentences
) -> dict[str, Any]:
    metric = METRICS[question.metric]
    languages = question.texts if language is None else [language]
    shown = {
        "key": survey.key,
        "minimum": metric.minimum,
        "maximum": metric.maximum,
        "texts": {code: _texts(question, code, sentences) for code in languages},
    }
    if language is not None:
        return shown
    return shown | {
        "metric": metric.key,
        "low_is_good": metric.low_is_good,
        "default_language": question.default_language,
    }


def _words(site: Site, survey_key: str | None, language: str | None) -> dict[str, Any]:
    """By language, what the widget says around these surveys; `dir` where it is read to the left.

    A survey's own words are among them where it is the only one.
    """
    found: dict[str, Any] = {}
    for survey, question in site.surveys:
        if survey_key not in (None, survey.key):
            continue
        for code in question.texts if language is None else [language]:
            words = widget_words(code, question.default_language)
            if survey_key is not None:
                own = survey_words(question.texts, code, question.default_language)
                words = {name: own[name] for name in words}
            found[code] = words | ({"dir": "rtl"} if direction(code) == "rtl" else {})
    return found


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


router = Router("/", route_handlers=[widget_script, widget_configuration])
