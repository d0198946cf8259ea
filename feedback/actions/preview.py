"""The thank-you as a customer will read it, with the sentence as it is being written."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback.actions.schemas import PUBLIC_LENGTH, PlaceIn
from feedback.surveys.customer_texts import complete_texts
from feedback.surveys.texts import language_name
from feedback.web.forms import one_line


@dataclass(frozen=True, slots=True)
class ThanksPreview:
    """`thanks`: what the survey there says, or the usual; `left`: how many characters are."""

    language: str
    language_name: str
    thanks: str
    sentence: str
    left: int


def thanks_previews(
    values: Mapping[str, str],
    places: Mapping[str, PlaceIn],
    texts: Mapping[uuid.UUID, Mapping[str, Any]],
) -> list[ThanksPreview]:
    """One for each language in which something is written. `texts`: of surveys, by touchpoint."""
    place = places.get(values.get("place", ""))
    touchpoint = place.touchpoint_id if place else None
    said = texts.get(touchpoint, {}) if touchpoint else {}
    return [
        ThanksPreview(
            code,
            language_name(code),
            complete_texts(said, code)["thanks"],
            sentence,
            PUBLIC_LENGTH - len(sentence),
        )
        for name, typed in values.items()
        if (code := name.removeprefix("public_")) != name and (sentence := one_line(typed))
    ]
