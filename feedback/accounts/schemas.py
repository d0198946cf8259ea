"""What the sign-in, set-up and settings forms send, checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from feedback.accounts.passwords import MIN_LENGTH
from feedback.i18n import LOCALES
from feedback.i18n import gettext as _

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Form:
    """The values as typed, and an error text per field that is wrong."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


def read_setup(data: Mapping[str, Any], *, with_workspace: bool, with_email: bool) -> Form:
    names = ["password"]
    if with_email:
        names.append("email")
    if with_workspace:
        names += ["name", "time_zone", "language"]
    form = Form({name: _text(data, name) for name in names})
    for name, check in _CHECKS.items():
        if name in form.values and (problem := check(form.values[name])):
            form.errors[name] = problem
    return form


def read_workspace(data: Mapping[str, Any]) -> Form:
    form = Form({name: _text(data, name) for name in ("name", "language")})
    for name, value in form.values.items():
        if problem := _CHECKS[name](value):
            form.errors[name] = problem
    return form


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        return ""
    return value if name == "password" else value.strip()


def _password(value: str) -> str:
    if len(value) < MIN_LENGTH:
        return _("Use at least %(n)s characters.") % {"n": MIN_LENGTH}
    return _("Use at most 200 characters.") if len(value) > 200 else ""


def _email(value: str) -> str:
    if EMAIL.fullmatch(value) and len(value) <= 254:
        return ""
    return _("Write an e-mail address, such as you@example.org.")


def _name(value: str) -> str:
    if not value:
        return _("Give it a name.")
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
