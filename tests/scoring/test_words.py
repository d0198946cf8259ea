"""Words that set two groups of texts apart: the formula, and how seldom chance names one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import cache
from math import comb

import numpy as np
import pytest

from feedback.scoring import (
    ScoringError,
    Telling,
    Uses,
    benjamini_hochberg,
    telling_words,
    word_odds,
)

Text = tuple[int, tuple[str, ...]]  # who wrote it, and its words


def test_a_case_by_hand() -> None:
    """a = 500 * 10 / 200 = 25: ln(33 / 567) - ln(27 / 573), over the root of 1/33 + 1/27."""
    odds = word_odds({"slow": Uses(8, 2, 10)}, Uses(100, 100, 200))["slow"]
    assert odds.difference == pytest.approx(0.2111971084491386548, abs=1e-15)
    assert odds.z == pytest.approx(0.8138627933912244693, abs=1e-14)
    assert odds.low == pytest.approx(
        0.2111971084491386 - 1.959963984540054 * 0.25949964805384, 1e-9
    )


def made_up(n: int = 400) -> tuple[dict[str, Uses], Uses]:
    random = np.random.default_rng(16)
    often = 1 / np.arange(1, n + 1)
    first, second, others = (
        random.multinomial(size, often / often.sum()) for size in (900, 4_000, 30_000)
    )
    everywhere = first + second + others
    columns = zip(first.tolist(), second.tolist(), everywhere.tolist(), strict=True)
    words = {f"w{at}": Uses(a, b, c) for at, (a, b, c) in enumerate(columns) if c}
    return words, Uses(int(first.sum()), int(second.sum()), int(everywhere.sum()))


def by_odds_ratios(words: Mapping[str, Uses], totals: Uses) -> dict[str, tuple[Decimal, Decimal]]:
    """The same table by another route: one logarithm of a ratio of ratios, in 40 digits."""
    table = {}
    with localcontext() as context:
        context.prec = 40
        for word, uses in words.items():
            prior = Decimal(500) * uses.everywhere / totals.everywhere
            shares = [
                (n + prior) / (of + 500)
                for n, of in ((uses.first, totals.first), (uses.second, totals.second))
            ]
            ratio = shares[0] * (1 - shares[1]) / (shares[1] * (1 - shares[0]))
            both = (uses.first + prior) * (uses.second + prior)
            variance = (uses.first + uses.second + 2 * prior) / both
            table[word] = (ratio.ln(), ratio.ln() / variance.sqrt())
    return table


def test_a_table_computed_another_way_agrees() -> None:
    words, totals = made_up()
    found, wanted = word_odds(words, totals), by_odds_ratios(words, totals)
    assert len(found) > 300
    for word, (difference, z) in wanted.items():
        assert found[word].difference == pytest.approx(float(difference), abs=1e-9, rel=0)
        assert found[word].z == pytest.approx(float(z), abs=1e-9, rel=0)


def test_found_are_those_of_all_tried_that_pass() -> None:
    words, totals = made_up()
    words["mine"] = Uses(60, 20, 100)
    told = telling_words(words, totals)
    tried = [w for w, uses in words.items() if uses.first + uses.second >= 5]
    assert list(told.odds) == tried and told.tried == len(tried)
    odds = word_odds({w: words[w] for w in tried}, totals)
    passing = benjamini_hochberg(each.p_value for each in odds.values())
    wanted = {w for w, q in zip(tried, passing, strict=True) if q <= 0.05}
    assert "mine" in told.first and {*told.first, *told.second} == wanted


def test_turned_round_the_groups_change_sides() -> None:
    words, totals = made_up()
    words["mine"] = Uses(60, 20, 100)
    turned = {w: Uses(uses.second, uses.first, uses.everywhere) for w, uses in words.items()}
    told = telling_words(words, totals)
    back = telling_words(turned, Uses(totals.second, totals.first, totals.everywhere))
    assert (told.first, told.second) == (back.second, back.first)
    assert told.odds["mine"].z == pytest.approx(-back.odds["mine"].z)


def test_few_people_say_nothing_however_often_they_say_it() -> None:
    totals = Uses(2_000, 2_000, 9_000)
    assert telling_words({"slow": Uses(60, 0, 60, people=4)}, totals).tried == 0
    assert telling_words({"slow": Uses(60, 0, 60, people=5)}, totals).first == ("slow",)


@pytest.mark.parametrize(
    ("uses", "totals"),
    [
        (Uses(-1, 3, 4), Uses(9, 9, 20)),
        (Uses(3, 3, 0), Uses(9, 9, 20)),
        (Uses(10, 3, 13), Uses(9, 9, 20)),
        (Uses(9, 9, 20), Uses(9, 9, 20)),
        (Uses(3, 3, 21), Uses(9, 9, 20)),
    ],
    ids=["below zero", "nowhere", "more than all", "all there are", "more than everywhere"],
)
def test_counts_that_cannot_be_are_refused(uses: Uses, totals: Uses) -> None:
    with pytest.raises(ScoringError):
        word_odds({"slow": uses}, totals)


def test_a_prior_of_nothing_is_refused() -> None:
    with pytest.raises(ScoringError):
        word_odds({"slow": Uses(3, 3, 6)}, Uses(9, 9, 20), strength=0)


def test_one_word_that_everybody_says_sets_nobody_apart() -> None:
    assert telling_words({"slow": Uses(60, 50, 110)}, Uses(60, 50, 110)).tried == 0


def texts(people: int, n: int = 240) -> list[Text]:
    """Texts of words as frequent as in any language, some said again and again in one text, by so
    many people, each with words of their own."""
    random = np.random.default_rng((16, people))
    often = 1 / np.arange(3, 1_503)
    often /= often.sum()
    own = random.choice(1_500, size=(people, 6), p=often)
    found = []
    for at in range(n):
        who = at % people
        words: list[str] = []
        for word in random.choice(1_500, size=1 + random.poisson(11), p=often):
            kind = random.random()
            if words and kind < 0.3:
                words.append(words[-1])
            else:
                words.append(f"w{own[who][random.integers(6)] if kind < 0.5 else word}")
        found.append((who, tuple(words)))
    return found


def told_of(
    given: Sequence[Text], is_first: Iterable[bool], *, each_use: bool = False
) -> Telling[str]:
    """What is found where a person counts once in each group; `each_use`: each use instead."""
    uses: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    people: dict[str, set[int]] = {}
    once = set()
    for (who, words), side in zip(given, is_first, strict=True):
        said = [*words, *(" ".join(pair) for pair in zip(words, words[1:], strict=False))]
        for word in said if each_use else sorted(set(said)):
            if each_use or (who, word, side) not in once:
                uses[side][word] += 1
                once.add((who, word, side))
            people.setdefault(word, set()).add(who)
    counted = {
        word: Uses(
            uses[True][word],
            uses[False][word],
            uses[True][word] + uses[False][word],
            None if each_use else len(who),
        )
        for word, who in people.items()
    }
    first, second = (sum(uses[side].values()) for side in (True, False))
    return telling_words(counted, Uses(first, second, first + second))


@cache
def shuffled(people: int, *, by_person: bool, each_use: bool = False) -> int:
    """Of 200 sets of labels that mean nothing, those that name any word."""
    given, random = texts(people), np.random.default_rng(200)
    named = 0
    for _ in range(200):
        of_person = random.random(people) < 0.4
        of_text = random.random(len(given)) < 0.4
        sides = [bool(of_person[who]) for who, _ in given] if by_person else of_text.tolist()
        told = told_of(given, sides, each_use=each_use)
        named += bool(told.first or told.second)
    return named


@pytest.mark.parametrize(
    ("people", "by_person"),
    [(240, False), (48, False), (48, True)],
    ids=["nobody known", "five texts each", "five texts each, by person"],
)
def test_chance_seldom_names_a_word(people: int, by_person: bool) -> None:
    assert shuffled(people, by_person=by_person) <= 10


def test_uses_one_by_one_would_name_what_is_not() -> None:
    """Why a person counts once: clumps are no independent draws."""
    assert shuffled(48, by_person=True, each_use=True) > 20


def test_a_planted_word_is_found() -> None:
    given, random = texts(240), np.random.default_rng(5)
    sides = (random.random(len(given)) < 0.4).tolist()
    said = [
        (who, (*words, "queue") if random.random() < (0.25 if side else 0.02) else words)
        for (who, words), side in zip(given, sides, strict=True)
    ]
    told = told_of(said, sides)
    assert told.first[0] == "queue" and told.odds["queue"].low > 0


def test_the_p_value_is_no_smaller_than_that_of_an_exact_test() -> None:
    """8 of 8 uses in the smaller of two groups, in the prior too: Fisher's exact test has 0.004."""
    uses, totals = Uses(8, 0, 8), Uses(200, 200, 400)
    exact = 2 * comb(200, 8) / comb(400, 8)
    assert word_odds({"slow": uses}, totals)["slow"].p_value > exact
