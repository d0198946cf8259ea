"""`/k/{survey_key}`: the survey on a screen of its own, at a desk, a till or a door.

The page asks one visitor after another. It reads no cookie and asks for no token; its answers go
to `/r/{survey_key}` as the widget's do, and wait on the device while there is no network.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request, Router, get
from litestar.params import FromPath
from litestar.response import Template

from feedback.calendar.public import sentence_in
from feedback.hosted.form import HostedForm, read_link, unnamed
from feedback.hosted.page import CACHING, language_of, own_name, spoken
from feedback.hosted.routes import is_shut
from feedback.kiosk.steps import told_steps
from feedback.kiosk.worker import SCRIPTS, STYLES, files_version, kiosk_worker
from feedback.responses.catalog import SurveyDefinition
from feedback.scoring import Metric
from feedback.surveys.customer_texts import complete_texts, survey_words, words_language
from feedback.surveys.follow_ups import band_limits
from feedback.surveys.languages import direction
from feedback.surveys.link import privacy_link
from feedback.surveys.widget_settings.look import shown_look
from feedback.web.page import security_headers
from feedback.web.qr import qr_code

AnyRequest = Request[Any, Any, Any]

# The words around the texts that the page's script needs; the rest stands in the page.
SPOKEN = (
    *("of", "send", "next", "skip", "start_over", "still_there", "go_on"),
    *("offline", "saved", "failed", "privacy", "close", "receipt_code"),
    *("choose_any", "counted_most", "up_to_two", "none_of_these", "no_names"),
)
STATUS = {"closed": 410, "unknown": 404}
# A page that is open for weeks asks by HEAD whether it is still the right one.
VERSION = "X-Feedback-Version"


@get("/k/{survey_key:str}", needs="nobody")
async def kiosk_page(request: AnyRequest, survey_key: FromPath[str]) -> Template:
    form = read_link(request.scope["query_string"])
    survey: SurveyDefinition | None = await request.app.state.catalog.find(survey_key)
    if survey is None or is_shut(survey, form):
        return _shut(request, survey, form)
    query = request.query_params
    kiosk = _kiosk(survey, unnamed(form, survey), asks_why=_is_on(query, "comment"))
    kiosk["offline"] = _is_on(query, "offline", usual="on")
    language = language_of(request, survey, form)
    return _page(
        kiosk,
        language,
        200,
        survey,
        texts=kiosk["languages"][language],
        scale=_scale(survey.metric),
        art=shown_look(survey.look, survey.metric.key, ()).get("art", "numbers"),
        languages=[(code, own_name(code)) for code in survey.texts],
        is_test=form.is_test,
        privacy=(link := _privacy_link(request, survey)).partition("://")[2],
        privacy_code=_code(link),
    )


def _shut(request: AnyRequest, survey: SurveyDefinition | None, form: HostedForm) -> Template:
    """Why nobody can answer here. The page asks again each minute, and sends what still waits."""
    state = "unknown" if survey is None else survey.state
    state = state if state in ("unknown", "closed", "paused") else "draft"
    is_kept = _is_on(request.query_params, "offline", usual="on")
    kiosk = {"key": survey.key if survey else "", "state": state, "offline": is_kept}
    language = language_of(request, survey, form)
    return _page(kiosk, language, STATUS.get(state, 403), survey, state=state)


def _kiosk(survey: SurveyDefinition, form: HostedForm, *, asks_why: bool) -> dict[str, Any]:
    """What the script knows: the texts of every language, and what each answer carries."""
    return {
        "key": survey.key,
        "state": "live",
        "test": form.is_test,
        "properties": dict(form.properties),
        "maximum": survey.metric.maximum,
        "bands": band_limits(survey.metric),
        "steps": told_steps(survey, asks_why=asks_why),
        "languages": {code: _language(survey, code) for code in survey.texts},
        **({"at": "end"} if survey.is_anonymous else {}),  # when an answer is sent
    }


def _language(survey: SurveyDefinition, code: str) -> dict[str, Any]:
    default = survey.default_language
    texts = complete_texts(survey.texts, code, default)
    words = survey_words(survey.texts, code, default)
    endings = {band: ending.text(code, default) for band, ending in survey.endings.items()}
    return {
        **texts,
        "done": sentence_in(survey.sentences, code, default) or "",
        "endings": {band: text for band, text in endings.items() if text},
        "words": {name: words[name] for name in SPOKEN},
        "dir": direction(code),
        "page": words_language(code, default),
    }


def _scale(metric: Metric) -> list[tuple[int, float]]:
    """Each rating with its place in the scale, 0 to 1."""
    width = metric.maximum - metric.minimum
    return [(rating, (rating - metric.minimum) / width) for rating in metric.scale]


def _page(
    kiosk: dict[str, Any],
    language: str,
    status: int,
    survey: SurveyDefinition | None,
    **context: Any,
) -> Template:
    told = msgspec.json.encode(kiosk | {"language": language})
    version = hashlib.blake2b(told + files_version().encode(), digest_size=12).hexdigest()
    about = {"kiosk": told.decode(), "version": version, "scripts": SCRIPTS, "styles": STYLES}
    return Template(
        template_name="surveys/kiosk.html",
        context=spoken(survey, language) | about | {"state": "", **context},
        status_code=status,
        headers=CACHING | {VERSION: version},
    )


def _privacy_link(request: AnyRequest, survey: SurveyDefinition) -> str:
    """Where visitors read it on a telephone of their own: a kiosk must not be left."""
    base_url = request.app.state.settings.base_url or str(request.base_url).rstrip("/")
    return privacy_link(base_url, survey.key)


@lru_cache(maxsize=256)
def _code(link: str) -> str:
    """A picture in the page itself, which is there without a network."""
    return "data:image/svg+xml;base64," + base64.b64encode(qr_code(link)).decode()


def _is_on(query: Mapping[str, str], name: str, *, usual: str = "off") -> bool:
    return query.get(name, usual) not in ("off", "false", "0")


def _headers() -> dict[str, str]:
    headers = security_headers()
    headers["Content-Security-Policy"] += "; worker-src 'self'"
    return headers | {"Referrer-Policy": "no-referrer"}


router = Router(
    "/",
    route_handlers=[
        Router("/", route_handlers=[kiosk_page], response_headers=_headers()),
        kiosk_worker,
    ],
)
