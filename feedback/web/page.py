"""What every page shares: whole page or one block, flash messages, error pages, headers."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, wraps
from typing import Any

from jinja2 import Environment, StrictUndefined
from jinja2_fragments.litestar import HTMXBlockTemplate
from litestar.datastructures import Cookie
from litestar.plugins.htmx import HTMXRequest
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template import TemplateConfig

from feedback import i18n, wording
from feedback.filters import FilterError
from feedback.memory import memory
from feedback.resources import PACKAGE, resource_dir

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "manifest-src 'self'"
)
FLASH_COOKIE = "feedback_flash"


def security_headers(*, framed_by: str = "'none'", frames: str = "'none'") -> dict[str, str]:
    """The headers of a page of ours. `framed_by`, `frames`: CSP sources."""
    policy = f"{CONTENT_POLICY}; frame-ancestors {framed_by}"
    return {
        "Content-Security-Policy": policy + (f"; frame-src {frames}" if frames != "'none'" else ""),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


def page(
    request: HTMXRequest,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Template:
    """Render the block that htmx targets by id, if the route names it in `blocks`, else the page.

    A route names its blocks where it is registered (`@get("/board", blocks=("board_page",))`), so
    that one test can ask for each.
    """
    htmx, blocks = request.htmx, request.route_handler.opt.get("blocks", ())
    wants_block = htmx.target in blocks and not htmx.boosted and not htmx.history_restore_request
    return HTMXBlockTemplate(
        template_name=template,
        block_name=htmx.target if wants_block else None,
        context=_shared_context(request) | context,
        status_code=status,
        headers={
            # One address answers with a page or with a block: a cache must not take one for the
            # other, and neither Litestar nor htmx says so.
            "Vary": "HX-Request, HX-Target",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
        cookies=[_no_flash()] if FLASH_COOKIE in request.cookies else None,
    )


def redirect(
    path: str, flash: str | None = None, *, kind: str = "good", undo: str = ""
) -> Redirect:
    """Go to a page of ours with 303; `flash` is shown there once. undo: names what `/comments/undo`
    takes back, offered beside it."""
    cookies = []
    if flash is not None:
        value = json.dumps([kind, flash, *filter(None, [undo])]).encode().hex()
        cookies.append(Cookie(FLASH_COOKIE, value=value, max_age=60, httponly=True, samesite="lax"))
    return Redirect(path, status_code=303, cookies=cookies)


def local_path(path: str | None, default: str = "/") -> str:
    """A path of ours to go to, or the default: never another site.

    >>> local_path("/board?month=2026-03"), local_path("//evil.example"), local_path("http://x")
    ('/board?month=2026-03', '/', '/')
    """
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return default
    return path if path.isprintable() else default


@cache
def static_address(name: str) -> str:
    """The address of a file of ours; it changes with the content, so browsers may keep it.

    >>> static_address("icon.svg")[:19]
    '/static/icon.svg?v='
    """
    digest = hashlib.sha256((PACKAGE / "static" / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:10]}"


def kept(name: str, *things: object, caller: Callable[[], str]) -> str:
    """In a template, `{% call kept("tile", *board.made_of(reading)) %}...{% endcall %}`: drawn once
    for the same things. `things` is all that stands there depends on; see `Memory.keep_of`. What
    is a reader's own must be among them.
    """
    return memory.keep_of("markup", (name, i18n.current_locale(), *things), caller, len)


def template_config(**names: object) -> TemplateConfig[JinjaTemplateEngine]:
    """Jinja2 as Litestar makes it, strict about undefined names. names: what templates know too,
    of rooms that this one must not import."""

    def prepare(engine: JinjaTemplateEngine) -> None:
        prepare_environment(engine.engine)
        engine.engine.globals.update(names)

    # An environment of our own would have autoescape off, silently: Litestar's is changed instead.
    return TemplateConfig(
        directory=resource_dir("templates"), engine=JinjaTemplateEngine, engine_callback=prepare
    )


def prepare_environment(environment: Environment) -> None:
    # A block rendered alone does not see a {% set %} or a loop variable of its page: what is then
    # undefined would be silently empty, so it must raise.
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext,
        i18n.ngettext,
        newstyle=True,  # formats its text always: a percent sign in a template is written %%
        pgettext=i18n.pgettext,
        npgettext=i18n.npgettext,
    )
    environment.globals.update(
        static=static_address,
        kept=kept,
        format_month=i18n.format_month,
        format_months=i18n.format_months,
        format_date=i18n.format_date,
        format_number=i18n.format_number,
        headline_meaning=wording.headline_meaning,
        metric_name=wording.metric_name,
        month_alone=wording.month_alone,
        month_name=wording.month_name,
        month_short=wording.month_short,
        write_score=wording.write_score,
        write_share=wording.write_share,
        write_target=wording.write_target,
    )


def _shared_context(request: HTMXRequest) -> dict[str, Any]:
    state = request.scope.get("state", {})
    return {
        "locale": i18n.current_locale(),
        "locales": i18n.LOCALES,
        "viewer": state.get("viewer"),
        "csrf_token": state.get("csrf_token", ""),
        "flashes": [told[:2] for told in _flashes(request)],
        "flash_undo": next((told[2] for told in _flashes(request) if len(told) > 2), ""),
    }


def _flashes(request: HTMXRequest) -> list[tuple[str, ...]]:
    """Kind, text, and what undoes what was done, where that can be."""
    try:
        kind, text, *undo = json.loads(bytes.fromhex(request.cookies[FLASH_COOKIE]))
    except (KeyError, ValueError, TypeError, RecursionError):  # anybody may have written it
        return []
    told = (kind, text, *undo)
    is_ours = len(undo) < 2 and all(isinstance(each, str) for each in told)
    return [told] if is_ours and kind in ("good", "bad", "plain") else []


def _no_flash() -> Cookie:
    return Cookie(FLASH_COOKIE, value="", max_age=0, httponly=True, samesite="lax")


Handler = Callable[..., Awaitable[Any]]


def or_refused(refused: Handler) -> Callable[[Handler], Handler]:
    """For the handler of a page: where a filter cannot be read, the page that `refused` makes of
    the same arguments and the `error`."""

    def page_of(handler: Handler) -> Handler:
        @wraps(handler)
        async def answer(**given: Any) -> Any:
            try:
                return await handler(**given)
            except FilterError as error:
                return await refused(**given, error=error)

        return answer

    return page_of
