"""Words as people write them: of the stems of a word the form that is written most."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from feedback.comments.stems import BOUNDARY, LANGUAGES, stem_words
from feedback.comments.word_count import Word

# An address is nobody's word: of mail, of a page.
_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+", re.IGNORECASE)


def commonest_forms(
    words: Iterable[Word], texts: Mapping[Word, Sequence[tuple[str, str]]]
) -> dict[Word, str]:
    """The form of each word that most of its texts have, small, the first in the alphabet of
    several; a word that stands in addresses alone has none. texts: with their languages.

    >>> said = [("Caisse fermée", "fr"), ("La caisse", "fr"), ("Deux caisses", "fr")]
    >>> commonest_forms([("caiss",)], {("caiss",): said})
    {('caiss',): 'caisse'}
    """
    found: dict[Word, str] = {}
    for word in words:
        forms: Counter[str] = Counter()
        for text, language in texts.get(word, ()):
            forms.update(set(forms_in(text, language, word)))
        if forms:
            found[word] = min(forms, key=lambda form: (-forms[form], form))
    return found


def forms_in(text: str, language: str, word: Word) -> list[str]:
    """As what a word stands in a text.

    >>> forms_in("Ask help@shop.example or the shop", "en", ("shop",))
    ['shop']
    """
    languages = (language,) if language in LANGUAGES else LANGUAGES
    found: list[str] = []
    for each in languages:
        pairs: list[tuple[str, str]] = []
        for piece in _ADDRESS.split(text):
            pairs += [*stem_words(piece, each), (BOUNDARY, "")]
        stems = [stem for stem, _ in pairs]
        found += [
            " ".join(form for _, form in pairs[at : at + len(word)])
            for at in range(len(pairs))
            if tuple(stems[at : at + len(word)]) == word
        ]
    return found
