"""What the privacy page and the register say alike, in the current language."""

from collections.abc import Iterator, Sequence

from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.privacy.read import Told


def basis_words(told: Told) -> dict[str, str]:
    """By the code of a legal basis, the sentence that says it."""
    name = {"name": told.name}
    return {
        "interest": _(
            "the legitimate interest of %(name)s in knowing how its customers fare (GDPR, article "
            "6(1)(f)). You may object at any time."
        )
        % name,
        "consent": _(
            "your consent (GDPR, article 6(1)(a)). You may take it back at any time, for what is "
            "to come."
        ),
        "contract": _("the contract between you and %(name)s (GDPR, article 6(1)(b)).") % name,
        "task": _("a task in the public interest (GDPR, article 6(1)(e))."),
    }


def basis_choices() -> list[tuple[str, str]]:
    """(code, name) for the form."""
    return [
        ("", _("not said")),
        ("interest", _("legitimate interest")),
        ("consent", _("consent")),
        ("contract", _("contract")),
        ("task", _("public interest")),
    ]


def collected_words(told: Told, language: str) -> list[str]:
    """What is stored with an answer, one sentence each."""
    return list(_collected(told, language))


def _collected(told: Told, language: str) -> Iterator[str]:
    asked = told.collected
    if asked.names:
        yield _(
            "the rating, its day and time, the language, and the way it came: site, link, e-mail, "
            "QR code or kiosk"
        )
    else:
        yield _(
            "the rating, its day without the time, the language, and the way it came: site, link, "
            "e-mail, QR code or kiosk"
        )
    if asked.comment:
        yield _("the comment, if one is written, as it is written: please name nobody in it")
    if asked.choices:
        yield _("what is chosen in the questions after the rating")
    if asked.moments:
        yield _("which moments counted most")
    if asked.names:
        yield from _naming(told, language)
    if asked.unnamed and asked.names:
        yield _(
            "Where a question says that it does not record who you are, none of the last three: "
            "no page, no hash, no time of day, and nothing that leads from your device to the "
            "answer."
        )
    elif asked.unnamed:
        yield _(
            "Not stored: who you are, the page, the time of day, and whatever would lead from your "
            "device to the answer. So nobody can find it again to show, change or erase it for you."
        )
    if asked.kept and asked.unnamed:
        yield _("details that these questions keep: %(names)s") % {"names": ", ".join(asked.kept)}


def _naming(told: Told, language: str) -> Iterator[str]:
    yield _("on a site: the address of the page, without what follows ? or #")
    details, _language = told.text("details", language)
    if details:
        yield _("details that the site sends along: %(details)s") % {"details": details}
    else:
        yield _("details that the site may send along, such as a plan or a country")
    yield _(
        "where the site or a personal link says who answers: a keyed hash of the customer number "
        "or e-mail address, and of the order or visit in question. Numbers and addresses "
        "themselves are not stored. The hash is pseudonymous: it joins the answers of one person, "
        "and stays personal data."
    )


def kept_words(told: Told, language: str) -> list[str]:
    """How long answers are kept."""
    said, _language = told.text("how_long", language)
    months = told.privacy.keep_texts_months
    lines = [said] if said else []
    if months is not None:
        lines.append(
            ngettext(
                "%(n)s month after the answer, or within the month that follows, what was "
                "written, the details and the address of the page are erased. The rating, what "
                "was chosen and the hash stay.",
                "%(n)s months after the answer, or within the month that follows, what was "
                "written, the details and the address of the page are erased. The rating, what "
                "was chosen and the hash stay.",
                months,
            )
            % {"n": months}
        )
    return lines or [
        _("Until %(name)s erases the answer, or whoever gave it does.") % {"name": told.name}
    ]


def storage_names() -> dict[str, str]:
    """What the widget may keep before an act, in short."""
    return {"after-act": _("Nothing before an act"), "visit": _("One mark of the visit")}


def storage_meanings() -> dict[str, str]:
    """What each choice keeps on a visitor's device, and what it means for the site."""
    return {
        "after-act": _(
            "Until visitors answer a question or close it, their browser keeps nothing of it. "
            "Pop-ups then come only when your site calls them or tells an event; questions in the "
            "page and side tabs come as always."
        ),
        "visit": _(
            "Pop-ups come by themselves. So that one that was ignored does not return on every "
            "page, the browser keeps which survey was shown and the draw of the sample, until the "
            "tab is closed (sessionStorage, feedback-visit). In the European Union and in Britain "
            "such a mark needs consent unless it is strictly necessary: your counsel decides."
        ),
    }


def lacking_words(told: Told) -> list[str]:
    """What a page cannot do without and does not say yet."""
    names = {"purpose": _("what the answers are for"), "contact": _("whom to write to")}
    return [names[lack] for lack in told.lacks]


def lacking_sentence(lacks: Sequence[str]) -> str:
    """What is said of a page that lacks something, wherever a survey is published."""
    what = ", ".join(lacks)
    return _("The privacy page that people are led to lacks: %(what)s.") % {"what": what}


def text_names() -> dict[str, tuple[str, str]]:
    """(label, help) of what is written by hand, by name."""
    return {
        "purpose": (_("What the answers are for"), ""),
        "how_long": (
            _("How long answers are kept"),
            _("In words, such as: three years after your last order."),
        ),
        "recipients": (
            _("Who else receives answers"),
            _("Such as the company that runs your server. Empty: nothing is said of it."),
        ),
        "details": (
            _("Which details your site sends along"),
            _("The properties of your tag and links, in words: your plan, your country."),
        ),
    }
