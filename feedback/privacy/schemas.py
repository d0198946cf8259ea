"""What the form of the privacy page sends, checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from feedback.accounts.schemas import EMAIL
from feedback.i18n import LOCALES, speaking
from feedback.i18n import gettext as _
from feedback.privacy.models import STORAGES, Privacy
from feedback.privacy.read import TEXTS
from feedback.web.forms import Form, FormReader

BASES = ("", "interest", "consent", "contract", "task")
MOST_LINE = 300
FEWEST_MONTHS, MOST_MONTHS = 1, 120
WEB_ADDRESS = re.compile(r"https?://[\w.-]+\.\w[\w-]*(/\S*)?")


@dataclass(frozen=True, slots=True)
class PrivacyIn:
    """Everything of the form; `storage` is None where it was left open."""

    responsible: str
    contact: str
    officer: str
    basis: str
    texts: dict[str, dict[str, str]]
    keep_texts_months: int | None
    storage: str | None

    def write(self, privacy: Privacy) -> None:
        """Put it into the row; a storage that was chosen stays until another is."""
        privacy.responsible, privacy.contact = self.responsible, self.contact
        privacy.officer, privacy.basis = self.officer, self.basis
        privacy.texts = self.texts
        privacy.keep_texts_months = self.keep_texts_months
        privacy.storage = self.storage or privacy.storage


def read_privacy(data: Any) -> Form[PrivacyIn]:
    reader = FormReader(data)
    sent = PrivacyIn(
        responsible=reader.line("responsible", most=MOST_LINE),
        contact=_contact(reader),
        officer=reader.line("officer", most=MOST_LINE),
        basis=reader.choice("basis", BASES),
        texts={code: _texts(reader, code) for code in LOCALES},
        keep_texts_months=_months(reader),
        storage=reader.choice("storage", ("", *STORAGES)) or None,
    )
    return reader.result(sent)


def fields_of(privacy: Privacy, name: str) -> dict[str, str]:
    """The form as it is stored; of a page that nobody wrote yet, as we suggest it."""
    months = privacy.keep_texts_months
    values = {
        "responsible": privacy.responsible,
        "contact": privacy.contact,
        "officer": privacy.officer,
        "basis": privacy.basis,
        "keep_texts_months": "" if months is None else str(months),
        "storage": privacy.storage or "",
    }
    texts = privacy.texts or suggested(name)
    for code in LOCALES:
        values |= {field_name(text, code): texts.get(code, {}).get(text, "") for text in TEXTS}
    return values


def field_name(text: str, code: str) -> str:
    return f"{text}_{code}"


def suggested(name: str) -> dict[str, dict[str, str]]:
    """A purpose to keep or to change, in each language."""
    found = {}
    for code in LOCALES:
        with speaking(code):
            purpose = _(
                "We ask what you experienced at one moment with %(name)s, to see what to mend and "
                "whether it helped. Your answers are read as scores and by the people who look "
                "after that moment."
            )
            found[code] = {"purpose": purpose % {"name": name}}
    return found


def contact_link(contact: str) -> str:
    """The address that a contact leads to; empty where it is none.

    >>> contact_link("privacy@shop.example"), contact_link("1 High Street, Leeds")
    ('mailto:privacy@shop.example', '')
    """
    if EMAIL.fullmatch(contact) and contact.isascii():
        return f"mailto:{quote(contact, safe='@')}"  # a ? would begin headers of the mail
    return contact if WEB_ADDRESS.fullmatch(contact) else ""


def _contact(reader: FormReader) -> str:
    contact = reader.line(
        "contact",
        most=MOST_LINE,
        missing=_(
            "Say where people can write about their answers: an e-mail address, a web page or a "
            "postal address. Without it the page cannot be saved."
        ),
    )
    if contact and not _reaches_somebody(contact):
        reader.fail(
            "contact",
            _(
                "Nobody can be reached by this. Write an e-mail address, a web page that begins "
                "with https://, a telephone number or a postal address."
            ),
        )
    return contact


def _reaches_somebody(contact: str) -> bool:
    """Whether it holds an address of some kind.

    >>> [_reaches_somebody(c) for c in ("dpo@shop.example", "+33 1 23 45 67 89", "-", "the boss")]
    [True, True, False, False]
    >>> _reaches_somebody("Shop Ltd, 1 High Street, Leeds")
    True
    """
    if EMAIL.search(contact) or WEB_ADDRESS.search(contact):
        return True
    digits = sum(letter.isdigit() for letter in contact)
    letters = sum(letter.isalpha() for letter in contact)
    return digits >= 6 or (digits >= 1 and letters >= 8)


def _texts(reader: FormReader, code: str) -> dict[str, str]:
    read: Mapping[str, str] = {
        text: reader.paragraphs(field_name(text, code), most=most) for text, most in TEXTS.items()
    }
    return {text: written for text, written in read.items() if written}


def _months(reader: FormReader) -> int | None:
    months = reader.number("keep_texts_months")
    if months is None:
        return None
    if not FEWEST_MONTHS <= months <= MOST_MONTHS or months != int(months):
        reader.fail(
            "keep_texts_months",
            _("Write whole months from %(least)s to %(most)s, or nothing.")
            % {"least": FEWEST_MONTHS, "most": MOST_MONTHS},
        )
        return None
    return int(months)
