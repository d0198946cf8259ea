"""`/privacy/{key}` for whoever answers; its settings and the register entry for the team."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.db import Database
from feedback.i18n import LOCALES, current_locale, set_locale, speaking
from feedback.i18n import gettext as _
from feedback.privacy.models import STORAGES, Privacy
from feedback.privacy.read import TEXTS, Told, find_told, load_told, lock_privacy, store_storage
from feedback.privacy.register import entry_text, register_entry
from feedback.privacy.retention import Preview
from feedback.privacy.retention_page import read_retention, refused_months
from feedback.privacy.schemas import (
    FEWEST_MONTHS,
    MOST_MONTHS,
    PrivacyIn,
    contact_link,
    field_name,
    fields_of,
    read_privacy,
)
from feedback.privacy.words import (
    basis_choices,
    basis_words,
    collected_words,
    kept_words,
    lacking_words,
    storage_meanings,
    storage_names,
    text_names,
)
from feedback.settings import Settings
from feedback.surveys.languages import accepted_languages, choose_language
from feedback.web.forms import Form
from feedback.web.page import local_path, redirect

AnyRequest = Request[Any, Any, Any]
ADDRESS = "/settings/privacy"


@get("/privacy/{key:str}", needs="nobody")
async def privacy_page(
    request: AnyRequest,
    database: NamedDependency[Database],
    key: FromPath[str],
    lang: FromQuery[str] = "",
) -> Template:
    """By a site's key, or a survey's, in the language of the reader. Nothing is stored."""
    async with database.read() as session:
        told = await find_told(session, key)
    if told is None:
        raise not_found()
    wanted = [lang, *accepted_languages(request.headers.get("Accept-Language", ""))]
    language = set_locale(choose_language(wanted, list(LOCALES), told.language))
    others = [(code, name) for code, name in LOCALES.items() if code != language]
    return Template(
        "privacy/page.html",
        context=_said(told)
        | {"words_language": language, "direction": "ltr", "survey": {"workspace_name": told.name}}
        | {"others": others, "address": f"/privacy/{key}"},
        headers={"Cache-Control": "private, no-cache", "Vary": "Accept-Language"},
    )


@get(ADDRESS, needs="editor")
async def privacy_settings(visit: NamedDependency[Visit]) -> Template:
    async with visit.read() as session:
        told = await load_told(session, visit.workspace)
    form: Form[PrivacyIn] = Form(fields_of(told.privacy, told.name), {})
    return await _settings(visit, told, form)


@post(ADDRESS, needs="editor")
async def save_privacy(visit: NamedDependency[Visit]) -> Answer:
    """Saved when it holds a contact; with the button *Preview* only shown."""
    data = await visit.sent()
    form = read_privacy(data)
    if form.checked is None or data.get("do") == "preview":
        async with visit.read() as session:
            told = await load_told(session, visit.workspace)
        return await _settings(visit, _as_typed(told, form), form)
    refused = await refused_months(visit, form)
    if refused is not None:
        async with visit.read() as session:
            told = await load_told(session, visit.workspace)
        return await _settings(visit, _as_typed(told, form), *refused)
    async with visit.write() as session:
        privacy = await lock_privacy(session, visit.workspace.id)
        form.checked.write(privacy)
        privacy.updated_at = clock.now()
    return redirect(ADDRESS, _("Saved."))


@post(f"{ADDRESS}/storage", needs="editor")
async def choose_storage(visit: NamedDependency[Visit]) -> Redirect:
    """What the site's tag may keep on a device before an act: the form of the share page."""
    data = await visit.sent()
    storage, next_page = str(data.get("storage", "")), local_path(str(data.get("next", ADDRESS)))
    if storage not in STORAGES:
        return redirect(next_page, _("Choose what the widget may keep."), kind="bad")
    async with visit.write() as session:
        await store_storage(session, visit.workspace.id, storage)
    return redirect(next_page, _("Saved."))


@get(f"{ADDRESS}/register", needs="owner", asks=("lang",))
async def register_page(visit: NamedDependency[Visit]) -> Template:
    language = _asked_language(visit)
    told, lines = await _entry(visit, language)
    return visit.page(
        "privacy/register.html", told=told, lines=lines, language=language, languages=LOCALES
    )


@get(f"{ADDRESS}/register.txt", needs="owner", asks=("lang",))
async def register_file(visit: NamedDependency[Visit]) -> Response[str]:
    language = _asked_language(visit)
    told, lines = await _entry(visit, language)
    with speaking(language):
        text = entry_text(told, lines)
    name = f"register-{visit.workspace.key}-{language}.txt"
    return Response(
        text,
        media_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _entry(visit: Visit, language: str) -> Any:
    settings: Settings = visit.request.app.state.settings
    async with visit.read() as session:
        told = await load_told(session, visit.workspace)
    is_https = (settings.base_url or "").startswith("https:")
    with speaking(language):
        return told, register_entry(told, is_https=is_https)


def _asked_language(visit: Visit) -> str:
    asked = visit.request.query_params.get("lang", "")
    return asked if asked in LOCALES else current_locale()


async def _settings(
    visit: Visit, told: Told, form: Form[PrivacyIn], asked: Preview | None = None
) -> Template:
    engine = visit.request.app.template_engine
    assert engine is not None
    previews = {}
    for code in LOCALES:
        with speaking(code):
            previews[code] = engine.get_template("privacy/_told.html").render(**_said(told))
    return visit.page(
        "privacy/settings.html",
        form,
        retention=await read_retention(visit, asked),
        told=told,
        previews=previews,
        is_new=not told.privacy.texts and not told.privacy.contact,
        lacks=lacking_words(told),
        text_names=text_names(),
        languages=LOCALES,
        texts=TEXTS,
        field_name=field_name,
        bases=basis_choices(),
        names=storage_names(),
        meanings=storage_meanings(),
        least=FEWEST_MONTHS,
        most=MOST_MONTHS,
    )


def _as_typed(told: Told, form: Form[PrivacyIn]) -> Told:
    """The page of what was typed, wrong or not, for the preview."""
    typed = Privacy(workspace_id=told.privacy.workspace_id, updated_at=clock.now())
    values = form.values
    typed.responsible, typed.contact = values["responsible"], values["contact"]
    typed.officer, typed.basis = values["officer"], values["basis"]
    typed.texts = {
        code: {text: values[field_name(text, code)].strip() for text in TEXTS} for code in LOCALES
    }
    if form.checked is not None:
        typed.keep_texts_months = form.checked.keep_texts_months
    typed.storage = values["storage"] or told.privacy.storage
    return told._replace(privacy=typed)


def _said(told: Told) -> dict[str, Any]:
    """What the page's template is told, in the current language."""
    language = current_locale()
    return {
        "told": told,
        "language": language,
        "basis": basis_words(told).get(told.privacy.basis, ""),
        "collected": collected_words(told, language),
        "kept": kept_words(told, language),
        "link": contact_link(told.privacy.contact),
    }


public_handlers = [privacy_page]
signed_in_handlers = [
    privacy_settings,
    save_privacy,
    choose_storage,
    register_page,
    register_file,
]
