"""The texts of a question: which there are, in which languages, and what we suggest."""

import re
import unicodedata
from collections.abc import Iterable

from babel import Locale, UnknownLocaleError

from feedback.i18n import current_locale
from feedback.scoring import METRICS
from feedback.surveys.customer_texts import respondent_texts
from feedback.surveys.languages import built_in

# The texts that are the measurement itself: changed, they open a new series.
SCORE_TEXTS = ("question", "low", "high")
TEXTS = {"question": 300, "low": 60, "high": 60, "comment": 300, "thanks": 300}
# The languages of a survey that nobody has chosen any for yet.
FIRST = ("en", "fr")
MOST_LANGUAGES = 24

Texts = dict[str, dict[str, str]]

# Where a metric's suggestions are in a file of `respondent/`, and what its lowest and its highest
# rating mean there. Every file names its ends by their meaning: no language can swap them.
_SUGGESTED = {
    "nps": ("recommend", "unlikely", "likely"),
    "csat_5": ("satisfaction", "dissatisfied", "satisfied"),
    "csat_10": ("satisfaction", "dissatisfied", "satisfied"),
    "csat_7": ("satisfaction", "dissatisfied", "satisfied"),
    "csat_3": ("satisfaction", "dissatisfied", "satisfied"),
    "ces_effort_5": ("effort", "little", "much"),
    "ces_ease_7": ("ease", "disagree", "agree"),
    "ces_ease_5": ("ease", "disagree", "agree"),
}


def suggested_texts(metric: str, name: str, languages: Iterable[str] = FIRST) -> Texts:
    """Complete texts for a metric; `name` is who asks. Empty in a language that is not built in."""
    return {language: _suggested(metric, name, language) for language in languages}


def follow_metric(texts: Texts, metric: str, name: str) -> Texts:
    """The texts for another metric: what we suggested is suggested anew, own words stay."""
    return {
        language: _follow(written, metric, name, language) for language, written in texts.items()
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


def _suggested(metric: str, name: str, language: str) -> dict[str, str]:
    code = built_in(language)
    if code is None:
        return dict.fromkeys(TEXTS, "")
    section, low, high = _SUGGESTED[metric]
    file = respondent_texts(code)
    return {
        "question": file[section]["question"].replace("{name}", name),
        "low": file[section][low],
        "high": file[section][high],
        **file["suggested"],
    }


def _follow(written: dict[str, str], metric: str, name: str, language: str) -> dict[str, str]:
    ever = {text for each in METRICS for text in _suggested(each, name, language).values()}
    suggested = _suggested(metric, name, language)
    return {
        key: suggested.get(key, text) if not text or text in ever else text
        for key, text in written.items()
    }
