"""How the choices of the page "Widget" are named, and what it says of a colour."""

from feedback.i18n import format_number
from feedback.i18n import gettext as _
from feedback.surveys.widget_settings.color import BLACK, LEAST, WHITE, contrast, is_color

Choices = list[tuple[str, str]]


def place_choices() -> list[tuple[str, str, str]]:
    """(value, label, what it does)."""
    return [
        ("popup", _("Pop-up"), _("in a corner, over the page, never in the way of typing")),
        ("tab", _("Side tab"), _("a label at the edge; the visitor opens it")),
        ("bar", _("Bottom bar"), _("full width on phones, a corner elsewhere")),
        ("inline", _("In the page"), _("inside an element that you name")),
        (
            "frame",
            _("Frame"),
            _("the survey's own page in a frame: your site cannot read the answers"),
        ),
    ]


def corner_choices() -> Choices:
    return [
        ("bottom-right", _("Bottom right")),
        ("bottom-left", _("Bottom left")),
        ("top-right", _("Top right")),
        ("top-left", _("Top left")),
    ]


def scheme_choices() -> Choices:
    return [
        ("auto", _("As the visitor's device")),
        ("light", _("Always light")),
        ("dark", _("Always dark")),
    ]


def art_choices() -> Choices:
    return [("numbers", _("Numbers")), ("faces", _("Faces")), ("stars", _("Stars"))]


def device_names() -> dict[str, str]:
    return {"phone": _("Phone"), "tablet": _("Tablet"), "desktop": _("Computer")}


def color_notes(color: str, scheme: str) -> list[str]:
    """How well the colour is seen on a light and on a dark page; nothing for no colour."""
    if not is_color(color):
        return []
    on_white, on_black = contrast(color, WHITE), contrast(color, BLACK)
    ratios = {"white": format_number(on_white, 1), "black": format_number(on_black, 1)}
    notes = [_("Contrast: %(white)s to 1 on white, %(black)s to 1 on black.") % ratios]
    if scheme != "dark" and on_white < LEAST:
        notes.append(_("Hard to see on a light page: choose a darker colour, 3 to 1 at least."))
    if scheme != "light" and on_black < LEAST:
        notes.append(_("Hard to see on a dark page: choose a lighter colour, 3 to 1 at least."))
    if len(notes) == 1:
        notes.append(_("It is easy to see."))
    return notes
