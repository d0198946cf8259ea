"""Words as people write them: of the stems of a word the form that is written most."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from feedback.comments.places import Place, places
from feedback.comments.stems import LANGUAGES, stem
from feedback.comments.word_texts import Word

# An address is nobody's word: of mail, of a page.
_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+", re.IGNORECASE)
# A capital after it says nothing of the word.
_BEGINS = re.compile(r"(?:^|[.!?:;…\n])[\s\W]*$")


def commonest_forms(
    words: Iterable[Word], texts: Mapping[Word, Sequence[tuple[str, str]]]
) -> dict[Word, str]:
    """The form of each word that most of its texts have, the first in the alphabet of several, with
    its capitals where most have them within a sentence; a word that stands in addresses alone has
    none. texts: with their languages.

    >>> said = [("Caisse fermée", "fr"), ("La caisse", "fr"), ("Deux caisses", "fr")]
    >>> commonest_forms([("caiss",)], {("caiss",): said})
    {('caiss',): 'caisse'}
    """
    found: dict[Word, str] = {}
    for word in words:
        forms: Counter[str] = Counter()
        written: dict[str, Counter[str]] = defaultdict(Counter)
        for text, language in texts.get(word, ()):
            seen = list(forms_in(text, language, word))
            forms.update({small for small, _ in seen})
            for small, as_written in seen:
                written[small].update([as_written] if as_written else [])
        if forms:
            form = min(forms, key=lambda form: (-forms[form], form))
            found[word] = min(written[form], key=lambda w: (-written[form][w], w), default=form)
    return found


def forms_in(text: str, language: str, word: Word) -> Iterator[tuple[str, str]]:
    """As what a word stands in a text: small, and as it is written, "" where a sentence begins.

    >>> list(forms_in("Shop! Ask help@shop.example or the PayPal shop", "en", ("shop",)))
    [('shop', ''), ('shop', 'shop')]
    """
    languages = (language,) if language in LANGUAGES else LANGUAGES
    for piece in _ADDRESS.split(text):
        found = places(piece)
        for each in languages:
            stems = [stem(place.word, each) for place in found]
            for at in range(len(stems) - len(word) + 1):
                if tuple(stems[at : at + len(word)]) == word:
                    yield _form(piece, found[at : at + len(word)])


def _form(text: str, found: Sequence[Place]) -> tuple[str, str]:
    small = " ".join(place.word for place in found)
    if _BEGINS.search(text[: found[0].start]):
        return small, ""
    return small, " ".join(text[place.start : place.end] for place in found)
