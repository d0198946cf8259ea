"""Which languages the built-in words speak, and which of a survey's a customer reads."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

DEFAULT: Final = "en"

# Each by its own name as it stands alone, in the order of a list to choose from. Babel has 25 so
# as in a sentence, or with the script in brackets. Its words: `respondent/<code>.toml`.
BUILT_IN: Final = {
    "id": "Bahasa Indonesia",
    "ms": "Bahasa Melayu",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "et": "Eesti",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "hr": "Hrvatski",
    "it": "Italiano",
    "lv": "Latviešu",
    "lt": "Lietuvių",
    "hu": "Magyar",
    "nl": "Nederlands",
    "nb": "Norsk bokmål",
    "pl": "Polski",
    "pt": "Português",
    "pt-BR": "Português (Brasil)",
    "ro": "Română",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "fi": "Suomi",
    "sv": "Svenska",
    "vi": "Tiếng Việt",
    "tr": "Türkçe",
    "el": "Ελληνικά",
    "bg": "Български",
    "uk": "Українська",
    "he": "עברית",
    "ar": "العربية",
    "th": "ไทย",
    "ko": "한국어",
    "ja": "日本語",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}

# Written in one way, understood by all who ask for the other.
_SAME: Final = {"no": "nb", "nn": "nb", "iw": "he", "in": "id"}
_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})


def choose_language(wanted: Iterable[str], offered: Sequence[str], default: str) -> str:
    """The first wanted language that is offered, a near relative counting too.

    >>> choose_language(["de", "fr-CA", "en"], ["en", "fr"], "en")
    'fr'
    >>> choose_language(["pt"], ["en", "pt-BR"], "en"), choose_language([], ["fr"], "en")
    ('pt-BR', 'fr')
    >>> choose_language(["zh-TW"], ["zh-Hans", "zh-Hant"], "en")
    'zh-Hant'
    """
    if found := _first_offered(wanted, offered):
        return found
    return default if default in offered or not offered else offered[0]


@lru_cache(maxsize=1024)
def built_in(language: str) -> str | None:
    """The built-in language that suits this one, None where there is none.

    >>> built_in("fr-CA"), built_in("zz")
    ('fr', None)
    """
    return _first_offered([language], list(BUILT_IN))


def kin(roots: Iterable[str]) -> list[str]:
    """Languages without their country, and the other codes under which their readers come.

    >>> kin(["en", "nb"]), kin([])
    (['en', 'nb', 'nn', 'no'], [])
    """
    families = {_family(_normal(root)) for root in roots}
    return sorted(families | {code for code, other in _SAME.items() if other in families})


@lru_cache(maxsize=1024)
def direction(language: str) -> str:
    """`rtl` or `ltr`, as HTML's `dir` has it; of a language that Babel does not know, `ltr`.

    >>> direction("ar-EG"), direction("pt-BR"), direction("uz-Arab")
    ('rtl', 'ltr', 'rtl')
    """
    code = _family(_normal(language))
    for known in (code, code.split("-")[0]):
        with suppress(ValueError, UnknownLocaleError):
            return Locale.parse(known, sep="-").text_direction
    return "ltr"


def accepted_languages(header: str) -> list[str]:
    """The codes of an Accept-Language header, the most wanted first.

    >>> accepted_languages("de;q=0.5, fr-CA, en;q=x")
    ['fr-CA', 'de']
    """
    found = []
    for part in header.split(","):
        code, _, quality = part.strip().partition(";q=")
        try:
            found.append((-float(quality or 1), code))
        except ValueError:
            continue
    return [code for _, code in sorted(found, key=lambda pair: pair[0]) if code]


def _first_offered(wanted: Iterable[str], offered: Sequence[str]) -> str | None:
    exact = {_normal(code): code for code in offered}
    family = {_family(_normal(code)): code for code in reversed(offered)}
    short = {code.split("-")[0]: offers for code, offers in family.items()}
    for code in map(_normal, wanted):
        kin, root = _family(code), code.split("-")[0]
        found = (
            exact.get(code) or family.get(kin) or exact.get(root) or short.get(kin.split("-")[0])
        )
        if found:
            return found
    return None


def _normal(code: str) -> str:
    return code.strip().replace("_", "-").lower()


def _family(code: str) -> str:
    """The code under which kin meet: Chinese by its script, Norwegian as one."""
    root, *parts = code.split("-")
    if root == "zh":
        return "zh-hant" if _TRADITIONAL.intersection(parts) else "zh-hans"
    return "-".join([_SAME.get(root, root), *parts])
