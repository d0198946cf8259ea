"""What is suggested for masking, and what is left alone."""

import pytest

from feedback.responses.masking.suggest import suggest
from feedback.responses.masking.words import (
    MARK,
    Piece,
    find_passage,
    masked,
    pieces,
    read_spans,
    says_nothing,
)

FOUND = {
    "06 12 34 56 78": "phone",
    "06.12.34.56.78": "phone",
    "06-12-34-56-78": "phone",
    "06/12/34/56/78": "phone",
    "0612345678": "phone",
    "06\u202f12\u202f34\u202f56\u202f78": "phone",
    "06 123 456 78": "phone",
    "0 800 123 456": "phone",
    "+33 6 12 34 56 78": "phone",
    "+33 (0)6 12 34 56 78": "phone",
    "0033612345678": "phone",
    "+44 20 7946 0018": "phone",
    "+1 (555) 123-4567": "phone",
    "٠٦١٢٣٤٥٦٧٨": "phone",
    "4111 1111 1111 1111": "card",
    "5555-5555-5555-4444": "card",
    "3782 822463 10005": "card",
    "4111111111111111": "card",
    "FR76 3000 6000 0112 3456 7890 189": "iban",
    "fr7630006000011234567890189": "iban",
    "DE89370400440532013000": "iban",
    "GB29 NWBK 6016 1331 9268 19": "iban",
    "jean.dupont+shop@exemple.fr": "email",
    "naïve@émail.fr": "email",
    "a@b.co": "email",
}


@pytest.mark.parametrize(("text", "kind"), FOUND.items(), ids=FOUND)
def test_it_is_found_alone_and_within_a_sentence(text: str, kind: str) -> None:
    for before, after in (("", ""), ("Write: ", ", thanks."), ("(", ")"), ("12/27 ", "\n12")):
        found = suggest(f"{before}{text}{after}")
        assert (len(before), len(before) + len(text), kind) in found, (before, after, found)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "FR76 3000 6000 0112 3456 7890 188",
        "01/12/2026 10:45",
        "01.12.2026 10.30",
        "order 123456789012",
        "n° 06 12 34 56",
        "@home, a @ b, it@",
        "from 10 to 20, 1 000 000 000 000 times",
        "0000 0000 0000 0000",
        "version 1.2.3.4",
    ],
)
def test_it_is_left_alone(text: str) -> None:
    assert suggest(text) == []


def test_two_numbers_beside_each_other_are_two() -> None:
    text = "4111 1111 1111 1111 06 12 34 56 78 FR76 3000 6000 0112 3456 7890 189 07 12 34 56 78"
    assert [span.kind for span in suggest(text)] == ["card", "phone", "iban", "phone"]


@pytest.mark.parametrize(
    "text", ["a" * 10_000, "1 " * 5_000, "a." * 5_000 + "@", "+1" + "(" * 9_998]
)
def test_a_long_text_is_cut_into_pieces_that_make_it_up_again(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


def test_a_word_is_chosen_without_its_punctuation() -> None:
    chosen = [piece for piece in pieces("«Ann», l’amie d’été!") if piece.span]
    assert [piece.text for piece in chosen] == ["Ann", "l’amie", "d’été"]
    assert read_spans(["x", "0-99", chosen[0].value], "«Ann», l’amie d’été!") == [chosen[0].span]
    assert Piece(" ").value == ""


def test_a_passage_is_found_however_it_is_written() -> None:
    text = "Jean  Dupont est venu. JEAN\nDUPONT, l'ami; e\u0301te\u0301 日本語です Anna"
    assert [text[s:e] for s, e, _ in find_passage(text, "jean dupont")] == [
        "Jean  Dupont",
        "JEAN\nDUPONT",
    ]
    assert find_passage(text, "l’ami") and find_passage(text, "été")
    assert [text[s:e] for s, e, _ in find_passage(text, "本語")] == ["本語"]
    assert find_passage(text, "  ") == find_passage(text, "Dupond") == []


def test_a_mark_hides_how_many_words_and_letters_there_were() -> None:
    text = "I am Ann Lee. Call Ann"
    assert masked(text, find_passage(text, "ann") + find_passage(text, "Lee")) == (
        f"I am {MARK}. Call {MARK}"
    )


@pytest.mark.parametrize(("text", "nothing"), [(f"{MARK}, {MARK}!", True), (f"{MARK} 👍", False)])
def test_only_marks_say_nothing(text: str, nothing: bool) -> None:
    assert says_nothing(text) is nothing
