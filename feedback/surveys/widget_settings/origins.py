"""Which sites may frame the survey's own page: the field and `Survey.look["origins"]`."""

import re
from collections.abc import Mapping
from typing import Any

from feedback.i18n import gettext as _
from feedback.web.forms import FormReader

MOST_ORIGINS, MOST_LENGTH = 20, 260
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(rf"(https://{_LABEL}(\.{_LABEL})*|http://localhost)(:[0-9]{{1,5}})?")


def is_origin(text: str) -> bool:
    """Whether it is one site as a header may name it, and nothing more.

    >>> [is_origin(text) for text in ("https://shop.example:8443", "http://localhost:3000")]
    [True, True]
    >>> [is_origin(text) for text in ("http://shop.example", "https://*.example", "https://a/b")]
    [False, False, False]
    """
    return len(text) <= MOST_LENGTH and _ORIGIN.fullmatch(text) is not None


def read_origins(reader: FormReader) -> list[str]:
    """One site a line; a last slash, as browsers write it, is left out."""
    lines = reader.typed("origins").split("\n")
    origins = [line.strip().lower().removesuffix("/") for line in lines]
    origins = list(dict.fromkeys(origin for origin in origins if origin))
    if len(origins) > MOST_ORIGINS:
        reader.fail("origins", _("Use at most %(n)s lines.") % {"n": MOST_ORIGINS})
    for origin in origins:
        if not is_origin(origin):
            problem = _("“%(line)s” is not a site. Write one as https://shop.example, no path.")
            reader.fail("origins", problem % {"line": origin[:60]})
    return origins


def framed_by(look: Mapping[str, Any]) -> str:
    """CSP sources: our own pages, and the sites that this survey names."""
    return " ".join(["'self'", *filter(is_origin, look.get("origins") or [])])
