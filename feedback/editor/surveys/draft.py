"""The texts while somebody writes them: suggested, half done, in one more language."""

from dataclasses import dataclass
from typing import Any

from feedback.editor.surveys.schemas import sent_texts
from feedback.i18n import gettext as _
from feedback.scoring import METRICS
from feedback.surveys.languages import BUILT_IN
from feedback.surveys.models import Question
from feedback.surveys.texts import (
    FIRST,
    MOST_LANGUAGES,
    TEXTS,
    Texts,
    follow_metric,
    language_code,
    suggested_texts,
)

# What `do` begins with when a language is to be left out; its code follows.
DROP = "drop "


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
    return Draft(metric, suggested_texts(metric, name), language if language in FIRST else "en")


def draft_of(question: Question) -> Draft:
    """The question as it is."""
    texts = {language: _filled(written) for language, written in question.texts.items()}
    return Draft(question.metric, texts, question.default_language)


def read_draft(data: Any, name: str) -> Draft:
    """The form as sent; `do` may ask for one language more or less, or texts for the metric."""
    texts, metric, act = sent_texts(data), str(data.get("metric", "")), str(data.get("do", ""))
    typed, problem = "", ""
    if act == "language":
        typed = str(data.get("other_language") or data.get("new_language") or "").strip()[:40]
        code = language_code(typed)
        problem = _cannot_add(code, texts)
        if code is not None and not problem:
            texts, typed = {**texts, **_new(texts, code, metric, name)}, ""
    if act.startswith(DROP) and len(texts) > 1:
        texts.pop(act.removeprefix(DROP), None)
    if act == "suggest" and metric in METRICS:
        texts = follow_metric(texts, metric, name)
    return Draft(
        metric,
        texts,
        str(data.get("default_language", "")),
        bool(data.get("is_typo")),
        typed,
        problem,
    )


def offered_languages(draft: Draft) -> list[tuple[str, str]]:
    """The built-in languages one may add, each with its own name."""
    return [(code, name) for code, name in BUILT_IN.items() if code not in draft.texts]


def _known(metric: str) -> str:
    return metric if metric in METRICS else "nps"


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {**dict.fromkeys(TEXTS, ""), **texts}


def _new(texts: Texts, code: str, metric: str, name: str) -> Texts:
    """Texts in one more language; none where it is there already."""
    return {} if code in texts else suggested_texts(_known(metric), name, [code])


def _cannot_add(code: str | None, texts: Texts) -> str:
    if code is None:
        return _("Choose a language, or write a code such as eu or pt-BR.")
    if len(texts) >= MOST_LANGUAGES:
        return _("These are as many languages as a survey can have.")
    return ""
