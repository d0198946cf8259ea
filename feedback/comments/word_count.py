"""Counts the words of all comments of a workspace: for any two sets of texts, who says what.

Texts come in as their stems and are kept as numbers, so that the largest workspace is counted in
seconds and in one process's memory (docs/decisions/0031). A word is one stem or two that stand side
by side, none of which is a stop word or a number; counted are those that `LEAST_USES` texts of the
workspace have.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from feedback.comments.word_texts import COLUMNS, Gathering, Word, what_says
from feedback.responses.small_groups import LEAST
from feedback.scoring import Uses
from feedback.scoring.words import LEAST_USES

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """The words of two sets of texts, those that `LEAST_USES` people said. Uses are people: each
    counts once in either set, and once in `people` of both."""

    texts: tuple[int, int]
    words: dict[Word, Uses]
    totals: Uses


# What is dear in memory is made in so many parts, and of so many texts, one after the other.
_PARTS, _AT_ONCE = 8, 20_000


class Corpus:
    """The texts that were gathered, by columns; a set of them is a mask over the texts.

    since: the first month of which anything is to be counted; those before, and answers that are
    neither unhappy nor happy, only say how words are used everywhere.
    """

    number: "Array"
    series: "Array"
    month: "Array"
    band: "Array"
    person: "Array"
    is_hidden: "Array"
    cell: "Array"

    def __init__(self, gathered: Gathering, since: int) -> None:
        import numpy as np

        for name, code in COLUMNS:
            setattr(self, name, np.array(gathered.columns[name], dtype=np.dtype(code)))
        self._tokens: Array = np.array(gathered.tokens, dtype=np.int32)
        self._starts: Array = np.array(gathered.starts, dtype=np.int32)
        self.since = since
        self._stems, self._ids = list(gathered.stems), gathered.stems
        self._series, self._people = gathered.series, max(len(gathered.people), 1)
        self._cells = 3 * len(gathered.cells)
        self._found: dict[Word, Array] = {}

    @property
    def n(self) -> int:
        """How many texts there are."""
        return len(self._starts)

    def within(self, since: int, until: int, series: Iterable[Any] | None = None) -> "Array":
        """The texts of these months, of these series or of all."""
        import numpy as np

        found: Array = (self.month >= since) & (self.month <= until)
        if series is not None:
            known = [self._series[each] for each in series if each in self._series]
            found &= np.isin(self.series, known)
        return found

    def part(self, texts: "Array") -> "Part":
        """What these texts say, to be counted."""
        text, keys, _ = self._said
        kept = texts[text]
        return Part(self, text[kept], keys[kept])

    def holding(self, runs: Iterable[Word], texts: "Array") -> "Array":
        """Those of `texts`, by their place, in which any of these runs of stems stands, as a list
        of them would have them."""
        import numpy as np

        found = [self._holding(run) for run in runs]
        at = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
        at = at[texts[at]]
        return at[self._in_large_groups(at)] if self.cell.any() else at

    def newest_holding(self, word: Word, most: int) -> list[int]:
        """The numbers of the newest texts that have a word and are not hidden."""
        at = self._holding(word)
        seen: list[int] = self.number[at[self.is_hidden[at] == 0][-most:]].tolist()
        return seen

    def shown(self, texts: "Array") -> "Array":
        """Those of `texts` that a list would have."""
        import numpy as np

        if not self.cell.any():
            return texts
        at, found = np.flatnonzero(texts), np.zeros_like(texts)
        found[at[self._in_large_groups(at)]] = True
        return found

    def people_of(self, texts: "Array") -> int:
        """How many people wrote these texts, by their place."""
        import numpy as np

        return len(np.unique(self.person[texts]))

    def _holding(self, run: Word) -> "Array":
        import numpy as np

        if run in self._found:
            return self._found[run]
        ids = [self._ids.get(stem) for stem in run]
        found: Array = np.empty(0, dtype=np.int64)
        if run and None not in ids:
            at = np.flatnonzero(self._tokens == ids[0])
            for further, stem in enumerate(ids[1:], 1):  # a boundary stands at the end of all
                at = at[self._tokens[np.minimum(at + further, len(self._tokens) - 1)] == stem]
            found = np.unique(np.searchsorted(self._starts, at, side="right") - 1)
        self._found[run] = found
        return found

    @cached_property
    def _vocabulary(self) -> "tuple[Array, Array, Array]":
        """The stems that count alone and those that count in pairs, as masks; the pairs that do, as
        sorted keys."""
        import numpy as np

        tokens, v = self._tokens, len(self._stems)
        often = np.bincount(tokens, minlength=v) >= LEAST_USES
        says, beside = (each & often for each in what_says(self._stems))
        found = []
        for part in range(_PARTS):
            at = np.flatnonzero(_pairs(tokens, says, beside) & (tokens[1:] % _PARTS == part))
            keys = np.sort(tokens[at].astype(np.int64) * v + tokens[at + 1])
            first = np.flatnonzero(np.diff(keys, prepend=-1))
            is_often = np.diff(np.append(first, len(keys))) >= LEAST_USES
            found.append(keys[first[is_often]])
        return says, beside, np.sort(np.concatenate(found))

    @cached_property
    def _said(self) -> "tuple[Array, Array, Array]":
        """Of the texts that are counted which says which term, each once, in the order of term and
        person, whose key it is; and in how many texts each term stands everywhere. A term is the
        number of a stem, or past them that of a pair."""
        import numpy as np

        most = len(self._stems) + len(self._vocabulary[2])
        everywhere = np.zeros(most, dtype=np.int64)
        counted = (self.month >= self.since) & (self.band != 0)
        texts, terms = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int32)]
        for first in range(0, self.n, _AT_ONCE):
            text, term = self._terms_of(first, min(first + _AT_ONCE, self.n))
            everywhere += np.bincount(term, minlength=most)
            kept = counted[text]
            texts.append(text[kept].astype(np.int32))
            terms.append(term[kept].astype(np.int32))
        text, term = np.concatenate(texts), np.concatenate(terms).astype(np.int64)
        if self.cell.any():
            shown = self._in_large_groups(text, term)
            text, term = text[shown], term[shown]
        keys = term * self._people + self.person[text]
        order = np.argsort(keys)
        return text[order], keys[order], everywhere

    def _in_large_groups(self, text: "Array", what: "Array | int" = 0) -> "Array":
        """Which of these texts may be counted, each for something that it says: of an anonymous
        survey those that say it in a group of five or more, of one cell and band."""
        import numpy as np

        cell = self.cell[text]
        keys = (cell * 3 + self.band[text] + 1) + np.asarray(what, dtype=np.int64) * self._cells
        _, place, n = np.unique(keys, return_inverse=True, return_counts=True)
        shown: Array = (cell == 0) | (n[place] >= LEAST)
        return shown

    def _terms_of(self, first: int, last: int) -> "tuple[Array, Array]":
        """Which of these texts says which term, each once."""
        import numpy as np

        v, (says, beside, pairs) = len(self._stems), self._vocabulary
        begin = int(self._starts[first])
        end = int(self._starts[last]) if last < self.n else len(self._tokens)
        tokens = self._tokens[begin:end].astype(np.int64)
        stands = np.flatnonzero(says[tokens])
        paired = np.flatnonzero(_pairs(tokens, says, beside)) if len(pairs) else stands[:0]
        wanted = tokens[paired] * v + tokens[paired + 1] if len(paired) else paired
        place = np.minimum(np.searchsorted(pairs, wanted), max(len(pairs) - 1, 0))
        known = pairs[place] == wanted if len(paired) else paired.astype(bool)
        at = np.concatenate([stands, paired[known]])
        term = np.concatenate([tokens[stands], v + place[known]])
        text = np.searchsorted(self._starts, at + begin, side="right") - 1
        once = np.sort(text * (v + len(pairs)) + term)
        once = once[np.flatnonzero(np.diff(once, prepend=-1))]
        return once // (v + len(pairs)), once % (v + len(pairs))

    @property
    def everywhere(self) -> "Array":
        """In how many texts each term stands."""
        return self._said[2]

    def word(self, term: int) -> Word:
        """The stems of a term."""
        v = len(self._stems)
        if term < v:
            return (self._stems[term],)
        first, second = divmod(int(self._vocabulary[2][term - v]), v)
        return (self._stems[first], self._stems[second])


@dataclass(frozen=True, slots=True)
class Part:
    """What some texts say: which text, and the key of its term and person, in the keys' order."""

    corpus: Corpus
    text: "Array"
    keys: "Array"

    def part(self, texts: "Array") -> "Part":
        """What those among them say that are of `texts` too."""
        kept = texts[self.text]
        return Part(self.corpus, self.text[kept], self.keys[kept])

    def people(self) -> "Array":
        """How many people say each term."""
        import numpy as np

        once = self.keys[np.flatnonzero(np.diff(self.keys, prepend=-1))]
        return np.bincount(once // self.corpus._people, minlength=len(self.corpus.everywhere))

    def count(self, first: "Array", second: "Array") -> Counted:
        """Who says what in two sets of texts that share none."""
        import numpy as np

        both = self.part(first | second)
        one, other, people = both.part(first).people(), both.part(second).people(), both.people()
        everywhere = self.corpus.everywhere
        tried = np.flatnonzero(people >= LEAST_USES)
        columns = (one[tried], other[tried], everywhere[tried], people[tried])
        rows = zip(*(each.tolist() for each in columns), strict=True)
        words = {
            self.corpus.word(term): Uses(*row)
            for term, row in zip(tried.tolist(), rows, strict=True)
        }
        totals = Uses(int(one.sum()), int(other.sum()), int(everywhere.sum()))
        return Counted((int(first.sum()), int(second.sum())), words, totals)

    def most_said(self, texts: "Array", least: int) -> list[tuple[Word, int]]:
        """The words of `texts` and how many people say them, most first; none that fewer than
        `least` say. Of as many the longer: "card refused" says more than "card"."""
        import numpy as np

        people = self.part(texts).people()
        found = [
            (self.corpus.word(at), int(people[at]))
            for at in np.flatnonzero(people >= least).tolist()
        ]
        return sorted(found, key=lambda each: (-each[1], -len(each[0]), each[0]))


def _pairs(tokens: "Array", says: "Array", beside: "Array") -> "Array":
    """Where a pair begins: two words that count in pairs, one of them alone too."""
    first, second = tokens[:-1], tokens[1:]
    found: Array = beside[first] & beside[second] & (says[first] | says[second])
    return found
