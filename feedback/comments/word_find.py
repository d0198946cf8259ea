"""Which words are shown of two sets of texts: those that set them apart, or those said most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import TYPE_CHECKING

import msgspec

from feedback.comments.query import parse_query
from feedback.comments.word_count import Corpus, Counted, Part
from feedback.comments.word_texts import Word
from feedback.i18n import format_number
from feedback.i18n import gettext as _
from feedback.scoring import Telling, telling_words
from feedback.scoring.words import ENOUGH_TEXTS, LEAST_USES

if TYPE_CHECKING:
    from feedback.comments.word_count import Array

SHOWN = 10  # words of a side
LOOKED_AT = 40  # of the words found, those furthest beyond chance
MOST_SAID = 5  # where nothing is claimed
LEAST_SAID = 3  # people, there
SAME_TEXTS = 0.7  # of the texts of two words: they are of one thing, and one of them says it


class Said(msgspec.Struct, frozen=True):
    """A word as it is written. texts: how many of its side have it, as a list of them has.

    people: who said it, and who did on the other side. Where a claim is made: how many times as
    often this side says it, between low and high (95 %), and z, each as seen from this side.
    """

    form: str
    texts: int
    people: int
    others: int
    times: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None

    @property
    def limits(self) -> str:
        """How many times as often, in words; only the lower limit where the other side never says
        it: the rest is as good as any number."""
        if self.times is None or self.low is None or self.high is None:
            return ""
        if not self.others:
            return _("at least %(low)s") % {"low": format_number(self.low, 1)}
        three = (format_number(each, 1) for each in (self.times, self.low, self.high))
        return _("%(times)s (%(low)s to %(high)s)") % dict(
            zip(("times", "low", "high"), three, strict=True)
        )


class Side(msgspec.Struct, frozen=True):
    """One set of texts: how many there are, uses of all words in it, its words."""

    texts: int
    uses: int
    words: tuple[Said, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """What is shown. is_claim: the words set the two sides apart; else they are said most.

    tried: how many words were; passed: how many of them set a side apart, shown or not.
    """

    first: Side
    second: Side
    is_claim: bool
    tried: int = 0
    passed: int = 0


@dataclass(frozen=True)
class Search:
    """Two sets of texts, and the words of each that may be shown."""

    corpus: Corpus
    texts: "tuple[Array, Array]"
    counted: Counted
    told: Telling[Word] | None
    chosen: tuple[tuple[Word, ...], tuple[Word, ...]] = field(default=((), ()))

    def words(self) -> set[Word]:
        """Those whose forms are to be found out."""
        return {word for side in self.chosen for word in side}

    def found(self, forms: Mapping[Word, str]) -> Found:
        """What is shown, of the words that have a form."""
        first, second = (self._side(at, forms) for at in (0, 1))
        if self.told is None:
            return Found(first, second, is_claim=False)
        passed = len(self.told.first) + len(self.told.second)
        return Found(first, second, True, self.told.tried, passed)

    def _side(self, at: int, forms: Mapping[Word, str]) -> Side:
        shown: dict[str, Said] = {}
        for word in self.chosen[at]:
            form = forms.get(word, "")
            if form and form not in shown and (said := self._said(at, word, form)):
                shown[form] = said
        most = MOST_SAID if self.told is None else SHOWN
        uses = (self.counted.totals.first, self.counted.totals.second)[at]
        return Side(self.counted.texts[at], uses, tuple(shown.values())[:most])

    def _said(self, at: int, word: Word, form: str) -> Said | None:
        terms = parse_query(query_of(form)).wanted
        if len(terms) != 1:
            return None
        texts = len(self.corpus.holding(terms[0].runs(), self.texts[at]))
        if not texts:
            return None
        if self.told is None:
            people = [
                self.corpus.people_of(self.corpus.holding([word], self.texts[side]))
                for side in (at, 1 - at)
            ]
            return Said(form, texts, *people)
        uses, odds = self.counted.words[word], self.told.odds[word]
        if at == 0:
            times = (exp(odds.difference), exp(odds.low), exp(odds.high), odds.z)
            return Said(form, texts, uses.first, uses.second, *times)
        times = (exp(-odds.difference), exp(-odds.high), exp(-odds.low), -odds.z)
        return Said(form, texts, uses.second, uses.first, *times)


def query_of(form: str) -> str:
    """What is typed to find a word: two stand in quotes.

    >>> query_of("till"), query_of("card refused")
    ('till', '"card refused"')
    """
    return f'"{form}"' if " " in form else form


def search(part: Part, first: "Array", second: "Array") -> Search:
    """The words of two sets of texts that share none. part: that holds both."""
    corpus = part.corpus
    first, second = corpus.shown(first), corpus.shown(second)
    counted = part.count(first, second)
    told = (
        telling_words(counted.words, counted.totals) if min(counted.texts) >= ENOUGH_TEXTS else None
    )
    made = Search(corpus, (first, second), counted, told)
    if told is not None:
        sides: list[Sequence[Word]] = [told.first, told.second]
        least = LEAST_USES
    else:
        least = LEAST_USES if corpus.cell.any() else LEAST_SAID
        sides = [[word for word, _ in part.most_said(each, least)] for each in (first, second)]
    chosen = tuple(
        _apart(corpus, side[:LOOKED_AT], each, least)
        for side, each in zip(sides, made.texts, strict=True)
    )
    return Search(corpus, made.texts, counted, told, (chosen[0], chosen[1]))


def _apart(corpus: Corpus, words: Sequence[Word], texts: "Array", least: int) -> tuple[Word, ...]:
    """Of words that stand in the same texts one, in the place of the first: a pair rather than a
    word of it. None that only hidden comments have, or so few people in the others."""
    chosen: list[tuple[Word, Array]] = []
    for word in words:
        at = corpus.holding([word], texts)
        if corpus.people_of(at[corpus.is_hidden[at] == 0]) < least:
            continue
        same = next((n for n, (_, known) in enumerate(chosen) if _overlap(at, known)), None)
        if same is None:
            chosen.append((word, at))
        elif len(word) > len(chosen[same][0]) and set(chosen[same][0]) < set(word):
            chosen[same] = (word, at)
    return tuple(word for word, _ in chosen)


def _overlap(one: "Array", other: "Array") -> bool:
    import numpy as np

    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared >= SAME_TEXTS * (len(one) + len(other) - shared)
