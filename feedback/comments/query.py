"""What was typed into a search, taken apart by us: the same for both databases.

| Written | Finds comments that |
|---|---|
| `caisse attente` | have both words, in any form that has the same stem |
| `"temps d'attente"` | have these words in this order, one after the other |
| `rembours*` | have a word that begins so |
| `-kiosque`, `-"self checkout"` | have it not |

Everything else is a word, or a sign between words. A word of its own that says nothing (`le`,
`the`) is left out; in quotes it is looked for. What makes no sense is said in `Query.problem`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from feedback.comments.indexed import letters_of
from feedback.comments.little_words import is_little
from feedback.comments.places import Place, places
from feedback.comments.stems import LANGUAGES, fold, stem
from feedback.i18n import gettext as _

MOST_WORDS = 50
MOST_TYPED = 5_000  # characters: nobody types more than this, and a pasted file is no search
LEAST_LETTERS = 3  # before a star: fewer begin a word of every second comment

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"−": "-"})
_PIECE = re.compile(r'(-*)"([^"]*)"?(\*?)|[^\s"]+')
_APOSTROPHES = "'’ʼ‘`´＇"
# What stands before an apostrophe is no word of its own: l'attente finds attente.
_ELIDED = frozenset(
    ["c", "d", "j", "l", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu"]
)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow one another, as they were typed but small; `is_prefix`: of the last its
    beginning is enough."""

    words: tuple[str, ...]
    is_prefix: bool = False

    def runs(self) -> list[tuple[str, ...]]:
        """The tokens to look for, one after the other: any of these runs is enough. In a comment
        of an unknown language stand the stems of both."""
        if self.is_prefix:
            return [tuple(map(letters_of, self.words))]
        runs = [tuple(stem(word, language) for word in self.words) for language in LANGUAGES]
        return list(dict.fromkeys(runs))


@dataclass(frozen=True, slots=True)
class Query:
    """All of `wanted` and none of `unwanted`.

    text: as it was typed, without what no page can show. left_out: words that say nothing.
    problem: a sentence where it cannot be searched for; it then finds nothing. An empty query is
    no search: it leaves every comment.
    """

    text: str = ""
    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    left_out: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.text


def parse_query(text: str) -> Query:
    """The query that was typed. Never raises, whatever it is.

    >>> query = parse_query('la caisse -"trop cher" rembours*')
    >>> [term.words for term in query.wanted], query.unwanted[0].words, query.left_out
    ([('caisse',), ('rembours',)], ('trop', 'cher'), ('la',))
    """
    clean = _cleaned(text)
    if not clean:
        return Query()
    shown = clean[:MOST_TYPED]
    if len(clean) > MOST_TYPED:
        return Query(shown, problem=_too_long())
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    left_out: dict[str, None] = {}
    for term, is_unwanted, said in _terms(clean):
        if said:
            left_out[said] = None
        else:
            (unwanted if is_unwanted else wanted)[term] = None
    query = Query(shown, tuple(wanted), tuple(unwanted), tuple(left_out))
    if problem := _problem(query):
        return Query(shown, left_out=query.left_out, problem=problem)
    return query


def _cleaned(text: str) -> str:
    # A lone surrogate can be written into no page and no address; a NUL into no PostgreSQL.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", " ").strip()


def _terms(text: str) -> Iterator[tuple[Term, bool, str]]:
    """Each with whether it is unwanted, and as what it is left out, if so."""
    for piece in _PIECE.finditer(text.translate(_QUOTES)):
        if piece[2] is not None:
            words = [place.word for place in places(piece[2])]
            is_prefix = bool(piece[3]) or piece[2].rstrip().endswith("*")
            if words:
                yield Term(tuple(words), is_prefix), bool(piece[1]), ""
            continue
        typed = piece[0].lstrip("-")
        is_unwanted, found = typed != piece[0], _without_elided(typed, places(typed))
        if not found:
            continue
        is_prefix = typed.rstrip(".,;:!?)").endswith("*")
        is_left_out = (
            not is_unwanted and not is_prefix and all(is_little(place.word) for place in found)
        )
        term = Term(tuple(place.word for place in found), is_prefix)
        yield term, is_unwanted, typed[found[0].start : found[-1].end] if is_left_out else ""


def _without_elided(typed: str, words: list[Place]) -> list[Place]:
    while len(words) > 1 and words[0].word in _ELIDED and typed[words[0].end] in _APOSTROPHES:
        words = words[1:]
    if len(words) > 1 and words[-1].word == "s" and typed[words[-1].start - 1] in _APOSTROPHES:
        words = words[:-1]  # the shop's
    return words


def _problem(query: Query) -> str:
    terms = (*query.wanted, *query.unwanted)
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        return _too_long()
    if any(term.is_prefix and _is_short(term.words[-1]) for term in terms):
        return _("Write at least three letters before the star.")
    if query.wanted:
        return ""
    if query.unwanted:
        return _("Add a word to look for: a search cannot only leave words out.")
    if query.left_out:
        return _("Nearly every comment has these words. Add another one, or put them in quotes.")
    return _("There is no word in this search.")


def _is_short(word: str) -> bool:
    return word.isascii() and len(fold(word)) < LEAST_LETTERS


def _too_long() -> str:
    return _("A search takes at most 50 words. Leave some out.")
