"""The stems of a text: what search and word counts compare."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.comments.stems import BOUNDARY, MOST_PLACES, stem_words, stems_of

ALIKE = {
    "fr": [
        *("livraison LIVRAISONS", "eleve élève Élèves élevée élevées", "cœur coeur Cœurs"),
        *("payé payée payees payer paiement", "téléphone telephones", "améliorée amelioré"),
        *("fermé fermée fermer", "caissier caissières", "\uff52apide rapidement rapides"),
    ],
    "en": [
        *(
            "refund refunds Refunded",
            "delivery deliveries",
            "can't can\u2019t cant",
            "wait waiting",
        ),
        *("na\u00efve naive", "na\u0131ve naive", "stra\u00dfe strasse", "re\u00adceipt receipts"),
    ],
}


@pytest.mark.parametrize(
    ("words", "language"), [(words, each) for each in ALIKE for words in ALIKE[each]]
)
def test_forms_of_a_word_have_one_stem(words: str, language: str) -> None:
    assert len({tuple(stems_of(word, language)) for word in words.split()}) == 1


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("", []),
        ("le la les de", ["le", "la", "le", "de"]),
        ("l'attente, d\u2019accueil", ["l", "attent", "d", "accueil"]),
        ("porte-monnaie (24h) 3,5 €", ["port", "monnai", "z323468", "z33", "z35"]),
        ("zone", ["z7a6f6e"]),
        ("a_b", ["a", "b"]),
        ("\u0e2a\u0e31\u0e2a", ["ze0b8aa", "ze0b8b1", "ze0b8aa"]),
        ("\u5f85\u3061", ["ze5be85", "ze381a1"]),
        ("nul\U0001f621\U0001f621", ["nul", "zf09f98a1", "zf09f98a1"]),
        ("\U0001f44d\U0001f3fd", ["zf09f918d"]),
        ("\u043e\u0447\u0435\u0440\u0435\u0434\u044c", ["zd0bed187d0b5d180d0b5d0b4d18c"]),
    ],
)
def test_every_script_has_stems(text: str, stems: list[str]) -> None:
    assert stems_of(text, "fr") == stems


def test_an_unknown_language_has_both() -> None:
    found = stems_of("livraisons et queues", "")
    french, english = (stems_of("livraisons et queues", each) for each in ("fr", "en"))
    assert found == [*french, BOUNDARY, *english] and french != english
    assert stems_of("parking", "de") == ["parking", BOUNDARY, "park"]
    assert stems_of("nul", "") == ["nul"]


def test_a_form_is_as_it_was_written() -> None:
    words = stem_words("L'ATTENTE\u202f: trop, élevée ! Can't", "")
    assert [form for _, form in words] == ["l", "attente", "trop", "élevée", "can\u2019t"]
    assert [stem for stem, _ in words] == stems_of("L'attente trop élevée can't", "fr")


@given(st.text(), st.sampled_from(["fr", "en", "", "de"]))
def test_stems_are_plain_and_stay_what_they_are(text: str, language: str) -> None:
    found = stems_of(text, language)
    assert all(re.fullmatch("[a-z][a-z0-9]*", stem) and len(stem) < 2000 for stem in found)
    assert BOUNDARY not in found or language in ("", "de")
    if language in ("fr", "en"):
        assert [stem for stem, _ in stem_words(text, language)][:MOST_PLACES] == found[:MOST_PLACES]


@given(st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=9))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert stems_of(word.upper().lower(), "fr") == stems_of(word.lower(), "fr") or "\u03c3" in word


def test_a_word_said_a_thousand_times_is_cut() -> None:
    assert stems_of("la " * 1000 + "fin", "fr") == ["la"] * MOST_PLACES + ["fin"]
    assert len(stems_of("a" * 10_000, "fr")[0]) <= 64
