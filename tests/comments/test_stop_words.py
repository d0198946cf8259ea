"""Words that say nothing by themselves."""

import pytest

from feedback.comments.stop_words import LISTS, is_stop_word, stop_words


@pytest.mark.parametrize("word", ["le", "LES", "Été", "ete", "the", "Don't", "don’t", "ça", "n"])
def test_it_knows_the_words_of_both_languages(word: str) -> None:
    assert is_stop_word(word)


@pytest.mark.parametrize("word", ["caisse", "attente", "queue", "slow", "trop", "7", "", "😡"])
def test_it_leaves_what_says_something(word: str) -> None:
    assert not is_stop_word(word)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_list_says_whose_it_is(language: str) -> None:
    head = (LISTS / f"{language}.txt").read_text("utf-8")[:400]
    assert "Snowball" in head and "BSD 3-clause" in head


def test_the_notice_is_no_word() -> None:
    assert "porter" not in stop_words() and len(stop_words()) > 250
