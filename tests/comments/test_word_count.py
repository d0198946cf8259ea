"""Words counted by columns are those counted one by one, and what is shown of them."""

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest

from feedback.comments.stems import stems_of
from feedback.comments.word_count import Corpus
from feedback.comments.word_find import Found, query_of, search
from feedback.comments.word_forms import commonest_forms, forms_in
from feedback.comments.word_texts import Gathering, Text
from feedback.scoring import Uses

SAID = (
    ("La caisse était fermée", "Attente trop longue à la caisse", "12 minutes d'attente"),
    ("Très bon café", "Le café est frais", "Équipe aimable, café frais"),
)


def gathered(texts: Sequence[Text], since: int = 0) -> Corpus:
    gathering = Gathering()
    gathering.add(texts)
    return Corpus(gathering, since)


def text(number: int, said: str, band: int, **other: object) -> Text:
    stems = " ".join(stems_of(said, "fr"))
    given = {"series": "s", "month": 1, "person": None, "is_hidden": False, "cell": None}
    return Text(number=number, band=band, stems=stems, **(given | other))  # type: ignore[arg-type]


def at_chance(n: int = 600, people: int = 90) -> list[Text]:
    chance = random.Random(3)
    return [
        text(
            at,
            ", ".join(
                chance.choice(SAID[chance.random() < 0.3]) for _ in range(chance.randint(1, 3))
            ),
            chance.choice((-1, 0, 1)),
            series=chance.choice("abc"),
            month=chance.randint(1, 6),
            person=bytes([chance.randrange(people)]) if chance.random() < 0.7 else None,
        )
        for at in range(n)
    ]


def terms(one: Text) -> set[tuple[str, ...]]:
    nothing = {
        stem
        for word in ["la", "était", "à", "d", "le", "est", "très", "12"]
        for stem in stems_of(word, "fr")
    }
    stems = one.stems.split()
    said: set[tuple[str, ...]] = {(each,) for each in stems if each not in nothing}
    return said | {
        (a, b)
        for a, b in zip(stems, stems[1:], strict=False)
        if a not in nothing and b not in nothing
    }


def test_it_counts_as_one_would_by_hand() -> None:
    texts = at_chance()
    everywhere: dict[tuple[str, ...], int] = defaultdict(int)
    people = {-1: defaultdict(set), 1: defaultdict(set)}  # type: ignore[var-annotated]
    for one in texts:
        for term in terms(one):
            everywhere[term] += 1
            if one.series in "ab" and 2 <= one.month <= 4 and one.band:
                people[one.band][term].add(one.person or one.number)
    corpus = gathered(texts, since=2)
    place = corpus.within(2, 4, "ab")
    counted = corpus.part(place).count(place & (corpus.band < 0), place & (corpus.band > 0))
    wanted = {
        term: Uses(len(people[-1][term]), len(people[1][term]), n, len(both))
        for term, n in everywhere.items()
        if len(both := people[-1][term] | people[1][term]) >= 5 and n >= 5
    }
    assert counted.words == wanted and len(wanted) > 10
    kept = {term for term, n in everywhere.items() if n >= 5}
    first, second = (sum(len(people[band][term]) for term in kept) for band in (-1, 1))
    assert counted.totals == Uses(first, second, sum(everywhere[term] for term in kept))


def test_texts_that_hold_a_run_are_those_of_a_list() -> None:
    texts = at_chance()
    corpus = gathered(texts)
    everything = np.ones(corpus.n, dtype=bool)
    for run in [("caiss",), ("attent", "trop"), ("trop", "attent"), ("nothing",), ()]:
        wanted = [
            at for at, one in enumerate(texts) if run and f" {' '.join(run)} " in f" {one.stems} "
        ]
        assert corpus.holding([run], everything).tolist() == wanted


def found(texts: Sequence[Text], *more: str) -> Found:
    corpus = gathered(texts)
    made = search(corpus.part(corpus.band != 0), corpus.band < 0, corpus.band > 0)
    said = [(each, "fr") for each in (*SAID[0], *SAID[1], *more)]
    told = dict.fromkeys(made.words(), said)
    return made.found(commonest_forms(made.words(), told))


def planted(n: int = 70, **other: object) -> list[Text]:
    sides = [(-1, SAID[0]), (1, SAID[1])]
    return [
        text(2 * at + side, said[at % 3], band, **other)
        for at in range(n)
        for side, (band, said) in enumerate(sides)
    ]


