"""The share page, the preview of its mail block, and the public QR code."""

import html
from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Visit
from feedback.editor.share.ways import (
    MAIL_NAMES,
    MailBlock,
    MailChoice,
    base_url_problem,
    inline_style_hashes,
    mail_block,
    mail_text,
    read_mail_choice,
)
from feedback.editor.surveys.queries import site_keys
from feedback.editor.surveys.routes import need_survey
from feedback.privacy.read import load_privacy, storage_choice
from feedback.privacy.words import storage_meanings, storage_names
from feedback.scoring import METRICS
from feedback.settings import Settings
from feedback.surveys.labels import language_names, state_names
from feedback.surveys.link import survey_link
from feedback.surveys.queries import SurveyAt
from feedback.web.forms import Form
from feedback.web.page import security_headers
from feedback.web.qr import qr_code
from feedback.widget.sightings import load_sightings, told, told_unfilled
from feedback.widget.tag import embed_policy, embed_snippet, frozen_snippet, releases

AnyRequest = Request[Any, Any, Any]


@get(
    "/surveys/{survey_id:uuid}/share",
    blocks=("mail_block", "install_check"),
    needs="viewer",
    asks=MAIL_NAMES,
)
async def share_page(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Template:
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
        [site_key, *_rest] = await site_keys(session, visit.workspace.id)
        seen = await load_sightings(session, visit.workspace.id, survey_id)
        storage = (await load_privacy(session, visit.workspace.id)).storage
        choice = await storage_choice(session, visit.workspace.id)
    request, key = visit.request, place.survey.key
    base_url = _base_url(request)
    form, block = _mail_block(request, place, base_url)
    return visit.page(
        "surveys/share.html",
        form,
        headers=security_headers(frames="'self'"),
        place=place,
        state_names=state_names(),
        base_url=base_url,
        problem=base_url_problem(base_url, scheme=_scheme(request), host=request.url.netloc),
        proxy=request.app.state.limits.unnamed_proxy,
        snippet=embed_snippet(base_url, site_key, key, storage=storage),
        site_snippet=embed_snippet(base_url, site_key, storage=storage),
        frozen=frozen_snippet(base_url, releases()[-1], site_key, key, storage=storage),
        choice=choice,
        storage=storage,
        storages=storage_names(),
        storage_meanings=storage_meanings(),
        policy=embed_policy(base_url, is_framed=_is_framed(place)),
        seen=told(seen, clock.now()),
        unfilled=told_unfilled(seen, clock.now()),
        is_framed=_is_framed(place),
        # A frame shows the survey's own page, which must know that this is a test.
        widget_preview=f"/s/{key}?feedback-test"
        if _is_framed(place)
        else f"/surveys/{survey_id}/share/preview.html",
        link=survey_link(base_url, key),
        test_link=survey_link(base_url, key) + "?feedback-test",
        qr=f"/s/{key}/qr.svg",
        block=block,
        mail_html=_mail_html(request, block),
        mail_text=mail_text(block),
        languages=list(language_names(list(place.question.texts)).items()),
        preview=f"/surveys/{survey_id}/share/mail.html?lang={block.language}",
    )


@get("/surveys/{survey_id:uuid}/share/mail.html", needs="viewer", asks=MAIL_NAMES)
async def mail_preview(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Response[str]:
    """The block as a mail program shows it. Its own style attributes are allowed by their hash."""
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
    _form, block = _mail_block(visit.request, place, _base_url(visit.request))
    shown = _mail_html(visit.request, block)
    title = html.escape(block.question)
    document = (
        f'<!doctype html><html lang="{block.language}"><head><meta charset="utf-8">'
        f'<meta name="color-scheme" content="light"><title>{title}</title></head>'
        f"<body><main>{shown}</main></body></html>"
    )
    policy = f"default-src 'none'; style-src {inline_style_hashes(shown)}; frame-ancestors 'self'"
    headers = security_headers() | {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return Response(document, media_type="text/html", headers=headers)


@get("/s/{survey_key:str}/qr.svg", needs="nobody")
async def qr_image(request: AnyRequest, survey_key: FromPath[str]) -> Response[bytes]:
    """A QR code of the hosted page; answers through it count as channel `qr`."""
    if await request.app.state.catalog.find(survey_key) is None:
        raise not_found()
    link = survey_link(_base_url(request), survey_key, channel="qr")
    return Response(
        qr_code(link),
        media_type="image/svg+xml",
        headers={
            "Cache-Control": "public, max-age=3600",
            "Content-Security-Policy": "default-src 'none'",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def _mail_block(
    request: HTMXRequest, place: SurveyAt, base_url: str
) -> tuple[Form[MailChoice], MailBlock]:
    question = place.question
    form = read_mail_choice(request.query_params, list(question.texts), question.default_language)
    choice = form.checked or MailChoice(question.default_language, "")
    if (
        place.survey.is_anonymous
    ):  # whom a link names is ignored, so it need not be in anybody's mail
        choice = replace(choice, tag="")
    texts, metric = question.texts[choice.language], METRICS[question.metric]
    block = mail_block(texts, metric, base_url, place.survey.key, choice)
    return form, block


def _mail_html(request: HTMXRequest, block: MailBlock) -> str:
    engine = request.app.template_engine
    assert engine is not None
    template = engine.get_template("surveys/mail_block.html")
    return str(template.render(block=block)).strip()


def _base_url(request: AnyRequest) -> str:
    settings: Settings = request.app.state.settings
    return settings.base_url or str(request.base_url).rstrip("/")


def _is_framed(place: SurveyAt) -> bool:
    return (place.survey.look or {}).get("place") == "frame"


def _scheme(request: AnyRequest) -> str:
    # Only a hint on a page is decided by it, so the proxy's word needs no trust.
    return request.headers.get("X-Forwarded-Proto", request.url.scheme)


handlers = [share_page, mail_preview]
public_handlers = [qr_image]
