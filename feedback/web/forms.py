"""Posted forms, read once at the edge: what was typed, what is wrong, and the checked value."""

import math
import re
import unicodedata
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from litestar import Response
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect

from feedback.i18n import gettext as _
from feedback.web.page import redirect

Checked = TypeVar("Checked")
NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Form(Generic[Checked]):
    """The texts as typed and an error per wrong field; `checked` is None as long as one is."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    checked: Checked | None = None

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


class FormReader:
    """Reads field after field, and remembers what was typed and what is wrong with it."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.values: dict[str, str] = {}
        self.errors: dict[str, str] = {}

    def line(self, name: str, *, most: int = NAME_LENGTH, missing: str | None = None) -> str:
        """A text on one line. `missing`: what to say when it is empty; None allows that."""
        text = one_line(self.typed(name))
        if problem := _text_problem(text, most):
            self.fail(name, problem)
        elif not text and missing is not None:
            self.fail(name, missing)
        return text

    def paragraphs(self, name: str, *, most: int) -> str:
        """A text that may have lines."""
        self.values[name] = self.raw(name).replace("\r\n", "\n")
        text = unicodedata.normalize("NFC", self.values[name].strip())
        if problem := _text_problem(text, most):
            self.fail(name, problem)
        return text

    def choice(self, name: str, allowed: Collection[str], default: str = "") -> str:
        """One of `allowed`; a field that was not sent is the default."""
        value = self.raw(name) or default
        self.values[name] = value
        if value not in allowed:
            self.fail(name, _("Choose one from the list."))
        return value

    def number(self, name: str) -> float | None:
        """A number as people write it, with a comma or a point; None when empty."""
        typed = self.typed(name, strip=True)
        if not typed:
            return None
        try:
            number = float(typed.replace("\N{MINUS SIGN}", "-").replace(",", ".").rstrip("% "))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(name, _("Write a number."))
            return None
        return number

    def ids(self, name: str) -> list[uuid.UUID]:
        """Every id sent under this name; what is no id is left out."""
        found = []
        for value in self.all(name):
            try:
                found.append(uuid.UUID(value))
            except ValueError:
                continue
        return list(dict.fromkeys(found))

    def flag(self, name: str) -> bool:
        return bool(self.typed(name))

    def typed(self, name: str, *, strip: bool = False) -> str:
        """The text as it was typed, remembered for the form."""
        self.values[name] = self.raw(name).strip() if strip else self.raw(name)
        return self.values[name]

    def raw(self, name: str) -> str:
        value = self.data.get(name, "")
        return value if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        return [value for value in self.data.getall(name, []) if isinstance(value, str)]

    def fail(self, name: str, problem: str) -> None:
        self.errors.setdefault(name, problem)

    def result(self, checked: Checked) -> Form[Checked]:
        """The form; with its checked value when nothing is wrong."""
        return Form(self.values, self.errors, None if self.errors else checked)


def one_line(text: str) -> str:
    """The text without line breaks, doubled and outer spaces, in composed form.

    No-break spaces stay: French sets one before a question mark.

    >>> one_line("  How \\r\\n satisfied   are you? ")
    'How satisfied are you?'
    """
    return unicodedata.normalize("NFC", re.sub("[ \t\r\n\u2028\u2029]+", " ", text).strip())


def _text_problem(text: str, most: int) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text if letter not in "\n\t"):
        return _("Leave out characters that cannot be seen.")
    if len(text) > most:
        return _("Use at most %(n)s characters.") % {"n": most}
    return ""


def leave(
    request: HTMXRequest, path: str, flash: str | None = None, *, kind: str = "good"
) -> Redirect | Response[None]:
    """Go to another page after a form: htmx must load it whole, not swap it into the form."""
    answer = redirect(path, flash, kind=kind)
    if not request.htmx:
        return answer
    return Response(None, status_code=204, headers={"HX-Redirect": path}, cookies=answer.cookies)
