"""What the sign-in, set-up and settings forms send, checked field by field."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from feedback.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from feedback.i18n import LOCALES
from feedback.i18n import gettext as _
from feedback.web.forms import Form

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+\.[^@\s]+")


def read_setup(data: Mapping[str, Any], *, with_workspace: bool, with_email: bool) -> Form[None]:
    more = ("name", "time_zone", "language") if with_workspace else ()
    return _read(data, ("password", *(["email"] if with_email else ()), *more))


def read_workspace(data: Mapping[str, Any]) -> Form[None]:
    return _read(data, ("name", "language"))


def _read(data: Mapping[str, Any], names: tuple[str, ...]) -> Form[None]:
    values = {name: _text(data, name) for name in names}
    problems = {name: _CHECKS[name](value) for name, value in values.items()}
    return Form(values, {name: problem for name, problem in problems.items() if problem})


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        return ""
    return value if name == "password" else value.strip()


def _password(value: str) -> str:
    if len(value) < MIN_LENGTH:
        return _("Use at least %(n)s characters.") % {"n": MIN_LENGTH}
    return too_long(value)


def too_long(password: str) -> str:
    """What to say of a password that nobody can have; else nothing."""
    if len(password) <= MAX_LENGTH:
        return ""
    return _("A password has at most %(n)s characters.") % {"n": MAX_LENGTH}


def _email(value: str) -> str:
    if EMAIL.fullmatch(value) and value.isprintable() and len(value) <= 254:
        return ""
    return _("Write an e-mail address, such as you@example.org.")


def _name(value: str) -> str:
    if not value:
        return _("Give it a name.")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
        return _("Leave out characters that cannot be seen.")
    return _("Use at most 120 characters.") if len(value) > 120 else ""


def _time_zone(value: str) -> str:
    return "" if value in available_timezones() else _("Choose a time zone from the list.")


def _language(value: str) -> str:
    return "" if value in LOCALES else _("Choose a language from the list.")


_CHECKS = {
    "password": _password,
    "email": _email,
    "name": _name,
    "time_zone": _time_zone,
    "language": _language,
}
