"""The texts while somebody writes them: suggested, half done, in one more language."""

from dataclasses import dataclass
from typing import Any

from feedback.i18n import gettext as _
from feedback.scoring import METRICS
from feedback.surveys.models import Question
from feedback.surveys.schemas import sent_texts
from feedback.surveys.texts import (
    BUILT_IN,
    MOST_LANGUAGES,
    TEXTS,
    Texts,
    follow_metric,
    language_code,
    suggested_texts,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form shows, right or wrong. `new_language`: a code that could not be added."""

    metric: str
    texts: Texts
    default_language: str
    is_typo: bool = False
    new_language: str = ""
    language_problem: str = ""


def new_draft(metric: str, name: str, language: str) -> Draft:
    """Our suggestion; `name` is who asks."""
    return Draft(metric, suggested_texts(metric, name), language if language in BUILT_IN else "en")


def draft_of(question: Question) -> Draft:
    """The question as it is, with empty fields where a built-in language has no texts yet."""
    texts = {language: _filled({}) for language in BUILT_IN}
    texts |= {language: _filled(written) for language, written in question.texts.items()}
    return Draft(question.metric, texts, question.default_language)


def read_draft(data: Any, name: str) -> Draft:
    """The form as sent; `do` may ask for another language or for texts that suit the metric."""
    texts, metric = sent_texts(data), str(data.get("metric", ""))
    typed, problem = "", ""
    if data.get("do") == "language":
        typed = str(data.get("new_language", "")).strip()[:40]
        code = language_code(typed)
        problem = _cannot_add(code, texts)
        if code is not None and not problem:
            texts, typed = texts | {code: _filled({})}, ""
    if data.get("do") == "suggest" and metric in METRICS:
        texts = follow_metric(texts, metric, name)
    return Draft(
        metric,
        texts,
        str(data.get("default_language", "")),
        bool(data.get("is_typo")),
        typed,
        problem,
    )


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {key: texts.get(key, "") for key in TEXTS}


def _cannot_add(code: str | None, texts: Texts) -> str:
    if code is None:
        return _("Write a language code such as de, es or pt-BR.")
    if len(texts) >= MOST_LANGUAGES:
        return _("These are as many languages as a survey can have.")
    return ""
