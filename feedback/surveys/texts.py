"""The texts of a question: which there are, in which languages, and what we suggest."""

import re
import unicodedata

from babel import Locale, UnknownLocaleError

from feedback.i18n import current_locale
from feedback.scoring import METRICS

# The texts that are the measurement itself: changed, they open a new series.
SCORE_TEXTS = ("question", "low", "high")
TEXTS = {"question": 300, "low": 60, "high": 60, "comment": 300, "thanks": 300}
BUILT_IN = ("en", "fr")
MOST_LANGUAGES = 24

Texts = dict[str, dict[str, str]]

_COMMENT = {
    "en": ("What is the main reason for your answer?", "Thank you for your answer."),
    "fr": ("Quelle est la raison principale de votre réponse\u202f?", "Merci de votre réponse."),
}
_SATISFIED = {
    "en": ("How satisfied are you with what you just did?", "Very dissatisfied", "Very satisfied"),
    "fr": (
        "Quelle est votre satisfaction à propos de cette étape\u202f?",
        "Pas du tout satisfait",
        "Tout à fait satisfait",
    ),
}
_EASE = {
    "en": ("It was easy to do what I came for.", "Strongly disagree", "Strongly agree"),
    "fr": (
        "Il m’a été facile de faire ce que je voulais.",
        "Pas du tout d’accord",
        "Tout à fait d’accord",
    ),
}
_SCORE = {
    "nps": {
        "en": (
            "How likely are you to recommend {name} to a friend or colleague?",
            "Not at all likely",
            "Extremely likely",
        ),
        "fr": (
            "Quelle est la probabilité que vous recommandiez {name} à un proche\u202f?",
            "Pas du tout probable",
            "Très probable",
        ),
    },
    "csat_5": _SATISFIED,
    "csat_10": _SATISFIED,
    "csat_7": _SATISFIED,
    "csat_3": _SATISFIED,
    "ces_effort_5": {
        "en": (
            "How much effort did it take you to do what you came for?",
            "Very little effort",
            "A great deal of effort",
        ),
        "fr": (
            "Quel effort avez-vous dû fournir pour faire ce que vous vouliez\u202f?",
            "Très peu d’effort",
            "Beaucoup d’effort",
        ),
    },
    "ces_ease_7": _EASE,
    "ces_ease_5": _EASE,
}


def suggested_texts(metric: str, name: str) -> Texts:
    """Complete texts for a metric in every built-in language; `name` is who asks."""
    found = {}
    for language in BUILT_IN:
        question, low, high = _SCORE[metric][language]
        comment, thanks = _COMMENT[language]
        found[language] = {
            "question": question.replace("{name}", name),
            "low": low,
            "high": high,
            "comment": comment,
            "thanks": thanks,
        }
    return found


def follow_metric(texts: Texts, metric: str, name: str) -> Texts:
    """The texts for another metric: what we suggested is suggested anew, own words stay."""
    ours = {language: _ever_suggested(language, name) for language in BUILT_IN}
    suggested = suggested_texts(metric, name)
    return {
        language: {
            key: suggested[language][key] if text in ours.get(language, ()) else text
            for key, text in written.items()
        }
        for language, written in texts.items()
    }


def is_new_wording(old: Texts, new: Texts) -> bool:
    """Whether answers to `new` may not be mixed with answers to `old`.

    Another language added or dropped keeps the line; a score text changed in one does not, and
    neither does a question of which no language is left.
    """
    common = old.keys() & new.keys()
    return not common or any(
        _bare(old[language].get(key, "")) != _bare(new[language].get(key, ""))
        for language in common
        for key in SCORE_TEXTS
    )


def language_code(typed: str) -> str | None:
    """The code as HTML writes it, None when no such language is known.

    >>> language_code("pt_br"), language_code("DE"), language_code("qq"), language_code("../x")
    ('pt-BR', 'de', None, None)
    """
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}", typed.strip()):
        return None
    try:
        found = Locale.parse(typed.strip().replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return None
    return "-".join(part for part in (found.language, found.script, found.territory) if part)


def language_name(code: str) -> str:
    """`German`, `allemand`: in the reader's language."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(current_locale())
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else code


def _bare(text: str) -> str:
    """The words alone: a no-break space in place of a space is read the same."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _ever_suggested(language: str, name: str) -> set[str]:
    return {
        text for metric in METRICS for text in suggested_texts(metric, name)[language].values()
    } | {""}
