"""What the index holds of a comment: its stems, then its letters, in the order of the text.

A stem may have cut what `prefix*` looks for (remboursement* and the stem rembours), so the letters
of each word are tokens too, told from stems by how they begin. They are a run of their own:
neighbours in the text are neighbours in each run, and a phrase stays one.
"""

from collections.abc import Iterable

from feedback.comments.stems import as_often_as_counts, fold, stems_of, words_of

# No stem begins so: after its z come hexadecimal digits.
LETTERS = "zw"
MOST_LETTERS = 64
# Past its 16,383rd place PostgreSQL would find phrases where there are none.
MOST_TOKENS = 16_000


def indexed(text: str, language: str) -> str:
    """The tokens of a comment, plain ASCII, space separated; "" as language: it is not known.

    >>> indexed("Les caisses !", "fr")
    'le caiss zwles zwcaisses'
    """
    tokens = [*stems_of(text, language), *letters_of(words_of(text))]
    return " ".join(tokens[:MOST_TOKENS])


def letters_of(words: Iterable[str]) -> list[str]:
    """A token for the folded letters of each word; one of another script by its number.

    >>> letters_of(["élèves", "мы"])
    ['zweleves', 'zwz0043cz0044b']
    """
    return as_often_as_counts([LETTERS + _plain(fold(word)[:MOST_LETTERS]) for word in words])


def _plain(word: str) -> str:
    # Each as long as the other, so that what begins a word begins its token.
    if word.isascii():
        return word
    return "".join(each if each.isascii() else f"z{ord(each):05x}" for each in word)
