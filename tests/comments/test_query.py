"""What was typed is taken apart, or a sentence says why it cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.comments.query import MOST_WORDS, parse_query
from feedback.i18n import LOCALES, speaking

TOO_LONG = "A search takes at most 50 words. Leave some out."
LITTLE = "Nearly every comment has these words. Add another one, or put them in quotes."
ONLY_LEFT_OUT = "Add a word to look for: a search cannot only leave words out."
NOTHING = "There is no word in this search."
SHORT = "Write at least three letters before the star."
PROBLEMS = {
    "word " * 10_000: TOO_LONG,
    " ".join(f"word{n}" for n in range(10_000)): TOO_LONG,
    '"' + "word " * (MOST_WORDS + 1) + '"': TOO_LONG,
    "x" * 100_000: TOO_LONG,
    "the of": LITTLE,
    "les à la": LITTLE,
    "c'est": LITTLE,
    "-caisse": ONLY_LEFT_OUT,
    '-"trop cher" -caisse': ONLY_LEFT_OUT,
    '"': NOTHING,
    "-- * ! ?": NOTHING,
    "\0": "",
    "a*": SHORT,
    "at*": SHORT,
    "-a* caisse": SHORT,
}


@pytest.mark.parametrize("typed", PROBLEMS, ids=lambda typed: typed[:20])
def test_it_says_what_is_wrong(typed: str) -> None:
    query = parse_query(typed)
    assert query.problem == PROBLEMS[typed]
    assert not query.wanted
    assert not query.unwanted


def test_each_sentence_is_said_in_every_language() -> None:
    for typed in PROBLEMS:
        said = set()
        for code in LOCALES:
            with speaking(code):
                said.add(parse_query(typed).problem)
        assert len(said) == len(LOCALES) or said == {""}


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ('caisse "trop long', ["caisse", "trop long"], []),
        ('caisse"trop long"', ["caisse", "trop long"], []),
        ("« trop long » -« trop cher »", ["trop long"], ["trop cher"]),
        ("“trop long”", ["trop long"], []),
        ("caisse −lent", ["caisse"], ["lent"]),
        ("caisse --lent", ["caisse"], ["lent"]),
        ("caisse - lent", ["caisse", "lent"], []),
        ("rendez-vous", ["rendez vous"], []),
        ("jusqu'à l'entrée", ["entrée"], []),
        ("shop's", ["shop"], []),
        ("don't", ["don’t"], []),
        ("caisse caisse CAISSE", ["caisse"], []),
        ('"the of"', ["the of"], []),
        ("rembours*, caisse", ["rembours*", "caisse"], []),
        ('"trop l*"', SHORT, []),
        ('"trop lon*"', ["trop lon*"], []),
        ("a@b.example", ["a b example"], []),
        ("ด*", ["ด*"], []),
    ],
)
def test_it_reads(typed: str, wanted: list[str] | str, unwanted: list[str]) -> None:
    query = parse_query(typed)
    if isinstance(wanted, str):
        assert query.problem == wanted
        return
    assert [" ".join(t.words) + "*" * t.is_prefix for t in query.wanted] == wanted
    assert [" ".join(t.words) for t in query.unwanted] == unwanted


@given(st.text())
def test_it_never_fails_and_can_be_shown(typed: str) -> None:
    query = parse_query(typed)
    query.text.encode()
    assert "\0" not in query.text
    assert bool(query.wanted) != bool(query.problem or query.is_empty)
