"""What an empty dashboard says: what will be here, and the one next step."""

from dataclasses import dataclass

from feedback.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty page: what will be here, and the one next step."""

    title: str
    text: str
    href: str
    action: str


def no_journey() -> Nothing:
    return Nothing(
        _("No journey yet"),
        _(
            "Here each stage of your customers' journey will show its score of the month, "
            "its trend and its touchpoints. Start with a journey and its stages."
        ),
        "/journeys/new",
        _("Make a journey"),
    )


def no_answers() -> Nothing:
    return Nothing(
        _("No answers yet"),
        _(
            "Publish a survey at one touchpoint and share it: its first answer shows here "
            "within seconds. Tests are not counted."
        ),
        "/surveys",
        _("Go to the surveys"),
    )
