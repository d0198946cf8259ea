"""What the survey forms send, checked field by field."""

import uuid
from dataclasses import dataclass
from typing import Any

from feedback.editor.surveys.own_words import read_words, sent_words
from feedback.i18n import gettext as _
from feedback.scoring import METRICS
from feedback.surveys.texts import FIRST, MOST_LANGUAGES, TEXTS, Texts, language_code
from feedback.web.forms import Form, FormReader

MOST_TOUCHPOINTS = 200


@dataclass(frozen=True, slots=True)
class QuestionIn:
    """Complete texts in at least one language, and the metric they ask for."""

    metric: str
    texts: Texts
    default_language: str
    is_typo: bool = False


@dataclass(frozen=True, slots=True)
class SurveysIn:
    """One question for several touchpoints. `name` is empty where the touchpoint's will do."""

    touchpoint_ids: tuple[uuid.UUID, ...]
    name: str
    question: QuestionIn


def read_question(data: Any) -> Form[QuestionIn]:
    reader = FormReader(data)
    return reader.result(_question(reader))


def read_surveys(data: Any, known: set[uuid.UUID]) -> Form[SurveysIn]:
    """`known` are the touchpoints one may ask at."""
    reader = FormReader(data)
    chosen = tuple(reader.ids("touchpoint"))[:MOST_TOUCHPOINTS]
    if not chosen or not known.issuperset(chosen):
        reader.fail("touchpoint", _("Choose at least one touchpoint."))
    name = reader.line("name")
    return reader.result(SurveysIn(chosen, name, _question(reader)))


def read_name(data: Any) -> Form[str]:
    reader = FormReader(data)
    return reader.result(reader.line("name", missing=_("Give the survey a name.")))


def sent_languages(data: Any) -> list[str]:
    """The languages whose fields the form shows, as they were shown."""
    sent = (language_code(value) for value in FormReader(data).all("language"))
    return (list(dict.fromkeys(filter(None, sent))) or list(FIRST))[:MOST_LANGUAGES]


def sent_texts(data: Any) -> Texts:
    """The texts as typed, blank ones too, and after them the words a survey says in its own way."""
    reader = FormReader(data)
    return {
        language: {key: reader.raw(field_name(language, key)) for key in TEXTS}
        | sent_words(reader, language)
        for language in sent_languages(data)
    }


def field_name(language: str, key: str) -> str:
    return f"text_{language}_{key}"


def _question(reader: FormReader) -> QuestionIn:
    metric = reader.choice("metric", METRICS, "nps")
    texts: Texts = {}
    for language in sent_languages(reader.data):
        written = {
            key: reader.line(field_name(language, key), most=most) for key, most in TEXTS.items()
        }
        if any(written.values()):
            texts[language] = written | read_words(reader, language)
            _ask_for_the_rest(reader, language, written)
    if not texts:
        reader.fail(
            field_name(sent_languages(reader.data)[0], "question"),
            _("Write the texts of at least one language."),
        )
    default = reader.choice("default_language", texts or FIRST, next(iter(texts), "en"))
    return QuestionIn(metric, texts, default, reader.flag("is_typo"))


def _ask_for_the_rest(reader: FormReader, language: str, written: dict[str, str]) -> None:
    for key, text in written.items():
        if not text:
            problem = _("Write this text too, or empty every text of this language.")
            reader.fail(field_name(language, key), problem)
