"""What the index holds of a comment: its stems, then its letters, in the order of the text.

A stem may have cut what `prefix*` looks for (remboursement* and the stem rembours), so the letters
of each word are tokens too, told from stems by how they begin. They are a run of their own:
neighbours in the text are neighbours in each run, and a phrase stays one.
"""

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
    letters = as_often_as_counts([letters_of(word) for word in words_of(text)])
    return " ".join([*stems_of(text, language), *letters][:MOST_TOKENS])


def letters_of(word: str) -> str:
    """The token of a word's folded letters; one of another script by its number.

    >>> letters_of("élèves"), letters_of("мы")
    ('zweleves', 'zwz0043cz0044b')
    """
    return LETTERS + "".join(map(_plain, fold(word)[:MOST_LETTERS]))


def _plain(letter: str) -> str:
    # Each as long as the other, so that what begins a word begins its token.
    return letter if letter.isascii() else f"z{ord(letter):05x}"
