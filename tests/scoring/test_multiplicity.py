"""p-values adjusted for how many there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import ScoringError, benjamini_hochberg

# Benjamini and Hochberg 1995, section 3.3: of these 15, four are significant at 5 %.
PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    0.5719, 0.6528, 0.7590, 1.000,
]  # fmt: skip
families = st.lists(st.floats(0, 1), max_size=30)


def test_the_published_example() -> None:
    adjusted = benjamini_hochberg(PUBLISHED)
    assert sum(q <= 0.05 for q in adjusted) == 4
    assert adjusted[:5] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603])
    assert adjusted[-1] == 1


@given(families)
@settings(max_examples=100)
def test_it_is_the_definition(p_values: list[float]) -> None:
    """q of the i-th smallest: the least of m p(j) / j over j from i up, at most 1."""
    m, ordered = len(p_values), sorted(p_values)
    for p, q in zip(p_values, benjamini_hochberg(p_values), strict=True):
        at = max(j for j in range(m) if ordered[j] == p)
        assert q == pytest.approx(min([1.0, *(m * ordered[j] / (j + 1) for j in range(at, m))]))


@given(families, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_does_not_matter(p_values: list[float], chance: object) -> None:
    order = list(range(len(p_values)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    shuffled = benjamini_hochberg([p_values[place] for place in order])
    straight = benjamini_hochberg(p_values)
    assert shuffled == pytest.approx([straight[place] for place in order])


def test_one_question_is_its_own_family() -> None:
    assert benjamini_hochberg([0.03]) == [0.03]
    assert benjamini_hochberg([]) == []


def test_containers_do_not_matter_and_are_left_alone() -> None:
    family = [0.04, 0.01, 0.03]
    expected = benjamini_hochberg(family)
    assert benjamini_hochberg(iter(family)) == benjamini_hochberg(np.array(family)) == expected
    assert {type(q) for q in benjamini_hochberg(np.array(family))} == {float}
    assert family == [0.04, 0.01, 0.03]


@pytest.mark.parametrize("p", [-0.01, 1.01, float("nan")])
def test_it_rejects(p: float) -> None:
    with pytest.raises(ScoringError):
        benjamini_hochberg([0.5, p])
