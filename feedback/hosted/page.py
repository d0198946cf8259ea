"""The hosted page as a reader sees it: the form, the thanks, and why there is no form."""

from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError
from litestar import Request
from litestar.response import Template

from feedback.calendar.public import sentence_in
from feedback.hosted.form import TEST_FIELD, HostedForm, given_rating, page_id
from feedback.hosted.steps import as_asked, ending_in, is_stepwise
from feedback.responses.catalog import SurveyDefinition
from feedback.surveys.customer_texts import complete_texts, survey_words, words_language
from feedback.surveys.follow_ups import band_of
from feedback.surveys.languages import (
    BUILT_IN,
    DEFAULT,
    accepted_languages,
    choose_language,
    direction,
)
from feedback.surveys.overall import Moment
from feedback.surveys.widget_settings.origins import framed_by
from feedback.web.page import security_headers

AnyRequest = Request[Any, Any, Any]

RECEIPT_FIELD = "receipt"
# A site that isolates itself shows only frames that do so too.
ISOLATED = {"Cross-Origin-Embedder-Policy": "require-corp"}
# Back must find the form as it was left, its id included; a shared cache must not keep it.
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Accept-Language"}
ERRORS = {
    "rating_invalid": "no_rating",
    "rating_off_scale": "no_rating",
    "counted_most_invalid": "too_many_moments",
    "busy": "busy",
    "too_many": "busy",
}
# Which part of the form an error is told beside; the rating's otherwise.
FIELDS = {"counted_most_invalid": "moments"}
# More touchpoints than this are told by stage.
MOST_UNGROUPED = 8


def form_page(
    request: AnyRequest,
    survey: SurveyDefinition,
    form: HostedForm,
    *,
    is_more: bool = False,
    status: int = 200,
    error: str = "",
    action: str = "",
) -> Template:
    """The question with what was chosen and typed so far. `error`: why it was not stored.

    is_more: what is asked after the rating, under the rating itself, which can still be changed.
    action: where an answer that is there already is changed; the page itself otherwise.
    """
    language = language_of(request, survey, form)
    # `?send`: a POST to the page's own address would make the browser forget it, id and all,
    # before "back".
    context = _form_context(survey, form, language, error)
    context["action"] = action or f"/s/{survey.key}?send"
    context["is_change"] = bool(action)
    if is_more:
        band = band_of(survey.metric, given_rating(form)) or form.asked
        context["hidden"].append(("asked", band))
        asked = as_asked(survey, form, language)
        return spoken_page("hosted_more.html", language, status, survey, **context, asked=asked)
    if is_stepwise(survey):
        context |= {"moments": [], "is_stepwise": True}
    links = [] if action else _language_links(survey, form, language)
    return spoken_page("hosted.html", language, status, survey, **context, languages=links)


def _form_context(
    survey: SurveyDefinition, form: HostedForm, language: str, error: str
) -> dict[str, Any]:
    words = survey_words(survey.texts, language, survey.default_language)
    scale = [str(rating) for rating in survey.metric.scale]
    return {
        "texts": complete_texts(survey.texts, language, survey.default_language),
        "scale": scale,
        "chosen": form.rating if form.rating in scale else "",
        "comment": form.comment,
        "hidden": [
            *form.hidden_fields(),
            ("lang", language),
            ("answer", str(page_id(form.answer))),
        ],
        "error": words[ERRORS.get(error, "not_stored")] if error else "",
        "error_field": FIELDS.get(error, "rating"),
        "moments": moments_by_stage(survey),
        "ticked": form.moments,
        "is_test": form.is_test,
        "is_stepwise": False,
    }


