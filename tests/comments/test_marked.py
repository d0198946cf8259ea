"""What was found is marked where it was written, letter by letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.comments.marked import marked
from feedback.comments.places import places
from feedback.comments.query import parse_query
from feedback.comments.stems import words_of

CASES = [
    ("Trop d'attente, l'ATTENTE", "attente", "fr", ["attente", "ATTENTE"]),
    ("Temps d’attente infini, attente", '"temps d\'attente"', "fr", ["Temps d’attente"]),
    ("Les remboursements", "remboursement*", "fr", ["remboursements"]),
    ("le thé, the tea", "thé", "fr", ["thé", "the"]),
    ("Ma sœur, MA SŒUR", "soeur", "fr", ["sœur", "SŒUR"]),
    ("e\u0301te\u0301 !", "été", "fr", ["e\u0301te\u0301"]),
    ("Große STRASSE, Straße", "strasse", "", ["STRASSE", "Straße"]),
    ("İstanbul, istanbul", "istanbul", "", ["İstanbul", "istanbul"]),
    ("ﬁnal ﬀ", "final", "", ["ﬁnal"]),
    ("re\u00adceipt", "receipt", "en", ["re\u00adceipt"]),
    ("บริการดี", "บริการ", "", ["บริการ"]),
    ("cher 😡😡", "😡", "fr", ["😡", "😡"]),
    ("too long, too long too", '"too long" long', "en", ["too long", "too long"]),
    ("caisse -attente", "caisse -attente", "fr", ["caisse"]),
    ("waiting waits", "wait", "en", ["waiting", "waits"]),
    ("<b>caisse</b>", "caisse", "fr", ["caisse"]),
    ("rien", "the", "fr", []),
    ("", "caisse", "fr", []),
]


@pytest.mark.parametrize(("text", "typed", "language", "expected"), CASES)
def test_it_marks(text: str, typed: str, language: str, expected: list[str]) -> None:
    pieces = marked(text, parse_query(typed), language)
    assert [piece.text for piece in pieces if piece.is_found] == expected
    assert "".join(piece.text for piece in pieces) == text


@given(st.text(max_size=60), st.text(max_size=30))
def test_it_loses_no_letter_and_never_fails(text: str, typed: str) -> None:
    pieces = marked(text, parse_query(typed), "")
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@given(st.text(max_size=60))
def test_each_word_of_the_index_has_its_place(text: str) -> None:
    found = places(text)
    assert [place.word for place in found] == words_of(text)
    assert all(place.start < place.end <= len(text) for place in found)
    for ends in ([place.start for place in found], [place.end for place in found]):
        assert ends == sorted(ends)