def test_it_names_what_sets_unhappy_comments_apart() -> None:
    told = found(planted())
    assert told.is_claim and told.first.texts == told.second.texts == 70
    assert {"caisse", "attente"} <= {each.form for each in told.first.words}
    assert "café" in {each.form for each in told.second.words}
    first = told.first.words[0]
    assert first.times and first.low and first.z and first.times > first.low > 1 and first.z > 0
    assert first.texts == first.people


def test_stop_words_and_numbers_are_no_findings() -> None:
    shown = {
        each.form
        for side in (found(planted()).first, found(planted()).second)
        for each in side.words
    }
    assert not shown & {"la", "le", "à", "d", "12", "était", "très"}
    assert not any(word in ("la", "le", "à", "d", "12") for form in shown for word in form.split())


def test_a_negation_stands_beside_its_word_and_never_alone() -> None:
    unclear = [text(900 + at, "Ce n’est pas clair", -1) for at in range(70)]
    shown = [each.form for each in found([*planted(), *unclear], "Ce n’est pas clair").first.words]
    assert "pas clair" in shown and not {"pas", "clair"} & set(shown)


def test_below_fifty_texts_it_counts_without_a_claim() -> None:
    told = found(planted(40))
    assert not told.is_claim and told.tried == 0
    assert all(each.times is None for each in told.first.words)
    counts = {each.form: each.texts for each in told.first.words}
    assert counts["attente"] == 26 and list(counts.values()) == sorted(counts.values())[::-1]


def test_what_only_hidden_comments_say_is_not_shown() -> None:
    insults = [text(900 + at, "Bande de voleurs", -1, is_hidden=True) for at in range(30)]
    assert not any("voleur" in each.form for each in found([*planted(), *insults]).first.words)
    seen = [one._replace(is_hidden=at > 5) for at, one in enumerate(insults)]
    told = [*planted(), *seen]
    corpus = gathered(told)
    made = search(corpus.part(corpus.band != 0), corpus.band < 0, corpus.band > 0)
    assert ("voleur",) in made.words() or ("band",) in made.words()


def test_one_person_who_says_it_all_day_is_one() -> None:
    loud = [text(900 + at, "Scandaleux", -1, person=b"loud") for at in range(40)]
    assert not any(each.form == "scandaleux" for each in found([*planted(), *loud]).first.words)


def test_of_an_anonymous_survey_nothing_counts_that_fewer_than_five_say_of_a_cell() -> None:
    """Twenty say it, four in each cell: no difference of two numbers is a smaller group."""
    spread = [text(900 + at, "Parking sombre", -1, cell=("x", at % 5)) for at in range(20)]
    assert not any("parking" in each.form for each in found([*planted(), *spread]).first.words)
    corpus = gathered(spread)
    everything = np.ones(corpus.n, dtype=bool)
    assert not corpus.shown(everything).any()
    assert not len(corpus.holding([("parking",)], everything))
    in_two = [text(900 + at, "Parking sombre", -1, cell=("x", at % 2)) for at in range(20)]
    corpus = gathered(in_two)
    assert corpus.shown(everything).all()
    assert len(corpus.holding([("parking",)], everything)) == 20


@pytest.mark.parametrize(
    ("said", "word", "wanted"),
    [
        ("Écrire à aide@boutique.fr ou à la boutique", ("boutiqu",), [("boutique", "boutique")]),
        ("Voir https://boutique.fr/aide", ("aid",), []),
        ("Caisses fermées", ("caiss", "ferm"), [("caisses fermées", "")]),
        ("Caisse. a@b.fr Fermée", ("caiss", "ferm"), []),
        ("Plus de PayPal ? PayPal !", ("paypal",), [("paypal", "PayPal"), ("paypal", "")]),
    ],
)
def test_a_form_is_a_word_of_the_text_and_of_no_address(
    said: str, word: tuple[str, ...], wanted: list[tuple[str, str]]
) -> None:
    assert list(forms_in(said, "fr", word)) == wanted


def test_a_name_keeps_its_capitals_and_a_sentence_does_not_give_them() -> None:
    said = [("Plus de PayPal ?", "fr"), ("Caisse vide", "fr"), ("La caisse", "fr")]
    words = [("paypal",), ("caiss",)]
    assert commonest_forms(words, dict.fromkeys(words, said)) == {
        ("paypal",): "PayPal",
        ("caiss",): "caisse",
    }


def test_two_words_are_looked_for_side_by_side() -> None:
    assert query_of("caisse fermée") == '"caisse fermée"' and query_of("caisse") == "caisse"


def test_no_text_at_all_gives_nothing() -> None:
    told = found([])
    assert told.first.texts == 0 and not told.first.words and not told.is_claim