def thanks_page(
    request: AnyRequest, survey: SurveyDefinition, form: HostedForm, receipt: str
) -> Template:
    """receipt: where the answer's private link leads, or none."""
    language = language_of(request, survey, form)
    given = form.rating in [str(rating) for rating in survey.metric.scale]
    return spoken_page(
        "hosted_thanks.html",
        language,
        200,
        survey,
        texts=complete_texts(survey.texts, language, survey.default_language),
        rating=form.rating if given and not survey.is_anonymous else "",
        sentence=sentence_in(survey.sentences, language, survey.default_language),
        is_test=form.is_test,
        receipt=receipt,
        **ending_in(survey, form, language),
    )


def state_page(
    request: AnyRequest, survey: SurveyDefinition | None, form: HostedForm, status: int, state: str
) -> Template:
    """Why nobody can answer here; `state` is the survey's, `unknown`, or `too_large`."""
    language = language_of(request, survey, form)
    return spoken_page("hosted_state.html", language, status, survey, state=state)


def language_of(request: AnyRequest, survey: SurveyDefinition | None, form: HostedForm) -> str:
    """The survey's language that suits the link, else the browser, else the survey's own."""
    wanted = [form.lang, *accepted_languages(request.headers.get("Accept-Language", ""))]
    if survey is None:
        return choose_language(wanted, list(BUILT_IN), DEFAULT)
    return choose_language(wanted, list(survey.texts), survey.default_language)


def spoken_page(
    name: str, language: str, status: int, survey: SurveyDefinition | None, **context: Any
) -> Template:
    return Template(
        template_name=name if "/" in name else f"surveys/{name}",
        context=spoken(survey, language) | context,
        status_code=status,
        headers=CACHING | _framing(survey),
    )


def spoken(survey: SurveyDefinition | None, language: str) -> dict[str, Any]:
    """A survey and the words around it, as its pages' templates are told them."""
    texts, default = (survey.texts, survey.default_language) if survey else ({}, DEFAULT)
    return {
        "language": language,
        "direction": direction(language),
        "words_language": words_language(language, default),
        "words": survey_words(texts, language, default),
        "survey": survey,
    }


def _framing(survey: SurveyDefinition | None) -> dict[str, str]:
    """The policy of a survey that other sites may frame; otherwise the router's holds."""
    if survey is None or not survey.look.get("origins"):
        return {}
    name = "Content-Security-Policy"
    return {name: security_headers(framed_by=framed_by(survey.look))[name]} | ISOLATED


def moments_by_stage(survey: SurveyDefinition) -> list[tuple[str, list[Moment]]]:
    """What "What counted most?" lists: (stage, its touchpoints), one nameless stage when short.

    Empty where the survey does not ask about the whole journey.
    """
    asked = [moment for moment in survey.moments if moment.is_asked and survey.is_overall]
    if len(asked) <= MOST_UNGROUPED:
        return [("", asked)] if asked else []
    return [(stage, list(found)) for stage, found in groupby(asked, attrgetter("stage"))]


def _language_links(
    survey: SurveyDefinition, form: HostedForm, current: str
) -> list[tuple[str, str, str]]:
    """(code, own name, address) of the other languages, the link's parameters kept."""
    kept = form.hidden_fields() + ([("rating", form.rating)] if form.rating else [])
    return [
        (code, own_name(code), f"/s/{survey.key}?{urlencode([*kept, ('lang', code)])}")
        for code in survey.texts
        if code != current
    ]


def own_name(code: str) -> str:
    """`Deutsch`: a language by its own name, as its readers look for it."""
    try:
        name = (
            BUILT_IN.get(code)
            or Locale.parse(code, sep="-").get_display_name(code.split("-")[0])
            or code
        )
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]


def thanks_address(survey: SurveyDefinition, form: HostedForm, token: str = "") -> str:
    fields = [("lang", form.lang)] + ([("rating", form.rating)] if form.rating else [])
    fields += [(TEST_FIELD, "")] if form.is_test else []
    fields += [(RECEIPT_FIELD, token)] if token else []
    return f"/s/{survey.key}/thanks?{urlencode(fields)}"
