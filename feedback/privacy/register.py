"""The entry for the register of processing (GDPR, article 30), filled from what is known."""

from collections.abc import Iterator
from typing import NamedTuple

from feedback.i18n import current_locale
from feedback.i18n import gettext as _
from feedback.privacy.read import Told
from feedback.privacy.words import basis_words, collected_words, kept_words


class Line(NamedTuple):
    """One field of the entry. `is_open`: the company must write it."""

    name: str
    texts: list[str]
    is_open: bool = False


def register_entry(told: Told, *, is_https: bool) -> list[Line]:
    """The fields in the order of the article, in the current language."""
    return list(_lines(told, is_https))


def entry_text(told: Told, lines: list[Line]) -> str:
    """The same as plain text."""
    title = _("Register of processing: %(name)s, customer surveys") % {"name": told.name}
    parts = [title, "=" * len(title), ""]
    for line in lines:
        parts += [line.name, *(f"- {text}" for text in line.texts), ""]
    return "\n".join(parts)


def _lines(told: Told, is_https: bool) -> Iterator[Line]:
    privacy, language = told.privacy, current_locale()
    yield Line(_("Processing"), [_("Short surveys of customers at moments of their journey")])
    yield _written(_("Controller"), privacy.responsible, _("name and address of the company"))
    yield _written(_("Contact"), privacy.contact, _("where people can write"))
    officer = privacy.officer or _("none named; name one where the law asks for it")
    yield Line(_("Data protection officer"), [officer])
    yield _written(
        _("Purposes"), told.text("purpose", language)[0], _("what the answers are asked for")
    )
    yield _written(
        _("Legal basis"), basis_words(told).get(privacy.basis, ""), _("which one you rely on")
    )
    yield Line(
        _("Whose data"),
        [_("Customers and visitors who answer; the team's members, who sign in.")],
    )
    yield Line(
        _("Which data"),
        [
            *collected_words(told, language),
            _("Of the team: e-mail address, role, a hash of the password, signed-in browsers."),
            _("Special categories: none are asked for. A comment is free text and may hold some."),
        ],
    )
    yield _written(
        _("Recipients"),
        told.text("recipients", language)[0],
        _("who runs the server and who else receives answers, or that nobody does"),
    )
    yield Line(
        _("Transfers outside the European Union"),
        [
            _("By the software itself none: no page of it asks anything of another server."),
            _opened(_("where the server and its backups stand")),
        ],
        is_open=True,
    )
    yield Line(_("Time limits"), kept_words(told, language))
    yield Line(_("Security measures"), list(_measures(is_https)), is_open=not is_https)
    yield Line(
        _("How rights are served"),
        [
            _("By the private link after each answer: to see, to correct and to erase it."),
            _("By the team: erasure and a copy of everything of one person."),
        ],
    )


def _measures(is_https: bool) -> Iterator[str]:
    yield _(
        "Who answered is stored under pseudonyms: a keyed hash of the customer number or e-mail "
        "address. The key lies apart from the database."
    )
    yield _("Network addresses of visitors are not stored; logs hold no answers and no names.")
    yield _(
        "The team signs in one by one, with the roles owner, editor and viewer; passwords as "
        "argon2id, sessions as hashes."
    )
    if is_https:
        yield _("All pages by https.")
    else:
        yield _opened(_("encryption on the way (https): FEEDBACK_BASE_URL does not say it"))
    yield _opened(_("encryption of the disks, backups and who may reach the server"))


def _written(name: str, text: str, lacks: str) -> Line:
    return Line(name, [text or _opened(lacks)], is_open=not text)


def _opened(what: str) -> str:
    return _("[to be written: %(what)s]") % {"what": what}
