"""`/mine/{survey_key}/{token}`: the private link of an answer, for whoever has it.

No account, no cookie and no token of a form: the address is the key. Reading writes nothing; what
writes is a form of its own, so that no scanner and no preview changes or erases an answer.
"""

import logging
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.erasure.erase import erase_responses
from feedback.errors import FeedbackError
from feedback.hosted.form import link_fields, read_form
from feedback.hosted.routes import say_too_large
from feedback.hosted.steps import is_last
from feedback.hosted.store import refused_page, store_form
from feedback.receipts.page import (
    CHANGED_FIELD,
    PRIVATE,
    as_theirs,
    can_change,
    change_page,
    erase_page,
    no_answer_page,
    receipt_page,
)
from feedback.receipts.read import Receipt, find_receipt
from feedback.responses.body import MAX_BODY, Refused
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.outcome import StoreUnavailableError
from feedback.responses.receipts import read_token, receipt_path
from feedback.responses.writer import QueueFullError
from feedback.settings import Settings
from feedback.web.qr import qr_code

log = logging.getLogger(__name__)
AnyRequest = Request[Any, Any, Any]
ADDRESS = "/mine/{survey_key:str}/{token:str}"


@dataclass(frozen=True, slots=True)
class Link:
    """A request for a private link, and what it opens; without a `receipt` nothing."""

    request: AnyRequest
    survey: SurveyDefinition | None
    text: str
    receipt: Receipt | None

    def page(self, *, status: int = 200) -> Template:
        """The answer, or why there is none."""
        if self.survey is None or self.receipt is None:
            return no_answer_page(self.request, self.survey)
        return receipt_page(self.request, self.survey, self.receipt, self.text, status=status)


async def _open(request: AnyRequest, survey_key: str, text: str) -> Link:
    state = request.app.state
    survey: SurveyDefinition | None = await state.catalog.find(survey_key)
    token = None if survey is None else read_token(state.key, survey.survey_id, text)
    receipt = None
    if survey is not None and token is not None:
        receipt = await find_receipt(state.database, survey, token, state.key, clock.now())
    return Link(request, survey, text, receipt)


@get(ADDRESS, needs="nobody")
async def receipt(request: AnyRequest, survey_key: FromPath[str], token: FromPath[str]) -> Template:
    return (await _open(request, survey_key, token)).page()


@get(f"{ADDRESS}/change", needs="nobody")
async def change_form(
    request: AnyRequest, survey_key: FromPath[str], token: FromPath[str]
) -> Template:
    link = await _open(request, survey_key, token)
    survey, receipt = link.survey, link.receipt
    if survey is None or receipt is None or receipt.state != "open":
        return link.page()
    if not can_change(survey, receipt):
        return link.page()
    return change_page(request, survey, receipt, token)


@post(f"{ADDRESS}/change", needs="nobody", request_max_body_size=MAX_BODY)
async def change_answer(
    request: AnyRequest, survey_key: FromPath[str], token: FromPath[str]
) -> Template | Redirect:
    link = await _open(request, survey_key, token)
    survey, receipt = link.survey, link.receipt
    if survey is None or receipt is None or receipt.state != "open":
        return link.page(status=200 if receipt is None else 409)
    if not can_change(survey, receipt):
        return link.page(status=409)
    form = None
    try:
        form = as_theirs(read_form(await request.body(), request.scope["query_string"]), receipt)
        assert receipt.response is not None
        sent = replace(form, properties=receipt.response.properties or {})
        _dropped, newest = await store_form(request, survey, sent, receipt.token)
    except (Refused, QueueFullError, StoreUnavailableError) as error:

        def ask_again(**problem: Any) -> Template:
            return change_page(request, survey, receipt, token, form, **problem)

        return refused_page(error, ask_again)
    if not is_last(survey, form):
        # The rating moved to another band, which asks something else.
        found = await _open(request, survey_key, newest)
        assert found.receipt is not None
        return change_page(request, survey, found.receipt, newest, form)
    told = {CHANGED_FIELD: "link" if newest != token else "", "lang": form.lang}
    return Redirect(f"{receipt_path(survey.key, newest)}?{urlencode(told)}", status_code=303)


@get(f"{ADDRESS}/erase", needs="nobody")
async def erase_form(
    request: AnyRequest, survey_key: FromPath[str], token: FromPath[str]
) -> Template:
    link = await _open(request, survey_key, token)
    if link.survey is None or link.receipt is None or link.receipt.state != "open":
        return link.page()
    return erase_page(request, link.survey, link.receipt, token)


@post(f"{ADDRESS}/erase", needs="nobody", request_max_body_size=MAX_BODY)
async def erase_answer(
    request: AnyRequest, survey_key: FromPath[str], token: FromPath[str]
) -> Template | Redirect:
    """Pressed twice, the second finds it erased."""
    link = await _open(request, survey_key, token)
    if link.survey is None or link.receipt is None or link.receipt.state == "outdated":
        return link.page(status=200 if link.receipt is None else 409)
    response, state = link.receipt.response, request.app.state
    if response is not None:
        try:
            async with state.database.write() as session:
                folder = state.settings.backups_folder
                ids = [response.id]
                await erase_responses(
                    session, response.workspace_id, ids, folder=folder, now=clock.now()
                )
        except FeedbackError as error:
            log.error("an answer was not erased: %s", error)
            return erase_page(request, link.survey, link.receipt, token, status=503)
    language = link_fields(request.scope["query_string"]).get("lang", "")
    address = receipt_path(link.survey.key, token)
    return Redirect(f"{address}?{urlencode({'lang': language})}", status_code=303)


@get(f"{ADDRESS}/code.svg", needs="nobody")
async def receipt_code(
    request: AnyRequest, survey_key: FromPath[str], token: FromPath[str]
) -> Response[bytes]:
    """A QR code of the link, for whoever stands before a screen that is not theirs."""
    state = request.app.state
    survey: SurveyDefinition | None = await state.catalog.find(survey_key)
    if survey is None or read_token(state.key, survey.survey_id, token) is None:
        raise not_found()
    settings: Settings = state.settings
    base_url = settings.base_url or str(request.base_url).rstrip("/")
    body = qr_code(base_url + receipt_path(survey.key, token))
    headers = PRIVATE | {"Content-Security-Policy": "default-src 'none'"}
    return Response(body, media_type="image/svg+xml", headers=headers)


router = Router(
    "/",
    route_handlers=[receipt, change_form, change_answer, erase_form, erase_answer, receipt_code],
    exception_handlers={413: say_too_large},
    response_headers=PRIVATE,
)
