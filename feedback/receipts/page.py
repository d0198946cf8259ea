"""The pages of a private link, in the language of the answer."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from babel import Locale, dates
from litestar import Request
from litestar.response import Template

from feedback.calendar.public import sentence_in
from feedback.hosted.form import NONE_OF_THESE, HostedForm, link_fields
from feedback.hosted.page import form_page, language_of, own_name, spoken_page, state_page
from feedback.hosted.routes import is_shut
from feedback.hosted.steps import is_stepwise
from feedback.receipts.read import Receipt
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.follow_up_answers import told_answers
from feedback.responses.models import Response
from feedback.responses.receipts import receipt_path
from feedback.scoring import METRICS
from feedback.surveys.customer_texts import complete_texts, words_language
from feedback.surveys.follow_ups import band_of
from feedback.surveys.languages import choose_language
from feedback.surveys.overall import COUNTED_MOST
from feedback.web.page import security_headers

AnyRequest = Request[Any, Any, Any]

# More sentences of what was done than these are of another time.
MOST_TOLD = 5
PRIVATE = {
    **security_headers(),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
# What a page said before this one: `?changed`, or `?changed=link` where the link is another now.
CHANGED_FIELD = "changed"


def receipt_page(
    request: AnyRequest,
    survey: SurveyDefinition,
    receipt: Receipt,
    text: str,
    *,
    status: int = 200,
) -> Template:
    """The answer and what can be done with it, or why it is not shown. text: the token's."""
    language = _language(request, survey, receipt)
    address = receipt_path(survey.key, text)
    context: dict[str, Any] = {
        "state": receipt.state,
        "address": address,
        "is_test": receipt.token.test,
        "erased_on": receipt.erased_at and _day(survey, receipt.erased_at, language),
        "changed": link_fields(request.scope["query_string"]).get(CHANGED_FIELD),
        "languages": [
            (c, own_name(c), f"{address}?lang={c}") for c in survey.texts if c != language
        ],
    }
    if receipt.state == "open":
        context |= _answer(survey, receipt, language)
    return private(spoken_page("receipts/receipt.html", language, status, survey, **context))


def _answer(survey: SurveyDefinition, receipt: Receipt, language: str) -> dict[str, Any]:
    response, series = receipt.response, receipt.series
    assert response is not None and series is not None
    default = survey.default_language
    told = told_answers(survey.follow_ups, response, language, default)
    shown = [
        (day, sentence)
        for day, sentences in receipt.done
        if (sentence := sentence_in(sentences, language, default))
    ]
    # What was asked then; of the wording of today also what was translated since.
    asked = survey.texts if series.id == survey.series_id else series.texts
    asked_in = choose_language([language], list(asked), default)
    return {
        "response": response,
        "texts": complete_texts(asked, asked_in, default),
        "asked_in": asked_in,
        "maximum": METRICS[series.metric].maximum,
        "minimum": METRICS[series.metric].minimum,
        "told": told,
        "counted_most": _moments(survey, response),
        "sent_with": _sent_with(response),
        "given_on": _day(survey, response.answered_at, language),
        "done": [
            (_written(day, _locale(language, survey)), sentence)
            for day, sentence in shown[:MOST_TOLD]
        ],
        "can_change": can_change(survey, receipt),
    }


def can_change(survey: SurveyDefinition, receipt: Receipt) -> bool:
    """Whether the survey still asks this question, and takes answers."""
    form = HostedForm(is_test=receipt.token.test)
    is_same = receipt.series is not None and receipt.series.id == survey.series_id
    return is_same and not is_shut(survey, form)


def change_page(
    request: AnyRequest,
    survey: SurveyDefinition,
    receipt: Receipt,
    text: str,
    form: HostedForm | None = None,
    **problem: Any,
) -> Template:
    """The survey's form with what was answered; a later step of it with `form` as it was sent."""
    form = form or form_of(survey, receipt, _language(request, survey, receipt))
    action = f"{receipt_path(survey.key, text)}/change?send"
    is_more = is_stepwise(survey)
    return private(form_page(request, survey, form, is_more=is_more, action=action, **problem))


def form_of(survey: SurveyDefinition, receipt: Receipt, language: str) -> HostedForm:
    """The form as the customer would have to fill it in to give this answer."""
    response = receipt.response
    assert response is not None
    answers = dict(response.answers or {})
    moments = answers.pop(COUNTED_MOST, None)
    given = {
        name: tuple(map(str, value if isinstance(value, list) else [value]))
        for name, value in answers.items()
    }
    return HostedForm(
        rating=str(response.rating),
        comment=response.comment or "",
        lang=language,
        is_test=receipt.token.test,
        moments=tuple(moments or (NONE_OF_THESE,)) if moments is not None else (),
        given=given,
        asked=band_of(survey.metric, response.rating),
    )


def as_theirs(form: HostedForm, receipt: Receipt) -> HostedForm:
    """The form as it was sent, about this answer whomever and whatever it names."""
    is_test = receipt.token.test
    return replace(form, id="", email="", about="", sig="", channel="page", is_test=is_test)


def erase_page(
    request: AnyRequest,
    survey: SurveyDefinition,
    receipt: Receipt,
    text: str,
    *,
    status: int = 200,
) -> Template:
    """What will be gone and what stays, before anything is. 503: it was tried, and is as it was."""
    assert receipt.response is not None
    language = _language(request, survey, receipt)
    context = {
        "address": receipt_path(survey.key, text),
        "is_test": receipt.token.test,
        "is_tried": status == 503,
        "rating": receipt.response.rating,
        "month": dates.format_skeleton(
            "yMMMM", receipt.response.month, locale=_locale(language, survey)
        ),
    }
    return private(spoken_page("receipts/erase.html", language, status, survey, **context))


def no_answer_page(request: AnyRequest, survey: SurveyDefinition | None) -> Template:
    """In the visitor's language, whatever is wrong with the link."""
    return private(state_page(request, survey, HostedForm(), 404, "no_answer"))


def private(page: Template) -> Template:
    """Framed by nobody, kept by nobody, and not passed on."""
    page.headers = {**page.headers, **PRIVATE}
    return page


def _language(request: AnyRequest, survey: SurveyDefinition, receipt: Receipt) -> str:
    wanted = link_fields(request.scope["query_string"]).get("lang", "")
    if not wanted and receipt.response is not None:
        wanted = receipt.response.locale or ""
    return language_of(request, survey, HostedForm(lang=wanted))


def _moments(survey: SurveyDefinition, response: Response) -> list[str] | None:
    chosen = (response.answers or {}).get(COUNTED_MOST)
    if not isinstance(chosen, list):
        return None
    return [moment.name for moment in survey.moments if moment.id in chosen]


def _sent_with(response: Response) -> list[tuple[str, str]]:
    """What the site or the link sent beside the answer, by its own names."""
    page = [("", response.page)] if response.page else []
    named = [(name, str(value)) for name, value in (response.properties or {}).items()]
    return page + named


def _locale(language: str, survey: SurveyDefinition) -> Locale:
    return Locale.parse(words_language(language, survey.default_language), sep="-")


def _day(survey: SurveyDefinition, moment: datetime, language: str) -> str:
    return _written(moment.astimezone(survey.zone).date(), _locale(language, survey))


def _written(day: date, locale: Locale) -> str:
    return dates.format_date(day, "long", locale=locale)
