"""The words of a comment as search and counts compare them.

A stem is plain ASCII, small, and begins with a letter, so that FTS5 and PostgreSQL cut a text of
stems alike. A word is folded first (NFKC, case, accents), then stemmed: whoever types it without
its accents means the same word. What is no Latin word is "z" and its UTF-8 in hexadecimal, so that
it still has its prefixes; words that begin with z are, too, so that none is taken for another:

| text                              | stems                                                |
|-----------------------------------|------------------------------------------------------|
| Les élèves, élevées               | le elev elev                                         |
| l'attente; can't wait             | l attent; cant wait                                  |
| zone 2                            | z7a6f6e z32                                        |
| Thai, Chinese, Japanese, an emoji | one each letter: a word is searched as a phrase      |

No word is left out, "the" and "le" are found too.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

import snowballstemmer

STEMMERS = {"fr": snowballstemmer.stemmer("french"), "en": snowballstemmer.stemmer("english")}
LANGUAGES = tuple(STEMMERS)
# Between the stems by one language and by the other: no word's stem.
BOUNDARY = "z"
# Letters of a word that count. PostgreSQL leaves out a word of more than 2,047 bytes.
MOST_LETTERS = 64
# So often a stem stands in a text of stems: of more PostgreSQL keeps no places.
MOST_PLACES = 255
KEPT = 50_000  # words whose stem is in memory: some 10 MB

_PLAIN = re.compile(r"[a-y][a-z0-9]*")
# Of a French word without its accents: payée, améliorées; caissière.
_FEMININE = re.compile(r"(?<=..e)es?$|(?<=...ier)es?$")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
_ACCENTS = re.compile("[\u0300-\u036f]")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]")
_APOSTROPHES = str.maketrans("'\u02bc", "\u2019\u2019")


def _marks() -> str:
    """Signs that belong to the letter before them."""
    return "".join(c for c in map(chr, range(0x300, 0x1E00)) if unicodedata.category(c)[0] == "M")


# Written without spaces: Thai to Khmer, the scripts of China and Japan.
_ALONE = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u1a5f"
    "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_PICTURES = "\u2190-\u24ff\u25a0-\u2bff\U0001f000-\U0001faff"  # without what masks words
WORD = re.compile(
    # can't and doesn't are one word each, d'accueil is two
    rf"(?:(?![{_ALONE}])[^\W_])(?:(?![{_ALONE}])(?:[^\W_]|[{_marks()}]|(?<=n)\u2019(?=t\b)))*"
    rf"|(?=[{_ALONE}])(?:[^\W_]|[{_marks()}])|[{_PICTURES}]"
)


def stems_of(text: str, language: str) -> list[str]:
    """The stems of a text in its order. language: "fr" or "en"; of another, or an unknown one,
    both are given, the text twice with BOUNDARY between where they differ.

    >>> stems_of("L'attente était trop longue ; 2 élèves", "fr")
    ['l', 'attent', 'etait', 'trop', 'longu', 'z32', 'elev']
    >>> stems_of("Livraisons", "fr") == stems_of("livraison", "fr")
    True
    >>> stems_of("long queues", "")
    ['long', 'queu', 'z', 'long', 'queue']
    """
    words = words_of(text)
    if language in STEMMERS:
        found = [stem(word, language) for word in words]
    else:
        found, *others = ([stem(word, each) for word in words] for each in LANGUAGES)
        for other in others:
            if other != found:
                found = [*found, BOUNDARY, *other]
    return as_often_as_counts(found)


def stem_words(text: str, language: str) -> list[tuple[str, str]]:
    """(stem, form) of each word in the order of the text; a form is the word as it was written,
    small. In an unknown language a text with accents is taken for French, else for English.

    >>> stem_words("Trop d'Élèves", "fr")
    [('trop', 'trop'), ('d', 'd'), ('elev', 'élèves')]
    """
    words = words_of(text)
    if language not in STEMMERS:
        has_accents = any(not word.isascii() and fold(word).isascii() for word in words)
        language = "fr" if has_accents else "en"
    return [(stem(word, language), word) for word in words]


def words_of(text: str) -> list[str]:
    """The words of a text in its order: small, composed, with their accents."""
    return WORD.findall(small(text))


def small(text: str) -> str:
    """As its words are cut: small, composed, without what is not seen."""
    seen = UNSEEN.sub("", unicodedata.normalize("NFKC", text).lower()).translate(_APOSTROPHES)
    return unicodedata.normalize("NFC", seen)


def as_often_as_counts(stems: list[str]) -> list[str]:
    """Without what PostgreSQL would keep no place of."""
    if len(stems) <= MOST_PLACES:
        return stems
    seen: Counter[str] = Counter()
    kept = []
    for each in stems:
        seen[each] += 1
        if seen[each] <= MOST_PLACES:
            kept.append(each)
    return kept


@lru_cache(maxsize=KEPT)
def stem(word: str, language: str) -> str:
    """The stem of one word, as `words_of` gives it."""
    folded = fold(word)[:MOST_LETTERS]
    if folded.isascii() and folded.isalpha():
        folded = STEMMERS[language].stemWord(
            _FEMININE.sub("", folded) if language == "fr" else folded
        )
        if language == "fr" and folded.endswith("y"):  # payé as payer
            folded = f"{folded[:-1]}i"
    return folded if _PLAIN.fullmatch(folded) else "z" + folded.encode().hex()


def fold(word: str) -> str:
    """Its letters without case and accents."""
    if word.isascii():
        return word
    word = word.casefold().replace("\u2019", "").translate(_LIGATURES)
    apart = unicodedata.normalize("NFKD", word)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
